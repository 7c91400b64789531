"""Plays something step after step in a thread, never faster than it can be shown."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

FRAMES_A_SECOND = 6.0
"""Pictures a second at most; faster play shows several days at once."""

MAX_WAIT_SECONDS = 5.0
"""Seconds to wait for a picture to be shown before play stops: the viewer may have gone."""


class Playback:
    """Steps, shows, and waits until what was shown has been seen.

    `step(days)` plays days and returns whether more can follow; `show()` puts the new state on the page, which answers
    with `seen()`; `ended()` is called when play stops by itself.
    """

    def __init__(self, step: Callable[[int], bool], show: Callable[[], None], ended: Callable[[], None]) -> None:
        self._step, self._show, self._ended = step, show, ended
        self._seen, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self.days_a_second = 10.0

    @property
    def playing(self) -> bool:
        return self._thread is not None and self._thread.is_alive() and not self._stop.is_set()

    def play(self) -> None:
        """Start, unless it plays already."""
        if self.playing:
            return
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), daemon=True, name="playback")
        self._thread.start()

    def pause(self) -> None:
        """Stop after the step in hand; does not wait for it."""
        self._stop.set()
        self._seen.set()

    def seen(self) -> None:
        """What was shown last has reached the viewer."""
        self._seen.set()

    def _run(self, stop: threading.Event) -> None:
        due = time.monotonic()
        while not stop.is_set():
            days = math.ceil(self.days_a_second / FRAMES_A_SECOND)
            self._seen.clear()
            more = self._step(days)
            if stop.is_set():
                return
            self._show()
            if not more or not self._seen.wait(MAX_WAIT_SECONDS):
                break
            due = max(due + days / self.days_a_second, time.monotonic() - 0.5)
            stop.wait(max(0.0, due - time.monotonic()))
        if not stop.is_set():
            stop.set()
            self._ended()
