"""The days that a file covers whole: their weekday, month and festival, and those that look lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from sanfang.tickets.tickets import Tickets

FESTIVALS = ("spring festival", "national day", "other holiday", "working weekend")
ORDINARY = ""

_SPRING = ("Chinese New Year", "Lunar New Year", "Spring Festival")
_NATIONAL = ("National Day",)

EARLY, LATE = 4, 20
"""A first day seen from before this hour, and a last one seen until after it, count as whole."""

USUAL = 20
"""A day without any request is taken as lost where its weekday has at least so many as a rule."""


@dataclass(frozen=True)
class Days:
    """Whole days in order. `dates`: datetime64[D]; `kind`: one of FESTIVALS or ORDINARY; `week`: number of the week."""

    dates: np.ndarray
    weekday: np.ndarray
    month: np.ndarray
    kind: np.ndarray
    week: np.ndarray
    lost: int
    """Days left out because they have no request although their weekday has many."""

    def __len__(self) -> int:
        return len(self.dates)

    @property
    def span(self) -> int:
        """Days from the first to the last, lost ones among them."""
        return int((self.dates[-1] - self.dates[0]).astype(int)) + 1 if len(self) else 0


def whole_days(tickets: Tickets, country: str | None) -> Days:
    """The days of the period that are covered whole, without those that look lost."""
    created, until = tickets.table["created"], tickets.end
    if len(created):
        until = min(until, created.max())  # a file may see closings long after its last request
    first, last = tickets.begin.normalize(), until.normalize()
    if tickets.created_has_time:
        first += pd.Timedelta(days=int(tickets.begin.hour >= EARLY))
        last -= pd.Timedelta(days=int(until.hour < LATE))
    dates = pd.date_range(first, last).to_numpy().astype("datetime64[D]")
    seen = created.to_numpy().astype("datetime64[D]")
    counts = counts_by_day(dates, seen)
    weekday = (dates.astype(int) + 3) % 7  # 1 January 1970 was a Thursday
    usual = np.array([np.median(counts[weekday == n]) if (weekday == n).any() else 0 for n in range(7)])
    kept = (counts > 0) | (usual[weekday] < USUAL)
    dates, weekday = dates[kept], weekday[kept]
    return Days(
        dates=dates,
        weekday=weekday,
        month=dates.astype("datetime64[M]").astype(int) % 12 + 1,
        kind=kinds_of(dates, country),
        week=(dates.astype(int) + 3) // 7,
        lost=int((~kept).sum()),
    )


def counts_by_day(dates: np.ndarray, created: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """How many of `created` (datetime64[D], any order) fall on each of `dates` (in order)."""
    if not len(dates):
        return np.zeros(0)
    place = np.searchsorted(dates, created)
    on = (place < len(dates)) & (dates[np.minimum(place, len(dates) - 1)] == created)
    return np.bincount(place[on], weights=None if weights is None else weights[on], minlength=len(dates)).astype(float)


def kinds_of(dates: np.ndarray, country: str | None) -> np.ndarray:
    """The festival of each date: one of FESTIVALS, or ORDINARY. All ORDINARY without a country."""
    if country is None or not len(dates):
        return np.full(len(dates), ORDINARY, dtype=object)
    plain = [date.item() for date in dates]
    known = {year: festivals(country, year) for year in {date.year for date in plain}}
    return np.array([known[date.year].get(date, ORDINARY) for date in plain], dtype=object)


@cache
def festivals(country: str, year: int) -> dict[dt.date, str]:
    """A country's festivals of a year by date, from the package `holidays`: its free days, the weekends that join them
    to one break, and the weekend days on which offices work in exchange. Empty for a country it does not know."""
    import holidays  # half a second, which only estimates need

    try:
        known = holidays.country_holidays(country, years=(year - 1, year, year + 1), language="en_US")
    except NotImplementedError:
        return {}
    exchanged = {date for date in getattr(known, "weekend_workdays", set()) if date.year == year}
    result: dict[dt.date, str] = dict.fromkeys(exchanged, "working weekend")
    for run in _breaks(set(known), exchanged):
        names = " ".join(known.get(date, "") for date in run)
        if any(word in names for word in _SPRING):
            kind = "spring festival"
        elif any(word in names for word in _NATIONAL):
            kind = "national day"
        else:
            kind = "other holiday"
        result |= {date: kind for date in run if date.year == year}
    return result


def _breaks(free: set[dt.date], exchanged: set[dt.date]) -> list[list[dt.date]]:
    """Runs of days without work that hold a free day: weekends are part of a break if they touch it."""
    one, runs, done = dt.timedelta(days=1), [], set()
    for date in sorted(free):
        if date in done:
            continue
        run = [date]
        while _is_off(run[-1] + one, free, exchanged):
            run.append(run[-1] + one)
        while _is_off(run[0] - one, free, exchanged):
            run.insert(0, run[0] - one)
        done |= set(run)
        runs.append(run)
    return runs


def _is_off(date: dt.date, free: set[dt.date], exchanged: set[dt.date]) -> bool:
    return date in free or (date.weekday() >= 5 and date not in exchanged)
