"""Runs of the request engine alone, and what is measured of them, for comparison with theory.

Each queue is run several times with seeds of its own; the first tenth of a run, which starts from empty, is left out,
and the rest is cut into batches whose means are all but independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from sanfang.lab.verification.agreement import Point, Text, interval
from sanfang.model.kernel.queueing import simulate_queue

REQUESTS = 200_000
"""Requests of one run."""

BATCHES = 10
"""Batches of one run."""

DISCARDED = 0.1
HEAVY = 0.9
"""From this load on, without patience, a queue is run twice as often: its waits vary much more."""

WIDEST = 0.5
"""An interval that reaches further than this share of the theory's value to either side says nothing."""

Means = Callable[[pd.DataFrame], np.ndarray]


@dataclass(frozen=True)
class Queue:
    """A queue with a mean service of `service_time`; `load` is arrival rate / servers."""

    load: float
    servers: int = 1
    service: str = "exponential"
    cv: float = 1.0
    shares: tuple[float, ...] = (1.0,)
    patience: float | None = None
    service_time: float = 1.0

    def run(self, seed: int, run: int) -> pd.DataFrame:
        """One run without its beginning; each queue and run has draws of its own."""
        words = np.random.SeedSequence([seed, run, crc32(repr(self).encode())]).generate_state(1, np.uint64)
        table = simulate_queue(
            self.load * self.servers, self.service_time, self.servers, self.service, self.cv, self.shares,
            self.patience, REQUESTS, int(words[0] >> np.uint64(2)),
        )  # fmt: skip
        return table.iloc[int(DISCARDED * REQUESTS) :]


@dataclass(frozen=True)
class QueueComparison:
    """What of a queue is measured, and what it should be."""

    label: Text
    queue: Queue
    theory: Callable[[], float]
    means: Means
    series: str = ""
    x: float = float("nan")


def compared(comparisons: list[QueueComparison], seed: int, runs: int, among: int) -> list[Point]:
    """Run the queues, each once however much of it is measured, and put theory beside what they show.

    The intervals allow for `among` comparisons.
    """
    means: list[list[np.ndarray]] = [[] for _ in comparisons]
    for queue in dict.fromkeys(comparison.queue for comparison in comparisons):
        heavy = queue.load >= HEAVY and queue.patience is None
        for run in range(2 * runs if heavy else runs):
            table = queue.run(seed, run)
            for own, comparison in zip(means, comparisons, strict=True):
                if comparison.queue == queue:
                    own.append(comparison.means(table))
    points = []
    for own, comparison in zip(means, comparisons, strict=True):
        estimate, low, high = interval(np.concatenate(own), among)
        value = comparison.theory()
        points.append(
            Point(
                comparison.label,
                value,
                estimate,
                low,
                high,
                widest=WIDEST * value,
                series=comparison.series,
                x=comparison.x,
            )
        )
    return points


# --- What is measured of a queue: means of batches -------------------------------------------------------


def batch_means(values: np.ndarray) -> np.ndarray:
    """Means of `BATCHES` equal spans of `values`; what is left over at the end is not used."""
    length = len(values) // BATCHES
    return np.asarray(values[: length * BATCHES].reshape(BATCHES, length).mean(axis=1))


def _waits(table: pd.DataFrame) -> np.ndarray:
    return np.asarray(table["started"] - table["arrived"])


def waited(table: pd.DataFrame) -> np.ndarray:
    """Mean wait."""
    return batch_means(_waits(table))


def waited_longer(time: float, table: pd.DataFrame) -> np.ndarray:
    """Share that waited longer than `time`; those who gave up before they were served count as waiting."""
    return batch_means((~(_waits(table) <= time)).astype(float))


def waited_in_class(rank: int, table: pd.DataFrame) -> np.ndarray:
    """Mean wait of one priority class."""
    return waited(table[table["class_"] == rank])


def stayed(table: pd.DataFrame) -> np.ndarray:
    """Mean time from arrival to the end of service."""
    return batch_means(np.asarray(table["finished"] - table["arrived"]))


def gave_up(table: pd.DataFrame) -> np.ndarray:
    """Share that gave up."""
    return batch_means(table["withdrawn"].to_numpy(float))


def lengths(table: pd.DataFrame) -> np.ndarray:
    """Mean number waiting in spans of time, counted over time and not derived from the waits."""
    arrived, started = (np.sort(table[name].to_numpy()) for name in ("arrived", "started"))
    edges = np.linspace(arrived[len(arrived) // 100], arrived[-1], BATCHES + 1)
    return np.asarray(np.diff(_time_before(edges, arrived) - _time_before(edges, started)) / np.diff(edges))


def _time_before(edges: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """For each edge the sum over moments of the time from the moment to the edge, if it has passed."""
    sums = np.concatenate([[0.0], np.cumsum(moments)])
    passed = np.searchsorted(moments, edges)
    return np.asarray(edges * passed - sums[passed])
