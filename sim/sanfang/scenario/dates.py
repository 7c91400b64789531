"""Which date a day of a run is, and on which dates offices work: the one place that knows.

Day 0 is `calendar.start`; days before it are negative. With `calendar.reference_year` that one year is repeated, before
the start and after it: its last day is followed by its first, so all years have the same days in the same order.
"""

from __future__ import annotations

import datetime as dt
import math
from calendar import monthrange
from functools import cache

from sanfang.scenario.place import Calendar

SATURDAY = 5
"""As `date.weekday` counts, Monday being 0."""


def date_of(calendar: Calendar, day: int) -> dt.date:
    """The date of a day of a run, which may be before its start."""
    start, year = calendar.start, calendar.reference_year
    if not year:
        return start + dt.timedelta(days=day)
    first = dt.date(year, 1, 1)
    begin = dt.date(year, start.month, min(start.day, monthrange(year, start.month)[1]))  # no 29 February in most
    length = (dt.date(year + 1, 1, 1) - first).days
    return first + dt.timedelta(days=((begin - first).days + day) % length)


def dates_of(calendar: Calendar, first: int, end: int) -> list[dt.date]:
    """The dates of the days from `first` to before `end`."""
    return [date_of(calendar, day) for day in range(first, end)]


def same_date(calendar: Calendar, years: int) -> int:
    """The day that has the date of the start so many years before it: a number below 0."""
    if calendar.reference_year:
        first = dt.date(calendar.reference_year, 1, 1)
        return -years * (first.replace(year=first.year + 1) - first).days
    return (calendar.start.replace(year=calendar.start.year - years) - calendar.start).days


def day_of(time: float) -> int:
    """The number of the day in which a calendar time in days lies: 0.5 and 0.9 in day 0, -0.5 in day -1."""
    return math.floor(time)


def moment_of(calendar: Calendar, time: float) -> dt.datetime:
    """Date and time of day at a calendar time in days: 1.5 is noon of the day after the start."""
    day = day_of(time)
    return dt.datetime.combine(date_of(calendar, day), dt.time()) + dt.timedelta(days=time - day)


def month_left(calendar: Calendar, day: int) -> float:
    """The share of its month's days that are not over at the start of a day: 1 on the first of a month."""
    days, length = days_left_in_month(calendar, day)
    return days / length


def days_left_in_month(calendar: Calendar, day: int) -> tuple[int, int]:
    """Days from this one to the end of its month, itself among them; and the days of the whole month."""
    date = date_of(calendar, day)
    length = monthrange(date.year, date.month)[1]
    return length - date.day + 1, length


def working_dates(calendar: Calendar, dates: list[dt.date]) -> list[bool]:
    """Whether offices work on each date: what the calendar lists itself, else what the country has, else weekdays."""
    closed, opened = set(calendar.holidays), set(calendar.working_weekends)
    return [date not in closed and (date in opened or _is_worked(calendar.country, date)) for date in dates]


def _is_worked(country: str, date: dt.date) -> bool:
    """Whether offices of a country work on a date."""
    holidays, exchanged = public_days(country, date.year)
    return date in exchanged or (date.weekday() < SATURDAY and date not in holidays)


@cache
def public_days(country: str, year: int) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """A country's public holidays of a year, and the weekend days on which offices work in exchange (调休).

    Of China from the package `holidays`: the State Council's lists as far as they are published, each autumn for the
    next year, from 2001 on. In other years the festivals that the law of the time names and, since 2000, for each that
    falls on a weekend the next working day. Which days will be exchanged to bridge holidays is not guessed: that moves
    working days and leaves their number as it is. Before 1950 and after 2100 nothing is known: no holidays.
    """
    if country == "none":
        return frozenset(), frozenset()
    import holidays  # half a second, which a list of scenarios does not need

    known = holidays.country_holidays(country, years=(year, year + 1))  # the next year's list may exchange days of this
    of_year = (frozenset(date for date in dates if date.year == year) for dates in (known, known.weekend_workdays))
    return next(of_year), next(of_year)
