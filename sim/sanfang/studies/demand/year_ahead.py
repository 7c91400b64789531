"""A year of weeks ahead, from what was known the day before: a band that says how surely.

Weeks are drawn, not computed: level and swing of each week from their joint distribution (errors of the effects within
it), storms, noise of days and Poisson counts on top. The quantiles of many such years are the band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sanfang.studies.demand import storms
from sanfang.studies.demand.design import design
from sanfang.studies.demand.model import Fit, fit, forecast, residuals

Array = np.ndarray

BAND = 0.9
"""Share of weeks that a band is meant to hold."""


@dataclass(frozen=True)
class Settings:
    """What cross-validation chooses: `harmonics` of the season, and the share of the likeliest drift that is used."""

    harmonics: int
    drift_share: float


@dataclass(frozen=True)
class Trained:
    """What was learned from one series of daily counts: effects and sizes without storms, and the storms apart."""

    settings: Settings
    fit: Fit
    storms: storms.Storms


def train(counts: pd.Series, settings: Settings, storm_days: tuple[pd.Timestamp, ...] | None = None) -> Trained:
    """Learn from `counts` (a day each, NaN where there is no record).

    Storms are found in a first fit and left out of the second one; `storm_days` says when they were, if another series
    showed it better.
    """
    dates = pd.DatetimeIndex(counts.index)
    rows = design(dates, settings.harmonics)
    if storm_days is None:
        storm_days = storms.storm_days(residuals(fit(counts, rows), counts, rows))
    fitted = fit(counts.mask(storms.around(storm_days, dates)), rows, settings.drift_share)
    over = storms.profiles(storm_days, residuals(fitted, counts, rows))
    return Trained(settings, fitted, storms.Storms(storm_days, over, storms.seasons_in(dates)))


def drawn_weeks(trained: Trained, dates: pd.DatetimeIndex, seed: int, draws: int) -> Array:
    """Counts of whole weeks, draws x weeks. `dates` are consecutive days from a Monday on, after the training days.

    Raises ValueError where they are not whole weeks.
    """
    if len(dates) % 7 or dates[0].weekday() != 0:
        raise ValueError(f"whole weeks from a Monday on are wanted, not {len(dates)} days from {dates[0]:%A}")
    random = np.random.default_rng(seed)
    mean, covariance = forecast(trained.fit, design(dates, trained.settings.harmonics))
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(dates)))
    logs = mean + random.standard_normal((draws, len(dates))) @ root.T
    rates = storms.drawn_rates(trained.storms, random, draws)
    logs += storms.drawn(trained.storms.profiles, rates, dates, random)
    logs += trained.fit.sizes.noise * random.standard_normal(logs.shape)
    counts = random.poisson(np.exp(logs))
    return np.asarray(counts.reshape(draws, -1, 7).sum(axis=2))


def band(weeks: Array) -> pd.DataFrame:
    """`low`, `median` and `high` of each week: the middle `BAND` of the draws (draws x weeks)."""
    low, median, high = np.quantile(weeks, [(1 - BAND) / 2, 0.5, (1 + BAND) / 2], axis=0)
    return pd.DataFrame({"low": low, "median": median, "high": high})


def forecast_weeks(
    trained: Trained, first: pd.Timestamp, weeks: int = 52, seed: int = 1, draws: int = 4000
) -> pd.DataFrame:
    """The band of `weeks` weeks from the Monday `first` on."""
    return band(drawn_weeks(trained, pd.date_range(first, periods=7 * weeks), seed, draws))
