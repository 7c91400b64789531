"""What is wrong with a store, in words: SQLite's errors, and content that is not as it was written."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

from sanfang.scenario.errors import InputError

STORE = "sweep.sqlite"

NO_DAMAGE = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_AUTH,
)  # fmt: skip
"""Errors while reading that say nothing of what the file holds."""


class StoreError(RuntimeError):
    """The store cannot go on: a full disk, a file taken away. What was stored before is safe."""


def damaged(folder: Path, reason: str) -> InputError:
    """That a file cannot be used at all."""
    reason = " ".join(reason.replace("***", "").split())[:200]
    return InputError(
        f"{folder / STORE}: is damaged ({reason}); it was left as it is. Move it away and start again, or save"
        " what can be read with: sqlite3 sweep.sqlite .dump"
    )


@contextlib.contextmanager
def plainly(folder: Path) -> Iterator[None]:
    """SQLite's errors in words of ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        reason = " ".join(str(error).split())
        message = f"{folder / STORE}: {reason}"
        if code == sqlite3.SQLITE_FULL:
            raise StoreError(f"{message}. Free some space and start again: what was stored is safe") from None
        if _primary(code) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or type(error) is sqlite3.DatabaseError:
            raise damaged(folder, reason) from None
        raise StoreError(f"{message}. What was stored is safe; start again to go on") from None
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}. What was stored is safe") from None
    except UnicodeDecodeError:  # SQLite's own message holds a name from the file that is no text any more
        raise damaged(folder, "a name in it is no text") from None


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[None]:
    """As `plainly`, where nothing but the file can be at fault: whatever its content leads to is damage."""
    with plainly(folder):
        try:
            yield
        except InputError:
            raise
        except sqlite3.Error as error:
            if _primary(getattr(error, "sqlite_errorcode", None)) in NO_DAMAGE:
                raise
            raise damaged(folder, str(error)) from error
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, zlib.error) as error:
            raise damaged(folder, f"{type(error).__name__}: {error}") from error
        except MemoryError:
            raise damaged(folder, "or there is too little memory to read it") from None


def _primary(code: int | None) -> int | None:
    return None if code is None else code & 0xFF
