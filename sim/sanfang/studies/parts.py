"""The headline with all parts of behaviour on, and with each part off, every district calibrated for itself.

    python -m sanfang.studies.parts --out results/parts

A part that is off has the values of `licang-plain`, which has none. What `--out` holds already stays, so that this can
be stopped and begun again; after a change of the model take another folder. Prints the table of docs/second-edition.md.
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
from scipy import stats

from sanfang.lab.comparison import compare
from sanfang.lab.files import table_writer, write_atomically
from sanfang.metrics.catalogue import HEADLINES
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.scenario.catalogue import values as values_of
from sanfang.scenario.scenario import Scenario
from sanfang.studies.calibrate_present import KNOBS, STEP, TARGETS, calibrated, present_outputs_of
from sanfang.studies.second_edition import POLICIES, SHORT

DISTRICT, WITHOUT = "licang", "licang-plain"
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
VALUES, RUNS = "values.csv", "runs.csv"


def off(part: str) -> dict[str, Any]:
    """The settings with which a part is off."""
    return values_at(Scenario.load(POLICIES[0], district=WITHOUT), PARTS.get(part, ()))


def values_at(scenario: Scenario, paths: Sequence[str]) -> dict[str, Any]:
    """The values of some parameters, by path."""
    has = {path: value for path, _, value in values_of(scenario)}
    return {path: has[path] for path in paths}


def values_without(part: str, with_all: Sequence[float], seeds: Sequence[int], scale: float) -> dict[str, Any]:
    """What a district without a part is calibrated to, and what it gives then, as a row of `VALUES`. Where every figure
    stays within a tenth of what it is with all parts (`with_all`), as nearly as figures are to be met, nothing is set
    anew."""
    whole = Scenario.load(POLICIES[0], district=DISTRICT)
    scenario, values = whole.with_(off(part)), values_at(whole, CALIBRATED)
    found = present_outputs_of(scenario, seeds, scale)
    if np.abs(np.log(found) - np.log(with_all)).max() > STEP:
        values = calibrated(scenario, seeds, scale, rounds=1)
        found = present_outputs_of(scenario.with_(dict(values)), seeds, scale)
    return {"part": part} | values | dict(zip(TARGETS, found, strict=True))


def runs_without(part: str, values: dict[str, Any], reps: int, scale: float, jobs: int | None) -> pd.DataFrame:
    """The policies in a district without a part, a year: a row each run, with the headline metrics."""
    settings = off(part) | values
    scenarios = [Scenario.load(name, district=DISTRICT).with_(settings) for name in POLICIES]
    found = compare(scenarios, reps=reps, days=365, scale=scale, jobs=jobs, by=()).runs
    return found[["scenario", "replication", *HEADLINES]].assign(part=part)


def lines(runs: pd.DataFrame, values: pd.DataFrame) -> list[str]:
    """The table in Markdown, a row each part: how far a figure is missed, the level of `before`, the differences of
    the policies to it, and what the part does to them: the difference of these differences to those with all parts, by
    replication."""
    changes = {str(part): _changes(own) for part, own in runs.groupby("part", sort=False)}
    missed = {str(row["part"]): _missed(row) for _, row in values.iterrows()}
    rows = []
    for part, own in changes.items():
        level = runs[(runs["part"] == part) & (runs["scenario"] == POLICIES[0])][list(HEADLINES)].mean()
        cells = [", ".join(f"{value:.3g}" for value in level)]
        for name in POLICIES[1:]:
            cells.append("; ".join(_interval(own[name][metric]) for metric in HEADLINES))
        apart = changes[ALL]["three-devolutions"] - own["three-devolutions"]
        cells.append("" if part == ALL else "; ".join(_interval(apart[metric]) for metric in HEADLINES))
        rows.append([ALL if part == ALL else f"without {part}", missed.get(part, ""), *cells])
    head = ["", "worst figure", "`before`", *SHORT.values(), "the part, with all others: three"]
    return list(table(head, rows))


def _changes(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By policy, `[replication, metric]`: its difference to `before`."""
    by_scenario = {name: own.set_index("replication")[list(HEADLINES)] for name, own in runs.groupby("scenario")}
    return {name: by_scenario[name] - by_scenario[POLICIES[0]] for name in POLICIES[1:]}


def _interval(differences: pd.Series) -> str:
    """The mean of what replications differ by, with its 95 % t interval; those without a steady state are left out."""
    own = differences.dropna().to_numpy(float)
    half = float(stats.t.ppf(0.975, len(own) - 1) * own.std(ddof=1) / len(own) ** 0.5)
    mean = float(own.mean())
    return difference({"difference": mean, "low": mean - half, "high": mean + half})


def _missed(row: pd.Series) -> str:
    """The figure that a calibrated district misses by most, relative to it."""
    apart = {name: float(row[name]) / figure - 1.0 for name, figure in TARGETS.items()}
    worst = max(apart, key=lambda name: abs(apart[name]))
    return f"`{worst}` {apart[worst]:+.0%}"


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
    values, runs = _kept(options.out / VALUES), _kept(options.out / RUNS)
    missing = [part for part in PARTS if part not in set(values["part"])]
    whole = Scenario.load(POLICIES[0], district=DISTRICT)
    with_all = present_outputs_of(whole, options.seeds, options.scale) if missing else []
    calibrate = partial(values_without, with_all=with_all, seeds=options.seeds, scale=options.scale)
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        for row in pool.map(calibrate, missing):
            values = pd.concat([values, pd.DataFrame([row])], ignore_index=True)
            write_atomically(options.out / VALUES, table_writer(values))
            sys.stderr.write(f"calibrated without: {row['part']}\n")
    settings: dict[str, dict[str, Any]] = {ALL: {}}
    settings |= {str(row["part"]): {path: float(row[path]) for path in CALIBRATED} for _, row in values.iterrows()}
    for part, own in settings.items():
        if part not in set(runs["part"]):
            found = runs_without(part, own, options.reps, options.scale, options.jobs)
            runs = pd.concat([runs, found], ignore_index=True)
            write_atomically(options.out / RUNS, table_writer(runs))
            sys.stderr.write(f"compared: {part}\n")
    print("\n".join(lines(runs, values)))


if __name__ == "__main__":
    main()
