"""The one place where calendar days and working hours are converted.

Calendar time is days since the start (a float: 1.5 is noon of the second day). Working time is
hours that offices have been open since the start: it stands still at night, on holidays and on
weekend days that are not worked in exchange. Queues, handling and lead times run on working time,
residents live on calendar time.
"""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.kernel.records import Floats
from sanfang.scenario.dates import dates_of, working_dates
from sanfang.scenario.place import Calendar


def working_days(calendar: Calendar, days: int, first: int = 0) -> np.ndarray:
    """Whether each of `days` days from day `first` on, which may be before the start, is a working day (bool)."""
    return np.array(working_dates(calendar, dates_of(calendar, first, first + days)), dtype=bool)


def clock_starts(calendar: Calendar, days: int, first: int = 0) -> np.ndarray:
    """Working hours from day `first` to the start of each day from there on; one entry more than `days`."""
    hours = np.zeros(days + 1)
    np.cumsum(working_days(calendar, days, first) * calendar.shift_hours, out=hours[1:])
    return hours


@compiled
def to_working(time: float, starts: Floats, opening: float, shift: float) -> float:
    """Working hours at calendar time `time` (days). Before and past the calendar: five days of seven.

    `starts`: see `clock_starts`; `opening`: hour of the day; `shift`: hours a working day.
    """
    if time < 0.0:
        return time * shift * 5.0 / 7.0
    last = len(starts) - 1
    day = int(time)
    if day >= last:
        return starts[last] + (time - last) * shift * 5.0 / 7.0
    length = starts[day + 1] - starts[day]
    return starts[day] + min(max((time - day) * 24.0 - opening, 0.0), length)


def to_working_each(times: np.ndarray, starts: np.ndarray, opening: float, shift: float) -> np.ndarray:
    """`to_working` for each of an array of calendar times."""
    hours = np.empty(len(times))
    _fill_working(times, starts, opening, shift, hours)
    return hours


@compiled
def _fill_working(times: Floats, starts: Floats, opening: float, shift: float, hours: Floats) -> None:
    """Fill in `hours[n]`."""
    for n in range(len(times)):
        hours[n] = to_working(times[n], starts, opening, shift)


@compiled
def to_calendar(hours: float, day: int, starts: Floats, opening: float) -> float:
    """Calendar time (days) at working time `hours`, which falls on `day`."""
    return day + (opening + hours - starts[day]) / 24.0
