"""A sweep's plan in its store: put there, extended where intervals are too wide, and told in the manifest."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.own_metrics import declarations
from sanfang.lab.files import plain, to_json, write_atomically
from sanfang.lab.statistics import precision
from sanfang.lab.storage.faults import plainly
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.measuring import Measuring, group_digests, measuring_of
from sanfang.lab.sweeps.plan import Plan
from sanfang.metrics.catalogue import TELLS_REQUESTS, seen
from sanfang.model.code_version import code_version
from sanfang.run.reach import reached_by
from sanfang.scenario.errors import InputError

MANIFEST = "manifest.json"


def set_plan(store: Store, plan: Plan, measuring: Measuring) -> None:
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
        "on_conditions": experiment.on_conditions,
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


def extend_plan(store: Store, plan: Plan) -> bool:
    """Plan more replications where the interval is still too wide; whether there are any."""
    experiment, rule = plan.experiment, plan.experiment.replications
    if rule.fixed or rule.metric is None:
        return False
    planned = store.replications_by_point()
    values: dict[int, dict[str, Any]] = defaultdict(dict)
    for point, replications in planned.items():
        values[point] = {label: np.full(replications, np.nan) for label in experiment.bases}
    followed = {cell[:3] for cell in store.values(TELLS_REQUESTS) if cell[3] is not None}
    for point, label, replication, value in store.values(rule.metric):
        asked = (point, label, replication) in followed
        values[point][label][replication] = seen(rule.metric, value) if asked else value
    more = []
    for point, replications in planned.items():
        required = precision.required(values[point], experiment.baseline, rule)
        if required > replications:
            more.append((point, replications, required))
    store.extend_plan(plan.more(more))
    return bool(more)


def write_manifest(store: Store, experiment: Experiment) -> None:
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
