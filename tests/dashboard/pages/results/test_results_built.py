"""Built by clicking: what the form takes, who may, the file that is written, and a sweep that is watched and ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import solara

from sanfang.dashboard import serve
from sanfang.dashboard.pages.results.builder import Builder, fields, standing
from sanfang.dashboard.pages.results.order import FACTORS, Order, Varied
from sanfang.dashboard.worlds import builds
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results
from sanfang.run.background import CANCELLED, DONE, FAILED
from sanfang.scenario.errors import InputError
from widgets import widgets_of


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(builds.ALLOWED, "1")
    monkeypatch.setattr(builds, "_LATEST", [])
    return tmp_path


def ordered(**changes: str) -> Order:
    order = Order()
    for name, value in changes.items():
        order = order.changed(name.replace("__", "-"), value)
    return order


def test_what_the_form_says_is_an_experiment() -> None:
    order = ordered(path__0="policy.authority", levels__0="2", path__1="tasks.load", days="60", replications="2")
    experiment = Experiment.from_dict({"name": "x", **order.document()})
    assert len(experiment.points()) == 2 * 3 and order.runs == 6 * 2 * 2 and order.fits
    assert order.factors["policy.authority"] == [0.0, 1.0]
    assert order.changed("path-1", "").factors == {"policy.authority": [0.0, 1.0]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first", "../../etc/passwd"), ("district", "x"), ("size", "7"), ("days", "nan"), ("replications", ""),
        ("path-0", "run.days"), ("path-9", "policy.authority"), ("low-0", "1"), ("levels-1", "3"), ("", ""),
    ],
)  # fmt: skip
def test_what_the_form_does_not_offer_changes_nothing(field: str, value: str) -> None:
    assert Order().changed(field, value) == Order()


def test_numbers_stay_within_limits() -> None:
    order = ordered(path__0="policy.authority", levels__0="999", high__0="40", days="9e9", replications="1e6")
    assert order.varied[0].levels == 6 and order.varied[0].high == 1.0
    assert order.days == 1_095 and order.replications == 20
    assert not ordered(path__0="policy.authority", levels__0="6", path__1="tasks.load", replications="20").fits


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_is_there_in_both_languages(lang: str) -> None:
    rows = fields(ordered(path__0="policy.authority"), lang)
    assert len(rows) == 2 + FACTORS and all(one["label"] for row in rows for one in row)
    assert standing(Order(), None, lang) != standing(Order(("before", "before")), None, lang)
    assert standing(Order(varied=(Varied("tasks.load", 0, 1, 6),) * 2, replications=20), None, lang)


def test_who_may_not_write_does_not_build(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert builds.allowed()
    monkeypatch.setenv(builds.ALLOWED, "0")
    assert not builds.allowed()
    with pytest.raises(InputError, match="cannot be built"):
        builds.start(Order().document(), 10)
    assert not list(workplace.iterdir())


def test_files_are_written_under_new_names(workplace: Path) -> None:
    assert [builds.save(Order().document()) for _ in range(2)] == ["built-1", "built-2"]
    written = tomllib.loads((workplace / "experiments/built/built-1.toml").read_text("utf-8"))
    assert written["scenarios"] == ["before", "three-devolutions"]


def finished(build: builds.Build) -> str:
    assert build.job.join(30)
    return build.job.state


def test_a_sweep_is_cancelled_and_its_process_ended(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    told: list[Any] = []
    build = builds.start(Order().document(), 10)
    build.listen(lambda: told.append(build.job.state))
    with pytest.raises(InputError, match="one is made at a time"):
        builds.start(Order().document(), 10)
    time.sleep(1)
    build.job.cancel()
    assert finished(build) == CANCELLED and told


def test_a_sweep_that_fails_says_why(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds, "COMMAND", (sys.executable, "-c", "import sys; sys.exit('no room on the disk')"))
    build = builds.start(Order().document(), 10)
    assert finished(build) == FAILED and "no room on the disk" in build.job.error


def test_a_sweep_that_is_finished_while_its_server_lives_is_done(workplace: Path) -> None:
    """By the command that a page begins, which watches for the end of its server meanwhile."""
    order = Order(district="demo", size=0.25, days=28, replications=2)
    build = builds.start(order.document(), order.runs)
    assert finished(build) == DONE, build.job.error
    assert build.job.done == build.job.total == order.runs


def test_too_many_runs_are_refused(workplace: Path) -> None:
    with pytest.raises(InputError, match="more than"):
        builds.start(Order().document(), builds.MAX_RUNS + 1)


# --- The end of the server --------------------------------------------------------------------------------

SERVER = """
import time
from sanfang.dashboard.pages.results.order import Order
from sanfang.dashboard.worlds import builds
order = Order(district="demo", size=0.25, days=60, replications=20)
builds.start(order.document(), order.runs)
time.sleep(600)
"""


def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.1)


def done(store: Path) -> int:
    """How many runs a store has; none before it is one."""
    try:
        with Results(store) as results:
            return results.status().done
    except InputError:
        return 0


def test_a_sweep_ends_with_its_server_however_that_ends_and_goes_on_after_it(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is killed with no time to say anything; the run in hand is ended, and what was made is there."""
    server = subprocess.Popen([sys.executable, "-c", SERVER])
    store = workplace / "results" / "built-1"
    try:
        until(lambda: (store / builds.STORE).exists() and done(store))
    finally:
        server.kill()
        server.wait()
    until(lambda: builds.unfinished(), builds.PATIENCE)  # nobody writes to it any more
    (left,) = builds.unfinished()
    assert 0 < left.done < left.planned == 40 and left.name == "built-1"
    assert left.command == "sanfang sweep experiments/built/built-1.toml --out results/built-1"
    monkeypatch.setattr(builds, "COMMAND", (sys.executable, "-c", "import sys; sys.exit(' '.join(sys.argv[1:3]))"))
    again = builds.go_on(left)
    assert finished(again) == FAILED and again.job.error == "experiments/built/built-1.toml --out"


