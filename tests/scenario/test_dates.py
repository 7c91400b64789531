"""Which date a day of a run is, and on which dates offices work: against the State Council's published lists.

The lists are the notices of the General Office of the State Council (国务院办公厅关于部分节假日安排的通知) of
25 October 2023, 12 November 2024 and 4 November 2025: first and last free day of each holiday, and the weekend days
on which offices work instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sanfang.dashboard.presenters.request_life import moment
from sanfang.model.kernel.worktime import clock_starts, working_days
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import simulate
from sanfang.scenario.dates import (
    date_of,
    dates_of,
    day_of,
    days_left_in_month,
    moment_of,
    month_left,
    working_dates,
)
from sanfang.scenario.errors import InputError
from sanfang.scenario.place import Calendar
from sanfang.scenario.scenario import Scenario

CHINA = Calendar(country="CN")

PUBLISHED: dict[int, tuple[dict[str, tuple[str, str]], list[str]]] = {
    2024: (
        {
            "New Year": ("01-01", "01-01"), "Spring Festival": ("02-10", "02-17"), "Qingming": ("04-04", "04-06"),
            "Labour Day": ("05-01", "05-05"), "Dragon Boat": ("06-10", "06-10"), "Mid-Autumn": ("09-15", "09-17"),
            "National Day": ("10-01", "10-07"),
        },
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        {
            "New Year": ("01-01", "01-01"), "Spring Festival": ("01-28", "02-04"), "Qingming": ("04-04", "04-06"),
            "Labour Day": ("05-01", "05-05"), "Dragon Boat": ("05-31", "06-02"),
            "National Day and Mid-Autumn": ("10-01", "10-08"),
        },
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        {
            "New Year": ("01-01", "01-03"), "Spring Festival": ("02-15", "02-23"), "Qingming": ("04-04", "04-06"),
            "Labour Day": ("05-01", "05-05"), "Dragon Boat": ("06-19", "06-21"), "Mid-Autumn": ("09-25", "09-27"),
            "National Day": ("10-01", "10-07"),
        },
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}  # fmt: skip


def year(calendar: Calendar, number: int) -> np.ndarray:
    """Whether each day of a year is worked, wherever the year lies from the start."""
    first = (dt.date(number, 1, 1) - calendar.start).days
    return working_days(calendar, (dt.date(number + 1, 1, 1) - dt.date(number, 1, 1)).days, first)


@pytest.mark.parametrize("number", PUBLISHED)
def test_every_day_is_free_or_worked_as_published(number: int) -> None:
    free, worked = PUBLISHED[number]
    spans = [(dt.date.fromisoformat(f"{number}-{a}"), dt.date.fromisoformat(f"{number}-{b}")) for a, b in free.values()]
    exchanged = {dt.date.fromisoformat(f"{number}-{day}") for day in worked}
    assert all(date.weekday() >= 5 for date in exchanged)
    for place, found in enumerate(year(CHINA, number)):
        date = dt.date(number, 1, 1) + dt.timedelta(days=place)
        expected = date in exchanged or (date.weekday() < 5 and not any(a <= date <= b for a, b in spans))
        assert found == expected, date


@pytest.mark.parametrize(("number", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_published_year(number: int, days: int) -> None:
    """The year's weekdays less its statutory days: 11 until 2024 and 13 since, whatever is bridged. 262 - 11 = 251,
    261 - 13 = 248. In 2026 also, where Labour Day's second and Qingming fall on Saturdays."""
    assert year(CHINA, number).sum() == days


