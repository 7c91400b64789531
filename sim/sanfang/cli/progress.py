"""How far a long piece of work is, on standard error: a bar on a terminal, plain lines elsewhere.

No thread of its own draws the bar: worker processes are forked, and that is safe only without threads.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

QUIET_SECONDS = 2.0  # work shorter than this shows nothing
LINE_SECONDS = 10.0  # between two plain lines
STILL_SECONDS = 60.0  # between two that say the same


class ProgressLine:
    """Call it with the number of things done, of all, and failed; leave the `with` block when finished.

    What was done before the first call, by an earlier sweep, does not count in the rate. `at_first` says what is done
    until the first thing is.
    """

    def __init__(self, things: str, at_first: str = "") -> None:
        self.things, self._doing_first = things, at_first
        self._began = time.monotonic()
        self._last_line, self._last_count = self._began, 0
        self._at_first: int | None = None
        self._bar: tuple[Progress, TaskID] | None = None
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar[0].stop()

    def __call__(self, done: int, total: int, failed: int = 0) -> None:
        now = time.monotonic()
        if self._at_first is None:
            self._at_first = done + failed
        if now - self._began < QUIET_SECONDS:
            return
        if self._terminal:
            self._draw(done, total, failed)
        elif now - self._last_line >= self._line_seconds(done + failed) or done + failed == total:
            self._last_line, self._last_count = now, done + failed
            print(self.text(done, total, failed, now), file=sys.stderr, flush=True)

    def _line_seconds(self, count: int) -> float:
        return LINE_SECONDS if count != self._last_count else STILL_SECONDS

    def text(self, done: int, total: int, failed: int, now: float) -> str:
        """For example: 12 of 40 runs, 1 failed, 3.1 a second, 9 s left."""
        counts = f"{done:,} of {total:,} {self.things}" + (f", {failed:,} failed" if failed else "")
        now_done = done + failed - (self._at_first or 0)
        if now_done <= 0:
            return f"{counts}, {self._doing_first}" if self._doing_first else counts
        rate = now_done / (now - self._began)
        speed = f"{rate:.2g} a second" if rate >= 1 else f"{1 / rate:.1f} s each"
        return f"{counts}, {speed}, {duration((total - done - failed) / rate)} left"

    def _draw(self, done: int, total: int, failed: int) -> None:
        if self._bar is None:
            self._bar = self._start(total)
        bar, task = self._bar
        text = self.text(done, total, failed, time.monotonic())
        bar.update(task, completed=done + failed, total=total, text=text)
        bar.refresh()

    def _start(self, total: int) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (BarColumn(), TextColumn("{task.fields[text]}"))
        bar = Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
        bar.start()
        return bar, bar.add_task("", total=total, text="")


def duration(seconds: float) -> str:
    """`seconds` in the unit that a person would use."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
