"""How a command ends: exit statuses, what is wrong told in one message, Ctrl-C."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from sanfang.cli.telling import tell, tell_error
from sanfang.scenario.errors import InputError, Notice
from sanfang.scenario.telling import printable

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
        tell_error(error)
        raise typer.Exit(INPUT_IS_WRONG) from None


@contextmanager
def _notices() -> Iterator[None]:
    """Tell a `Notice` in one line, without the place in the code that a warning has."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", Notice)
        usual = warnings.showwarning

        def told(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, Notice):
                tell(f"note: {printable(str(message))}")
            else:
                usual(message, category, *place, **more)

        warnings.showwarning = told
        yield


@contextmanager
def accidents() -> Iterator[None]:
    """Tell what is no fault of the input, such as a full disk, in one message, and end with exit status 1."""
    from sanfang.lab.storage.database import StoreError
    from sanfang.lab.sweeps.cluster import ClusterLost

    try:
        yield
    except (StoreError, ClusterLost) as error:
        tell_error(error)
        raise typer.Exit(A_CHECK_FAILED) from None


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
