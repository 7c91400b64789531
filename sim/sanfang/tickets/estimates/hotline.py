"""How many requests the model's own hotline gets, so that a district's demand can be rescaled to what its file shows.

A hazard is of needs that arise; a hotline sees those alone that their owner voices, and by telephone. Between them lie
trust, silence, healing, repeats and choice of channel, which the model has and a file has not. So nothing is inverted:
the model is run, its hotline's requests are counted as the file's were, and hazards are scaled by the ratio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sanfang.run.simulation import simulate
from sanfang.scenario.dates import dates_of
from sanfang.scenario.scenario import Scenario

CHANNEL = "hotline"
YEAR = 365
RESIDENTS = 40_000
"""Residents of a run: some 5,000 requests by hotline in a year."""

SEED = 1


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


def factors(wanted: Mapping[str, float], seen: ModelHotline) -> dict[str, float]:
    """By what to multiply each domain's hazard, so that the model's hotline gets `wanted` (per resident and year).

    Domains of which the model's run has no request are left out.
    """
    return {name: rate / seen.rate(name) for name, rate in wanted.items() if seen.rate(name) > 0}
