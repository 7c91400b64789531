"""The interval score, and the bands of those who know only past years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanfang.studies.demand import scores


def test_a_band_costs_its_width_and_a_miss_twenty_times_its_distance() -> None:
    """Gneiting and Raftery (2007), eq. 43, at 90 %: 2 / 0.1 = 20."""
    found = scores.interval_score(np.full(3, 10.0), np.full(3, 20.0), np.array([15.0, 22.0, 9.5]))
    assert found == pytest.approx([10, 10 + 2 * 20, 10 + 0.5 * 20])


def test_the_score_rewards_the_true_quantiles() -> None:
    """It is proper: of bands around a normal variable that of its quantiles scores best."""
    seen = np.random.default_rng(1).standard_normal(200_000)
    mean = {
        half: float(scores.interval_score(np.array(-half), np.array(half), seen).mean()) for half in (1.2, 1.645, 2.2)
    }
    assert min(mean, key=lambda half: mean[half]) == 1.645


def test_the_ends_of_a_band_are_within_it() -> None:
    assert scores.held(np.array([1.0, 1.0]), np.array([2.0, 2.0]), np.array([2.0, 2.1])) == 0.5


PAST = pd.DataFrame({"year": [2016, 2017, 2018, 2018], "week": [1, 1, 1, 2], "count": [100, 120, 140, 50]})


def test_the_normal_climatology_is_mean_and_spread_of_the_same_week() -> None:
    found = scores.normal_climatology(PAST, np.array([1, 2]))
    assert found.loc[0].to_numpy() == pytest.approx([120 - 1.6449 * 20, 120 + 1.6449 * 20], abs=1e-2)
    assert found.loc[1].isna().all()


def test_students_climatology_knows_that_three_years_are_few() -> None:
    """t with two degrees of freedom is 2.920 at 95 %; a new year adds the error of the mean."""
    half = 2.920 * 20 * np.sqrt(1 + 1 / 3)
    assert scores.student_climatology(PAST, np.array([1])).loc[0].to_numpy() == pytest.approx(
        [120 - half, 120 + half], abs=0.02
    )


def test_the_range_is_the_lowest_and_the_highest() -> None:
    assert scores.range_climatology(PAST, np.array([1])).to_numpy().tolist() == [[100, 140]]


def test_the_pooled_climatology_has_one_spread_for_all_weeks() -> None:
    past = pd.DataFrame({"week": [1, 1, 2, 2], "count": [9.0, 11.0, 16.0, 24.0]})
    spread = np.sqrt((1 + 1 + 16 + 16) / 2)
    found = scores.pooled_climatology(past, np.array([1, 2]))
    assert ((found["high"] - found["low"]) / 2).tolist() == pytest.approx([1.6449 * spread] * 2, rel=1e-4)


def test_the_levelled_climatology_carries_the_last_level_on() -> None:
    """Weeks of 100 and 200 that grow by a tenth a year: no spread is left, and the centre is that of the last year."""
    rows = [(year, week, 100 * week * 1.1 ** (year - 2016)) for year in (2016, 2017, 2018) for week in (1, 2)]
    past = pd.DataFrame(rows, columns=["year", "week", "count"])
    sure = scores.levelled_without_drift(past, np.array([1, 2]))
    assert sure["low"].tolist() == pytest.approx([121, 242])
    drifting = scores.levelled_climatology(past, np.array([1]))
    assert np.log(drifting["high"] / 121).tolist() == pytest.approx([1.6449 * np.log(1.1)], rel=1e-3)
