"""The headline with all parts of behaviour on, and with each part off, every district calibrated for itself.

    python -m sanfang.studies.parts --out results/parts

A part that is off has the values of `licang`, which has none. What `--out` holds already stays, so that this can be
stopped and begun again. Prints the table of docs/second-edition.md.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sanfang.lab.comparison import compare
from sanfang.lab.files import table_writer, write_atomically
from sanfang.metrics.catalogue import HEADLINES
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.scenario.catalogue import values as values_of
from sanfang.scenario.scenario import Scenario
from sanfang.studies.calibrate_present import KNOBS, STEP, TARGETS, calibrated, present_outputs_of
from sanfang.studies.second_edition import POLICIES, SHORT

DISTRICT, WITHOUT = "licang-parts", "licang"
PARTS: dict[str, tuple[str, ...]] = {
    "work with an end": ("tasks.deadline_days", "tasks.chore_days"),
    "one team": ("casework.grids_help", "casework.offices_help"),
    "grids of their own": ("workforce.knowing_days",),
    "posts by need": ("staffing.moves",),
    "money": ("money.in_turn", "money.pays_above", "money.refunded"),
    "terminals": ("terminals.fails_days", "terminals.room", "terminals.minutes"),
    "opening hours": ("voice.visits_in_hours",),
    "take-up": ("take_up.known",),
    "shared troubles": ("sharing.others",),
    "voiced again": ("voice.again",),
    "growing worse": ("worsening.urgent_days", "worsening.harder"),
    "bursts": ("worsening.swing", "worsening.day_noise", "worsening.storms"),
    "channels": ("channels.choice", "channels.calls"),
    "limits": ("assessment.held",),
    "attention": ("assessment.adapts",),
    "neighbours": ("voice.neighbours",),
}
"""What switches each part on, by its name."""

CALIBRATED = (*(path for knob in KNOBS for path in (knob.path, *dict(knob.also))), "mind.satisfied_from", "mind.polite")
ALL = "all parts"
VALUES, HEADLINE = "values.csv", "headline.csv"


def off(part: str) -> dict[str, Any]:
    """The settings with which a part is off."""
    return _of(Scenario.load(POLICIES[0], district=WITHOUT), PARTS.get(part, ()))


def _of(scenario: Scenario, paths: Sequence[str]) -> dict[str, Any]:
    has = {path: value for path, _, value in values_of(scenario)}
    return {path: has[path] for path in paths}


def values_without(part: str, seeds: Sequence[int], scale: float) -> dict[str, Any]:
    """What a district without a part is calibrated to, and what it gives then, as a row of `VALUES`. Where every figure
    stays within a tenth of what it is with all parts, as nearly as figures are to be met, nothing is set anew."""
    whole = Scenario.load(POLICIES[0], district=DISTRICT)
    scenario, values = whole.with_(off(part)), _of(whole, CALIBRATED)
    found = present_outputs_of(scenario, seeds, scale)
    if np.abs(np.log(found) - np.log(present_outputs_of(whole, seeds, scale))).max() > STEP:
        values = calibrated(scenario, seeds, scale, rounds=1)
        found = present_outputs_of(scenario.with_(dict(values)), seeds, scale)
    return {"part": part} | values | dict(zip(TARGETS, found, strict=True))


def headline_without(part: str, values: dict[str, Any], reps: int, scale: float, jobs: int | None) -> pd.DataFrame:
    """The policies in a district without a part, a year: the rows of `Comparison.means` and `.differences` on the
    headline metrics."""
    settings = off(part) | values
    scenarios = [Scenario.load(name, district=DISTRICT).with_(settings) for name in POLICIES]
    found = compare(scenarios, reps=reps, days=365, scale=scale, jobs=jobs, by=())
    rows = pd.concat([found.means[found.means["scenario"] == POLICIES[0]], found.differences], ignore_index=True)
    return rows[rows["metric"].isin(HEADLINES)].assign(part=part)


def lines(headline: pd.DataFrame) -> list[str]:
    """The table in Markdown, a row each part."""
    rows = []
    for part, own in headline.groupby("part", sort=False):
        by_scenario = {name: rows.set_index("metric") for name, rows in own.groupby("scenario")}
        level = by_scenario[POLICIES[0]].loc[list(HEADLINES), "mean"]
        cells = [", ".join(f"{value:.3g}" for value in level)]
        for name in POLICIES[1:]:
            cells.append("; ".join(difference(by_scenario[name].loc[metric].to_dict()) for metric in HEADLINES))
        rows.append([ALL if part == ALL else f"without {part}", *cells])
    return list(table(["", "`before`", *SHORT.values()], rows))


def _kept(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.is_file() else pd.DataFrame({"part": []})


def main() -> None:
    """Calibrate what is not calibrated, make the comparisons that are missing, print the table."""
    parser = argparse.ArgumentParser(prog="python -m sanfang.studies.parts", description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of the calibration (default 1)")
    parser.add_argument("--reps", type=int, default=10, help="of the comparisons (default 10)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("results/parts"))
    options = parser.parse_args()
    headline = _kept(options.out / HEADLINE)

    def have(part: str, values: dict[str, Any]) -> None:
        """Compare without a part, unless that has been done."""
        nonlocal headline
        if part not in set(headline["part"]):
            rows = headline_without(part, values, options.reps, options.scale, options.jobs)
            headline = pd.concat([headline, rows], ignore_index=True)
            write_atomically(options.out / HEADLINE, table_writer(headline))
            sys.stderr.write(f"compared: {part}\n")

    have(ALL, {})
    values = _kept(options.out / VALUES)
    missing = [part for part in PARTS if part not in set(values["part"])]
    calibrate = partial(values_without, seeds=options.seeds, scale=options.scale)
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        for row in pool.map(calibrate, missing):
            values = pd.concat([values, pd.DataFrame([row])], ignore_index=True)
            write_atomically(options.out / VALUES, table_writer(values))
            sys.stderr.write(f"calibrated without: {row['part']}\n")
    for _, own in values.iterrows():
        have(str(own["part"]), {path: float(own[path]) for path in CALIBRATED})
    print("\n".join(lines(headline)))


if __name__ == "__main__":
    main()
