"""A sweep: makes the runs of an experiment that are missing, and stores each as soon as it is there.

Start it again and it goes on: after Ctrl-C, a crash, `kill -9`, or a change of the experiment. What to run depends
on the plan and on results, never on which process finished first: the store ends the same whatever happened.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sanfang.lab import precision
from sanfang.lab.database import plainly
from sanfang.lab.executors import Executor, available_cores, local, opened
from sanfang.lab.experiment import Experiment
from sanfang.lab.files import plain, to_json, write_atomically
from sanfang.lab.provenance import code_version, provenance
from sanfang.lab.runner import run_each
from sanfang.lab.store import Daily, Failure, Planned, Result, Store, run_key, stores_beside
from sanfang.lab.work import Job, Outcome
from sanfang.metrics.catalogue import seen
from sanfang.run.reach import reached_by
from sanfang.scenario.errors import InputError

RESULTS = Path("results")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class SweepEnd:
    """How a sweep ended: cells of the plan, how many have a run and how many failed; runs taken over from other
    sweeps; runs made now; whether it was asked to stop before its end."""

    folder: Path
    planned: int
    done: int
    failed: int
    reused: int
    made: int
    stopped: bool

    @property
    def complete(self) -> bool:
        """Whether every cell of the plan has a run."""
        return self.done == self.planned


Report = Callable[[int, int, int], object]
"""Called with cells done, cells planned and cells failed; also every half second in between."""


def sweep(
    experiment: Experiment,
    out: Path | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    executor: Executor | None = None,
    limit: int | None = None,
    reuse: bool = True,
    retry_failed: bool = False,
    report: Report = lambda done, planned, failed: None,
    stopping: Callable[[], bool] = lambda: False,
) -> SweepEnd:
    """Make the missing runs of `experiment` and store them in the folder `out` (default: results/NAME).

    `jobs` is the number of processes, all cores if None; `cluster` makes the runs on a Dask cluster instead (see
    `sanfang.lab.cluster`); an open `executor` is used as it is, and stays open. At most `limit` runs are made. With
    `reuse`, runs that sweeps in folders beside `out` have made already are taken over. Runs that failed before are left
    alone unless `retry_failed`. Once `stopping` says so, runs in hand are finished and stored, and no other begins.

    Raises InputError for a wrong experiment or an unfit folder, StoreError if the store cannot be written to any
    more (what it holds is safe), and ClusterLost.
    """
    folder = out or folder_of(experiment)
    with Store(folder) as store, ExitStack() as workers:
        _plan(store, experiment)
        if retry_failed:
            store.forget_failures()
        store.begin_session(provenance())
        _write_manifest(store, experiment)
        work = _Work(store, experiment, limit, report, stopping)
        reused = 0
        while True:
            if reuse:
                reused += sum(store.reuse(other, experiment.daily) for other in stores_beside(folder))
            work.count()
            if work.remaining() and not work.ended():
                executor = executor or workers.enter_context(opened(_executor(jobs, cluster, work.remaining())))
                work.make(executor)
            if work.ended() or not _extend(store, experiment):
                break
        _write_manifest(store, experiment)
        return SweepEnd(folder, store.planned(), work.done, work.failed, reused, work.made, stopping())


def folder_of(experiment: Experiment) -> Path:
    """Where the results of an experiment are kept if nobody says where."""
    return RESULTS / experiment.name


def planned_runs(experiment: Experiment) -> Iterator[Planned]:
    """The cells of the experiment with its first replications, point by point. Raises InputError at a wrong point."""
    points = experiment.points()
    yield from _cells(experiment, [(number, 0, experiment.replications.min) for number in range(len(points))])


def _cells(experiment: Experiment, wanted: list[tuple[int, int, int]]) -> Iterator[Planned]:
    """Cells for (point, first replication, end of replications), point by point: a scenario is built once a point."""
    points, code = experiment.points(), code_version()
    for number, first, end in wanted:
        for label in experiment.bases:
            scenario = experiment.scenario(label, points[number])
            digest, days = scenario.digest(), experiment.days or scenario.run.days
            for replication in range(first, end):
                seed = experiment.seed + replication
                key = run_key(digest, seed, days, experiment.scale, code)
                yield Planned(replication, number, label, seed, key)


# --- Making the runs ------------------------------------------------------------------------------------


class _Work:
    """Makes what is missing in the store; counts cells."""

    def __init__(
        self, store: Store, experiment: Experiment, limit: int | None, report: Report, stopping: Callable[[], bool]
    ) -> None:
        self._store, self._experiment, self._report, self._stopping = store, experiment, report, stopping
        self._limit = limit
        self._begun: set[str] = set()
        self.made = self.done = self.failed = 0

    def count(self) -> None:
        """Count the cells of the plan, after it has grown or runs have been taken over."""
        self.done, self.failed = self._store.done(self._experiment.daily), self._store.failed(self._experiment.daily)

    def remaining(self) -> int:
        """Cells that have neither a run nor a failure."""
        return self._store.planned() - self.done - self.failed

    def ended(self) -> bool:
        """Whether no more run may begin."""
        return self._stopping() or (self._limit is not None and self.made >= self._limit)

    def make(self, executor: Executor) -> None:
        """Make all that is missing, as far as the limit and the wish to stop allow."""
        planned = self._store.planned()
        self._report(self.done, planned, self.failed)
        keep = metrics_and_daily if self._experiment.daily else metrics_only
        for batch in run_each(self._jobs(), keep, executor, self._stopping):
            results = [_result(outcome) for _, outcome in batch if not outcome.error]
            failures = [_failure(outcome) for _, outcome in batch if outcome.error]
            if batch:
                self._store.add(results, failures)
            self.made += len(batch)
            self.done += sum(self._store.cells_of(result.key) for result in results)
            self.failed += sum(self._store.cells_of(failure.key) for failure in failures)
            self._report(self.done, planned, self.failed)

    def _jobs(self) -> Iterator[Job]:
        """A job for each missing run, once, although several cells may share it."""
        experiment, points, code = self._experiment, self._experiment.points(), code_version()
        for cell in self._store.missing(experiment.daily):
            if cell.key in self._begun:
                continue
            if self._limit is not None and len(self._begun) >= self._limit:
                return
            self._begun.add(cell.key)
            scenario = experiment.scenario(cell.scenario, points[cell.point])
            label = f"{cell.scenario!r} at point {cell.point}"
            yield Job(scenario, cell.seed, experiment.days, experiment.scale, label, cell.key, code)


def _executor(jobs: int | None, cluster: str | None, wanted: int) -> Executor:
    if cluster is None:
        return local(min(jobs or available_cores(), wanted))
    from sanfang.lab.cluster import DaskCluster  # half a second to import

    return DaskCluster(cluster, jobs)


def metrics_only(run: Any) -> tuple[dict[str, float], Daily | None]:
    """What a sweep keeps of a run, in the worker: its metrics."""
    return run.metrics, None


def metrics_and_daily(run: Any) -> tuple[dict[str, float], Daily | None]:
    """What a sweep that keeps daily series keeps of a run."""
    table = run.daily.drop(columns=["day", "date"], errors="ignore")
    packed = zlib.compress(table.to_numpy(np.float32).tobytes())
    return run.metrics, Daily(" ".join(table.columns), len(table), packed)


def _result(outcome: Outcome) -> Result:
    metrics, daily = outcome.result
    return Result(outcome.job.key, metrics, outcome.seconds, daily)


def _failure(outcome: Outcome) -> Failure:
    return Failure(outcome.job.key, outcome.error, outcome.trace, outcome.attempts)


# --- The plan -------------------------------------------------------------------------------------------


def _plan(store: Store, experiment: Experiment) -> None:
    """Put the experiment's plan into the store, unless it is there."""
    points = experiment.points()
    about = {
        "name": experiment.name,
        "digest": experiment.digest(),
        "code": code_version(),
        "daily": experiment.daily,
        "baseline": experiment.baseline,
        "metrics": list(experiment.metrics),
        "factors": list(points[0]),
        "scenarios": {label: scenario.digest() for label, scenario in experiment.bases.items()},
        "windows": {
            label: [[window.first, window.end, window.warm_up] for window in windows]
            for label, windows in experiment.windows().items()
        },
        "experiment": plain(experiment.to_dict()),
    }
    held = store.about()
    if held and held["name"] != experiment.name:
        raise InputError(
            f"{store.folder}: holds the sweep {held['name']!r}, not {experiment.name!r}; use another --out"
        )
    if held != about:
        store.set_plan(about, points, planned_runs(experiment))


