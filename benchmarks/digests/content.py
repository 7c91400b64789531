"""Digests of what runs show. Contents count, to the last bit; what a column inside the model is called does not.

All that this tool knows of the program's names is in this file and in `runs`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.digests.runs import REFORM, RUNS, Setup
from sanfang.metrics.catalogue import measure
from sanfang.model.books.observation import all_records, observe
from sanfang.model.books.tables import daily_table, request_table
from sanfang.model.cases.watched import trace
from sanfang.model.district.district_records import Residents
from sanfang.model.district.residents import replay
from sanfang.model.kernel.queueing import simulate_queue
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario

EVALUATED_AS_A_WHOLE = 150
"""Runs of fewer days have no warm-up: after the usual one, 60 days would not be left."""

Digests = dict[str, str]
"""SHA-256 by what it is of."""


# --- Bytes ----------------------------------------------------------------------------------------------------


def of_parts(parts: Iterable[bytes]) -> str:
    """Of byte strings in their order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def of_values(values: Any) -> str:
    """Of one column: its type and every value; texts and dates as they are written."""
    array = np.asarray(values)
    if array.dtype.kind in "iufb":
        return of_parts([array.dtype.str.encode(), str(array.shape).encode(), np.ascontiguousarray(array).tobytes()])
    return of_parts([b"text", *(str(value).encode() for value in array.tolist())])


def of_columns(columns: Iterable[Any]) -> str:
    """Of nameless columns: which of them comes first does not count."""
    return of_parts(sorted(of_values(column).encode() for column in columns))


def of_table(columns: Mapping[str, Any], names: Iterable[str] | None = None) -> str:
    """Of named columns: those in `names` (a name that is missing counts as such), or all, in the order of names."""
    wanted = sorted(columns if names is None else names)
    return of_parts(f"{name} {of_values(columns[name]) if name in columns else 'missing'}".encode() for name in wanted)


# --- A run -----------------------------------------------------------------------------------------------------


def scenario_of(setup: Setup) -> Scenario:
    """The scenario with its changes; a short run is evaluated as a whole, as its metrics would have no value else."""
    whole = {"run.warm_up": 0} if setup.days < EVALUATED_AS_A_WHOLE else {}
    return Scenario.load(setup.scenario, district=setup.district).with_({"run.start": "empty"} | whole | setup.changes)


def model_of(setup: Setup) -> DistrictModel:
    """The model after its last day; its levers moved on the way where the set-up says so."""
    scenario = scenario_of(setup)
    if not setup.moves:
        run = simulate(scenario, seed=setup.seed, days=setup.days, scale=setup.scale)
        assert run.model is not None
        return run.model
    model = DistrictModel(scenario, seed=setup.seed, days=setup.days, scale=setup.scale)
    for day, changes in setup.moves:
        while model.day < day:
            model.step()
        scenario = scenario.with_(changes)
        model.follow(scenario)
    model.run()
    return model


def tables_of(model: DistrictModel) -> dict[str, Mapping[str, Any]]:
    """Named columns of all that a run shows: metrics, daily series, ledger, requests."""
    left = observe(model)
    tables: dict[str, pd.DataFrame] = {
        "daily": daily_table(left),
        "ledger": left.ledger,
        "requests": request_table(left),
    }
    return {"metrics": measure(left)} | {
        name: {str(column): table[column].to_numpy() for column in table} for name, table in tables.items()
    }


def of_run(setup: Setup, names: Mapping[str, list[str]] | None = None) -> Digests:
    """Digests of a run by part. `names`: the columns that count, by table; all if None."""
    model = model_of(setup)
    found = {part: of_table(table, names and names.get(part)) for part, table in tables_of(model).items()}
    records = all_records(model)
    found["records"] = of_columns(records[name] for name in records.dtype.names)
    found["residents"] = of_columns(_used(model.residents))
    return found


def _used(residents: Residents) -> list[np.ndarray]:
    """Their columns, but for those that are empty because no part of behaviour uses them."""
    return [column for column in residents if len(column)]


# --- What is not a run ------------------------------------------------------------------------------------------


def _shown(value: Any) -> str:
    """A value of an agent as text: another agent by its kind and row."""
    if isinstance(value, list):
        return str([_shown(item) for item in value])
    if hasattr(value, "row"):
        return f"{type(value).__name__} {value.row}"
    if isinstance(value, np.ndarray):
        return of_values(value)
    return repr(value)


def of_agents() -> Digests:
    """Every property of every agent, and of some residents, in the middle of a run."""
    model = DistrictModel(scenario_of(Setup(REFORM)), seed=7, days=30, scale=0.35)
    while model.day < 20:
        model.step()
    residents = [model.resident(row) for row in range(0, len(model.residents.trust), 200)]
    found = {}
    for kind in ("communities", "streets", "departments", "workers"):
        found[kind] = of_parts(_properties(agent) for agent in getattr(model, kind))
    found["residents"] = of_parts(_properties(agent) for agent in residents)
    replayed = replay(model.residents, model.world.experiences[:40], model.setting["mind"])
    return found | {"replayed": of_columns(_used(replayed)), "date": of_parts([str(model.date).encode()])}


def _properties(agent: Any) -> bytes:
    names = [name for name in dir(type(agent)) if isinstance(getattr(type(agent), name), property)]
    ours = [name for name in names if getattr(type(agent), name).fget.__module__.startswith("sanfang")]
    return "\n".join(f"{name}={_shown(getattr(agent, name))}" for name in sorted(ours)).encode()


def of_watched() -> Digests:
    """The requests with the longest ways of a run, event by event."""
    setup = RUNS["small-and-overloaded"]
    requests = pd.DataFrame(tables_of(model_of(setup))["requests"])
    busiest = requests.sort_values(["handoffs", "parts", "id"]).iloc[[-1, -2, -3]]["id"]
    return {id_: of_columns(log[name] for name in log.dtype.names) for id_ in busiest for log in [watched(setup, id_)]}


def watched(setup: Setup, id_: str) -> np.ndarray:
    """What is seen of one request."""
    return trace(scenario_of(setup), id_, seed=setup.seed, days=setup.days, scale=setup.scale, until=setup.days).log


def of_queues() -> Digests:
    """The request engine alone."""
    plain: dict[str, Any] = {"arrival_rate": 0.9, "mean_service": 1.0, "servers": 1, "requests": 4_000}
    queues: dict[str, dict[str, Any]] = {
        "exponential": plain,
        "deterministic": plain | {"service": "deterministic", "servers": 3, "arrival_rate": 2.5, "seed": 2},
        "classes": plain | {"service": "lognormal", "cv": 1.5, "class_shares": (0.2, 0.3, 0.5), "seed": 3},
        "impatient": plain | {"arrival_rate": 1.5, "mean_patience": 4.0, "seed": 4},
    }
    return {name: of_table(dict(simulate_queue(**queue).items())) for name, queue in queues.items()}


OTHERS: dict[str, Callable[[], Digests]] = {"agents": of_agents, "watched": of_watched, "queues": of_queues}
"""What is compared beside runs."""

ALL = (*RUNS, *OTHERS)


def digests_of(name: str, names: Mapping[str, list[str]] | None = None) -> Digests:
    """Digests of one of `ALL`, by part."""
    return OTHERS[name]() if name in OTHERS else of_run(RUNS[name], names)
