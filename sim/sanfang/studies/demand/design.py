"""What a day is that requests depend on: its weekday, its season, its distance from the Spring Festival, free or not.

Rows for a regression of the logarithm of daily counts. Weekday columns are contrasts whose effects sum to 0; a season
is a sum of harmonics of the year; the festival is a line through knots of days before and after New Year's Day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import holidays
import numpy as np
import pandas as pd

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

FESTIVAL_DAYS = (-28, -21, -14, -8, -5, -3, -2, -1, 0, 2, 4, 7, 14)
"""Knots in days from New Year's Day; the effect is 0 from a week before the first and after the last."""

FESTIVAL_ENDS = (-35, 21)

YEAR_DAYS = 365.25

SPRING_FESTIVAL = "春節"


def new_years_days(years: Sequence[int]) -> list[pd.Timestamp]:
    """New Year's Day of the lunar calendar in each of `years`."""
    found = holidays.country_holidays("TW", years=list(years), language="zh_TW")
    return [pd.Timestamp(min(day for day in found.get_named(SPRING_FESTIVAL) if day.year == year)) for year in years]


def festival_distance(dates: pd.DatetimeIndex) -> np.ndarray:
    """Days from the nearest New Year's Day of the lunar calendar, negative before it."""
    days = new_years_days(range(dates[0].year - 1, dates[-1].year + 2))
    gaps = np.array([(dates - day).days for day in days])
    return gaps[np.abs(gaps).argmin(axis=0), np.arange(len(dates))]


def free_days(dates: pd.DatetimeIndex, country: str = "TW") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of `dates` are free from Monday to Friday, which are the first working day after one, and which are weekend
    days worked in exchange. The festival's own days are neither: its knots say what they do."""
    known = holidays.country_holidays(country, years=range(dates[0].year, dates[-1].year + 1))
    weekday = dates.day_of_week.to_numpy()
    distance = festival_distance(dates)
    named = np.array([day.date() in known for day in dates])
    free = named & (weekday < 5) & ~((distance >= -2) & (distance <= 6))
    after = np.concatenate([[False], free[:-1]]) & ~free & (weekday < 5)
    worked = np.array([day.date() in known.weekend_workdays for day in dates]) & (weekday >= 5)
    return free, after, worked


def season_rows(dates: pd.DatetimeIndex, harmonics: int) -> np.ndarray:
    """Cosine and sine of one turn a year, of two, ... `harmonics`: dates x 2 harmonics."""
    angle = 2 * np.pi * (dates.day_of_year.to_numpy() - 0.5) / YEAR_DAYS
    turns = np.arange(1, harmonics + 1) * angle[:, None]
    return np.stack([np.cos(turns), np.sin(turns)], axis=2).reshape(len(dates), 2 * harmonics)


def festival_rows(distance: np.ndarray) -> np.ndarray:
    """How much each knot of the festival counts at each `distance` (days from New Year's Day): dates x knots."""
    knots = (FESTIVAL_ENDS[0], *FESTIVAL_DAYS, FESTIVAL_ENDS[1])
    heights = np.eye(len(knots))[:, 1:-1]
    return np.array([np.interp(distance, knots, height) for height in heights.T]).T


def design(dates: pd.DatetimeIndex, harmonics: int, country: str = "TW") -> pd.DataFrame:
    """One row for each of `dates`, one column an effect on the logarithm of the count; the first is 1.

    `harmonics`: how many sines and cosines of the year. `country`: whose free days (a code that `holidays` knows).
    """
    columns: dict[str, np.ndarray] = {"level": np.ones(len(dates))}
    weekday = dates.day_of_week.to_numpy()
    for place, name in enumerate(WEEKDAYS[:-1]):
        columns[f"weekday.{name}"] = (weekday == place) - 1.0 * (weekday == 6)
    for place, values in enumerate(season_rows(dates, harmonics).T):
        columns[f"season.{('cos', 'sin')[place % 2]}{place // 2 + 1}"] = values
    distance = festival_distance(dates)
    for day, values in zip(FESTIVAL_DAYS, festival_rows(distance).T, strict=True):
        columns[f"festival.{day}"] = values
    for name, values in zip(("free_weekday", "after_free", "worked_weekend"), free_days(dates, country), strict=True):
        columns[name] = values
    return pd.DataFrame({name: np.asarray(values, float) for name, values in columns.items()}, index=dates)


def weeks_of(dates: pd.DatetimeIndex) -> np.ndarray:
    """Number of the week of each date, counted from Monday 29 June 2015."""
    start = dt.date(2015, 6, 29)
    return np.array([(day.date() - start).days // 7 for day in dates])
