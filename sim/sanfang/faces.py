"""What all faces of the command line share: exit statuses, how things are told, JSON, and saving in a folder."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from sanfang.scenario.errors import InputError, Notice
from sanfang.scenario.telling import printable, shortened

A_CHECK_FAILED = 1
INPUT_IS_WRONG = 2
INTERRUPTED = 130  # as a shell reports a program that Ctrl-C ended

LONGEST_MESSAGE = 2_000
"""Characters of a message about an error: what is wrong with a file can be as long as the file."""


# --- Telling ----------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Print lines on standard output; what a terminal would obey is shown instead."""
    print(_harmless(text))


def tell(text: str) -> None:
    """Print lines on standard error, likewise."""
    print(_harmless(text), file=sys.stderr)


def tell_error(message: object) -> None:
    """What is wrong, as one line on standard error."""
    print(f"error: {printable(shortened(str(message), LONGEST_MESSAGE))}", file=sys.stderr)


def _harmless(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


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
    from sanfang.lab.cluster import ClusterLost
    from sanfang.lab.database import StoreError

    try:
        yield
    except (StoreError, ClusterLost) as error:
        tell_error(error)
        raise typer.Exit(A_CHECK_FAILED) from None


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    from sanfang.lab.files import to_json

    text = to_json(document)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a terminal of latin-1: no reader of JSON minds how letters are written
        text = to_json(document, ascii_only=True)
    print(text, end="")


def say_if_compiling() -> None:
    """Tell that the first run takes longer."""
    from sanfang.model import compiled

    if not compiled.is_cached():
        tell("Compiling the model: once after an installation or a change, about a minute.")


# --- Saving -----------------------------------------------------------------------------------------


def try_folder(folder: Path | None, called: str = "--out") -> None:
    """Refuse, before hours of work, a folder that cannot be written to. It is tried by writing, and leaves no trace."""
    if folder is None:
        return
    made: list[Path] = []
    try:
        for path in [*reversed(folder.parents), folder]:
            if not path.is_dir():
                path.mkdir()
                made.append(path)
        with tempfile.TemporaryFile(prefix=".sanfang-", dir=folder) as file:
            file.write(b"\n" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, ValueError) as error:  # ValueError: a path that no system has, with a null in it
        raise InputError(f"{called} {shortened(str(folder), 200)}: {_reason(error)}") from None
    finally:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir()


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{shortened(str(error.filename), 200)} is a file, not a folder"
    return f"cannot be written to: {getattr(error, 'strerror', None) or error}"


@dataclass(frozen=True)
class Saved:
    """The files that were saved, notes on others in their folder, and in words which could not be saved, and why."""

    files: tuple[Path, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The paths as texts, for JSON."""
        return [str(path) for path in self.files]

    def say(self) -> None:
        """Tell where the files are; if some could not be saved, say so, and end with exit status 1."""
        if self.files:
            say(f"\nSaved in {self.files[0].parent}: {', '.join(path.name for path in self.files)}")
        self.end()

    def end(self) -> None:
        """Tell the notes; if some could not be saved, say so, and end with exit status 1."""
        for note in self.notes:
            tell(f"note: {note}")
        if self.problem:
            tell_error(self.problem)
            raise typer.Exit(A_CHECK_FAILED)


def save(
    out: Path | None, files: Mapping[str, Callable[[Path], object]], command: str, about: Mapping[str, Any]
) -> Saved:
    """Write each of `files` (name, and what writes it) into the folder `out`; nothing without a folder.

    They are entered in the folder's manifest as those of `command`, with what it says `about` them; what an earlier
    run of it left there is removed: see `sanfang.lab.belonging`.
    A disk that is full after hours of work must not take the results along: what cannot be saved is told at the end,
    when they have been printed.
    """
    from sanfang.lab.belonging import MANIFEST, settle
    from sanfang.lab.files import write_atomically

    if out is None:
        return Saved()
    made, lost, reasons = [], [], []
    notes: list[str] = []
    for name, write in files.items():
        try:
            made.append(write_atomically(out / name, write))
        except OSError as error:
            lost.append(name)
            reasons.append(error.strerror or str(error))
    try:
        manifest, notes = settle(out, command, made, about)
        made.append(manifest)
    except OSError as error:
        lost.append(MANIFEST)
        reasons.append(error.strerror or str(error))
    problem = f"--out {out}: not saved: {', '.join(lost)} ({', '.join(dict.fromkeys(reasons))})" if lost else ""
    return Saved(tuple(made), problem, tuple(notes))


# --- Interrupting -----------------------------------------------------------------------------------


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
