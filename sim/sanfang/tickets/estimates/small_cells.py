"""Nothing that is written counts fewer than five requests, and nothing smaller follows from what is written."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Refused, Result, share_of

FEWEST = 5
"""Requests of a cell that may be shown."""

OTHERS = "(others)"
"""The name under which small cells stand together."""

FEW = text("why.few", least=FEWEST)


def pooled_names(names: pd.Series) -> pd.Series:
    """The names as text, those of small cells as OTHERS; missing ones stay missing.

    If what is pooled is itself too small, the smallest of the others joins it, so that it cannot be told from the sum.
    """
    text = names.astype("str").where(names.notna())
    counts = text.value_counts()
    small = set(counts.index[counts < FEWEST])
    if small and counts[list(small)].sum() < FEWEST:
        rest = counts.drop(list(small))
        small |= set(rest.index[-1:])
    return text.where(~text.isin(small), OTHERS).where(text.notna())


def pooled_cells(counts: pd.DataFrame) -> np.ndarray:
    """Which cells of a table of counts may be shown: true or false for each.

    Rows and columns may be known by their sums. So a row or column hides no cell, or cells that are at least five
    together; while that is not so, its smallest shown cell is hidden as well (complementary suppression).
    """
    values = counts.to_numpy()
    hidden = (values > 0) & (values < FEWEST)
    for _ in range(values.size):
        changed = False
        for axis in (0, 1):
            sums = np.where(hidden, values, 0).sum(axis=axis)
            for n in np.flatnonzero((sums > 0) & ((sums < FEWEST) | (hidden.sum(axis=axis) == 1))):
                line = (slice(None), n) if axis == 0 else (n, slice(None))
                shown = np.where(hidden[line] | (values[line] == 0), np.iinfo(np.int64).max, values[line])
                if shown.min() < np.iinfo(np.int64).max:
                    hidden[line][int(shown.argmin())] = True
                    changed = True
        if not changed:
            break
    return ~hidden & (values > 0)


def ring_groups(counts: np.ndarray) -> np.ndarray:
    """The group of each place of a ring (hours of the day, days of the week): neighbours stand together until each
    group has at least FEWEST. One number a place, from 0 on."""
    groups = [[place] for place in range(len(counts))]
    while len(groups) > 1:
        sums = [float(counts[group].sum()) for group in groups]
        least = int(np.argmin(sums))
        if sums[least] >= FEWEST:
            break
        before, after = (least - 1) % len(groups), (least + 1) % len(groups)
        other = before if sums[before] <= sums[after] else after
        joined = groups[least] + groups[other]
        groups = [group for n, group in enumerate(groups) if n not in (least, other)]
        groups.append(joined)
        groups.sort(key=min)
    result = np.empty(len(counts), dtype=int)
    for n, group in enumerate(groups):
        result[group] = n
    return result


def seen_share(flags: np.ndarray, clusters: np.ndarray, unit: str, note: str = "") -> Result:
    """The share of true `flags` (see `share_of`), unless so few are true, or false, that they could be counted."""
    few = 0 < flags.sum() < FEWEST or 0 < (~flags).sum() < FEWEST or len(flags) < FEWEST
    return Refused(FEW) if few else share_of(flags, clusters, unit, note)
