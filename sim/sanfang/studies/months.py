"""Which months' profile fits records that it was not made from: flat, Baltimore's or Taipei's.

    python -m sanfang.studies.months ../shared/data

A profile is judged by the Poisson deviance of monthly counts around profile x length of month x a level that the record
sets itself (a smooth trend, since hotlines grow). A deviance per request says nothing alone; the difference between two
profiles does, with an interval from resampling months. Los Angeles' record has three days and can judge none.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize

from sanfang.studies import demand_shapes
from sanfang.studies.demand.draws import calendar_multipliers
from sanfang.studies.demand.records import REPORTS, TOTAL, daily_counts
from sanfang.studies.demand.shape import Shape, read_shapes

Array = np.ndarray

PAIRS = (
    ("Baltimore", "flat"),
    ("Taipei, reports", "flat"),
    ("Taipei, all", "flat"),
    ("Baltimore", "Taipei, reports"),
    ("Baltimore", "Taipei, all"),
)
"""Which profile is compared with which."""

FESTIVAL_YEARS = ("2016-01-01", "2034-12-31")
"""Nineteen years, after which lunar New Year's Day falls on the same dates again."""


def month_profile(shape: Shape) -> Array:
    """Twelve shares that sum to 1, months as if equally long: season and the Spring Festival's mean over 19 years.

    Other free days count as any day, since a district has its own.
    """
    days = pd.date_range(*FESTIVAL_YEARS)
    plain = Shape(np.zeros(7), shape.season, shape.festival, 0.0, 0.0, 0.0, shape.storms, 0.0, shape.sizes)
    by_month = pd.Series(calendar_multipliers(plain, days)).groupby(days.month.to_numpy()).mean()
    return np.asarray(by_month / by_month.sum())


def monthly(days: pd.Series) -> pd.DataFrame:
    """Counts by month from daily `days` (NaN: no record): `count`, `days`, `month` (1-12), `time` in years."""
    months = days.groupby(pd.DatetimeIndex(days.index).to_period("M"))
    when = pd.PeriodIndex(months.sum().index)
    return pd.DataFrame(
        {
            "count": months.sum().to_numpy(),
            "days": months.count().to_numpy(),
            "month": when.month,
            "time": when.year + (when.month - 0.5) / 12,
        }
    )


def deviances(table: pd.DataFrame, profile: Array, bends: int) -> Array:
    """Poisson deviance of each month of `table` around `profile` at a level exp(polynomial of degree `bends`)."""
    count = table["count"].to_numpy(float)
    offset = np.log(12 * profile[table["month"] - 1] * table["days"])
    time = table["time"].to_numpy()
    trend = np.vander((time - time.mean()) / max(np.ptp(time), 1), bends + 1)
    start = np.zeros(bends + 1)
    start[-1] = np.log(count.sum() / np.exp(offset).sum())

    def loss(at: Array) -> tuple[float, Array]:
        mean = np.exp(offset + trend @ at)
        return float((mean - count * np.log(mean)).sum() / count.sum()), trend.T @ (mean - count) / count.sum()

    best = optimize.minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-9})
    mean = np.exp(offset + trend @ best.x)
    logs = np.log(np.where(count > 0, count, 1) / mean)
    return np.asarray(2 * (np.where(count > 0, count * logs, 0) - count + mean))


def difference(one: Array, other: Array, requests: float, draws: int = 4000) -> tuple[float, float, float]:
    """Deviance of `one` profile less that of the `other`, per 1,000 requests, and its 95 % interval over months drawn
    again. Above 0: `one` fits worse."""
    gap = 1000 * (one - other) / requests
    random = np.random.default_rng(1)
    again = gap[random.integers(len(gap), size=(draws, len(gap)))].sum(axis=1)
    low, high = np.quantile(again, [0.025, 0.975])
    return float(gap.sum()), float(low), float(high)


def profiles(folder: Path) -> dict[str, Array]:
    """The profiles by name."""
    table = pd.read_csv(folder / "requests_baltimore_2014_2017.csv", parse_dates=["created", "closed", "due"])
    residents = demand_shapes.resident_requests_baltimore(table)
    shapes = read_shapes()
    return {
        "flat": np.full(12, 1 / 12),
        "Baltimore": np.array(demand_shapes.month_shares(residents["created"])),
        "Taipei, reports": month_profile(shapes[REPORTS]),
        "Taipei, all": month_profile(shapes[TOTAL]),
    }


def judges(folder: Path) -> dict[str, tuple[pd.DataFrame, int]]:
    """Records that can judge: months, and the degree of their trend. Taipei's own days judge the others only."""
    taipei = daily_counts(folder / "taipei_1999_daily_by_item_2015_2021.csv")
    fuzhou = pd.read_csv(folder / "requests_fuzhou_rivers_2016_2018.csv", parse_dates=["created"])
    created = fuzhou["created"].value_counts().reindex(pd.date_range("2016-01-01", "2018-12-31"), fill_value=0)
    return {
        "Fuzhou, rivers, 2016-2018": (monthly(created.astype(float)), 2),
        "Taipei, reports, 2015-2018": (monthly(taipei[REPORTS]), 2),
        "Taipei, all, 2015-2018": (monthly(taipei[TOTAL]), 2),
    }


def judged(folder: Path) -> pd.DataFrame:
    """A row for each judge and pair of profiles: `judge`, `profile`, `than`, and how much more deviance the profile has
    per 1,000 requests, with its interval (`more`, `low`, `high`)."""
    rows = []
    known = profiles(folder)
    for judge, (table, bends) in judges(folder).items():
        requests = float(table["count"].sum())
        found = {name: deviances(table, profile, bends) for name, profile in known.items()}
        for name, than in PAIRS:
            more, low, high = difference(found[name], found[than], requests)
            rows.append({"judge": judge, "profile": name, "than": than, "more": more, "low": low, "high": high})
    return pd.DataFrame(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the profiles and how they fit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the shared data")
    given = parser.parse_args(arguments)
    known = pd.DataFrame(profiles(given.folder), index=pd.Index(range(1, 13), name="month"))
    print((12 * known).round(3).to_string())
    print(judged(given.folder).round(1).to_string(index=False))


if __name__ == "__main__":
    main()
