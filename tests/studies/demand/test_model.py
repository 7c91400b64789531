"""The regression of daily counts: its likelihood, what it finds, and what it does not know of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sanfang.studies.demand.design import design
from sanfang.studies.demand.model import Sizes, fit, forecast, size_errors, week_covariance, weighed

DAYS = pd.date_range("2016-01-04", periods=7 * 130)
TRUE = Sizes(drift=0.01, swing=0.06, memory=0.5, noise=0.1)


def made(seed: int, usual: float = 400) -> pd.Series:
    """Days drawn from the model: Mondays 0.2 above the mean on the log scale, summers 0.1 above it."""
    random = np.random.default_rng(seed)
    weeks = np.arange(len(DAYS)) // 7
    level = random.multivariate_normal(np.zeros(130), week_covariance(np.arange(130), np.arange(130), TRUE))
    monday = np.where(DAYS.day_of_week == 0, 0.2, -0.2 / 6)
    season = -0.1 * np.cos(2 * np.pi * (DAYS.day_of_year - 0.5) / 365.25)
    logs = np.log(usual) + level[weeks] + monday + season + TRUE.noise * random.standard_normal(len(DAYS))
    return pd.Series(random.poisson(np.exp(logs)).astype(float), index=DAYS)


def test_the_likelihood_by_weeks_is_that_of_all_days_together() -> None:
    """How much likelier one set of sizes is than another, against the normal distribution of all days at once."""
    days = made(1).iloc[:35]
    days.iloc[[3, 20]] = np.nan
    rows = pd.DataFrame({"level": np.ones(35)}, index=days.index)
    known = weighed(days, rows)

    def dense(sizes: Sizes) -> float:
        weeks = known.weeks[known.place]
        covariance = week_covariance(weeks, weeks, sizes) + np.diag(sizes.noise**2 + known.poisson)
        inverse = np.linalg.inv(covariance)
        one, target = known.days.T
        mean = (one @ inverse @ target) / (one @ inverse @ one)
        restricted = 0.5 * np.log(one @ inverse @ one)
        return float(-stats.multivariate_normal(np.full(len(one), mean), covariance).logpdf(target) + restricted)

    other = Sizes(0.03, 0.2, 0.2, 0.05)
    assert known.solved(TRUE)[0] - known.solved(other)[0] == pytest.approx(dense(TRUE) - dense(other), abs=1e-8)


def test_effects_are_found_within_their_errors() -> None:
    """Over ten made records the Monday's and the summer's effects lie around the truth as their errors say."""
    distances = []
    for seed in range(10):
        found = fit(made(seed), design(DAYS, 1))
        errors = found.errors()
        for name, truth in (("weekday.mon", 0.2), ("season.cos1", -0.1), ("free_weekday", 0.0)):
            distances.append((found.effects[name] - truth) / errors[name])
    assert abs(np.mean(distances)) < 3 / np.sqrt(30)
    assert 0.6 < np.std(distances) < 1.5  # chi-squared with 30 degrees of freedom: 0.75 to 1.25 in 95 of 100


def test_sizes_are_found_within_their_errors() -> None:
    rows = design(DAYS, 1)
    found = fit(made(3), rows)
    errors = size_errors(made(3), rows, found.sizes)
    for name in ("swing", "noise"):
        assert abs(getattr(found.sizes, name) - getattr(TRUE, name)) < 3 * getattr(errors, name), name


def test_a_date_without_a_record_is_not_a_day_without_requests() -> None:
    days = made(4)
    rows = design(DAYS, 1)
    gone, empty = days.copy(), days.copy()
    gone.iloc[100:103], empty.iloc[100:103] = np.nan, 0.0
    noise = [fit(one, rows).sizes.noise for one in (days, gone, empty)]
    assert noise[1] == pytest.approx(noise[0], rel=0.03)
    assert noise[2] > 1.5 * noise[0]


def test_a_forecast_knows_less_the_farther_it_looks() -> None:
    found = fit(made(5), design(DAYS, 1))
    ahead = pd.date_range(DAYS[-1] + pd.Timedelta(days=1), periods=364)
    variance = np.diag(forecast(found, design(ahead, 1))[1])
    assert variance[-1] > variance[7] > 0


def test_a_share_of_the_drift_is_taken() -> None:
    days, rows = made(6), design(DAYS, 1)
    assert fit(days, rows, 0.5).sizes.drift == pytest.approx(0.5 * fit(days, rows).sizes.drift)
