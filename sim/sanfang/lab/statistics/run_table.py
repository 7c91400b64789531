"""A table of runs as arrays: scenarios x points x replications, the form that statistics work on.

The table has one row a run: the key columns `scenario`, `point` (a whole number; where it is absent, all runs
belong to one point), `replication` and perhaps `seed` and the days of the evaluation window, then perhaps factor
columns, then metrics. Failed runs are absent. Replication r has the same seed in every scenario and point (common
random numbers).

A run without a value of an open-ended metric (see `Metric`) has not reached it. Stores, CSV and JSON leave the cell
empty; here it is infinite, which puts it in its place: above all that was seen, and equal to none. A run that could not
be asked has no value of it, as of any other: one from no steady state, of too few days, or without requests that could
be followed. Whoever loads some columns only loads those that tell this, too (`TELLING`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.metrics.catalogue import TELLS_REQUESTS
from sanfang.metrics.catalogue import metric as declaration
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.window import Window

FOLLOWED = "followed"
KEYS = ("scenario", "point", "replication", "seed", "first_day", "last_day", FOLLOWED, "seconds", "key")
"""The columns of a table of runs that are neither factors nor metrics: `first_day` and `last_day` are those of the
evaluation window; `followed`, whether any request could be followed, is there where the metrics that would tell it are
not; the last two come from a sweep's store."""

TELLING = ("first_day", "last_day", FOLLOWED, TELLS_REQUESTS, "steady_start")
"""The columns that tell whether an open-ended metric could have a value; those that are not there tell nothing."""

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def days_of(window: Window) -> dict[str, int]:
    """The key columns that say which days of a run its metrics look at; the last is before the first where none is."""
    return {"first_day": window.first, "last_day": window.last}


def metric_columns(runs: pd.DataFrame, factors: Sequence[str] = ()) -> list[str]:
    """The metrics in a table of runs, in its order."""
    return [str(name) for name in runs.columns if name not in KEYS and name not in factors]


def values_of(runs: pd.DataFrame, metric: str) -> Numbers:
    """The column of a metric, infinite where the run has not reached it; NaN where there is nothing."""
    values = _floats(runs[metric])
    declared = declaration(metric)
    if not declared.open_ended:
        return values
    long_enough = days_seen(runs) >= declared.needs.days
    return np.where(np.isnan(values) & could_follow(runs) & long_enough, np.inf, values)


def could_follow(runs: pd.DataFrame) -> Flags:
    """Of each run whether any request could be followed, as far as its columns tell."""
    could = np.ones(len(runs), dtype=bool)
    if FOLLOWED in runs:
        could &= runs[FOLLOWED].to_numpy(dtype=bool)
    if TELLS_REQUESTS in runs:
        could &= runs[TELLS_REQUESTS].notna().to_numpy()
    if "steady_start" in runs:
        could &= _floats(runs["steady_start"]) != 0
    return could


def unfollowed_as_none(groups: pd.DataFrame) -> pd.DataFrame:
    """A table of metrics by group, all metrics of a run and group together, in which an open-ended metric without a
    value is over nothing (`n` is 0) where no request of the group could be followed: it has no value then, and is not
    out of reach."""
    keys = [name for name in ("scenario", "point", "replication", "dimension", "group") if name in groups]
    told = groups[groups["metric"] == TELLS_REQUESTS]
    nothing = pd.MultiIndex.from_frame(told.loc[told["value"].isna(), keys])
    open_ended = groups["metric"].map({name: declaration(name).open_ended for name in groups["metric"].unique()})
    missing = groups["value"].isna() & open_ended.astype(bool)
    if missing.any() and len(nothing):
        missing &= pd.MultiIndex.from_frame(groups[keys]).isin(nothing)
        return groups.assign(n=groups["n"].mask(missing, 0.0))
    return groups


def days_seen(runs: pd.DataFrame) -> Numbers:
    """The days of each run's evaluation window; infinite where its columns do not tell."""
    if not {"first_day", "last_day"} <= set(runs.columns):
        return np.full(len(runs), np.inf)
    return _floats(runs["last_day"]) - _floats(runs["first_day"]) + 1


def _floats(column: pd.Series) -> Numbers:
    return column.to_numpy(dtype=float, na_value=np.nan)


