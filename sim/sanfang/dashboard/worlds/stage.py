"""Worlds played together, in step: one player, one day for all of them. A page may have one world or several."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.worlds import slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.played import PlayedWorld
from sanfang.dashboard.worlds.player import Player
from sanfang.run.background import DAYS_A_TURN
from sanfang.run.places import Place

SPEEDS = (1, 3, 10, 30, 100)
"""Days a second on offer."""

MAX_DAYS_A_STEP = 31


class Stage:
    """Some played worlds at the same day; none before `bring` has built them.

    `show` and `ended` are called by the player's thread: see `Player`. `room` is what its worlds take of memory.
    """

    def __init__(self, show: Callable[[], None], ended: Callable[[], None]) -> None:
        self.worlds: tuple[PlayedWorld, ...] = ()
        self.room: Place | None = None
        self.player = Player(self._play, show, ended)
        self._owner = slots.owner()
        self._lock = threading.RLock()

    @property
    def day(self) -> int:
        """Days played."""
        return self.worlds[0].day if self.worlds else 0

    @property
    def over(self) -> bool:
        """Whether the last day has been played."""
        return bool(self.worlds) and self.worlds[0].over

    @property
    def shown(self) -> Address:
        """The address of what is on the stage, in the words of the address that it was brought to."""
        first = self.worlds[0]
        return replace(first.address, day=first.day, worlds=tuple(played.world for played in self.worlds))

    def is_at(self, address: Address) -> bool:
        """Whether the worlds of an address are on the stage, at its day."""
        now = self.shown if self.worlds else None
        return now is not None and (now.place, now.day, now.worlds) == (address.place, address.day, address.worlds)

    def move(self, place: int, lever: str, level: float) -> None:
        """Set a lever of one world from the day to come on. Raises InputError as `PlayedWorld.move` does."""
        with self._lock:
            self.worlds[place].move(lever, level)

    def carry_out(self, order: Mapping[str, Any]) -> Address | None:
        """What `parts.Transport` asks for, within limits; returns the address to which it asks to `bring` the stage.

        Everything but play and a change of speed stops the player first.
        """
        if not self.worlds:
            return None
        action, value = str(order.get("action")), _number(order.get("value"))
        if action == "play":
            self.player.play()
            return None
        if action == "speed":
            self.player.days_a_second = min(max(value, float(SPEEDS[0])), float(SPEEDS[-1]))
            return None
        self.player.pause()
        with self._lock:
            now = self.shown
        if action == "step":
            return replace(now, day=min(now.day + int(min(max(value, 1), MAX_DAYS_A_STEP)), now.days))
        if action == "rewind":
            day = int(min(max(value, 0), now.day))
            return replace(now, day=day, worlds=tuple(world.before(day) for world in now.worlds))
        if action == "reset":
            return replace(now, day=0, worlds=tuple(LinkedWorld(world.scenario) for world in now.worlds))
        return None

    @contextmanager
    def steady(self) -> Iterator[Sequence[PlayedWorld]]:
        """The worlds, none of which moves meanwhile: all are at the same day."""
        with self._lock:
            yield self.worlds

    def _play(self, days: int) -> bool:
        with slots.TURNS.place(self._owner), self._lock:
            self.use()
            if self.player.playing:  # a pause may have come between
                for world in self.worlds:
                    world.step(days)
            return not self.over

    # --- To the worlds and the day of an address ---

    def make_room(self, address: Address) -> Place:
        """The place in memory that the worlds of an address need; if it is not free, those on the stage are let go."""
        people = address.size * limits.population(address.district)
        size = len(address.worlds) * limits.world_megabytes(people, address.days)
        if self.room is not None and self.room.given and self.room.size == size:
            return self.room
        self.leave_room()
        self.room = slots.HELD.place(self._owner, size)
        self.room.ask()
        if not self.room.given:
            self.clear()
        return self.room

    def use(self) -> None:
        """Somebody looks at the worlds."""
        if self.room is not None:
            self.room.use()

    def clear(self) -> None:
        """Let the worlds go."""
        with self._lock:
            self.worlds = ()

    def leave_room(self) -> None:
        """Give back what the worlds take of memory: the page is left."""
        if self.room is not None:
            self.room.leave()

    def bring(self, address: Address, job: PageJob[None], told: Callable[[], object] = lambda: None) -> None:
        """Build and play, as a job, what is missing to the worlds and the day of an address.

        Worlds on the stage that are on their way to it are taken over. The stage changes, and `told` is called, as soon
        as all worlds are on one day; until then it stays as it was, and from then on it plays in step.
        """
        until = min(address.day, address.days)
        worlds, since = self._assembled(address, job)
        job.total = sum(until - world.day for world in worlds)
        for late in worlds:
            self._play_to(since, (late,), job)
        with self._lock:
            job.check()
            self.worlds = worlds
        told()
        self._play_to(until, worlds, job)

    def _assembled(self, address: Address, job: PageJob[None]) -> tuple[tuple[PlayedWorld, ...], int]:
        """The worlds of an address, taken over or new, and the day of those taken over."""
        with self._lock:
            left = [old for old in self.worlds if old.address.place == address.place and old.day <= address.day]
        worlds, since = [], 0
        for world in address.worlds:
            old = next((old for old in left if old.world == world), None)
            if old is None:
                worlds.append(PlayedWorld.made(address, world, job))
            else:
                left.remove(old)
                worlds.append(old)
                since = old.day
        return tuple(worlds), since

    def _play_to(self, day: int, worlds: Sequence[PlayedWorld], job: PageJob[None]) -> None:
        while (left := day - worlds[0].day) > 0:
            days = min(DAYS_A_TURN, left)
            with job.turn(), self._lock:
                for world in worlds:
                    world.step(days)
            job.did(days * len(worlds))


def _number(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if number == number else 0.0
