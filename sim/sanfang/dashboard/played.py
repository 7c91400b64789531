"""A world that is played: a model stepped day by day under a policy whose levers may be moved on the way.

What is played is always a scenario: a lever moved on day 30 is a step of its schedule on day 30, so a run of
`PlayedWorld.scenario` from the start gives the same numbers to the last digit; going back is such a run.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, World, scenario_of, with_moves
from sanfang.dashboard.job import DAYS_A_TURN, Job
from sanfang.dashboard.watch import Watch
from sanfang.lab.simulation import Run
from sanfang.metrics.catalogue import measure
from sanfang.model.books.observation import observe
from sanfang.model.books.tables import daily_table, request_table
from sanfang.model.model import DistrictModel
from sanfang.scenario.declare import level_on
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario


class PlayedWorld:
    """One viewer's world. Its methods may be called from several threads; each waits for the one before it."""

    def __init__(self, address: Address, world: World) -> None:
        self.address, self.world = address, world
        self.scenario: Scenario
        self.model: DistrictModel
        self.watch: Watch
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        self.scenario = scenario_of(self.address, self.world)
        address = self.address
        self.model = DistrictModel(self.scenario, seed=address.seed, days=address.days, scale=address.size)
        self.watch = Watch(self.model)

    @property
    def day(self) -> int:
        """Days played."""
        return self.model.day

    @property
    def over(self) -> bool:
        """Whether the last day has been played."""
        return self.model.day >= self.model.days

    def step(self, days: int = 1) -> None:
        """Play some days, or fewer if the last day comes first."""
        with self._lock:
            for _ in range(min(days, self.model.days - self.model.day)):
                self.model.step()
                self.watch.see(self.model)

    def move(self, lever: str, level: float) -> None:
        """Set a lever from the day to come on. Raises InputError for what is no lever or no level, and for a
        move beyond `limits.MOST_MOVES`."""
        if lever not in lever_names():
            raise InputError(f"{lever[:40]!r}: is not a lever{nearest(lever, lever_names())}")
        with self._lock:
            day, world = self.day, self.world
            if day == 0:
                kept = tuple((name, old) for name, old in world.levers if name != lever)
                moved = replace(world, levers=(*kept, (lever, level)))
                scenario = scenario_of(self.address, moved)
            else:
                others = tuple(one for one in world.moves if one[:2] != (day, lever))
                if len(others) >= limits.MOST_MOVES:
                    raise InputError(f"{lever}: at most {limits.MOST_MOVES} moves in a world, and all of them are made")
                moved = replace(world, moves=(*others, (day, lever, level)))
                scenario = with_moves(self.scenario, ((day, lever, level),))
            self.model.follow(scenario)
            self.world, self.scenario = moved, scenario

    def level(self, lever: str) -> float | None:
        """The level of a lever on the day to come; None where a list of domains stands in its place."""
        value = getattr(self.scenario.policy, lever)
        if isinstance(value, tuple) and value and isinstance(value[0], str):
            return None
        return level_on(value, self.day)

    def so_far(self) -> Run:
        """The run up to now, with all its requests, as `simulate` would give it."""
        with self._lock:
            model = self.model
            left = observe(model)
            return Run(
                scenario=self.scenario,
                seed=self.address.seed,
                days=model.day,
                scale=self.address.size,
                metrics=measure(left) if model.day else {},
                daily=daily_table(left),
                ledger=left.ledger,
                requests=request_table(left),
                model=model,
            )


def play(world: PlayedWorld, day: int, job: Job[Any]) -> None:
    """Play a world up to a day, as a job: some days, then others have their turn. Raises Cancelled."""
    while (left := min(day, world.model.days) - world.day) > 0:
        with job.turn():
            world.step(min(DAYS_A_TURN, left))
