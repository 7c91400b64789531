"""Saving in the folder that `--out` names: tried before the work, nothing lost after it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from sanfang.cli.endings import A_CHECK_FAILED
from sanfang.cli.telling import say, tell, tell_error
from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import shortened


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
    if isinstance(error, FileExistsError) and os.path.islink(error.filename):
        return f"{shortened(str(error.filename), 200)} is a link that leads to no folder"
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
