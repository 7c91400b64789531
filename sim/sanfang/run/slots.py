"""Slots, given first come, first served, when more ask than there is room for: to compute, or for what is kept."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from types import TracebackType


class Slots:
    """`count` slots, of which one owner has at most `each`; who needs several takes them together.

    `idle_seconds`: how long a slot may stay unused when somebody else hurries (`Slot.hurry`).

    They are given in the order in which they were asked for. Somebody whose owner has enough is passed over; somebody
    who needs more than is free is not, or he would wait for ever.
    """

    def __init__(self, count: int, each: int, idle_seconds: float = math.inf) -> None:
        self.count, self.each, self.idle_seconds = count, each, idle_seconds
        self._lock = threading.Lock()
        self._waiting: list[Slot] = []
        self._taken: list[Slot] = []

    def slot(self, owner: object, size: int = 1) -> Slot:
        """A slot that `owner` may ask for."""
        return Slot(self, owner, min(size, self.each))

    @property
    def wanted(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    @property
    def free(self) -> int:
        """Slots that nobody has."""
        with self._lock:
            return self.count - self._sum()

    def _sum(self, owner: object = None) -> int:
        return sum(slot.size for slot in self._taken if owner is None or slot.owner == owner)

    def _give(self) -> None:
        """Give what is free to those who wait. The lock is held."""
        for slot in list(self._waiting):
            if self._sum(slot.owner) + slot.size > self.each:
                continue
            if self._sum() + slot.size > self.count:
                break
            self._waiting.remove(slot)
            self._taken.append(slot)
            slot.answered.set()


class Slot:
    """One owner's slot: asked for, waited for, had, left. `with` does all four.

    `answered` is set once it is given, or not wanted any more. `put_away` is called if the slot has to be left for
    others after it was not used for long. Every method may be called by any thread, and again.
    """

    def __init__(self, among: Slots, owner: object, size: int) -> None:
        self.owner, self.size = owner, size
        self.answered = threading.Event()
        self.put_away: Callable[[], object] | None = None
        self.used = time.monotonic()
        self._among = among

    @property
    def given(self) -> bool:
        """Whether the owner has it."""
        return self in self._among._taken

    @property
    def before(self) -> int:
        """How many are before this one in the queue."""
        waiting = list(self._among._waiting)
        return waiting.index(self) if self in waiting else 0

    def use(self) -> None:
        """Somebody looks at what is in this slot."""
        self.used = time.monotonic()

    def ask(self) -> None:
        """Join the queue, unless this slot has been asked for before."""
        with self._among._lock:
            if not self.answered.is_set() and self not in self._among._waiting:
                self._among._waiting.append(self)
                self._among._give()

    def give_up(self) -> None:
        """Leave the queue; a slot that has been given stays until `leave`."""
        with self._among._lock:
            if self in self._among._waiting:
                self._among._waiting.remove(self)
                self._among._give()  # it may have held up others
            self.answered.set()

    def hurry(self) -> None:
        """Have the slot given back that was not used for longest, if that is longer than `idle_seconds`."""
        with self._among._lock:
            unused = [slot for slot in self._among._taken if slot.put_away is not None]
        oldest = min(unused, key=lambda slot: slot.used, default=None)
        if oldest and oldest.put_away and time.monotonic() - oldest.used > self._among.idle_seconds:
            oldest.put_away()

    def leave(self) -> None:
        """Give the slot back, or stop waiting for it."""
        self.give_up()
        with self._among._lock:
            if self in self._among._taken:
                self._among._taken.remove(self)
                self._among._give()

    def __enter__(self) -> Slot:
        self.ask()
        self.answered.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.leave()
