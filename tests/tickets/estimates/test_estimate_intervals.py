"""Intervals are those of tables, and grow where cases belong together."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sanfang.tickets.estimates.value import from_log, rate_interval, share, share_of, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (81, 263, 0.2553, 0.3662)]
)
def test_wilson_is_that_of_the_literature(hits: int, of: int, low: float, high: float) -> None:
    """The last is the example of Newcombe (1998), Statistics in Medicine 17:857, table I."""
    assert wilson(hits / of, of) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.02532, 5.572), (10, 4.795, 18.39)])
def test_the_interval_of_a_rate_is_garwoods(events: int, low: float, high: float) -> None:
    """Exact limits of a Poisson mean, as in the tables of Garwood (1936)."""
    assert rate_interval(events, 1.0, 1.0) == pytest.approx((low, high), rel=5e-4)


def test_a_share_of_independent_cases_has_wilsons_interval() -> None:
    flags = np.array([True] * 30 + [False] * 70)
    one = share_of(flags, np.arange(100), "share")
    assert (one.low, one.high) == pytest.approx(wilson(0.3, 100), rel=0.01)


def test_cases_that_always_agree_within_a_cluster_count_once() -> None:
    flags = np.repeat(np.array([True] * 30 + [False] * 70), 4)
    one = share_of(flags, np.repeat(np.arange(100), 4), "share")
    assert (one.low, one.high) == pytest.approx(wilson(0.3, 100), rel=0.01)


def test_clusters_never_make_a_share_surer_than_independent_cases() -> None:
    one = share(np.full(50, 1.0), np.full(50, 2.0), "share")  # each cluster has one of two
    assert (one.low, one.high) == pytest.approx(wilson(0.5, 100))


def test_an_interval_of_a_logarithm_is_a_factor_to_either_side() -> None:
    one = from_log(2.0, 0.1, 10, "x")
    assert one.high / one.value == pytest.approx(one.value / one.low) == pytest.approx(math.exp(0.196), rel=1e-3)