def test_a_year_not_yet_announced_has_its_statutory_days_and_a_free_day_for_each_at_a_weekend() -> None:
    """2033: New Year's Day is a Saturday, so the Monday is free; Labour Day (1 and 2 May) is Sunday and Monday, so the
    Tuesday is; 1 to 3 October are Saturday to Monday, so the Tuesday and Wednesday are. Nothing is bridged."""
    worked = dict(zip(dates_of(CHINA, 2922, 2922 + 365), year(CHINA, 2033), strict=True))
    assert next(iter(worked)) == dt.date(2033, 1, 1)
    assert not worked[dt.date(2033, 1, 3)] and worked[dt.date(2033, 1, 4)]
    assert not worked[dt.date(2033, 5, 2)] and not worked[dt.date(2033, 5, 3)] and worked[dt.date(2033, 5, 4)]
    assert not worked[dt.date(2033, 10, 4)] and not worked[dt.date(2033, 10, 5)] and worked[dt.date(2033, 10, 6)]
    assert not any(on for date, on in worked.items() if date.weekday() >= 5)
    assert sum(worked.values()) == 260 - 13


@pytest.mark.parametrize("first", range(2008, 2090, 3))
def test_hours_of_ten_years_differ_by_at_most_two_percent(first: int) -> None:
    """Whether they are published or not, and whether they lie before the start or after it."""
    hours = [year(CHINA, first + n).sum() * CHINA.shift_hours for n in range(10)]
    assert max(hours) / min(hours) < 1.02


def test_without_a_country_there_are_no_holidays_but_those_listed() -> None:
    """2025 begins on a Wednesday and has 261 weekdays."""
    assert year(Calendar(), 2025).sum() == 261
    assert year(Calendar(holidays=(dt.date(2025, 1, 1), dt.date(2025, 1, 4))), 2025).sum() == 260


