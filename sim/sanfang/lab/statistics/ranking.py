"""Which policy is best, how surely, and how far behind the others are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sanfang.lab.statistics import order, pairwise, worlds
from sanfang.lab.statistics.intervals import CONFIDENCE, RESAMPLES
from sanfang.lab.statistics.run_table import Flags, Numbers, RunTable, quiet
from sanfang.metrics.catalogue import HEADLINES
from sanfang.metrics.catalogue import metric as declaration
from sanfang.scenario.errors import InputError

Of = Literal["scenario", "cell"]
NUMBERS_AT_ONCE = 4_000_000  # of resampled values: 32 MB


def rank(
    runs: pd.DataFrame,
    metric: str,
    factors: Sequence[str] = (),
    of: Of = "scenario",
    resamples: int = RESAMPLES,
    seed: int = 1,
    levers: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Policies from best to worst by the mean of `metric`, in the direction that its declaration calls better.

    A policy is a scenario, averaged over the points with equal weight (`of` "scenario"), or a scenario at a combination
    of the `levers` among `factors` ("cell"; None: those declared as levers), averaged over the other factors, which are
    states of the world and cannot be chosen. Columns: rank and rank_to (the places that it may have: several where
    means agree), scenario, of cells the point (where there is one world) and the levers, n, not_reached, mean, median,
    `probability_best`, `difference_to_best` and its t interval `low` to `high`.

    `n` counts the replications in which every policy has a value at every point; the others are left out.
    `probability_best` is the share of bootstrap resamples of these replications, the same in all policies, in
    which the policy has the best mean (ties by lot). The intervals hold together, whichever policy leads: 95 %
    after Bonferroni's correction for all pairs of policies.

    As soon as a run has not reached the metric, policies are compared run by run instead (`pairwise`): `rank` to
    `rank_to` are the places that a policy may have whatever the unknown is (all of them: nothing can be told),
    `probability_best` is what it is at least, the mean is NaN, and the difference to the first is the median of the
    paired ones with its interval by order statistics (over one point; NaN over several). Raises InputError for a metric
    without a direction, for fewer than two complete replications, and for settings that were not all run in the same
    worlds: what they differ in may be the world.
    """
    table = RunTable(runs, factors)
    values, keys = _policies(table, metric, of, worlds.points_of(runs, factors), factors, levers)
    sign = _direction(metric)
    complete = _complete(values)
    if complete.sum() < 2:
        shared = f"{complete.sum()} of {len(table.replications)}"
        raise InputError(
            f"metric: {metric!r} has a value in every scenario and point in only {shared} replications;"
            " a ranking needs at least 2"
        )
    values = values[..., complete]
    counted = {
        "n": values.shape[-1],
        "not_reached": np.isinf(values).sum(axis=(1, 2)),
        "median": np.median(values, axis=(1, 2)),
    }
    how = _by_pairs if np.isinf(values).any() else _by_means
    result = pd.DataFrame(keys | counted | how(values, sign, resamples, seed))
    return result.sort_values(["rank", "rank_to"], kind="stable", ignore_index=True)[[*_PLACES, *keys, *_FOUND]]


_PLACES = ("rank", "rank_to")
_FOUND = ("n", "not_reached", "mean", "median", "probability_best", "difference_to_best", "low", "high")


def _by_means(values: Numbers, sign: int, resamples: int, seed: int) -> dict[str, Numbers]:
    """Places by the mean of each policy over its worlds and replications."""
    values = values.mean(axis=1)
    averages = values.mean(axis=1)
    first = int(np.argmax(sign * averages))
    low, high = _intervals_to_first(values, first)
    return {
        "rank": stats.rankdata(-sign * averages, method="min"),
        "rank_to": stats.rankdata(-sign * averages, method="max"),
        "mean": averages,
        "probability_best": _probability_best(sign * values, resamples, seed),
        "difference_to_best": averages - averages[first],
        "low": low,
        "high": high,
    }


def _by_pairs(values: Numbers, sign: int, resamples: int, seed: int) -> dict[str, Numbers]:
    """Places from comparisons run by run: how many policies are ahead of each, and of how many it is ahead."""
    lower_is_better = -sign * values
    ahead = pairwise.ahead(lower_is_better)
    rank, rank_to = 1 + ahead.sum(axis=0), len(values) - ahead.sum(axis=1)
    first = int(np.lexsort((rank_to, rank))[0])
    nothing = np.full(len(values), np.nan)
    columns = {"difference_to_best": nothing, "low": nothing, "high": nothing}
    if values.shape[1] == 1:
        lowest, highest = order.bounds(values[:, 0], np.broadcast_to(values[first, 0], values[:, 0].shape))
        ends = order.median_interval(lowest, highest, _together(len(values)))
        columns = dict(zip(columns, ends, strict=True))
        for end in columns.values():
            end[first] = np.nan
        columns["difference_to_best"][first] = 0.0
    return {
        "rank": rank,
        "rank_to": rank_to,
        "mean": nothing,
        "probability_best": pairwise.best_at_least(lower_is_better, resamples, seed),
        **columns,
    }


