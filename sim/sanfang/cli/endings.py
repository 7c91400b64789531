"""How a command ends: exit statuses, what is wrong told in one message, Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer

from sanfang.cli.telling import tell, tell_error
from sanfang.scenario.errors import InputError, Notice
from sanfang.scenario.system import HAS_TIMER
from sanfang.scenario.telling import printable

A_CHECK_FAILED = 1
INPUT_IS_WRONG = 2
ENDED_BY_SIGNAL = 128  # and the signal's number, as a shell reports it: 130 after Ctrl-C, 143 after `kill`
AGAIN_SECONDS = 0.05


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

        def show(message: Warning | str, category: type[Warning], *details: Any, **more: Any) -> None:
            if issubclass(category, Notice):
                tell(f"note: {printable(str(message))}")
            else:
                usual(message, category, *details, **more)

        warnings.showwarning = show
        yield


@contextmanager
def accidents() -> Iterator[None]:
    """Tell what is no fault of the input, such as a full disk, in one message, and end with exit status 1."""
    from sanfang.lab.storage.faults import StoreError
    from sanfang.lab.sweeps.cluster import ClusterLost

    try:
        yield
    except (StoreError, ClusterLost) as error:
        tell_error(error)
        raise typer.Exit(A_CHECK_FAILED) from None


@contextmanager
def orderly_end() -> Iterator[None]:
    """Where the system asks to end (SIGTERM), end as after Ctrl-C: what is half written goes, and so do workers and
    temporary folders. By itself Python would stop dead.

    While a library is being loaded, or machine code is handed over by its compiler, either end waits: what is raised
    there may be swallowed, or come out as another error.
    Where the system has no timer (Windows) it does not wait.
    """
    asked: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        if not HAS_TIMER or number != signal.SIGALRM:
            asked.append(number)
        if HAS_TIMER and _would_be_swallowed(frame):
            signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
        else:
            raise _end_of(asked.pop() if asked else signal.SIGTERM)

    if threading.current_thread() is not threading.main_thread():  # no other may say what a signal does
        yield
        return
    heard = [signal.SIGTERM, *([signal.SIGALRM] if HAS_TIMER else [])]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # and not ignored, as in the background
        heard.append(signal.SIGINT)
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield
    finally:
        if HAS_TIMER:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:  # and it was still waiting
        raise _end_of(asked.pop())


def _end_of(number: int) -> BaseException:
    """What ends a command after a signal."""
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(ENDED_BY_SIGNAL + number)


SWALLOWED_IN = ("importlib._bootstrap", "llvmlite/binding/executionengine.py")
"""Parts of the names of files from which what is raised may not come out: Python's own loader, and what the compiler
calls when it is done."""


def _would_be_swallowed(frame: FrameType | None) -> bool:
    """Whether one of `SWALLOWED_IN` is at work in a frame or below it."""
    while frame is not None:
        name = frame.f_code.co_filename.replace("\\", "/")
        if any(where in name for where in SWALLOWED_IN):
            return True
        frame = frame.f_back
    return False


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """A list that fills with signals when Ctrl-C is pressed or the system asks to end; a second one interrupts."""
    asked: list[int] = []

    def ask(number: int, frame: Any) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt
        print("\nStopping when the runs in hand are done; Ctrl-C again stops at once.", file=sys.stderr)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
