"""Tells the pages that look at a workshop, from a thread of its own: whoever changed something need not wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sanfang.dashboard.worlds.viewers import Viewers

LEAST_SECONDS = 0.3
"""Between two tellings: a room that presses at once is drawn a few times, not once for each."""


class Teller:
    """Pages that look, and a thread that tells them. Every method may be called by any thread."""

    def __init__(self) -> None:
        self._viewers = Viewers("a workshop")
        self._left = time.monotonic()
        self._news, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="workshop")
        self._thread.start()

    def join(self, told: Callable[[], object]) -> Callable[[], None]:
        """Have `told` called on this page when something has changed; returns what ends that."""
        gone = self._viewers.join(told)

        def leave() -> None:
            gone()
            self._left = time.monotonic()

        return leave

    @property
    def looked(self) -> float:
        """When a page looked last, by the clock of `time.monotonic`: now, while there is one."""
        return time.monotonic() if len(self._viewers) else self._left

    def news(self) -> None:
        """Something has changed."""
        self._news.set()

    def end(self) -> None:
        """Tell once more, and never again."""
        self._end.set()
        self._news.set()

    def _run(self) -> None:
        while not self._end.is_set():
            self._news.wait()
            self._news.clear()
            self._viewers.tell()
            self._end.wait(LEAST_SECONDS)
