"""Steady starts kept on disk, beside compiled code: made once, and read by every scenario, process and page after.

A file holds plain arrays, never objects that could run code, and a digest of them all; it is taken only if this user
wrote it, and a damaged one is as good as none. It belongs to a district, its conditions and present policy, seed,
scale, and the code of the model: a change of any of these is another file. The least recently used ones go when all are
more than `MAX_BYTES`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import numpy as np

from sanfang.model.code_folder import CodeFolder
from sanfang.model.compiled import CODE
from sanfang.model.start.carried import Carried
from sanfang.scenario.scenario import Scenario

MAX_BYTES = 4_000_000_000
"""What all files may take together."""

SUFFIX = ".start"

FOLDER = CodeFolder("starts", "Steady starts", "are made by each process anew")


def key_of(scenario: Scenario, seed: int, scale: float) -> str:
    """Which start it is: a digest of all that it depends on."""
    conditions = scenario.without_policy()
    for name in ("days", "warm_up", "start"):
        del conditions["run"][name]
    of_all = json.dumps([CODE.name, conditions, seed, scale], sort_keys=True, default=str)
    return hashlib.sha256(of_all.encode()).hexdigest()[:32]


def kept(key: str, make: Callable[[], Carried]) -> Carried:
    """The start with this key: read from its file, or else made, once, however many processes ask for it."""
    folder = FOLDER.path
    if folder is None:
        return make()
    name = f"{key}{SUFFIX}"
    if (arrays := _read(name)) is not None:
        return arrays
    with _locked(folder / f"{key}.lock"):
        arrays = _read(name)  # another process may have made it meanwhile
        if arrays is None:
            arrays = make()
            keep(key, arrays)
    return arrays


def keep(key: str, arrays: Carried) -> None:
    """Write the file of a start, if there is a folder for it."""
    if FOLDER.path is not None:
        _make_room(FOLDER.path)
        FOLDER.write(f"{key}{SUFFIX}", _packed(arrays))


def is_there(key: str) -> bool:
    """Whether there is a file of this start; it may turn out to be damaged."""
    return FOLDER.path is not None and (FOLDER.path / f"{key}{SUFFIX}").is_file()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone with this start, if the folder takes a lock; where it does not, two may make the same one."""
    lock = filelock.FileLock(path)
    try:
        lock.acquire()
    except OSError:
        yield
        return
    try:
        yield
    finally:
        lock.release()
        path.unlink(missing_ok=True)


def _packed(arrays: Carried) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _read(name: str) -> Carried | None:
    """The arrays in a file; None if it is not there, or not what was written."""
    content = FOLDER.read(name)
    if content is None:
        return None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {array: file[array] for array in file.files}
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile):
        return None
    with contextlib.suppress(OSError):
        os.utime(FOLDER.path / name)  # type: ignore[operator]  # it was just read from there
    return arrays


def _make_room(folder: Path) -> None:
    """Remove the least recently used files while all are more than `MAX_BYTES`."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime)
        total = sum(file.stat().st_size for file in files)
        for file in files:
            if total <= MAX_BYTES:
                return
            total -= file.stat().st_size
            file.unlink(missing_ok=True)


def usage() -> tuple[int, int]:
    """How many starts are kept, and how many bytes they take."""
    files = [] if FOLDER.path is None else list(FOLDER.path.glob(f"*{SUFFIX}"))
    return len(files), sum(file.stat().st_size for file in files)


def clear() -> None:
    """Remove them all."""
    if FOLDER.path is not None:
        for file in FOLDER.path.iterdir():
            file.unlink(missing_ok=True)