def complete_replications(
    runs: pd.DataFrame,
    metric: str,
    factors: Sequence[str] = (),
    of: Of = "scenario",
    levers: Sequence[str] | None = None,
) -> int:
    """How many replications have a value of `metric` in all policies; see `rank`, which needs two."""
    points = worlds.points_of(runs, factors)
    values, _ = _policies(RunTable(runs, factors), metric, of, points, factors, levers)
    return int(_complete(values).sum())


def _direction(metric: str) -> int:
    """1 where higher is better, -1 where lower is."""
    better = declaration(metric).better
    if better is None:
        known = ", ".join(HEADLINES)
        raise InputError(f"metric: {metric!r} has no better direction, so no policy is best; others have, as {known}")
    return 1 if better == "higher" else -1


def _policies(
    table: RunTable, metric: str, of: str, points: pd.DataFrame, factors: Sequence[str], levers: Sequence[str] | None
) -> tuple[Numbers, dict[str, NDArray[Any]]]:
    """Policies x worlds x replications, and the columns that name the policies."""
    values, names = table.values(metric), np.array(table.scenarios, dtype=object)
    if of == "scenario":
        return values, {"scenario": names}
    if of != "cell":
        raise InputError(f'of: must be "scenario" or "cell", not "{of}"')
    if not factors:
        return values[table.present][:, None], table.keys(table.present)
    chosen = list(worlds.levers_among(factors, {}) if levers is None else levers)
    combination = worlds.numbered(points, chosen)
    world = worlds.numbered(points, [name for name in factors if name not in chosen])
    if not worlds.crossed(combination, world):
        raise InputError("factors: levers were not all run in the same states of the world, so they are not ranked")
    order_ = np.lexsort((world, combination))
    shape = (len(names) * (combination.max() + 1), world.max() + 1, -1)
    first = points.iloc[order_[:: shape[1]]]
    keys = {"scenario": np.repeat(names, len(first))}
    shown = [*([] if shape[1] > 1 or len(points) == 1 else ["point"]), *chosen]
    keys |= {name: np.tile(first[name].to_numpy(), len(names)) for name in shown}
    kept = table.present[:, order_].reshape(shape[:2]).any(axis=1)
    return values[:, order_].reshape(shape)[kept], {name: column[kept] for name, column in keys.items()}


def _complete(values: Numbers) -> Flags:
    """The replications that all policies have in all worlds."""
    return np.asarray(~np.isnan(values).any(axis=(0, 1)))


def _probability_best(values: Numbers, resamples: int, seed: int) -> Numbers:
    """For each row of `values` (policies x replications), how often resampling makes its mean the highest.

    One replication fewer is drawn than there are: so the resampled means vary as means of n do, s / sqrt(n), not
    less by the factor (n - 1) / n, which makes small samples look surer than they are (Rao and Wu 1988).
    """
    policies, replications = values.shape
    lots = np.random.default_rng([seed, 1])

    def highest(drawn: NDArray[np.int64], axis: int) -> Numbers:
        """The policy with the highest mean over the replications drawn, a float because scipy takes no other."""
        means = np.mean(values[:, drawn[..., :-1]], axis=-1)
        tied = means == means.max(axis=0)
        return np.asarray(np.argmax(tied * (1 - lots.random(tied.shape)), axis=0), dtype=float)

    result = stats.bootstrap(
        (np.arange(replications),),
        highest,
        n_resamples=resamples,
        batch=max(1, NUMBERS_AT_ONCE // values.size),
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    times = np.bincount(result.bootstrap_distribution.astype(int), minlength=policies)
    return np.asarray(times / resamples)


def _intervals_to_first(values: Numbers, first: int) -> tuple[Numbers, Numbers]:
    """Paired t intervals of each row's difference to the first policy; NaN for that one itself."""
    with quiet():
        test = stats.ttest_1samp(values - values[first], 0.0, axis=1)
        interval = test.confidence_interval(_together(len(values)))
    low, high = np.array(interval.low), np.array(interval.high)
    low[first] = high[first] = np.nan
    return low, high


def _together(policies: int) -> float:
    """The level at which the intervals of all pairs of policies hold together in 95 of 100 studies (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / max(1, policies * (policies - 1) // 2)
