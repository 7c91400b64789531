"""Daily twins of metrics: what charts, large figures and maps show while a run goes on.

A twin stands beside its metric, in the file of its subject, and is a function of `Days`. Moving figures look back on
the last `WINDOW` days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sanfang.metrics.declare import DECLARED, Better
from sanfang.metrics.units import DAYS, Unit

WINDOW = 28
"""Days that a moving figure looks back on: four whole weeks, so that weekends do not show."""


class Days(Protocol):
    """A run so far, day by day. What a twin does not ask for need not be worked out."""

    @property
    def satisfaction(self) -> np.ndarray:
        """`[day, community]`."""

    @property
    def satisfaction_vulnerable(self) -> np.ndarray:
        """`[day, community]`; NaN where there are none."""

    @property
    def size(self) -> np.ndarray:
        """`[community]`: residents."""

    @property
    def vulnerable(self) -> np.ndarray:
        """`[community]`: vulnerable residents."""

    @property
    def latent(self) -> np.ndarray:
        """`[day]`: needs neither voiced nor found."""

    @property
    def open(self) -> np.ndarray:
        """`[day]`: open requests."""

    @property
    def took(self) -> np.ndarray:
        """`[day]`: calendar days from voicing to resolution, summed over requests resolved that day."""

    @property
    def resolved(self) -> np.ndarray:
        """`[day]`: requests resolved."""

    @property
    def closings(self) -> np.ndarray:
        """`[day, 2]`: how often requests were closed, and how often resolved."""

    @property
    def rated(self) -> np.ndarray:
        """`[day, 2]`: residents who were asked about a closing, and those of them who were satisfied."""

    @property
    def answers(self) -> np.ndarray:
        """`[day, 2]`: requests of which it is known now whether they were answered in time, and those that were."""

    @property
    def hours(self) -> np.ndarray:
        """`[day, heading]`: public hours of the day."""

    @property
    def yuan(self) -> np.ndarray:
        """`[day, heading]`: public yuan given for the last `WINDOW` days, wages apart. Money comes by the month and is
        for its days, so that no sum over the days on which it came would tell."""

    @property
    def wage(self) -> float:
        """Yuan an hour."""


Series = Callable[[Days], np.ndarray]


@dataclass(frozen=True)
class Twin:
    """A metric day by day: `of` is the metric's name. `moving`: it looks back on `WINDOW` days."""

    name: str
    of: str
    unit: Unit
    better: Better | None
    moving: bool
    series: Series

    digits = 1
    """Decimals on pages."""

    @property
    def form(self) -> str:
        """How charts show it: "share" (0-1, as percent), "days" or "number"."""
        return "share" if self.unit.share else "days" if self.unit == DAYS else "number"


TWINS: dict[str, Twin] = {}
"""By name, as they are declared."""


def by_day(name: str, of: str, *, better: Better | None = None, moving: bool = False) -> Callable[[Series], Series]:
    """Declare the function below as the daily twin of the metric `of`, with its unit and, unless said, direction."""

    def declare(series: Series) -> Series:
        metric = next(declared for declared in DECLARED if declared.name == of)
        TWINS[name] = Twin(name, of, metric.unit, better or metric.better, moving, series)
        return series

    return declare


def per_thousand(stock: np.ndarray, days: Days) -> np.ndarray:
    """A stock by day, per 1,000 residents."""
    return np.asarray(stock / days.size.sum() * 1000.0)


def moving_sum(series: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """Sum over the last `window` days at each day, along the first axis; over fewer at the beginning.

    Each is added up by itself, so that it is the same to the last bit wherever the series begins before it.
    """
    if not len(series):
        return np.zeros_like(series, dtype=float)
    before = np.zeros((window - 1, *series.shape[1:]))
    return np.asarray(sliding_window_view(np.concatenate([before, series]), window, axis=0).sum(axis=-1))


def moving_share(part_of: np.ndarray) -> np.ndarray:
    """The second column over the first, of the last `WINDOW` days; NaN where there were none."""
    sums = moving_sum(part_of.astype(float))
    return ratios(sums[:, 1], sums[:, 0])


def ratios(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part / whole`, NaN where `whole` is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) != 0))
