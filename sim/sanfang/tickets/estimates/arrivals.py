"""How many requests come a day: in all, by domain, neighbourhood and cell, as far as the file's selection allows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sanfang.tickets.estimates.counts import extra_variance, total_error
from sanfang.tickets.estimates.days import Days, counts_by_day, whole_days
from sanfang.tickets.estimates.profiles import Profiles, daily_fit, profiles
from sanfang.tickets.estimates.rows import is_request, requests_together
from sanfang.tickets.estimates.small_cells import FEW, FEWEST, OTHERS, pooled_cells, pooled_names
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Bound, Estimate, Refused, Result, Table, from_log
from sanfang.tickets.tickets import Tickets

UNIT = text("unit.requests_a_day")
FEWEST_DAYS = 14
"""With fewer whole days there is no rate with an error."""

WHY_BOUND = {
    "closed": text("why.bound_closed"),
    "last-change": text("why.bound_last_change"),
}
WHY_REFUSED = {
    "open": text("why.open_only"),
    "day": text("why.one_day"),
}


@dataclass(frozen=True)
class Arrivals:
    """Requests a day without duplicates (repeats count), and the shape of demand."""

    days: int
    """Days covered whole."""
    contacts: Result
    """All rows, duplicates among them."""
    requests: Result
    by_domain: Table
    by_neighbourhood: Table
    by_cell: dict[tuple[str, str], Result]
    """By domain and neighbourhood."""
    profiles: Profiles
    extra_variance: Result
    """Variance of a day's count beyond Poisson's, over the mean squared."""


def arrivals(tickets: Tickets, country: str | None) -> Arrivals:
    """All that the file tells of arrivals."""
    days = whole_days(tickets, country)
    own = is_request(tickets)
    table = tickets.table[own]
    created = table["created"].to_numpy().astype("datetime64[D]")
    counts = counts_by_day(days.dates, created)
    why = _why_none(tickets, days, counts)
    if why:
        none = Refused(why)
        return Arrivals(len(days), none, none, {}, {}, {}, Profiles.refused(why), none)
    fit = daily_fit(counts, days)
    every = counts_by_day(days.dates, tickets.table["created"].to_numpy().astype("datetime64[D]"))
    rater = _Rater(
        days, counts, fit.mean / fit.mean.sum(), len(fit.effects), tickets.selection, requests_together(tickets)
    )
    domains, places = pooled_names(table["domain"]), pooled_names(table["neighbourhood"])
    return Arrivals(
        days=len(days),
        contacts=rater.rate(every),
        requests=rater.rate(counts),
        by_domain=rater.by_name(domains, created) if "domain" in tickets.has or domains.notna().any() else {},
        by_neighbourhood=rater.by_name(places, created) if "neighbourhood" in tickets.has else {},
        by_cell=rater.by_cell(domains, places, created) if "neighbourhood" in tickets.has else {},
        profiles=profiles(tickets, days, counts, fit, table["created"]),
        extra_variance=_extra_variance(days, counts, fit.mean, len(fit.effects)),
    )


def _why_none(tickets: Tickets, days: Days, counts: np.ndarray) -> str:
    """Why there is no rate at all, or the empty string."""
    if tickets.selection in WHY_REFUSED:
        return WHY_REFUSED[tickets.selection]
    if len(days) < FEWEST_DAYS:
        return text("why.few_days", days=len(days), least=FEWEST_DAYS)
    if counts.sum() < 2 * FEWEST:
        return text("why.few_in_days", least=2 * FEWEST)
    return ""


@dataclass(frozen=True)
class _Rater:
    """Rates of parts of the requests, whose days are expected to vary as those of all do."""

    days: Days
    counts: np.ndarray
    shape: np.ndarray
    """Expected share of each day."""
    effects: int
    selection: str
    together: float
    """By how much the variance of a count is above its own, since troubles are back."""

    def rate(self, counts: np.ndarray) -> Result:
        """The rate of daily `counts`."""
        total = float(counts.sum())
        if total < FEWEST:
            return Refused(FEW)
        error, _ = total_error(counts, self.shape * total, self.effects, self.days.week)
        return self._result(total, math.sqrt(error**2 + self.together * total) / total)

    def by_name(self, names: pd.Series, created: np.ndarray) -> Table:
        """The rate of each name; missing ones are left out."""
        return {
            str(name): self.rate(counts_by_day(self.days.dates, created[(names == name).to_numpy()]))
            for name in sorted(names.dropna().unique(), key=lambda name: (name == OTHERS, name))
        }

    def by_cell(self, domains: pd.Series, places: pd.Series, created: np.ndarray) -> dict[tuple[str, str], Result]:
        """The rate of each domain in each neighbourhood that may be shown. Its dispersion is that of its weeks."""
        known = (domains.notna() & places.notna()).to_numpy() & np.isin(created, self.days.dates)
        if not known.any():
            return {}
        counts = pd.crosstab(domains[known], places[known])
        shown = pooled_cells(counts)
        weeks, week = np.unique(self.days.week, return_inverse=True)
        expected = np.bincount(week, weights=self.shape)
        of_row = week[np.searchsorted(self.days.dates, created[known])]
        domain = counts.index.get_indexer(pd.Index(domains[known]))
        place = counts.columns.get_indexer(pd.Index(places[known]))
        seen = np.zeros((len(weeks), *counts.shape))
        np.add.at(seen, (of_row, domain, place), 1.0)
        totals = counts.to_numpy().astype(float)
        mean = expected[:, None, None] * np.maximum(totals, 1.0)
        spread = np.maximum(((seen - mean) ** 2 / mean).sum(axis=0) / max(len(weeks) - 1, 1), 1.0)
        return {
            (str(counts.index[d]), str(counts.columns[p])): self._result(
                totals[d, p], math.sqrt((spread[d, p] + self.together) / totals[d, p])
            )
            for d, p in zip(*np.nonzero(shown), strict=True)
        }

    def _result(self, total: float, log_error: float) -> Result:
        weeks = len(np.unique(self.days.week))
        rate = from_log(total / len(self.days), log_error, int(total), UNIT, max(weeks - 1, 1))
        if self.selection in WHY_BOUND:
            return Bound(rate.low, rate.count, UNIT, WHY_BOUND[self.selection])
        return rate


def _extra_variance(days: Days, counts: np.ndarray, mean: np.ndarray, effects: int) -> Result:
    if len(np.unique(days.week)) < 8:
        return Refused(text("why.few_weeks"))
    value, low, high = extra_variance(counts, mean, effects, days.week)
    return Estimate(value, low, high, int(counts.sum()), text("unit.variance"))
