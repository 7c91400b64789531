"""Worlds played together, in step: one player, one day for all of them. A page may have one world or several."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sanfang.dashboard.address import Address, World
from sanfang.dashboard.played import PlayedWorld
from sanfang.dashboard.player import Player

SPEEDS = (1, 3, 10, 30, 100)
"""Days a second on offer."""

MOST_DAYS_A_STEP = 31


class Stage:
    """Some played worlds at the same day. `show` and `ended` are called by the player's thread: see `Player`."""

    def __init__(self, worlds: Sequence[PlayedWorld], show: Callable[[], None], ended: Callable[[], None]) -> None:
        self.worlds = tuple(worlds)
        self._lock = threading.RLock()
        self.player = Player(self._play, show, ended)

    @property
    def day(self) -> int:
        """Days played."""
        return self.worlds[0].day

    @property
    def over(self) -> bool:
        """Whether the last day has been played."""
        return self.worlds[0].over

    def step(self, days: int = 1) -> None:
        """Play some days in every world."""
        with self._lock:
            for world in self.worlds:
                world.step(days)

    def rewind(self, day: int) -> None:
        """Take every world back to the evening of an earlier day."""
        with self._lock:
            for world in self.worlds:
                world.rewind(day)

    def move(self, place: int, lever: str, level: float) -> None:
        """Set a lever of one world from the day to come on. Raises InputError as `PlayedWorld.move` does."""
        with self._lock:
            self.worlds[place].move(lever, level)

    def carry_out(self, order: Mapping[str, Any]) -> str:
        """What `parts.Transport` asks for, within limits; returns the action, "" if it is none. `reset` is the page's.

        Everything but play and a change of speed stops the player first.
        """
        action, value = str(order.get("action")), _number(order.get("value"))
        if action == "play":
            self.player.play()
        elif action == "speed":
            self.player.days_a_second = min(max(value, float(SPEEDS[0])), float(SPEEDS[-1]))
        else:
            self.player.pause()
            if action == "step":
                self.step(int(min(max(value, 1), MOST_DAYS_A_STEP)))
            elif action == "rewind":
                self.rewind(int(min(max(value, 0), self.day)))
            elif action not in ("pause", "reset"):
                return ""
        return action

    @contextmanager
    def steady(self) -> Iterator[Sequence[PlayedWorld]]:
        """The worlds, none of which moves meanwhile: all are at the same day."""
        with self._lock:
            yield self.worlds

    def _play(self, days: int) -> bool:
        with self._lock:
            if self.player.playing:  # a rewind may have come between
                self.step(days)
            return not self.over


def assembled(address: Address, before: Sequence[PlayedWorld] = ()) -> list[PlayedWorld]:
    """The worlds of an address, played up to its day; those of `before` that are so already are taken over."""
    left, found = list(before), []
    for world in address.worlds:
        same = [old for old in left if old.address.place == address.place and old.world == world]
        old = next((old for old in same if old.day == address.day), None)
        if old is not None:
            left.remove(old)
        found.append(old or begun(address, world))
    return found


def begun(address: Address, world: World) -> PlayedWorld:
    """A world played up to the day of the address."""
    played = PlayedWorld(address, world)
    played.step(address.day)
    return played


def _number(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if number == number else 0.0