def test_a_server_that_is_stopped_waits_a_moment_for_its_sweep(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for one that does not listen: it is ended."""
    deaf = "import os, signal, time; signal.signal(15, signal.SIG_IGN); print(os.getpid(), file=open('pid', 'w'))"
    monkeypatch.setattr(builds, "COMMAND", (sys.executable, "-c", f"{deaf}; time.sleep(60)"))
    monkeypatch.setattr(builds, "LAST_PATIENCE", 0.3)
    build = builds.start(Order().document(), 10)
    until(lambda: (workplace / "pid").exists() and (workplace / "pid").read_text())
    builds.end()
    assert build.job.state == CANCELLED
    with pytest.raises(ProcessLookupError):
        os.kill(int((workplace / "pid").read_text()), 0)


@pytest.mark.parametrize("way", [SystemExit, KeyboardInterrupt])
def test_however_a_server_is_asked_to_end_its_sweep_is_ended(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, way: type[BaseException]
) -> None:
    def run() -> None:
        raise way

    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(serve, "_server", lambda *_: SimpleNamespace(run=run))
    for step in ("_warm_up", "_give_memory_back", "_open_files"):
        monkeypatch.setattr(serve, step, lambda *_: None)
    monkeypatch.setattr("sanfang.dashboard.door.log.start", lambda: None)
    monkeypatch.setattr(builds, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    build = builds.start(Order().document(), 10)
    with pytest.raises(way):
        serve.serve()
    assert build.job.state == CANCELLED


def test_the_page_offers_to_go_on_with_what_was_interrupted(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And offers it no more while it is at work."""
    left = builds.Unfinished("built-3", 12, 40)
    monkeypatch.setattr(builds, "unfinished", lambda: [left])
    monkeypatch.setattr(builds, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    box, context = solara.render(Builder("en", lambda _: None), handle_error=False)

    def shown(kind: str) -> list[Any]:
        return [widget for widget in widgets_of(box) if hasattr(widget, kind)]

    try:
        (note,) = [one for piece in shown("notes") for one in piece.notes if "built-3" in one["text"]]
        assert "12 of 40" in note["text"] and left.command in note["text"]
        (row,) = [one for one in shown("buttons") if any(button["id"] == "built-3" for button in one.buttons)]
        row._handle_custom_msg({"event": "press", "data": "built-3"}, [])
        now = builds.latest()
        assert now is not None and now.name == "built-3" and now.job.total == 40
        assert not any("built-3" in one["text"] for piece in shown("notes") for one in piece.notes)
        now.job.cancel()
        assert finished(now) == CANCELLED
    finally:
        context.close()
