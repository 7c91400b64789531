"""How good a band is: how often it holds, and its interval score; and the bands of those who know only past years."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.studies.demand.year_ahead import BAND

Array = np.ndarray

EDGE = float(stats.norm.ppf((1 + BAND) / 2))


def interval_score(low: Array, high: Array, seen: Array, share: float = BAND) -> Array:
    """The score of each band that is meant to hold `share` of what is seen: its width, and 2 / (1 - `share`) times the
    distance of what falls outside. Less is better. Gneiting and Raftery (2007), eq. 43."""
    missed = np.maximum(low - seen, 0) + np.maximum(seen - high, 0)
    return np.asarray(high - low + 2 / (1 - share) * missed)


def held(low: Array, high: Array, seen: Array) -> float:
    """Share of `seen` within the bands, ends included."""
    return float(np.mean((seen >= low) & (seen <= high)))


def verdict(bands: pd.DataFrame, seen: Array) -> dict[str, float]:
    """Share held, mean interval score and mean width of `bands` (`low`, `high`), over the weeks where all is known."""
    low, high = bands["low"].to_numpy(), bands["high"].to_numpy()
    known = ~np.isnan(low + high + seen)
    low, high, seen = low[known], high[known], seen[known]
    return {
        "weeks": float(known.sum()),
        "held": held(low, high, seen),
        "score": float(interval_score(low, high, seen).mean()),
        "width": float((high - low).mean()),
    }


def normal_climatology(past: pd.DataFrame, weeks: Array) -> pd.DataFrame:
    """Mean and standard deviation of the same ISO week in past years, as if normal. `past`: `week` and `count` of whole
    weeks; `weeks`: the ISO weeks asked for. NaN where fewer than two years know the week, as in all of these."""
    groups = past.groupby("week")["count"]
    mean, spread = groups.mean().reindex(weeks), groups.std().reindex(weeks)
    return _bands(mean - EDGE * spread, mean + EDGE * spread)


def student_climatology(past: pd.DataFrame, weeks: Array) -> pd.DataFrame:
    """The same with the error of a mean of so few years, and Student's t: what a normal sample would justify."""
    groups = past.groupby("week")["count"]
    mean, spread, years = (part.reindex(weeks) for part in (groups.mean(), groups.std(), groups.count()))
    edge = stats.t.ppf((1 + BAND) / 2, np.maximum(years - 1, 1)) * spread * np.sqrt(1 + 1 / years)
    return _bands(mean - edge, mean + edge)


def pooled_climatology(past: pd.DataFrame, weeks: Array) -> pd.DataFrame:
    """Mean of the same week, with one standard deviation for all weeks."""
    groups = past.groupby("week")["count"]
    inner = past["count"] - groups.transform("mean")
    spread = np.sqrt((inner**2).sum() / (len(past) - past["week"].nunique()))
    mean = groups.mean().where(groups.count() > 1).reindex(weeks)
    return _bands(mean - EDGE * spread, mean + EDGE * spread)


def range_climatology(past: pd.DataFrame, weeks: Array) -> pd.DataFrame:
    """The lowest and the highest count of the same week."""
    groups = past.groupby("week")["count"]
    known = groups.count() > 1
    return _bands(groups.min().where(known).reindex(weeks), groups.max().where(known).reindex(weeks))


def levelled_climatology(past: pd.DataFrame, weeks: Array, drifting: bool = True) -> pd.DataFrame:
    """The harder rival: same week at the last year's level. log(count) = year + week by least squares; the band has the
    spread that is left, and, if `drifting`, that of the level from one year to the next. `past` has `year` as well."""
    years, numbers = sorted(set(past["year"])), sorted(set(past["week"]))
    matrix = np.zeros((len(past), len(years) + len(numbers)))
    matrix[np.arange(len(past)), [years.index(year) for year in past["year"]]] = 1
    matrix[np.arange(len(past)), [len(years) + numbers.index(week) for week in past["week"]]] = 1
    target = np.log(past["count"].to_numpy(float))
    effects = np.linalg.lstsq(matrix, target, rcond=None)[0]
    free = len(past) - (len(years) + len(numbers) - 1)
    left = float(((target - matrix @ effects) ** 2).sum() / free)
    level = pd.Series(effects[: len(years)], index=years)
    known = past.groupby("week")["count"].count()
    counted = known.where(known > 1).reindex(weeks).to_numpy(float)
    variance = left * (1 + 1 / counted) + (float((level.diff().dropna() ** 2).mean()) if drifting else 0.0)
    centre = pd.Series(effects[len(years) :], index=numbers).reindex(weeks).to_numpy() + level.iloc[-1]
    edge = EDGE * np.sqrt(variance)
    return _bands(np.exp(centre - edge), np.exp(centre + edge))


def levelled_without_drift(past: pd.DataFrame, weeks: Array) -> pd.DataFrame:
    """The same, sure that the level stays."""
    return levelled_climatology(past, weeks, drifting=False)


CLIMATOLOGIES: Mapping[str, Callable[[pd.DataFrame, Array], pd.DataFrame]] = {
    "same week, normal": normal_climatology,
    "same week, Student": student_climatology,
    "same week, pooled": pooled_climatology,
    "same week, range": range_climatology,
    "levelled, drifting": levelled_climatology,
    "levelled, fixed": levelled_without_drift,
}
"""Rivals by name. The first is the one that the model must beat."""


def _bands(low: pd.Series | Array, high: pd.Series | Array) -> pd.DataFrame:
    return pd.DataFrame({"low": np.asarray(low, float), "high": np.asarray(high, float)})
