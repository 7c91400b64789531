"""Taipei's weeks of 2019 beside weeks that the model's own bursts make, as crowded and as quiet as they may be.

    python -m sanfang.studies.engine_weeks

What is expected of each week is the median of the band that was made of 2015 to 2018 (`taipei_weeks`). Weeks are looked
at over it, and over the mean of their year, as the level of a year is not what bursts are about.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sanfang.model.district.bursts import burst_factors
from sanfang.report.markdown import table
from sanfang.scenario.conditions import Worsening
from sanfang.scenario.scenario import Scenario
from sanfang.studies.demand import scores
from sanfang.studies.demand.records import BANDS, REPORTS, TOTAL, weeks
from sanfang.studies.demand.year_ahead import BAND

YEARS = 1000
"""Years that are drawn for the band."""

WEEK = 7
Weeks = np.ndarray
"""Of each week, or `[year, week]`: its count over what was expected, over the mean of its year."""


def seen_weeks(kind: str) -> tuple[list[dt.date], np.ndarray, Weeks]:
    """The days, what was expected of each week, and the weeks as they were, of 2019."""
    bands = pd.read_csv(BANDS, parse_dates=["monday"])
    rows = bands[bands["kind"] == kind].merge(weeks()[["monday", kind]], on="monday")
    first, expected = rows["monday"].iloc[0].date(), rows["median"].to_numpy(float)
    days = [first + dt.timedelta(days=n) for n in range(len(rows) * WEEK)]
    return days, expected, _over_the_year(rows[kind].to_numpy(float) / expected)


def drawn_weeks(settings: Worsening, days: Sequence[dt.date], expected: np.ndarray, years: int = YEARS) -> Weeks:
    """`[year, week]`: years of these weeks, with the model's bursts and the chance of counts."""
    chance, drawn = np.random.default_rng(1), np.empty((years, len(expected)))
    for seed in range(years):
        usual = np.repeat(expected / WEEK, WEEK) * burst_factors(settings, days, seed)
        drawn[seed] = chance.poisson(usual).reshape(-1, WEEK).sum(axis=1)
    return _over_the_year(drawn / expected)


def _over_the_year(ratios: np.ndarray) -> Weeks:
    return np.asarray(ratios / ratios.mean(axis=-1, keepdims=True))


def verdict(district: str, kind: str) -> dict[str, float]:
    """Share of the weeks of 2019 within the model's band of 90 %, its mean interval score and width, and the spread of
    weeks, seen and drawn."""
    days, expected, seen = seen_weeks(kind)
    drawn = drawn_weeks(Scenario.load("before", district=district).worsening, days, expected)
    low, high = np.quantile(drawn, (0.5 - BAND / 2, 0.5 + BAND / 2), axis=0)
    bands = pd.DataFrame({"low": low, "high": high})
    spread = {"sd seen": float(np.log(seen).std()), "sd drawn": float(np.log(drawn).std(axis=1).mean())}
    return scores.verdict(bands, seen) | spread


def main() -> None:
    """Print a table in Markdown: with the bursts of `licang`, and with none."""
    about = argparse.ArgumentParser(prog="python -m sanfang.studies.engine_weeks", description=__doc__)
    about.parse_args()
    found = [
        (district, kind, verdict(district, kind))
        for district in ("licang", "licang-plain")
        for kind in (REPORTS, TOTAL)
    ]
    names = list(found[0][2])
    rows = [(district, kind, *(f"{one[name]:.3g}" for name in names)) for district, kind, one in found]
    print("\n".join(table(("District", "Requests", *names), rows)))


if __name__ == "__main__":
    main()
