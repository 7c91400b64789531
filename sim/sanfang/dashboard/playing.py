"""What pages with a player share: worlds on a stage, what transport and levers ask for, an address that keeps up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import solara

from sanfang.dashboard import parts, viewer
from sanfang.dashboard.address import World
from sanfang.dashboard.chart import Json
from sanfang.dashboard.played import PlayedWorld
from sanfang.dashboard.stage import SPEEDS, Stage, assembled
from sanfang.dashboard.words import say
from sanfang.scenario.errors import InputError

ADDRESS_EVERY = 1.0
"""Seconds between updates of the address during play; browsers refuse many a second."""

TRANSPORT_WORDS = ("controls", "play", "pause", "reset", "speed", "per_second", "day", "week", "month", "back_to")


@dataclass(frozen=True)
class Playing:
    """A stage on a page. `frame` counts pictures, `moved` what was done to the worlds besides playing."""

    stage: Stage
    frame: solara.Reactive[int]
    moved: solara.Reactive[int]
    error: solara.Reactive[str]
    begun: solara.Reactive[int]

    @property
    def playing(self) -> bool:
        return self.stage.player.playing

    def do(self, order: dict[str, Any]) -> None:
        """Carry out what the transport asks for."""
        if not isinstance(order, dict):
            return
        action = self.stage.carry_out(order)
        if action == "reset":
            address = viewer.address.value
            count = len(self.stage.worlds)
            fresh = tuple(World(world.scenario) for world in address.worlds[:count])
            viewer.change(day=0, worlds=(*fresh, *address.worlds[count:]))
            self.begun.set(self.begun.value + 1)
            return
        if action not in ("play", "speed"):
            self.changed()
        self.frame.set(self.frame.value + 1)

    def move(self, place: int, order: dict[str, Any]) -> None:
        """Move a lever in one of the worlds."""
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
        keep(self.stage.worlds)
        self.moved.set(self.moved.value + 1)


def use_playing(count: int) -> Playing:
    """The first `count` worlds of the address, made anew when their place or a scenario changes; stops on leaving."""
    frame, moved = solara.use_reactive(0), solara.use_reactive(0)
    error, begun = solara.use_reactive(""), solara.use_reactive(0)
    last: Any = solara.use_ref(None)  # the stage before a new one is made
    address = viewer.address.value
    scenarios = tuple(world.scenario for world in address.worlds[:count])

    def make() -> Stage:
        wanted = viewer.address.peek()
        before = last.current
        made = _stage(assembled(replace(wanted, worlds=wanted.worlds[:count]), before.worlds if before else ()), frame)
        if before:
            made.player.days_a_second = before.player.days_a_second
        last.current = made
        return made

    stage = solara.use_memo(make, [*address.place, begun.value, scenarios])
    solara.use_effect(lambda: stage.player.pause, [stage])
    solara.use_effect(lambda: lambda: keep(last.current.worlds), [])  # when the page is left
    return Playing(stage, frame, moved, error, begun)


def keep(worlds: Sequence[PlayedWorld]) -> None:
    """Let the address say what has been played, unless it has gone on to other worlds."""
    address = viewer.address.peek()
    if address.place != worlds[0].address.place:
        return
    if [world.scenario for world in address.worlds[: len(worlds)]] != [played.world.scenario for played in worlds]:
        return
    others = address.worlds[len(worlds) :]
    viewer.address.set(replace(address, day=worlds[0].day, worlds=(*(played.world for played in worlds), *others)))


def _stage(worlds: Sequence[PlayedWorld], frame: solara.Reactive[int]) -> Stage:
    told = [time.monotonic()]

    def show() -> None:
        frame.set(frame.value + 1)
        if stage.player.playing and time.monotonic() - told[0] > ADDRESS_EVERY:
            told[0] = time.monotonic()
            keep(worlds)

    def ended() -> None:
        keep(worlds)
        frame.set(frame.value + 1)

    stage = Stage(worlds, show, ended)  # which `show` asks whether it still plays
    return stage


@solara.component
def Transport(on: Playing, frame: int, lang: str) -> None:
    """Play, pause, step, reset, speed, back to an earlier day. `frame` has it drawn anew."""
    stage = on.stage
    state: Json = {
        "playing": on.playing, "over": stage.over, "day": stage.day, "days": stage.worlds[0].model.days,
        "date": str(stage.worlds[0].model.date), "speed": int(stage.player.days_a_second), "speeds": list(SPEEDS),
    }  # fmt: skip
    words = {word: say(f"transport_{word}", lang) for word in TRANSPORT_WORDS}
    with solara.Div(classes=["card"]):
        parts.Transport(state=state, words=words, event_do=on.do)
