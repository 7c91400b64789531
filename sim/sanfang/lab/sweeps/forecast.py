"""What a sweep will take, before it is started: runs, time and disk, from one run made as a sample."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.database import STORE
from sanfang.lab.storage.rows import Planned, Result
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.executors import available_cores
from sanfang.lab.sweeps.measuring import Kept, group_digests
from sanfang.lab.sweeps.sweep import measuring_of, planned_runs, result_of
from sanfang.lab.sweeps.work import Job, do
from sanfang.scenario.errors import InputError

SAMPLE_ROWS = 400
"""Fewer where they are large: see `SAMPLE_BYTES`."""
SAMPLE_BYTES = 20_000_000


@dataclass(frozen=True)
class Forecast:
    """Runs of a sweep with its first replications, `distinct` of them different; `seconds` on `workers` processes.
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


def forecast(experiment: Experiment, jobs: int | None = None) -> Forecast:
    """Count the runs of `experiment`, make its first one, and reckon. Raises InputError if it is wrong."""
    workers = jobs or available_cores()
    runs, keys, first = 0, set(), None
    for cell in planned_runs(experiment):
        runs, first = runs + 1, first or cell
        keys.add(cell.key)
    assert first is not None
    seconds, result = _sample(experiment, first)
    return Forecast(
        points=len(experiment.points()),
        scenarios=len(experiment.bases),
        replications=experiment.replications.min,
        runs=runs,
        distinct=len(keys),
        seconds_per_run=seconds,
        seconds=seconds * len(keys) / min(workers, len(keys)),
        workers=workers,
        megabytes=_bytes_per_run(experiment, result) * len(keys) / 1e6,
        record_megabytes=len(result.records or b"") / 1e6,
    )


def _sample(experiment: Experiment, cell: Planned) -> tuple[float, Result]:
    """The elapsed time and the result of one run, made twice because the first one loads the model."""
    keep = measuring_of(experiment)
    scenario = experiment.scenario(cell.scenario, experiment.points()[cell.point])
    do(Job(scenario, cell.seed, 2, experiment.scale), keep)
    outcome = do(Job(scenario, cell.seed, experiment.days, experiment.scale), keep)
    if outcome.error:
        raise InputError(f"the first run, of {outcome.job}, failed: {outcome.error}")
    kept: Kept = outcome.result
    return outcome.seconds, result_of(cell.key, kept, outcome.seconds)


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
