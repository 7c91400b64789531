"""The years before day 0: a district under its present policy is played until it is steady.

Most of what matters settles within two or three years: load, queues, what recurs. Two things take decades: what people
at work have learnt before they leave, and what residents have come to think of the offices. They are brought to where
the model's own dynamics lead: a year is played and remembered; each post gets somebody who has been there for as long
as people stay, with the skill that so many years of that year's work give; and minds meet that year's experiences again
and again. Then the next year is played, remembered, and so on. The last years are played as any others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sanfang.model.books.observation import observe
from sanfang.model.books.tables import daily_table
from sanfang.model.model import DistrictModel
from sanfang.model.start.carried import Carried, carried, forget_records
from sanfang.model.start.remembered_year import RememberedYear
from sanfang.model.start.steadiness import MONTHS, is_steady
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
    """A district in the years before day 0, under the policy of `scenario`; it begins empty."""

    def __init__(self, scenario: Scenario, seed: int, scale: float) -> None:
        calendar = scenario.calendar
        begins = same_date(calendar, YEARS)
        before = scenario.with_({"run.start": "empty"}, "the years before day 0")
        super().__init__(before, seed, -begins, scale, begins)
        self.open_by_month: list[list[float]] = []
        """Of each year that is over, the mean of each twelfth."""
        self._ends = [same_date(calendar, YEARS - year - 1) - begins for year in range(YEARS)]
        self._begin_year()

    def step(self) -> None:
        """One day; at the end of a remembered year people and minds are brought to their place."""
        super().step()
        if self.day == self._ends[len(self.open_by_month)]:
            self._end_year()
            self._begin_year()

    def _residents(self, day: int) -> None:
        if self._year is not None:
            self._year.see(self.world)
        super()._residents(day)

    def _begin_year(self) -> None:
        remembered = len(self.open_by_month) in REMEMBERED
        self._learning = Learning(self.world, self.setting) if remembered else None
        self._year = RememberedYear(self.world) if remembered else None

    def _end_year(self) -> None:
        begins = self._ends[len(self.open_by_month) - 1] if self.open_by_month else 0
        months = np.array_split(self.diary.open[begins : self.day], MONTHS)
        self.open_by_month.append([float(month.mean()) for month in months])
        if self._learning is not None and self._year is not None:
            renew(self, self._learning)
            self._year.replay(self.residents, self.world.communities, self.setting["mind"], REPLAYS, self.seed_run)
        forget_records(self.world)

    def carried(self) -> Carried:
        """What it carries into day 0, and its daily series of the year before; on the eve, and once only."""
        daily = daily_table(observe(self)).tail(-same_date(self.scenario_run.calendar, 1))
        steady = np.array(is_steady(np.array(self.open_by_month)))
        return carried(self) | {"daily.year_before": _rows_of(daily), "start.steady": steady}


def _rows_of(daily: pd.DataFrame) -> np.ndarray:
    """A daily table as plain records, without its dates; days count from day 0."""
    plain = daily.drop(columns="date").assign(day=np.arange(-len(daily), 0))
    return np.asarray(plain.to_records(index=False))
