"""Computing metrics of stored runs anew from their records, and trying metrics of one's own before any run is made."""

from __future__ import annotations

import warnings

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.own_metrics import measure_own
from sanfang.lab.storage.kept_records import unpack
from sanfang.lab.storage.rows import Result
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.measuring import Measuring
from sanfang.lab.sweeps.plan import Plan
from sanfang.model.books.observation import observe
from sanfang.model.model import DistrictModel
from sanfang.scenario.errors import Notice

TRIAL_SCALE = 1e-9
"""Of a run on which metrics of one's own are tried: any so small scale means one community."""


def try_out(experiment: Experiment) -> None:
    """Measure a run of the smallest size with the experiment's own metrics, so that a fault in them shows before any
    other run is made. Raises InputError."""
    first = next(iter(experiment.bases.values()))
    model = DistrictModel(first, seed=experiment.seed, days=experiment.days, scale=TRIAL_SCALE)
    model.run()
    measure_own(experiment.own, observe(model))


def measure_again(store: Store, plan: Plan, measuring: Measuring, tell: bool = True) -> int:
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
        problem = f"{without:,} stored runs were measured with other formulas, or lack a metric or a group, and {few}"
        warnings.warn(Notice(f"{store.folder}: {problem}"), stacklevel=3)
    return measured
