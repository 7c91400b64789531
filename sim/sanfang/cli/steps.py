"""What a command does before it can serve, on standard error: a clock on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any

from sanfang.cli.progress import LINE_SECONDS, duration
from sanfang.cli.telling import tell


class Steps:
    """Call it with what is being done now; leave the `with` block, or call `end`, when all is.

    A thread of its own keeps the clock going, since the work itself may be silent for minutes: for commands that fork
    no worker processes.
    """

    def __init__(self) -> None:
        self._doing, self._began = "", time.monotonic()
        self._over = threading.Event()
        self._clock: Any = None

    def __enter__(self) -> Steps:
        if sys.stderr is not None and sys.stderr.isatty():
            self._clock = _clock()
            self._clock.start()
        else:
            threading.Thread(target=self._repeat, name="say what is being done", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def __call__(self, doing: str) -> None:
        if doing == self._doing or self._over.is_set():
            return
        self._doing, self._began = doing, time.monotonic()
        if self._clock is None:
            tell(f"{doing} ...")
        else:
            for task in self._clock.task_ids:
                self._clock.remove_task(task)
            self._clock.add_task(doing, total=None)

    def end(self) -> None:
        """Nothing more is said."""
        self._over.set()
        if self._clock is not None:
            self._clock.stop()

    def _repeat(self) -> None:
        while not self._over.wait(LINE_SECONDS):
            with suppress(OSError, ValueError):  # nobody hears it any more
                if self._doing:
                    tell(self.text())

    def text(self) -> str:
        """For example: Compiling the model ... 20 s."""
        return f"{self._doing} ... {duration(time.monotonic() - self._began)}"


def _clock() -> Any:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