def _extend(store: Store, experiment: Experiment) -> bool:
    """Plan more replications where the interval is still too wide; whether there are any."""
    rule = experiment.replications
    if rule.fixed or rule.metric is None:
        return False
    planned = store.replications_by_point()
    values: dict[int, dict[str, Any]] = defaultdict(dict)
    for point, replications in planned.items():
        values[point] = {label: np.full(replications, np.nan) for label in experiment.bases}
    for point, label, replication, value in store.values(rule.metric):
        values[point][label][replication] = seen(rule.metric, value)
    more = []
    for point, replications in planned.items():
        required = precision.required(values[point], experiment.baseline, rule)
        if required > replications:
            more.append((point, replications, required))
    store.extend_plan(_cells(experiment, more))
    return bool(more)


def _write_manifest(store: Store, experiment: Experiment) -> None:
    """How the results came about, beside them: for people, and for whoever wants to make them again."""
    document = {
        **store.about(),
        "planned": store.planned(),
        "done": store.done(experiment.daily),
        "failed": store.failed(experiment.daily),
        "sessions": store.sessions(),
        "reached": reached_by(experiment.bases, experiment.scale),
        "bases": {label: scenario.model_dump(mode="json") for label, scenario in experiment.bases.items()},
    }
    text = to_json(document)
    with plainly(store.folder):
        write_atomically(store.folder / MANIFEST, lambda path: path.write_text(text, "utf-8"))
