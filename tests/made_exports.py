"""Exports made from a plain stochastic process of known truth: rates, shapes, duplicates, silence, repeats, times.

New troubles come as a Cox process: the day's mean is the base rate by weekday, month and festival, times gamma noise of
mean 1. After its first report a trouble is reported again at its domain's Poisson rate until it is closed. A closed one
is back with a known chance, within 28 days, by the expected demand of each. The record begins a while after the
process does, and ends while it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sanfang.tickets.estimates.days import kinds_of
from sanfang.tickets.tickets import STATUSES, Selection, Tickets

BURN_IN = 120
"""Days before the record begins."""


@dataclass(frozen=True)
class Truth:
    """What an export is made from."""

    begin: str = "2023-01-01"
    days: int = 730
    rates: dict[str, float] = field(default_factory=lambda: {"facilities": 3.0, "order": 2.0, "property": 1.2})
    """New troubles a day, on the average ordinary day."""
    weekday: tuple[float, ...] = (0.18, 0.17, 0.16, 0.15, 0.14, 0.11, 0.09)
    month: tuple[float, ...] = (0.07, 0.07, 0.08, 0.08, 0.09, 0.10, 0.10, 0.10, 0.09, 0.08, 0.07, 0.07)
    festival: dict[str, float] = field(
        default_factory=lambda: {"spring festival": 0.5, "national day": 0.7, "working weekend": 1.5}
    )
    noise: float = 0.10
    """Variance of the day's gamma noise: beyond Poisson's, over the mean squared."""
    hours: tuple[float, ...] = (0.005,) * 7 + (0.065,) * 14 + (0.055 / 3,) * 3
    reports: dict[str, float] = field(default_factory=lambda: {"facilities": 0.10, "order": 0.05, "property": 0.02})
    """Further reports a day of a trouble that is open; 1 / this is the mean silence."""
    close: dict[str, tuple[str, float, float]] = field(
        default_factory=lambda: {
            "facilities": ("lognormal", 4.0, 1.0),
            "order": ("weibull", 6.0, 0.8),
            "property": ("lognormal", 9.0, 1.2),
        }
    )
    """Family, median days, and sd of the log or shape."""
    back: float = 0.12
    transferred: float = 0.3
    phone: float = 0.55
    places: dict[str, float] = field(default_factory=lambda: {"Riverside": 0.5, "Old town": 0.3, "Harbour": 0.2})

    @property
    def requests_a_day(self) -> dict[str, float]:
        """With those that are back: 1 / (1 - back) a trouble."""
        return {name: rate / (1 - self.back) for name, rate in self.rates.items()}

    def quantile(self, domain: str, level: float) -> float:
        """The time by which `level` of a domain's requests are closed."""
        from scipy import stats

        family, median, shape = self.close[domain]
        if family == "lognormal":
            return float(median * np.exp(shape * stats.norm.ppf(level)))
        return float(median * (np.log(1 - level) / np.log(0.5)) ** (1 / shape))


def _close_days(truth: Truth, domain: str, rng: np.random.Generator, number: int) -> np.ndarray:
    family, median, shape = truth.close[domain]
    if family == "lognormal":
        return median * np.exp(shape * rng.standard_normal(number))
    return median * (rng.exponential(size=number) / np.log(2)) ** (1 / shape)


def day_factors(truth: Truth) -> np.ndarray:
    """The expected demand of each day, burn-in included, over that of an average ordinary day."""
    first = pd.Timestamp(truth.begin) - pd.Timedelta(days=BURN_IN)
    dates = pd.date_range(first, periods=BURN_IN + truth.days).to_numpy().astype("datetime64[D]")
    weekday, month = (dates.astype(int) + 3) % 7, dates.astype("datetime64[M]").astype(int) % 12
    kind = kinds_of(dates, "CN")
    ratio = np.array([truth.festival.get(str(name), 1.0) for name in kind])
    return 7 * np.array(truth.weekday)[weekday] * 12 * np.array(truth.month)[month] * ratio


def _moments(truth: Truth, rng: np.random.Generator, day: np.ndarray) -> np.ndarray:
    """Days with a time of day, by the profile of the hours."""
    hour = rng.choice(24, size=len(day), p=np.array(truth.hours) / sum(truth.hours))
    return day + (hour + rng.random(len(day))) / 24


