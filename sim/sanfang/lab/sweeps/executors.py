"""Where runs are made: in this process, in processes of this machine, or on a cluster.

The results do not depend on it. All three follow one small protocol, `Executor`: hand it up to `slots`
jobs, ask what has finished, hand it more. A worker that dies loses the one job that it was working on.

Processes are used, not threads: runs are independent, and one core each is the fastest. They are our own
rather than a `ProcessPoolExecutor`, in which one dead worker ends the whole pool with all its jobs, and whose
threads make it unsafe to fork a replacement.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from sanfang.lab.sweeps.work import Job, Keep, Outcome, do
from sanfang.scenario.errors import InputError

END = None  # what tells a worker to end
STARTED = None  # what a worker tells first
WORKER_NEVER_STARTED = (
    "worker processes cannot start. In a script, call it below `if __name__ == '__main__':`; from standard input or"
    " where it is called in a thread, use one process (jobs=1)"
)
WORKER_CANNOT_START = (
    "a worker process cannot start ({}): use fewer processes (--jobs, or jobs=). What a sweep has stored is safe"
)
WORKER_DIED = "its worker process died (killed, or out of memory?)"


class Executor(Protocol):
    """Something that makes runs."""

    @property
    def slots(self) -> int:
        """How many jobs it wants in hand, to keep its workers busy."""

    def start(self, number: int, job: Job, keep: Keep) -> None:
        """Take a job. `number` names it when it has finished. Raises InputError if no worker can be had for it."""

    def finished(self, timeout: float) -> Iterable[tuple[int, Outcome]]:
        """The jobs that have finished since it was asked last; waits up to `timeout` seconds for the first."""

    def close(self, at_once: bool) -> None:
        """Let the workers go; `at_once` ends those that are still working."""


def available_cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ThisProcess:
    """Makes the runs here, one at a time, when it is asked for them."""

    slots = 1

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Job, Keep]] = []

    def start(self, number: int, job: Job, keep: Keep) -> None:
        """See `Executor`."""
        self._waiting.append((number, job, keep))

    def finished(self, timeout: float) -> Iterable[tuple[int, Outcome]]:
        """See `Executor`."""
        waiting, self._waiting = self._waiting, []
        return [(number, do(job, keep)) for number, job, keep in waiting]

    def close(self, at_once: bool) -> None:
        """See `Executor`."""


class LocalProcesses:
    """Worker processes on this machine, one job each at a time. They start when there is work for them."""

    def __init__(self, workers: int) -> None:
        self.slots = workers
        self._idle: list[_Worker] = []
        self._busy: dict[Any, tuple[_Worker, int, Job]] = {}  # by the pipe to the worker

    def start(self, number: int, job: Job, keep: Keep) -> None:
        """See `Executor`."""
        worker = self._idle.pop() if self._idle else _Worker()
        self._busy[worker.pipe] = (worker, number, job)
        worker.give(job, keep)

    def finished(self, timeout: float) -> Iterable[tuple[int, Outcome]]:
        """See `Executor`."""
        for pipe in wait(list(self._busy), timeout):
            worker, number, job = self._busy[pipe]
            try:
                outcome = worker.take()
                if outcome is None:  # it has started, and now works on its first job
                    continue
                if outcome.lost:  # without memory; what it holds of it is given back
                    worker.end()
                else:
                    self._idle.append(worker)
            except (EOFError, OSError):
                worker.end()
                if not worker.started and start_method() != "fork":
                    raise RuntimeError(WORKER_NEVER_STARTED) from None
                outcome = Outcome(job, error=WORKER_DIED, lost=True)
            del self._busy[pipe]
            yield number, outcome

    def close(self, at_once: bool) -> None:
        """See `Executor`."""
        for worker in [*self._idle, *(worker for worker, _, _ in self._busy.values())]:
            worker.end(at_once)


class _Worker:
    """One worker process and the pipe to it."""

    def __init__(self) -> None:
        context: Any = multiprocessing.get_context(start_method())
        self.started = False
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs,), daemon=True)
        with warnings.catch_warnings():
            # numpy's idle threads make Python warn of forking; no thread of ours is alive, see start_method.
            warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
            try:
                self.process.start()
            except OSError as error:
                raise InputError(WORKER_CANNOT_START.format(error.strerror)) from None
        theirs.close()  # so that the pipe ends when the worker does

    def give(self, job: Job, keep: Keep) -> None:
        """Send it a job. If it died while it was idle, `take` finds out."""
        with contextlib.suppress(OSError):
            self.pipe.send((job, keep))

    def take(self) -> Outcome | None:
        """The outcome of its job; None, once, to say that it has started. Raises EOFError or OSError if it is dead."""
        outcome: Outcome | None = self.pipe.recv()
        self.started = True
        return outcome

    def end(self, at_once: bool = True) -> None:
        """Ask it to end, or end it."""
        with contextlib.suppress(OSError):
            self.pipe.send(END)
        if at_once:
            self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: Connection) -> None:
    """What a worker does: one job after the other, until it is told to end.

    That the pipe is closed would not tell it, because workers forked after this one hold a copy of its other end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        pipe.send(STARTED)
        while (task := pipe.recv()) is not END:
            job, keep = task
            outcome = do(job, keep)
            try:
                pipe.send(outcome)
            except (TypeError, AttributeError, pickle.PicklingError) as error:
                pipe.send(Outcome(job, error=f"its result cannot be sent: {error}"))
    except (MemoryError, OSError):  # no memory to tell of it, or nobody to tell: it ends as if it had been killed
        os._exit(1)


def _end_with_parent() -> None:
    """A parent that is killed cannot tell its workers; they must not live on and hold its locks."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def start_method() -> str:
    """How workers start: forked where that is safe, so that they inherit all that is loaded and compiled.

    Not on macOS, whose own libraries do not survive it, and not while this process runs other threads,
    as a server does: a lock that one of them holds would stay locked in the child for ever.
    """
    if "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return "spawn"
    return "fork" if threading.active_count() == 1 else "forkserver"


def local(workers: int) -> Executor:
    """Processes of this machine; this one alone if `workers` is 1."""
    return ThisProcess() if workers == 1 else LocalProcesses(workers)


@contextlib.contextmanager
def opened(executor: Executor) -> Iterator[Executor]:
    """Let the workers of `executor` go at the end of the `with` block, at once if it is left by an exception."""
    try:
        yield executor
    except BaseException:
        executor.close(at_once=True)
        raise
    executor.close(at_once=False)
