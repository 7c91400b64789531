"""How the Results page reads a file: without changing it, anew when it has changed, saying in words what is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sanfang.dashboard.pages.results.listing import Openable
from sanfang.lab.storage import faults
from sanfang.scenario.errors import InputError

Stamp = tuple[int, ...]


class Unreadable(Exception):
    """A result that cannot be shown; the message is for the visitor, in English."""


def stamp(path: Path) -> Stamp:
    """Changes whenever the file does, or what SQLite keeps beside it while a sweep writes. Raises Unreadable."""
    try:
        parts = [path, *(path.with_name(path.name + end) for end in ("-wal",))]
        stats = [part.stat() for part in parts if part.exists()]
    except OSError as error:
        raise Unreadable(str(error.strerror or error)) from None
    if not stats:
        raise Unreadable("is no longer there")
    return tuple(number for stat in stats for number in (stat.st_mtime_ns, stat.st_size))


@contextlib.contextmanager
def safely(entry: Openable) -> Iterator[None]:
    """Whatever is wrong with a file, as Unreadable, in words that do not tell where on the machine it lies.

    A file outside the folder in which it was found, be it behind a link, is not read.
    """
    try:
        if not entry.path.resolve().is_relative_to(entry.root):
            raise Unreadable("lies outside the folders of results and experiments")
        yield
    except Unreadable:
        raise
    except Exception as problem:  # a foreign file may break anything that reads it
        known = isinstance(problem, InputError | faults.StoreError)
        text = str(problem) if known else f"is damaged or was not written by Sanfang ({type(problem).__name__})"
        folder = entry.path.parent
        for shown in (str(folder.resolve()), str(folder)):
            text = text.replace(f"{shown}/", "").replace(shown, entry.id)
        raise Unreadable(text[:400]) from None
