"""Means, paired differences and their 95 % intervals, for all metrics of all scenarios and points.

All statistics come from scipy; this file only puts the numbers into place and the results into tables.
What each number means, and when to trust it, is told in docs/statistics.md.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sanfang.lab.statistics import order
from sanfang.lab.statistics.run_table import Flags, Numbers, RunTable, by_count, quiet

CONFIDENCE = 0.95
ROUNDING = 1e-12
"""Numbers that agree to this share of their size are the same: sums in another order end there."""

MEDIAN_COLUMNS = ("median", "median_low", "median_high")
MEAN_COLUMNS = ("n", "not_reached", "mean", "sd", "low", "high", *MEDIAN_COLUMNS)
DIFFERENCE_COLUMNS = (
    "n",
    "not_reached",
    "baseline_not_reached",
    "baseline_mean",
    "difference",
    "low",
    "high",
    "p_value",
    "effect_size",
    "correlation",
    "variance_reduction",
    "variance_ratio",
    "ratio_low",
    "ratio_high",
    "independent_half_width",
    *MEDIAN_COLUMNS,
    "runs_higher",
    "runs_lower",
    "sign_p",
)
COUNTS = ("n", "not_reached", "baseline_not_reached", "runs_higher", "runs_lower")
BOOTSTRAP_COLUMNS = ("n", "estimate", "standard_error", "low", "high")
RESAMPLES = 9_999
CELLS_AT_ONCE = 200  # a bootstrap keeps RESAMPLES numbers of each: 16 MB
RESAMPLES_AT_ONCE = 250


def means(runs: pd.DataFrame, factors: Sequence[str] = ()) -> pd.DataFrame:
    """Mean of each metric in each scenario: n, mean, sd, `low` and `high` of the 95 % t interval; median and interval.

    `runs` is described in `run_table`; `factors` names its columns that are no metrics. One row for
    each scenario, point (a column only if there are several) and metric. NaN values are left out and do not
    count in n; with fewer than two values the interval is NaN. Runs that have not reached an open-ended metric count
    in n and in `not_reached`: then there is no mean, and the median and its interval (`order.median_interval`; from
    six runs on) say what can be said. An infinite end is beyond all that was seen.
    """
    table = RunTable(runs, factors)
    cells = table.present
    summaries = (by_count(_mean, table.values(metric)[cells]) for metric in table.metrics)
    return _in_rows(table, cells, table.metrics, MEAN_COLUMNS, summaries)


def differences(runs: pd.DataFrame, baseline: str, factors: Sequence[str] = ()) -> pd.DataFrame:
    """Difference of each scenario to `baseline`, metric by metric, paired by replication within a point.

    Columns besides the keys: `n` pairs (those with a NaN are dropped), `baseline_mean` over these pairs,
    `difference`, the 95 % t interval `low` to `high`, `p_value` (paired t test), `effect_size` (the difference in
    units of the standard deviation between replications: root of the mean of both variances) and
    `correlation` of the pairs. What pairing is worth: `variance_ratio` (var a + var b) / var(a - b), the number of
    independent runs that one paired run replaces, with its 95 % interval `ratio_low` to `ratio_high`
    (three pairs or more); `variance_reduction`, the same as a share, 1 - 1 / ratio, negative where pairing does
    harm; `independent_half_width` of the interval that as many runs with independent seeds would give (Welch).

    As soon as a run has not reached an open-ended metric (`not_reached` in the scenario, `baseline_not_reached`), all
    of these are NaN. What holds in any case: the `median` of the paired differences with its interval by order
    statistics, in how many pairs the scenario is surely higher and lower (`runs_higher`, `runs_lower`; the rest are
    equal or cannot be told), and `sign_p` of the sign test. Raises InputError if `baseline` has no runs.
    """
    table = RunTable(runs, factors)
    base = table.position(baseline)
    cells = table.others(base)
    summaries = (by_count(_difference, *table.pairs(metric, base)) for metric in table.metrics)
    return _in_rows(table, cells, table.metrics, DIFFERENCE_COLUMNS, summaries)


def bootstrap(
    runs: pd.DataFrame,
    baseline: str | None = None,
    metrics: Sequence[str] = (),
    factors: Sequence[str] = (),
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> pd.DataFrame:
    """Bootstrap intervals (BCa, 95 %) that assume no normal distribution, for `metrics` (all if empty).

    Resamples replications, for a pair both scenarios' together. `quantity` is "mean" and, with a `baseline`, also
    "difference", paired. Columns besides the keys: n, estimate, standard_error, low, high; the interval is NaN for
    fewer than two values and a point where all agree. The same `seed` gives the same numbers, whatever the order
    of rows. Efron (1987), by `scipy.stats.bootstrap`.
    """
    table = RunTable(runs, factors)
    chosen = list(metrics) or table.metrics

    def resampled(values: Numbers) -> dict[str, Numbers]:
        return _bootstrap(values, resamples, seed)

    summaries = (by_count(resampled, table.values(metric)[table.present]) for metric in chosen)
    parts = [_in_rows(table, table.present, chosen, BOOTSTRAP_COLUMNS, summaries).assign(quantity="mean")]
    if baseline is not None:
        base = table.position(baseline)
        summaries = (by_count(resampled, _subtracted(*table.pairs(metric, base))) for metric in chosen)
        pairs = _in_rows(table, table.others(base), chosen, BOOTSTRAP_COLUMNS, summaries)
        parts.append(pairs.assign(quantity="difference"))
    result = pd.concat(parts, ignore_index=True)
    keys = [name for name in result.columns if name not in BOOTSTRAP_COLUMNS]
    return result[[*keys, *BOOTSTRAP_COLUMNS]]


# --- Statistics of dense arrays, cells x replications -------------------------------------------------


def _mean(values: Numbers) -> dict[str, Numbers]:
    medians = order.median_interval(values, values, CONFIDENCE)
    summary = {"not_reached": _count(np.isinf(values)), **dict(zip(MEDIAN_COLUMNS, medians, strict=True))}
    values = order.reached(values)
    summary["mean"] = values.mean(axis=1)
    if values.shape[1] > 1:
        summary["sd"] = np.sqrt(variance(values))
        summary["low"], summary["high"] = t_interval(values)
    return summary


def _difference(values: Numbers, base: Numbers) -> dict[str, Numbers]:
    unreached = np.isinf(values) | np.isinf(base)
    known = ~unreached.any(axis=1, keepdims=True)
    return _order(values, base) | _paired(np.where(known, values, np.nan), np.where(known, base, np.nan))


def _order(values: Numbers, base: Numbers) -> dict[str, Numbers]:
    """What can be said of differences of which some are not known: medians and counts."""
    lowest, highest = order.bounds(values, base)
    size = np.maximum(np.abs(values), np.abs(base))
    lowest, highest = (_without_rounding(delta, np.where(np.isinf(size), 0.0, size)) for delta in (lowest, highest))
    higher, lower, untold = map(_count, (lowest > 0, highest < 0, order.both_unreached(values, base)))
    return {
        "not_reached": _count(np.isinf(values)),
        "baseline_not_reached": _count(np.isinf(base)),
        **dict(zip(MEDIAN_COLUMNS, order.median_interval(lowest, highest, CONFIDENCE), strict=True)),
        "runs_higher": higher,
        "runs_lower": lower,
        "sign_p": order.sign_test(higher, lower, untold),
    }


def _count(flags: Flags) -> Numbers:
    return np.asarray(flags.sum(axis=1), dtype=float)


def _paired(values: Numbers, base: Numbers) -> dict[str, Numbers]:
    delta = _without_rounding(values - base, np.maximum(np.abs(values), np.abs(base)))
    summary = {"baseline_mean": base.mean(axis=1), "difference": delta.mean(axis=1)}
    if values.shape[1] < 2:
        return summary
    low, high = t_interval(delta)
    own, paired = variance(values) + variance(base), variance(delta)
    varied = (variance(values) > 0) & (variance(base) > 0)
    ratio_low, ratio_high = _ratio_interval(values, base)
    return summary | {
        "low": low,
        "high": high,
        "p_value": np.asarray(stats.ttest_1samp(delta, 0.0, axis=1).pvalue),
        "effect_size": np.where(own > 0, summary["difference"] / np.sqrt(own / 2), np.nan),
        "correlation": np.where(varied, stats.pearsonr(values, base, axis=1).statistic, np.nan),
        "variance_reduction": np.where(own > 0, 1 - paired / own, np.nan),
        "variance_ratio": np.where(own > 0, own / paired, np.nan),
        "ratio_low": np.where(own > 0, ratio_low, np.nan),
        "ratio_high": np.where(own > 0, ratio_high, np.nan),
        "independent_half_width": np.where(own > 0, _independent_half_width(values, base), 0.0),
    }


def t_interval(values: Numbers) -> tuple[Numbers, Numbers]:
    """The 95 % t interval of the mean; a point where all values agree."""
    interval = stats.ttest_1samp(values, 0.0, axis=1).confidence_interval(CONFIDENCE)
    return np.asarray(interval.low), np.asarray(interval.high)


def _independent_half_width(values: Numbers, base: Numbers) -> Numbers:
    interval = stats.ttest_ind(values, base, axis=1, equal_var=False).confidence_interval(CONFIDENCE)
    return np.asarray((interval.high - interval.low) / 2)


def _ratio_interval(values: Numbers, base: Numbers) -> tuple[Numbers, Numbers] | tuple[float, float]:
    """The 95 % interval of (var a + var b) / var(a - b), exact for normal pairs.

    The ratio is (1 + var(a + b) / var(a - b)) / 2, and the ratio of the variances of a pair, here of a + b and a - b,
    has the exact interval of Pitman (1939) and Morgan (1939), whatever their correlation.
    """
    n = values.shape[1]
    if n < 3:
        return np.nan, np.nan
    together, apart = values + base, values - base
    correlation = stats.pearsonr(together, apart, axis=1).statistic
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, n - 2)
    spread = 1 + 2 * (1 - correlation**2) * quantile**2 / (n - 2)
    root = np.sqrt(spread**2 - 1)
    estimate = variance(together) / variance(apart)
    return (1 + estimate * (spread - root)) / 2, (1 + estimate * (spread + root)) / 2


def variance(values: Numbers) -> Numbers:
    """Sample variance of each row; zero where the values differ by no more than rounding."""
    sd = np.std(values, axis=1, ddof=1)
    return np.square(_without_rounding(sd, np.abs(values).max(axis=1)))


def _without_rounding(values: Numbers, size: Numbers) -> Numbers:
    return np.where(np.abs(values) <= ROUNDING * size, 0.0, values)


# --- Bootstrap ----------------------------------------------------------------------------------------


def _bootstrap(values: Numbers, resamples: int, seed: int) -> dict[str, Numbers]:
    """Of the mean of each row, some rows at a time for the sake of memory; NaN in rows with a value not reached."""
    values = order.reached(values)
    summary = {"estimate": values.mean(axis=1)}
    whole = np.flatnonzero(np.isfinite(summary["estimate"]))
    if values.shape[1] < 2 or not len(whole):
        return summary
    starts = range(0, len(whole), CELLS_AT_ONCE)
    parts = [_bca(values[whole[start : start + CELLS_AT_ONCE]], resamples, seed) for start in starts]
    for name in parts[0]:
        summary[name] = np.full(len(values), np.nan)
        summary[name][whole] = np.concatenate([part[name] for part in parts])
    return summary


def _subtracted(values: Numbers, base: Numbers) -> Numbers:
    """Paired differences; infinite where one was not reached, or both."""
    with quiet():
        return np.where(order.both_unreached(values, base), np.inf, values - base)


def _bca(values: Numbers, resamples: int, seed: int) -> dict[str, Numbers]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        result = stats.bootstrap(
            (values,),
            np.mean,
            n_resamples=resamples,
            batch=RESAMPLES_AT_ONCE,
            vectorized=True,
            axis=1,
            confidence_level=CONFIDENCE,
            rng=np.random.default_rng(seed),
        )
    interval, steady = result.confidence_interval, variance(values) == 0
    return {
        "standard_error": np.asarray(result.standard_error),
        "low": np.where(steady, values[:, 0], interval.low),
        "high": np.where(steady, values[:, 0], interval.high),
    }


# --- Arranging ----------------------------------------------------------------------------------------


def _in_rows(
    table: RunTable,
    cells: Flags,
    metrics: Sequence[str],
    columns: Sequence[str],
    summaries: Iterable[dict[str, NDArray[Any]]],
) -> pd.DataFrame:
    """One row for each of `cells` and metric, from what was `summaries` of each metric in all cells."""
    size = int(cells.sum())
    filled = {name: np.full((size, len(metrics)), np.nan) for name in columns}
    filled |= {name: np.zeros((size, len(metrics)), dtype=int) for name in COUNTS if name in filled}
    for number, summary in enumerate(summaries):
        for name, values in summary.items():
            filled[name][:, number] = np.nan_to_num(values) if name in COUNTS else values
    keys = {name: np.repeat(values, len(metrics)) for name, values in table.keys(cells).items()}
    keys["metric"] = np.tile(np.array(metrics, dtype=object), size)
    return pd.DataFrame(keys | {name: values.ravel() for name, values in filled.items()})
