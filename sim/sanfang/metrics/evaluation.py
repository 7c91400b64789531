"""What metrics look at: what a run has left behind, and the days of it that count."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from sanfang.model.books.observation import Observation


@dataclass(frozen=True, eq=False)
class Evaluation(Observation):
    """An observation with its evaluation window: the days from `first` to the one before `end`."""

    first: int
    end: int
    found: dict[str, Any] = field(default_factory=dict, repr=False)
    """What several metrics need, once it has been computed; see `declare.once`."""

    @classmethod
    def of(cls, run: Observation, first: int, end: int) -> Evaluation:
        """The evaluation of a run from day `first` to the one before `end`."""
        return cls(**{field_.name: getattr(run, field_.name) for field_ in fields(run)}, first=first, end=end)

    @property
    def length(self) -> int:
        """Days of the window."""
        return self.end - self.first

    @property
    def window(self) -> slice:
        """The window, as a part of arrays by day."""
        return slice(self.first, self.end)

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
        """Yuan given for the days of the window, `[tier, heading]`, with wages."""
        from sanfang.model.books.ledger import pay_wages
        from sanfang.model.books.window_money import Pots, moved, yuan_of

        pots = Pots(moved(self.spent_so_far, self.first, self.end), self.in_pots, self.waiting_yuan)
        months = (self.month_ahead, self.month_pots, self.scenario.calendar)
        yuan = yuan_of(*months, self.first, self.end, pots)
        pay_wages(yuan, self.hours, self.scenario.staffing.wage)
        return yuan
