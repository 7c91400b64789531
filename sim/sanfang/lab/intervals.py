"""Means, paired differences and their 95 % intervals, for all metrics of all scenarios.

All statistics come from scipy; this file only puts the numbers into place and the results into tables.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95
KEYS = ("scenario", "replication", "seed")
"""The columns of a table of runs that are not metrics."""

Numbers = NDArray[np.float64]


def metric_columns(runs: pd.DataFrame) -> list[str]:
    """The metrics in a table of runs, in its order."""
    return [name for name in runs.columns if name not in KEYS]


def means(runs: pd.DataFrame) -> pd.DataFrame:
    """Mean of each metric in each scenario: n, mean, sd, and `low` and `high` of the 95 % t interval.

    `runs` has one row per scenario and replication. NaN values are left out and do not count in n; with
    fewer than two values the interval is NaN.
    """
    rows: list[dict[str, Any]] = []
    for scenario, group in runs.groupby("scenario", sort=False):
        for name in metric_columns(runs):
            rows.append({"scenario": scenario, "metric": name, **_mean(group[name].to_numpy(float))})
    return pd.DataFrame(rows, columns=["scenario", "metric", "n", "mean", "sd", "low", "high"])


def differences(runs: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Difference of each scenario to `baseline`, metric by metric, paired by replication.

    Columns: `n` pairs (those with a NaN are dropped), `baseline_mean` over these pairs, `difference`, the
    95 % t interval `low` to `high`, `p_value` (paired t test), `effect_size` (the difference in units of the
    standard deviation between replications: root of the mean of both variances), `correlation` of the
    pairs, and `variance_reduction`: the part of the variance that independent seeds would have and that
    pairing takes away, 1 - var(a - b) / (var a + var b); negative where pairing does harm.
    """
    wide = runs.set_index(["scenario", "replication"])
    base = wide.loc[baseline]
    rows: list[dict[str, Any]] = []
    for scenario in runs["scenario"].unique():
        if scenario == baseline:
            continue
        other = wide.loc[scenario].reindex(base.index)
        for name in metric_columns(runs):
            pair = _difference(other[name].to_numpy(float), base[name].to_numpy(float))
            rows.append({"scenario": scenario, "metric": name, **pair})
    columns = ["n", "baseline_mean", "difference", "low", "high", "p_value", "effect_size", "correlation"]
    return pd.DataFrame(rows, columns=["scenario", "metric", *columns, "variance_reduction"])


def _mean(values: Numbers) -> dict[str, float]:
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return {"n": 0, "mean": np.nan, "sd": np.nan, "low": np.nan, "high": np.nan}
    low, high = _interval(values)
    return {"n": len(values), "mean": float(values.mean()), "sd": _sd(values), "low": low, "high": high}


def _difference(values: Numbers, base: Numbers) -> dict[str, float]:
    both = ~(np.isnan(values) | np.isnan(base))
    values, base = values[both], base[both]
    if len(values) == 0:
        return {"n": 0}
    delta = values - base
    low, high = _interval(delta)
    variances = _sd(values) ** 2 + _sd(base) ** 2
    return {
        "n": len(delta),
        "baseline_mean": float(base.mean()),
        "difference": float(delta.mean()),
        "low": low,
        "high": high,
        "p_value": _quietly(lambda: float(stats.ttest_rel(values, base).pvalue)) if len(delta) > 1 else np.nan,
        "effect_size": float(delta.mean()) / np.sqrt(variances / 2) if variances > 0 else np.nan,
        "correlation": _correlation(values, base),
        "variance_reduction": 1 - _sd(delta) ** 2 / variances if variances > 0 else np.nan,
    }


def _interval(values: Numbers) -> tuple[float, float]:
    """The 95 % t interval of the mean; a point where all values agree, NaN for a single one."""
    if len(values) < 2:
        return np.nan, np.nan
    interval = _quietly(lambda: stats.ttest_1samp(values, 0.0).confidence_interval(CONFIDENCE))
    return float(interval.low), float(interval.high)


def _correlation(values: Numbers, base: Numbers) -> float:
    if len(values) < 2 or np.ptp(values) == 0 or np.ptp(base) == 0:
        return np.nan
    return _quietly(lambda: float(stats.pearsonr(values, base).statistic))


def _sd(values: Numbers) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else np.nan


def _quietly[T](call: Callable[[], T]) -> T:
    """`call()` without scipy's warnings about constant or nearly equal values, which are ordinary here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        return call()
