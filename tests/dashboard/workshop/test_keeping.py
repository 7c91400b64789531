"""When a workshop is written down: what threads do to it in the same moment, and what has changed before its end."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from benchmarks import browser

from sanfang.dashboard.workshop import kept, workshop
from sanfang.dashboard.workshop.rooms import Rooms
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.workshop import Workshop
from workshops import MadeUp, folder_at, made_up, order, play

SETTING = Setting("demo", 0.25, 1, 60)
LONG = 20.0
"""Seconds after which a thread is taken to wait for ever."""


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(kept, "FOLDER", folder_at(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop with made-up runs, which are there at once, and one team with a branch."""
    for opened in made_up(monkeypatch, SETTING):
        opened.act(opened.enter("red"), order(**play({"authority": 1.0})))
        yield opened


class UntilTold(MadeUp):
    """Runs that are made when a test says so, and then even if they were cancelled."""

    def __init__(self) -> None:
        self.made, self.asked = threading.Event(), threading.Event()

    def make(self, trial: Any, job: Any) -> Any:
        self.asked.set()
        assert self.made.wait(LONG)
        return super().make(trial, job)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> UntilTold:
    found = UntilTold()
    monkeypatch.setattr(workshop, "RUNS", found)
    return found


def teams(room: Workshop) -> list[str]:
    """Those in the file of a workshop."""
    return [name for _, name in kept.read(room.id).teams]


def test_a_run_that_ends_with_its_workshop_does_not_take_the_teams_out_of_the_file(
    runs: UntilTold, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Workshop("host", SETTING)
    room.act(room.enter("red"), order(**play({"authority": 1.0})))
    assert runs.asked.wait(LONG)
    monkeypatch.setattr(room, "_cancel", lambda which: None)  # too late for this one
    room.close()
    assert teams(room) == ["red"]
    runs.made.set()
    assert room._jobs[1].join(LONG) and room.tree.branch(1).kept is not None
    assert teams(room) == ["red"]


def test_a_team_is_removed_while_another_is_written(runs: UntilTold, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run of the one to be removed ends in the moment in which it is cancelled: whoever cancels writes it down."""
    room = Workshop("host", SETTING)
    room.act(room.enter("red"), order(**play({"authority": 1.0})))
    job, branch = room._jobs[1], room.tree.branch(1)
    assert runs.asked.wait(LONG)
    remove = threading.Thread(target=lambda: room.remove(1), daemon=True)

    def cancel() -> None:
        job.found, job.state = MadeUp().make(trial, job), "done"
        room._told(branch, job)

    scenario = room.tree.scenario_of(branch.moves)
    trial = workshop.Trial(scenario, scenario.digest(), SETTING.seed, SETTING.days, SETTING.size)
    monkeypatch.setattr(job, "cancel", cancel)
    with room._writing:  # the other one's
        remove.start()
        while room.teams:
            pass
        taken = room._lock.acquire(timeout=LONG)  # what the other one needs to end
        if taken:
            room._lock.release()
    remove.join(LONG)
    runs.made.set()
    assert taken and not remove.is_alive() and teams(room) == []
    room.close()


CHANGES: dict[str, Any] = {
    "a name": lambda room: room.rename(1, "Bold"),
    "undo": lambda room: room.walk("red", "undo"),
    "a team": lambda room: room.enter("blue"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_after_the_last_branch_is_written_when_the_server_ends(room: Workshop, change: str) -> None:
    rooms, before = Rooms(), kept.read(room.id)
    rooms._open = (room,)
    CHANGES[change](room)
    rooms.end()
    after = kept.read(room.id)
    now = after.tree()
    then = (now.branch(1).name, now.pointer("red").now, after.teams)
    assert room.over and then != ("", 1, before.teams)


def test_a_server_for_soaks_and_pictures_has_its_workshops_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    def begun(*_: Any, env: dict[str, str], **__: Any) -> Any:
        seen.append(Path(env[kept.VARIABLE]))
        assert seen[0].is_dir() and env[kept.VARIABLE] != os.environ[kept.VARIABLE]
        return contextlib.nullcontext(SimpleNamespace(poll=lambda: 1, returncode=1, terminate=lambda: None))

    monkeypatch.setattr(browser.subprocess, "Popen", begun)
    with pytest.raises(RuntimeError, match="at once"), browser.server():
        pass
    assert not seen[0].exists()


def test_what_has_not_changed_is_not_written_again(room: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    room._keep()
    monkeypatch.setattr(kept, "write", lambda *_: pytest.fail("it is there"))
    room.close()
