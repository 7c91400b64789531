"""One writer at a time: the lock of a sweep's folder, let go by the system when a process dies."""

from __future__ import annotations

from pathlib import Path

import filelock

from sanfang.lab.storage.faults import plainly
from sanfang.scenario.errors import InputError

LOCK = "sweep.lock"
LOCK_SECONDS = 3  # the workers of a writer that was killed may hold its lock for a moment


def locked(folder: Path) -> filelock.FileLock:
    """The lock of `folder`, which is made if it is not there, held until it is released.

    Raises InputError if another sweep holds it or the folder cannot be written to.
    """
    with plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except filelock.Timeout:
        raise InputError(f"{folder}: another sweep is writing to it; wait for its end, or use --out") from None
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to: {error.strerror}") from None
    return lock


def is_being_written(folder: Path) -> bool:
    """Whether a sweep is writing to the store in `folder` now."""
    if not (folder / LOCK).exists():
        return False
    lock = filelock.FileLock(folder / LOCK)
    try:
        with lock.acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
    except OSError:  # a folder that we may not write to, and nobody else on this machine either
        return False
