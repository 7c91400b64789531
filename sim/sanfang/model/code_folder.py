"""The folder in which compiled code, and steady starts, are kept from run to run, and its files.

What lies there is run. So the folder, and those above it, must belong to this user or to the administrator, and nobody
else may be able to write to them. Where there is no such folder, or it takes no files, a private temporary one serves
this command and its workers, and that is said once; what lies in one that takes no files is read all the same.

A file is taken only if it is what was written: a damaged one is as good as none, and its code is compiled again. Files
come into place whole, so that processes may compile at the same time and be killed meanwhile. A temporary folder that a
killed process left behind is removed by a later one.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import multiprocessing
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

import platformdirs

from sanfang.scenario import system

VARIABLE = "SANFANG_CACHE"
COMPLETE = "complete"
DIGEST_BYTES = 32
PROBE_BYTES = 4096
ADMINISTRATOR = 0

TEMPORARY = "sanfang-"
READ_TOO = "SANFANG_CACHE_READ_TOO"
"""In a command that writes to a temporary folder, and its workers: the folder from which files are read beside it."""

IN_USE = "in-use"
"""A file in each temporary folder of ours; its process, or a worker of it, holds a lock on it while it lives."""

LEFT_SECONDS = 3600.0
"""A temporary folder that nobody holds is left over when it is older: a new one is not locked at once."""


class Unfit(Exception):
    """Why a folder cannot be used."""


class CodeFolder:
    """The files in a folder called `name`, below the one that `SANFANG_CACHE` names or the user's own.

    It is looked for when it is first needed. `what` they are, and what becomes of them `without` a folder, is said
    where none can be had.
    """

    def __init__(
        self, name: str, what: str = "Compiled code", without: str = "is compiled by each process anew"
    ) -> None:
        self.name, self._what, self._without = name, what, without
        self._lock = threading.RLock()
        self._sought = self._is_temporary = self._complete = False
        self._path: Path | None = None
        self._used: set[str] = set()

    @property
    def path(self) -> Path | None:
        """Where the files are; None if no folder can be had, so that each process compiles for itself."""
        with self._lock:
            if not self._sought:
                self._sought = True
                remove_left_over()
                folder = self._sought_in()
                try:
                    self._path = _usable(folder)
                except (OSError, Unfit) as problem:
                    self._without_folder(folder, problem)
            return self._path

    def _sought_in(self) -> Path:
        return Path(_place()) / self.name

    def _without_folder(self, folder: Path, problem: Exception) -> None:
        self._pass_to_temporary(str(folder.parent), problem)

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if it is not there, damaged, or may be somebody else's."""
        content = None if self.path is None else _read(self.path / name)
        if content is None and (elsewhere := self._elsewhere()):
            content = _read(elsewhere / name)
        if content is not None:
            self._used.add(name)
        return content

    def write(self, name: str, content: bytes) -> None:
        """Keep a file. If the folder takes it no more, as on a full disk, a temporary folder takes its place."""
        with self._lock:
            if self.path is None:
                return
            self._used.add(name)
            try:
                _write(self.path / name, content)
            except OSError as problem:
                self._pass_to_temporary(str(self.path), problem)
                if self.path is not None:
                    _write_if_possible(self.path / name, content)

    def is_complete(self) -> bool:
        """Whether a run has been made before with what is there, or by this process."""
        return self._complete or (self.path is not None and _has_all(self.path))

    def note_complete(self) -> None:
        """A run has been made: what was read and written for it is all that the next one needs."""
        if not self.is_complete() and self.path is not None:
            _write_if_possible(self.path / COMPLETE, "\n".join(sorted(self._used)).encode())
        self._complete = True

    def _elsewhere(self) -> Path | None:
        """A folder from which files are read although it takes none, if there is one and it is safe."""
        place = os.environ.get(READ_TOO)
        in_temporary = self._is_temporary or (self._path is not None and (self._path.parent / IN_USE).exists())
        if not (place and in_temporary):
            return None
        folder = Path(os.path.realpath(place)) / self.name
        try:
            check_safe(folder)
        except (OSError, Unfit):
            return None
        return folder

    def _pass_to_temporary(self, place: str, problem: Exception) -> None:
        """Go on in a temporary folder; without any if that has been tried, or in a worker: it would leave its own
        behind, and its parent has said what there is to say."""
        in_worker = multiprocessing.parent_process() is not None
        if not self._is_temporary and not in_worker:
            os.environ[READ_TOO] = str(place if self._path is None else self._path.parent)
        self._path = None if self._is_temporary or in_worker else self._temporary()
        self._is_temporary = True
        if in_worker:
            return
        now = f"kept in {self._path.parent} until this command ends" if self._path else self._without
        message = f"{self._what} cannot be kept in {place} ({_reason(problem)}): {now}."
        print(f"{message} Let {VARIABLE} name a folder that you alone can write to.", file=sys.stderr)

    def _temporary(self) -> Path | None:
        """A private folder with a name that nobody can foresee, gone when this process ends. Workers find it too."""
        try:
            made = Path(os.path.realpath(tempfile.mkdtemp(prefix=TEMPORARY)))
            lock = open(made / IN_USE, "wb")  # noqa: SIM115  for as long as the process lives
            atexit.register(_remove, made, os.getpid(), lock)
            system.lock(lock.fileno())
            folder = _usable(made / self.name)
        except (OSError, Unfit):
            return None
        os.environ[VARIABLE] = str(made)
        return folder


