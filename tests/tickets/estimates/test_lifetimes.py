"""Fits of times agree with scipy where scipy can, and with theory where it cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sanfang.tickets.estimates.lifetimes import Family, LifetimeFit, Times, fit_lifetimes


def censored(days: np.ndarray, at: np.ndarray | float) -> Times:
    done = days <= at
    lower = np.where(done, days, at)
    return Times(lower, np.where(done, days, np.inf), np.zeros(len(days)), np.full(len(days), np.inf))


def fitted(times: Times, family: Family) -> LifetimeFit:
    fit = fit_lifetimes(times, family)
    assert fit is not None
    return fit


def draw(family: Family, number: int, seed: int = 1) -> np.ndarray:
    """Median 5 days; sd of the log 1, or shape 0.8."""
    rng = np.random.default_rng(seed)
    if family == "lognormal":
        return 5 * np.exp(rng.standard_normal(number))
    return 5 * (rng.exponential(size=number) / math.log(2)) ** (1 / 0.8)


@pytest.mark.parametrize("family", ["lognormal", "weibull"])
def test_censored_fits_are_those_of_scipy(family: Family) -> None:
    times = censored(draw(family, 400), np.random.default_rng(2).uniform(2, 30, 400))
    data = stats.CensoredData.right_censored(times.lower, ~times.done)
    distribution = stats.lognorm if family == "lognormal" else stats.weibull_min
    shape, _, scale = distribution.fit(data, floc=0)
    assert list(fitted(times, family).parameters().values()) == pytest.approx([shape, scale], rel=2e-3)


def test_without_censoring_the_lognormal_fit_and_its_errors_have_a_closed_form() -> None:
    """Mean and sd of the logs; their errors are sd / sqrt(n) and, of the log of the sd, 1 / sqrt(2 n)."""
    days = draw("lognormal", 500)
    log, fit = np.log(days), fitted(censored(days, np.inf), "lognormal")
    assert (fit.location, math.exp(fit.log_scale)) == pytest.approx((log.mean(), log.std()), rel=1e-4)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx([log.std() / 500**0.5, 1000**-0.5], rel=1e-3)
    expected = float(stats.lognorm(log.std(), scale=math.exp(log.mean())).logpdf(days).sum())
    assert fit.aic == pytest.approx(4 - 2 * expected)


@pytest.mark.parametrize(("family", "other"), [("lognormal", "weibull"), ("weibull", "lognormal")])
def test_aic_finds_the_distribution_that_the_times_are_from(family: Family, other: Family) -> None:
    times = censored(draw(family, 1000), 20.0)
    assert fitted(times, family).aic < fitted(times, other).aic - 10


@pytest.mark.parametrize("family", ["lognormal", "weibull"])
def test_what_a_file_of_closed_requests_cannot_hold_is_allowed_for(family: Family) -> None:
    """Taken as they are, the times of such a file have too short a median; with truncation it is the true one."""
    days, age = draw(family, 6000), np.random.default_rng(3).uniform(0, 60, 6000)
    seen = days <= age
    lower, none = days[seen], np.zeros(int(seen.sum()))
    plain = fitted(Times(lower, lower, none, np.full(len(lower), np.inf)), family)
    allowed = fitted(Times(lower, lower, none, age[seen]), family)
    median, error = allowed.quantile(0.5)
    assert plain.quantile(0.5)[0] < 4.5
    assert abs(math.log(median / 5)) < 3 * error < 0.3


def test_times_known_to_the_day_give_the_same_fit_as_exact_ones() -> None:
    days = draw("lognormal", 4000)
    whole = np.floor(days)
    none, all_ = np.zeros(len(days)), np.full(len(days), np.inf)
    exact = fitted(Times(days, days, none, all_), "lognormal")
    rough = fitted(Times(whole, whole + 1, none, all_), "lognormal")
    assert rough.quantile(0.5)[0] == pytest.approx(exact.quantile(0.5)[0], rel=0.02)
    assert rough.quantile(0.9)[0] == pytest.approx(exact.quantile(0.9)[0], rel=0.02)


def test_quantiles_and_shares_of_a_fit_belong_together() -> None:
    for family in ("lognormal", "weibull"):
        fit = fitted(censored(draw(family, 300), 20.0), family)
        for level in (0.1, 0.5, 0.9):
            assert float(fit.share_after(fit.quantile(level)[0])) == pytest.approx(1 - level)
