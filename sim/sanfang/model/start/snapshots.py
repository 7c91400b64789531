"""Steady starts kept on disk, beside compiled code: made once, and read by every scenario, process and page after.

A file holds plain arrays, never objects that could run code, and a digest of them all; it is taken only if this user
wrote it, and a damaged one is as good as none. It belongs to a district, its conditions and present policy, seed,
scale, and the code: a change of any of these is another file. What it belongs to stands in it, too: under
another's name it is taken for damaged. The least recently used ones go when all are more than `MAX_BYTES`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from sanfang.model.code_folder import CodeFolder
from sanfang.model.code_version import code_version
from sanfang.model.compiled import CODE
from sanfang.model.start.carried import Carried
from sanfang.model.start.one_maker import alone
from sanfang.scenario.scenario import Scenario

MAX_BYTES = 4_000_000_000
"""What all files may take together."""

SUFFIX = ".start"
KEY = "key"
"""The array of a file that says what it belongs to."""

OWN = re.compile(r"[0-9a-f]{32}\.(start|lock)|\.[0-9a-f]{32}\.start-\w+|complete|\.complete-\w+")
"""Names of files of ours: starts, locks, and what a killed process left of writing one."""

FOLDER = CodeFolder("starts", "Steady starts", "are made by each process anew")


def key_of(scenario: Scenario, seed: int, scale: float) -> str:
    """Which start it is: a digest of all that it depends on. Machine code is of this processor (`CODE`)."""
    conditions = scenario.without_policy()
    for name in ("days", "warm_up", "start"):
        del conditions["run"][name]
    of_all = json.dumps([code_version(), CODE.name, conditions, seed, scale], sort_keys=True, default=str)
    return hashlib.sha256(of_all.encode()).hexdigest()[:32]


def kept(key: str, make: Callable[[Callable[[], None]], Carried]) -> Carried:
    """The start with this key: read from its file, or else made, once, however many processes ask for it. What `make`
    is given is to be called as the making goes on."""
    if (arrays := read(key)) is not None:
        return arrays
    folder = FOLDER.path
    if folder is None:
        return make(lambda: None)
    with alone(folder / f"{key}.lock") as mark:
        arrays = read(key)  # another process may have made it meanwhile
        if arrays is None:
            arrays = make(mark)
            keep(key, arrays)
    return arrays


def keep(key: str, arrays: Carried) -> None:
    """Write the file of a start, if there is a folder for it."""
    if FOLDER.path is not None:
        _make_room(FOLDER.path)
        FOLDER.write(f"{key}{SUFFIX}", _packed(key, arrays))


def is_there(key: str) -> bool:
    """Whether there is a file of this start; it may turn out to be damaged."""
    return FOLDER.path is not None and (FOLDER.path / f"{key}{SUFFIX}").is_file()


def forget(key: str) -> None:
    """Remove the file of a start."""
    if FOLDER.path is not None:
        with contextlib.suppress(OSError):
            (FOLDER.path / f"{key}{SUFFIX}").unlink(missing_ok=True)


def _packed(key: str, arrays: Carried) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays, **{KEY: np.array(key)})
    return file.getvalue()


def read(key: str) -> Carried | None:
    """The start with this key; None if there is no file of it, or not what was written."""
    content = FOLDER.read(f"{key}{SUFFIX}")
    if content is None:
        return None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            if not _is_plain(file.zip, len(content)):
                return None
            arrays = {name: file[name] for name in file.files}
            if str(arrays.pop(KEY)) != key:
                return None
    except Exception:  # whatever a damaged file makes of those who read it
        return None
    if FOLDER.path is not None:
        with contextlib.suppress(OSError):
            os.utime(FOLDER.path / f"{key}{SUFFIX}")
    return arrays


def _is_plain(archive: zipfile.ZipFile, size: int) -> bool:
    """Whether its parts are as written, not compressed: they take no more memory than the file of so many bytes."""
    parts = archive.infolist()
    return all(part.compress_type == zipfile.ZIP_STORED for part in parts) and sum(p.file_size for p in parts) <= size


# --- The files together -----------------------------------------------------------------------------------


def _make_room(folder: Path) -> None:
    """Remove the least recently used files while all are more than `MAX_BYTES`."""
    files = sorted(_starts(folder), key=lambda found: found[1].st_mtime)
    total = sum(found.st_size for _, found in files)
    for file, found in files:
        if total <= MAX_BYTES:
            return
        total -= found.st_size
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def _starts(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The files of starts, as far as they are there; nothing else that has such a name."""
    for file in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(OSError):
            found = file.lstat()
            if OWN.fullmatch(file.name) and stat.S_ISREG(found.st_mode):
                yield file, found


def usage() -> tuple[int, int]:
    """How many starts are kept, and how many bytes they take."""
    sizes = [] if FOLDER.path is None else [found.st_size for _, found in _starts(FOLDER.path)]
    return len(sizes), sum(sizes)


def clear() -> list[str]:
    """Remove them all, and what belongs to them; nothing else. Returns what could not be removed, and why."""
    left = []
    try:
        files = [] if FOLDER.path is None else [file for file in FOLDER.path.iterdir() if OWN.fullmatch(file.name)]
    except OSError as problem:
        return [f"{FOLDER.path} ({problem.strerror})"]
    for file in files:
        try:
            if file.is_symlink() or not file.is_dir():
                file.unlink(missing_ok=True)
        except OSError as problem:
            left.append(f"{file} ({problem.strerror})")
    return left
