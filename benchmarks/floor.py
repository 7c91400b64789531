"""The least work that any program must do for the reduced model.

For each community and day: touch each resident's satisfaction; draw the gaps of the candidates, and for each
who it is and whether it becomes a request; for each request draw its service and patience, push one event on
a small heap and pop it when its time has come, and write the outcome to its resident. There are no queues,
workers, classes or give-ups, no ledger and no record of a request, and random numbers come from one sequence
(xorshift64*, Vigna 2016). Each community's heap stays in the fastest cache. So this is no model; it is a number
of nanoseconds that a model cannot beat by much.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from benchmarks.measuring import FULL, QUICK, USUAL, Section, must_be_near, run_alone, table, taking_turns
from benchmarks.reduced import COMMUNITY, RULES, START_SATISFACTION, START_TRUST, people
from benchmarks.reduced_engine import EngineModel
from sanfang.model.compiled import compiled, prefetch

WHAT = __doc__ or ""
_PLACES = 1024
"""Events that a community's heap has room for, and candidates of a community and day."""

DAYS = {QUICK: {100_000: 30, 1_000_000: 10}, USUAL: {100_000: 120, 1_000_000: 30}, FULL: {100_000: 365, 1_000_000: 90}}
TURNS = {QUICK: 3, USUAL: 5, FULL: 5}


@compiled
def _random(state):
    """The next number in (0, 1)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return (float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) + 0.5) * 2.0**-53


@compiled
def _push(times, subjects, size, time, subject):
    place = size
    while place > 0 and time < times[(place - 1) >> 1]:
        parent = (place - 1) >> 1
        times[place], subjects[place] = times[parent], subjects[parent]
        place = parent
    times[place], subjects[place] = time, subject


@compiled
def _drop_first(times, subjects, size):
    last, subject, place = times[size - 1], subjects[size - 1], 0
    while True:
        child = 2 * place + 1
        if child >= size - 1:
            break
        if child + 1 < size - 1 and times[child + 1] < times[child]:
            child += 1
        if last <= times[child]:
            break
        times[place], subjects[place] = times[child], subjects[child]
        place = child
    times[place], subjects[place] = last, subject


@compiled
def _one_day(satisfaction, trust, weight, times, subjects, sizes, state, rules, day):
    """A day of all communities; returns how many requests were voiced and how many events came due."""
    drift, usual = np.float32(rules.drift), np.float32(rules.usual)
    gap = 1.0 / (rules.hazard * rules.cap * COMMUNITY)
    moments, residents = np.empty(_PLACES), np.empty(_PLACES, np.int64)
    voiced = done = 0
    for c in range(len(sizes)):
        first, size = c * COMMUNITY, sizes[c]
        for i in range(first, first + COMMUNITY):
            satisfaction[i] += drift * (usual - satisfaction[i])
        moment, count = day - gap * math.log(_random(state)), 0
        while moment < day + 1.0:
            moments[count], residents[count] = moment, first + int(_random(state) * COMMUNITY)
            prefetch(weight, residents[count])
            prefetch(trust, residents[count])
            moment -= gap * math.log(_random(state))
            count += 1
        for n in range(count):
            moment, resident = moments[n], residents[n]
            if _random(state) * rules.cap < weight[resident] and _random(state) < trust[resident]:
                service, patience = (
                    -rules.service * math.log(_random(state)),
                    -rules.patience * math.log(_random(state)),
                )
                _push(times[c], subjects[c], size, moment + min(service, patience), resident)
                size += 1
                voiced += 1
        while size > 0 and times[c, 0] < day + 1.0:
            resident = subjects[c, 0]
            _drop_first(times[c], subjects[c], size)
            size -= 1
            satisfaction[resident] += np.float32(rules.step * (rules.usual - satisfaction[resident]))
            trust[resident] += np.float32(rules.trust_step * (rules.usual - trust[resident]))
            done += 1
        sizes[c] = size
    return voiced, done


class Floor:
    """The least work, day after day. `voiced` counts requests."""

    def __init__(self, residents: int, seed: int) -> None:
        self.weight, _ = people(residents, seed)
        self.satisfaction = np.full(residents, START_SATISFACTION, np.float32)
        self.trust = np.full(residents, START_TRUST, np.float32)
        places = residents // COMMUNITY
        self.times, self.subjects = np.zeros((places, _PLACES)), np.zeros((places, _PLACES), np.int32)
        self.sizes, self.state = np.zeros(places, np.int64), np.full(1, seed, np.uint64)
        self.day = self.voiced = 0

    def run(self, days: int) -> None:
        for _ in range(days):
            voiced, _ = _one_day(
                self.satisfaction, self.trust, self.weight, self.times, self.subjects, self.sizes, self.state, RULES,
                self.day,
            )  # fmt: skip
            self.voiced += voiced
            self.day += 1


class Distance(NamedTuple):
    """Nanoseconds a resident-day of the floor and of the engine's reduced model."""

    residents: int
    floor: float
    engine: float


def distance(residents: int, days: int, turns: int) -> Distance:
    """Let both run `days` more days at each turn; both must have voiced about as many requests in the end."""
    floor, engine = Floor(residents, 1), EngineModel(residents, 1, days * (turns + 1))
    seconds = taking_turns({"floor": lambda: floor.run(days), "engine": lambda: engine.run(days)}, turns)
    started = int(engine.totals["served"][0] + engine.totals["withdrawn"][0])
    must_be_near("requests", started, floor.voiced, within=0.08)
    scale = 1e9 / (residents * days)
    return Distance(residents, seconds["floor"] * scale, seconds["engine"] * scale)


def measure(size: str) -> Section:
    section = Section("The floor", WHAT)
    rows = []
    for residents, days in DAYS[size].items():
        one = distance(residents, days, TURNS[size])
        rows.append([residents, one.floor, one.engine, one.engine / one.floor])
    section.add(table(["residents", "floor, ns per resident-day", "engine", "ratio"], rows))
    return section


if __name__ == "__main__":
    run_alone(measure)
