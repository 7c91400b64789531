"""Places, given first come, first served, when more ask than there is room for: to compute, or for what is kept."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from types import TracebackType


class Places:
    """`count` places, of which one owner has at most `each`; who needs several takes them together.

    `idle_seconds`: how long a place may stay unused when somebody else hurries (`Place.hurry`).

    They are given in the order in which they were asked for. Somebody whose owner has enough is passed over; somebody
    who needs more than is free is not, or he would wait for ever.
    """

    def __init__(self, count: int, each: int, idle_seconds: float = math.inf) -> None:
        self.count, self.each, self.idle_seconds = count, each, idle_seconds
        self._lock = threading.Lock()
        self._waiting: list[Place] = []
        self._taken: list[Place] = []

    def place(self, owner: object, size: int = 1) -> Place:
        """A place that `owner` may ask for."""
        return Place(self, owner, min(size, self.each))

    @property
    def wanted(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    @property
    def free(self) -> int:
        """Places that nobody has."""
        with self._lock:
            return self.count - self._sum()

    def _sum(self, owner: object = None) -> int:
        return sum(place.size for place in self._taken if owner is None or place.owner == owner)

    def _give(self) -> None:
        """Give what is free to those who wait. The lock is held."""
        for place in list(self._waiting):
            if self._sum(place.owner) + place.size > self.each:
                continue
            if self._sum() + place.size > self.count:
                break
            self._waiting.remove(place)
            self._taken.append(place)
            place.answered.set()


class Place:
    """One owner's place: asked for, waited for, had, left. `with` does all four.

    `answered` is set once it is given, or not wanted any more. `put_away` is called if the place has to be left for
    others after it was not used for long. Every method may be called by any thread, and again.
    """

    def __init__(self, among: Places, owner: object, size: int) -> None:
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
        """Somebody looks at what is in this place."""
        self.used = time.monotonic()

    def ask(self) -> None:
        """Join the queue, unless this place has been asked for before."""
        with self._among._lock:
            if not self.answered.is_set() and self not in self._among._waiting:
                self._among._waiting.append(self)
                self._among._give()

    def give_up(self) -> None:
        """Leave the queue; a place that has been given stays until `leave`."""
        with self._among._lock:
            if self in self._among._waiting:
                self._among._waiting.remove(self)
                self._among._give()  # it may have held up others
            self.answered.set()

    def hurry(self) -> None:
        """Have the place given back that was not used for longest, if that is longer than `idle_seconds`."""
        with self._among._lock:
            unused = [place for place in self._among._taken if place.put_away is not None]
        oldest = min(unused, key=lambda place: place.used, default=None)
        if oldest and oldest.put_away and time.monotonic() - oldest.used > self._among.idle_seconds:
            oldest.put_away()

    def leave(self) -> None:
        """Give the place back, or stop waiting for it."""
        self.give_up()
        with self._among._lock:
            if self in self._among._taken:
                self._among._taken.remove(self)
                self._among._give()

    def __enter__(self) -> Place:
        self.ask()
        self.answered.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.leave()
