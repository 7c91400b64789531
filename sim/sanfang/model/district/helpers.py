"""Who helps without pay: volunteers [C1], contact groups [C2], units and residents of the area [M1].

Their hours come from outside the public purse and are booked apart. They are uneven: there are more of them
where many are retired and trust the offices, or where there are firms, and they vary from month to month. Levels
count from the first of a month on, like money.
"""

from __future__ import annotations

import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.compiled import compiled
from sanfang.model.district.district_records import Residents
from sanfang.model.district.geography import Geography
from sanfang.model.district.population import ADULT, ELDERLY
from sanfang.model.kernel.draws import stream
from sanfang.model.setting import Setting
from sanfang.model.world import World
from sanfang.scenario.scenario import Scenario

DAYS_A_MONTH = 365.0 / 12.0
WORKING_DAYS_A_MONTH = DAYS_A_MONTH * 5.0 / 7.0
VOLUNTEERS, MEMBERS, POOL = range(3)
"""Kinds of helpers, in the order of `PolicyOfDay.helpers`."""


class HelperHours:
    """Who may help in each community, how uneven they are, and what they give a day at present."""

    def __init__(self, scenario: Scenario, map_: Geography, residents: Residents, seed: int, days: int) -> None:
        self._conditions, self._firms = scenario.helpers, map_.firms
        self._retired = (residents.age == ELDERLY) & ~residents.vulnerable
        self._adult = (residents.age == ADULT) & ~residents.vulnerable
        self._alone = residents.alone
        spread = scenario.helpers.uneven
        months = days // 28 + 2
        z = np.stack([stream(seed, "helpers", id_).standard_normal((months, 3)) for id_ in map_.ids])
        self._monthly_factor = np.exp(spread * z - 0.5 * spread**2)
        self._month = 0
        self._a_day = np.zeros(len(h.OUTSIDE_HEADINGS))

    def begin_month(self, world: World, trust: np.ndarray, organised: np.ndarray, part: float = 1.0) -> None:
        """What helpers give this month, of whose days there are `part` left.

        `trust[resident]`; `organised[c, kind]` in [0, 1]: how far each kind of helpers is raised and organised.
        """
        share = organised * self._monthly_factor[:, self._month]
        self._month += 1
        self._a_day[:] = 0.0
        communities, conditions = world.communities, self._conditions
        for name in ("visited", "upkeep", "contacted", "lookout", "errands", "pool"):
            communities[name] = 0.0
        if not organised.any():
            return
        first = communities["first"]
        retired = np.add.reduceat(np.where(self._retired, trust, 0.0), first)
        adults = np.add.reduceat(np.where(self._adult, trust, 0.0), first)
        volunteers = conditions.volunteer_share * retired * share[:, VOLUNTEERS]
        members = conditions.member_share * adults * share[:, MEMBERS]
        self._visit(world, volunteers * conditions.volunteer_hours)
        self._keep_contact(world, members * conditions.member_hours)
        communities["pool"] = conditions.pool_hours * communities["size"] / 1000.0 * self._firms * share[:, POOL]
        for stock in ("errands", "pool"):  # what is not given by the day
            communities[stock] *= part

    def _visit(self, world: World, hours: np.ndarray) -> None:
        """Volunteers visit the elderly alone; with what is left of their `hours[c]` a month they keep facilities up."""
        communities, conditions = world.communities, self._conditions
        alone = np.add.reduceat(self._alone.astype(np.int64), communities["first"])
        visits = np.minimum(hours, alone * conditions.visit_hours)
        communities["visited"] = visits / np.maximum(alone * conditions.visit_hours, 1e-9)
        full = conditions.upkeep_hours * communities["size"] / 1000.0
        upkeep = np.minimum(hours - visits, full)
        communities["upkeep"] = upkeep / full
        self._a_day[h.O_VOLUNTEERS] = float((visits + upkeep).sum()) / DAYS_A_MONTH

    def _keep_contact(self, world: World, hours: np.ndarray) -> None:
        """Members look for hazards and keep contact; part of their `hours[c]` a month is kept for errands."""
        communities, conditions = world.communities, self._conditions
        look = conditions.look_share * hours
        communities["errands"] = conditions.errand_share * hours
        full = communities["households"] * conditions.contact_hours
        contacts = np.minimum(hours - look - communities["errands"], full)
        communities["contacted"] = contacts / full
        communities["lookout"] = look / WORKING_DAYS_A_MONTH
        self._a_day[h.O_CONTACTS] = float((look + contacts).sum()) / DAYS_A_MONTH

    def book_day(self, world: World) -> None:
        """Book a day's visits, upkeep, contacts and lookout; errands and pooled work are booked when they are done."""
        world.outside_hours[:] += self._a_day


@compiled
def has_errand_runner(world: World, setting: Setting, c: int, resident: int) -> bool:
    """Whether a member of the contact group goes to a window in place of an elderly or disabled resident."""
    left = world.communities[c].errands
    return left > 0.0 and left >= setting.helpers.errand_hours and world.frail[resident]
