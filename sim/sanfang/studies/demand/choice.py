"""Which settings forecast best, asked of years that have passed: rolling origins inside the training days alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from sanfang.studies.demand.records import weekly_counts
from sanfang.studies.demand.scores import CLIMATOLOGIES, verdict
from sanfang.studies.demand.year_ahead import Settings, forecast_weeks, train

ORIGINS = ("2016-06-26", "2016-09-25", "2016-12-25", "2017-03-26", "2017-06-25", "2017-09-24", "2017-12-31")
"""Sundays, a quarter apart: after the first whole year, and up to a year before the end."""

GRID = tuple(Settings(*pair) for pair in product((1, 2, 3, 4, 5), (1.0, 0.7, 0.5, 0.3)))

WEEKS = 52

AS_GOOD = 1.01
"""A mean score at most 1 % above the lowest is as good."""


def cross_validation(
    counts: pd.Series, grid: Sequence[Settings] = GRID, origins: Sequence[str] = ORIGINS, draws: int = 2000
) -> pd.DataFrame:
    """A row for each of the `grid` and each origin: what the band of the 52 weeks after it held and scored.

    `counts` are the training days; each origin knows only the days up to it. Weeks with a missing day are not judged.
    """
    rows = []
    for settings, origin in product(grid, origins):
        trained = train(counts.loc[:origin], settings)
        bands = forecast_weeks(trained, _next(origin), WEEKS, draws=draws)
        found = verdict(bands, _seen(counts, origin))
        rows.append({"harmonics": settings.harmonics, "drift_share": settings.drift_share, "origin": origin, **found})
    return pd.DataFrame(rows)


def rivals(counts: pd.Series, origins: Sequence[str] = ORIGINS) -> pd.DataFrame:
    """The same for the climatologies, over the weeks that two past years know."""
    rows = []
    for name, origin in product(CLIMATOLOGIES, origins):
        past = whole_weeks(counts.loc[:origin])
        ahead = pd.date_range(_next(origin), periods=WEEKS, freq="7D").isocalendar()["week"].to_numpy()
        if past["week"].duplicated().any():
            rows.append(
                {"rival": name, "origin": origin, **verdict(CLIMATOLOGIES[name](past, ahead), _seen(counts, origin))}
            )
    return pd.DataFrame(rows)


def chosen(table: pd.DataFrame) -> Settings:
    """Of the settings with a mean interval score (over the origins of `cross_validation`) within `AS_GOOD` of the
    lowest, those with the fewest harmonics; of these the best."""
    means = table.groupby(["harmonics", "drift_share"])["score"].mean()
    good = means[means <= AS_GOOD * means.min()]
    fewest = min(harmonics for harmonics, _ in good.index)
    return Settings(int(fewest), float(good[fewest].idxmin()))


def whole_weeks(counts: pd.Series) -> pd.DataFrame:
    """`year`, `week` and `count` of the ISO weeks of which every day has a record."""
    weeks = weekly_counts(counts.to_frame("total"))
    whole = weeks[weeks["days"] == 7]
    return whole[["year", "week"]].assign(count=whole["total"])


def _next(origin: str) -> pd.Timestamp:
    return pd.Timestamp(origin) + pd.Timedelta(days=1)


def _seen(counts: pd.Series, origin: str) -> np.ndarray:
    days = counts.reindex(pd.date_range(_next(origin), periods=7 * WEEKS)).to_numpy(float)
    return np.asarray(days.reshape(WEEKS, 7).sum(axis=1))
