"""What is written about visitors: plain text, and each kind of trouble only a few times a minute."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Callable

from sanfang.dashboard.door.limits import Pace
from sanfang.scenario.telling import printable

SAME_TROUBLE = (5, 5 / 60)
"""Lines of one kind: at once, and a second from then on."""

ALL_TROUBLE = (60, 0.5)
"""Lines of all kinds together, likewise."""

MAX_LINE = 4_000
"""Characters of an entry; of a longer one, such as a traceback, the end is kept, which says what went wrong."""

BEGINNING = 500
"""Characters that are kept of it before its end."""

LEFT_OUT = " ... "


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
    """One entry on one line, its traceback with it: what a visitor wrote may stand in an error's text, and would begin
    a line that looks like another entry, or move a terminal's cursor."""

    def format(self, record: logging.LogRecord) -> str:
        text = printable(super().format(record))
        end = len(LEFT_OUT) + BEGINNING - MAX_LINE
        return text if len(text) <= MAX_LINE else f"{text[:BEGINNING]}{LEFT_OUT}{text[end:]}"


def start() -> None:
    """Write warnings and errors of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_NotTooOften())
    handler.setFormatter(_Plain("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # It advises on cookies that the door replaces.
    warnings.filterwarnings("ignore", module=r"solara\.server\.starlette")
