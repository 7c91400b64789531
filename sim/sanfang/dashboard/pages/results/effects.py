"""What factors and scenarios do, from the runs of any design, for the Results page.

Intervals are 95 % t intervals over replications unless a function says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.pages.results.tables import (
    SCENARIO,
    NothingToShow,
    Samples,
    Statistic,
    axes,
    axis,
    baseline_row,
    over_points,
    summary,
)
from sanfang.lab.statistics import effects
from sanfang.lab.statistics.intervals import CONFIDENCE
from sanfang.lab.statistics.run_table import quiet

MAX_CASES = 40

Method = Literal["scenarios", "factorial", "ends", "cases", "morris", "regression"]


@dataclass(frozen=True, eq=False)
class Effects:
    """`frame` has a row for each effect, largest first: name, level (what it is compared at, else None), n, estimate,
    low, high. `explained` is the R2 of a regression."""

    method: Method
    frame: pd.DataFrame
    explained: float | None = None


def scenario_effects(opened: Opened, metric: str) -> Effects:
    """Paired differences of all scenarios to the baseline, averaged over the points that all have. Raises
    NothingToShow."""
    base, values = baseline_row(opened), opened.values(metric)
    others = [number for number in range(len(opened.scenarios)) if number != base]
    if not others:
        raise NothingToShow("results_no_effects")
    there = ~np.isnan(values).all(axis=2).any(axis=0)
    samples = (values[others] - values[base])[:, there].mean(axis=1) if there.any() else values[others, 0] * np.nan
    names = [opened.scenarios[number] for number in others]
    return _sorted("scenarios", pd.DataFrame({"name": names, "level": None, **summary(samples)}))


def factor_effects(opened: Opened, metric: str, scenario: str, statistic: Statistic = "mean") -> Effects:
    """What each factor does to `metric` in a scenario, or to the scenario's difference to the baseline.

    How depends on the design: factors off or on give main effects and interactions of two (`lab.effects`); a grid, the
    mean at the highest value less that at the lowest; single cases, each less the first; Morris's trajectories,
    the mean elementary effect, with its interval over trajectories, over the whole range; scattered points, a
    linear regression on all factors, from the lowest to the highest value, with the interval of least squares.
    """
    values = opened.values(metric)
    samples = values[opened.scenarios.index(scenario)]
    if statistic == "difference" and scenario != opened.baseline:
        samples = samples - values[baseline_row(opened)]
    names = [name for name in axes(opened) if name != SCENARIO]
    if not names:
        raise NothingToShow("results_no_factors")
    if opened.design == "morris":
        return _elementary(opened, names, samples)
    if opened.design in ("one-at-a-time", "table") and len(opened.points) <= MAX_CASES:
        return _cases(opened, samples)
    if _is_grid(opened, names):
        if len(names) > 1 and (opened.points[names].nunique() == 2).all():
            return _factorial(opened, names, samples)
        return _ends(opened, names, samples)
    if opened.design == "fractional":
        return _ends(opened, names, samples)
    return _regression(opened, names, samples)


def _is_grid(opened: Opened, names: Sequence[str]) -> bool:
    size = math.prod(opened.points[name].nunique() for name in names)
    return size == len(opened.points) == len(opened.points[list(names)].drop_duplicates())


def _factorial(opened: Opened, names: Sequence[str], samples: Samples) -> Effects:
    points, replications = np.nonzero(~np.isnan(samples))
    runs = opened.points[list(names)].iloc[points].reset_index(drop=True)
    if runs.empty or not all(pd.api.types.is_numeric_dtype(runs[name]) for name in names):
        return _ends(opened, names, samples)
    runs = runs.assign(replication=replications, value=samples[points, replications])
    whole = np.isnan(samples).any(axis=0)
    if whole.all():
        raise NothingToShow("results_not_enough")
    effects_of_runs = effects.factorial_effects(effects.cube(runs, names, "value"), names, 2)
    frame = effects_of_runs.rename(columns={"effect": "name"}).assign(level=None)
    return _sorted("factorial", frame[["name", "level", "n", "estimate", "low", "high"]])


def _ends(opened: Opened, names: Sequence[str], samples: Samples) -> Effects:
    rows, labels = [], []
    for name in names:
        of_factor = axis(opened, name)
        numeric = pd.api.types.is_numeric_dtype(opened.points[name])
        for level in [len(of_factor.levels) - 1] if numeric else range(1, len(of_factor.levels)):
            far, near = samples[of_factor.level_of_point == level], samples[of_factor.level_of_point == 0]
            rows.append(over_points(far, of_factor.binned) - over_points(near, of_factor.binned))
            labels.append((name, None if numeric else of_factor.levels[level]))
    frame = pd.DataFrame(labels, columns=["name", "level"], dtype=object)
    return _sorted("ends", frame.assign(**summary(np.array(rows))))


def _cases(opened: Opened, samples: Samples) -> Effects:
    """Each point less the first; in a design of one factor at a time the first has them all as they are."""
    first = opened.points.iloc[0]
    labels = []
    for _, row in opened.points.iloc[1:].iterrows():
        changed = [name for name in opened.factors if not _same(row[name], first[name])]
        labels.append((changed[0], row[changed[0]]) if len(changed) == 1 else ("point", row["point"]))
    if not labels:
        raise NothingToShow("results_no_effects")
    frame = pd.DataFrame(labels, columns=["name", "level"], dtype=object)
    return _sorted("cases", frame.assign(**summary(samples[1:] - samples[0])))


def _same(value: Any, other: Any) -> bool:
    return bool(value == other) or (value != value and other != other) or (value is None and other is None)


def _elementary(opened: Opened, names: Sequence[str], samples: Samples) -> Effects:
    """Of each factor the mean of its elementary effects, per whole range; t intervals over trajectories."""
    table = opened.points[list(opened.factors)].to_numpy(dtype=float)
    span = np.ptp(table, axis=0)
    scaled = (table - table.min(axis=0)) / np.where(span > 0, span, 1.0)
    with quiet():
        means = np.nanmean(samples, axis=1)
    by_factor: dict[str, list[float]] = {name: [] for name in names}
    length = len(opened.factors) + 1
    for start in range(0, len(table) - length + 1, length):
        for row in range(start + 1, start + length):
            moved = np.nonzero(scaled[row] != scaled[row - 1])[0]
            if len(moved) == 1 and opened.factors[moved[0]] in by_factor:
                step = scaled[row, moved[0]] - scaled[row - 1, moved[0]]
                by_factor[opened.factors[moved[0]]].append((means[row] - means[row - 1]) / step)
    most = max(map(len, by_factor.values()), default=0)
    if not most:
        raise NothingToShow("results_not_enough")
    rows = np.array([[*slopes, *[np.nan] * (most - len(slopes))] for slopes in by_factor.values()])
    return _sorted("morris", pd.DataFrame({"name": list(by_factor), "level": None, **summary(rows)}))


def _regression(opened: Opened, names: Sequence[str], samples: Samples) -> Effects:
    """Least squares on the means of points, each numeric factor scaled from 0 (its lowest value) to 1."""
    numeric = [name for name in names if pd.api.types.is_numeric_dtype(opened.points[name])]
    table = opened.points[numeric].to_numpy(dtype=float)
    with quiet():
        response = np.nanmean(samples, axis=1)
    kept = ~np.isnan(response) & ~np.isnan(table).any(axis=1)
    table, response = table[kept], response[kept]
    free = len(table) - len(numeric) - 1
    if not numeric or free < 1:
        raise NothingToShow("results_not_enough")
    span = np.ptp(table, axis=0)
    scaled = np.column_stack([np.ones(len(table)), (table - table.min(axis=0)) / np.where(span > 0, span, 1.0)])
    slopes, *_ = np.linalg.lstsq(scaled, response, rcond=None)
    rest = float(((response - scaled @ slopes) ** 2).sum())
    errors = np.sqrt(np.diag(np.linalg.pinv(scaled.T @ scaled)) * rest / free)
    half = stats.t.ppf((1 + CONFIDENCE) / 2, free) * errors
    whole = float(((response - response.mean()) ** 2).sum())
    frame = pd.DataFrame({
        "name": numeric, "level": None, "n": len(table), "estimate": slopes[1:],
        "low": (slopes - half)[1:], "high": (slopes + half)[1:],
    })  # fmt: skip
    return _sorted("regression", frame, 1 - rest / whole if whole > 0 else None)


def _sorted(method: Method, frame: pd.DataFrame, explained: float | None = None) -> Effects:
    frame = frame.dropna(subset=["estimate"])
    if frame.empty:
        raise NothingToShow("results_not_enough")
    order = np.argsort(-frame["estimate"].abs().to_numpy(), kind="stable")
    return Effects(method, frame.iloc[order].reset_index(drop=True), explained)
