"""Days and weeks on which many needs arise: swings from week to week, noise of days, storms.

Sizes are those of a record (docs/demand.md); all are 0 unless a scenario sets them, and then every day's factor is 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from sanfang.model.kernel.draws import stream
from sanfang.scenario.conditions import Worsening

STORM_MONTHS = (7, 9)
"""First and last month of storms."""
SEASON_DAYS = 92
"""Days of these months."""
STORM_DAYS, STORM_FADES = 14, 3.0
"""Days that a storm brings needs, and how fast they become fewer: by 1/e in so many days."""


def burst_factors(settings: Worsening, dates: Sequence[dt.date], seed: int, *names: str) -> np.ndarray:
    """`[day]`: demand over the usual of each of consecutive `dates`; the mean over many seeds is 1, storms apart.

    The factors of the first days are the same however many follow.
    """
    factors = np.exp(_swing(settings, dates, seed, *names) + _noise(settings, dates, seed, *names))
    return np.asarray(factors + _storms(settings, dates, seed, *names))


def _swing(settings: Worsening, dates: Sequence[dt.date], seed: int, *names: str) -> np.ndarray:
    """Of the week of each date: an autoregression that begins in its stationary state."""
    if not settings.swing:
        return np.zeros(len(dates))
    weeks = (np.arange(len(dates)) + dates[0].weekday()) // 7
    shocks = stream(seed, "swing", *names).standard_normal(int(weeks[-1]) + 1)
    swing, memory = np.empty(len(shocks)), settings.swing_memory
    swing[0] = settings.swing * shocks[0]
    for week in range(1, len(shocks)):
        swing[week] = memory * swing[week - 1] + settings.swing * (1.0 - memory**2) ** 0.5 * shocks[week]
    return np.asarray(swing[weeks] - settings.swing**2 / 2.0)


def _noise(settings: Worsening, dates: Sequence[dt.date], seed: int, *names: str) -> np.ndarray:
    """Of each date by itself."""
    if not settings.day_noise:
        return np.zeros(len(dates))
    shocks = stream(seed, "day noise", *names).standard_normal(len(dates))
    return np.asarray(settings.day_noise * shocks - settings.day_noise**2 / 2.0)


def _storms(settings: Worsening, dates: Sequence[dt.date], seed: int, *names: str) -> np.ndarray:
    """What storms add: each day of the season is the first of a storm with the same chance, whatever came before."""
    added, faded = np.zeros(len(dates) + STORM_DAYS), np.exp(-np.arange(STORM_DAYS) / STORM_FADES)
    if settings.storms:
        faded *= settings.storm_excess / faded.sum()
        season = np.array([STORM_MONTHS[0] <= date.month <= STORM_MONTHS[1] for date in dates])
        begin = stream(seed, "storms", *names).random(len(dates)) < settings.storms / SEASON_DAYS
        for day in np.flatnonzero(season & begin):
            added[day : day + STORM_DAYS] += faded
    return added[: len(dates)]
