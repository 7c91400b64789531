"""What is seen of a model day by day: the numbers behind the charts, the map and the large figures.

The model's diary has satisfaction, stocks and hours; this adds what only records tell, as they come: how long
requests took that were resolved on a day, by community, and what each community had open and wasted.
"""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.model import DistrictModel

WINDOW = 28
"""Days that a moving figure looks back on: four whole weeks, so that weekends do not show."""

WASTED = [h.HOUR_HEADINGS.index(name) for name in h.WASTED_HOURS]


class Recorder:
    """Daily series of one model, `[day, community]` unless said otherwise; `see` is called after each day."""

    def __init__(self, model: DistrictModel) -> None:
        shape = (model.days, len(model.map.ids))
        self.days = 0
        self.took = np.zeros(shape)  # calendar days from voicing to resolution, summed over those resolved that day
        self.resolved = np.zeros(shape, np.int64)
        self.open = np.zeros(shape, np.int64)
        self.latent = np.zeros(shape, np.int64)
        self.wasted = np.zeros(shape)  # hours at the community's grids and office, so far
        self.worked = np.zeros(shape)  # hours there, so far
        self._seen = 0

    def see(self, model: DistrictModel) -> None:
        """Take in the day that the model has just done."""
        day, communities = self.days, len(model.map.ids)
        end = int(model.world.counts["records"][0])
        new = model.world.records[self._seen : end]
        new = new[new["outcome"] == s.RESOLVED]
        self.took[day] = np.bincount(new["community"], new["closed"] - new["voiced"], communities)
        self.resolved[day] = np.bincount(new["community"], minlength=communities)
        self.open[day] = model.world.flow[:, :, s.OPEN].sum(axis=1)
        self.latent[day] = model.world.flow[:, :, s.LATENT].sum(axis=1)
        hours = model.engine.hours[: 2 * communities].reshape(2, communities, -1).sum(axis=0)
        self.wasted[day] = hours[:, WASTED].sum(axis=1)
        self.worked[day] = hours.sum(axis=1)
        self._seen, self.days = end, day + 1


def moving_sum(series: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """Sum over the last `window` days at each day, along the first axis; over fewer at the beginning."""
    total = np.asarray(np.cumsum(series, axis=0))
    total[window:] = total[window:] - total[:-window]
    return total


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part / whole`, NaN where `whole` is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) != 0))
