"""How much one visitor, one address and all together may ask of the server, and the counters that hold them to it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PAGES_PER_ADDRESS = 100
"""Open pages (websockets) from one address: a room of forty sits behind one router. `--per-address` changes it."""

PAGES_PER_SESSION = 20
"""Open pages of one browser."""

PAGES_FACTOR = 3
"""Open pages in all, as a multiple of those from one address: one address can never take all places."""

CONNECTIONS_PER_PAGE = 7
"""Connections that a browser may hold for each page: six for files, one websocket."""

FILES_PER_PAGE = 8
"""Open files and sockets that a page costs the server: its connection and the event loop of its thread."""

SILENT_SECONDS = 10.0
"""A connection without a whole request for so long is closed."""

FIRST_MESSAGE_SECONDS = 15.0
"""A page that says nothing for so long after it connected is none."""

IDLE_SECONDS = 3 * 3600.0
"""A page on which nothing happens for so long is closed; a browser connects again by itself."""

REQUEST_SECONDS = 120.0
"""The longest answer: the largest script over a bad line."""

MAX_MESSAGE_BYTES = 1_000_000
"""A larger message closes the connection. The longest that a page sends, an address full of moves, has some 30,000."""

MAX_BODY_BYTES = 4_096
"""Of a request with a body: the log-in form."""

MESSAGES = (300, 15.0)
"""Messages of one page: at once, and a second from then on. Six pictures a second are answered during play."""

MESSAGE_BYTES = (2_000_000, 200_000.0)
"""Their bytes, likewise."""

CONTROL_FRAMES = (200, 5.0)
"""Frames of one page that are no message (ping, pong, a piece of a message), likewise; more of them end it. A browser
answers a ping every twenty seconds, and sends a long message in a few pieces."""

UNREAD_SECONDS = 30.0
"""A page that takes nothing of what waits for it for so long is cut off: threads that have more for it wait, too."""

MAX_RUNS = 3
"""How often one connection may ask to run the page, which draws all of it: a browser asks once, twice where the server
was started anew."""

CLOSING_THREADS = 4
"""Threads in which pages that were left are let go."""

DOCUMENTS = (150, 10.0)
"""Pages opened from one address: at once, and a second from then on. Each is written anew, in some 10 ms."""

FILES = (3_000, 200.0)
"""Files of pages asked for from one address, likewise: a page has some fifteen, and a room opens at once."""

CONNECTS = (200, 5.0)
"""Websockets opened from one address: at once, and a second from then on. Each begins a kernel that lives a minute."""

PASSWORDS = (10, 0.2)
"""Wrong passwords tried from one address: at once, and a second from then on."""

ALL_PASSWORDS = (100, 2.0)
"""Wrong passwords tried from all addresses together, however many they are: 7,300 in an hour and never more."""

FIRST_WRONG = (5, 5 / 3600.0)
"""Wrong tries of an address that are taken for those of somebody who mistypes: at once, and a second from then on."""

MAX_ORDER_BYTES = 8_192
"""Of what a phone of a workshop sends: every lever with its level has some 1,500."""

ORDER_THREADS = 4
"""Threads in which orders of phones are carried out; runs are made elsewhere."""

JOINED = (600, 60.0)
"""Requests of phones that have not come in to a workshop, from one address: at once, and a second from then on."""

REQUESTS = (60, 5.0)
"""Requests of one team, likewise, whatever others at its address ask for. Its phone asks every two seconds."""

ORDERS = (20, 2.0)
"""Orders of one team, likewise."""

CODES, ALL_CODES = (10, 0.2), (60, 0.5)
"""Wrong codes of workshops, as wrong passwords: from one address, and from all together. In the four hours of a quiet
workshop all together try 7,260 of 887 million codes. The secret of a link has 128 bits: of that nobody counts."""

TRIFLE = 1e-9
"""Of a pace: who has waited as long as told to is let through."""

MAX_REMEMBERED = 10_000
"""Addresses whose pace is remembered."""


class Pace:
    """A token bucket for each key: `burst` at once, `rate` a second from then on."""

    def __init__(self, pace: tuple[float, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._rate = pace
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str = "", amount: float = 1.0) -> bool:
        """Whether `amount` more is within the pace; if so it is counted."""
        left = self._left_of(key)
        taken = left >= amount - TRIFLE
        self._left.pop(key, None)  # it is the last one of all now
        self._left[key] = (left - amount if taken else left, self._clock())
        if len(self._left) > MAX_REMEMBERED:  # the one that was quiet for longest
            del self._left[next(iter(self._left))]
        return taken

    def has(self, key: str = "", amount: float = 1.0) -> bool:
        """Whether `amount` more is within the pace; nothing is counted."""
        return self._left_of(key) >= amount - TRIFLE

    def _left_of(self, key: str) -> float:
        now = self._clock()
        left, since = self._left.get(key, (self._burst, now))
        return min(self._burst, left + (now - since) * self._rate)

    def seconds_until(self, key: str = "", amount: float = 1.0) -> float:
        """How long to wait until `amount` is within the pace; 0 if it is now."""
        left = self._left_of(key)
        return max(0.0, (min(amount, self._burst) - left) / self._rate)


class TooMany(Exception):
    """A secret was not looked at: too many wrong ones were sent before."""


class Guesses:
    """Tries at a secret, by address. Wrong ones are counted: an address has `each`, and all together have `together`
    and never more. A right one costs nothing.

    Half of what all have at once is kept for addresses that are still at their `FIRST_WRONG`: whoever guesses on from
    many addresses leaves it to those who mistype. Every method may be called by any thread.
    """

    def __init__(
        self,
        each: tuple[float, float],
        together: tuple[float, float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._each, self._all, self._first = Pace(each, clock), Pace(together, clock), Pace(FIRST_WRONG, clock)
        self._kept_back, self._lock = together[0] / 2, threading.Lock()

    def tried[Found](self, address: str, look: Callable[[], Found | None]) -> Found | None:
        """What `look` finds by a secret that an address has sent; None if that was a wrong one. Raises TooMany where it
        is not even looked at."""
        with self._lock:  # or several at once would all be heard before the first is counted
            left_over = 0.0 if self._first.has(address) else self._kept_back
            if not (self._each.has(address) and self._all.has(amount=1 + left_over)):
                raise TooMany
            found = look()
            if found is None:
                self._each.take(address)
                self._first.take(address)
                self._all.take()
            return found


@dataclass(frozen=True)
class PageLimits:
    """Most open pages of one session, from one address, and in all."""

    per_session: int
    per_address: int
    in_all: int

    @property
    def connections_per_address(self) -> int:
        """Connections of any kind from one address."""
        return self.per_address * CONNECTIONS_PER_PAGE

    @property
    def connections(self) -> int:
        """Connections of any kind in all."""
        return self.in_all * CONNECTIONS_PER_PAGE


def places(per_address: int = PAGES_PER_ADDRESS, files: int | None = None) -> PageLimits:
    """The places of a server that may open so many `files` (None: no limit is known)."""
    in_all = per_address * PAGES_FACTOR
    if files is not None:
        in_all = min(in_all, max(4, files // (FILES_PER_PAGE + CONNECTIONS_PER_PAGE)))
    per_address = max(1, min(per_address, in_all * 2 // PAGES_FACTOR))
    return PageLimits(min(PAGES_PER_SESSION, per_address), per_address, in_all)


class OpenPages:
    """Counts the open pages by session and address."""

    def __init__(self, most: PageLimits) -> None:
        self.most = most
        self._sessions: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    def refusal(self, session: str, address: str) -> str:
        """Why one more page cannot be opened; empty if it can."""
        if self._sessions[session] >= self.most.per_session:
            return f"{self.most.per_session} pages of this browser are open"
        if self._addresses[address] >= self.most.per_address:
            return f"{self.most.per_address} pages from this address are open"
        if self._addresses.total() >= self.most.in_all:
            return f"{self.most.in_all} pages are open"
        return ""

    @contextmanager
    def opened(self, session: str, address: str) -> Iterator[None]:
        """Count a page as open within the block."""
        self._sessions[session] += 1
        self._addresses[address] += 1
        try:
            yield
        finally:
            for counter, key in ((self._sessions, session), (self._addresses, address)):
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]
