"""How much of the small work that a policy takes gets done at the communities: what the policy gains depends on it."""

from __future__ import annotations

import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.kernel.carried_state import CarriedState
from sanfang.model.world import World

_MEMORY_DAYS = 28.0
"""Working days over which is looked at what fell due and what was done."""
_SLACK_HOURS = 4.0
"""Of both: a job or two may be under way."""


class ChoreCompletion(CarriedState):
    """Share of the chores due lately that communities have done, `share[c, heading]` in [0, 1]."""

    _STATE = ("share", "_due", "_done", "_seen_due", "_seen_done")

    def __init__(self, communities: int) -> None:
        shape = (communities, len(h.HOUR_HEADINGS))
        self.share = np.ones(shape)
        self._due, self._done = np.zeros(shape), np.zeros(shape)
        self._seen_due, self._seen_done = np.zeros(shape), np.zeros(shape)

    def learn(self, world: World) -> None:
        """Take in a working day."""
        due, done = (self._of_communities(world.office_work[name]) for name in ("due", "done"))
        keep = 1.0 - 1.0 / _MEMORY_DAYS
        self._due = keep * self._due + due - self._seen_due
        self._done = keep * self._done + done - self._seen_done
        self._seen_due, self._seen_done = due, done
        self.share = np.minimum((self._done + _SLACK_HOURS) / (self._due + _SLACK_HOURS), 1.0)

    def _of_communities(self, hours: np.ndarray) -> np.ndarray:
        """Hours at a community's grids and office together."""
        communities = len(self.share)
        return hours[:communities] + hours[communities : 2 * communities]
