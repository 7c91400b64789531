"""What lowers or raises the hazards of needs: public services, useful tasks, streets' and departments' own work."""

from __future__ import annotations

import numpy as np

from sanfang.model.books.headings import OWN_WORK
from sanfang.model.kernel.carried_state import CarriedState
from sanfang.model.kernel.worktime import clock_starts
from sanfang.model.world import World
from sanfang.scenario.scenario import Scenario


class Prevention(CarriedState):
    """Moving shares of useful work done: of tasks by community, of own work by street and department."""

    _STATE = ("tasks_done", "own_done", "_seen_tasks", "_seen_own")

    def __init__(self, scenario: Scenario, world: World, posts: np.ndarray) -> None:
        tasks = scenario.tasks
        communities, streets = world.layout.communities, world.layout.streets
        self._streets = 2 * communities
        per_day = clock_starts(scenario.calendar, 365)[-1] / 365.0
        base = posts[:communities] + posts[communities : 2 * communities]
        self._due_tasks = base * per_day * tasks.load * tasks.useful
        self._due_own = posts[self._streets :] * per_day
        self._due_own[:streets] *= tasks.street_load
        self._due_own[streets:] *= tasks.own_load
        self._keep = 1.0 - 1.0 / tasks.memory_days
        self._effects = (tasks.effect, tasks.street_effect, tasks.own_effect)
        self.tasks_done = np.ones(communities)
        self.own_done = np.ones(streets + world.layout.departments)
        self._seen_tasks, self._seen_own = np.zeros(communities), np.zeros(len(self.own_done))

    def set_hazards(self, world: World) -> None:
        """Today's multiplier of each hazard, `community_domain[c, d].hazard`."""
        useful, street, department = self._effects
        own = np.minimum(self.own_done, 1.0)
        unmet = 1.0 + world.domains["prevention"] * world.community_domain["unmet"]
        by_community = 1.0 - useful * np.minimum(self.tasks_done, 1.0)
        by_community *= 1.0 - street * own[: world.layout.streets][world.communities["sub_district"]]
        by_domain = 1.0 - department * own[world.layout.streets :][world.domains["department"]]
        kept_up = 1.0 - world.communities["upkeep"][:, None] * world.domains["upkeep"]
        world.community_domain["hazard"] = unmet * by_community[:, None] * by_domain * kept_up

    def learn(self, world: World) -> None:
        """Take in the day's work: moving averages over the time that such work prevents."""
        own = world.office_work["done"][self._streets :, OWN_WORK]
        tasks = world.communities["useful_done"]
        self.tasks_done = self._moved(self.tasks_done, tasks - self._seen_tasks, self._due_tasks)
        self.own_done = self._moved(self.own_done, own - self._seen_own, self._due_own)
        self._seen_tasks, self._seen_own = tasks.copy(), own.copy()

    def _moved(self, share: np.ndarray, done: np.ndarray, due: np.ndarray) -> np.ndarray:
        """A moving share, a day later: `done` of `due` hours today."""
        today = np.divide(done, due, out=np.ones_like(share), where=due > 0)
        return self._keep * share + (1.0 - self._keep) * today
