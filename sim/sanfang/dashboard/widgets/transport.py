"""What pages with a player share: worlds on a stage, what transport and levers ask for, an address that keeps up.

A page follows its address: worlds are built and played up to the address's day as a job, in small steps, once there is
room and a place for it. Going back, a step, another scenario are new addresses, and the same job.
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
from sanfang.dashboard.worlds import slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.stage import SPEEDS, Stage
from sanfang.run.background import CANCELLED, DONE
from sanfang.scenario.errors import InputError

ADDRESS_EVERY = 1.0
"""Seconds between updates of the address during play; browsers refuse many a second."""

TRANSPORT_WORDS = ("controls", "play", "pause", "reset", "speed", "per_second", "day", "week", "month", "back_to")


@dataclass(frozen=True)
class Playing:
    """A stage on a page, and the `job` that brings it to its address.

    `frame` counts pictures, `moved` what was done to the worlds besides playing, `begun` what the page asked for.
    """

    stage: Stage
    job: solara.Reactive[PageJob[None] | None]
    frame: solara.Reactive[int]
    moved: solara.Reactive[int]
    error: solara.Reactive[str]
    begun: solara.Reactive[int]

    @property
    def playing(self) -> bool:
        return self.stage.player.playing

    @property
    def busy(self) -> bool:
        """Whether the worlds are on their way: then nothing can be done with them."""
        job = self.job.value
        return job is not None and job.busy

    def do(self, order: dict[str, Any]) -> None:
        """Carry out what the transport asks for."""
        if not isinstance(order, dict) or self.busy:
            return
        wanted = self.stage.carry_out(order)
        if wanted is not None:
            others = viewer.address.peek().worlds[len(wanted.worlds) :]
            viewer.change(day=wanted.day, worlds=(*wanted.worlds, *others))
            self.again()
            return
        if not self.playing:
            self.changed()
        self.frame.set(self.frame.value + 1)

    def again(self) -> None:
        """Bring the stage to the address."""
        self.begun.set(self.begun.value + 1)

    def move(self, place: int, order: dict[str, Any]) -> None:
        """Move a lever in one of the worlds."""
        if self.busy:
            return
        try:
            self.stage.move(place, str(order["lever"]), min(max(float(order["level"]), 0.0), 1.0))
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
            keep(self.stage)

    def arrived(self, wanted: Address, job: PageJob[None]) -> None:
        """A job has ended; where it did not get to `wanted`, the address goes back to what is on the stage."""
        if self.stage.worlds and job.state != DONE:
            address, now = viewer.address.peek(), self.stage.shown
            district, size, seed, days, start = now.place
            worlds = (*now.worlds, *address.worlds[len(wanted.worlds) :])
            where = {"district": district, "size": size, "seed": seed, "days": days, "start": start}
            viewer.change(**where, day=now.day, worlds=worlds)
        self.draw()

    def draw(self) -> None:
        """Draw the worlds that are on the stage now."""
        self.moved.set(self.moved.value + 1)
        self.frame.set(self.frame.value + 1)


def use_playing(count: int) -> Playing:
    """The first `count` worlds of the address, made anew when their place or a scenario changes; stops on leaving."""
    frame, moved, begun = solara.use_reactive(0), solara.use_reactive(0), solara.use_reactive(0)
    error = solara.use_reactive("")
    job: solara.Reactive[PageJob[None] | None] = solara.use_reactive(None)
    stage: Stage = solara.use_memo(lambda: _stage(frame), [])
    on = Playing(stage, job, frame, moved, error, begun)
    _ = moved.value  # other worlds on the stage are drawn
    stage.use()
    address = viewer.address.value
    scenarios = tuple(world.scenario for world in address.worlds[:count])
    solara.use_effect(lambda: _begin(on, count), [*address.place, begun.value, scenarios])
    solara.use_effect(lambda: lambda: _leave(on), [])
    return on


def _begin(on: Playing, count: int) -> Callable[[], None] | None:
    """Begin a job that brings the stage to the address, unless it is there; returns what ends it."""
    stage, address = on.stage, viewer.address.peek()
    wanted = replace(address, worlds=address.worlds[:count])
    stage.player.pause()
    if stage.is_at(wanted):
        return None
    room, page = stage.make_room(wanted), slots.page()
    job: PageJob[None] = PageJob(lambda job: stage.bring(wanted, job, on.draw), room=room)

    def put_away() -> None:
        stage.clear()
        job.put_away()
        with page:
            on.draw()

    room.put_away = put_away
    silence = job.listen(lambda: None if job.busy else on.arrived(wanted, job))

    def end() -> None:
        silence()
        job.cancel()

    on.job.set(job)
    job.start()
    return end


def _leave(on: Playing) -> None:
    """The page is left: its day stays in the address, its worlds are let go."""
    on.stage.player.pause()
    on.keep()
    on.stage.leave_room()


def keep(stage: Stage) -> None:
    """Let the address say what has been played, unless it has gone on to other worlds."""
    if not stage.worlds:
        return
    address, now = viewer.address.peek(), stage.shown
    if address.place != now.place:
        return
    worlds, others = address.worlds[: len(now.worlds)], address.worlds[len(now.worlds) :]
    if [world.scenario for world in worlds] == [world.scenario for world in now.worlds]:
        viewer.address.set(replace(address, day=now.day, worlds=(*now.worlds, *others)))


def _stage(frame: solara.Reactive[int]) -> Stage:
    told = [time.monotonic()]

    def show() -> None:
        frame.set(frame.value + 1)
        if stage.player.playing and time.monotonic() - told[0] > ADDRESS_EVERY:
            told[0] = time.monotonic()
            keep(stage)

    def ended() -> None:
        keep(stage)
        frame.set(frame.value + 1)

    stage = Stage(show, ended)  # which `show` asks whether it still plays
    return stage


@solara.component
def Arrival(on: Playing, lang: str) -> None:
    """How far the worlds are on their way to the address; nothing once they are there, or were stopped on the way."""
    job = on.job.value
    use_told(job)
    if job is None or (job.state == CANCELLED and on.stage.worlds):
        solara.Div(style="display: none")
        return
    day = viewer.address.value.day

    def text() -> str:
        doing = "job_playing" if day and on.stage.worlds else "job_building"
        return say(doing, lang, day=day, percent=percent(job))

    JobCard(job, text, lang, again=on.again)


@solara.component
def Transport(on: Playing, frame: int, lang: str) -> None:
    """Play, pause, step, reset, speed, back to an earlier day. `frame` has it drawn anew."""
    stage = on.stage
    state: Json = {
        "playing": on.playing, "busy": on.busy, "over": stage.over, "day": stage.day,
        "days": stage.worlds[0].model.days, "date": str(stage.worlds[0].model.date),
        "speed": int(stage.player.days_a_second), "speeds": list(SPEEDS),
    }  # fmt: skip
    words = {word: say(f"transport_{word}", lang) for word in TRANSPORT_WORDS}
    with solara.Div(classes=["card"]):
        parts.Transport(state=state, words=words, event_do=on.do)
