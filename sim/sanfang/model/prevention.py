"""What lowers or raises the hazards of needs: public services, useful tasks, departments' own work."""

from __future__ import annotations

import numpy as np

from sanfang.model.headings import OWN_WORK
from sanfang.model.state import World
from sanfang.scenario.scenario import Scenario


class Prevention:
    """Moving shares of useful work done: of tasks by community, of own work by department."""

    def __init__(self, scenario: Scenario, world: World, posts: np.ndarray) -> None:
        tasks, shift = scenario.tasks, scenario.calendar.shift_hours
        communities, self._offices = world.layout.communities, 2 * world.layout.communities + world.layout.streets
        per_day = shift * 5.0 / 7.0
        base = posts[:communities] + posts[communities : 2 * communities]
        self._due_tasks = base * per_day * tasks.load * tasks.useful
        self._due_own = posts[self._offices :] * per_day * tasks.own_load
        self._keep = 1.0 - 1.0 / tasks.memory_days
        self._effects = (tasks.effect, tasks.own_effect)
        self.tasks_done = np.ones(communities)
        self.own_done = np.ones(world.layout.departments)
        self._seen_tasks, self._seen_own = np.zeros(communities), np.zeros(world.layout.departments)

    def set_hazards(self, world: World) -> None:
        """Today's multiplier of each hazard, `places.hazard[c, d]`."""
        unmet = 1.0 + world.domains["prevention"] * world.ground["unmet"]
        inspected = 1.0 - self._effects[0] * np.minimum(self.tasks_done, 1.0)
        kept_up = 1.0 - self._effects[1] * np.minimum(self.own_done, 1.0)[world.domains["department"]]
        world.ground["hazard"] = unmet * inspected[:, None] * kept_up

    def learn(self, world: World) -> None:
        """Take in the day's work: moving averages over the time that such work prevents."""
        own = world.office_work["done"][self._offices :, OWN_WORK]
        self.tasks_done = self._moved(self.tasks_done, world.places["useful_done"] - self._seen_tasks, self._due_tasks)
        self.own_done = self._moved(self.own_done, own - self._seen_own, self._due_own)
        self._seen_tasks, self._seen_own = world.places["useful_done"].copy(), own.copy()

    def _moved(self, share: np.ndarray, done: np.ndarray, due: np.ndarray) -> np.ndarray:
        today = np.divide(done, due, out=np.ones_like(share), where=due > 0)
        return self._keep * share + (1.0 - self._keep) * today
