"""Files of users: read no further than a limit, never waited for; and names that may become files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import is_printable, shortened

MAX_COMPONENT_LENGTH = 200
"""Bytes: file systems take 255, and names get endings."""

_OF_WINDOWS = {
    *("con", "prn", "aux", "nul", "conin$", "conout$"),
    *(f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789¹²³"),
}
_NOT_IN_NAMES = '/\\:*?"<>|'


def read_text(path: Path, where: str, most: int) -> str:
    """The text of a file in UTF-8. Raises `InputError`, which begins with `where`; so for more than `most` bytes."""
    try:
        content = _read(path, where, most)
        return content.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{where}: line {line} is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}") from None


def _read(path: Path, where: str, most: int) -> bytes:
    """The content of a regular file: a device or a pipe may never end, and opening one may wait for ever."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError(f"{where}: is no ordinary file")
        content = file.read(most + 1)
    if len(content) > most:
        raise InputError(f"{where}: is too long; at most {most:,} bytes are read")
    return content


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def unfit_for_a_path(name: str) -> str:
    """Why `name` may not become the name of a file or folder, on any system; empty if it may."""
    if not name.strip() or name != name.strip():
        return "must not be empty, nor begin or end with a blank"
    if not is_printable(name) or any(sign in name for sign in _NOT_IN_NAMES):
        return f"must be one name, without {' '.join(_NOT_IN_NAMES)} and control characters"
    if name.startswith(".") or name.endswith("."):
        return "must not begin or end with a dot"
    if name.split(".")[0].rstrip().lower() in _OF_WINDOWS:
        return f"{shortened(name)!r} is no file name on Windows"
    if len(name.encode()) > MAX_COMPONENT_LENGTH:
        return f"must take at most {MAX_COMPONENT_LENGTH} bytes"
    return ""
