"""Worlds on their way to an address: built and played by a job, cancelled, left alone, brought back."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import ipyvue
import pytest
import solara

from jobs import asked
from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.pages.compare.page import ComparePage
from sanfang.dashboard.pages.follow.page import FollowPage
from sanfang.dashboard.pages.live.page import LivePage
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.widgets.progress import standing
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.model.model import DistrictModel
from sanfang.run.background import CANCELLED, DONE, FAILED, BackgroundJob
from sanfang.run.moves import Move, with_moves
from sanfang.run.slots import Slots
from sanfang.scenario.scenario import Scenario

ADDRESS = Address(lang="en", district="demo", size=0.25, seed=3, days=60, day=40)
SOON = 10.0
"""Seconds after which something that must happen has failed to."""


class Page:
    """A page drawn in this thread, whose jobs are made when the test says so."""

    def __init__(self, component: Any, address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
        self.jobs = list[PageJob[Any]]()
        monkeypatch.setattr(PageJob, "start", lambda job: self.jobs.append(job) or (job.room and job.room.ask()))
        monkeypatch.setattr(BackgroundJob, "start", lambda job: None)  # no thread of the present run draws meanwhile
        viewer.address.set(address)
        self.drawn = solara.render(component(), handle_error=False)[1]

    def pieces(self, trait: str) -> list[Any]:
        """The pieces of the page that have a property."""
        return [one for one in self.drawn.find(ipyvue.VueTemplate).widgets if trait in one.trait_names()]

    @property
    def transport(self) -> dict[str, Any] | None:
        """What the transport shows; None where there is none."""
        return next((one.state for one in self.pieces("state") if "speeds" in one.state), None)

    @property
    def told(self) -> str:
        """What cards and notes say."""
        notes = [note["text"] for one in self.pieces("notes") for note in one.notes]
        return " ".join([*notes, *(one.text for one in self.pieces("text") if one.has_trait("done"))])

    def press(self, id_: str) -> None:
        """Press a button."""
        (one,) = (one for one in self.pieces("buttons") if any(button["id"] == id_ for button in one.buttons))
        one.vue_event_press(id_)

    def ask(self, action: str, value: int = 0) -> None:
        """Use the transport."""
        next(one for one in self.pieces("state") if "speeds" in one.state).vue_event_do(
            {"action": action, "value": value}
        )


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any, Address], Page]]:
    """Opens a page; closes it, and puts the viewer's address back."""
    before, pages = viewer.address.value, list[Page]()

    def draw(component: Any, address: Address) -> Page:
        pages.append(Page(component, address, monkeypatch))
        return pages[-1]

    yield draw
    for one in pages:
        one.drawn.close()
    viewer.address.set(before)


TWO = replace(ADDRESS, worlds=(LinkedWorld("before"), LinkedWorld("three-devolutions", moves=((10, "triage", 0.5),))))
PAGES = {"live": (LivePage, ADDRESS), "compare": (ComparePage, TWO), "follow": (FollowPage, ADDRESS)}
Open = Callable[[Any, Address], Page]


def after(job: PageJob[Any], days: int, then: Callable[[], None]) -> None:
    """Have something happen once a job has played so many days."""
    did = job.did

    def count(amount: int = 1) -> None:
        did(amount)
        if job.done >= days:
            then()

    job.did = count  # type: ignore[method-assign]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_there_before_anything_is_built_or_played(
    name: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a world was built while the page was drawn")

    with monkeypatch.context() as forbidden:
        forbidden.setattr(DistrictModel, "__init__", never)
        page = open_page(*PAGES[name])
        assert page.pieces("fields") and page.transport is None and say("job_next", "en") in page.told
        assert len(page.jobs) == 1 and viewer.address.value.day == 40
    page.jobs[0].run()
    assert page.jobs[0].state == DONE and viewer.address.value.day == 40


def test_the_worlds_of_a_link_are_those_that_were_played_to_the_last_digit(open_page: Open) -> None:
    page, told = open_page(ComparePage, TWO), list[str]()
    page.jobs[0].listen(lambda: told.append(page.told))
    monkey = page.jobs[0]
    after(monkey, 2, lambda: told.append(str(page.transport and page.transport["busy"])))
    monkey.run()
    assert say("job_building", "en", percent=0) in told and "True" in told
    assert page.transport is not None and page.transport["day"] == 40 and not page.transport["busy"]
    assert viewer.address.value.worlds == TWO.worlds and not page.told


