"""What many viewers share: places for computing, for jobs and for worlds in memory; and jobs that keep to them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import ipyvue
import pytest
import solara
from hypothesis import given, settings
from hypothesis import strategies as st

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.pages.compare.page import ComparePage
from sanfang.dashboard.pages.follow.page import FollowPage
from sanfang.dashboard.pages.live.page import LivePage
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.widgets.progress import standing, use_job
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds import slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.model.model import DistrictModel
from sanfang.run.background import CANCELLED, DONE, FAILED, RUNNING, WAITING
from sanfang.run.moves import Move, with_moves
from sanfang.run.places import Place, Places
from sanfang.scenario.scenario import Scenario

ADDRESS = Address(lang="en", district="demo", size=0.25, seed=3, days=60, day=40)
SOON = 10.0
"""Seconds after which something that must happen has failed to."""


# --- Places -----------------------------------------------------------------------------------------------


def asked(among: Places, owner: object, size: int = 1) -> Place:
    place = among.place(owner, size)
    place.ask()
    return place


def test_places_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    among = Places(1, each=1)
    first, second, third = (asked(among, name) for name in "abc")
    assert [first.given, second.given, third.given] == [True, False, False]
    assert [first.before, second.before, third.before] == [0, 0, 1] and among.wanted
    first.leave()
    assert second.given and not third.given and third.before == 0
    second.leave()
    second.leave()  # which frees no second one
    assert third.given and among.free == 0 and not among.wanted


def test_nobody_has_more_than_his_share_and_those_behind_him_need_not_wait_for_it() -> None:
    among = Places(3, each=1)
    mine, more, theirs = asked(among, "me"), asked(among, "me"), asked(among, "you")
    assert mine.given and not more.given and theirs.given and among.free == 1
    mine.leave()
    assert more.given


def test_one_who_needs_much_is_not_overtaken_for_ever_by_those_who_need_little() -> None:
    among = Places(4, each=3)
    small, large, late = asked(among, "a", 2), asked(among, "b", 3), asked(among, "c", 1)
    assert small.given and not large.given and not late.given
    small.leave()
    assert large.given and late.given and among.free == 0


def test_one_who_gives_up_lets_those_behind_him_in() -> None:
    among = Places(4, each=4)
    small, large, late = asked(among, "a", 2), asked(among, "b", 4), asked(among, "c", 2)
    large.give_up()
    assert late.given and not large.given and large.answered.is_set()
    small.give_up()
    assert small.given  # what was given stays until it is left
    large.ask()
    assert not large.given and not among.wanted


def test_who_asks_for_more_than_a_share_gets_a_share() -> None:
    assert asked(Places(4, each=2), "a", 100).given


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.sampled_from(("ask", "give_up", "leave"))), max_size=40
    )
)
def test_whatever_is_asked_and_left_the_limits_hold_and_nobody_waits_beside_free_places(
    orders: list[tuple[str, int, str]],
) -> None:
    among, places = Places(5, each=4), list[Place]()
    for owner, size, what in orders:
        if what == "ask":
            places.append(asked(among, owner, size))
        elif places:
            getattr(places[size % len(places)], what)()
        has = {name: sum(one.size for one in places if one.given and one.owner == name) for name in "abc"}
        assert sum(has.values()) == 5 - among.free <= 5 and max(has.values()) <= 4
        waiting = [one for one in places if not one.answered.is_set()]
        could = [one for one in waiting if has[one.owner] + one.size <= 4]
        assert not could or could[0].size > among.free
    for one in places:
        one.leave()
    assert among.free == 5


def test_the_largest_page_of_one_viewer_fits_into_his_share_and_a_room_of_viewers_into_all() -> None:
    largest = limits.MAX_WORLDS * (
        limits.world_megabytes(limits.MAX_RESIDENTS, limits.MAX_DAYS)
        + limits.table_megabytes(limits.MAX_RESIDENTS, limits.MAX_DAYS)
    )
    assert largest <= limits.HELD_EACH_MEGABYTES
    usual = limits.world_megabytes(limits.usual_size("licang") * limits.population("licang"), 365)
    assert limits.HELD_MEGABYTES < 4_000 or 100 * usual <= limits.HELD_MEGABYTES


@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory told so")
def test_a_world_takes_about_as_much_memory_as_is_counted_for_it() -> None:
    """In a process of its own: four worlds of the demonstration district."""
    script = """
        from pathlib import Path
        from sanfang.dashboard import limits
        from sanfang.dashboard.address import Address, LinkedWorld
        from sanfang.dashboard.worlds.played import PlayedWorld
        def played():
            world = PlayedWorld(Address(district="demo", size=1.0, days=120), LinkedWorld())
            world.step(120)
            return world
        megabytes = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
        first, before = played(), megabytes()
        worlds = [played() for _ in range(4)]
        print((megabytes() - before) / 4 / limits.world_megabytes(limits.population("demo"), 120))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert 0.4 < float(done.stdout) < 1.6


