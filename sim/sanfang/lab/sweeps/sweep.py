"""A sweep: makes the runs of an experiment that are missing, and stores each as soon as it is there.

Start it again and it goes on: after Ctrl-C, a crash, `kill -9`, or a change of the experiment. What to run depends
on the plan and on results, never on which process finished first: the store ends the same whatever happened.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.provenance import provenance
from sanfang.lab.storage.store import Store
from sanfang.lab.storage.taking_over import stores_beside
from sanfang.lab.sweeps.executors import Executor, available_cores, local, opened
from sanfang.lab.sweeps.measuring import group_digests, measuring_of
from sanfang.lab.sweeps.measuring_again import measure_again, try_out
from sanfang.lab.sweeps.missing_runs import MissingRuns, Report
from sanfang.lab.sweeps.plan import Plan
from sanfang.lab.sweeps.stored_plan import extend_plan, set_plan, write_manifest
from sanfang.model.code_version import code_version

RESULTS = Path("results")


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
        try_out(experiment)
    with Store(folder) as store, ExitStack() as workers:
        store.measured_with(measuring.digests(), group_digests())
        plan = Plan(experiment, code_version())
        set_plan(store, plan, measuring)
        if retry_failed:
            store.forget_failures()
        store.begin_session(provenance())
        write_manifest(store, experiment)
        work = MissingRuns(store, plan, measuring, limit, report, stopping)
        reused = again = 0
        while True:
            again += measure_again(store, plan, measuring)
            others = stores_beside(folder) if reuse else []
            if others:
                before = store.done(*measuring.beside)
                for other in others:
                    store.reuse(other, *measuring.beside)
                measure_again(store, plan, measuring, tell=False)
                reused += store.done(*measuring.beside) - before
            work.count()
            if work.missing() and not work.ended():
                executor = executor or workers.enter_context(opened(_executor(jobs, cluster, work.remaining())))
                work.make(executor)
            if work.lay_out(bool(others) or store.holds_more()):
                continue
            if not work.through() or not extend_plan(store, plan):  # a limit may end just where more are wanted
                break
        write_manifest(store, experiment)
        return SweepEnd(folder, store.planned(), work.done, work.failed, reused, work.made, stopping(), again)


def folder_of(experiment: Experiment) -> Path:
    """Where the results of an experiment are kept if nobody says where."""
    return RESULTS / experiment.name


def _executor(jobs: int | None, cluster: str | None, wanted: int) -> Executor:
    if cluster is None:
        return local(min(jobs or available_cores(), wanted))
    from sanfang.lab.sweeps.cluster import DaskCluster  # half a second to import

    return DaskCluster(cluster, jobs)
