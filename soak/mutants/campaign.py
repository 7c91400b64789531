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
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from soak.mutants.mutant import ROOT, SOURCES, Mutant, all_mutants

COPIED = ("sim", "tests", "soak", "benchmarks", "scenarios", "experiments", "docs")
FILES = ("pyproject.toml", "README.md", "README.zh.md", "CHANGELOG.md")

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
    if not numbers:
        return
    with ExitStack() as places, ThreadPoolExecutor(jobs) as pool:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for _ in range(jobs):
            copies.put(places.enter_context(Copy()))

        def in_a_copy[Found](work: Callable[[Copy], Found]) -> Found:
            copy = copies.get()
            try:
                return work(copy)
            finally:
                copies.put(copy)

        wanted = sorted({mutants[number].caught_by for number in numbers})
        status, failed = in_a_copy(lambda copy: copy.tests(wanted))
        if status != 0:
            raise RuntimeError(f"without any mutant {failed or 'the tests'} fail already (exit status {status})")
        attempts = [
            pool.submit(in_a_copy, lambda copy, number=number: copy.tried(mutants[number], number))
            for number in numbers
        ]
        yield from (done.result() for done in as_completed(attempts))


class Copy:
    """A copy of what the tests need in a temporary folder, and a worker that runs them there."""

    def __enter__(self) -> Copy:
        self._folder = tempfile.TemporaryDirectory(prefix="sanfang-mutants-")
        self._path = Path(self._folder.name)
        for name in COPIED:
            shutil.copytree(ROOT / name, self._path / name, ignore=shutil.ignore_patterns("__pycache__", "images"))
        for name in FILES:
            shutil.copy(ROOT / name, self._path / name)
        command = [sys.executable, "-m", "soak.mutants.worker", str(self._path)]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # a process with threads should not fork
        self._worker = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.communicate()
        self._folder.cleanup()

    def tests(self, names: Sequence[str]) -> tuple[int, str]:
        """Exit status of pytest, and the name of the first test that failed."""
        assert self._worker.stdin and self._worker.stdout
        self._worker.stdin.write(json.dumps(list(names)) + "\n")
        self._worker.stdin.flush()
        status, failed = json.loads(self._worker.stdout.readline())
        return int(status), str(failed)

    def tried(self, mutant: Mutant, number: int) -> Result:
        """What becomes of a mutant."""
        path = self._path / SOURCES / mutant.file
        right = path.read_text("utf-8")
        path.write_text(mutant.applied(right), "utf-8")
        try:
            status, failed = self.tests([mutant.caught_by])
        finally:
            path.write_text(right, "utf-8")
        return Result(number, {0: SURVIVED, 1: KILLED}.get(status, BROKEN), failed)


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