def made_tickets(seed: int, truth: Truth | None = None, selection: Selection = "all") -> Tickets:
    """One export."""
    truth = truth or Truth()
    rng = np.random.default_rng(seed)
    factor = day_factors(truth)
    noise = rng.gamma(1 / truth.noise, truth.noise, len(factor)) if truth.noise else np.ones(len(factor))
    rows: list[pd.DataFrame] = []
    number = 0
    for domain, rate in truth.rates.items():
        day = np.repeat(np.arange(len(factor)), rng.poisson(rate * factor * noise)).astype(float)
        reported, earlier = _moments(truth, rng, day), np.full(len(day), -1)
        while len(reported):
            key = number + np.arange(len(reported))
            number += len(reported)
            closed = reported + _close_days(truth, domain, rng, len(reported))
            rows.append(
                pd.DataFrame(
                    {"key": key, "at": reported, "closed": closed, "domain": domain, "earlier": earlier, "of": -1}
                )
            )
            more = rng.poisson(truth.reports[domain] * (closed - reported))
            which = np.repeat(np.arange(len(reported)), more)
            at = reported[which] + rng.random(len(which)) * (closed - reported)[which]
            rows.append(
                pd.DataFrame(
                    {"key": -1, "at": at, "closed": closed[which], "domain": domain, "earlier": -1, "of": key[which]}
                )
            )
            is_back = (rng.random(len(reported)) < truth.back) & (closed < len(factor))
            reported, earlier = _back(truth, rng, closed[is_back], factor), key[is_back]
            kept = reported < len(factor)
            reported, earlier = reported[kept], earlier[kept]
    table = pd.concat(rows, ignore_index=True)
    return _recorded(table, truth, rng, selection)


def _back(truth: Truth, rng: np.random.Generator, closed: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """When those that are back come: on one of the 28 days after that of closing, by the expected demand of each."""
    if not len(closed):
        return closed
    day = np.floor(closed).astype(int)[:, None] + np.arange(1, 29)
    weight = np.append(factor, np.ones(29))[day].cumsum(axis=1)
    chosen = (rng.random(len(closed))[:, None] * weight[:, -1:] > weight).sum(axis=1)
    return _moments(truth, rng, day[np.arange(len(closed)), chosen].astype(float))


def _recorded(table: pd.DataFrame, truth: Truth, rng: np.random.Generator, selection: Selection) -> Tickets:
    """The rows that the file holds, as a table of tickets."""
    begin = pd.Timestamp(truth.begin)
    end = begin + pd.Timedelta(days=truth.days) - pd.Timedelta(seconds=1)
    table = table[(table["at"] >= BURN_IN) & (table["at"] < BURN_IN + truth.days)]
    open_ = table["closed"] >= BURN_IN + truth.days
    if selection == "closed":
        table = table[~open_]
    elif selection == "open":
        table = table[open_]
    table = table.sort_values("at", kind="stable").reset_index(drop=True)
    place = pd.Series(table.index, index=table["key"])[lambda one: one.index >= 0]

    def linked(keys: pd.Series) -> np.ndarray:  # type: ignore[type-arg]
        return keys.map(place).fillna(-1).astype("int64").to_numpy()

    duplicate_of = linked(table["of"])
    table = table[(duplicate_of >= 0) | (table["of"] < 0)]  # the first report was before the record began
    table = table.reset_index(drop=True)
    place = pd.Series(table.index, index=table["key"])[lambda one: one.index >= 0]
    start = begin - pd.Timedelta(days=BURN_IN)
    moment = (start + pd.to_timedelta(table["at"], unit="D")).dt.floor("s")
    closed = (
        (start + pd.to_timedelta(table["closed"].clip(upper=50_000), unit="D"))
        .dt.floor("s")
        .where(table["closed"] < BURN_IN + truth.days)
    )
    rows = len(table)
    names = list(truth.places)
    made = pd.DataFrame(
        {
            "created": moment,
            "closed": closed,
            "due": pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns]"),
            "domain": pd.Categorical(table["domain"]),
            "category": pd.Categorical(table["domain"]),
            "department": pd.Categorical([None] * rows),
            "neighbourhood": pd.Categorical(rng.choice(names, size=rows, p=list(truth.places.values()))),
            "channel": pd.Categorical(np.where(rng.random(rows) < truth.phone, "phone", "app")),
            "rating": np.nan,
            "status": pd.Categorical(np.where(closed.isna(), "open", "closed"), categories=STATUSES),
            "transfers": np.where(rng.random(rows) < truth.transferred, 1.0 + rng.poisson(0.3, rows), 0.0),
            "duplicate_of": linked(table["of"]),
            "repeats": linked(table["earlier"]),
        }
    )
    has = {
        "created",
        "closed",
        "domain",
        "category",
        "neighbourhood",
        "channel",
        "status",
        "transfers",
        "duplicate_of",
        "repeats",
    }
    return Tickets(made, frozenset(has), begin, end, selection)
