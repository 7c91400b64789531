"""Effects of factors that are off or on: main effects, interactions, complementarity, and Shapley values.

Each is worked out within a replication, where all cells meet the same troubles, and then averaged over replications
with a 95 % t interval. `Cube` below is an array of replications x 2 x ... x 2 with one axis for each factor: the value
of a metric where the factor is off (0) or on (1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.lab.statistics.intervals import t_interval
from sanfang.lab.statistics.run_table import Numbers, quiet, values_of
from sanfang.scenario.errors import InputError, nearest

Cube = Numbers
Orders = NDArray[np.int64]

TIMES = " x "
"""Stands between the factors of an interaction."""


def cube(runs: pd.DataFrame, factors: Sequence[str], metric: str) -> Cube:
    """The values of `metric` in a full factorial of `factors`, from a table of runs with a column for each of them.

    A factor's lower value is off, its higher one on. Replications without a value in some cell are left out. Raises
    InputError for an unknown column, a factor that does not take two values, a cell that is there twice, where no
    replication has all cells, and where a run has not reached the metric: there is no mean of it then.
    """
    for name in (*factors, metric):
        if name not in runs:
            raise InputError(f"runs: {name!r} is not a column{nearest(name, list(runs.columns))}")
    for name in factors:
        if runs[name].nunique() != 2:
            raise InputError(f"factors.{name}: takes {runs[name].nunique()} values; effects need two")
    on = pd.DataFrame({name: (runs[name] == runs[name].max()).astype(int) for name in factors})
    values = values_of(runs, metric)
    _reached(metric, values)
    table = runs[["replication"]].assign(**{metric: values}).assign(**on)
    if table.duplicated(["replication", *factors]).any():
        raise InputError("runs: a cell is there twice in one replication; take the runs of one scenario")
    wide = table.pivot_table(index="replication", columns=list(factors), values=metric, dropna=False).dropna()
    if wide.empty or wide.shape[1] < 2 ** len(factors):
        raise InputError(f"runs: no replication has {metric!r} in all {2 ** len(factors)} cells")
    return wide.to_numpy(dtype=float).reshape(-1, *[2] * len(factors))


def _reached(metric: str, values: Numbers) -> None:
    if np.isinf(values).any():
        count = f"{np.isinf(values).sum()} of {len(values)} runs have not reached it"
        raise InputError(f"metric: {metric!r}: {count}, so there are no means and no effects on them")


def estimates(samples: Numbers, names: Sequence[str], label: str = "effect") -> pd.DataFrame:
    """Mean and 95 % t interval of each column of `samples` (replications x names): `label`, n, estimate, low, high.

    Replications without a value (NaN) do not count in n. The interval is NaN with a single replication, all with none.
    """
    rows = []
    for name, values in zip(names, samples.T, strict=True):
        had = values[~np.isnan(values)]
        low = high = np.nan
        if len(had) > 1:
            with quiet():
                low, high = (float(end[0]) for end in t_interval(had[np.newaxis]))
        rows.append((name, len(had), had.mean() if len(had) else np.nan, low, high))
    return pd.DataFrame(rows, columns=[label, "n", "estimate", "low", "high"])


def contrasts(
    runs: pd.DataFrame, columns: Sequence[str], reference: Mapping[str, Any], metrics: Sequence[str]
) -> pd.DataFrame:
    """Paired differences of each cell of `columns` to the cell that has the values of `reference` instead.

    `reference` names some of the columns (a factor, or `scenario`); in the others the two cells agree. One row for each
    cell and metric: the columns, metric, n, estimate, low, high (95 % t). The reference cells themselves show 0. Raises
    InputError where a run has not reached a metric.
    """
    for name in metrics:
        _reached(name, values_of(runs, name))
    base = runs[np.logical_and.reduce([runs[name] == value for name, value in reference.items()])]
    shared = [*(name for name in columns if name not in reference), "replication"]
    pairs = runs.merge(base[[*shared, *metrics]], on=shared, suffixes=("", "|base"))
    parts = []
    for cell, rows in pairs.groupby(list(columns)):
        samples = rows[list(metrics)].to_numpy(dtype=float) - rows[[f"{name}|base" for name in metrics]].to_numpy(float)
        part = estimates(samples, metrics, "metric")
        for name, value in zip(columns, cell, strict=True):
            part[name] = np.repeat(np.asarray(value), len(part))
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    return table[[*columns, "metric", "n", "estimate", "low", "high"]]


# --- Factorial effects ----------------------------------------------------------------------------------


def factorial_effects(values: Cube, factors: Sequence[str], order: int | None = None) -> pd.DataFrame:
    """Main effects and interactions of up to `order` factors (all if None): effect, factors, n, estimate, low, high.

    A main effect is the mean where the factor is on less the mean where it is off. The interaction of two factors is
    half of what the effect of one gains when the other is switched on, and so on (Box, Hunter and Hunter 2005, ch. 5).
    """
    names, samples, sizes = [], [], []
    for size in range(1, (order or len(factors)) + 1):
        for chosen in combinations(range(len(factors)), size):
            names.append(TIMES.join(factors[number] for number in chosen))
            samples.append(_contrast(values, chosen))
            sizes.append(size)
    table = estimates(np.column_stack(samples), names)
    table.insert(1, "factors", sizes)
    return table


def _contrast(values: Cube, chosen: Sequence[int]) -> Numbers:
    """For each replication: the mean of the cells with sign +, less the mean of those with sign -."""
    for axis in range(values.ndim - 1, 0, -1):  # from the last, so that the axes before it keep their places
        off, on = values.take(0, axis), values.take(1, axis)
        values = np.asarray(on - off if axis - 1 in chosen else (on + off) / 2)
    return values / 2.0 ** (len(chosen) - 1)


def single_gains(values: Cube) -> Numbers:
    """Replications x factors: what each factor gains alone, all others being off."""
    factors = values.ndim - 1
    flat = values.reshape(len(values), -1)
    alone = [2 ** (factors - 1 - number) for number in range(factors)]  # the cell in which only this one is on
    return flat[:, alone] - flat[:, :1]


def last_gains(values: Cube) -> Numbers:
    """Replications x factors: what each factor gains when it comes last, all others being on."""
    mirrored = np.flip(values, axis=tuple(range(1, values.ndim)))
    return -single_gains(mirrored)


def complementarity(values: Cube) -> Numbers:
    """For each replication: the gain of all factors together less the sum of what each gains alone.

    Above zero the factors complement one another, below zero they stand in each other's way or do the same twice
    (Milgrom and Roberts 1990, for a metric that should rise).
    """
    return together(values) - single_gains(values).sum(axis=1)


def together(values: Cube) -> Numbers:
    """For each replication: what all factors gain together."""
    flat = values.reshape(len(values), -1)
    return flat[:, -1] - flat[:, 0]


def grouped(values: Cube, groups: Sequence[Sequence[int]]) -> Cube:
    """The cube in which the factors of each group are off or on together; a factor in no group stays off."""
    small = np.empty((len(values), *[2] * len(groups)))
    for corner in np.ndindex(*[2] * len(groups)):
        index: list[slice | int] = [slice(None), *[0] * (values.ndim - 1)]
        for group, level in zip(groups, corner, strict=True):
            for factor in group:
                index[factor + 1] = level
        small[(slice(None), *corner)] = values[tuple(index)]
    return small


# --- Shapley values -------------------------------------------------------------------------------------


def shapley(values: Cube) -> Numbers:
    """Replications x factors: the Shapley value of each, its mean gain over all orders in which they may come.

    They sum to the gain of all together (Shapley 1953). Exact, from all 2^k cells.
    """
    players = values.ndim - 1
    credit = np.zeros((len(values), players))
    for player in range(players):
        gain = np.diff(values, axis=player + 1).squeeze(player + 1)
        for others in np.ndindex(*[2] * (players - 1)):
            before = sum(others)
            weight = factorial(before) * factorial(players - before - 1) / factorial(players)
            credit[:, player] += weight * gain[(slice(None), *others)]
    return credit


def mirrored_orders(players: int, pairs: int, seed: int) -> Orders:
    """2 `pairs` x `players`: random orders, each followed by its reverse.

    A player who comes early in an order comes late in its reverse, so the mean of a pair varies less than that of two
    independent orders (antithetic sampling; Mitchell et al. 2022, JMLR 23).
    """
    random = np.random.default_rng(seed)
    orders = np.array([random.permutation(players) for _ in range(pairs)])
    return np.stack([orders, orders[:, ::-1]], axis=1).reshape(2 * pairs, players)


def shapley_sampled(orders: Orders, walks: Numbers) -> Numbers:
    """Pairs x players: the gain of each player along an order and its reverse, averaged over the two.

    `orders` is what `mirrored_orders` gives; `walks` (orders x players + 1) holds the value with nobody, then with one
    player more at each step. The rows are independent estimates of the Shapley values, and each row sums to the mean
    gain of all players in its two walks.
    """
    credit = np.empty(orders.shape)
    np.put_along_axis(credit, orders, np.diff(walks, axis=1), axis=1)
    return credit.reshape(-1, 2, orders.shape[1]).mean(axis=1)