@pytest.mark.parametrize("name", ["live", "compare"])
def test_cancel_leaves_the_page_at_the_day_that_was_reached(name: str, open_page: Open) -> None:
    page = open_page(*PAGES[name])
    count = len(PAGES[name][1].worlds)
    after(page.jobs[0], 20 * count, lambda: page.press("cancel"))
    page.jobs[0].run()
    assert page.jobs[0].state == CANCELLED and len(page.jobs) == 1
    assert page.transport is not None and page.transport["day"] == viewer.address.value.day == 20
    assert not page.transport["busy"] and not page.told
    page.ask("step", 7)
    page.jobs[1].run()
    assert page.transport["day"] == viewer.address.value.day == 27
    assert viewer.address.value.worlds == PAGES[name][1].worlds


def test_cancel_before_anything_was_built_offers_to_start_again(open_page: Open) -> None:
    page = open_page(LivePage, ADDRESS)
    page.press("cancel")
    page.jobs[0].run()
    assert page.transport is None and say("job_cancelled", "en") in page.told and viewer.address.value == ADDRESS
    page.press("again")
    page.jobs[1].run()
    assert page.transport is not None and page.transport["day"] == 40


def test_going_back_and_another_policy_are_jobs_too_and_meanwhile_nothing_can_be_moved(open_page: Open) -> None:
    page = open_page(ComparePage, TWO)
    page.jobs[0].run()
    page.ask("rewind", 15)
    assert viewer.address.value.day == 15 and page.transport["day"] == 40 and page.transport["busy"]
    page.ask("rewind", 3)
    for levers in page.pieces("groups"):
        levers.vue_event_move({"lever": "triage", "level": 1.0})
    assert len(page.jobs) == 2 and viewer.address.value.worlds[0].moves == ()
    page.jobs[1].run()
    assert page.transport["day"] == 15 and not page.transport["busy"]
    choices = next(one for one in page.pieces("fields") if one.fields[0]["id"] == "scenario")
    choices.vue_event_pick({"field": "scenario-b", "value": "precision"})
    page.press("cancel")
    page.jobs[2].run()
    assert viewer.address.value.worlds == (
        LinkedWorld("before"),
        LinkedWorld("three-devolutions", moves=((10, "triage", 0.5),)),
    )
    choices.vue_event_pick({"field": "scenario-b", "value": "precision"})
    page.jobs[3].run()
    assert (
        viewer.address.value.worlds == (LinkedWorld("before"), LinkedWorld("precision")) and page.transport["day"] == 15
    )


def test_a_run_of_the_follow_page_that_is_cancelled_is_shown_as_far_as_it_got(open_page: Open) -> None:
    page = open_page(FollowPage, ADDRESS)
    after(page.jobs[0], 30, lambda: page.press("cancel"))
    page.jobs[0].run()
    assert page.jobs[0].state == CANCELLED and viewer.address.value.day == 30
    page.jobs[1].run()
    assert page.jobs[1].done == 0 and page.jobs[1].found is page.jobs[0].found  # nothing is played again
    assert next(one for one in page.pieces("fields")).fields[1]["value"] == 30


