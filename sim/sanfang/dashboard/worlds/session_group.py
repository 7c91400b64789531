"""Worlds played together, in step: one playback, one day for all of them. A page may have one world or several."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.history import History
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.dashboard.worlds.playback import Playback
from sanfang.run.background import DAYS_A_TURN
from sanfang.run.slots import Slot

SPEEDS = (1, 3, 10, 30, 100)
"""Days a second on offer."""

MAX_DAYS_A_STEP = 31


class SessionGroup:
    """Some played worlds at the same day; none before `bring` has built them.

    `show` and `ended` are called by the thread of `Playback`. `room` is what its worlds take of memory, `until` a day
    at which play comes to rest; None where that is the last one.
    """

    def __init__(self, show: Callable[[], None], ended: Callable[[], None]) -> None:
        self.worlds: tuple[PageSession, ...] = ()
        self.room: Slot | None = None
        self.history = History()
        self.until: int | None = None
        self.playback = Playback(self._play, lambda: self._draw(show), ended)
        self._owner = shared_slots.owner()
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
        """The address of the worlds that are there, in the words of the address that they were brought to."""
        first = self.worlds[0]
        return replace(first.address, day=first.day, worlds=tuple(session.world for session in self.worlds))

    def is_at(self, address: Address) -> bool:
        """Whether the worlds of an address are there, at its day."""
        now = self.shown if self.worlds else None
        return now is not None and (now.place, now.day, now.worlds) == (address.place, address.day, address.worlds)

    def move(self, side: int, lever: str, level: float) -> None:
        """Set a lever of one world from the day to come on. Raises InputError as `PageSession.move` does."""
        with self._lock:
            before = self.shown
            self.worlds[side].move(lever, level)
        if self.shown.worlds != before.worlds:
            self.history.note(before)

    def carry_out(self, order: Mapping[str, Any]) -> Address | None:
        """What `parts.Transport` asks for, within limits; returns the address to which it asks to `bring` the worlds.

        Everything but play and a change of speed stops playback first.
        """
        if not self.worlds:
            return None
        action, value = str(order.get("action")), _number(order.get("value"))
        if action == "play":
            self.playback.play()
            return None
        if action == "speed":
            self.playback.days_a_second = min(max(value, float(SPEEDS[0])), float(SPEEDS[-1]))
            return None
        self.playback.pause()
        with self._lock:
            now = self.shown
        if action == "step":
            return replace(now, day=min(now.day + int(min(max(value, 1), MAX_DAYS_A_STEP)), now.days))
        if action == "undo":
            return self.history.back(now)
        if action == "redo":
            return self.history.forward(now)
        wanted = None
        if action == "rewind":
            day = int(min(max(value, 0), now.day))
            wanted = replace(now, day=day, worlds=tuple(world.before(day) for world in now.worlds))
        elif action == "reset":
            wanted = replace(now, day=0, worlds=tuple(LinkedWorld(world.scenario) for world in now.worlds))
        if wanted is not None and wanted != now:
            self.history.note(now)
        return wanted

    @contextmanager
    def steady(self) -> Iterator[Sequence[PageSession]]:
        """The worlds, none of which moves meanwhile: all are at the same day."""
        with self._lock:
            yield self.worlds

    def _play(self, days: int) -> bool:
        with shared_slots.TURNS.slot(self._owner), self._lock:
            self.use()
            left = days if self.until is None else max(min(days, self.until - self.day), 0)
            if self.playback.playing:  # a pause may have come between
                for world in self.worlds:
                    world.step(left)
            return not self.over and self.day != self.until

    def _draw(self, show: Callable[[], None]) -> None:
        """In its turn, which one that takes long gives back before it is done; unless a pause has come between."""
        with shared_slots.PICTURES.slot(self._owner) as turn:
            late = threading.Timer(shared_slots.PICTURE_SECONDS, turn.leave)
            late.daemon = True
            late.start()
            try:
                if self.playback.playing:
                    show()
            finally:
                late.cancel()

    # --- To the worlds and the day of an address ---

    def make_room(self, address: Address) -> Slot:
        """The slot in memory that the worlds of an address need; if it is not free, those that are there are let go."""
        people = address.size * limits.population(address.district)
        size = len(address.worlds) * limits.world_megabytes(people, address.days)
        if self.room is not None and self.room.given and self.room.size == size:
            return self.room
        self.leave_room()
        self.room = shared_slots.HELD.slot(self._owner, size)
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

    def bring(self, address: Address, job: PageJob[None], arrived: Callable[[], object] = lambda: None) -> None:
        """Build and play, as a job, what is missing to the worlds and the day of an address.

        Worlds of the group that are on their way to it are taken over. The group changes, and `arrived` is called, as
        soon as all worlds are on one day; until then it stays as it was, and from then on it plays in step.
        """
        until = min(address.day, address.days)
        worlds, since = self._assembled(address, job)
        job.total = sum(until - world.day for world in worlds)
        for late in worlds:
            self._play_to(since, (late,), job)
        with self._lock:
            job.check()
            self.worlds = worlds
        arrived()
        self._play_to(until, worlds, job)

    def _assembled(self, address: Address, job: PageJob[None]) -> tuple[tuple[PageSession, ...], int]:
        """The worlds of an address, taken over or new, and the day of those taken over."""
        with self._lock:
            left = [old for old in self.worlds if old.address.place == address.place and old.day <= address.day]
        worlds, since = [], 0
        for world in address.worlds:
            old = next((old for old in left if old.world == world), None)
            if old is None:
                worlds.append(PageSession.made(address, world, job))
            else:
                left.remove(old)
                worlds.append(old)
                since = old.day
        return tuple(worlds), since

    def _play_to(self, day: int, worlds: Sequence[PageSession], job: PageJob[None]) -> None:
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
