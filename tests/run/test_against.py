"""A run beside another one: differences, and where hours went otherwise, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_runs import demo
from sanfang.model.books.headings import HOUR_HEADINGS
from sanfang.model.state import TIME_NAMES
from sanfang.run.against import Change, Recorded, cause, gap, recorded
from sanfang.run.session import Session
from sanfang.run.time_split import durations


def made_up(satisfaction: list[float], hours: dict[str, float], time: dict[str, float]) -> Recorded:
    """A run in which every day takes the same hours."""
    days = np.arange(1, len(satisfaction) + 1)[:, None]
    return Recorded(
        len(satisfaction),
        {"satisfaction": np.array(satisfaction)},
        days * np.array([hours.get(name, 0.0) for name in HOUR_HEADINGS]),
        days * np.array([time.get(name, 0.0) for name in TIME_NAMES]),
    )


OTHER = made_up(
    [0.50, 0.50, 0.50, 0.50],
    {"handling": 100.0, "rework": 10.0, "idle": 50.0},
    {"wait_staff": 100.0, "handoff": 40.0, "handling": 60.0},
)
MINE = made_up(
    [0.50, 0.49, 0.50, 0.504],
    {"handling": 80.0, "rework": 10.5, "service_desk": 12.0, "idle": 10.0},
    {"wait_staff": 112.0, "handoff": 28.0, "handling": 61.0},
)


def test_a_cause_names_what_differs_most_and_leaves_out_what_hardly_does() -> None:
    """In two days requests wait 24 h more on 200, and 24 h less on 80 are handed on; a hundredth of all time is 4 h."""
    found = cause(MINE, OTHER, 2)
    assert found is not None and found.days == 2
    assert {one.name: one.share for one in found.time} == {"wait_staff": pytest.approx(0.12), "handoff": -0.3}
    assert found.hours == (Change("handling", 160.0, 200.0), Change("service_desk", 24.0, 0.0))
    assert np.isnan(found.hours[1].share)  # there was none of it
    assert found.satisfaction == pytest.approx(0.014)  # 0.4 points above now, 1.0 below two days before


def test_a_difference_counts_from_a_day_or_from_the_beginning() -> None:
    assert gap(MINE, OTHER, "satisfaction", 0) == pytest.approx(0.004)
    assert gap(MINE, OTHER, "satisfaction", 2) == pytest.approx(0.014)
    assert gap(MINE, OTHER, "satisfaction", 4) == 0.0


def test_nothing_is_told_of_days_that_the_other_run_has_not_reached() -> None:
    late = replace(OTHER, day=3)
    assert np.isnan(gap(MINE, late, "satisfaction")) and cause(MINE, late) is None
    assert cause(MINE, OTHER, 4) is None  # no day has passed since


def test_a_run_beside_itself_differs_in_nothing() -> None:
    found = cause(OTHER, OTHER)
    assert found is not None and found.time == found.hours == () and found.satisfaction == 0.0


def test_what_is_recorded_stays_as_it_is_while_the_run_goes_on() -> None:
    session = Session(demo(), seed=1, days=20, scale=0.25)
    session.step(8)
    early = recorded(session)
    kept = {name: values.copy() for name, values in early.measures.items()}
    hours, time = early.hours.copy(), early.time.copy()
    session.step(12)
    assert early.day == 8 and (early.hours == hours).all() and (early.time == time).all()
    for name, values in early.measures.items():
        np.testing.assert_array_equal(values, kept[name])
    with pytest.raises(ValueError, match="read-only"):
        early.time[0] = 0.0


def test_the_time_of_requests_is_that_of_all_their_parts_whether_they_have_ended_or_not() -> None:
    """From an empty start, where none is brought back: the parts of each times its hours since voicing."""
    session = Session(demo(**{"casework.comes_back": 0.0}), seed=1, days=90, scale=0.25)
    session.step(90)
    requests, time = session.requests, recorded(session).time
    lived = durations(requests, session.scenario.calendar, 90) * requests["parts"]
    assert time[-1].sum() == pytest.approx(lived.sum(), rel=1e-6)
    assert (np.diff(time, axis=0) >= -1e-3).all()  # single precision
