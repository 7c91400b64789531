"""What is kept of every day, in columns; the table of daily series is made from it."""

from __future__ import annotations

import numpy as np

from sanfang.model.books.ledger import hours_by_tier
from sanfang.model.books.observation import mean_of_vulnerable
from sanfang.model.kernel.engine_arrays import Engine
from sanfang.model.state import AGES, LATENT, OPEN
from sanfang.model.world import Layout, World


class Diary:
    """Daily series: satisfaction[day, c], vulnerable[day, c], by_age[day, age], stocks, and the ledger of hours by day
    and tier."""

    def __init__(self, days: int, communities: int) -> None:
        self.days = 0
        self.satisfaction = np.full((days, communities), np.nan)
        self.vulnerable = np.full((days, communities), np.nan)
        self.by_age = np.full((days, len(AGES)), np.nan)
        self.latent = np.zeros(days, np.int64)
        self.latent_vulnerable = np.zeros(days, np.int64)
        self.open = np.zeros(days, np.int64)
        self.rated = np.zeros((days, 2), np.int64)
        self.leavers = np.zeros((days, 4), np.int64)
        self.hours: list[np.ndarray] = []
        self.spent: list[np.ndarray] = []
        self.hours_this_morning: np.ndarray = np.zeros(())
        self._month_hours: np.ndarray = np.zeros(())

    def enter(self, engine: Engine, world: World) -> None:
        """Close the day."""
        self.latent[self.days] = world.flow[:, :, LATENT].sum()
        self.latent_vulnerable[self.days] = world.counts["latent_vulnerable"][0]
        self.open[self.days] = world.flow[:, :, OPEN].sum()
        self.leavers[self.days] = world.counts["leavers"][0]
        self.hours.append(hours_by_tier(engine, world.layout))
        self.spent.append(world.spent.copy())
        self.hours_this_morning = engine.hours.copy()
        self.days += 1

    def satisfaction_vulnerable(self, vulnerable: np.ndarray) -> np.ndarray:
        """Mean of the vulnerable by day, of whom community c has `vulnerable[c]`; NaN where there are none at all."""
        return mean_of_vulnerable(self.vulnerable[: self.days], vulnerable)

    def hours_since_month(self, engine: Engine, layout: Layout, heading: int) -> np.ndarray:
        """Hours under a heading at each community's office since the last call."""
        now = engine.hours[layout.communities : 2 * layout.communities, heading].copy()
        since = now - self._month_hours
        self._month_hours = now
        return since
