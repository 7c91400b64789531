"""Curves, means and quantiles of durations that are cut off, and the Gini index, are those of small examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from sanfang.metrics.residents import gini
from sanfang.metrics.survival import quantile, restricted_mean, survival

REMISSION = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)

RELAPSED = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
"""Weeks in remission under 6-mercaptopurine (Freireich and others 1963), the textbook case of censoring."""


def test_quantiles_of_censored_durations_are_those_of_the_textbook() -> None:
    """Kaplan and Meier's curve of Freireich's patients: 0.857 at 6, 0.753 at 10, 0.448 at 23 weeks and after."""
    weeks, done = np.array(REMISSION, float), np.array(RELAPSED, bool)
    assert [quantile(survival(weeks, done), level) for level in (0.10, 0.20, 0.5)] == [6.0, 10.0, 23.0]
    assert math.isnan(quantile(survival(weeks, done), 0.9)), "never reached"


def test_the_curve_is_scipys_to_the_last_bit() -> None:
    """Durations that tie, and whole days at which some end and others are censored, among them."""
    random = np.random.default_rng(7)
    days = random.exponential(20.0, 5_000)
    days = np.where(random.random(5_000) < 0.4, np.floor(days), days)
    done = random.random(5_000) < 0.6
    curve = ecdf(CensoredData(uncensored=days[done], right=days[~done])).sf
    found = survival(days, done)
    assert np.array_equal(found.times, curve.quantiles)
    assert np.array_equal(found.remaining, curve.probabilities)


def test_restricted_mean_is_the_area_under_the_curve() -> None:
    """23.29 weeks up to 35 for Freireich's patients; five cases, one censored: 1 + 0.8 + 2 x 0.6 + 0.3."""
    assert restricted_mean(survival(np.array(REMISSION, float), np.array(RELAPSED, bool)), 35.0) == pytest.approx(
        23.29, abs=0.01
    )
    days, done = np.array([1.0, 2, 3, 4, 5]), np.array([1, 1, 0, 1, 1], bool)
    assert restricted_mean(survival(days, done), 60.0) == pytest.approx(3.3)
    assert restricted_mean(survival(days, done), 2.5) == pytest.approx(1 + 0.8 + 0.5 * 0.6)
    assert restricted_mean(survival(days[:3], done[:3]), 5.0) == pytest.approx(1 + 2 / 3 + 3 / 3), (
        "the last third stays"
    )
    assert restricted_mean(survival(days, np.zeros(5, bool)), 5.0) == 5.0, "nobody is done"


def test_without_censoring_mean_and_quantiles_are_the_ordinary_ones() -> None:
    days = np.random.default_rng(5).exponential(10.0, 501)
    everyone = np.ones(501, bool)
    assert restricted_mean(survival(days, everyone), 8.0) == pytest.approx(np.minimum(days, 8.0).mean())
    assert restricted_mean(survival(days, everyone), np.inf) == pytest.approx(days.mean())
    assert [quantile(survival(days, everyone), level) for level in (0.5, 0.9)] == pytest.approx(
        np.quantile(days, (0.5, 0.9), method="inverted_cdf").tolist()
    )


def test_nothing_observed_has_no_duration() -> None:
    none = np.zeros(0)
    assert math.isnan(restricted_mean(survival(none, none.astype(bool)), 60.0))
    assert math.isnan(quantile(survival(np.array([1.0, 2.0]), np.zeros(2, bool)), 0.5))


@pytest.mark.parametrize(
    ("values", "expected"),
    [([2.0, 2.0, 2.0], 0.0), ([0.0, 0.0, 0.0, 1.0], 0.75), ([1.0, 3.0], 0.25), ([4.0, 1.0, 2.0, 3.0], 0.25)],
)
def test_gini_of_small_examples(values: list[float], expected: float) -> None:
    assert gini(np.array(values)) == pytest.approx(expected)
