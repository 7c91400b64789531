"""Workshops on disk: nothing of one is lost with its server, and who may have it again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import jobs
from sanfang.dashboard import limits
from sanfang.dashboard.pages.workshop.opening import unkept
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.workshop import kept, workshop
from sanfang.dashboard.workshop.kept import KeptWorkshop
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.replay import contents, replay_of
from sanfang.dashboard.workshop.rooms import Rooms
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.workshop import Workshop
from sanfang.run.tree import Tree
from sanfang.run.tree_file import to_json
from sanfang.scenario.errors import InputError
from workshops import MadeUp, folder_at, order, play

SETTING = Setting("demo", 0.25, 1, 60, 3, "What first?")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where workshops are kept; their runs are made up, and there at once."""
    jobs.at_once(monkeypatch)
    monkeypatch.setattr(workshop, "RUNS", MadeUp())
    monkeypatch.setattr(kept, "FOLDER", folder_at(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def rooms() -> Iterator[Rooms]:
    """The workshops of one server."""
    yield from closed(Rooms())


@pytest.fixture
def after() -> Iterator[Rooms]:
    """Those of the server after it, which knows nobody."""
    yield from closed(Rooms())


def closed(rooms: Rooms) -> Iterator[Rooms]:
    yield rooms
    for one in rooms._open:
        one.close()


def held(rooms: Rooms, host: str = "a") -> tuple[Workshop, str]:
    """A workshop with a team that has played two branches and stands at the first, and its token."""
    room = rooms.open(host, SETTING)
    token = room.enter("red \U0001f469\u200d\U0001f33e")
    room.act(token, order(**play({"authority": 1.0}, name="Bold")))
    room.act(token, order(action="undo"))
    room.act(token, order(**play({"triage": 0.5})))
    return room, token


def test_what_a_killed_server_had_is_there_again_to_the_last_digit(rooms: Rooms, after: Rooms) -> None:
    """It was not asked to end: only what was written after each branch is there."""
    room, token = held(rooms)
    (found,) = after.earlier("whoever")
    assert (found.branches, found.setting, found.begun) == (2, SETTING, room.begun)
    assert to_json(found.tree()) == to_json(room.tree)
    with pytest.raises(Refused, match="open"):
        rooms.reopen("a", found)
    again = after.reopen("b", found)
    assert again.entrance.of_token(token) is None and again.entrance.code != room.entrance.code
    new = again.enter(room.teams[0].name)
    again.act(new, order(**play({"one_window": 1.0}, parent=1, day=20)))
    assert again.teams[0].number == 1 and len(again.tree.branches) == 4


def test_its_replay_is_that_of_the_open_one_and_holds_nothing_secret(rooms: Rooms, after: Rooms) -> None:
    room, token = held(rooms)
    (found,) = after.earlier("")
    page = replay_of(found, "en").decode()
    given = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert given == json.loads(json.dumps(contents(room, "en")))
    assert not any(secret in page for secret in (token, room.entrance.code, room.entrance.link))


def test_nothing_secret_lies_on_the_disk(rooms: Rooms, folder: Path) -> None:
    room, token = held(rooms)
    (file,) = folder.glob("*.workshop")
    content = file.read_bytes()
    for secret in (token, room.entrance.code, room.entrance.link, room.entrance.teams[0].digest):
        assert (secret if isinstance(secret, bytes) else str(secret).encode()) not in content


def test_who_has_an_earlier_one(rooms: Rooms, after: Rooms) -> None:
    """While the server lives, the browser that opened it, once it is not open; after that, whoever is let in."""
    held(rooms)
    assert [*rooms.earlier("a")] == [*rooms.earlier("b")] == [] and len([*after.earlier("c")]) == 1
    rooms.close("a")
    assert len([*rooms.earlier("a")]) == 1 and [*rooms.earlier("b")] == []


def test_a_page_drawn_long_ago_gives_no_right_to_what_is_anothers_by_now(rooms: Rooms, after: Rooms) -> None:
    """Nor to a replay, which would be that of a running workshop; and its host has all that came since."""
    held(rooms)
    (seen,) = after.earlier("b")
    again = after.reopen("a", seen)
    again.enter("blue")
    for _ in ("while it is open", "and once it is closed"):
        for what in (after.reopen, lambda host, one: after.earlier_one(host, one.id)):
            with pytest.raises(Refused, match="host"):
                what("b", seen)
        after.close("a")
    assert [name for _, name in after.earlier_one("a", seen.id).teams] == [seen.teams[0][1], "blue"]
    assert [team.name for team in after.reopen("a", seen).teams] == [seen.teams[0][1], "blue"]


def test_two_browsers_do_not_open_the_same_one_at_once(
    rooms: Rooms, after: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one comes while the first one still reads."""
    held(rooms)
    (seen,) = after.earlier("a")
    tree, refused = KeptWorkshop.tree, list[str]()

    def slow(one: KeptWorkshop) -> Tree:
        monkeypatch.setattr(KeptWorkshop, "tree", tree)
        for host in ("a", "b"):
            with pytest.raises(Refused) as problem:
                after.reopen(host, seen)
            refused.append(problem.value.reason)
        return tree(one)

    monkeypatch.setattr(KeptWorkshop, "tree", slow)
    assert after.reopen("a", seen).id == seen.id and refused == ["open", "open"]


def test_a_slow_disk_keeps_nobody_from_another_workshop(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is read or written, phones are found meanwhile."""
    _, token = held(rooms, "b")
    room, _ = held(rooms)
    room.rename(1, "Changed")
    at_the_disk = list[str]()

    def slow(name: str, really: Callable[..., Any]) -> Callable[..., Any]:
        def do(*given: Any) -> Any:
            assert not rooms._lock.locked() and rooms.with_token(token)
            at_the_disk.append(name)
            return really(*given)

        return do

    for name in ("read", "write"):
        monkeypatch.setattr(kept.FOLDER, name, slow(name, getattr(kept.FOLDER, name)))
    rooms.close("a")
    rooms.reopen("a", next(rooms.earlier("a")))
    monkeypatch.undo()
    assert {*at_the_disk} == {"read", "write"}


def test_only_what_a_browser_may_have_is_read(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, others = held(rooms, "a")[0], held(rooms, "b")[0]
    rooms.end()
    read, names = kept.FOLDER.read, list[str]()
    monkeypatch.setattr(kept.FOLDER, "read", lambda name: (names.append(name), read(name))[1])
    assert [one.id for one in rooms.earlier("a")] == [mine.id] and names == [f"{mine.id}.workshop"]
    assert [one.id for one in rooms.earlier("b")] == [others.id]


def test_what_was_not_played_yet_is_played_when_it_is_opened_again(rooms: Rooms, after: Rooms) -> None:
    room, _ = held(rooms)
    room.tree._branches[2] = room.tree.branch(1).__class__(**{**vars(room.tree.branch(2)), "kept": None})
    room._keep()
    (found,) = after.earlier("")
    assert found.tree().branch(2).kept is None
    again = after.reopen("b", found)
    assert again.state(again.tree.branch(2)) == "played"


def test_a_team_that_was_removed_is_not_there_again(rooms: Rooms, after: Rooms) -> None:
    room, _ = held(rooms)
    room.remove(1)
    (found,) = after.earlier("")
    assert found.teams == () and found.branches == 2


def test_one_phone_does_not_enter_all_names_of_one_that_is_opened_again(rooms: Rooms, after: Rooms) -> None:
    room, _ = held(rooms)
    for name in ("blue", "green"):
        room.enter(name)
    room.close()
    again = after.reopen("b", next(after.earlier("b")))
    names = [team.name for team in again.teams]
    for name in names[: limits.TEAMS_A_BROWSER]:
        again.enter(name, "one browser")
    with pytest.raises(Refused, match="browser"):
        again.enter(names[-1], "one browser")
    again.reopen(1)
    assert again.enter(names[0], "one browser"), "its own place does not count against it"
    assert again.enter(names[-1], "another browser")


def test_the_door_is_as_it_was(rooms: Rooms, after: Rooms) -> None:
    """Locked for old names too, but for those that the host calls; and closed to who was removed."""
    room, _ = held(rooms)
    room.enter("blue", "a browser")
    room.remove(2)
    room.enter("green")
    room.lock(True)
    rooms.end()
    again = after.reopen("b", next(after.earlier("b")))
    for team in again.teams:
        with pytest.raises(Refused, match="locked"):
            again.enter(team.name, "another browser")
    again.reopen(2)
    with pytest.raises(Refused, match="removed"):
        again.enter("green", "a browser")
    assert again.enter("green", "another browser") and [team.called for team in again.teams] == [False, False]


def test_one_without_a_branch_is_not_kept(rooms: Rooms, folder: Path) -> None:
    rooms.open("a", SETTING)
    rooms.close("a")
    assert not [*folder.glob("*.workshop")]


def test_the_oldest_make_room(rooms: Rooms, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    for number in range(5):
        room, _ = held(rooms)
        os.utime(folder / f"{room.id}.workshop", (number, number))
    room, _ = held(rooms)
    assert len([*folder.glob("*.workshop")]) == 3 and (folder / f"{room.id}.workshop").exists()
    monkeypatch.setattr(kept, "MAX_BYTES", 1)
    room, _ = held(rooms)
    assert [file.stem for file in folder.glob("*.workshop")] == [room.id], "the last one stays"


@pytest.mark.parametrize("harm", ["cut", "changed", "other scenario", "no such"])
def test_a_damaged_or_foreign_file_is_no_workshop(rooms: Rooms, after: Rooms, folder: Path, harm: str) -> None:
    room, _ = held(rooms)
    file = folder / f"{room.id}.workshop"
    if harm == "other scenario":
        whole = kept.snapshot(room.begun, SETTING, room.entrance, room.tree)
        tree = {**whole.about["tree"], "digest": "0" * 64}
        kept.write(room.id, kept.Snapshot({**whole.about, "tree": tree}, whole.series))
        with pytest.raises(InputError, match="another scenario"):
            after.reopen("b", next(after.earlier("")))
        assert after._open == ()
        return
    content = file.read_bytes()
    file.write_bytes({"cut": content[:-9], "changed": content[:-9] + bytes(9), "no such": b""}[harm])
    assert [*after.earlier("")] == []
    for name in (room.id, "", "0" * 16):
        with pytest.raises(InputError):
            kept.read(name)


@pytest.mark.parametrize("name", ["../x", "x", "0" * 15 + "A", "0" * 17, "0" * 16 + "\n"])
def test_what_is_no_name_of_a_workshop_is_not_read_although_a_file_is_there(
    rooms: Rooms, folder: Path, name: str
) -> None:
    room, _ = held(rooms)
    content = (folder / f"{room.id}.workshop").read_bytes()
    for there in (name, "0" * 16):
        (folder / f"{there}.workshop").write_bytes(content)
    assert kept.read("0" * 16).branches == 2
    with pytest.raises(InputError):
        kept.read(name)


def test_where_nothing_can_be_kept_a_workshop_goes_on(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(kept.FOLDER), "path", None)
    room, _ = held(rooms)
    assert all(one.kept is not None for one in room.tree.branches) and [*rooms.earlier("a")] == []
    assert np.isfinite(room.tree.branch(1).kept.series["wasted"]).all()  # type: ignore[union-attr]
    assert [note["kind"] for lang in LANGUAGES for note in unkept(lang)] == ["warning", "warning"]
