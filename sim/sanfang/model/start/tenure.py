"""How long people have been in their posts when day 0 comes, and what they have learnt there.

People leave at a hazard, so whoever is in a post has been there for an exponential time (the age of a Poisson
process). What they have learnt is what so many years of work like that of a remembered year teach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.district.workforce import take_post
from sanfang.model.kernel.draws import stream
from sanfang.model.kernel.engine_arrays import VACANT
from sanfang.model.kernel.records import Ints, Record
from sanfang.model.world import World

if TYPE_CHECKING:
    from sanfang.model.model import DistrictModel

_MAX_SKILL = 1.0 - 1e-9
WORKING_DAYS_A_YEAR = 250.0


class Learning:
    """What people learn in a year: begun at its start, read at its end."""

    def __init__(self, world: World, setting: Record) -> None:
        self._skill, self._hires = world.skill.copy(), world.persons["hires"].copy()
        self._leavers = world.counts["leavers"][0].copy()
        self._rate = float(setting["workforce"]["learning"])

    def lessons(self, world: World) -> np.ndarray:
        """`[worker, domain]`: how often people in such a post learnt something in the year, on average over the tier
        and department, from those who stayed.

        Each lesson takes the same share of what is still to be learnt.
        """
        stayed = world.persons["hires"] == self._hires
        left = (1.0 - np.minimum(world.skill, _MAX_SKILL)) / (1.0 - np.minimum(self._skill, _MAX_SKILL))
        lessons = np.log(left) / np.log(1.0 - self._rate) if self._rate > 0 else np.zeros_like(left)
        kinds = self._kinds(world)
        known = np.zeros((kinds.max() + 1, lessons.shape[1]))
        people = np.bincount(kinds[stayed], minlength=len(known))
        np.add.at(known, kinds[stayed], np.maximum(lessons[stayed], 0.0))
        return np.asarray((known / np.maximum(people, 1)[:, None])[kinds])

    def hazards(self, world: World) -> np.ndarray:
        """`[worker]`: yearly hazard of leaving, from those who left each tier in the year."""
        tiers = world.persons["tier"]
        left = world.counts["leavers"][0] - self._leavers
        return np.asarray((left / np.maximum(np.bincount(tiers, minlength=len(left)), 1))[tiers])

    @staticmethod
    def _kinds(world: World) -> np.ndarray:
        """A number for each tier, and for each department."""
        return np.asarray(world.persons["tier"] + np.maximum(world.persons["department"], 0))


def renew(model: DistrictModel, learning: Learning) -> None:
    """Give each filled post somebody who has been there for as long as people stay, with the skill of that time."""
    world = model.world
    lessons, hazards = learning.lessons(world), learning.hazards(world)
    filled = np.flatnonzero((model.engine.workers["doing"] != VACANT) & (hazards > 0))
    share = stream(model.seed_run, "tenure", 0).exponential(size=len(hazards))
    years = share / np.maximum(hazards, 1e-9)
    _begin_all(model._world, model._setting, filled, model.engine.workers["home"])
    knowing = float(model.setting["workforce"]["knowing_days"])
    if knowing > 0:
        world.persons["knows"][filled] = 1.0 - np.exp(-WORKING_DAYS_A_YEAR * years[filled] / knowing)
    rest = (1.0 - float(model.setting["workforce"]["learning"])) ** (lessons * years[:, None])
    world.skill[filled] = 1.0 - (1.0 - world.skill[filled]) * rest[filled]


@compiled
def _begin_all(world: World, setting: Record, workers: Ints, homes: Ints) -> None:
    for worker_id in workers:
        take_post(world, setting.workforce, worker_id, homes[worker_id])
