"""The district left as it is: one run for all who look at the same district, ahead of them, and let go after them."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from weakref import WeakValueDictionary

import numpy as np
import pytest

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, LinkedWorld, base_of
from sanfang.dashboard.worlds import present as module
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.dashboard.worlds.present import DAYS_AHEAD, PresentRun, present_run
from sanfang.run.against import recorded
from sanfang.run.background import BackgroundJob
from sanfang.run.session import Session
from sanfang.run.slots import Slots
from sanfang.scenario.scenario import Scenario

DEMO = Address(district="demo", size=0.25, seed=3, days=100)
SOON = 60.0
"""Seconds after which something that must happen has failed to."""


def nothing() -> None:
    """What a viewer who needs no news hears."""


def scenario(name: str = "before", **changes: float) -> Scenario:
    return base_of(DEMO, LinkedWorld(name)).with_({path.replace("__", "."): value for path, value in changes.items()})


def run_of(name: str = "before", **changes: float) -> PresentRun:
    return present_run(scenario(name, **changes), DEMO.seed, DEMO.size, DEMO.days)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[BackgroundJob[None]]:
    """Jobs are made in the thread that starts them; which they were."""
    made = list[BackgroundJob[None]]()

    def start(job: BackgroundJob[None]) -> None:
        made.append(job)
        job.run()

    monkeypatch.setattr(BackgroundJob, "start", start)
    return made


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[BackgroundJob[None]]:
    """Jobs that have been started, and are made when the test says so."""
    made = list[BackgroundJob[None]]()
    monkeypatch.setattr(BackgroundJob, "start", lambda job: made.append(job))
    return made


@pytest.fixture(autouse=True)
def room_is_given_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "_RUNS", WeakValueDictionary())  # no run of another test
    yield
    assert shared_slots.PRESENT.free == shared_slots.PRESENT.count
    assert all(places.free == places.count for places in (shared_slots.JOBS, shared_slots.TURNS))


def test_two_viewers_of_the_same_district_share_one_run_whatever_they_do(at_once: list[BackgroundJob[None]]) -> None:
    mine, theirs = PageSession(DEMO, LinkedWorld()), PageSession(DEMO, LinkedWorld("three-devolutions"))
    mine.move("authority", 0.5, 20)
    runs = [present_run(one.scenario, one.seed, one.scale, one.days) for one in (mine, theirs)]
    assert runs[0] is runs[1]
    leave = [run.join(nothing) for run in runs]
    runs[0].want(10)
    runs[1].want(5)
    assert len(at_once) == 1 and runs[0].seen is not None and runs[0].seen.day == 10 + DAYS_AHEAD
    for one in leave:
        one()


@pytest.mark.parametrize(
    "other", [{"seed": 4}, {"size": 0.5}, {"days": 99}, {"district": "licang"}, {"start": "empty"}]
)
def test_another_district_seed_size_length_or_start_is_another_run(other: dict[str, object]) -> None:
    address = replace(DEMO, **other)  # type: ignore[arg-type]
    base = base_of(address, LinkedWorld())
    assert present_run(base, address.seed, address.size, address.days) is not run_of()


def test_a_setting_that_is_no_lever_makes_another_run_and_a_lever_does_not() -> None:
    kept = run_of()
    assert run_of(policy__authority=1.0) is kept
    assert run_of(staffing__wage=61.0) is not kept


def test_it_is_the_present_policy_to_the_last_bit(at_once: list[BackgroundJob[None]]) -> None:
    """The same days as those of a viewer who moves nothing, however they are played."""
    run = run_of("three-devolutions")
    leave = run.join(nothing)
    run.want(0)
    viewer = Session(scenario("before"), DEMO.seed, DEMO.size, DEMO.days)
    viewer.step(DAYS_AHEAD)
    mine, seen = recorded(viewer), run.seen
    assert seen is not None and seen.day == DAYS_AHEAD
    for name, values in mine.measures.items():
        np.testing.assert_array_equal(values, seen.measures[name])
    assert (mine.hours == seen.hours).all() and (mine.time == seen.time).all()
    leave()


def test_it_stays_ahead_of_the_fastest_and_plays_no_day_twice(
    at_once: list[BackgroundJob[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, step = list[int](), Session.step
    monkeypatch.setattr(Session, "step", lambda session, days=1: (steps.append(days), step(session, days)))
    run = run_of()
    leave = run.join(nothing)
    for day in range(0, DEMO.days + 1, 4):
        run.want(day)
        run.want(day // 2)  # somebody slower
        assert run.seen is not None and run.seen.day >= min(day + DAYS_AHEAD // 2, DEMO.days)
    assert sum(steps) == DEMO.days and len(at_once) <= 1 + DEMO.days // (DAYS_AHEAD // 2)
    assert not run.is_alive and shared_slots.PRESENT.free == limits.PRESENT_MEGABYTES  # over: its series are enough
    leave()


def test_the_world_is_let_go_with_its_last_viewer_and_its_job_stops(waiting: list[BackgroundJob[None]]) -> None:
    run = run_of()
    first, second = run.join(nothing), run.join(nothing)
    run.want(0)
    first()
    assert run.is_alive
    second()
    waiting[0].run()
    assert waiting[0].state == "cancelled" and not run.is_alive and run.seen is None
    run.want(0)
    assert len(waiting) == 1  # nobody looks
    del run, first, second
    waiting.clear()
    gc.collect()
    assert not len(module._RUNS)  # without a page that has it, its series go, too


def test_who_comes_back_gets_the_run_on_from_what_was_recorded(at_once: list[BackgroundJob[None]]) -> None:
    run = run_of()
    run.join(nothing)()
    leave = run.join(nothing)
    run.want(0)
    first = run.seen
    leave()
    again = run.join(nothing)
    assert run.seen is first and not run.is_alive
    run.want(40)
    assert first is not None and run.seen is not None and run.seen.day == DEMO.days
    for name, values in first.measures.items():
        np.testing.assert_array_equal(values, run.seen.measures[name][: first.day])
    again()


def test_it_waits_for_room_of_its_own_and_takes_none_from_viewers(
    waiting: list[BackgroundJob[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    need = limits.world_megabytes(DEMO.size * limits.population("demo"), DEMO.days)
    few = Slots(need, each=need, idle_seconds=limits.IDLE_SECONDS)
    monkeypatch.setattr(shared_slots, "PRESENT", few)
    held, one, two = shared_slots.HELD.free, run_of(), run_of(staffing__wage=61.0)
    leave = [one.join(nothing), two.join(nothing)]
    one.want(0)
    waiting[0].run()
    two.want(0)
    other = threading.Thread(target=waiting[1].run, daemon=True)
    other.start()
    assert one.seen is not None and two.seen is None and shared_slots.HELD.free == held
    leave[0]()
    other.join(SOON)
    assert two.seen is not None and few.free == 0
    leave[1]()
    assert few.free == need


def test_a_run_that_cannot_be_made_says_so_once(
    at_once: list[BackgroundJob[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("made up")

    monkeypatch.setattr(module, "Session", broken)
    run, told = run_of(), list[str]()
    leave = run.join(lambda: told.append(run.error))
    run.want(0)
    run.want(1)
    assert "made up" in run.error and told[-1] == run.error and len(at_once) == 1
    leave()


def test_a_page_that_breaks_down_does_not_stop_it_for_the_others(
    at_once: list[BackgroundJob[None]], caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("made up")

    run, told = run_of(), list[str]()
    leave = [run.join(broken), run.join(lambda: told.append("told"))]
    run.want(0)
    assert told and run.seen is not None and run.seen.day == DAYS_AHEAD and not run.error
    assert "made up" in caplog.text
    for one in leave:
        one()


def test_reading_it_never_waits_for_a_day_that_is_being_played(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    step: Callable[..., None] = Session.step

    def slow(session: Session, days: int = 1) -> None:
        begun.set()
        assert go_on.wait(SOON)
        step(session, days)

    monkeypatch.setattr(Session, "step", slow)
    run, done = run_of(), threading.Event()
    leave = run.join(lambda: done.set() if run.seen and run.seen.day == DAYS_AHEAD else None)
    run.want(0)
    assert begun.wait(SOON)
    run.want(0)  # as a frame does: this thread would stand still here
    assert run.seen is None
    go_on.set()
    assert done.wait(SOON)
    leave()
    for thread in threading.enumerate():
        if thread.name == "job":
            thread.join(SOON)