def test_who_comes_when_memory_is_full_is_told_so_and_waits_until_somebody_leaves(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = limits.world_megabytes(0.25 * limits.population("demo"), 60)
    monkeypatch.setattr(shared_slots, "HELD", Slots(need, each=need))
    other = asked(shared_slots.HELD, "somebody else", need)
    page = open_page(LivePage, ADDRESS)
    job = page.jobs[0]
    told = list[str]()
    job.listen(lambda: (told.append(page.told), other.leave()))
    job.run()
    assert told[0] == say("job_next_room", "en")
    assert page.transport is not None and page.transport["day"] == 40 and shared_slots.HELD.free == 0
    page.drawn.close()
    assert shared_slots.HELD.free == need


@pytest.mark.parametrize("name", PAGES)
def test_a_page_left_alone_makes_room_for_who_waits_and_its_address_brings_it_back(
    name: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_slots, "HELD", Slots(100, each=100, idle_seconds=limits.IDLE_SECONDS))
    page = open_page(*PAGES[name])
    for job in page.jobs:  # the first begins another on the Follow page
        job.run()
    late = asked(shared_slots.HELD, "somebody who comes late", 100)
    late.hurry()
    assert not late.given and not page.told  # it was used a moment ago
    page.jobs[0].room.used -= limits.IDLE_SECONDS + 1
    late.hurry()
    assert late.given and page.transport is None and say("job_away", "en", minutes=10) in page.told
    assert page.jobs[0].found is None and viewer.address.value.worlds == PAGES[name][1].worlds
    page.press("again")
    late.leave()
    back = page.jobs[-1]
    back.run()
    assert back.state == DONE and viewer.address.value.day == 40 and shared_slots.HELD.free < 100


def test_a_viewer_who_leaves_frees_everything_and_the_work_stops_within_a_turn() -> None:
    """In a process of its own, as Solara does it when a page is closed, or did not come back in time."""
    script = """
        import threading
        import solara
        import solara.server.app
        from solara.server import kernel_context
        from solara.server.kernel import Kernel
        from sanfang.dashboard.worlds import present, shared_slots
        from sanfang.dashboard.widgets import viewer
        from sanfang.dashboard.address import Address, LinkedWorld
        from sanfang.dashboard.pages.compare.page import ComparePage
        from sanfang.dashboard.pages.follow.page import FollowPage
        from sanfang.dashboard.worlds.job import PageJob
        from sanfang.run.background import DAYS_A_TURN
        from sanfang.dashboard.pages.live.page import LivePage

        start, did = PageJob.start, PageJob.did
        for component, worlds in ((LivePage, 1), (ComparePage, 2), (FollowPage, 1)):
            jobs, playing, left = [], threading.Event(), threading.Event()
            PageJob.start = lambda job: (jobs.append(job), start(job))
            PageJob.did = lambda job, amount: (did(job, amount), playing.set(), left.wait(20))
            context = kernel_context.VirtualKernelContext("a viewer", Kernel(), session_id="")
            with context:
                viewed = Address(district="demo", size=0.25, day=365, start="empty", worlds=(LinkedWorld(),) * worlds)
                viewer.address.set(viewed)
                _, context.app_object = solara.render(component(), handle_error=False)
            assert playing.wait(60)
            context.close()
            assert not any(run.is_alive for run in present._RUNS.values())  # which nobody looks at any more
            left.set()
            (job,) = jobs
            assert job.join(20) and job.owner == "a viewer" and job.state == "cancelled", (job.state, job.error)
            assert job.done == DAYS_A_TURN * worlds and job.found is None
            for thread in [thread for thread in threading.enumerate() if thread.name == "job"]:
                thread.join(20)
            slots = (shared_slots.HELD, shared_slots.PRESENT, shared_slots.JOBS, shared_slots.TURNS)
            assert all(among.free == among.count for among in slots)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_link_that_no_world_can_be_built_from_is_told(open_page: Open) -> None:
    """A list of domains cannot be moved in mid-run, and only building the world finds out."""
    page = open_page(LivePage, replace(ADDRESS, worlds=(LinkedWorld("before", moves=((5, "service_scope", 1.0),)),)))
    page.jobs[0]._make = lambda job: with_moves(  # type: ignore[assignment]
        Scenario.load("before", district="demo").with_({"policy.service_scope": ["care"]}),
        [Move(5, "service_scope", 1.0)],
    )
    page.jobs[0].run()
    assert page.jobs[0].state == FAILED and "list of domains" in page.told and page.transport is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_card_says_how_many_are_before_in_both_languages(lang: str) -> None:
    among = Slots(1, each=1)
    _, _, slot = (asked(among, name) for name in "abc")
    job: PageJob[None] = PageJob(lambda job: None)
    job._asked = slot
    assert "1" in standing(job, lang) and say("job_next", lang) != standing(job, lang)
    job._asked = among.slot("d")
    assert standing(job, lang) == say("job_next", lang)
