"""Runs on a Dask cluster: by the address of its scheduler, on this machine, or through SLURM.

The cluster brings workers; which runs to make, and their results, stay with the process that started the sweep. A
worker that dies is Dask's to replace, and its runs are begun again.
"""

from __future__ import annotations

import contextlib
import logging
import math
import queue
import re
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from sanfang.lab.sweeps.executors import WORKER_DIED, available_cores
from sanfang.lab.sweeps.work import Job, Keep, Outcome, do, out_of_memory
from sanfang.model.code_version import code_version
from sanfang.scenario.errors import InputError

IN_HAND_PER_THREAD = 2  # one to work on, one that is already there when it is done
CONNECT_SECONDS = 20
ADDRESS = re.compile(r"((tcp|tls|ucx|wss?)://)?[^/\s]+:\d+")
WORKERS_SECONDS = 600  # how long a cluster that has had workers may have none; the first may wait in a queue for days


class ClusterLost(RuntimeError):
    """The scheduler cannot be reached any more. What has been stored is safe."""


class DaskCluster:
    """An `Executor` (see `sanfang.lab.sweeps.executors`) whose workers are those of a Dask cluster.

    `where` is a scheduler's address such as `tcp://10.0.0.5:8786`, `local` for worker processes on this machine,
    or `slurm` for jobs that dask-jobqueue submits as its configuration file says. `workers` is how many the
    last two start. Raises InputError if the cluster cannot be reached or Dask is not installed.
    """

    def __init__(self, where: str, workers: int | None = None) -> None:
        self._where = where
        self._cluster, self._client = _connect(where, workers)
        self._ready: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self._jobs: dict[int, tuple[Job, Any]] = {}  # a future that nobody holds is forgotten by the scheduler
        self._threads = 1
        self._counted = 0.0
        self._seen_worker = math.inf
        self._check_code()

    @property
    def slots(self) -> int:
        """See `Executor`. Workers may come and go, so they are counted anew, once a second at most."""
        now = time.monotonic()
        if now - self._counted > 1:
            self._counted = now
            with self._reaching():
                threads = sum(self._client.nthreads().values())
            self._threads = max(1, threads)
            if threads:
                self._seen_worker = now
            elif now - self._seen_worker > WORKERS_SECONDS:
                raise ClusterLost(f"cluster {self._where}: has had no worker for {WORKERS_SECONDS // 60} minutes")
        return IN_HAND_PER_THREAD * self._threads

    def start(self, number: int, job: Job, keep: Keep) -> None:
        """See `Executor`."""
        with self._reaching():
            future = self._client.submit(do, job, keep, pure=False)
        self._jobs[number] = (job, future)
        future.add_done_callback(lambda done: self._ready.put((number, done)))

    def finished(self, timeout: float) -> Iterable[tuple[int, Outcome]]:
        """See `Executor`."""
        try:
            number, future = self._ready.get(timeout=timeout)
        except queue.Empty:
            if self._client.status != "running":
                raise ClusterLost(self._gone()) from None
            return
        while True:
            job, _ = self._jobs.pop(number)
            yield number, self._outcome(job, future)
            try:
                number, future = self._ready.get_nowait()
            except queue.Empty:
                return

    def close(self, at_once: bool) -> None:
        """See `Executor`. A cluster that was there before stays; its runs in hand are cancelled."""
        with contextlib.suppress(Exception):  # what is left to lose here is only tidiness
            self._client.cancel([future for _, future in self._jobs.values()], force=True)
        self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=10)

    def _check_code(self) -> None:
        """Refuse workers that are there and have another version of the model: none of their runs could be used."""
        with self._reaching():
            theirs = self._client.run(code_version)
        for worker, version in theirs.items():
            if version != code_version():
                self.close(at_once=True)
                raise InputError(
                    f"--cluster {self._where}: worker {worker} has another version of the model or of its libraries"
                    f" ({version}, here {code_version()}): install the same on all machines"
                )

    def _outcome(self, job: Job, future: Any) -> Outcome:
        from distributed import KilledWorker

        if future.status == "cancelled":
            if self._client.status != "running":
                raise ClusterLost(self._gone())
            return Outcome(job, error="the cluster cancelled it", lost=True)
        try:
            outcome: Outcome = future.result()
            return outcome
        except KilledWorker:
            return Outcome(job, error=WORKER_DIED, lost=True)
        except MemoryError as error:
            return out_of_memory(job, error)
        except Exception as error:  # of the transport or of unpickling; a run's own errors are in its outcome
            if self._client.status != "running":
                raise ClusterLost(self._gone()) from None
            transport = isinstance(error, OSError | CancelledError)  # a scheduler that goes away says so in pieces
            return Outcome(job, error=f"{type(error).__name__}: {error}", lost=transport)

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError) as error:  # the connection is closed, or the client with it
            raise ClusterLost(f"{self._gone()} ({error})") from None

    def _gone(self) -> str:
        return f"cluster {self._where}: the scheduler has gone. What was stored is safe; start again to go on"


def _connect(where: str, workers: int | None) -> tuple[Any, Any]:
    """The cluster that was started here (None for one at an address), and a client of it."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--cluster: needs Dask: pip install 'sanfang[cluster]'") from None
    if where not in ("local", "slurm") and not ADDRESS.fullmatch(where):
        raise InputError(
            f"--cluster {where}: must be local, slurm, or a scheduler's address such as tcp://10.0.0.5:8786"
        )
    _hush()
    with _not_interrupted():
        cluster = None
        if where == "local":
            cluster = _local(workers or available_cores())
        elif where == "slurm":
            cluster = _slurm(workers)
        try:
            return cluster, Client(cluster or where, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise InputError(f"--cluster {where}: no scheduler answers there ({reason})") from None


def _local(workers: int) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,  # no web server, no port
        memory_limit=0,  # Dask would end workers that are merely large
        silence_logs=50,
    )


def _slurm(workers: int | None) -> Any:
    """Jobs as the file `jobqueue.yaml` of dask-jobqueue describes them."""
    try:
        from dask_jobqueue.slurm import SLURMCluster
    except ImportError:
        raise InputError("--cluster slurm: needs dask-jobqueue: pip install 'sanfang[cluster]'") from None
    try:
        cluster = SLURMCluster()
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"--cluster slurm: {reason} (see docs/sweeps.md, the section on SLURM)") from None
    cluster.adapt(minimum_jobs=workers or 1, maximum_jobs=workers or 1)  # jobs that SLURM ends are submitted again
    return cluster


def _hush() -> None:
    """Keep Dask's log off the screen: what matters is told by the sweep."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


@contextlib.contextmanager
def _not_interrupted() -> Iterator[None]:
    """Processes that start in here inherit that Ctrl-C means nothing to them: the sweep decides what follows."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
