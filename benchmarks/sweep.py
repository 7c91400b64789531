"""Many short runs of the demonstration district: runs per second, and what the machinery of a sweep adds to a run.

A loop that calls `simulate` takes turns with `lab/sweeps/runner` on one and on two processes. Overhead is processor
time, that of the workers included, over the loop's: so other work on the machine shows in runs per second (wall
time), but hardly in the overhead. It includes the start of the worker processes, which a longer sweep pays once.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.full_model import warm_up
from benchmarks.measuring import FULL, QUICK, USUAL, Section, run_alone, table
from sanfang import Scenario, simulate
from sanfang.lab.comparison import keep_metrics
from sanfang.lab.sweeps.runner import run_all
from sanfang.lab.sweeps.work import Job

RUNS = {QUICK: {30: 24, 365: 6}, USUAL: {30: 100, 365: 20}, FULL: {30: 400, 365: 80}}
"""Runs in a turn, by days of a run."""

TURNS = {QUICK: 3, USUAL: 5, FULL: 5}


class Spent(NamedTuple):
    """Seconds on the wall, and of processors: of this process and of its workers that have ended."""

    wall: float
    processor: float


def spent(call: Callable[[], object]) -> Spent:
    """What a call takes, processes that it starts and ends included."""
    before, start = os.times(), time.perf_counter()
    call()
    after = os.times()
    return Spent(time.perf_counter() - start, sum(after[:4]) - sum(before[:4]))


def ways(days: int, runs: int) -> dict[str, Callable[[], object]]:
    """The same runs in three ways."""
    scenario = Scenario.load("before", district="demo")
    jobs = [Job(scenario, seed, days) for seed in range(1, runs + 1)]
    return {
        "simulate in a loop": lambda: [simulate(scenario, seed=job.seed, days=days).metrics for job in jobs],
        "runner, 1 process": lambda: run_all(jobs, keep_metrics, workers=1),
        "runner, 2 processes": lambda: run_all(jobs, keep_metrics, workers=2),
    }


def compare(days: int, runs: int, turns: int) -> list[list[object]]:
    """A row for each way: medians over the turns."""
    calls = ways(days, runs)
    found: dict[str, list[Spent]] = {name: [] for name in calls}
    for turn in range(turns):
        for name in calls if turn % 2 == 0 else reversed(list(calls)):
            found[name].append(spent(calls[name]))
    rows: list[list[object]] = []
    loop = found["simulate in a loop"]
    for name, each in found.items():
        wall = statistics.median(one.wall for one in each)
        extra = statistics.median((one.processor - base.processor) / runs for one, base in zip(each, loop, strict=True))
        share = extra * runs / statistics.median(one.processor for one in loop)
        rows.append([name, days, runs, runs / wall, extra * 1e3, f"{share:.1%}"])
    return rows


def measure(size: str) -> Section:
    warm_up()
    section = Section("Sweeps", __doc__ or "")
    rows = [row for days, runs in RUNS[size].items() for row in compare(days, runs, TURNS[size])]
    head = ["way", "days", "runs", "runs per second", "overhead per run, ms", "of a run"]
    section.add(table(head, rows))
    return section


if __name__ == "__main__":
    run_alone(measure)
