"""The clock of working time stands still while offices are closed, and never runs back."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model_runs import demo
from sanfang.metrics.catalogue import BY_NAME
from sanfang.model.books.observation import observe
from sanfang.model.books.tables import daily_table
from sanfang.model.kernel.worktime import clock_starts, to_calendar, to_working, to_working_each
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def clock() -> tuple[np.ndarray, float, float, dict[str, int]]:
    """Working hours before each day of three weeks from a Monday, opening hour, shift, and some of the days."""
    start = dt.date(2025, 3, 3)
    changes = {"calendar.start": start, "calendar.holidays": [dt.date(2025, 3, 12)]}
    calendar = demo(**changes).calendar
    days = {"monday": 0, "friday": 4, "saturday": 5, "next_monday": 7, "holiday": 9}
    return clock_starts(calendar, 21), calendar.opening_hour, calendar.shift_hours, days


def test_the_clock_stands_still_on_weekends_and_holidays(clock: tuple) -> None:
    starts, opening, shift, days = clock
    assert starts[days["saturday"]] == 5 * shift == starts[days["next_monday"]]
    assert starts[days["holiday"]] == starts[days["holiday"] + 1] == 7 * shift
    assert starts[-1] == 14 * shift
    for day in (days["saturday"], days["saturday"] + 1, days["holiday"]):
        for time in (0.0, 0.5, 0.99):
            assert to_working(day + time, starts, opening, shift) == starts[day]


def test_before_opening_and_after_closing_no_time_passes(clock: tuple) -> None:
    starts, opening, shift, days = clock
    day = days["friday"]
    assert to_working(day + (opening - 1) / 24, starts, opening, shift) == starts[day]
    assert to_working(day + opening / 24, starts, opening, shift) == pytest.approx(starts[day])
    assert to_working(day + (opening + 1.5) / 24, starts, opening, shift) == pytest.approx(starts[day] + 1.5)
    assert to_working(day + (opening + shift + 1) / 24, starts, opening, shift) == starts[day + 1]


def test_working_and_calendar_time_are_inverse_while_offices_are_open(clock: tuple) -> None:
    starts, opening, shift, days = clock
    for day in (days["monday"], days["friday"], days["next_monday"]):
        for hours in (0.01, 1.0, shift / 2, shift - 0.01):
            time = to_calendar(starts[day] + hours, day, starts, opening)
            assert int(time) == day
            assert to_working(time, starts, opening, shift) == pytest.approx(starts[day] + hours, abs=1e-9)


def test_the_clock_never_runs_back(clock: tuple) -> None:
    starts, opening, shift, _ = clock
    times = np.linspace(0.0, 30.0, 7_000)
    hours = to_working_each(times, starts, opening, shift)
    assert (np.diff(hours) >= 0).all()
    assert hours[-1] == pytest.approx(starts[-1] + 9 * shift * 5 / 7), "beyond its end, five days of seven"


def test_a_run_without_a_working_day_ends_with_metrics_of_its_own() -> None:
    """The first of January is a holiday: no hour is worked, and shares of hours have no value."""
    metrics = simulate(Scenario.load("before", district="demo"), days=1, scale=0.2).metrics
    assert set(metrics) == set(BY_NAME)
    assert not 0 < metrics["wasted_relay"] <= 1


def test_before_the_first_day_the_daily_series_is_there_without_rows() -> None:
    model = DistrictModel(Scenario.load("before", district="demo", settings=["run.start=empty"]), days=2)
    before = daily_table(observe(model))
    model.step()
    assert len(before) == 0 and list(before.columns) == list(daily_table(observe(model)).columns)
