"""Jobs of pages: they wait their turn, tell how far they are, and stop when the page is left."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import solara

from jobs import asked
from sanfang.dashboard.widgets.progress import use_job
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.run.background import CANCELLED, DONE, FAILED, RUNNING, WAITING
from sanfang.run.slots import Slots

SOON = 10.0
"""Seconds after which something that must happen has failed to."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One job at once, and one turn."""
    monkeypatch.setattr(shared_slots, "JOBS", Slots(1, each=1))
    monkeypatch.setattr(shared_slots, "TURNS", Slots(1, each=1))


class Held:
    """A job that begins, and goes on when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.job: PageJob[str] = PageJob(self._make)

    def _make(self, job: PageJob[str]) -> str:
        self.begun.set()
        assert self.go_on.wait(SOON)
        job.check()
        return "made"


def test_a_job_tells_that_it_waits_runs_and_is_done() -> None:
    told, held = list[str](), Held()
    held.job.listen(lambda: told.append(held.job.state))
    assert held.job.state == WAITING and held.job.busy
    held.job.start()
    assert held.begun.wait(SOON) and held.job.state == RUNNING
    held.go_on.set()
    assert held.job.join(SOON) and held.job.found == "made"
    assert told == [RUNNING, DONE] and not held.job.busy


def test_a_job_waits_behind_those_before_it_and_makes_nothing_if_it_is_cancelled_meanwhile(few: None) -> None:
    first, second, third = Held(), Held(), Held()
    first.job.start()
    assert first.begun.wait(SOON)
    for one in (second, third):
        waiting = threading.Event()
        one.job.listen(waiting.set)
        one.job.start()
        assert waiting.wait(SOON)
    assert (second.job.before, third.job.before) == (0, 1) and third.job.state == WAITING
    second.job.cancel()
    assert second.job.join(SOON) and second.job.state == CANCELLED and not second.begun.is_set()
    assert third.job.before == 0 and not third.begun.is_set()
    first.go_on.set()
    assert third.begun.wait(SOON)
    third.go_on.set()
    assert third.job.join(SOON) and shared_slots.JOBS.free == 1


def test_a_job_that_breaks_down_says_why_and_gives_its_place_back(few: None) -> None:
    job: PageJob[float] = PageJob(lambda job: 1 / 0)
    job.run()
    assert job.state == FAILED and "ZeroDivisionError" in job.error and shared_slots.JOBS.free == 1


def test_a_job_waits_for_room_before_it_takes_a_place(few: None) -> None:
    held = Slots(10, each=10)
    other, job = asked(held, "somebody else", 8), PageJob(lambda job: "made", room=held.slot("me", 4))
    job.start()
    assert not job.join(0.05) and job.waits_for_room and shared_slots.JOBS.free == 1
    other.leave()
    assert job.join(SOON) and job.found == "made" and held.free == 6  # what it made stays in memory
    job.leave()
    assert held.free == 10


def test_a_long_job_lets_others_have_the_place_between_its_turns(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanfang.run.background.KEEP_SECONDS", 0.0)
    order, waits = list[str](), threading.Event()
    short: PageJob[None] = PageJob(lambda job: order.append("short"))
    short.listen(waits.set)

    def long_(job: PageJob[None]) -> None:
        with job.turn():
            order.append("first turn")
            short.start()
            assert waits.wait(SOON)
        with job.turn():
            order.append("second turn")

    job: PageJob[None] = PageJob(long_)
    job.run()
    assert order == ["first turn", "short", "second turn"] and job.state == DONE


def test_jobs_and_players_take_turns(few: None) -> None:
    """While a job computes nobody else does; a player who asked meanwhile comes before its next turn."""
    order, plays = list[str](), threading.Event()

    def play() -> None:
        slot = shared_slots.TURNS.slot("a player")
        slot.ask()
        plays.set()
        with slot:
            order.append("player")

    player = threading.Thread(target=play, daemon=True)

    def make(job: PageJob[None]) -> None:
        with job.turn():
            player.start()
            assert plays.wait(SOON)
            order.append("job")
        with job.turn():
            order.append("job")

    PageJob(make).run()
    player.join(SOON)
    assert order == ["job", "player", "job"]


def test_what_must_be_made_once_is_waited_for_without_keeping_others_from_their_places(few: None) -> None:
    """With one slot in all: who makes it needs the slot that those who wait for it would have."""
    among, order, both = Slots(1, each=1), list[str](), threading.Barrier(2, timeout=SOON)

    def make(name: str) -> Callable[[PageJob[None]], None]:
        def make(job: PageJob[None]) -> None:
            with job.alone(among):
                for _ in range(3):
                    job.give_way()
                    order.append(name)

        return make

    jobs = [PageJob(make(name)) for name in ("a", "b")]
    threads = [threading.Thread(target=lambda job=job: (both.wait(), job.run()), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert [job.state for job in jobs] == [DONE, DONE] and sorted(order) == ["a"] * 3 + ["b"] * 3
    assert order in (["a"] * 3 + ["b"] * 3, ["b"] * 3 + ["a"] * 3)


def test_progress_is_told_to_those_who_listen_until_they_stop() -> None:
    told = list[int]()
    job: PageJob[None] = PageJob(lambda job: [job.did() for _ in range(3)] and None, total=3)
    stop = job.listen(lambda: told.append(job.done))
    stop()
    stop()
    job.run()
    assert not told and job.done == 3 and job.seconds_left == 0.0


def test_leaving_the_page_or_another_setup_stops_what_was_begun() -> None:
    jobs = list[PageJob[str]]()
    go_on = threading.Event()

    def make(job: PageJob[str]) -> str:
        assert go_on.wait(SOON)
        job.check()
        return "made"

    @solara.component
    def Page(setup: str) -> None:
        jobs.append(use_job(make, [setup], megabytes=5)[0])
        solara.Text(setup)

    free = shared_slots.HELD.free
    _, rendered = solara.render(Page("a"), handle_error=False)
    rendered.render(Page("b"))
    first, second = jobs[0], jobs[-1]
    assert first is not second and first.left and not second.left
    rendered.close()
    assert second.left
    go_on.set()
    assert first.join(SOON) and second.join(SOON)
    assert (first.state, second.state) == (CANCELLED, CANCELLED) and shared_slots.HELD.free == free
