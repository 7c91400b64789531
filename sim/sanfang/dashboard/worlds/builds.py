"""Experiments built on a page: each is swept by a process of its own, one at a time, whoever looks.

What is under way belongs to the server and not to a page: it goes on when its page is closed, and every page that may
build sees it and may cancel it. What is made is stored run by run, so nothing of it is lost.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import tomli_w

from sanfang.dashboard.worlds.viewers import Viewers
from sanfang.lab.storage.results import Results
from sanfang.run.background import BackgroundJob
from sanfang.run.slots import Slots
from sanfang.scenario.content import EXPERIMENTS
from sanfang.scenario.errors import InputError

ALLOWED = "SANFANG_DASHBOARD_BUILD"
"""The variable by which `serve` says that visitors may build: "1"."""

FOLDER, RESULTS = "built", "results"
MAX_RUNS = 400
MAX_BUILT = 200
"""Files that may lie in the folder: who wants more has the command line."""

LOOK_EVERY = 0.5
PATIENCE = 20.0
"""Seconds that a sweep has to finish its run once it is asked to stop."""

COMMAND = (sys.executable, "-c", "from sanfang.cli.start import main; main()", "sweep")

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
        self.name, self.results = name, Path.cwd() / RESULTS / name
        self.job: BackgroundJob[str] = BackgroundJob(self._watch, total=runs, owner=self, jobs=_ONE)
        self._viewers = Viewers("a sweep")
        self.job.listen(self._viewers.tell)

    def listen(self, told: Callable[[], object]) -> Callable[[], None]:
        """Have `told` called on this page when something has changed; returns what ends that."""
        return self._viewers.join(told)

    def _watch(self, job: BackgroundJob[Any]) -> str:
        file = Path(EXPERIMENTS) / FOLDER / f"{self.name}.toml"
        with tempfile.TemporaryFile() as said:
            command = [*COMMAND, str(file), "--out", str(self.results), "--jobs", "1"]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
            try:
                while process.poll() is None:
                    job.check()
                    self._count(job)
                    time.sleep(LOOK_EVERY)
            finally:
                _end(process)
            self._count(job)
            if process.returncode:
                raise InputError(_last_line(said) or f"the sweep ended with status {process.returncode}")
        return self.name

    def _count(self, job: BackgroundJob[Any]) -> None:
        """How many runs are there by now; before the store is, none."""
        if not (self.results / "sweep.sqlite").exists():
            return
        try:
            with Results(self.results) as results:
                status = results.status()
        except InputError:  # it is being made
            return
        job.total = max(status.planned, 1)
        if status.done > job.done:
            job.did(status.done - job.done)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a sweep to stop: it finishes the run in hand. What does not end is ended."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
    with _FINDING:
        now = latest()
        if not allowed():
            raise InputError("experiments cannot be built here")
        if now is not None and now.job.busy:
            raise InputError(f"{now.name} is at work; one is made at a time")
        if runs > MAX_RUNS:
            raise InputError(f"{runs:,} runs are more than the {MAX_RUNS} that a page begins")
        build = Build(save(document), runs)
        _LATEST[:] = [build]
    build.job.start()
    return build
