"""When requests come: by weekday, month, hour of the day and festival, from one fit of the daily counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.tickets.estimates.counts import CountFit, fit_counts
from sanfang.tickets.estimates.days import FESTIVALS, ORDINARY, Days
from sanfang.tickets.estimates.small_cells import FEWEST, ring_groups
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import LEVEL, Estimate, Refused, Result, Table, from_log
from sanfang.tickets.tickets import Tickets

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
YEAR = 365
LONG = 2 * YEAR
"""Days from which on a trend can be told from the seasons, and is in the fit."""

FEWEST_DAYS_OF_HOURS = 14
FEWEST_OF_A_FESTIVAL = 3
"""Days."""


@dataclass(frozen=True)
class Profiles:
    """Shares that sum to 1 (weekday, month at equal length, hour), and festivals as ratios to an ordinary day.

    Each is a table by name, or one refusal under the name "all".
    """

    weekday: Table
    month: Table
    hour: Table
    festival: Table

    @classmethod
    def refused(cls, reason: str) -> Profiles:
        """None of them, for one reason."""
        none: dict[str, Result] = {"all": Refused(reason)}
        return cls(none, none, none, none)


@dataclass(frozen=True)
class _Design:
    """The columns of the fit, and where each effect stands."""

    columns: np.ndarray
    weekday: list[np.ndarray]
    """For each weekday the row that, times the effects, is its effect."""
    month: list[np.ndarray]
    festival: dict[str, np.ndarray]


def daily_fit(counts: np.ndarray, days: Days) -> CountFit:
    """The fit of daily counts by weekday, festival and, from a year on, month; from two years on with a trend."""
    return fit_counts(counts, _design(counts, days).columns, days.week)


def profiles(tickets: Tickets, days: Days, counts: np.ndarray, fit: CountFit, created: pd.Series) -> Profiles:
    """The profiles of `counts`, whose fit is `fit`; `created`: time stamps of the same requests, for the hours."""
    design, total = _design(counts, days), int(counts.sum())
    partly = tickets.selection in ("closed", "last-change")
    return Profiles(
        weekday=_shares(fit, design.weekday, WEEKDAYS, total),
        month=_months(fit, design, days, total, partly),
        hour=_hours(tickets, days, created),
        festival=_festivals(fit, design, days, counts),
    )


def _design(counts: np.ndarray, days: Days) -> _Design:
    """An intercept, then weekdays, months, festivals, trend. Levels with too few requests share an effect."""
    parts: list[np.ndarray] = [np.ones(len(days))]
    ordinary = days.kind == ORDINARY
    width = 1

    def levels(of_day: np.ndarray, number: int, basis: np.ndarray) -> list[tuple[int, ...]]:
        """Add a factor; for each level the columns that make its effect."""
        nonlocal width
        seen = np.bincount(of_day[basis], weights=counts[basis], minlength=number)
        group = ring_groups(seen)
        first = width
        for one in range(1, group.max() + 1):
            parts.append((group[of_day] == one).astype(float))
            width += 1
        return [() if one == 0 else (first + one - 1,) for one in group]

    weekday = levels(days.weekday, 7, ordinary) if ordinary.any() else [()] * 7
    month = levels(days.month - 1, 12, np.ones(len(days), dtype=bool)) if days.span >= YEAR else [()] * 12
    festival: dict[str, tuple[int, ...]] = {}
    for name in FESTIVALS:
        on = days.kind == name
        if counts[on].sum() >= FEWEST and not on.all():
            parts.append(on.astype(float))
            festival[name] = (width,)
            width += 1
    if days.span >= LONG:
        time = days.dates.astype(float)
        parts.append((time - time.mean()) / YEAR)
        width += 1

    def row(columns: tuple[int, ...]) -> np.ndarray:
        result = np.zeros(width)
        result[list(columns)] = 1.0
        return result

    return _Design(
        np.column_stack(parts),
        [row(columns) for columns in weekday],
        [row(columns) for columns in month],
        {name: row(columns) for name, columns in festival.items()},
    )


def _shares(fit: CountFit, rows: list[np.ndarray], names: tuple[str, ...], total: int) -> Table:
    """The shares exp(effect) / sum of all, with errors by the delta method on the log."""
    matrix = np.array(rows)
    weight = np.exp(matrix @ fit.effects)
    share = weight / weight.sum()
    middle = share @ matrix
    return {
        name: from_log(float(share[n]), fit.error(matrix[n] - middle), total, text("unit.share"), fit.df)
        for n, name in enumerate(names)
    }


def _months(fit: CountFit, design: _Design, days: Days, total: int, partly: bool) -> Table:
    if partly:
        return {"all": Refused(text("why.months_mislead"))}
    if days.span < YEAR:
        return {"all": Refused(text("why.short_of_year", days=days.span))}
    if len(np.unique(days.month)) < 12:
        return {"all": Refused(text("why.month_missing"))}
    shares = _shares(fit, design.month, MONTHS, total)
    if days.span >= LONG:
        return shares
    note = text("note.one_year")
    return {
        name: Estimate(one.value, one.low, one.high, one.count, one.unit, note)
        for name, one in shares.items()
        if isinstance(one, Estimate)
    }


def _hours(tickets: Tickets, days: Days, created: pd.Series) -> Table:
    """Shares of the hours. Days are clusters: a storm's evening is one event, however many call."""
    if not tickets.created_has_time:
        return {"all": Refused(text("why.dates_only"))}
    if len(days) < FEWEST_DAYS_OF_HOURS:
        return {"all": Refused(text("why.few_whole_days", least=FEWEST_DAYS_OF_HOURS))}
    date = created.to_numpy().astype("datetime64[D]")
    on = np.isin(date, days.dates)
    day, hour = np.searchsorted(days.dates, date[on]), created.dt.hour.to_numpy()[on]
    table = np.zeros((len(days), 24))
    np.add.at(table, (day, hour), 1.0)
    totals, sums = table.sum(axis=1), table.sum(axis=0)
    group = ring_groups(sums)
    factor = float(stats.t.ppf((1 + LEVEL) / 2, len(days) - 1))
    result: dict[str, Result] = {}
    for place in range(24):
        members = group == group[place]
        hits, size = table[:, members].sum(axis=1), int(members.sum())
        share = hits.sum() / totals.sum()
        variance = ((hits - share * totals) ** 2).sum() * len(days) / (len(days) - 1)
        poisson = hits.sum() * (1 - share)
        log_error = float(np.sqrt(max(variance, poisson)) / hits.sum())
        note = "" if size == 1 else text("note.pooled_hours")
        value = float(share) / size
        spread = float(np.exp(factor * log_error))
        result[f"{place:02d}"] = Estimate(
            value, value / spread, value * spread, int(hits.sum()), text("unit.share"), note
        )
    return result


def _festivals(fit: CountFit, design: _Design, days: Days, counts: np.ndarray) -> Table:
    """How many come on a day of a festival, over an ordinary day of that weekday and month."""
    if (days.kind == ORDINARY).all():
        return {"all": Refused(text("why.no_festival"))}
    result: dict[str, Result] = {}
    for name in FESTIVALS:
        on = days.kind == name
        seen = int(on.sum())
        if not seen:
            continue
        if name not in design.festival or seen < FEWEST_OF_A_FESTIVAL:
            result[name] = Refused(text("why.few_of_festival", seen=seen, least=FEWEST))
            continue
        row = design.festival[name]
        breaks = int((np.diff(np.flatnonzero(on)) > 1).sum()) + 1
        note = text("note.festival" if breaks == 1 else "note.festivals", seen=seen, breaks=breaks)
        value, error = float(np.exp(row @ fit.effects)), fit.error(row)
        result[name] = from_log(value, error, int(counts[on].sum()), text("unit.ordinary"), fit.df, note)
    return result
