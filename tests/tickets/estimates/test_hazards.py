"""How much neighbourhoods differ is found again from counts that were drawn with a known difference."""

from __future__ import annotations

import numpy as np
import pytest

from sanfang.tickets.estimates.hazards import heterogeneity
from sanfang.tickets.estimates.value import Estimate, Refused


def drawn(seed: int, spread: float, number: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Counts of some neighbourhoods in four domains, with factors of mean 1 whose logs have the sd `spread`."""
    rng = np.random.default_rng(seed)
    residents = rng.uniform(2_000, 8_000, number)
    factor = np.exp(spread * rng.standard_normal((number, 4)) - spread**2 / 2)
    return rng.poisson(np.outer(residents, [0.001, 0.004, 0.01, 0.02]) * factor).astype(float), residents


def test_it_is_found_again_in_at_least_16_of_20() -> None:
    held = 0
    for seed in range(20):
        one = heterogeneity(*drawn(seed, 0.4))
        assert isinstance(one, Estimate)
        held += one.low <= 0.4 <= one.high
    assert held >= 16


def test_where_neighbourhoods_are_alike_chance_is_not_taken_for_difference() -> None:
    values = [heterogeneity(*drawn(seed, 0.0)) for seed in range(20)]
    assert sum(one.low == 0.0 for one in values if isinstance(one, Estimate)) >= 16


@pytest.mark.parametrize("number", [2, 7])
def test_few_neighbourhoods_do_not_tell(number: int) -> None:
    assert isinstance(heterogeneity(*drawn(1, 0.4, number)), Refused)
