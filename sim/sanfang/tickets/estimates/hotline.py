"""How many requests the model's own hotline gets, so that a district's demand can be rescaled to what its file shows.

A hazard is of needs that arise; a hotline sees those alone that their owner voices, and by telephone. Between them lie
trust, silence, healing, repeats and choice of channel, which the model has and a file has not. So nothing is inverted:
the model is run, its hotline's requests are counted as the file's were, and hazards are scaled by the ratio.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sanfang.run.simulation import simulate
from sanfang.scenario.dates import dates_of
from sanfang.scenario.scenario import Scenario

CHANNEL = "hotline"
YEAR = 365
RESIDENTS = 40_000
"""Residents of a run: some 5,000 requests by hotline in a year."""

SEED = 1

PASSES = 5
"""Most runs of the model. Hazards are scaled by the ratio, then by what is left of it: more demand makes offices
slower, trust lower and voices fewer, so one scaling is not enough where much changes."""

CLOSE = 0.05
"""The model's hotline is within so much of the file's, or within what its own count leaves open: then it is enough."""

MAX_HAZARD = 20.0
"""What the declaration allows."""


@dataclass(frozen=True)
class ModelHotline:
    """Requests by hotline in a run of the model, by domain; repeats count, as in a file."""

    counts: dict[str, int]
    resident_years: float

    def rate(self, domain: str) -> float:
        """Requests per resident and year."""
        return self.counts.get(domain, 0) / self.resident_years

    def log_error(self, domain: str) -> float:
        """The standard error of the rate's logarithm, as of a Poisson count."""
        return float(1 / np.sqrt(max(self.counts.get(domain, 0), 1)))


Rates = Callable[[Scenario], ModelHotline]
"""Runs the model and counts."""


def model_hotline(scenario: Scenario, residents: int = RESIDENTS, days: int = YEAR, seed: int = SEED) -> ModelHotline:
    """Run `scenario` on a part of its district with about `residents`, and count what reaches the hotline.

    Days of a warm-up come before `days` and are left out. Of less than a year, counts are divided by the share of the
    year's demand that its days have by `month_profile`.
    """
    population = scenario.district.population
    scale = min(1.0, residents / population)
    first = scenario.run.left_out
    run = simulate(scenario, seed=seed, days=first + days, scale=scale, keep_requests=True)
    requests = run.requests
    by_hotline = requests[(requests["channel"] == CHANNEL) & (requests["voiced"] >= first)]
    counts = {str(name): int(count) for name, count in by_hotline["domain"].value_counts().items()}
    return ModelHotline(counts, population * scale * _share_of_year(scenario, first, days))


def _share_of_year(scenario: Scenario, first: int, days: int) -> float:
    """The demand of a run's days over that of a year whose days are all alike, by month."""
    month = np.array([date.month - 1 for date in dates_of(scenario.calendar, first, first + days)])
    return float((12 * np.array(scenario.calendar.month_profile))[month].sum() / YEAR)


def scaled_hazards(
    scenario: Scenario, targets: Mapping[str, float], rates: Rates
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Hazards with which the model's hotline gets `targets` (by domain, requests per resident and year).

    By domain: the hazard, the error of the model's own count (log), and the model's last rate over the target.
    """
    hazard = {name: scenario.domains[name].hazard for name in targets}
    error, off = dict.fromkeys(targets, 0.0), dict.fromkeys(targets, 1.0)
    for _ in range(PASSES if targets else 0):
        model = rates(scenario.with_({f"domains.{name}.hazard": value for name, value in hazard.items()}))
        error = {name: model.log_error(name) for name in targets}
        off = {name: max(model.rate(name), 1 / model.resident_years) / target for name, target in targets.items()}
        if all(abs(math.log(off[name])) < max(CLOSE, error[name]) for name in targets):
            break
        hazard = {name: min(MAX_HAZARD, value / off[name]) for name, value in hazard.items()}
    return hazard, error, off


def season_of(begin: str, end: str, scenario: Scenario) -> float:
    """The demand of a file's days over that of a year, by the scenario's month profile.

    A file of one spring shows more or less than a year's mean; the model has the spring too.
    """
    months = pd.date_range(begin, end).month.to_numpy() - 1
    return float((12 * np.array(scenario.calendar.month_profile))[months].mean())
