"""What metrics look at: all that a run leaves behind, as plain arrays. The model itself is not among it.

So a metric can be computed wherever these arrays are, long after the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sanfang.model.books.ledger import hours_by_tier, pay_wages, yuan_by_tier
from sanfang.model.state import DEPARTMENT
from sanfang.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sanfang.model.model import DistrictModel


@dataclass(frozen=True, eq=False)
class Observation:
    """A run and the days of it that are evaluated: from day `first` to the one before `end`, the run's last.

    Arrays by day begin with day 0 of the run. Tiers go from grid to department.
    """

    scenario: Scenario
    first: int
    end: int
    records: np.ndarray
    """Of all needs (`NEED_RECORD`): ended ones, and those latent or open at the end."""
    counters: np.ndarray
    """`[day, counter]`: events of the day, see `model.state.DAILY`."""
    satisfaction: np.ndarray
    """`[day, community]`, 0-1."""
    satisfaction_vulnerable: np.ndarray
    """`[day, community]` of the vulnerable; NaN where there are none."""
    latent: np.ndarray
    """`[day]`: needs neither voiced nor found, at the end of the day."""
    latent_vulnerable: np.ndarray
    """`[day]`: those of the vulnerable."""
    open: np.ndarray
    """`[day]`: open requests, at the end of the day."""
    rated: np.ndarray
    """`[day, 2]`: requests whose residents were asked, and those of them who were satisfied."""
    leavers: np.ndarray
    """`[day, tier]`: people who have left their posts so far."""
    hours_so_far: Sequence[np.ndarray]
    """`[day][tier, heading]`: hours booked by the end of the day."""
    spent_so_far: Sequence[np.ndarray]
    """`[day][tier and outside, heading]`: yuan paid by the end of the day, without wages."""
    hours_booked: np.ndarray
    """`[tier, heading]`: hours booked in the whole run."""
    yuan_booked: np.ndarray
    """`[tier, heading]`: yuan booked in the whole run, with wages and what is left over."""
    ledger: pd.DataFrame
    """The ledger of the whole run: resource, tier, heading, amount."""
    community_size: np.ndarray
    """`[community]`: residents."""
    resident_satisfaction: np.ndarray
    """`[resident]`, at the end; residents of a community stand together."""
    resident_vulnerable: np.ndarray
    """`[resident]`: whether they are."""
    posts: int
    """Public posts, filled or vacant."""
    clock: np.ndarray
    """`[day]`: working hours from the start of the run to the start of the day, and of the day after the last."""
    found: dict[str, Any] = field(default_factory=dict, repr=False)
    """What several metrics need, once it has been computed; see `declare.once`."""

    @property
    def days(self) -> int:
        """Length of the window."""
        return self.end - self.first

    @property
    def window(self) -> slice:
        """The window, as a part of arrays by day."""
        return slice(self.first, self.end)

    @property
    def residents(self) -> int:
        """How many there are."""
        return len(self.resident_satisfaction)

    @property
    def community_vulnerable(self) -> np.ndarray:
        """`[community]`: vulnerable residents."""
        starts = np.cumsum(self.community_size) - self.community_size
        return np.asarray(np.add.reduceat(self.resident_vulnerable.astype(np.int64), starts))

    def counted(self, counter: int) -> int:
        """Sum of a daily counter in the window."""
        return int(self.counters[self.window, counter].sum())

    def per_thousand(self, stock: np.ndarray) -> float:
        """Mean of a daily stock in the window, per 1,000 residents."""
        return float(stock[self.window].mean()) / self.residents * 1000.0

    @property
    def hours(self) -> np.ndarray:
        """Hours booked in the window, `[tier, heading]`."""
        return self.hours_booked - self.hours_so_far[self.first - 1] if self.first > 0 else self.hours_booked

    @property
    def yuan(self) -> np.ndarray:
        """Yuan booked in the window, `[tier, heading]`; what is left at its end counts even if it came before."""
        if self.first == 0:
            return self.yuan_booked
        before = self.spent_so_far[self.first - 1][: DEPARTMENT + 1].copy()
        pay_wages(before, self.hours_so_far[self.first - 1], self.scenario.staffing.wage)
        return np.asarray(self.yuan_booked - before)


def observe(model: DistrictModel, records: np.ndarray, ledger: pd.DataFrame | None = None) -> Observation:
    """What a model has left behind so far. `records` are those of all needs; `ledger` is the model's own if None.

    Arrays are the model's own and not copied: valid until its next step.
    """
    scenario, diary, days = model.scenario_run, model.diary, model.day
    warm_up = scenario.run.warm_up
    return Observation(
        scenario=scenario,
        first=warm_up if warm_up < days else 0,
        end=days,
        records=records,
        counters=model.world.daily[:days],
        satisfaction=diary.satisfaction[:days],
        satisfaction_vulnerable=diary.vulnerable[:days],
        latent=diary.latent[:days],
        latent_vulnerable=diary.latent_vulnerable[:days],
        open=diary.open[:days],
        rated=diary.rated[:days],
        leavers=diary.leavers[:days],
        hours_so_far=diary.hours,
        spent_so_far=diary.spent,
        hours_booked=hours_by_tier(model.engine, model.world.layout),
        yuan_booked=yuan_by_tier(scenario, model.engine, model.world, model.waiting_yuan()),
        ledger=model.ledger() if ledger is None else ledger,
        community_size=model.world.communities["size"],
        resident_satisfaction=model.residents.satisfaction,
        resident_vulnerable=model.residents.vulnerable,
        posts=len(model.world.persons),
        clock=model.world.clock_start[: days + 1],
    )
