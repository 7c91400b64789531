"""What a file is: all requests of a period, only closed ones, only open ones, chosen by last change, or a day's cut.

How many requests arrive a day can be told from all of a period; from others it is refused, or is a bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sanfang.tickets.tickets import Selection

MANY = 50
"""Requests from which on it can be said what is missing."""


@dataclass(frozen=True)
class Selected:
    """What the file is, how that is known, and what may be said of arrivals."""

    selection: Selection
    reason: str
    """Which message says how it is known."""
    arrivals: str
    """`given`, `lower` (at least so many), or `refused`."""
    per_day: float
    """Requests a day over the days from the first to the last registration; NaN where that is refused."""
    days: int
    facts: dict[str, object] = field(default_factory=dict)


def selected(table: pd.DataFrame, has_closing: bool, last_change: bool, given: str = "") -> Selected:
    """What a file is, from its tickets, with `changed` beside; `given` is what a mapping says that it is.

    `last_change`: the closing is a last change that stands in, and tells nothing of its own.
    """
    count = len(table)
    if not count:
        return Selected("unknown", "nothing", "refused", np.nan, 0)
    created = table["created"]
    days = int((created.max().normalize() - created.min().normalize()) / pd.Timedelta(days=1)) + 1
    if given:
        return _told(given, "told", count, days)  # type: ignore[arg-type]
    if count < MANY:
        return Selected("unknown", "few", "refused", np.nan, days, {"n": count})
    by_change = _chosen_by(table, "changed")
    if by_change is not None and not _chosen_by_creation(table, "changed"):
        return _told("last-change", "by_change", count, days, share=by_change)
    if has_closing and not last_change:
        status, closed = table["status"], table["closed"].notna()
        ended = closed | status.isin(("closed", "solved", "unsolved", "referred", "duplicate", "cancelled"))
        if not ended.any():
            return _told("open", "none_closed", count, days)
        if ended.all() and (table["closed"].max() - created.max()) < pd.Timedelta(days=180):
            reason = "by_closing" if _chosen_by(table, "closed") is not None else "none_open"
            return _told("closed", reason, count, days)
        if ended.all() and days > 2:
            return _told("closed", "none_open_late", count, days)
    elif table["status"].notna().any():
        ended = table["status"].isin(("closed", "solved", "unsolved", "cancelled"))
        if not ended.any() and (table["status"] == "open").mean() > 0.9:
            return _told("open", "none_closed", count, days)
        if ended.mean() > 0.999:
            return _told("closed", "none_open", count, days)
    if days <= 2:
        return _told("day", "one_day", count, days)
    if not has_closing and not table["status"].notna().any():
        return _told("all", "no_end", count, days)
    return _told("all", "some_of_each", count, days)


def _told(selection: Selection, reason: str, count: int, days: int, **facts: object) -> Selected:
    arrivals = {"all": "given", "closed": "lower", "open": "lower", "day": "refused"}.get(selection, "refused")
    per_day = count / days if arrivals != "refused" else np.nan
    return Selected(selection, reason, arrivals, per_day, days, facts)


def _chosen_by(table: pd.DataFrame, column: str) -> float | None:
    """Share of requests registered before the first date of `column`, if all those dates lie in a period that begins
    sharply while registrations go back much further; else None."""
    dates, created = table[column], table["created"]
    if dates.notna().mean() < 0.98:
        return None
    first, last = pd.Timestamp(dates.quantile(0.001)), dates.max()  # type: ignore[arg-type]
    before = float((created < first - pd.Timedelta(days=1)).mean())
    whole = last - created.min()
    if before < 0.1 or whole <= pd.Timedelta(0) or (last - first) > 0.5 * whole:
        return None
    return before


def _chosen_by_creation(table: pd.DataFrame, column: str) -> bool:
    """Whether dates cluster at the end because everything was changed then at once, as when a system is moved."""
    dates = table[column].dropna()
    return bool(dates.dt.normalize().value_counts(normalize=True).iloc[0] > 0.5)
