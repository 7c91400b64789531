"""Many runs: keeps an executor busy, begins again what a dying worker lost, and hands on what finishes.

A run that fails is data: its outcome names the scenario, the seed and the error, and the others go on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sanfang.lab.sweeps.executors import Executor, ThisProcess, available_cores, local, opened
from sanfang.lab.sweeps.work import Job, Keep, Outcome, do
from sanfang.model import compiled
from sanfang.run import prepare
from sanfang.scenario.errors import InputError

Progress = Callable[[int, int], object]
"""Called with the number of runs done and of all runs; also every half second in between."""

HEARTBEAT_SECONDS = 0.5
AHEAD = 4  # jobs known ahead for each that is in hand
ATTEMPTS = 2  # a run whose worker died is begun once more; if that kills another worker, the run is at fault


class RunFailed(RuntimeError):
    """A run failed. The message names scenario, seed and error; the note holds the traceback."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"the run of {outcome.job} failed: {outcome.error}")
        self.outcome = outcome
        if outcome.trace:
            self.add_note(outcome.trace)


def run_all(
    jobs: Sequence[Job], keep: Keep, *, workers: int | None = None, progress: Progress | None = None
) -> list[Any]:
    """Run `jobs` and return what `keep` makes of each run, in the order of `jobs`.

    `workers` is the number of processes, all cores if None. Raises RunFailed (or InputError, if its scenario
    was wrong) for the first job, in the order of `jobs`, that failed; all others are run before.
    """
    report = progress or (lambda done, total: None)
    outcomes: dict[int, Outcome] = {}
    report(0, len(jobs))
    with opened(local(min(workers or available_cores(), max(1, len(jobs))))) as executor:
        for batch in run_each(jobs, keep, executor):
            outcomes.update(batch)
            report(len(outcomes), len(jobs))
    ordered = [outcomes[number] for number in range(len(jobs))]
    for outcome in ordered:
        if outcome.wrong_input:
            raise InputError(outcome.error)
        if outcome.error:
            raise RunFailed(outcome)
    return [outcome.result for outcome in ordered]


def run_each(
    jobs: Iterable[Job], keep: Keep, executor: Executor, stopping: Callable[[], bool] = lambda: False
) -> Iterator[list[tuple[int, Outcome]]]:
    """Yield what finishes, as lists of (number, outcome) in no fixed order; jobs are numbered from 0.

    `jobs` is read as workers become free, so it may be endless. Every half second without news the list is empty,
    so that the caller can show that it lives. Once `stopping` says so no job is begun, and those in hand are
    waited for; one whose worker dies meanwhile is left out, since whoever ends the sweep may have ended the worker.
    Workers are at work again before the caller gets a list.
    """
    waiting = _Waiting(jobs, executor.slots)
    in_hand: dict[int, tuple[Job, int]] = {}
    news: list[tuple[int, Outcome]] | None = None
    while True:
        while len(in_hand) < executor.slots and not stopping():
            entry = waiting.next()
            if entry is None:
                break
            number, job = entry
            _compile_once(job, executor)
            in_hand[number] = (job, 1)
            executor.start(number, job, keep)
        if news is not None:
            yield news
        if not in_hand:
            return
        news = []
        for number, outcome in executor.finished(HEARTBEAT_SECONDS):
            job, attempts = in_hand.pop(number)
            waiting.has_start(job)
            if not outcome.lost or (attempts >= ATTEMPTS and not stopping()):
                news.append((number, replace(outcome, attempts=attempts)))
            elif not stopping():
                in_hand[number] = (job, attempts + 1)
                executor.start(number, job, keep)


class _Waiting:
    """Jobs to come, a few of them known ahead.

    Jobs with one seed mostly share a steady start. While the first of them makes it, the others would only wait: those
    with another seed go before them.
    """

    def __init__(self, jobs: Iterable[Job], slots: int) -> None:
        self._jobs = iter(enumerate(jobs))
        self._room = 1 if slots == 1 else AHEAD * slots
        self._ahead: deque[tuple[int, Job]] = deque()
        self._made, self._being_made = set[int](), set[int]()

    def next(self) -> tuple[int, Job] | None:
        """The number of a job, and the job; None if there is no more."""
        self._ahead.extend(islice(self._jobs, self._room - len(self._ahead)))
        if not self._ahead:
            return None
        place = next((n for n, (_, job) in enumerate(self._ahead) if job.seed not in self._being_made), 0)
        number, job = self._ahead[place]
        del self._ahead[place]
        if job.seed not in self._made:
            self._being_made.add(job.seed)
        return number, job

    def has_start(self, job: Job) -> None:
        """A job has finished: the start of its seed is there, or never will be."""
        self._made.add(job.seed)
        self._being_made.discard(job.seed)


def _compile_once(job: Job, executor: Executor) -> None:
    """Find the folders of what is kept, and compile the model, here before workers start, or each of them would."""
    prepare.find_folder()
    if not compiled.is_cached() and not isinstance(executor, ThisProcess):
        do(replace(job, days=1), _nothing)


def _nothing(run: Any) -> None:
    """Keep nothing of a run."""
