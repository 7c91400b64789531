"""What a process under test may not do. Python tells of every file before it opens it, and takes no for an answer.

So nothing is lost where the program under test would write outside its output folder: it is stopped, and found out.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir": ((0, 2),), "os.remove": ((0, 1),), "os.rmdir": ((0, 1),), "os.rename": ((0, 2), (1, 3)),
           "os.link": ((1, 3),), "os.symlink": ((1, 2),), "os.truncate": ((0, 9),), "os.chmod": ((0, 2),),
           "os.chown": ((0, 3),), "sqlite3.connect": ((0, 9),)}  # fmt: skip
"""Names of what Python tells of; which of its arguments are paths, and which say what folder these start from."""

TAKES_AWAY = ("os.remove", "os.rmdir")
STARTS = ("os.system", "os.exec", "os.posix_spawn", "os.spawn")
MAY_START = ("git", "uname", "file", "fc-list")
"""Programs that are asked for the version of the code, the machine, and its fonts."""


class Forbidden(BaseException):
    """Not to be caught by the program under test: no `except Exception` of its own hides it."""


def forbid(allowed: list[Path], kept: list[Path], refused: Iterable[Path] = ()) -> None:
    """From now on this process and its forks write below `allowed` only; below `kept` they take away only their own.

    Below `refused` they may want to write, and are told that they may not, as by the system.
    """
    inside = tuple(os.path.realpath(path) for path in [*allowed, *kept])
    fixed = tuple(os.path.realpath(path) for path in kept)
    closed = tuple(os.path.realpath(path) for path in refused)
    added: set[str] = set()

    def check(event: str, path: Any, start: Any = -1) -> None:
        if isinstance(path, int) or path is None:  # already open, or a database in memory
            return
        folder = f"/proc/self/fd/{start}" if isinstance(start, int) and start >= 0 else ""
        name = os.fsdecode(path)
        place = os.path.realpath(os.path.join(folder, _of_database(name) if event == "sqlite3.connect" else name))
        if _below(place, inside) and (event not in TAKES_AWAY or place in added or not _below(place, fixed)):
            added.add(place)
            return
        if event == "os.mkdir" and os.path.isdir(place):  # somebody makes sure that it is there
            return
        if _below(place, closed):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
        if place not in ("/dev/null", "/dev/full", os.path.realpath(":memory:"), os.path.realpath("")):
            raise Forbidden(f"{event} {place}")

    def hear(event: str, given: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(given[2], int) and given[2] & WRITES:
            check(event, given[0])
        elif event in CHANGES:
            for path, start in CHANGES[event]:
                check(event, given[path], given[start] if start < len(given) else -1)
        elif event in STARTS or (event == "subprocess.Popen" and _name(given[1]) not in MAY_START):
            raise Forbidden(f"{event} {given}")

    sys.addaudithook(hear)


def _of_database(path: str) -> str:
    """The path in an address of SQLite, `file:...?mode=rwc`; any other path as it is."""
    return unquote(path.removeprefix("file:").partition("?")[0]) if path.startswith("file:") else path


def _below(place: str, folders: tuple[str, ...]) -> bool:
    return any(place == folder or place.startswith(f"{folder.rstrip('/')}/") for folder in folders)


def _name(arguments: Any) -> str:
    first = arguments if isinstance(arguments, str | bytes) else next(iter(arguments), "")
    return os.path.basename(os.fsdecode(first))
