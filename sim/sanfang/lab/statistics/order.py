"""Medians and their intervals by order statistics, for values of which some were not reached.

A value that was not reached lies above all that was seen, so it has its place in an order, but no size: means and t
intervals of it do not exist, medians and counts do. Of two that were both not reached nobody knows which is longer. All
functions here say what holds whatever the unknown is: they work with the lowest and the highest that it may be.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from sanfang.lab.statistics.run_table import Flags, Numbers, quiet


def reached(values: Numbers) -> Numbers:
    """The rows of `values` as they are where every value was reached; NaN in the others, which have no mean."""
    return np.where(np.isinf(values).any(axis=-1, keepdims=True), np.nan, values)


def both_unreached(values: Numbers, base: Numbers) -> Flags:
    """Where neither was reached, so that it cannot be told which is higher."""
    return np.isinf(values) & np.isinf(base)


def bounds(values: Numbers, base: Numbers) -> tuple[Numbers, Numbers]:
    """The lowest and the highest that `values` - `base` may be."""
    untold = both_unreached(values, base)
    with quiet():
        delta = values - base
    return np.where(untold, -np.inf, delta), np.where(untold, np.inf, delta)


def median_interval(lowest: Numbers, highest: Numbers, confidence: float) -> tuple[Numbers, Numbers, Numbers]:
    """Median of each row and its interval, of values that lie between `lowest` and `highest` (rows x n).

    The interval is that of the sign test: from the k-th smallest to the k-th largest, where k is the largest number
    for which a binomial of n and 1/2 is below k with a chance of at most (1 - confidence) / 2 (Conover 1999, section
    3.2). It assumes nothing of the distribution, holds the median at least as often as it says, and where values are
    not known it holds it whatever they are. NaN where too few values give no interval (fewer than 6 at 95 %), and a
    median of NaN where it hangs on values that are not known.
    """
    low, high = np.sort(lowest, axis=1), np.sort(highest, axis=1)
    n = low.shape[1]
    with quiet():
        from_, to = np.median(low, axis=1), np.median(high, axis=1)
    middle = np.where(from_ == to, from_, np.nan)
    k = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5))
    if k == 0:
        return middle, np.full(len(low), np.nan), np.full(len(low), np.nan)
    return middle, low[:, k - 1], high[:, n - k]


def sign_test(higher: Numbers, lower: Numbers, untold: Numbers) -> Numbers:
    """Two-sided p of the sign test on counts of pairs; those that cannot be told count against what is seen.

    Equal pairs are left out (Conover 1999, section 3.4). 1 where there is no pair.
    """
    most, n = np.maximum(higher, lower), higher + lower + untold
    return np.minimum(2 * stats.binom.sf(most - 1, n, 0.5), 1.0)
