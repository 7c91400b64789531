"""The cut that MSER makes is where the start is forgotten, and nowhere else."""

from __future__ import annotations

import math

import numpy as np
import pytest

from run_tables import NAN
from sanfang.lab.statistics.warm_up import detect
from sanfang.scenario.errors import InputError


def autoregression(replications: int, days: int, seed: int, start: float = 0.0) -> np.ndarray:
    """AR(1) with coefficient 0.8 and standard deviation 1: what is left of `start` after day t is 0.8 ** t."""
    rng = np.random.default_rng(seed)
    values = np.empty((replications, days))
    values[:, 0] = start + rng.normal(size=replications)
    for day in range(1, days):
        values[:, day] = 0.8 * values[:, day - 1] + rng.normal(0, 0.6, replications)
    return values


@pytest.mark.parametrize("batch", [5, 7])
def test_the_warm_up_of_an_autoregression_ends_when_its_start_is_forgotten(batch: int) -> None:
    """From 20 down to half of the noise of a mean over ten (0.16) takes 22 days; the cut lies around it."""
    cuts = [detect(autoregression(10, 365, seed, start=20.0), batch) for seed in range(60)]
    days = [cut.day for cut in cuts]
    assert 15 <= float(np.median(days)) <= 30
    assert all(20 * 0.8**day < 1 for day in days), "a twentieth of the start is left"
    distrusted = sum(not cut.trusted for cut in cuts) / len(cuts)
    assert distrusted <= 0.08 + 4 * math.sqrt(0.08 * 0.92 / len(cuts)), "without cause, MSER cuts late now and then"


def test_the_cut_is_where_mser_by_hand_is_smallest() -> None:
    """MSER is the sum of squares about the mean over n^2 (White 1997). The last 11 of these weeks have a sum of 21
    and of squares 57: (57 - 21^2 / 11) / 121 = 0.1397; the last 7 have 15 and 39: (39 - 15^2 / 7) / 49 = 0.1399. All
    other cuts give more, so 9 weeks are cut off. With n (n + 1) or n (n - 1) it would be 13 or 1."""
    weeks = [0.0, 4, 5, 4, 2, 5, 1, 5, 5, 3, 0, 3, 0, 3, 3, 0, 2, 2, 2, 3]
    assert (sum(weeks[9:]), sum(week**2 for week in weeks[9:])) == (21, 57)
    assert detect(np.repeat(weeks, 7)).day == 9 * 7


def test_a_settled_series_keeps_most_of_its_days() -> None:
    days = [detect(autoregression(10, 365, seed)).day for seed in range(40)]
    assert float(np.median(days)) <= 20


def test_a_weekly_rhythm_does_not_move_the_cut() -> None:
    weekend = np.where(np.arange(364) % 7 < 5, 2.0, -5.0)
    for seed in range(20):
        series = autoregression(10, 364, seed, start=20.0)
        assert detect(series + weekend) == detect(series)


@pytest.mark.parametrize("slope", [0.02, -0.02])
def test_a_trend_has_no_warm_up_to_be_trusted(slope: float) -> None:
    found = detect(autoregression(10, 365, 1) + slope * np.arange(365))
    assert not found.trusted
    assert "second half" in found.reason


def test_too_short_a_series_and_one_without_values_are_told() -> None:
    assert not detect(np.zeros((3, 60))).trusted
    assert "at least 140" in detect(np.zeros((3, 60))).reason
    with pytest.raises(InputError, match="day 7"):
        detect(np.where(np.arange(200) == 7, NAN, 1.0))
