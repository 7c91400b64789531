"""What the Results page shows of many runs, as tables: a response over two factors, all cells, trade-offs.

A *cell* is a scenario at a point. Intervals are 95 % t intervals over replications, as in `lab/statistics/intervals`,
unless a function says otherwise. "Difference" is paired by replication.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.dashboard.pages.results.runs import Cube, Opened
from sanfang.lab.statistics.intervals import t_interval
from sanfang.lab.statistics.run_table import by_count, quiet

SCENARIO = "scenario"
"""The name of the axis on which scenarios stand; the other axes are factors."""

MAX_LEVELS, BINS = 12, 8  # a factor with more values than the first is shown in so many equal boxes

Statistic = Literal["mean", "difference"]
Samples = NDArray[np.float64]


class NothingToShow(Exception):
    """The runs do not have what a view needs; the message is the key of a text."""


def summary(samples: Samples) -> dict[str, NDArray[Any]]:
    """n, estimate, low and high of each row of `samples` (cells x replications), NaN left out."""

    def with_interval(values: Samples) -> dict[str, Samples]:
        low, high = t_interval(values) if values.shape[1] > 1 else (np.full(len(values), np.nan),) * 2
        return {"estimate": values.mean(axis=1), "low": low, "high": high}

    columns = by_count(with_interval, samples)
    return {name: columns.get(name, np.full(len(samples), np.nan)) for name in ("n", "estimate", "low", "high")}


# --- A response over two factors ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Axis:
    """Where points (or scenarios) stand: `levels` are values, or pairs of ends where it is `binned`; `level_of_point`
    says for each point at which level it is, -1 where the point leaves the factor as it is."""

    name: str
    levels: tuple[Any, ...]
    level_of_point: NDArray[np.int64]
    binned: bool = False


@dataclass(frozen=True, eq=False)
class Surface:
    """`frame` has a row for each pair of levels: x and y (numbers of levels), n, runs, estimate, low, high.

    `averaged` are the factors that are neither x nor y; `reference` is the number of the row that differences are
    taken to, None where it is the baseline scenario or there are no differences.
    """

    x: Axis
    y: Axis
    frame: pd.DataFrame
    averaged: tuple[str, ...]
    reference: int | None


def axes(opened: Opened) -> list[str]:
    """What can stand on an axis: factors with several values, and scenarios if there are several."""
    varied = [name for name in opened.factors if opened.points[name].nunique() > 1]
    return varied + ([SCENARIO] if len(opened.scenarios) > 1 else [])


def axis(opened: Opened, name: str) -> Axis:
    """The levels of a factor, in order; many of them in equal boxes."""
    if name == SCENARIO:
        return Axis(name, opened.scenarios, np.arange(len(opened.scenarios)))
    values = opened.points[name]
    level_of_point, levels = pd.factorize(values, sort=True)
    if len(levels) <= MAX_LEVELS or not pd.api.types.is_numeric_dtype(values):
        return Axis(name, tuple(levels.tolist()), level_of_point.astype(np.int64))
    ends = np.linspace(values.min(), values.max(), BINS + 1)
    level_of_point = np.clip(np.searchsorted(ends, values, side="right") - 1, 0, BINS - 1)
    return Axis(
        name,
        tuple(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)),
        np.where(values.isna(), -1, level_of_point),
        True,
    )


def surface(opened: Opened, metric: str, x: str, y: str, statistic: Statistic, scenario: str) -> Surface:
    """The mean of `metric`, or its difference, at each pair of levels of `x` and `y`; other factors are averaged over.

    `scenario` counts where scenarios are on no axis. Differences are to the baseline scenario at the same point, and
    where there is one scenario only, to the cell of the lowest levels. Raises NothingToShow.
    """
    across = axis(opened, x)
    up = axis(opened, y) if y != x else Axis("", ("",), np.zeros(len(opened.points), dtype=np.int64))
    values = opened.values(metric)
    against = statistic == "difference" and len(opened.scenarios) > 1
    if against:
        values = values - values[baseline_row(opened)]
    scattered = across.binned or up.binned
    rows, counts = [], []
    for level_y, level_x in np.ndindex(len(up.levels), len(across.levels)):
        part = _part(opened, values, scenario, (across, level_x), (up, level_y))
        rows.append(over_points(part, scattered))
        counts.append(int((~np.isnan(part)).sum()))
    samples = np.array(rows)
    reference = None
    if statistic == "difference" and not against:
        reference = 0
        samples = samples - samples[0]
    y_number, x_number = np.unravel_index(np.arange(len(rows)), (len(up.levels), len(across.levels)))
    frame = pd.DataFrame({"x": x_number, "y": y_number, "runs": counts, **summary(samples)})
    averaged = tuple(name for name in axes(opened) if name not in (x, y, SCENARIO))
    return Surface(across, up, frame, averaged, reference)


def _part(opened: Opened, values: Cube, scenario: str, *at: tuple[Axis, int]) -> Samples:
    """Points x replications that stand at a level of each axis."""
    row, kept = opened.scenarios.index(scenario), np.ones(len(opened.points), dtype=bool)
    for axis_, level in at:
        if axis_.name == SCENARIO:
            row = level
        else:
            kept &= axis_.level_of_point == level
    return np.asarray(values[row, kept])


def over_points(part: Samples, scattered: bool) -> Samples:
    """The mean over points in each replication; on a grid only replications that have all of them count."""
    if not len(part):
        return np.full(part.shape[1], np.nan)
    with quiet():
        return np.nanmean(part, axis=0) if scattered else part.mean(axis=0)


def baseline_row(opened: Opened) -> int:
    """The row of the baseline in arrays of values. Raises NothingToShow if it has no runs."""
    if opened.baseline not in opened.scenarios:
        raise NothingToShow("results_no_baseline")
    return opened.scenarios.index(opened.baseline)


# --- Cells and trade-offs -------------------------------------------------------------------------------


def cells(opened: Opened, metrics: Sequence[str]) -> pd.DataFrame:
    """One row a cell with runs: scenario, point, the factors, then for each metric M `n_M`, `M`, `low_M`, `high_M`, and
    if there are several scenarios `difference_M`, with `_low_M`, `_high_M` and `_n_M` (pairs), to the baseline."""
    several = len(opened.scenarios) > 1 and opened.baseline in opened.scenarios
    columns: dict[str, Any] = {}
    there = np.zeros((len(opened.scenarios), len(opened.points)), dtype=bool)
    for metric in metrics:
        values = opened.values(metric)
        there |= ~np.isnan(values).all(axis=2)
        flat = values.reshape(-1, values.shape[2])
        of_metric = summary(flat)
        columns |= {f"n_{metric}": of_metric["n"], metric: of_metric["estimate"]}
        columns |= {f"{end}_{metric}": of_metric[end] for end in ("low", "high")}
        if several:
            base = baseline_row(opened)
            difference = values - values[base]
            difference[base] = np.nan
            of_metric = summary(difference.reshape(flat.shape))
            columns |= {f"difference_{metric}": of_metric["estimate"]}
            columns |= {f"difference_{part}_{metric}": of_metric[part] for part in ("low", "high", "n")}
    scenario, point = np.unravel_index(np.arange(there.size), there.shape)
    keys = opened.points.iloc[point].reset_index(drop=True)
    keys.insert(0, "scenario", np.array(opened.scenarios, dtype=object)[scenario])
    return pd.concat([keys, pd.DataFrame(columns)], axis=1)[there.ravel()].reset_index(drop=True)


def front(first: Samples, second: Samples, first_better: str | None, second_better: str | None) -> NDArray[np.bool_]:
    """Which cells no other cell beats: none is as good in both and better in one. All False without directions."""
    if first_better is None or second_better is None:
        return np.zeros(len(first), dtype=bool)
    first_gain = first if first_better == "higher" else -first
    second_gain = second if second_better == "higher" else -second
    beaten_by_none = np.zeros(len(first), dtype=bool)
    best = -np.inf
    order = np.lexsort((-second_gain, -first_gain))
    for number, row in enumerate(order):
        if np.isnan(first_gain[row]) or np.isnan(second_gain[row]):
            continue
        before = order[number - 1] if number else row
        equal = (
            number > 0
            and beaten_by_none[before]
            and first_gain[row] == first_gain[before]
            and second_gain[row] == second_gain[before]
        )
        beaten_by_none[row] = second_gain[row] > best or equal
        best = max(best, second_gain[row])
    return beaten_by_none


def thinned(front: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
    """At most `most` rows, evenly spread, with all of the front as far as there is room."""
    rows = np.arange(len(front))
    if len(rows) <= most:
        return rows
    kept = rows[front][:most]
    others = rows[~front]
    spread = np.linspace(0, len(others) - 1, most - len(kept)).round().astype(np.int64) if len(others) else rows[:0]
    return np.unique(np.concatenate([kept, others[spread]]))
