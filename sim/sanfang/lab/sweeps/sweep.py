"""A sweep: makes the runs of an experiment that are missing, and stores each as soon as it is there.

Start it again and it goes on: after Ctrl-C, a crash, `kill -9`, or a change of the experiment. What to run depends
on the plan and on results, never on which process finished first: the store ends the same whatever happened.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.own_metrics import declarations, measure_own
from sanfang.lab.files import plain, to_json, write_atomically
from sanfang.lab.provenance import code_version, provenance
from sanfang.lab.statistics import precision
from sanfang.lab.storage.faults import plainly
from sanfang.lab.storage.kept_records import unpack
from sanfang.lab.storage.rows import Failure, Planned, Result
from sanfang.lab.storage.store import Store
from sanfang.lab.storage.taking_over import stores_beside
from sanfang.lab.sweeps.executors import Executor, available_cores, local, opened
from sanfang.lab.sweeps.measuring import Kept, Measuring, formulas_version, group_digests, packed_groups
from sanfang.lab.sweeps.plan import Plan
from sanfang.lab.sweeps.runner import run_each
from sanfang.lab.sweeps.work import Job, Outcome
from sanfang.metrics.catalogue import seen
from sanfang.model.books.observation import observe
from sanfang.model.model import DistrictModel
from sanfang.run.reach import reached_by
from sanfang.scenario.errors import InputError, Notice

RESULTS = Path("results")
MANIFEST = "manifest.json"
CELLS_BETWEEN_REPORTS = 200
TRIAL_SCALE = 1e-9
"""Of a run on which metrics of one's own are tried: any so small scale means one community."""


@dataclass(frozen=True)
class SweepEnd:
    """How a sweep ended: cells of the plan, how many have a run and how many failed; runs taken over from other
    sweeps; runs made now; whether it was asked to stop before its end; runs that were there and whose metrics were
    computed again from their records, because formulas had changed or metrics were new."""

    folder: Path
    planned: int
    done: int
    failed: int
    reused: int
    made: int
    stopped: bool
    measured_again: int = 0

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
    `cluster`); an open `executor` is used as it is, and stays open. At most `limit` runs are made. With
    `reuse`, runs that sweeps in folders beside `out` have made already are taken over. Runs that failed before are left
    alone unless `retry_failed`. Once `stopping` says so, runs in hand are finished and stored, and no other begins.

    Raises InputError for a wrong experiment or an unfit folder, StoreError if the store cannot be written to any
    more (what it holds is safe), and ClusterLost.
    """
    folder = out or folder_of(experiment)
    measuring = measuring_of(experiment)
    if measuring.own.metrics:
        _try_out(experiment)
    with Store(folder) as store, ExitStack() as workers:
        store.measured_with(measuring.digests(), group_digests())
        plan = Plan(experiment, code_version())
        _set_plan(store, plan, measuring)
        if retry_failed:
            store.forget_failures()
        store.begin_session(provenance())
        _write_manifest(store, experiment)
        work = _Work(store, plan, measuring, limit, report, stopping)
        reused = again = 0
        while True:
            again += _measure_again(store, plan, measuring)
            others = stores_beside(folder) if reuse else []
            if others:
                before = store.done(*measuring.beside)
                for other in others:
                    store.reuse(other, *measuring.beside)
                _measure_again(store, plan, measuring, tell=False)
                reused += store.done(*measuring.beside) - before
            work.count()
            if work.missing() and not work.ended():
                executor = executor or workers.enter_context(opened(_executor(jobs, cluster, work.remaining())))
                work.make(executor)
            if work.lay_out(bool(others) or store.holds_more()):
                continue
            if not work.through() or not _extend(store, plan):  # a limit may end just where more are wanted
                break
        _write_manifest(store, experiment)
        return SweepEnd(folder, store.planned(), work.done, work.failed, reused, work.made, stopping(), again)


def folder_of(experiment: Experiment) -> Path:
    """Where the results of an experiment are kept if nobody says where."""
    return RESULTS / experiment.name


# --- Making the runs ------------------------------------------------------------------------------------


class _AskedToStop(Exception):
    """Whoever started the sweep wants it to end."""


class _Work:
    """Makes what is missing in the store; counts cells."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        measuring: Measuring,
        limit: int | None,
        report: Report,
        stopping: Callable[[], bool],
    ) -> None:
        self._store, self._plan, self._report, self._stopping = store, plan, report, stopping
        self._measuring, self._limit = measuring, limit
        self._begun: set[str] = set()
        self.made = self.done = self.failed = 0

    def count(self) -> None:
        """Count the cells of the plan, after it has grown or runs have been taken over."""
        beside = self._measuring.beside
        self.done, self.failed = self._store.done(*beside), self._store.failed(*beside)

    def missing(self) -> int:
        """Cells that are laid out and have neither a run nor a failure."""
        return self._store.laid_out() - self.done - self.failed

    def remaining(self) -> int:
        """The same of the whole plan."""
        return self._store.planned() - self.done - self.failed

    def lay_out(self, more_there: bool) -> bool:
        """Put the next slice of the plan into the store; whether there was one.

        Once the limit is reached it is all that is left if `more_there`: some of its runs may have been made already,
        here or in other sweeps, and are counted. If not, whoever goes on lays out the rest.
        """
        laid_out = self._store.laid_out(self._plan.experiment.replications.min)
        numbers = range(laid_out, self._plan.first) if self.ended() else self._plan.slice_after(laid_out)
        if not numbers or self._stopping() or (self.ended() and not more_there):
            return False
        try:
            self._store.extend_plan(self._watched(self._plan.cells(numbers)))
        except _AskedToStop:
            return False
        return True

    def _watched(self, cells: Iterator[Planned]) -> Iterator[Planned]:
        """The cells; that it lives is told meanwhile. Raises _AskedToStop."""
        planned = self._store.planned()
        for number, cell in enumerate(cells):
            if number % CELLS_BETWEEN_REPORTS == 0:
                self._report(self.done, planned, self.failed)
                if self._stopping():
                    raise _AskedToStop
            yield cell

    def through(self) -> bool:
        """Whether the first replications are all laid out and tried, so that it can be told which cells need more."""
        whole = self._store.laid_out(self._plan.experiment.replications.min) >= self._plan.first
        return whole and not self.missing() and not self._stopping()

    def ended(self) -> bool:
        """Whether no more run may begin."""
        return self._stopping() or (self._limit is not None and self.made >= self._limit)

    def make(self, executor: Executor) -> None:
        """Make all that is missing, as far as the limit and the wish to stop allow."""
        planned = self._store.planned()
        self._report(self.done, planned, self.failed)
        for batch in run_each(self._jobs(), self._measuring, executor, self._stopping):
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
        experiment, points, code = self._plan.experiment, self._plan.points, code_version()
        for cell in self._store.missing(*self._measuring.beside):
            if cell.key in self._begun:
                continue
            if self._limit is not None and len(self._begun) >= self._limit:
                return
            self._begun.add(cell.key)
            scenario = experiment.scenario(cell.scenario, points[cell.point])
            label = f"{cell.scenario!r} at point {cell.point}"
            yield Job(scenario, cell.seed, experiment.days, experiment.scale, label, cell.key, code, formulas_version())