class LastingFolder(CodeFolder):
    """A folder for what cannot be made again: no temporary one takes its place, and only this user reads its files.

    `variable` may name another one than `name` beside the compiled code.
    """

    def __init__(self, name: str, variable: str, what: str, without: str) -> None:
        super().__init__(name, what, without)
        self._variable, self._told, self._fails = variable, False, False

    @property
    def is_kept(self) -> bool:
        """Whether the file that was written last is there, or the next one can be."""
        return self.path is not None and not self._fails

    def write(self, name: str, content: bytes) -> None:
        """Keep a file. Where that fails it is said, once; the next one may be kept all the same."""
        if self.path is None:
            return
        try:
            _write(self.path / name, content, mode=0o600)
            self._fails = False
        except OSError as problem:
            self._fails = True
            self._without_folder(self.path, problem)

    def _sought_in(self) -> Path:
        if named := os.environ.get(self._variable):
            return Path(named).absolute()
        # Not in a temporary folder that has taken the place of the one for compiled code.
        return Path(os.environ.get(READ_TOO) or _place()) / self.name

    def _without_folder(self, folder: Path, problem: Exception) -> None:
        if not self._told:
            self._told = True
            message = f"{self._what} cannot be kept in {folder} ({_reason(problem)}): {self._without}."
            print(f"{message} Let {self._variable} name a folder that you alone can write to.", file=sys.stderr)


def _reason(problem: Exception) -> str:
    return (problem.strerror if isinstance(problem, OSError) else None) or str(problem)


def _place() -> str:
    """The folder that the user names, or the one that the system has for what can be made again."""
    try:
        return os.environ.get(VARIABLE) or platformdirs.user_cache_dir("sanfang")
    except RuntimeError:  # the system knows no home of this user
        return "~/.cache/sanfang"


def _usable(folder: Path) -> Path:
    """`folder`, made if need be, if it is safe, and takes files or needs none. Raises OSError or Unfit."""
    if not (folder.is_absolute() or os.environ.get(VARIABLE)):
        raise Unfit("there is no home folder")
    folder = Path(os.path.realpath(folder))
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir(mode=0o755, exist_ok=True)  # for its owner alone to write to, whatever is usual here
    if not folder.is_dir():
        raise Unfit("it is not a folder")
    check_safe(folder)
    if not _has_all(folder):
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE_BYTES))
    return folder


def _has_all(folder: Path) -> bool:
    """Whether all files are there that a run has needed before."""
    names = _read(folder / COMPLETE)
    return names is not None and all((folder / name).is_file() for name in names.decode().split("\n"))


# --- Whom to trust ----------------------------------------------------------------------------------------


def check_safe(folder: Path) -> None:
    """Raises Unfit if others could put files into `folder`, or another folder in its place."""
    for path in (folder, *folder.parents):
        status = path.stat()
        if not _is_trusted(status.st_uid):
            raise Unfit(f"{path} belongs to another user")
        if _others_may_write(status) and (path == folder or not status.st_mode & stat.S_ISVTX):
            raise Unfit(f"others can write to {path}")


def _is_trusted(user: int) -> bool:
    return user in (system.user(), ADMINISTRATOR)


def _others_may_write(status: os.stat_result) -> bool:
    """Whether the mode lets anybody but owner and administrator write; a group of the user alone is nobody else.

    Where the system tells of owners in another way, as Windows does, the mode says nothing: the user's own folder for
    caches is taken as his alone."""
    if system.user() is None:
        return False
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_own_group(status.st_gid)


def _is_own_group(group: int) -> bool:
    """Whether it is the administrator's, or the one that many systems give to each user: named as the user, with no
    other members."""
    return group == ADMINISTRATOR or system.is_own_group(group)


# --- Files --------------------------------------------------------------------------------------


def _read(path: Path) -> bytes | None:
    try:
        with open(os.open(path, os.O_RDONLY | system.NO_WAITING | system.AS_IT_IS), "rb") as file:
            status = os.fstat(file.fileno())
            if not (stat.S_ISREG(status.st_mode) and _is_trusted(status.st_uid)) or _others_may_write(status):
                return None
            content = file.read()
    except OSError:
        return None
    digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return content if hashlib.sha256(content).digest() == digest else None


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file beside its place and rename it, with its digest in front. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}-", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write_if_possible(path: Path, content: bytes | None) -> None:
    try:
        if content is not None:
            _write(path, content)
    except OSError:
        pass


def _remove(folder: Path, owner: int, lock: IO[bytes]) -> None:
    """At the end of the process that made it, not of those forked from it. Until then `lock` is held."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def remove_left_over() -> None:
    """Remove temporary folders of processes of this user that were killed before they could do so."""
    for folder in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if _is_left_over(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left_over(folder: Path) -> bool:
    """Whether it is a temporary folder of ours, not new, whose process lives no more. Raises OSError if it is none."""
    status = folder.lstat()
    if (
        not stat.S_ISDIR(status.st_mode)
        or status.st_uid != system.user()
        or time.time() - status.st_mtime < LEFT_SECONDS
    ):
        return False
    with open(os.open(folder / IN_USE, os.O_RDONLY | system.NOT_A_LINK), "rb") as file:
        return system.lock(file.fileno())  # without locks it stays: its process may live
