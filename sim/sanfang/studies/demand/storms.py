"""Storms in daily counts: days on which hardly anybody asks, and the days after them on which many do.

In Taipei a typhoon shows first as a day without work: requests collapse, or the date has no row at all. Then come the
reports of what fell and broke. A storm is found by its collapse alone, so that the size of what follows is free to be
nothing (a storm that turned away) or twice the usual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

Array = np.ndarray

COLLAPSE = 4.5
"""A day is a collapse where its logarithm lies this many robust standard deviations below what was expected."""

SEASON = (7, 9)
"""Months in which a collapse is put down to a storm: those of Taiwan's typhoons."""

SEASON_DAYS = 92

BEFORE, AFTER = 1, 14
"""Days before the collapse and after it that are taken for the storm's."""

APART = 5
"""Collapses fewer days apart are one storm."""


@dataclass(frozen=True)
class Storms:
    """Storms found in `seasons` storm seasons: the first day of collapse of each, and its days' logarithm over what was
    expected without it (storms x days from `BEFORE` before to `AFTER` after)."""

    days: tuple[pd.Timestamp, ...]
    profiles: Array
    seasons: float

    def rate(self) -> float:
        """Storms a year."""
        return len(self.days) / self.seasons

    def excess_days(self) -> Array:
        """Requests of each storm beyond what was expected, in usual days' requests."""
        return np.asarray((np.exp(self.profiles) - 1).sum(axis=1))


def storm_days(residual: pd.Series) -> tuple[pd.Timestamp, ...]:
    """First days of the collapses in `residual` (log of the count over what is expected; NaN: no record)."""
    low, high = residual.quantile([0.25, 0.75])
    spread = (high - low) / 1.349  # of a normal distribution
    dates = pd.DatetimeIndex(residual.index)
    summer = (dates.month >= SEASON[0]) & (dates.month <= SEASON[1])
    fallen = dates[(residual.isna() | (residual < -COLLAPSE * spread)) & summer]
    found: list[pd.Timestamp] = []
    for place, day in enumerate(fallen):
        if place == 0 or (day - fallen[place - 1]).days > APART:
            found.append(day)
    return tuple(found)


def around(days: tuple[pd.Timestamp, ...], dates: pd.DatetimeIndex) -> Array:
    """Which of `dates` belong to a storm."""
    inside = np.zeros(len(dates), bool)
    for day in days:
        gap = (dates - day).days
        inside |= (gap >= -BEFORE) & (gap <= AFTER)
    return inside


def profiles(days: tuple[pd.Timestamp, ...], residual: pd.Series) -> Array:
    """The residuals of each storm's days; 0 from the day before the next storm on. A date without a record counts as
    the mean collapse that was recorded, since nobody knows how many asked."""
    table = np.zeros((len(days), BEFORE + AFTER + 1))
    for row, day in enumerate(days):
        own = pd.date_range(day - pd.Timedelta(days=BEFORE), periods=table.shape[1])
        later = [other for other in days if other > day]
        mine = own < later[0] - pd.Timedelta(days=BEFORE) if later else np.ones(len(own), bool)
        table[row] = np.where(mine, residual.reindex(own), 0.0)
    if np.isnan(table).any():
        table[np.isnan(table)] = np.nanmean(np.nanmin(table[:, : BEFORE + 4], axis=1))
    return table


def seasons_in(dates: pd.DatetimeIndex) -> float:
    """Storm seasons that `dates` cover."""
    summer = (dates.month >= SEASON[0]) & (dates.month <= SEASON[1])
    return float(summer.sum() / SEASON_DAYS)


def drawn_rates(storms: Storms, random: np.random.Generator, draws: int) -> Array:
    """Storms a year, `draws` times from the posterior of their rate under Jeffreys' prior."""
    return random.gamma(len(storms.days) + 0.5, 1 / storms.seasons, draws)


def drawn(profiles: Array, rates: Array, dates: pd.DatetimeIndex, random: np.random.Generator) -> Array:
    """What storms add to the logarithm of each day: one row for each of `rates` (storms a year), one column a date.

    The first day of each storm is drawn evenly from the season, its days are one of `profiles` (storms x days).
    """
    added = np.zeros((len(rates), len(dates)))
    summer = np.flatnonzero((dates.month >= SEASON[0]) & (dates.month <= SEASON[1]))
    numbers = random.poisson(rates * len(summer) / SEASON_DAYS) if len(profiles) else np.zeros(len(rates), int)
    for draw in np.repeat(np.arange(len(rates)), numbers):
        first = int(random.choice(summer)) - BEFORE
        profile = profiles[random.integers(len(profiles))]
        begin, end = max(first, 0), min(first + len(profile), len(dates))
        added[draw, begin:end] += profile[begin - first : end - first]
    return added
