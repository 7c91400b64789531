"""What a sweep will take, before it is started: runs, time and disk, from one run made as a sample."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.faults import STORE
from sanfang.lab.storage.rows import Planned, Result
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.executors import available_cores
from sanfang.lab.sweeps.measuring import Kept, group_digests, measuring_of
from sanfang.lab.sweeps.missing_runs import result_of
from sanfang.lab.sweeps.plan import MAX_CHECKED_FIRST, Plan
from sanfang.lab.sweeps.work import Job, do
from sanfang.model.code_version import code_version
from sanfang.run import prepare
from sanfang.scenario.errors import InputError

SAMPLE_ROWS = 400
"""Fewer where they are large: see `SAMPLE_BYTES`."""
SAMPLE_BYTES = 20_000_000


@dataclass(frozen=True)
class Forecast:
    """Runs of a sweep with its first replications, `distinct` of them different; `seconds` on `workers` processes, with
    the steady starts that are not kept yet: `starts_to_make` of `starts`, each of which takes `seconds_per_start`.
    `record_megabytes` is what the records of one run take, where they are kept."""

    points: int
    scenarios: int
    replications: int
    runs: int
    distinct: int
    seconds_per_run: float
    seconds: float
    workers: int
    megabytes: float
    record_megabytes: float
    starts: int = 0
    starts_to_make: int = 0
    seconds_per_start: float = 0.0


def forecast(
    experiment: Experiment, jobs: int | None = None, report: Callable[[int, int], object] = lambda done, total: None
) -> Forecast:
    """Reckon the runs of `experiment`, make its first one, and reckon. Raises InputError if it is wrong; see
    `Plan.check`. `report` is told of points done and all points, where different runs have to be counted."""
    workers = jobs or available_cores()
    plan = Plan(experiment, code_version())
    plan.check()
    distinct = plan.distinct(report)
    starts = _starts(plan)
    to_make = [made_by for name, made_by in starts.items() if not prepare.is_there(name)]
    each = _seconds_of_start(to_make[0]) if to_make else 0.0
    seconds, result = _sample(experiment)
    makers = min(workers, max(1, len(to_make)))
    return Forecast(
        points=len(plan.points),
        scenarios=len(experiment.bases),
        replications=experiment.replications.min,
        runs=plan.first,
        distinct=distinct,
        seconds_per_run=seconds,
        seconds=seconds * distinct / min(workers, distinct) + each * len(to_make) / makers,
        workers=workers,
        megabytes=_bytes_per_run(experiment, result) * distinct / 1e6,
        record_megabytes=len(result.records or b"") / 1e6,
        starts=len(starts),
        starts_to_make=len(to_make),
        seconds_per_start=each,
    )


def _starts(plan: Plan) -> dict[str, Job]:
    """The steady starts of the first replications by name, each with a run that begins in it.

    Of very many points only the first `MAX_CHECKED_FIRST` are looked at. Where points differ in policy alone one is
    enough: policies share a start.
    """
    experiment, points = plan.experiment, plan.points
    same = all(name.startswith("policy.") for point in points for name in experiment.settings_of(point))
    found: dict[str, Job] = {}
    for point in points[: 1 if same else MAX_CHECKED_FIRST]:
        for label in experiment.bases:
            scenario = experiment.scenario(label, point)
            if (
                scenario.run.start == "empty"
                or prepare.which_start(scenario, experiment.seed, experiment.scale) in found
            ):
                continue
            for seed in range(experiment.seed, experiment.seed + experiment.replications.min):
                job = Job(scenario, seed, 2, experiment.scale)
                found.setdefault(prepare.which_start(scenario, seed, experiment.scale), job)
    return found


def _seconds_of_start(job: Job) -> float:
    """The elapsed time of making a start, which is kept. A run before it loads the model."""
    do(replace(job, scenario=job.scenario.with_({"run.start": "empty"}, "a run that loads the model")), _nothing)
    began = time.perf_counter()
    prepare.make_start(job.scenario, job.seed, job.scale)
    return time.perf_counter() - began


def _nothing(run: object) -> None:
    """Keep nothing of a run."""


def _sample(experiment: Experiment) -> tuple[float, Result]:
    """The elapsed time and the result of one run, made twice because the first one loads the model."""
    keep = measuring_of(experiment)
    scenario = experiment.scenario(next(iter(experiment.bases)), experiment.points()[0])
    do(Job(scenario, experiment.seed, 2, experiment.scale), keep)
    outcome = do(Job(scenario, experiment.seed, experiment.days, experiment.scale), keep)
    if outcome.error:
        raise InputError(f"the first run, of {outcome.job}, failed: {outcome.error}")
    kept: Kept = outcome.result
    return outcome.seconds, result_of("", kept, outcome.seconds)


def _bytes_per_run(experiment: Experiment, result: Result) -> float:
    """What a run adds to a store, measured by storing one many times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Store(folder):
            pass
        empty = (folder / STORE).stat().st_size
        rows = min(SAMPLE_ROWS, max(1, SAMPLE_BYTES // len(result.records or b"-")))
        copies = [result._replace(key=f"{number:032x}") for number in range(rows)]
        with Store(folder) as store:
            plan = [Planned(number, 0, "scenario", number, copy.key) for number, copy in enumerate(copies)]
            store.measured_with(measuring_of(experiment).digests(), group_digests())
            store.set_plan({}, experiment.points()[:1], plan)
            store.add(copies)
        return ((folder / STORE).stat().st_size - empty) / rows
