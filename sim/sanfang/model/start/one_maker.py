"""One process at a time makes the same steady start; others wait for it, and say so.

A lock is the system's own (`flock`): it goes with the process that holds it. A maker that is stopped, or hangs, holds
it for ever; so it marks its file as it goes on, and who sees no mark for long makes a start of its own.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sanfang.scenario import system

FLAGS = os.O_RDWR | os.O_CREAT | system.NOT_A_LINK | system.NO_WAITING | system.NOT_INHERITED

SAY_SECONDS = 5.0
"""After so long a wait it is said."""

PATIENCE_SECONDS = 300.0
"""A maker that has not gone on for so long is not waited for. The longest day of the largest district takes a tenth."""

MARK_SECONDS = 2.0
LOOK_SECONDS = 0.2


@contextlib.contextmanager
def alone(path: Path) -> Iterator[Callable[[], None]]:
    """Alone with what the lock file `path` stands for, if the folder takes one; call what it gives as work goes on.

    Where the folder takes no lock, the system has none, or its holder does not go on, two may make the same start.
    """
    try:
        lock = _wait_for(path) if system.HAS_LOCKS else None
    except OSError:
        lock = None
    if lock is None:
        yield lambda: None
        return
    last = time.monotonic()

    def mark() -> None:
        nonlocal last
        if time.monotonic() - last >= MARK_SECONDS:
            last = time.monotonic()
            os.utime(lock)

    try:
        yield mark
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def _wait_for(path: Path) -> int | None:
    """The lock file, open and locked; None if its holder does not go on. Raises OSError."""
    began, said = time.monotonic(), False
    while True:
        lock = os.open(path, FLAGS, 0o644)
        try:
            system.lock(lock)
            if _is_still(path, lock):
                os.utime(lock)
                return lock
        except BlockingIOError:
            silent = time.time() - os.fstat(lock).st_mtime
            if silent > PATIENCE_SECONDS:
                print(f"It has not gone on for {silent:.0f} s: {path} is waited for no more.", file=sys.stderr)
                os.close(lock)
                return None
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)
        if not said and time.monotonic() - began > SAY_SECONDS:
            said = True
            print(f"Waiting for another process that makes the same steady start (lock: {path}).", file=sys.stderr)
        time.sleep(LOOK_SECONDS)


def _is_still(path: Path, lock: int) -> bool:
    """Whether the file that is locked has still this name: its holder removes it at its end."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(lock))
    except FileNotFoundError:
        return False
