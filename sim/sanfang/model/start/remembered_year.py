"""A year as residents met with it, to be met again: the experiences of each day, and the troubles that wore on them."""

from __future__ import annotations

import numpy as np

from sanfang.model.district.district_records import Residents
from sanfang.model.district.residents import live_on, receive, talk
from sanfang.model.kernel.draws import stream
from sanfang.model.kernel.records import Record, Records
from sanfang.model.world import World

_ALIKE = 16
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

    def replay(self, residents: Residents, communities: Records, mind: Record, times: int, seed: int) -> None:
        """Let minds meet the year again `times` over; satisfaction, expectation and trust of `residents` change.

        Each time a resident meets the year of somebody who has troubles about as often: who was unlucky in the one
        year that is remembered is not so for ever.
        """
        burden = residents.burden.copy()
        order = np.lexsort((residents.weight.sum(axis=1), residents.community))
        random = stream(seed, "remembered year", 0)
        for _ in range(times):
            self._meet(residents, communities, mind, _exchanged(order, random))
        residents.burden[:] = burden

    def _meet(self, residents: Residents, communities: Records, mind: Record, whose: np.ndarray) -> None:
        """The year once: what resident i met with, `whose[i]` meets with now."""
        rows, erosion = (communities["first"], communities["size"]), float(mind["erosion"])
        means = np.zeros(len(communities)), np.zeros(len(communities))
        nothing = np.zeros(1, [("experience", "f4"), ("rated", "i1")]), np.zeros(1, [("rated", "i1")])
        rated = np.zeros((int(max((e["day"].max() for e, *_ in self._days if len(e)), default=0)) + 1, 2), np.int64)
        residents.burden[whose] = self._first_burden
        for day, (experiences, changed, burden) in enumerate(self._days):
            met = experiences.copy()
            met["resident"] = whose[met["resident"]]
            met["record"], met["closing"] = -1, 0
            receive(residents, met, len(met), *nothing, rated, mind)
            residents.burden[whose[changed]] = burden
            live_on(residents, *rows, erosion, *means)
            if day % 7 == 6:
                talk(residents, float(mind["peer_pull"]))


def _exchanged(order: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """For each resident another, or the same: shuffled within groups of `_ALIKE` that follow each other in `order`."""
    keys = random.random(len(order)) + np.arange(len(order)) // _ALIKE
    whose = np.empty(len(order), np.int64)
    whose[order] = order[np.argsort(keys)]
    return whose
