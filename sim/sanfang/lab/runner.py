"""Many runs on all cores: in a process pool, with results that do not depend on the pool.

A run that fails is data: its outcome names the scenario, the seed and the error, and the others go on.
Processes are used, not numba's threads: runs are independent, and one core each is the fastest.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import sanfang.lab.simulation as simulation  # before any pool starts: forked workers inherit imports and kernels
from sanfang.model import compiled
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

Progress = Callable[[int, int], object]
"""Called with the number of runs done and of all runs; also every half second in between."""

HEARTBEAT_SECONDS = 0.5
QUEUED_PER_WORKER = 3  # enough to keep workers busy, few enough for a million jobs


@dataclass(frozen=True)
class Job:
    """One run to make. `scale` is the share of the district's size; `days` None takes the scenario's own."""

    scenario: Scenario
    seed: int
    days: int | None = None
    scale: float = 1.0
    label: str = ""

    def __str__(self) -> str:
        return f"scenario {self.label or self.scenario.name!r} with seed {self.seed}"


@dataclass(frozen=True)
class Outcome:
    """What became of the job number `index`: a result, or an error and where it was raised.

    `wrong_input` says that the scenario was at fault, and `error` is then the message for its author.
    """

    index: int
    job: Job
    result: Any = None
    error: str = ""
    trace: str = ""
    wrong_input: bool = False


class RunFailed(RuntimeError):
    """A run failed. The message names scenario, seed and error; the note holds the traceback."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"the run of {outcome.job} failed: {outcome.error}")
        self.outcome = outcome
        if outcome.trace:
            self.add_note(outcome.trace)


def run_all(
    jobs: Sequence[Job], keep: Callable[[Any], Any], *, workers: int | None = None, progress: Progress | None = None
) -> list[Any]:
    """Run `jobs` and return what `keep` makes of each run, in the order of `jobs`.

    `keep` works in the worker and chooses what travels back; it must be a module's function. Raises
    RunFailed (or InputError, if its scenario was wrong) for the first job, in the order of `jobs`, that
    failed; all others are run before.
    """
    outcomes = sorted(run_each(jobs, keep, workers=workers, progress=progress), key=lambda outcome: outcome.index)
    for outcome in outcomes:
        if outcome.wrong_input:
            raise InputError(outcome.error)
        if outcome.error:
            raise RunFailed(outcome)
    return [outcome.result for outcome in outcomes]


def run_each(
    jobs: Sequence[Job], keep: Callable[[Any], Any], *, workers: int | None = None, progress: Progress | None = None
) -> Iterator[Outcome]:
    """Yield the outcome of each job as soon as it is there, in no fixed order.

    With one worker (or one job) everything happens in this process. Ctrl-C, or leaving the loop early,
    ends the workers at once.
    """
    report = progress or (lambda done, total: None)
    number = min(workers or available_cores(), max(1, len(jobs)))
    report(0, len(jobs))
    outcomes = _in_this_process(jobs, keep) if number == 1 else _in_pool(jobs, keep, number, report)
    for done, outcome in enumerate(outcomes, start=1):
        report(done, len(jobs))
        yield outcome


def available_cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_this_process(jobs: Sequence[Job], keep: Callable[[Any], Any]) -> Iterator[Outcome]:
    for index, job in enumerate(jobs):
        yield _work(index, job, keep)


def _in_pool(jobs: Sequence[Job], keep: Callable[[Any], Any], number: int, report: Progress) -> Iterator[Outcome]:
    """Feed a pool a few jobs at a time. If a worker dies, its pool's jobs fail and a new pool goes on."""
    if not compiled.is_cached():
        _work(0, replace(jobs[0], days=1), _nothing)  # compile here, once, instead of in every worker
    waiting = iter(enumerate(jobs))
    done = 0
    while True:
        running: dict[Future[Outcome], tuple[int, Job]] = {}
        with _Pool(number) as pool:
            broken = False
            while not broken:
                for index, job in islice(waiting, number * QUEUED_PER_WORKER - len(running)):
                    running[pool.submit(_work, index, job, keep)] = (index, job)
                if not running:
                    return
                finished, _ = wait(running, timeout=HEARTBEAT_SECONDS, return_when=FIRST_COMPLETED)
                if not finished:
                    report(done, len(jobs))
                for future in finished:
                    outcome = _outcome(future, *running.pop(future))
                    broken = broken or isinstance(future.exception(), BrokenProcessPool)
                    done += 1
                    yield outcome
            for future, key in running.items():
                done += 1
                yield _outcome(future, *key)


def _outcome(future: Future[Outcome], index: int, job: Job) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenProcessPool):
        return Outcome(index, job, error="its worker process died (out of memory?)")
    return Outcome(index, job, error=f"{type(error).__name__}: {error}")


def _work(index: int, job: Job, keep: Callable[[Any], Any]) -> Outcome:
    """One job, in whatever process this is."""
    try:
        run = simulation.simulate(job.scenario, seed=job.seed, days=job.days, scale=job.scale)
        return Outcome(index, job, keep(run))
    except InputError as error:
        return Outcome(index, job, error=str(error), wrong_input=True)
    except Exception as error:
        return Outcome(index, job, error=f"{type(error).__name__}: {error}", trace=traceback.format_exc())


def _nothing(run: Any) -> None:
    """Keep nothing of a run."""


class _Pool:
    """A process pool that ends at once when it is left by an exception."""

    def __init__(self, number: int) -> None:
        before = set(multiprocessing.active_children())
        context = multiprocessing.get_context(start_method())
        if context.get_start_method() == "forkserver":
            context.set_forkserver_preload([__name__])
        self._executor = ProcessPoolExecutor(number, mp_context=context, initializer=_leave_interrupts_to_parent)
        with warnings.catch_warnings():
            # numpy's idle threads make Python warn of forking; no thread of ours is alive, see start_method.
            warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
            self._executor.submit(int).result()
        self._workers = set(multiprocessing.active_children()) - before

    def submit(self, *call: Any) -> Future[Outcome]:
        try:
            return self._executor.submit(*call)
        except BrokenProcessPool as error:
            future: Future[Outcome] = Future()
            future.set_exception(error)
            return future

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._executor.shutdown(wait=kind is None, cancel_futures=True)
        if kind is not None:
            for worker in self._workers:
                worker.terminate()


def start_method() -> str:
    """How workers start: forked where that is safe, so that they inherit all that is loaded and compiled.

    Not on macOS, whose own libraries do not survive it, and not while this process runs other threads,
    as a server does: a lock that one of them holds would stay locked in the child for ever.
    """
    if "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return "spawn"
    return "fork" if threading.active_count() == 1 else "forkserver"


def _leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the parent alone decides what follows."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