def _executor(jobs: int | None, cluster: str | None, wanted: int) -> Executor:
    if cluster is None:
        return local(min(jobs or available_cores(), wanted))
    from sanfang.lab.sweeps.cluster import DaskCluster  # half a second to import

    return DaskCluster(cluster, jobs)


def measuring_of(experiment: Experiment) -> Measuring:
    """What a sweep of the experiment measures and keeps."""
    return Measuring(experiment.daily, experiment.records, experiment.own, experiment.by)


def _try_out(experiment: Experiment) -> None:
    """Measure a run of the smallest size with the experiment's own metrics, so that a fault in them shows before any
    other run is made. Raises InputError."""
    first = next(iter(experiment.bases.values()))
    model = DistrictModel(first, seed=experiment.seed, days=experiment.days, scale=TRIAL_SCALE)
    model.run()
    measure_own(experiment.own, observe(model))


def _measure_again(store: Store, plan: Plan, measuring: Measuring, tell: bool = True) -> int:
    """Compute the metrics of runs that are there, but were measured with other formulas, or not by the groups that are
    asked for, from their records. What has none has to be made again, which is told. Returns how many were measured."""
    measured = without = 0
    for cell, seconds, _, records in store.measured_otherwise(*measuring.of_groups):
        if records is None:
            without += 1
            continue
        left = unpack(records, plan.experiment.scenario(cell.scenario, plan.points[cell.point]))
        store.add([Result(cell.key, measuring.again(left), seconds, groups=measuring.groups_again(left))])
        measured += 1
    if without and tell:
        few = "their records were not kept (records = true keeps them): they are made again"
        told = f"{without:,} stored runs were measured with other formulas, or lack a metric or a group, and {few}"
        warnings.warn(Notice(f"{store.folder}: {told}"), stacklevel=3)
    return measured


def _result(outcome: Outcome) -> Result:
    kept: Kept = outcome.result
    return result_of(outcome.job.key, kept, outcome.seconds)


def result_of(key: str, kept: Kept, seconds: float) -> Result:
    """What came back of a run, ready to store."""
    return Result(key, kept.metrics, seconds, kept.daily, kept.records, tuple(map(packed_groups, kept.groups)))


def _failure(outcome: Outcome) -> Failure:
    return Failure(outcome.job.key, outcome.error, outcome.trace, outcome.attempts)


# --- The plan -------------------------------------------------------------------------------------------


def _set_plan(store: Store, plan: Plan, measuring: Measuring) -> None:
    """Put the experiment's plan into the store, unless it is there: what it is about, and the first slice of it."""
    experiment, digests = plan.experiment, measuring.digests()
    about = {
        "reached": reached_by(experiment.bases, experiment.scale),
        "name": experiment.name,
        "digest": experiment.digest(),
        "code": code_version(),
        "daily": experiment.daily,
        "records": experiment.records,
        "formulas": {name: digests[name] for name in experiment.metrics or digests},
        "by": list(experiment.by),
        "formulas_of_groups": group_digests() if experiment.by else {},
        "own_metrics": declarations(experiment.own),
        "baseline": experiment.baseline,
        "metrics": list(experiment.metrics),
        "factors": list(plan.points[0]),
        "planned": plan.first,
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
        plan.check()
        store.set_plan(about, plan.points, plan.cells(plan.slice_after(0)))


def _extend(store: Store, plan: Plan) -> bool:
    """Plan more replications where the interval is still too wide; whether there are any."""
    experiment, rule = plan.experiment, plan.experiment.replications
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
    store.extend_plan(plan.more(more))
    return bool(more)


def _write_manifest(store: Store, experiment: Experiment) -> None:
    """How the results came about, beside them: for people, and for whoever wants to make them again."""
    beside = measuring_of(experiment).beside
    document = {
        **store.about(),
        "planned": store.planned(),
        "done": store.done(*beside),
        "failed": store.failed(*beside),
        "sessions": store.sessions(),
        "bases": {label: scenario.model_dump(mode="json") for label, scenario in experiment.bases.items()},
    }
    text = to_json(document)
    with plainly(store.folder):
        write_atomically(store.folder / MANIFEST, lambda path: path.write_text(text, "utf-8"))
