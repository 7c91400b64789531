"""What a day is: dates of the lunar year, free days, weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanfang.studies.demand.design import FESTIVAL_DAYS, design, festival_distance, new_years_days


def test_new_years_days_are_those_of_the_lunar_calendar() -> None:
    days = [f"{day:%Y-%m-%d}" for day in new_years_days((2016, 2017, 2018, 2019, 2026))]
    assert days == ["2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2026-02-17"]


def test_the_distance_is_to_the_nearest_new_year() -> None:
    dates = pd.DatetimeIndex(["2018-12-31", "2019-02-05", "2019-02-08"])
    assert festival_distance(dates).tolist() == [-36, 0, 3]


def test_the_festival_ends_where_its_knots_end() -> None:
    dates = pd.date_range("2019-01-01", "2019-02-26")
    rows = design(dates, 1)[[f"festival.{day}" for day in FESTIVAL_DAYS]].sum(axis=1)
    assert rows["2019-01-01"] == 0 and rows["2019-02-26"] == 0  # 35 days before, 21 after
    assert rows["2019-01-10":"2019-02-19"].to_numpy() == pytest.approx(np.where(
        festival_distance(dates[9:50]) < -28, np.nan, 1.0), nan_ok=True)  # fmt: skip


def test_effects_of_weekdays_sum_to_nothing() -> None:
    week = design(pd.date_range("2018-06-11", periods=7), 1)
    assert week.filter(like="weekday.").sum().tolist() == [0] * 6


def test_free_weekdays_and_worked_weekends_are_taiwans() -> None:
    """Double Tenth 2019 made a bridge of Friday the 11th, worked on Saturday the 5th."""
    rows = design(pd.date_range("2019-10-01", "2019-10-15"), 1)
    assert [f"{day:%d}" for day in rows.index[rows["free_weekday"] == 1]] == ["10", "11"]
    assert [f"{day:%d}" for day in rows.index[rows["worked_weekend"] == 1]] == ["05"]
    bridged = design(pd.date_range("2018-04-01", "2018-04-12"), 1)
    assert bridged.loc["2018-04-09", "after_free"] == 0  # a weekend lies between
    assert design(pd.date_range("2018-10-08", "2018-10-12"), 1).loc["2018-10-11", "after_free"] == 1