class RunTable:
    """A table of runs, arranged. Scenarios stand in order of appearance, points and replications by number.

    Raises InputError if a run is there twice.
    """

    def __init__(self, runs: pd.DataFrame, factors: Sequence[str] = ()) -> None:
        self.metrics = metric_columns(runs, factors)
        self._runs = runs
        points = runs["point"] if "point" in runs else pd.Series(0, index=runs.index)
        scenario, names = pd.factorize(runs["scenario"])
        point, numbers = pd.factorize(points, sort=True)
        replication, replications = pd.factorize(runs["replication"], sort=True)
        self.scenarios = [str(name) for name in names]
        self.points: NDArray[Any] = np.asarray(numbers)
        self.replications: NDArray[Any] = np.asarray(replications)
        self._place = (scenario, point, replication)
        self._refuse_duplicates()

    @cached_property
    def present(self) -> Flags:
        """Scenarios x points: whether there is any run."""
        there = np.zeros(self._shape[:2], dtype=bool)
        there[self._place[:2]] = True
        return there

    def values(self, metric: str) -> Numbers:
        """Scenarios x points x replications: the values of one metric, NaN where there is none, infinite where it
        was not reached."""
        if metric not in self.metrics:
            raise InputError(f"metric: {metric!r} is not in the table of runs{nearest(metric, self.metrics)}")
        filled = np.full(self._shape, np.nan)
        filled[self._place] = values_of(self._runs, metric)
        return filled

    def others(self, base: int) -> Flags:
        """Scenarios x points: the cells with runs of all scenarios but the one at position `base`."""
        cells = self.present.copy()
        cells[base] = False
        return cells

    def pairs(self, metric: str, base: int) -> tuple[Numbers, Numbers]:
        """Cells x replications: values of `metric` in the cells of `others`, and the baseline's at the same points."""
        values, cells = self.values(metric), self.others(base)
        return values[cells], values[base][np.nonzero(cells)[1]]

    def position(self, baseline: str) -> int:
        """Where a scenario stands. Raises InputError if it has no runs."""
        if baseline not in self.scenarios:
            known = ", ".join(self.scenarios)
            hint = nearest(baseline, self.scenarios)
            raise InputError(f"baseline: {baseline!r} is none of the scenarios with runs ({known}){hint}")
        return self.scenarios.index(baseline)

    def keys(self, cells: Flags) -> dict[str, NDArray[Any]]:
        """The key columns of the cells that `cells` (scenarios x points) marks; `point` only if there are several."""
        scenario, point = np.nonzero(cells)
        columns = {"scenario": np.array(self.scenarios, dtype=object)[scenario]}
        return columns | ({"point": self.points[point]} if len(self.points) > 1 else {})

    @property
    def _shape(self) -> tuple[int, int, int]:
        return len(self.scenarios), len(self.points), len(self.replications)

    def _refuse_duplicates(self) -> None:
        cell = np.ravel_multi_index(self._place, self._shape) if len(self._runs) else np.empty(0, dtype=int)
        again = pd.Series(cell).duplicated().to_numpy()
        if again.any():
            scenario, point, replication = (part[again][0] for part in self._place)
            where = f" at point {self.points[point]}" if len(self.points) > 1 else ""
            which = f"replication {self.replications[replication]} of {self.scenarios[scenario]!r}{where}"
            raise InputError(f"runs: {which} is there more than once")


def by_count(summarise: Callable[..., dict[str, Numbers]], *samples: Numbers) -> dict[str, NDArray[Any]]:
    """`n` and what `summarise` finds in each row of `samples`, NaN left out.

    `samples` are arrays of cells x replications; a replication counts where none of them is NaN. Rows with
    equally many are handed to `summarise` together, as dense arrays (cells x n, n at least 1), so that scipy
    works on whole arrays. It returns one value a row by name; where it returns none, the result is NaN.
    """
    complete = ~np.isnan(np.stack(samples)).any(axis=0)
    counts = complete.sum(axis=1)
    front = np.argsort(~complete, axis=1, kind="stable")
    packed = [np.take_along_axis(sample, front, axis=1) for sample in samples]
    result: dict[str, NDArray[Any]] = {"n": counts}
    for count in np.unique(counts[counts > 0]):
        rows = counts == count
        with quiet():
            summary = summarise(*(sample[rows, :count] for sample in packed))
        for name, values in summary.items():
            result.setdefault(name, np.full(len(counts), np.nan))[rows] = values
    return result


@contextmanager
def quiet() -> Iterator[None]:
    """Without scipy's warnings about constant or nearly equal values, which are ordinary here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
