"""Days drawn with a demand's shape: what multiplies a usual day's requests, day by day.

    shape = read_shapes()["reports"]
    days = pd.date_range("2026-01-01", periods=365)
    many = multipliers(shape, days, np.random.default_rng(1), draws=100)  # 100 x 365

A count is Poisson with mean (requests of a usual day) x multiplier.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sanfang.studies.demand import storms
from sanfang.studies.demand.design import festival_distance, festival_rows, free_days, season_rows, weeks_of
from sanfang.studies.demand.shape import YEAR, Shape

Array = np.ndarray


def calendar_multipliers(shape: Shape, dates: pd.DatetimeIndex, country: str = "TW") -> Array:
    """What the calendar alone makes of each of `dates`, over the mean day of a year without festival and free days.

    `country`: whose free days and worked weekends (a code that `holidays` knows).
    """
    return np.asarray(np.exp(_calendar(shape, dates, country)) / np.exp(_season(shape, YEAR)).mean())


def multipliers(
    shape: Shape,
    dates: pd.DatetimeIndex,
    random: np.random.Generator,
    draws: int = 1,
    country: str = "TW",
    drifting: bool = False,
) -> Array:
    """`draws` x `dates` multipliers of a usual day's requests, with storms, swings of weeks and noise of days.

    Swing and noise have mean 1, so that the mean over many draws is the calendar's times what storms add. With
    `drifting` the level walks from 1 on the first week; without it a year stays at its level.
    """
    weeks = weeks_of(dates)
    weeks = weeks - weeks.min()
    sizes = shape.sizes
    shocks = random.standard_normal((draws, weeks.max() + 1))
    swing = np.empty_like(shocks)
    swing[:, 0] = sizes.swing * shocks[:, 0]
    for week in range(1, shocks.shape[1]):
        fresh = sizes.swing * np.sqrt(1 - sizes.memory**2) * shocks[:, week]
        swing[:, week] = sizes.memory * swing[:, week - 1] + fresh
    logs = swing[:, weeks] + sizes.noise * random.standard_normal((draws, len(dates)))
    logs -= (sizes.swing**2 + sizes.noise**2) / 2  # the mean of a lognormal is 1
    logs += storms.drawn(shape.storms, np.full(draws, shape.storms_a_year), dates, random)
    if drifting:
        logs += np.cumsum(sizes.drift * random.standard_normal(shocks.shape), axis=1)[:, weeks]
    return np.asarray(np.exp(logs) * calendar_multipliers(shape, dates, country))


def _calendar(shape: Shape, dates: pd.DatetimeIndex, country: str) -> Array:
    free, after, worked = free_days(dates, country)
    singles = free * shape.free_weekday + after * shape.after_free + worked * shape.worked_weekend
    festival = festival_rows(festival_distance(dates)) @ shape.festival
    return np.asarray(shape.weekday[dates.day_of_week] + _season(shape, dates) + festival + singles)


def _season(shape: Shape, dates: pd.DatetimeIndex) -> Array:
    return np.asarray(season_rows(dates, len(shape.season)) @ shape.season.ravel())
