"""The full model, in the state before the reform: processor time and memory, on one core.

Each run has a process of its own, which has compiled (or loaded) the model before. The time is that of
`simulate`: the making of the model, its days, and its metrics. Memory is the process's peak, and how much of it came
with the run; libraries take the rest. The runs are bit-identical, so what differs is what else went on on the machine,
which only ever makes a run dearer: the cheapest of several is told, and the median.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from benchmarks.measuring import FULL, QUICK, USUAL, Isolated, Section, isolated, run_alone, table
from sanfang import Scenario, simulate

RESIDENTS_OF_A_COMMUNITY = 5_660
"""As in Licang: districts of other sizes have more or fewer communities, not other ones."""

COMMUNITIES_OF_A_SUB_DISTRICT = 12


TURNS = 3
"""Runs of each case."""


class Case(NamedTuple):
    """What to run: residents (None: Licang as it is) and days."""

    residents: int | None
    days: int


CASES = {
    QUICK: (Case(10_000, 120), Case(100_000, 60), Case(None, 20)),
    USUAL: (Case(10_000, 365), Case(100_000, 365), Case(None, 365), Case(1_000_000, 365)),
    FULL: (Case(10_000, 365), Case(100_000, 365), Case(None, 365), Case(1_000_000, 365), Case(1_000_000, 730)),
}


def district(residents: int | None) -> Scenario:
    """Licang, or a district of another size whose communities are like Licang's."""
    scenario = Scenario.load("before", district="licang")
    if residents is None:
        return scenario
    communities = max(2, round(residents / RESIDENTS_OF_A_COMMUNITY))
    return scenario.with_(
        {
            "district.population": residents,
            "district.communities": communities,
            "district.sub_districts": max(1, round(communities / COMMUNITIES_OF_A_SUB_DISTRICT)),
        }
    )


class Cost(NamedTuple):
    """Residents; processor seconds of the run; requests registered in it; open requests at its end."""

    residents: int
    seconds: float
    requests: int
    open: int


def cost(scenario: Scenario, days: int) -> Cost:
    """Run once and count."""
    start = time.process_time()
    run = simulate(scenario, seed=1, days=days)
    seconds = time.process_time() - start
    requests = int(run.daily["voiced"].sum() + run.daily["discovered"].sum())
    return Cost(scenario.district.population, seconds, requests, int(run.daily["open"].iloc[-1]))


def runs(scenario: Scenario, days: int) -> list[Isolated]:
    """Run several times, each in a process of its own; the cheapest first."""
    return sorted((isolated(cost, scenario, days) for _ in range(TURNS)), key=lambda one: one.result.seconds)


def warm_up() -> None:
    """Compile the model, or load it, so that no run after this one has to."""
    simulate(Scenario.load("before", district="demo"), days=40)


def measure(size: str) -> Section:
    warm_up()
    rows = []
    for case in CASES[size]:
        found = runs(district(case.residents), case.days)
        one: Cost = found[0].result
        resident_days = one.residents * case.days
        rows.append(
            [
                f"{one.residents:,}" + (" (Licang)" if case.residents is None else ""),
                case.days,
                one.seconds,
                one.seconds * 1e9 / resident_days,
                found[TURNS // 2].result.seconds * 1e9 / resident_days,
                round(one.requests / one.seconds),
                round(found[0].peak),
                round(found[0].grown),
            ]
        )
    section = Section("The full model", __doc__ or "")
    head = ["residents", "days", "seconds", "ns per resident-day", "median, ns", "requests per second"]
    head += ["peak, MB", "of the run, MB"]
    section.add(table(head, rows))
    return section


if __name__ == "__main__":
    run_alone(measure)
