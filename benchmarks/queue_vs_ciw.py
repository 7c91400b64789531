"""The request engine against Ciw and SimPy: one M/M/3 station, two classes with non-preemptive priority.

Mean waits by class of all three programs must agree with each other and with theory (Cobham 1954, for equal
service times of all classes and c servers: W1 = W0 / (1 - r1), W2 = W0 / ((1 - r1)(1 - r1 - r2)), where W0 is Erlang's
delay probability times the mean time between ends of service) before the ratio of their processor times is taken.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import NamedTuple

import ciw
import numpy as np
import simpy

from benchmarks.measuring import FULL, QUICK, USUAL, Section, must_agree, plus_minus, run_alone, table, taking_turns
from sanfang.model.kernel.queueing import simulate_queue

RATE, SERVICE, SERVERS, SHARES = 1.0, 2.4, 3, (0.3, 0.7)
"""Arrivals a unit of time; mean service; servers; shares of the two classes. The load is 0.8."""


class Plan(NamedTuple):
    """Replications and requests of each for the check; requests and turns for the timings."""

    replications: int
    checked: int
    timed: int
    turns: int


PLANS = {QUICK: Plan(8, 8_000, 5_000, 3), USUAL: Plan(20, 10_000, 20_000, 5), FULL: Plan(60, 20_000, 50_000, 7)}

WARM_UP = 0.1
"""Share of the requests, from the first, that the means leave out."""


def theory() -> tuple[float, float]:
    """Mean waits of both classes."""
    offered = RATE * SERVICE
    load = offered / SERVERS
    waiting = offered**SERVERS / math.factorial(SERVERS) / (1.0 - load)
    delayed = waiting / (sum(offered**n / math.factorial(n) for n in range(SERVERS)) + waiting)
    unit = delayed * SERVICE / SERVERS
    first = SHARES[0] * load
    return unit / (1.0 - first), unit / ((1.0 - first) * (1.0 - load))


def _means(class_: np.ndarray, arrived: np.ndarray, waited: np.ndarray, requests: int) -> tuple[float, float]:
    counted = arrived >= WARM_UP * requests / RATE
    return float(waited[counted & (class_ == 0)].mean()), float(waited[counted & (class_ == 1)].mean())


def by_engine(requests: int, seed: int) -> tuple[float, float]:
    """Mean waits of both classes, from this project's engine."""
    found = simulate_queue(RATE, SERVICE, SERVERS, class_shares=SHARES, requests=requests, seed=seed)
    waited = found["started"] - found["arrived"]
    return _means(found["class_"].to_numpy(), found["arrived"].to_numpy(), waited.to_numpy(), requests)


def by_ciw(requests: int, seed: int) -> tuple[float, float]:
    """Mean waits of both classes, from Ciw."""
    names = ("first", "second")
    network = ciw.create_network(
        arrival_distributions={n: [ciw.dists.Exponential(RATE * s)] for n, s in zip(names, SHARES, strict=True)},
        service_distributions={n: [ciw.dists.Exponential(1.0 / SERVICE)] for n in names},
        number_of_servers=[SERVERS],
        priority_classes={"first": 0, "second": 1},
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(requests, method="Finish")
    records = simulation.get_all_records()
    columns = np.array([(r.customer_class == "second", r.arrival_date, r.waiting_time) for r in records])
    return _means(columns[:, 0].astype(int), columns[:, 1], columns[:, 2], requests)


def by_simpy(requests: int, seed: int) -> tuple[float, float]:
    """Mean waits of both classes, from SimPy."""
    environment, draws = simpy.Environment(), random.Random(seed)
    station = simpy.PriorityResource(environment, SERVERS)
    records: list[tuple[int, float, float]] = []

    def customer(class_: int):  # type: ignore[no-untyped-def]
        arrived = environment.now
        with station.request(priority=class_) as turn:
            yield turn
            records.append((class_, arrived, environment.now - arrived))
            yield environment.timeout(draws.expovariate(1.0 / SERVICE))

    def source():  # type: ignore[no-untyped-def]
        for _ in range(requests):
            yield environment.timeout(draws.expovariate(RATE))
            environment.process(customer(0 if draws.random() < SHARES[0] else 1))

    environment.process(source())
    environment.run()
    columns = np.array(records)
    return _means(columns[:, 0].astype(int), columns[:, 1], columns[:, 2], requests)


PROGRAMS: dict[str, Callable[[int, int], tuple[float, float]]] = {
    "engine": by_engine, "Ciw": by_ciw, "SimPy": by_simpy,
}  # fmt: skip


def agreement(plan: Plan) -> str:
    """A table of mean waits. Raises Disagreement if any differs from theory or from another's."""
    seeds = range(1, plan.replications + 1)
    found = {name: [run(plan.checked, seed) for seed in seeds] for name, run in PROGRAMS.items()}
    rows = []
    for class_, expected in enumerate(theory()):
        waits = {name: [pair[class_] for pair in pairs] for name, pairs in found.items()}
        for name, values in waits.items():
            must_agree(f"{name}, class {class_}, against theory", values, expected)
            must_agree(f"{name}, class {class_}, against the engine", values, waits["engine"])
        rows.append([f"class {class_}", expected, *(plus_minus(values) for values in waits.values())])
    return table(["mean wait", "theory", *PROGRAMS], rows)


def measure(size: str) -> Section:
    plan, section = PLANS[size], Section("The request engine against Ciw and SimPy", __doc__ or "")
    section.add(agreement(plan))
    calls = {name: lambda run=run: run(plan.timed, 1) for name, run in PROGRAMS.items()}  # type: ignore[misc]
    seconds = taking_turns(calls, plan.turns)
    # The engine runs ten times as many, too: making its table costs the same for few requests as for many.
    more = taking_turns({"engine": lambda: by_engine(10 * plan.timed, 1)}, plan.turns)["engine"] / 10
    rows = [[name, plan.timed, spent / plan.timed * 1e9, spent / seconds["engine"]] for name, spent in seconds.items()]
    rows.append(["engine, ten times as many", 10 * plan.timed, more / plan.timed * 1e9, more / seconds["engine"]])
    section.add(table(["program", "requests", "ns per request", "times the engine"], rows))
    section.add(f"At {10 * plan.timed:,} requests of the engine, Ciw takes {seconds['Ciw'] / more:.0f} times as long.")
    return section


if __name__ == "__main__":
    run_alone(measure)
