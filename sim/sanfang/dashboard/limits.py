"""What a visitor may ask for. Whatever comes from a page or an address passes here before it reaches the model."""

from __future__ import annotations

from functools import cache

from sanfang.scenario.scenario import Scenario

MOST_RESIDENTS = 100_000
"""Residents of one world: a tenth of Licang fits, and twenty viewers at once fit on a small machine."""

MOST_DAYS = 1_095
MOST_WORLDS = 3
MOST_REPLICATIONS = 40
MOST_SEED = 999_999
MOST_MOVES = 200
LONGEST_ADDRESS = 24_000
"""Characters: three worlds with all their moves fit."""

SIZES = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Shares of a district that a page offers."""


@cache
def population(district: str) -> int:
    """Residents of a district at full size."""
    return Scenario.load("before", district=district).district.population


def sizes(district: str) -> list[float]:
    """The shares of `district` that a visitor may play: all that stay below `MOST_RESIDENTS`."""
    return [size for size in SIZES if size * population(district) <= MOST_RESIDENTS] or [SIZES[0]]


def usual_size(district: str) -> float:
    """The largest share on offer."""
    return sizes(district)[-1]
