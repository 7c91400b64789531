"""What a visitor may ask for. Whatever comes from a page or an address passes here before it reaches the model."""

from __future__ import annotations

import math
import os
from functools import cache

from sanfang.run.reach import Reach, reach
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.system import memory_megabytes

MAX_RESIDENTS = 100_000
"""Residents of one world: a tenth of Licang fits, and twenty viewers at once fit on a small machine."""

MAX_DAYS = 1_095
MAX_WORLDS = 3
MAX_REPLICATIONS = 40
MAX_SEED = 999_999
MAX_MOVES = 200
MAX_ADDRESS_LENGTH = 24_000
"""Characters: three worlds with all their moves fit."""

AT_WORK = max(os.cpu_count() or 1, 2)
"""Threads that compute worlds at the same moment, each for some hundredths of a second before another has its turn."""

JOBS = 4
"""Jobs in the background under way at once, one a viewer; the others wait, first come, first served."""

HELD_MEGABYTES = min(4_000, memory_megabytes(unknown=4_000) // 2)
"""Worlds and tables of them in memory, by `world_megabytes` and `table_megabytes`, at most half of the machine's: a
hundred viewers of the usual Live page, or twelve who compare three of the largest worlds. Who comes then waits until
somebody leaves."""

HELD_EACH_MEGABYTES = 1_000
"""Of these for one viewer: three of the largest worlds with all their requests fit."""

PRESENT_MEGABYTES = HELD_MEGABYTES // 4
"""Besides these, for districts left as they are, one for all viewers of the same. Where they are more, a grey line
comes late."""

WORKSHOPS = 6
"""Workshops open at once, one a browser."""

WORKSHOP_LEFT_SECONDS = 600.0
"""Where all are open, one at which neither host nor phone has looked for so long makes room."""

WORKSHOP_IDLE_SECONDS = 4 * 3600.0
"""A workshop in which nothing was done for so long is over."""

TEAMS = 24
TEAMS_A_BROWSER = 2
"""Of these, from one browser: two teams may share a phone, and one phone cannot take all places."""

BRANCHES_EACH = 20
"""Branches of one team; those of the host count apart."""

BRANCHES_SURE = 9
"""Of these, what the tree of a full room keeps room for, for every team that is in and for the host."""

BUDGETS = (1, 2, 3, 4, 5, 6, 8, 10, 27)
"""Doses that a workshop offers to each team; the last are all levers all the way."""

IDLE_SECONDS = 600.0
"""A page left alone for so long gives its worlds back when somebody waits for room; its address brings them back."""

SIZES = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Shares of a district that a page offers."""


@cache
def population(district: str) -> int:
    """Residents of a district at full size."""
    return Scenario.load("before", district=district).district.population


@cache
def reached(district: str, size: float) -> Reach:
    """Communities and residents at a share of a district."""
    return reach(Scenario.load("before", district=district), size)


def sizes(district: str) -> list[float]:
    """The shares of `district` that a visitor may play: all that stay below `MAX_RESIDENTS`.

    Of those that mean equally many communities, the largest alone.
    """
    playable = [size for size in SIZES if size * population(district) <= MAX_RESIDENTS] or [SIZES[0]]
    return list({reached(district, size).communities: size for size in playable}.values())


def usual_size(district: str) -> float:
    """The largest share on offer."""
    return sizes(district)[-1]


def world_megabytes(residents: float, days: int) -> int:
    """Memory that one world takes, as measured: residents, and what is written down of them day by day."""
    return math.ceil(2 + residents * (170 + 0.85 * days) / 1e6)


def table_megabytes(residents: float, days: int) -> int:
    """Memory that a table of all requests of one world takes, with what a page makes of it, as measured."""
    return math.ceil(residents * days * 2.0 / 1e6)
