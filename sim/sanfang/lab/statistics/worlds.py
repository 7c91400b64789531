"""Designs over what a policy sets and over what nobody knows: only the first can be chosen, so only it is ranked.

A factor is a lever if all parameters that it sets are declared as levers; every other one (uncertainty, constant) is a
state of the world. A *combination* is one of levels of the levers, a *world* one of values of the other factors.
Policies are compared within worlds and averaged over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.lab.statistics import intervals
from sanfang.lab.statistics.intervals import t_interval
from sanfang.lab.statistics.looks import LEVEL, holm
from sanfang.lab.statistics.run_table import RunTable, by_count
from sanfang.scenario.catalogue import find

COLUMNS = (
    "worlds",
    "higher",
    "lower",
    "surely_higher",
    "surely_lower",
    "average",
    "low",
    "high",
    "lowest",
    "highest",
)


def levers_among(factors: Sequence[str], specs: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The factors that a policy can choose. `specs` are the factors as an experiment's file gives them.

    A factor that takes over the levers of a scenario file (`overlay`) is one.
    """
    return tuple(name for name in factors if _is_lever(name, specs.get(name, {})))


def _is_lever(name: str, spec: Mapping[str, Any]) -> bool:
    if spec.get("overlay") is not None:
        return True
    declared = [find(path) for path in spec.get("sets") or (name,)]
    return all(parameter is not None and parameter.role == "lever" for parameter in declared)


def numbered(points: pd.DataFrame, names: Sequence[str]) -> NDArray[np.int64]:
    """For each row of `points` the number of its combination of the factors `names`, in order of appearance."""
    if not names:
        return np.zeros(len(points), dtype=np.int64)
    rows = points[list(names)].astype(object)
    keys = list(rows.where(rows.notna(), None).itertuples(index=False, name=None))
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def crossed(combination: NDArray[np.int64], world: NDArray[np.int64]) -> bool:
    """Whether every combination was run in the same worlds, each of them once."""
    cells = pd.crosstab(combination, world).to_numpy()
    return bool((cells == 1).all())


def points_of(runs: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """The points of a table of runs with their factor values, by number; one point without a column `point`."""
    if "point" not in runs:
        return runs.assign(point=0).head(1)[["point", *factors]]
    return runs.drop_duplicates("point").sort_values("point")[["point", *factors]].reset_index(drop=True)


def signs(runs: pd.DataFrame, baseline: str, factors: Sequence[str], levers: Sequence[str]) -> pd.DataFrame:
    """In what share of the worlds a scenario is above or below `baseline`, and by how much on average.

    One row for each scenario, combination of `levers` and metric. `worlds` that were run; `higher` and `lower`: the
    share of them in which the mean paired difference is above or below zero; `surely_higher` and `surely_lower`: that
    in which it is so for sure, Holm's correction made for the number of worlds; `average` over worlds of equal weight,
    with the 95 % t interval `low` to `high` over replications (the luck of the draw in these worlds, not the choice of
    worlds); `lowest` and `highest` difference in a world. Where runs have not reached a metric, signs are those of
    `runs_higher` and `runs_lower` in `intervals.differences`, and there is no average.
    """
    points = points_of(runs, factors)
    combination = numbered(points, levers)
    where = dict(zip(points["point"], combination, strict=True))
    differences = intervals.differences(runs, baseline, factors)
    differences["combination"] = differences["point"].map(where) if "point" in differences else 0
    table = RunTable(runs, factors)
    base = table.position(baseline)
    rows = []
    for (scenario, number, metric), worlds in differences.groupby(["scenario", "combination", "metric"], sort=False):
        chosen = np.isin(table.points, points["point"][combination == number])
        values = table.values(str(metric))[:, chosen]
        own, other = values[table.scenarios.index(str(scenario))], values[base]
        values_of_levers = points.loc[combination == number, list(levers)].iloc[0].to_dict()
        rows.append(
            {"scenario": scenario, **values_of_levers, "metric": metric, **_told(worlds), **_average(own, other)}
        )
    return pd.DataFrame(rows, columns=["scenario", *levers, "metric", *COLUMNS])


def _told(worlds: pd.DataFrame) -> dict[str, float]:
    """Shares of the worlds of one scenario, combination and metric by the sign of the difference."""
    seen = worlds["difference"].notna()
    untold = worlds["n"] - worlds["runs_higher"] - worlds["runs_lower"]
    lead = worlds["runs_higher"] - worlds["runs_lower"]
    sign = np.where(seen, np.sign(worlds["difference"]), np.where(lead.abs() > untold, np.sign(lead), 0.0))
    sure = holm(np.where(seen, worlds["p_value"], worlds["sign_p"])) < LEVEL
    return {
        "worlds": len(worlds),
        "higher": float((sign > 0).mean()),
        "lower": float((sign < 0).mean()),
        "surely_higher": float((sure & (sign > 0)).mean()),
        "surely_lower": float((sure & (sign < 0)).mean()),
        "lowest": float(worlds["difference"].min(skipna=False)),
        "highest": float(worlds["difference"].max(skipna=False)),
    }


def _average(own: NDArray[np.float64], other: NDArray[np.float64]) -> dict[str, float]:
    """Mean difference over worlds (rows) and replications, and its t interval over replications that all worlds have.

    NaN where a run has not reached the metric.
    """
    if np.isinf(own).any() or np.isinf(other).any():
        return dict.fromkeys(("average", "low", "high"), np.nan)

    def interval_of(values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        low, high = t_interval(values) if values.shape[1] > 1 else (np.full(1, np.nan),) * 2
        return {"average": values.mean(axis=1), "low": low, "high": high}

    averages = (own - other).mean(axis=0)[None]
    return {name: float(np.ravel(values)[0]) for name, values in by_count(interval_of, averages).items() if name != "n"}