def test_own_days_off_and_own_working_weekends_add_to_the_countrys() -> None:
    """A fair on Monday 3 March is made up for on Saturday the 8th; Sunday 28 September, worked in China, is free."""
    fair, made_up, free = dt.date(2025, 3, 3), dt.date(2025, 3, 8), dt.date(2025, 9, 28)
    own = Calendar(country="CN", holidays=(fair, free), working_weekends=(made_up,))
    assert working_dates(own, [fair, made_up, free]) == [False, True, False]
    assert working_dates(CHINA, [fair, made_up, free]) == [True, False, True]
    assert year(own, 2025).sum() == 248 - 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"working_weekends": ["2025-01-27"]}, "2025-01-27 is a Monday"),
        ({"working_weekends": ["2025-01-26"], "holidays": ["2025-01-26"]}, "2025-01-26 is in calendar.holidays, too"),
        ({"reference_year": 25}, "must be a year from 1900 to 2199, or 0 for none"),
        ({"reference_year": 2200}, "from 0 to 2,199"),
        ({"country": "XX"}, "none"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(changes: dict[str, Any], told: str) -> None:
    changes = {f"calendar.{name}": value for name, value in changes.items()}
    with pytest.raises(InputError, match=told) as refused:
        Scenario.load("before", district="demo").with_(changes)
    assert any(path in str(refused.value) for path in changes)


# --- Days before the start, and a year that is repeated -------------------------------------------------------


def test_days_before_the_start_have_dates_and_hours() -> None:
    """Day -1 is 31 December 2024, a Tuesday; the fifteen years before 2025 are 5,479 days long."""
    assert date_of(CHINA, -1) == dt.date(2024, 12, 31)
    assert date_of(CHINA, -5479) == dt.date(2010, 1, 1)
    starts = clock_starts(CHINA, 5479 + 365, -5479)
    assert starts[0] == 0.0 and starts[5479 + 365] - starts[5479] == 248 * 8.0
    assert np.array_equal(np.diff(starts)[5479:], np.diff(clock_starts(CHINA, 365)))


@pytest.mark.parametrize(("number", "length"), [(2025, 365), (2024, 366)])
def test_every_year_is_the_reference_year(number: int, length: int) -> None:
    """The same dates, weekdays and working days in the same order, before the start and after it."""
    calendar = Calendar(country="CN", start=dt.date(2025, 1, 1), reference_year=number)
    once = [dt.date(number, 1, 1) + dt.timedelta(days=n) for n in range(length)]
    assert dates_of(calendar, -2 * length, 3 * length) == once * 5
    assert np.array_equal(working_days(calendar, 2 * length, -length), np.tile(year(CHINA, number), 2))


def test_a_run_within_the_reference_year_goes_on_at_its_beginning() -> None:
    calendar = Calendar(start=dt.date(2030, 12, 30), reference_year=2025)
    assert [date.isoformat() for date in dates_of(calendar, -1, 4)] == [
        "2025-12-29", "2025-12-30", "2025-12-31", "2025-01-01", "2025-01-02",
    ]  # fmt: skip
    leap = Calendar(start=dt.date(2024, 2, 29), reference_year=2025)
    assert date_of(leap, 0) == dt.date(2025, 2, 28)


def test_a_model_of_the_reference_year_lives_its_days() -> None:
    """From 20 December 2025 with this year repeated: thirteen days later it is 2 January 2025 again, a Thursday."""
    changes = {"calendar.start": "2025-12-20", "calendar.reference_year": 2025, "run.start": "empty"}
    scenario = Scenario.load("before", district="demo").with_(changes)
    model = DistrictModel(scenario, days=40, scale=0.2)
    for _ in range(13):
        model.step()
    assert model.date == dt.date(2025, 1, 2)
    spring = [model.open_days[(dt.date(2025, 1, day) - dt.date(2025, 1, 2)).days + 13] for day in (24, 25, 26, 27)]
    assert spring == [True, False, True, True], "Sunday 26 January is worked"
    profile = np.array(scenario.calendar.weekday_profile) * 7
    assert model.weekday_factor[13] == pytest.approx(profile[3])
    december, january = (scenario.calendar.month_profile[month - 1] * 12 for month in (12, 1))
    assert model.demand_by_day[[11, 12]] == pytest.approx([december * profile[2], january * profile[2]])
    assert moment(13.5, scenario.calendar, "en") == "Thu 2 Jan 12:00"


def test_the_first_year_of_a_repeated_year_is_that_year() -> None:
    before = Scenario.load("before", district="demo", settings=["run.start=empty"])
    plain, repeated = (
        simulate(before.with_({"calendar.reference_year": number}), days=40, scale=0.2).daily for number in (0, 2025)
    )
    assert plain.equals(repeated)
    assert plain["date"].iloc[-1] == dt.date(2025, 2, 9)


def test_a_moment_is_a_date_and_an_hour_also_before_the_start() -> None:
    assert moment_of(CHINA, 1.5) == dt.datetime(2025, 1, 2, 12)
    assert moment_of(CHINA, -0.25) == dt.datetime(2024, 12, 31, 18)


def test_the_rest_of_a_month() -> None:
    """16 April leaves 15 of 30 days; 1 April all; the last day of a leap February one of 29."""
    calendar = Calendar(start=dt.date(2024, 4, 16))
    assert days_left_in_month(calendar, 0) == (15, 30) and month_left(calendar, 0) == 0.5
    assert month_left(calendar, 15) == 1.0
    assert days_left_in_month(calendar, -47) == (1, 29)


def test_a_time_before_day_0_lies_in_the_day_of_its_date() -> None:
    """Half a day before the start is noon of the day before, which is day -1 and on pages, where day 0 is 1, day 0."""
    from sanfang.dashboard.presenters.request_life import on_day
    from sanfang.scenario.place import Calendar

    calendar = Calendar(start=dt.date(2025, 1, 1))
    assert [day_of(time) for time in (-1.0, -0.5, 0.0, 0.5, 1.0)] == [-1, -1, 0, 0, 1]
    assert moment_of(calendar, -0.5) == dt.datetime(2024, 12, 31, 12)
    told = on_day(-0.5, calendar, "en")
    assert "0" in told.split(",")[0] and "31 Dec" in told
