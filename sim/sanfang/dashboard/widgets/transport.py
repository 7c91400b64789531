"""What pages that play share: a group of worlds, what transport and levers ask for, an address that keeps up.

A page follows its address: worlds are built and played up to the address's day as a job, in small steps, once there is
room and a slot for it. Going back, a step, another scenario are new addresses, and the same job.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import solara

from sanfang.dashboard.address import Address
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.progress import JobCard, percent, use_told
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.session_group import SPEEDS, SessionGroup
from sanfang.run.background import CANCELLED, DONE
from sanfang.scenario.errors import InputError

ADDRESS_EVERY = 1.0
"""Seconds between updates of the address during play; browsers refuse many a second."""

TRANSPORT_WORDS = (
    "controls", "play", "pause", "reset", "undo", "redo", "speed", "per_second", "day", "week", "month", "back_to",
)  # fmt: skip


@dataclass(frozen=True)
class PageState:
    """The worlds of a page, and the `job` that brings them to its address.

    `frame` counts pictures, `moved` what was done to the worlds besides playing, `begun` what the page asked for.
    """

    group: SessionGroup
    job: solara.Reactive[PageJob[None] | None]
    frame: solara.Reactive[int]
    moved: solara.Reactive[int]
    error: solara.Reactive[str]
    begun: solara.Reactive[int]

    @property
    def playing(self) -> bool:
        return self.group.playback.playing

    @property
    def busy(self) -> bool:
        """Whether the worlds are on their way: then nothing can be done with them."""
        job = self.job.value
        return job is not None and job.busy

    def do(self, order: dict[str, Any]) -> None:
        """Carry out what the transport asks for."""
        if not isinstance(order, dict) or self.busy:
            return
        wanted = self.group.carry_out(order)
        if wanted is not None:
            others = viewer.address.peek().worlds[len(wanted.worlds) :]
            viewer.change(day=wanted.day, worlds=(*wanted.worlds, *others))
            self.again()
            return
        if not self.playing:
            self.changed()
        self.frame.set(self.frame.value + 1)

    def again(self) -> None:
        """Bring the worlds to the address."""
        self.begun.set(self.begun.value + 1)

    def move(self, side: int, order: dict[str, Any]) -> None:
        """Move a lever in one of the worlds."""
        if self.busy:
            return
        try:
            self.group.move(side, str(order["lever"]), min(max(float(order["level"]), 0.0), 1.0))
        except (InputError, KeyError, TypeError, ValueError, OverflowError) as problem:
            self.error.set(str(problem))
            return
        self.error.set("")
        self.changed()
        self.frame.set(self.frame.value + 1)

    def changed(self) -> None:
        """Let the address and the levers follow."""
        self.keep()
        self.moved.set(self.moved.value + 1)

    def keep(self) -> None:
        """Let the address say what has been played, unless the worlds are on their way to it."""
        if not self.busy:
            keep(self.group)

    def arrived(self, wanted: Address, job: PageJob[None]) -> None:
        """A job has ended; where it did not get to `wanted`, the address goes back to the worlds that are there."""
        if self.group.worlds and job.state != DONE:
            address, now = viewer.address.peek(), self.group.shown
            district, size, seed, days, start = now.place
            worlds = (*now.worlds, *address.worlds[len(wanted.worlds) :])
            where = {"district": district, "size": size, "seed": seed, "days": days, "start": start}
            viewer.change(**where, day=now.day, worlds=worlds)
        self.draw()

    def draw(self) -> None:
        """Draw the worlds that are there now."""
        self.moved.set(self.moved.value + 1)
        self.frame.set(self.frame.value + 1)


def use_page_state(count: int) -> PageState:
    """The first `count` worlds of the address, made anew when their place or a scenario changes; stops on leaving."""
    frame, moved, begun = solara.use_reactive(0), solara.use_reactive(0), solara.use_reactive(0)
    error = solara.use_reactive("")
    job: solara.Reactive[PageJob[None] | None] = solara.use_reactive(None)
    group: SessionGroup = solara.use_memo(lambda: _session_group(frame), [])
    page = PageState(group, job, frame, moved, error, begun)
    _ = moved.value  # other worlds are drawn
    group.use()
    address = viewer.address.value
    scenarios = tuple(world.scenario for world in address.worlds[:count])
    solara.use_effect(lambda: _begin(page, count), [*address.place, begun.value, scenarios])
    solara.use_effect(lambda: lambda: _leave(page), [])
    return page


def _begin(page: PageState, count: int) -> Callable[[], None] | None:
    """Begin a job that brings the worlds to the address, unless they are there; returns what ends it."""
    group, address = page.group, viewer.address.peek()
    wanted = replace(address, worlds=address.worlds[:count])
    group.playback.pause()
    if group.is_at(wanted):
        return None
    room, viewer_page = group.make_room(wanted), shared_slots.page()
    job: PageJob[None] = PageJob(lambda job: group.bring(wanted, job, page.draw), room=room)

    def put_away() -> None:
        group.clear()
        job.put_away()
        with viewer_page:
            page.draw()

    room.put_away = put_away
    silence = job.listen(lambda: None if job.busy else page.arrived(wanted, job))

    def end() -> None:
        silence()
        job.cancel()

    page.job.set(job)
    job.start()
    return end


def _leave(page: PageState) -> None:
    """The page is left: its day stays in the address, its worlds are let go."""
    page.group.playback.pause()
    page.keep()
    page.group.leave_room()


def keep(group: SessionGroup) -> None:
    """Let the address say what has been played, unless it has gone on to other worlds."""
    if not group.worlds:
        return
    address, now = viewer.address.peek(), group.shown
    if address.place != now.place:
        return
    worlds, others = address.worlds[: len(now.worlds)], address.worlds[len(now.worlds) :]
    if [world.scenario for world in worlds] == [world.scenario for world in now.worlds]:
        viewer.address.set(replace(address, day=now.day, worlds=(*now.worlds, *others)))


def _session_group(frame: solara.Reactive[int]) -> SessionGroup:
    kept_at = time.monotonic()

    def show() -> None:
        nonlocal kept_at
        frame.set(frame.value + 1)
        if group.playback.playing and time.monotonic() - kept_at > ADDRESS_EVERY:
            kept_at = time.monotonic()
            keep(group)

    def ended() -> None:
        keep(group)
        frame.set(frame.value + 1)

    group = SessionGroup(show, ended)  # which `show` asks whether it still plays
    return group


@solara.component
def Arrival(page: PageState, lang: str) -> None:
    """How far the worlds are on their way to the address; nothing once they are there, or were stopped on the way."""
    job = page.job.value
    use_told(job)
    if job is None or (job.state == CANCELLED and page.group.worlds):
        solara.Div(style="display: none")
        return
    day = viewer.address.value.day

    def text() -> str:
        doing = "job_playing" if day and page.group.worlds else "job_building"
        return say(doing, lang, day=day, percent=percent(job))

    JobCard(job, text, lang, again=page.again)


@solara.component
def Transport(page: PageState, frame: int, lang: str) -> None:
    """Play, pause, step, reset, speed, back to an earlier day. `frame` has it drawn anew."""
    group = page.group
    undo, redo = group.history.can(group.shown)
    state: Json = {
        "undo": undo, "redo": redo,
        "playing": page.playing, "busy": page.busy, "over": group.over, "day": group.day,
        "days": group.worlds[0].model.days, "date": str(group.worlds[0].model.date),
        "speed": int(group.playback.days_a_second), "speeds": list(SPEEDS),
    }  # fmt: skip
    words = {word: say(f"transport_{word}", lang) for word in TRANSPORT_WORDS}
    with solara.Div(classes=["card"]):
        parts.Transport(state=state, words=words, event_do=page.do)
