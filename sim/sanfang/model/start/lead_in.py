"""The years before day 0: a district under its present policy is played until it is steady.

Most of what matters settles within two or three years: load, queues, what recurs. Two things take decades: what people
at work have learnt before they leave, and what residents have come to think of the offices. They are brought to where
the model's own dynamics lead: a year is played and remembered; each post gets somebody who has been there for as long
as people stay, with the skill that so many years of that year's work give; and minds meet that year's experiences again
and again. Then the next year is played, remembered, and so on. The last years are played as any others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sanfang.model.books.observation import observe
from sanfang.model.books.tables import daily_table
from sanfang.model.model import DistrictModel
from sanfang.model.start.carried import Carried, carried
from sanfang.model.start.remembered_year import RememberedYear
from sanfang.model.start.steadiness import is_steady
from sanfang.model.start.tenure import Learning, renew
from sanfang.scenario.dates import same_date
from sanfang.scenario.scenario import Scenario

YEARS = 6
"""Years played before day 0, of which the last is shown as the year before."""

REMEMBERED = (1, 2, 3)
"""Years, counted from 0, after which people and minds are brought to their place."""

REPLAYS = 15
"""How often minds meet a remembered year again."""


class LeadIn(DistrictModel):
    """A district in the years before day 0; it begins empty."""

    def __init__(self, scenario: Scenario, seed: int, scale: float) -> None:
        begins = same_date(scenario.calendar, YEARS)
        before = scenario.with_({"run.start": "empty"}, "the years before day 0")
        super().__init__(before, seed, -begins, scale, begins)
        self._year: RememberedYear | None = None
        self.open_by_year: list[float] = []

    def _residents(self, day: int) -> None:
        if self._year is not None:
            self._year.see(self.world)
        super()._residents(day)

    def play(self, progress: Callable[[int, int], object] | None = None) -> None:
        """To the eve of day 0."""
        for year in range(YEARS):
            begins = self.day
            ends = self.days + same_date(self.scenario_run.calendar, YEARS - year - 1)
            learning = Learning(self.world, self.setting) if year in REMEMBERED else None
            self._year = RememberedYear(self.world) if learning else None
            while self.day < ends:
                self.step()
                if progress is not None:
                    progress(self.day, self.days)
            self.open_by_year.append(float(self.diary.open[begins:ends].mean()))
            if learning is not None and self._year is not None:
                renew(self, learning)
                self._year.replay(self.residents, self.world.communities, self.setting["mind"], REPLAYS, self.seed_run)


def lead_in(
    scenario: Scenario, seed: int, scale: float, progress: Callable[[int, int], object] | None = None
) -> Carried:
    """What a district under the policy of `scenario` carries into day 0, and its daily series of the year before."""
    model = LeadIn(scenario, seed, scale)
    model.play(progress)
    daily = daily_table(observe(model)).tail(-same_date(scenario.calendar, 1))
    steady = np.array(is_steady(np.array(model.open_by_year)))
    return carried(model) | {"daily.year_before": _rows_of(daily), "start.steady": steady}


def _rows_of(daily: pd.DataFrame) -> np.ndarray:
    """A daily table as plain records, without its dates; days count from day 0."""
    plain = daily.drop(columns="date").assign(day=np.arange(-len(daily), 0))
    return np.asarray(plain.to_records(index=False))
