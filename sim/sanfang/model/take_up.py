"""What residents know of the services that a policy brings: a service that nobody knows of helps nobody."""

from __future__ import annotations

import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.kernel.carried_state import CarriedState
from sanfang.scenario.scenario import Scenario

SERVICES = ("self_service", "digital_platform", "service_scope")
"""Levers whose services residents have to know of, in the order of columns."""
DAYS_A_YEAR = 365.0


class TakeUp(CarriedState):
    """How far the services of each community are known, `known[c, service]`, in the unit of the lever's level.

    Those who know tell others, and so does a campaign (Bass 1969): a day later

        known + (campaign * done + word_of_mouth * told * known / level) / 365 * (level - known)

    where `told` is exp(by_experience * (satisfaction - satisfied_from)): people speak well of what was good.
    Where a level rises, a share `take_up.known` of what is added is known at once; where it falls, no more is known
    than there is. With a share of 1 everything is known always.
    """

    _STATE = ("known", "_level")

    def __init__(self, scenario: Scenario, communities: int) -> None:
        self._settings, self._satisfied_from = scenario.take_up, scenario.mind.satisfied_from
        self.known = np.zeros((communities, len(SERVICES)))
        self._level = np.zeros((communities, len(SERVICES)))

    @property
    def spreads(self) -> bool:
        """Whether there is a service of which somebody does not know."""
        return bool((self.known < self._level).any())

    def share(self) -> np.ndarray:
        """`[c, service]`: share of those whom the service would serve who know of it."""
        return np.divide(self.known, self._level, out=np.ones_like(self.known), where=self._level > 0)

    def see(self, levels: dict[str, np.ndarray]) -> None:
        """The levels of today: what is new is known to some."""
        level = np.column_stack([levels[name].reshape(len(self.known), -1).mean(axis=1) for name in SERVICES])
        added = np.maximum(level - self._level, 0.0)
        all_know = self._settings.known == 1.0
        self.known = level if all_know else np.minimum(self.known + self._settings.known * added, level)
        self._level = level

    def spread(self, completion: np.ndarray, satisfaction: np.ndarray) -> None:
        """A day passes. `completion[c, heading]`: share of the chores due that communities have done;
        `satisfaction[c]`: mean of the residents."""
        campaign = self._settings.campaign * completion[:, h.CAMPAIGNS][:, None]
        told = np.exp(self._settings.by_experience * (satisfaction - self._satisfied_from))[:, None]
        rate = (campaign + self._settings.word_of_mouth * told * self.share()) / DAYS_A_YEAR
        self.known += np.minimum(rate, 1.0) * (self._level - self.known)

    def campaign_hours(self, week: float) -> np.ndarray:
        """`[c]`: hours a week that telling takes, of `week` where nobody knows of a service at its full level."""
        return np.asarray(week * (self._level - self.known).max(axis=1))
