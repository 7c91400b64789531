"""What is written about visitors: plain text, and each kind of trouble only a few times a minute."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Callable

from sanfang.dashboard.door.limits import Pace

SAME_TROUBLE = (5, 5 / 60)
"""Lines of one kind: at once, and a second from then on."""

ALL_TROUBLE = (60, 0.5)
"""Lines of all kinds together, likewise."""

MAX_LINE = 4_000


class _NotTooOften(logging.Filter):
    """Leaves out what was said often: a client that sends nonsense must not fill the disk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._same, self._all = Pace(SAME_TROUBLE, clock), Pace(ALL_TROUBLE, clock)
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; the next one that is tells how many were not."""
        kind = f"{record.name}:{record.lineno}"
        if not (self._same.take(kind) and self._all.take()):
            self._left_out += 1
            return False
        if self._left_out:
            record.msg, record.args = f"{record.getMessage()} ({self._left_out:,} like this or others left out)", None
            self._left_out = 0
        return True


class _Plain(logging.Formatter):
    """One entry, without characters that would move a terminal's cursor or begin a line that looks like another."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)[:MAX_LINE]
        return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def start() -> None:
    """Write warnings and errors of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_NotTooOften())
    handler.setFormatter(_Plain("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # It advises on cookies that the door replaces.
    warnings.filterwarnings("ignore", module=r"solara\.server\.starlette")
