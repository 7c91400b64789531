"""Which requests were answered in time, day by day, once it is known: what the moving response rate is made of."""

from __future__ import annotations

import numpy as np

from sanfang.metrics.durations import answer_limits
from sanfang.model import state as s
from sanfang.model.model import DistrictModel


class Answers:
    """Requests whose longest time to a first answer has run out; `see` is called after each day.

    Those of one day become due together, whatever their kind: with its own bound each, kinds with a short limit would
    count for more days than the others. Requests made before day 0 are left out, as the metric does.
    """

    def __init__(self, model: DistrictModel) -> None:
        self.limits = answer_limits(model.scenario_run)
        self.days = int(np.ceil(self.limits.max()))
        self.so_far = np.zeros((model.days, 2))
        """`[day]`, from the first day to the end of this one: how many are due, and how many of them were in time."""
        self._ended = np.zeros((model.days, 2))  # [day of voicing]: the same of requests that have ended

    def see(self, model: DistrictModel, day: int, ended: np.ndarray) -> None:
        """Take in `day`; `ended` are the records that are new."""
        self._count(ended)
        if day:
            self.so_far[day] = self.so_far[day - 1]
        made = day - self.days
        if made >= 0:
            self.so_far[day] += self._ended[made] + self._still_there(model, made)

    def _count(self, ended: np.ndarray) -> None:
        """Records by the day on which they were voiced."""
        asked = ended[ended["voiced"] >= 0]
        days = asked["voiced"].astype(int)
        for column, weights in ((0, None), (1, self._in_time(asked))):
            self._ended[:, column] += np.bincount(days, weights, len(self._ended))

    def _still_there(self, model: DistrictModel, made: int) -> np.ndarray:
        """Of the requests made on a day and not over: how many, and how many were answered in time."""
        state = model.world.states["state"]
        there = (state == s.OPEN) | (state == s.UNRESOLVED) | (state == s.WITHDRAWN)
        cases = model.world.cases[np.flatnonzero(there)]
        cases = cases[np.floor(cases["voiced"]) == made]
        return np.array([len(cases), self._in_time(cases).sum()], float)

    def _in_time(self, requests: np.ndarray) -> np.ndarray:
        """Whether each was answered within the limit of its kind; one without an answer was not."""
        return np.asarray(requests["first_at"] - requests["voiced"] <= self.limits[requests["kind"]])
