"""What all faces of the command line share: exit statuses, how a wrong input is told, JSON, folders."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from sanfang.scenario.errors import InputError, Notice

A_CHECK_FAILED = 1
INPUT_IS_WRONG = 2
INTERRUPTED = 130  # as a shell reports a program that Ctrl-C ended


@contextmanager
def user_errors() -> Iterator[None]:
    """Tell an `InputError` in one message on standard error, and end with exit status 2; a `Notice` is told, too."""
    try:
        with _notices():
            yield
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(INPUT_IS_WRONG) from None


@contextmanager
def _notices() -> Iterator[None]:
    """Tell a `Notice` in one line, without the place in the code that a warning has."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", Notice)
        usual = warnings.formatwarning

        def told(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> str:
            return f"note: {message}\n" if issubclass(category, Notice) else usual(message, category, *place, **more)

        warnings.formatwarning = told
        try:
            yield
        finally:
            warnings.formatwarning = usual


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    from sanfang.lab.files import to_json

    print(to_json(document), end="")


def say_if_compiling() -> None:
    """Tell that the first run takes longer."""
    from sanfang.model import compiled

    if not compiled.is_cached():
        print("Compiling the model: once after an installation or a change, about a minute.", file=sys.stderr)


def check_folder(out: Path | None) -> None:
    """Refuse, before hours of work, a folder that cannot be written to."""
    if out is None:
        return
    try:
        existing = next(path for path in [out.absolute(), *out.absolute().parents] if path.exists())
    except OSError as error:
        raise InputError(f"--out {str(out)[:60]}...: {error.strerror}") from None
    if not existing.is_dir():
        raise InputError(f"--out {out}: {existing} is a file, not a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise InputError(f"--out {out}: {existing} cannot be written to")


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """A list that fills when Ctrl-C is pressed or the system asks to end; a second Ctrl-C interrupts at once."""
    asked: list[int] = []

    def ask(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        print("\nStopping when the runs in hand are done; Ctrl-C again stops at once.", file=sys.stderr)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
