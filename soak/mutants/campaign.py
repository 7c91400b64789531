"""Each mutant is put into a copy of the sources and tried with the test that must catch it.

    python -m soak mutants                    # all of them; writes the table in docs/verification.md
    python -m soak.mutants 3 17               # some of them, by number; prints what became of them

The model runs uncompiled (`soak.uncompiled`), or each mutant would be compiled for minutes. First the same tests are
tried on the sources as they are: what fails there says nothing.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from soak.mutants.mutant import ROOT, SOURCES, Mutant, all_mutants

COPIED = ("sim", "tests", "soak", "benchmarks", "scenarios", "experiments", "docs")
FILES = ("pyproject.toml", "README.md", "README.zh.md", "CHANGELOG.md")
MOST_SECONDS = 600
"""A test that takes longer has noticed: the mutant goes on for ever."""

KILLED, SURVIVED, BROKEN = "killed", "survived", "broken"


@dataclass(frozen=True)
class Result:
    """What became of a mutant: killed, survived, or broken (no test could be run); `by`: the first test that failed."""

    number: int
    outcome: str
    by: str

    @property
    def findings(self) -> tuple[str, ...]:
        """What is to be mended."""
        return () if self.outcome == KILLED else (self.outcome,)

    excess = ()


def run(journal: Path, share: float, jobs: int, report: Callable[[int, int, int], object]) -> list[Result]:
    """Try `share` of all mutants, `jobs` at a time. `journal` holds what is done already, line by line."""
    mutants = all_mutants()
    numbers = range(0, len(mutants), max(round(1 / share), 1))
    lines = journal.read_text("utf-8").splitlines() if journal.exists() else []
    results = [Result(**json.loads(line)) for line in lines]
    left = [number for number in numbers if number not in {one.number for one in results}]
    with journal.open("a", encoding="utf-8") as file:
        for result in tried(mutants, left, jobs):
            file.write(json.dumps(asdict(result)) + "\n")
            file.flush()
            results.append(result)
            report(len(results), len(numbers), sum(bool(one.findings) for one in results))
    return sorted(results, key=lambda one: one.number)


def tried(mutants: Sequence[Mutant], numbers: Sequence[int], jobs: int) -> Iterator[Result]:
    """Try some mutants, `jobs` at a time, each in a copy of the sources that it has for itself. RuntimeError where a
    test that is to catch one fails without it."""
    copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
    with copies_of_the_sources(jobs) as folders, ThreadPoolExecutor(jobs) as pool:
        for folder in folders:
            copies.put(folder)

        def attempt(number: int) -> Result:
            folder = copies.get()
            try:
                return _try(folder, mutants[number], number)
            finally:
                copies.put(folder)

        if numbers:
            status, failed = _tests(folders[0], sorted({mutants[number].caught_by for number in numbers}))
            if status != 0:
                raise RuntimeError(f"without any mutant {failed or 'the tests'} fail already (exit status {status})")
        yield from (done.result() for done in as_completed([pool.submit(attempt, number) for number in numbers]))


@contextmanager
def copies_of_the_sources(count: int) -> Iterator[list[Path]]:
    """Folders that hold what the tests need."""
    with tempfile.TemporaryDirectory(prefix="sanfang-mutants-") as top:
        folders = [Path(top) / str(number) for number in range(count)]
        for folder in folders:
            for name in COPIED:
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "images"))
            for name in FILES:
                shutil.copy(ROOT / name, folder / name)
        yield folders


def _try(folder: Path, mutant: Mutant, number: int) -> Result:
    path = folder / SOURCES / mutant.file
    right = path.read_text("utf-8")
    path.write_text(mutant.applied(right), "utf-8")
    try:
        status, failed = _tests(folder, [mutant.caught_by])
    finally:
        path.write_text(right, "utf-8")
    return Result(number, {0: SURVIVED, 1: KILLED}.get(status, BROKEN), failed)


def _tests(folder: Path, names: Sequence[str]) -> tuple[int, str]:
    """Exit status of pytest, and the name of the first test that failed. 1 where it takes too long."""
    quiet = ["-p", "soak.uncompiled", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-x", "-rfE", "--tb=no"]
    command = [sys.executable, "-B", "-m", "pytest", *quiet, *(f"tests/{name}" for name in names)]
    places = os.pathsep.join([str(folder / "sim"), str(folder)])
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, timeout=MOST_SECONDS * max(len(names) // 4, 1), check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, f"takes longer than {MOST_SECONDS} s"
    found = re.search(r"^(?:FAILED|ERROR) tests/\S+?::(\S+)", done.stdout, re.MULTILINE)
    return done.returncode, found[1] if found else ""


# --- The report ---------------------------------------------------------------------------------------------


def told(results: Sequence[Result]) -> str:
    """The section of the report: how many were killed, those that were not, and all of them."""
    mutants = all_mutants()
    left = [one for one in results if one.outcome != KILLED]
    head = f"{len(results)} mutants: {len(results) - len(left)} killed, {len(left)} not."
    shown = [(mutants[one.number], one) for one in sorted(results, key=lambda one: one.number)]
    rows = [f"| {mutant.group} | {mutant.wrong} | `{mutant.file}` | {_verdict(one)} |" for mutant, one in shown]
    return "\n".join([head, "", "| list | what is made wrong | in | result |", "|---|---|---|---|", *rows])


def _verdict(result: Result) -> str:
    if result.outcome != KILLED:
        return f"**{result.outcome}**"
    return f"killed by `{result.by}`" if "::" not in result.by and " " not in result.by else f"killed: {result.by}"
