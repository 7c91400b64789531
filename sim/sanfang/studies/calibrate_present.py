"""Calibration of the district as it stands, in its steady state, before any policy is run.

A few parameters, each inside its declared range, are moved until a year of `before` gives the published figures that
docs/fit-ledger.csv marks as fitted. Every set of values has a steady start of its own. The search is Gauss and Newton's
within bounds, on logarithms, with derivatives from runs with the same seeds. No policy but the present one is run here,
and nothing is looked at but the figures.

    python -m sanfang.studies.calibrate_present --scale 0.1
    python -m sanfang.studies.calibrate_present --table
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear

from sanfang.report.markdown import table as markdown_table
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.catalogue import values
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.studies.fit_ledger import FITTED, HELD_OUT, SEEN, table
from sanfang.studies.level import level_of
from sanfang.studies.present_outputs import output


class Knob(NamedTuple):
    """A parameter, its value at factor 1, the range of the factor, the outputs that it is moved for, and what has the
    same factor.

    What else it does, through the load of offices above all, is small beside the noise of a year of a tenth.
    """

    path: str
    value: float
    low: float
    high: float
    moves: tuple[str, ...]
    also: tuple[tuple[str, float], ...] = ()


KNOBS = (
    Knob("tasks.street_load", 0.35, 0.29, 1.43, ("hotline_days_mean", "response_rate")),
    Knob(
        "departments.public_works.posts_per_100k",
        28.0,
        0.5,
        1.66,
        ("hotline_days_mean",),
        (
            ("departments.police.posts_per_100k", 11.0),
            ("departments.emergency.posts_per_100k", 12.0),
            ("departments.social_security.posts_per_100k", 20.0),
        ),
    ),
    Knob("voice.hotline", 0.1, 0.5, 2.0, ("dispatched_per_resident",)),
    Knob("casework.fixed", 0.55, 0.73, 1.27, ("resolution_rate", "repeat_rate")),
    Knob("casework.comes_back", 0.6, 0.5, 1.5, ("repeat_rate",)),
    Knob("tasks.load", 0.45, 0.89, 1.33, ("tasks_from_above_share",)),
)
"""What is moved; the ends of each range are those that stand beside the value, over the value. Posts of the four
departments that decide needs move together: in `licang-plain` a tenth more shortens hotline requests by a fiftieth; in
`licang`, where parts of behaviour are on, departments are nearer to what they can do, and posts matter."""

TARGETS = {
    "hotline_days_mean": 5.7,
    "response_rate": 0.5733,
    "dispatched_per_resident": 0.154,
    "resolution_rate": 0.896,
    "repeat_rate": 0.105,
    "tasks_from_above_share": 0.502,
}
"""Published figures, by output: the mean of Fuzhou and Hefei; 345 hotlines; Qingdao and Jinan; the mean of Jinan,
Qingdao and Beijing E-Town; the mean of Daying and Bozhou; Hebei. Satisfied residents and call-backs are met afterwards,
by `level_of`."""

STEP = 0.1
"""Of logarithms, for derivatives."""

MAX_MOVE, MIN_MOVE = 0.5, 1e-6
"""Of a logarithm at once; the least is the room that a factor at the end of its range has for rounding."""

BELIEF = 0.2
"""Weight of a factor's own logarithm beside those of outputs over their figures: a figure is to be met to a tenth, and
a factor is believed to be 1 to within a half. So what no figure depends on stays where it was."""


class Search:
    """Sets of factors tried so far, and what each gave."""

    def __init__(self, scenario: Scenario, seeds: Sequence[int], scale: float) -> None:
        self.scenario, self.seeds, self.scale = scenario, seeds, scale
        self.runs = 0
        self.low = np.log([knob.low for knob in KNOBS])
        self.high = np.log([knob.high for knob in KNOBS])

    def own(self) -> np.ndarray:
        """Logarithms of the factors that the district has now."""
        has = {path: value for path, _, value in values(self.scenario)}
        own: np.ndarray = np.log([has[knob.path] / knob.value for knob in KNOBS])
        return own.clip(self.low, self.high)

    def settings(self, x: np.ndarray) -> dict[str, float]:
        """Values by path at the logarithms `x` of the factors."""
        return {
            path: round(value * factor, 4)
            for knob, factor in zip(KNOBS, np.exp(x).tolist(), strict=True)
            for path, value in ((knob.path, knob.value), *knob.also)
        }

    def residuals(self, x: np.ndarray) -> np.ndarray:
        """Logarithm of each output over its target; the mean over the seeds that have a steady state."""
        found = [self._outputs(x, seed) for seed in self.seeds]
        self.runs += len(found)
        mean = _mean(found)
        factors = " ".join(f"{value:.3f}" for value in np.exp(x))
        sys.stderr.write(f"{self.runs}: {factors} | {' '.join(f'{value:.3f}' for value in mean)}\n")
        return np.asarray(np.log(mean) - np.log(list(TARGETS.values())))

    def _outputs(self, x: np.ndarray, seed: int) -> list[float]:
        run = present_year(self.scenario.with_(dict(self.settings(x))), seed, self.scale)
        return _outputs_of(run)

    def derivatives(self, x: np.ndarray, at: np.ndarray) -> np.ndarray:
        """`[output, knob]` at `x`, where the residuals are `at`."""
        columns = []
        for number, knob in enumerate(KNOBS):
            moved = x.copy()
            moved[number] += STEP if x[number] + STEP <= self.high[number] else -STEP
            slopes = (self.residuals(moved) - at) / (moved[number] - x[number])
            columns.append(np.where([name in knob.moves for name in TARGETS], slopes, 0.0))
        return np.stack(columns, axis=1)

    def solve(self, rounds: int) -> np.ndarray:
        """The logarithms of the factors with the smallest sum of squares. It begins at those of the district, and each
        round has derivatives of its own."""
        x = self.own()
        at = self.residuals(x)
        best, least = x, self._square(x, at)
        for _ in range(rounds):
            slopes = np.vstack([self.derivatives(x, at), BELIEF * np.eye(len(x))])
            low, high = np.maximum(self.low - x, -MAX_MOVE), np.minimum(self.high - x, MAX_MOVE)
            bounds = np.minimum(low, -MIN_MOVE), np.maximum(high, MIN_MOVE)
            move = lsq_linear(slopes, -np.append(at, BELIEF * x), bounds=bounds).x
            x = np.clip(x + move, self.low, self.high)
            at = self.residuals(x)
            if (square := self._square(x, at)) < least:
                best, least = x, square
        return best

    def _square(self, x: np.ndarray, at: np.ndarray) -> float:
        return float(at @ at + BELIEF**2 * x @ x)


def calibrated(scenario: Scenario, seeds: Sequence[int], scale: float, rounds: int) -> dict[str, float]:
    """The values, by path, with which a district meets the figures, those of its minds among them."""
    search = Search(scenario, seeds, scale)
    found = search.settings(search.solve(rounds))
    level = level_of(scenario.with_(dict(found)), seeds[0], scale)
    return found | {"mind.satisfied_from": round(level.satisfied_from, 3), "mind.polite": round(level.polite, 3)}


def present_outputs_of(scenario: Scenario, seeds: Sequence[int], scale: float) -> list[float]:
    """What `TARGETS` name, of a year of a district: the mean over the seeds that have a steady state."""
    return _mean([_outputs_of(present_year(scenario, seed, scale)) for seed in seeds])


def _mean(found: Sequence[Sequence[float]]) -> list[float]:
    """The mean over the runs that have a steady state, figure by figure. Raises InputError if none has one."""
    steady = [one for one in found if not np.isnan(one).any()]
    if not steady:
        raise InputError("no seed has a steady state: take others")
    return [float(value) for value in np.mean(steady, axis=0)]


def _outputs_of(run: Run) -> list[float]:
    """What `TARGETS` name. Where a run has no steady state most of them are NaN."""
    return [output(run, name) for name in TARGETS]


def present_year(scenario: Scenario, seed: int, scale: float) -> Run:
    """A year of a district as it stands, with its requests."""
    return simulate(scenario, seed=seed, scale=scale, keep_requests=True)


def outputs_shown(ledger: pd.DataFrame) -> pd.DataFrame:
    """The rows of the ledger that the model is shown beside: fitted, seen, or of the test set, with an output."""
    return ledger[(ledger["output"] != "") & ((ledger["mark"] != HELD_OUT) | (ledger["test"] == "yes"))]


def comparison(runs: Sequence[Run], ledger: pd.DataFrame) -> list[str]:
    """A table in Markdown, one row an output: its mean over runs, and the figures that answer to it, by mark."""
    rows = []
    for name, figures in outputs_shown(ledger).groupby("output"):
        value = np.mean([output(run, str(name)) for run in runs])
        cells = [_quoted(figures[figures["mark"] == mark]) for mark in (FITTED, SEEN, HELD_OUT)]
        rows.append((f"`{name}`", f"{value:.3g}", *cells))
    return list(markdown_table(("Output", "Model", "Fitted", "Seen", "Held out"), rows))


def _quoted(figures: pd.DataFrame) -> str:
    return ", ".join(f"{float(value):.3g} ({place})" for value, place in figures[["compared", "place"]].to_numpy())


def main(arguments: Sequence[str] | None = None) -> None:
    """Search, or show the figures beside the model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--district", default="licang", help="default licang")
    parser.add_argument("--scale", type=float, default=0.1, help="share of its communities (default 0.1)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="seeds whose mean is matched (default 1)")
    parser.add_argument("--rounds", type=int, default=2, help="steps, each with derivatives of its own (default 2)")
    parser.add_argument("--ledger", type=Path, default=Path("docs/fit-ledger.csv"), help="default docs/fit-ledger.csv")
    parser.add_argument("--table", action="store_true", help="no search: the district of the file beside all figures")
    given = parser.parse_args(arguments)
    scenario = Scenario.load("before", district=given.district)
    if given.table:
        runs = [present_year(scenario, seed, given.scale) for seed in given.seeds]
        lines = comparison(runs, table(given.ledger))
        sys.stdout.write("\n".join(lines) + "\n")
        return
    found = calibrated(scenario, given.seeds, given.scale, given.rounds)
    sys.stdout.write("".join(f"{path} = {value:g}\n" for path, value in found.items()))


if __name__ == "__main__":
    main()