# --- Jobs -------------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One job at once, and one turn."""
    monkeypatch.setattr(slots, "JOBS", Places(1, each=1))
    monkeypatch.setattr(slots, "TURNS", Places(1, each=1))


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
    assert third.job.join(SOON) and slots.JOBS.free == 1


def test_a_job_that_breaks_down_says_why_and_gives_its_place_back(few: None) -> None:
    job: PageJob[float] = PageJob(lambda job: 1 / 0)
    job.run()
    assert job.state == FAILED and "ZeroDivisionError" in job.error and slots.JOBS.free == 1


def test_a_job_waits_for_room_before_it_takes_a_place(few: None) -> None:
    held = Places(10, each=10)
    other, job = asked(held, "somebody else", 8), PageJob(lambda job: "made", room=held.place("me", 4))
    job.start()
    assert not job.join(0.05) and job.waits_for_room and slots.JOBS.free == 1
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
        place = slots.TURNS.place("a player")
        place.ask()
        plays.set()
        with place:
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
    """With one place in all: who makes it needs the place that those who wait for it would have."""
    among, order, both = Places(1, each=1), list[str](), threading.Barrier(2, timeout=SOON)

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


# --- A page and its job ---


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

    free = slots.HELD.free
    _, rendered = solara.render(Page("a"), handle_error=False)
    rendered.render(Page("b"))
    first, second = jobs[0], jobs[-1]
    assert first is not second and first.left and not second.left
    rendered.close()
    assert second.left
    go_on.set()
    assert first.join(SOON) and second.join(SOON)
    assert (first.state, second.state) == (CANCELLED, CANCELLED) and slots.HELD.free == free


# --- Worlds on their way to an address --------------------------------------------------------------------


class Page:
    """A page drawn in this thread, whose jobs are made when the test says so."""

    def __init__(self, component: Any, address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
        self.jobs = list[PageJob[Any]]()
        monkeypatch.setattr(PageJob, "start", lambda job: self.jobs.append(job) or (job.room and job.room.ask()))
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
    assert say("job_playing", "en", day=40, percent=0) in told and "True" in told
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
    monkeypatch.setattr(slots, "HELD", Places(need, each=need))
    other = asked(slots.HELD, "somebody else", need)
    page = open_page(LivePage, ADDRESS)
    job = page.jobs[0]
    told = list[str]()
    job.listen(lambda: (told.append(page.told), other.leave()))
    job.run()
    assert told[0] == say("job_next_room", "en")
    assert page.transport is not None and page.transport["day"] == 40 and slots.HELD.free == 0
    page.drawn.close()
    assert slots.HELD.free == need


@pytest.mark.parametrize("name", PAGES)
def test_a_page_left_alone_makes_room_for_who_waits_and_its_address_brings_it_back(
    name: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "HELD", Places(100, each=100, idle_seconds=limits.IDLE_SECONDS))
    page = open_page(*PAGES[name])
    for job in page.jobs:  # the first begins another on the Follow page
        job.run()
    late = asked(slots.HELD, "somebody who comes late", 100)
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
    assert back.state == DONE and viewer.address.value.day == 40 and slots.HELD.free < 100


def test_a_viewer_who_leaves_frees_everything_and_the_work_stops_within_a_turn() -> None:
    """In a process of its own, as Solara does it when a page is closed, or did not come back in time."""
    script = """
        import threading
        import solara
        import solara.server.app
        from solara.server import kernel_context
        from solara.server.kernel import Kernel
        from sanfang.dashboard.worlds import slots
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
                viewer.address.set(Address(district="demo", size=0.25, day=365, worlds=(LinkedWorld(),) * worlds))
                _, context.app_object = solara.render(component(), handle_error=False)
            assert playing.wait(60)
            context.close()
            left.set()
            (job,) = jobs
            assert job.join(20) and job.owner == "a viewer" and job.state == "cancelled", (job.state, job.error)
            assert job.done == DAYS_A_TURN * worlds and job.found is None
            assert all(among.free == among.count for among in (slots.HELD, slots.JOBS, slots.TURNS))
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
    among = Places(1, each=1)
    _, _, place = (asked(among, name) for name in "abc")
    job: PageJob[None] = PageJob(lambda job: None)
    job._asked = place
    assert "1" in standing(job, lang) and say("job_next", lang) != standing(job, lang)
    job._asked = among.place("d")
    assert standing(job, lang) == say("job_next", lang)
