"""Whether the district is steady from day 0 on: years of `before` from a steady, an empty and an overloaded start.

    python -m soak.steady --district licang --scale 0.1 --seeds 12

plays ten years on a reference year that is repeated, and prints two tables. The first is a test of equivalence: the
slope of each yearly mean, with its 90 % interval over seeds, beside the bound within which it counts as none. The
second tells whether there is one state or several: the tenth year from an empty district (nothing of which was brought
to its place) and from an overloaded one (twice the needs in the first sixty days, trust at a third) against the tenth
from the steady start.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.model.model import DistrictModel
from sanfang.model.state import DEPARTMENT, TIER_NAMES
from sanfang.report import markdown
from sanfang.scenario.scenario import Scenario

TIERS = TIER_NAMES[: DEPARTMENT + 1]
YEARS = 10
SURGE_DAYS, SURGE, LOW_TRUST = 60, 2.0, 1 / 3
LOOK_DAYS = 7

BOUNDS = {"satisfaction": 0.0005, "open": 0.03, "hours": 0.02}
"""Change a year that counts as none: satisfaction in its unit, the others relative; `OTHER` of those not named."""
OTHER = 0.005
TENTH = {"satisfaction": 0.005, "open": 0.1}
"""Difference of the tenth year that counts as none; `OTHER_TENTH` of those not named, relative."""
OTHER_TENTH = 0.05


@dataclass(frozen=True)
class Start:
    """From where the years are played."""

    name: str
    settings: tuple[str, ...]
    before: Callable[[DistrictModel], None] | None = None


def _overload(model: DistrictModel) -> None:
    """Twice the needs for sixty days, and little trust."""
    model.demand_by_day[:SURGE_DAYS] *= SURGE
    model.residents.trust[:] *= LOW_TRUST


STARTS = (Start("steady", ()), Start("empty", ("run.start=empty",)), Start("overloaded", (), _overload))


def years_of(start: Start, district: str, scale: float, seed: int) -> list[dict[str, Any]]:
    """Yearly means of one seed from one start."""
    settings = ["run.start=steady", "calendar.reference_year=2025", *start.settings]
    scenario = Scenario.load("before", district=district, settings=settings)
    model = DistrictModel(scenario, seed=seed, days=365 * YEARS, scale=scale)
    if start.before is not None:
        start.before(model)
    size = model.world.communities["size"]
    return [{"start": start.name, "seed": seed, "year": year + 1} | _year(model, year, size) for year in range(YEARS)]


def _year(model: DistrictModel, year: int, size: np.ndarray) -> dict[str, float]:
    """Play a year; the means of what must be steady."""
    looks: list[dict[str, float]] = []
    tiers = model.world.persons["tier"]
    booked = model.engine.hours.sum()
    for day in range(365):
        model.step()
        if day % LOOK_DAYS == 0:
            skill = {
                f"skill {TIER_NAMES[n]}": float(model.world.skill[tiers == n].mean()) for n in range(DEPARTMENT + 1)
            }
            minds = {name: float(getattr(model.residents, name).mean()) for name in ("trust", "expectation")}
            pots = float(model.world.budget.sum() + model.world.communities["fund"].sum())
            postponed = float(model.world.office_work["owed"].sum())
            looks.append(skill | minds | {"funds": pots, "postponed hours": postponed})
    days, diary = slice(365 * year, 365 * (year + 1)), model.diary
    stocks = {"latent": float(diary.latent[days].mean()), "open": float(diary.open[days].mean())}
    satisfaction = float((diary.satisfaction[days] @ size / size.sum()).mean())
    hours = float(model.engine.hours.sum() - booked)
    return {"satisfaction": satisfaction} | stocks | pd.DataFrame(looks).mean().to_dict() | {"hours": hours}


def slopes(years: pd.DataFrame) -> pd.DataFrame:
    """One row a series of the steady start: its mean, slope a year with 90 % interval and bound."""
    own = years[years["start"] == "steady"]
    rows = []
    for name in own.columns.drop(["start", "seed", "year"]):
        table = own.pivot(index="seed", columns="year", values=name)
        mean = float(table.to_numpy().mean())
        slope = np.polyfit(table.columns, table.to_numpy().T, 1)[0]
        rows.append(_row(name, mean, slope if name == "satisfaction" else slope / mean, BOUNDS.get(name, OTHER)))
    return pd.DataFrame(rows)


def tenth_years(years: pd.DataFrame) -> pd.DataFrame:
    """One row a series and other start: the difference of the tenth year to that from the steady start, by seed."""
    last = years[years["year"] == YEARS].set_index(["start", "seed"])
    rows = []
    for start in last.index.unique("start").drop("steady"):
        for name in last.columns.drop("year"):
            base = last.loc["steady", name]
            difference = (last.loc[start, name] - base).dropna().to_numpy()
            relative = difference if name == "satisfaction" else difference / float(base.mean())
            rows.append({"start": start} | _row(name, float(base.mean()), relative, TENTH.get(name, OTHER_TENTH)))
    return pd.DataFrame(rows)


def _row(name: str, mean: float, values: np.ndarray, bound: float) -> dict[str, Any]:
    estimate = float(values.mean())
    half = float(stats.t.ppf(0.95, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5)
    low, high = estimate - half, estimate + half
    return {
        "series": name, "mean": mean, "estimate": estimate, "low": low, "high": high, "bound": bound,
        "none": "yes" if -bound < low and high < bound else "cannot be told" if low < bound and high > -bound else "no",
    }  # fmt: skip


def _markdown(table: pd.DataFrame) -> list[str]:
    """A table as lines of a page."""
    cells = table.map(lambda value: f"{value:.4g}" if isinstance(value, float) else str(value))
    return list(markdown.table(list(table.columns), cells.to_numpy().tolist())) if len(table) else []


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak.steady", description=__doc__.split("\n")[0])
    parser.add_argument("--district", default="licang")
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only-steady", action="store_true", help="leave the other two starts out")
    parser.add_argument("--keep", type=Path, help="a CSV file of the yearly means; runs it holds are not made again")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    starts = STARTS[:1] if options.only_steady else STARTS
    years = pd.read_csv(options.keep) if options.keep and options.keep.exists() else pd.DataFrame()
    played = set(zip(years["start"], years["seed"], strict=True)) if len(years) else set()
    with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=1) as pool:
        runs = [
            pool.apply_async(years_of, (start, options.district, options.scale, seed))
            for seed in seeds
            for start in starts
            if (start.name, seed) not in played
        ]
        for done, run in enumerate(runs, start=1):
            years = pd.concat([years, pd.DataFrame(run.get())], ignore_index=True)
            if options.keep:
                years.to_csv(options.keep, index=False)
            print(f"{done} of {len(runs)} runs", file=sys.stderr, flush=True)
    years = years[years["seed"].isin(seeds) & years["start"].isin([start.name for start in starts])]
    for table in (slopes(years), tenth_years(years) if len(starts) > 1 else pd.DataFrame()):
        print("\n".join(_markdown(table)), end="\n\n")


if __name__ == "__main__":
    main()
