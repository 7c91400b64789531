"""A year as residents met with it, to be met again: the experiences of each day, and the troubles that wore on them."""

from __future__ import annotations

import numpy as np

from sanfang.model.district.district_records import Residents
from sanfang.model.district.residents import live_on, meet_again, talk
from sanfang.model.kernel.draws import stream
from sanfang.model.kernel.records import Record, Records
from sanfang.model.state import TURNED_AWAY
from sanfang.model.world import World

ALIKE = 16
"""Residents of a community, ordered by how often they have troubles, among whom a year may be another's."""


class RememberedYear:
    """Begun at the start of a year; `see` is called on each day before residents take in what they met with."""

    def __init__(self, world: World) -> None:
        self._first_burden = world.burden.copy()
        self._burden = world.burden.copy()
        self._days: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def see(self, world: World) -> None:
        """Take in a day: its experiences, and whose burden has changed, and to what."""
        count = int(world.counts["experiences"][0])
        changed = np.flatnonzero(world.burden != self._burden).astype(np.int32)
        self._burden[changed] = world.burden[changed]
        self._days.append((world.experiences[:count].copy(), changed, world.burden[changed]))

    def replay(
        self, residents: Residents, communities: Records, mind: Record, times: int, seed: int, waits: float = 1.0
    ) -> float:
        """Let minds meet the year again `times` over, every wait so many `waits` as long; satisfaction, expectation and
        trust of `residents` change. Returns the mean satisfaction over residents and days of the last time.

        Each time a resident meets the year of somebody who has troubles about as often: who was unlucky in the one
        year that is remembered is not so for ever. Troubles burden as long as they did.
        """
        burden, by_day = residents.burden.copy(), np.zeros(len(self._days))
        order = np.lexsort((residents.weight.sum(axis=1), residents.community))
        random = stream(seed, "remembered year", 0)
        for _ in range(times):
            self._meet(residents, communities, mind, exchanged(order, random), waits, by_day)
        residents.burden[:] = burden
        return float(by_day.mean()) / len(order)

    def _meet(
        self, residents: Residents, communities: Records, mind: Record, whose: np.ndarray, waits: float,
        by_day: np.ndarray,
    ) -> None:  # fmt: skip
        """The year once: what resident i met with, `whose[i]` meets with now. The day's sum of satisfaction over all
        residents goes to `by_day`."""
        rows, erosion = (communities["first"], communities["size"]), float(mind["erosion"])
        means = np.zeros(len(communities)), np.zeros(len(communities))
        residents.burden[whose] = self._first_burden
        for day, (experiences, changed, burden) in enumerate(self._days):
            met = experiences.copy()
            met["resident"], met["days"] = whose[met["resident"]], met["days"] * waits
            meet_again(residents, met, mind)
            residents.burden[whose[changed]] = burden
            by_day[day] = live_on(residents, *rows, erosion, *means)
            if day % 7 == 6:
                talk(residents, *rows, float(mind["peer_pull"]))

    def mean_wait(self) -> float:
        """Of what residents met with, in calendar days."""
        heard = [met["days"][met["closed"] != TURNED_AWAY] for met, *_ in self._days]
        return float(np.concatenate(heard).mean())

    def __len__(self) -> int:
        """Days remembered."""
        return len(self._days)


def exchanged(order: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """For each resident another, or the same: shuffled within groups of `ALIKE` that follow each other in `order`."""
    keys = random.random(len(order)) + np.arange(len(order)) // ALIKE
    whose = np.empty(len(order), np.int64)
    whose[order] = order[np.argsort(keys)]
    return whose
