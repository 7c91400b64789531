"""The yuan of an evaluation window: what was given for its days, and what became of it.

Money comes on the first day of a month, for its days; so a window that begins or ends within a month has that share of
it (accrual accounting). What was left from before is used first, as carried-over funds are: it pays for the first cases
of the window, and is not counted. What is left at the end, or has lapsed, is the window's own as far as so much was
given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.state import DEPARTMENT
from sanfang.scenario.dates import days_left_in_month
from sanfang.scenario.place import Calendar

FROM_POTS = (h.Y_CASES, h.Y_MARKET)
"""What the pots pay for, day by day."""

LEFT = (h.Y_STRANDED, h.Y_UNSPENT)
"""What of a pot pays for nothing."""


@dataclass(frozen=True)
class Pots:
    """What pots gave and hold, by tier from grid to department."""

    moved: np.ndarray
    """`[tier, heading]`: yuan booked in the window; of it `FROM_POTS` were paid and `LEFT` lapsed."""
    held: np.ndarray
    """`[tier]`: yuan in the pots at the end of the window."""
    waiting: float
    """Yuan that parts of cases wait for at the end."""


def moved(spent_so_far: Sequence[np.ndarray], first: int, end: int) -> np.ndarray:
    """What days `first` to `end` - 1 have booked, `[tier, heading]`, of `spent_so_far[day]` from grid to department."""
    until = spent_so_far[end - 1][: DEPARTMENT + 1]
    return until - spent_so_far[first - 1][: DEPARTMENT + 1] if first > 0 else until


def yuan_of(
    ahead: np.ndarray, into_pots: np.ndarray, calendar: Calendar, first: int, end: int, pots: Pots
) -> np.ndarray:  # fmt: skip
    """Yuan given for days `first` to `end` - 1, `[tier, heading]`; it sums to what was given for these days.

    `ahead` and `into_pots` are of the months of a run by this calendar; see `MonthBooks`. Wages are apart.
    """
    shares = shares_of_months(calendar, len(ahead), first, end)
    to_come = shares_of_months(calendar, len(ahead), end, None)
    yuan = np.tensordot(shares, ahead, 1)
    given, not_yet_due = shares @ into_pots, to_come @ into_pots
    left = _left(pots, not_yet_due)
    kept = np.clip(left.sum(axis=1), 0.0, given)
    yuan[:, LEFT] += _in_proportion(left, kept)
    paid = pots.moved[:, FROM_POTS].reshape(1, -1)  # of all tiers together: departments send money down
    yuan[:, FROM_POTS] += _in_proportion(paid, np.array([(given - kept).sum()])).reshape(len(yuan), -1)
    return np.asarray(yuan)


def shares_of_months(calendar: Calendar, months: int, first: int, end: int | None, begin: int = 0) -> np.ndarray:
    """The share of each month's days, from its money to its end, that are days `first` to `end` - 1 (None: all).

    The first of so many `months` has its money on day `begin`, on which the run begins.
    """
    shares = np.zeros(months)
    for month in range(months):
        until = begin + days_left_in_month(calendar, begin)[0]
        inside = (until if end is None else min(until, end)) - max(begin, first)
        shares[month], begin = max(inside, 0) / (until - begin), until
    return shares


def _left(pots: Pots, not_yet_due: np.ndarray) -> np.ndarray:
    """What is left of the pots' money, lapsed or held at the end, `[tier, (stranded, unspent)]`; that of days to come
    is not. What is held is stranded as far as cases wait for money."""
    held = np.maximum(pots.held - not_yet_due, 0.0)
    stranded = min(1.0, pots.waiting / held.sum()) if held.sum() > 0 else 0.0
    return np.asarray(pots.moved[:, LEFT] + np.stack([held * stranded, held * (1.0 - stranded)], axis=1))


def _in_proportion(parts: np.ndarray, total: np.ndarray) -> np.ndarray:
    """`total[tier]` split as `parts[tier, n]` are; all of it the first where there are none."""
    whole = parts.sum(axis=1, keepdims=True)
    first = np.eye(parts.shape[1])[0]
    shares = np.divide(parts, whole, out=np.tile(first, (len(parts), 1)), where=whole > 0)
    return np.asarray(shares * total[:, None])
