"""The headline after each step from the first edition to the second: what decided what.

    python -m sanfang.studies.second_edition

prints the table of docs/second-edition.md. Each row is the headline under one more convention of the second edition,
beginning with those of the first (they are in `first_edition.toml`); then come variations of the last row.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sanfang.lab.comparison import Comparison, compare
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.scenario.scenario import Scenario

POLICIES = ("before", "three-devolutions", "three-devolutions-two-refinements")
SHORT = {"three-devolutions": "three", "three-devolutions-two-refinements": "all"}
FIRST_EDITION = tomllib.loads((Path(__file__).parent / "first_edition.toml").read_text("utf-8"))
"""Values of the first edition by step: each step takes its own away."""

STEPS = {
    "calendar": "calendar of any year, working weekends",
    "start": "steady start, year from day 0",
    "norm": "expectation drawn to what is promised",
    "parameters": "calibrated in the steady state",
    "months": "months of Taipei's reports instead of Baltimore's",
}


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """What each row is called, and the settings that make it of today's scenarios."""
    left = list(STEPS)
    yield "first edition", _settings(left)
    while left:
        step = left.pop(0)
        yield f"+ {STEPS[step]}", _settings(left)


def _settings(left: list[str]) -> dict[str, Any]:
    return {path: value for step in left for path, value in FIRST_EDITION[step].items()}


VARIATIONS: Mapping[str, Mapping[str, Any]] = {
    "chores yield to requests": {"casework.chores_yield": 1.0},
    "troubles alone redrawn": {"run.replicate": "troubles"},
    "map redrawn": {"run.replicate": "map"},
}


def headline(settings: Mapping[str, Any], scale: float, reps: int, jobs: int | None, dose: str = "") -> Comparison:
    """The policies under some settings, a year."""
    names = [name + (dose if name != POLICIES[0] else "") for name in POLICIES]
    scenarios = [Scenario.load(name, district="licang-plain").with_(settings) for name in names]
    return compare(scenarios, reps=reps, days=365, scale=scale, jobs=jobs, by=())


def row(name: str, comparison: Comparison) -> list[str]:
    """A line of the table: the level of `before` and the differences, with 95 % intervals."""
    means = comparison.means.set_index(["scenario", "metric"])["mean"]
    cells = [name, ", ".join(_number(item, means[POLICIES[0], item]) for item in HEADLINES)]
    for scenario in comparison.scenarios:
        if scenario == comparison.baseline:
            continue
        rows = {row["metric"]: row for row in comparison.differences.to_dict("records") if row["scenario"] == scenario}
        cells.append("; ".join(difference(rows[item]) for item in HEADLINES))
    return cells


def _number(name: str, value: float) -> str:
    return metric(name).format(float(value))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sanfang.studies.second_edition", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--reps", type=int, default=10)
    parser.add_argument("--jobs", type=int)
    options = parser.parse_args()
    rows = [row(name, headline(settings, options.scale, options.reps, options.jobs)) for name, settings in steps()]
    for name, settings in VARIATIONS.items():
        rows.append(row(name, headline(settings, options.scale, options.reps, options.jobs)))
    rows.append(row("half of every dose", headline({}, options.scale, options.reps, options.jobs, "@0.5")))
    head = ["", "`before`", *SHORT.values()]
    print("\n".join(table(head, rows)))


if __name__ == "__main__":
    main()
