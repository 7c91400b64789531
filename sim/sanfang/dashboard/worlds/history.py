"""What was done to the worlds of a page, so that it can be taken back, and done again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sanfang.dashboard.address import Address

MAX_KEPT = 50
"""What was done before that cannot be taken back any more."""


Kept = deque[Address] | list[Address]


@dataclass
class History:
    """The addresses at which worlds stood before something was done to them, and those that were taken back.

    An address says all of a world, so going back is one more way to an address. What is of another district, size, seed
    or number of worlds is forgotten: the page has gone on to something else.
    """

    _past: deque[Address] = field(default_factory=lambda: deque(maxlen=MAX_KEPT))
    _future: list[Address] = field(default_factory=list)

    def note(self, now: Address) -> None:
        """Something is about to be done to the worlds at `now`; what was taken back is forgotten."""
        self._past.append(now)
        self._future.clear()

    def back(self, now: Address) -> Address | None:
        """Where the worlds stood before the last thing that was done; None if nothing is known of it."""
        return self._go(now, self._past, self._future)

    def forward(self, now: Address) -> Address | None:
        """Where they stood before the last `back`; None if there was none."""
        return self._go(now, self._future, self._past)

    def can(self, now: Address) -> tuple[bool, bool]:
        """Whether there is something to take back, and something to do again."""
        return any(_fits(one, now) for one in self._past), any(_fits(one, now) for one in self._future)

    def _go(self, now: Address, there: Kept, here: Kept) -> Address | None:
        while there:
            wanted = there.pop()
            if _fits(wanted, now):
                here.append(now)
                return wanted
        return None


def _fits(one: Address, now: Address) -> bool:
    return one.place == now.place and len(one.worlds) == len(now.worlds)
