"""What the parts of behaviour cost: a year of a tenth of Licang with all of them, over one without, and part by part.

Each year goes on from the kept steady start of its district, so that what is measured is days alone. Districts take
turns, in pairs of years on the same troubles; the interval of a ratio is that of the mean of its logarithms over pairs
(Student, 95 %). A district with a part off is not calibrated for it: more or fewer requests are part of what it costs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from benchmarks.measuring import FULL, QUICK, USUAL, Section, cpu_seconds, run_alone, table
from sanfang.model.model import DistrictModel
from sanfang.scenario.scenario import Scenario
from sanfang.studies.parts import DISTRICT, PARTS, WITHOUT, off

SCALE, DAYS = 0.1, 365
PAIRS = {QUICK: (3, 0), USUAL: (10, 3), FULL: (20, 10)}
"""Pairs of the whole, and of each part."""


def seconds_of(scenario: Scenario, seed: int) -> float:
    """Processor time of a year, without the making of the model."""
    model = DistrictModel(scenario, seed=seed, days=DAYS, scale=SCALE)

    def play() -> None:
        for _ in range(DAYS):
            model.step()

    return cpu_seconds(play)


def ratio(one: Scenario, other: Scenario, pairs: int) -> tuple[float, float, float]:
    """How much longer `one` takes than `other`, with the ends of the interval; the order changes from pair to pair."""
    logs = []
    for pair in range(pairs):
        order = (one, other) if pair % 2 == 0 else (other, one)
        seconds = {scenario: seconds_of(scenario, seed=1 + pair) for scenario in order}
        logs.append(math.log(seconds[one] / seconds[other]))
    return interval(logs)


def interval(logs: Sequence[float]) -> tuple[float, float, float]:
    """The ratio whose logarithms are given, and the ends of its interval."""
    half = stats.t.ppf(0.975, len(logs) - 1) * np.std(logs, ddof=1) / math.sqrt(len(logs))
    mean = float(np.mean(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)


def measure(size: str) -> Section:
    whole, none = (Scenario.load("before", district=name) for name in (DISTRICT, WITHOUT))
    seconds_of(whole, 0)
    pairs, of_each = PAIRS[size]
    section = Section("Parts of behaviour", __doc__ or "")
    rows = [["all", pairs, _told(ratio(whole, none, pairs))]]
    if of_each:
        rows += [[name, of_each, _told(ratio(whole, whole.with_(off(name)), of_each))] for name in PARTS]
    section.add(table(["part", "pairs", "time with it over time without"], rows))
    return section


def _told(found: tuple[float, float, float]) -> str:
    return "{:.3f} [{:.3f}, {:.3f}]".format(*found)


if __name__ == "__main__":
    run_alone(measure)
