"""The level of satisfaction, set by one published figure: from where on its scale residents count as satisfied.

Satisfaction is kept on a scale from 0 to 1 that has no natural unit; what surveys publish is a share of people. So one
figure sets one number, the value from which somebody counts as satisfied (`mind.satisfied_from`), and like is compared
with like: residents asked at the end of a run of the state before the reform, whether or not they have ever asked for
anything, beside people asked unprompted before a reform. Nothing in the model acts on this number but what call-backs
note down, so it moves no mind and needs no search. Anything else that could lift the level (steps, impatience,
erosion) would change what waits and results do at the same time.

How many of the dissatisfied answer politely (`mind.polite`) follows, from a figure of its own: the rate at call-backs.

    python -m sanfang.studies.level --district licang --scale 0.1 --years 6
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

import numpy as np

from sanfang.model.model import DistrictModel
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import YEAR

SATISFIED = 0.51
"""Share of residents satisfied, unprompted, before a reform in a district elsewhere in China (82 % after it)."""

AT_CALL_BACK = 0.94
"""Share satisfied at call-backs, Qingdao, first quarter of 2021 (93.84 %)."""


class Level(NamedTuple):
    """What the two figures set."""

    satisfied_from: float
    polite: float


def threshold(satisfaction: np.ndarray, share: float = SATISFIED) -> float:
    """The value from which on that `share` of residents counts as satisfied, as nearly as their number allows."""
    ranked = np.sort(satisfaction)[::-1]
    return float(ranked[max(round(share * len(ranked)), 1) - 1])


def politeness(satisfied: float, rate: float = AT_CALL_BACK) -> float:
    """Share of the dissatisfied who have to answer politely for call-backs to find `rate` satisfied where `satisfied`
    are; 0 where that are more."""
    return max((rate - satisfied) / (1.0 - satisfied), 0.0) if satisfied < 1.0 else 0.0


def level_of(scenario: Scenario, seed: int = 1, scale: float = 1.0, years: int = 1) -> Level:
    """The level of a district at the end of so many years, its own start included. Two runs."""
    first = _played(scenario, seed, scale, years)
    value = threshold(first.residents.satisfaction)
    honest = _played(scenario.with_({"mind.satisfied_from": value, "mind.polite": 0.0}), seed, scale, years)
    reached, satisfied = honest.diary.rated[(years - 1) * YEAR : years * YEAR].sum(axis=0)
    return Level(value, politeness(satisfied / reached))


def _played(scenario: Scenario, seed: int, scale: float, years: int) -> DistrictModel:
    model = DistrictModel(scenario, seed, years * YEAR, scale)
    model.run()
    return model


def main() -> None:
    """Print the level of a district."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--district", default="licang")
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = level_of(Scenario.load("before", district=options.district), options.seed, options.scale, options.years)
    print(f"mind.satisfied_from = {found.satisfied_from:.3f}\nmind.polite = {found.polite:.2f}")


if __name__ == "__main__":
    main()
