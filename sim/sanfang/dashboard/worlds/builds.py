"""Experiments built on a page: each is swept by a process of its own, one at a time, whoever looks.

What is under way belongs to the server and not to a page: it goes on when its page is closed, every page that may
build sees it and may cancel it, and it ends with the server. What is made is stored run by run, so nothing of it is
lost: what was cancelled or interrupted goes on from there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import tomli_w

from sanfang.dashboard.worlds.viewers import Viewers
from sanfang.dashboard.worlds.with_server import PATIENCE
from sanfang.lab.storage.results import Results
from sanfang.run.background import BackgroundJob
from sanfang.run.slots import Slots
from sanfang.scenario.content import EXPERIMENTS
from sanfang.scenario.errors import InputError

ALLOWED = "SANFANG_DASHBOARD_BUILD"
"""The variable by which `serve` says that visitors may build: "1"."""

FOLDER, RESULTS, STORE = "built", "results", "sweep.sqlite"
MAX_RUNS = 400
MAX_BUILT = 200
"""Files that may lie in the folder: who wants more has the command line."""

LOOK_EVERY = 0.5
LAST_PATIENCE = 3.0
"""Seconds that a sweep has to finish its run when the server ends: whoever ends one waits for it."""

COMMAND = (sys.executable, "-P", "-m", "sanfang.dashboard.worlds.with_server", "sweep")
NAME = re.compile(r"built-[1-9]\d{0,5}")

LOOKED_AT, LISTED = 20, 5
"""Of the experiments built: the newest ones that are looked at, and the unfinished ones of these that are shown."""

_ONE = Slots(1, each=1)


def allowed() -> bool:
    """Whether visitors may build here: the server says so, and what they build can be written."""
    return os.environ.get(ALLOWED) == "1" and all(_writable(Path.cwd() / name) for name in (EXPERIMENTS, RESULTS))


def _writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def save(document: Mapping[str, Any]) -> str:
    """Write the file of an experiment under the next free name, and return that. Raises InputError."""
    folder = Path.cwd() / EXPERIMENTS / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, MAX_BUILT + 1):
            name = f"built-{number}"
            if (Path.cwd() / RESULTS / name).exists():
                continue
            try:
                with (folder / f"{name}.toml").open("xb") as file:
                    tomli_w.dump(dict(document), file)
            except FileExistsError:
                continue
            return name
    except OSError as problem:
        raise InputError(f"{EXPERIMENTS}/{FOLDER}: cannot be written: {problem.strerror}") from None
    raise InputError(f"{EXPERIMENTS}/{FOLDER}: has {MAX_BUILT} experiments; take some away first")


class Build:
    """The sweep of an experiment in the folder of those built: a job that watches it, and the pages that look."""

    def __init__(self, name: str, runs: int) -> None:
        self.name, self.results, self._patience = name, Path.cwd() / RESULTS / name, PATIENCE
        self.job: BackgroundJob[str] = BackgroundJob(self._watch, total=runs, owner=self, jobs=_ONE)
        self._viewers = Viewers("a sweep")
        self.job.listen(self._viewers.tell)

    def listen(self, told: Callable[[], object]) -> Callable[[], None]:
        """Have `told` called on this page when something has changed; returns what ends that."""
        return self._viewers.join(told)

    def end(self) -> None:
        """The server ends: so does the sweep, soon."""
        self._patience = LAST_PATIENCE
        self.job.cancel()
        self.job.join(LAST_PATIENCE + LOOK_EVERY + 1)

    def _watch(self, job: BackgroundJob[Any]) -> str:
        file = Path(EXPERIMENTS) / FOLDER / f"{self.name}.toml"
        with tempfile.TemporaryFile() as said:
            command = [*COMMAND, str(file), "--out", str(self.results), "--jobs", "1"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
            try:
                while process.poll() is None:
                    job.check()
                    self._count(job)
                    time.sleep(LOOK_EVERY)
            finally:
                _end(process, self._patience)
            self._count(job)
            if process.returncode:
                raise InputError(_last_line(said) or f"the sweep ended with status {process.returncode}")
        return self.name

    def _count(self, job: BackgroundJob[Any]) -> None:
        """How many runs are there by now; before the store is, none."""
        if not (self.results / STORE).exists():
            return
        try:
            with Results(self.results) as results:
                status = results.status()
        except InputError:  # it is being made
            return
        job.total = max(status.planned, 1)
        if status.done > job.done:
            job.did(status.done - job.done)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Ask a sweep to stop: it finishes the run in hand. What does not end is ended."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read()[-4_000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""


_LATEST: list[Build] = []
_FINDING = threading.Lock()


def latest() -> Build | None:
    """The sweep that was begun last, at work or ended; None before the first one."""
    return _LATEST[-1] if _LATEST else None


def start(document: Mapping[str, Any], runs: int) -> Build:
    """Write the file of an experiment and begin its sweep. Raises InputError where another one is at work, where it is
    too large, or where nobody may."""
    return _begin(lambda: save(document), runs)


def go_on(unfinished: Unfinished) -> Build:
    """Go on with a sweep that was not finished. Raises InputError as `start` does."""
    return _begin(lambda: unfinished.name, unfinished.planned)


def _begin(named: Callable[[], str], runs: int) -> Build:
    with _FINDING:
        now = latest()
        if not allowed():
            raise InputError("experiments cannot be built here")
        if now is not None and now.job.busy:
            raise InputError(f"{now.name} is at work; one is made at a time")
        if runs > MAX_RUNS:
            raise InputError(f"{runs:,} runs are more than the {MAX_RUNS} that a page begins")
        build = Build(named(), runs)
        _LATEST[:] = [build]
    build.job.start()
    return build


def end() -> None:
    """End the sweep that is at work, if there is one: the server ends."""
    now = latest()
    if now is not None and now.job.busy:
        now.end()


# --- Those that were not finished -------------------------------------------------------------------------


@dataclass(frozen=True)
class Unfinished:
    """An experiment in the folder of those built, of whose runs some are missing and none is being made."""

    name: str
    done: int
    planned: int

    @property
    def command(self) -> str:
        """What goes on with it without a page."""
        return f"sanfang sweep {EXPERIMENTS}/{FOLDER}/{self.name}.toml --out {RESULTS}/{self.name}"


def unfinished() -> list[Unfinished]:
    """Those that were cancelled, or interrupted when their server ended, the newest first."""
    files = (Path.cwd() / EXPERIMENTS / FOLDER).glob("built-*.toml")
    names = sorted((file.stem for file in files if NAME.fullmatch(file.stem)), key=lambda name: -int(name[6:]))
    found = filter(None, map(_unfinished, names[:LOOKED_AT]))
    return list(islice(found, LISTED))


def _unfinished(name: str) -> Unfinished | None:
    folder = Path.cwd() / RESULTS / name
    if not (folder / STORE).exists():
        return None
    try:
        with Results(folder) as results:
            status = results.status()
    except InputError:  # it is being made, or damaged: the list of results says so
        return None
    return Unfinished(name, status.done, status.planned) if status.missing and not status.running else None
