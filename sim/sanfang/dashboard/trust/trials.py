"""Checks that are tried in a thread while a page stays alive, a few at once for all viewers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sanfang.lab import verification
from sanfang.lab.agreement import Check, Finding

AT_ONCE = 2
PLACES = threading.BoundedSemaphore(AT_ONCE)
"""For trials of all viewers: each keeps a core busy for some seconds."""

RUNS = verification.QUICK
"""Runs of each queue on a page."""


class Trial:
    """Some checks, one after the other. `tell` is called from the trial's thread after each, and at the end."""

    def __init__(self, checks: Sequence[Check], seed: int, tell: Callable[[], None]) -> None:
        self.checks, self.seed = tuple(checks), seed
        self.findings: list[Finding] = []
        self.error = ""
        self.over = False
        self._tell = tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="trial")

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Stop after the check in hand; nothing is told any more."""
        self._stop.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end at most so long; returns whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        for check in self.checks:
            with PLACES:
                if self._stop.is_set():
                    return
                try:
                    self.findings.append(verification.make(check, self.seed, RUNS))
                except Exception as problem:  # a check that breaks down has failed; the page says so
                    self.error = f"{check.key}: {type(problem).__name__}: {problem}"
                    break
            if self._stop.is_set():
                return
            self._tell()
        self.over = True
        self._tell()
