"""More means, or fewer hand-offs, make nothing worse, under whatever policy.

    python -m soak.means --policies 200

Every policy is drawn at random: each lever is off, or at a uniform dose. It is run on a part of `licang` as it
is, and with more staff, money or skill, or fewer hand-offs; tasks stay what they are in hours but for the rounding of
posts, and nobody adapts (the parts that give feedback are off). Each seed has the same troubles in all of them. A
change does harm under a policy if the share resolved is surely lower, or trouble days are surely more, over seeds:
one-sided paired t tests, of which those hold that a false discovery rate of 5 % leaves (Benjamini and Hochberg 1995).
With few seeds that finds great harm only: so the table also has the share of policies with p below 0.05, where 0.05
is no harm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.lab.files import table_writer, write_atomically
from sanfang.lab.sweeps.runner import run_all
from sanfang.lab.sweeps.work import Job
from sanfang.report.markdown import table
from sanfang.run.simulation import Run
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario
from sanfang.studies.parts import DISTRICT, off, values_at

SCALE = 0.05
"""Of the district: posts of its communities, of 5,660 residents each, round to within a tenth."""
ADAPT = ("channels", "limits", "attention", "neighbours")
"""Parts that give feedback, which are off here."""
DAYS, WARM_UP = 270, 90
OFF = 0.5
"""Chance that a policy does not use a lever."""
MORE = 1.2
METRICS = {"resolved_90": -1.0, "trouble_days": 1.0}
"""Metrics, and the sign of what is worse."""
FALSE_DISCOVERIES = 0.05


def changes(scenario: Scenario) -> Mapping[str, Mapping[str, Any]]:
    """By name, the settings that give a district more of something."""

    def times(factor: float, *paths: str) -> dict[str, Any]:
        return {path: value * factor for path, value in values_at(scenario, paths).items()}

    posts = {
        f"departments.{name}.posts_per_100k": one.posts_per_100k * MORE for name, one in scenario.departments.items()
    }
    staff = times(MORE, "staffing.officers_per_10k", "staffing.street_per_10k") | posts
    staff |= times(1 / MORE, "staffing.households_per_grid", "tasks.load", "tasks.own_load", "tasks.street_load")
    skills = [f"workforce.{name}" for name in ("officer", "grid_worker", "street", "outside_domain")]
    return {
        "more staff": staff,
        "more money": times(MORE, "money.operating"),
        "more skill": {path: 1.0 - (1.0 - value) / 2 for path, value in values_at(scenario, skills).items()},
        "fewer hand-offs": times(0.5, "casework.bounce"),
    }


def present() -> Scenario:
    """The district, without the parts of behaviour that give feedback, from an empty start."""
    settings = {path: setting for part in ADAPT for path, setting in off(part).items()}
    settings |= {"run.start": "empty", "run.days": DAYS, "run.warm_up": WARM_UP}
    return Scenario.load("before", district=DISTRICT).with_(settings)


def policies(count: int, seed: int) -> Iterator[dict[str, float]]:
    """Random doses of all levers, by path."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        names = lever_names()
        doses = np.where(chance.random(len(names)) < OFF, 0.0, chance.random(len(names)))
        yield {f"policy.{name}": round(float(dose), 3) for name, dose in zip(names, doses, strict=True)}


def measured(run: Run) -> dict[str, float]:
    """What is compared."""
    return {name: run.metrics[name] for name in METRICS}


def runs(count: int, seed: int, reps: int, jobs: int) -> pd.DataFrame:
    """One row a policy, change and seed, with `METRICS`."""
    base = present()
    settings = {"as it is": {}, **changes(base)}
    cells, made = [], []
    for number, policy in enumerate(policies(count, seed)):
        for change, own in settings.items():
            scenario = base.with_(policy | dict(own), origin="means")
            for one in range(seed, seed + reps):
                cells.append({"policy": number, "change": change, "seed": one})
                made.append(Job(scenario, one, scale=SCALE, label=change))
    return pd.DataFrame(
        [cell | found for cell, found in zip(cells, run_all(made, measured, workers=jobs), strict=True)]
    )


def harm(found: pd.DataFrame) -> pd.DataFrame:
    """One row a policy, change and metric: the mean of what is worse (above 0: worse), and whether it is harm."""
    tested = []
    for metric, sign in METRICS.items():
        wide = found.pivot(index=["policy", "seed"], columns="change", values=metric)
        for change in wide.columns.drop("as it is"):
            worse = (sign * (wide[change] - wide["as it is"])).unstack("seed")
            test = stats.ttest_1samp(worse, 0.0, axis=1, alternative="greater", nan_policy="omit")
            tested.append(
                pd.DataFrame({
                    "policy": worse.index, "change": change, "metric": metric, "worse": worse.mean(axis=1).to_numpy(),
                    "p": np.nan_to_num(np.asarray(test.pvalue, float), nan=1.0),
                })
            )  # fmt: skip
    rows = pd.concat(tested, ignore_index=True)
    return rows.assign(harm=stats.false_discovery_control(rows["p"]) <= FALSE_DISCOVERIES)


def lines(rows: pd.DataFrame) -> list[str]:
    """A table in Markdown, a row each change and metric."""
    cells: list[tuple[str, ...]] = []
    for (change, metric), own in rows.groupby(["change", "metric"]):
        better, count, low = -own["worse"], int(own["harm"].sum()), float((own["p"] < 0.05).mean())
        told = f"{better.mean():+.4g}", f"{better.min():+.4g}", f"{low:.3f}", str(count)
        cells.append((str(change), f"`{metric}`", *told))
    head = ("Change", "Metric", "Better by, on average", "Least", "p below 0.05", "Policies that it harms")
    return list(table(head, cells))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak.means", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--policies", type=int, default=200)
    parser.add_argument("--reps", type=int, default=6, help="seeds of each (default 6)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a CSV file for the runs")
    options = parser.parse_args()
    found = runs(options.policies, options.seed, options.reps, options.jobs)
    if options.keep:
        write_atomically(options.keep, table_writer(found))
    rows = harm(found)
    print("\n".join(lines(rows)))
    print(rows[rows["harm"]].to_string(index=False))


if __name__ == "__main__":
    main()
