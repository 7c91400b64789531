"""A demand's shape as a small file: weekday, season, festival, storms, dispersion, each with error, unit and source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sanfang.studies.demand.design import FESTIVAL_DAYS, season_rows
from sanfang.studies.demand.model import Fit, Sizes
from sanfang.studies.demand.storms import Storms

Array = np.ndarray

SHAPES = Path(__file__).with_name("taipei_shape.toml")
"""The shapes of Taipei's 1999, by kind."""

YEAR = pd.date_range("2017-01-01", "2017-12-31")

DRAWS = 4000
"""Effects drawn from their joint distribution, for errors of what is computed from several."""


@dataclass(frozen=True)
class Shape:
    """What multiplies a usual day's requests. All arrays but `storms` are logarithms; the mean day of a year without
    festival, free days and storms has multiplier 1."""

    weekday: Array
    """Seven, Monday first."""
    season: Array
    """Harmonics x 2: factors of cosine and sine."""
    festival: Array
    """At each of `FESTIVAL_DAYS`."""
    free_weekday: float
    after_free: float
    worked_weekend: float
    storms: Array
    """Storms x days: each observed storm's days, as logarithms."""
    storms_a_year: float
    sizes: Sizes


def shape_of(table: Mapping[str, Any]) -> Shape:
    """The shape that a table of the file says."""
    size = {name: table["dispersion"][name]["value"] for name in ("drift", "swing", "memory", "noise")}
    return Shape(
        weekday=np.log(table["weekday"]["value"]),
        season=np.array([table["season"]["cosine"], table["season"]["sine"]]).T,
        festival=np.log(table["festival"]["value"]),
        free_weekday=float(np.log(table["free_weekday"]["value"])),
        after_free=float(np.log(table["after_free"]["value"])),
        worked_weekend=float(np.log(table["worked_weekend"]["value"])),
        storms=np.log(np.array(table["storms"]["days"])),
        storms_a_year=table["storms"]["rate"]["value"],
        sizes=Sizes(**size),
    )


def read_shapes(path: Path = SHAPES) -> dict[str, Shape]:
    """The shapes of a file, by kind."""
    document = tomllib.loads(path.read_text("utf-8"))
    return {name: shape_of(table) for name, table in document.items() if isinstance(table, dict)}


def table_of(
    fit: Fit, storms: Storms, usual: float, errors: Sizes, likeliest_drift: float, source: str
) -> dict[str, Any]:
    """The table of one kind, to be written as TOML. `usual` is the mean day's number of requests, `errors` those of the
    sizes, `likeliest_drift` the drift before a share of it was taken."""
    random = np.random.default_rng(1)
    drawn = random.multivariate_normal(fit.effects, fit.covariance, DRAWS, method="cholesky")
    mean, errors_of = fit.effects, fit.errors()
    columns = list(mean.index)
    harmonics = sum(name.startswith("season.cos") for name in columns)

    def part(prefix: str, values: Array) -> Array:
        return np.asarray(values[..., [place for place, name in enumerate(columns) if name.startswith(prefix)]])

    def weekdays(values: Array) -> Array:
        effects = part("weekday.", values)
        days = np.exp(np.concatenate([effects, -effects.sum(axis=-1, keepdims=True)], axis=-1))
        return np.asarray(days / days.mean(axis=-1, keepdims=True))

    def months(values: Array) -> Array:
        days = np.exp(part("season.", values) @ season_rows(YEAR, harmonics).T)
        number = YEAR.month.to_numpy()
        by_month = np.stack([days[..., number == month].mean(axis=-1) for month in range(1, 13)], axis=-1)
        return np.asarray(by_month / by_month.mean(axis=-1, keepdims=True))

    def single(name: str) -> dict[str, Any]:
        value = float(np.exp(mean[name]))
        return {"value": _short(value), "error": _short(value * errors_of[name])}

    at = mean.to_numpy()
    festival = np.exp(part("festival.", at))
    season = part("season.", at)
    number = len(storms.days)
    sizes = fit.sizes
    drift_error = errors.drift * sizes.drift / likeliest_drift
    return {
        "source": source,
        "level": {"value": _short(usual), "unit": "requests a day, mean of the last 52 weeks with a record"},
        "weekday": _list(weekdays(at), weekdays(drawn), "times the mean day; Monday first"),
        "month": _list(months(at), months(drawn), "times the mean day, months as if equally long, festival apart"),
        "season": {
            "cosine": _short(season[0::2]),
            "sine": _short(season[1::2]),
            "unit": "logarithm; factors of cosine and sine of 1, 2, ... turns a year, at (day - 0.5) / 365.25 of it",
        },
        "festival": {
            "days": list(FESTIVAL_DAYS),
            **_list(festival, np.exp(part("festival.", drawn)), "times another day; days from lunar New Year's Day"),
        },
        "free_weekday": {**single("free_weekday"), "unit": "times the same weekday; the festival's days apart"},
        "after_free": {**single("after_free"), "unit": "times the same weekday; the first working day after one"},
        "worked_weekend": {**single("worked_weekend"), "unit": "times the same weekend day"},
        "storms": {
            "rate": {
                "value": _short(storms.rate()),
                "error": _short(np.sqrt(number) / storms.seasons),
                "unit": f"storms a year, {number} in {storms.seasons:g} seasons of July to September",
            },
            "excess": {
                "value": _short(float(storms.excess_days().mean())),
                "error": _short(float(storms.excess_days().std(ddof=1) / np.sqrt(number))),
                "unit": "usual days' requests more than without the storm",
            },
            "first_days": [f"{day:%Y-%m-%d}" for day in storms.days],
            "days": [_short(np.exp(row)) for row in storms.profiles],
            "unit": "times a usual day, from the day before the collapse to 14 days after it, storm by storm",
        },
        "dispersion": {
            "drift": {"value": _short(sizes.drift), "error": _short(drift_error), "likeliest": _short(likeliest_drift)},
            "swing": {"value": _short(sizes.swing), "error": _short(errors.swing)},
            "memory": {"value": _short(sizes.memory), "error": _short(errors.memory)},
            "noise": {"value": _short(sizes.noise), "error": _short(errors.noise)},
            "day_variance_over_mean": _short(1 + usual * np.expm1(sizes.noise**2)),
            "week_variance_over_mean": _short(1 + 7 * usual * np.expm1(sizes.swing**2 + sizes.noise**2 / 7)),
            "unit": "standard deviations of the logarithm: drift of the level a week (a share of the likeliest), swing "
            "of weeks, noise of days beyond Poisson's; memory: correlation of one week's swing with the next one's",
        },
    }  # fmt: skip


def _list(value: Array, drawn: Array, unit: str) -> dict[str, Any]:
    return {"value": _short(value), "error": _short(drawn.std(axis=0)), "unit": unit}


def _short(value: Any) -> Any:
    return np.round(value, 4).tolist()
