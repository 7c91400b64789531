"""One pooled station against several local ones: the speed at which local staff make up for the loss of pooling.

Theory: M/M/c against c separate M/M/1, each with its share of the arrivals. Requests spend the same time in both when
local staff serve at rate lambda / c + 1 / W, W being the time in the pooled system (Erlang 1917; Smith and Whitt
1981). `measured` asks the request engine of the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from sanfang.model.kernel.queueing import simulate_queue

DISCARDED = 0.1
"""Share of the first requests that are left out: the queue begins empty."""


def erlang_c(load: float, servers: int) -> float:
    """Chance that a request must wait, M/M/c at `load` (arrival rate x mean service / servers, below 1).

    ValueError for a load outside (0, 1) or no server.
    """
    if not 0 < load < 1 or servers < 1:
        raise ValueError(f"needs a load between 0 and 1 and a server, not {load} and {servers}")
    offered, blocked = load * servers, 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked / (1 - load * (1 - blocked))


def pooled_time(load: float, servers: int) -> float:
    """Mean time in the system, M/M/c, in units of the mean service."""
    return 1 + erlang_c(load, servers) / (servers * (1 - load))


def break_even_speed(load: float, servers: int) -> float:
    """How fast local staff must serve, 1 being the pooled specialists, for equal mean time in the system."""
    return load + 1 / pooled_time(load, servers)


@dataclass(frozen=True)
class Measured:
    """Mean time at separate stations less that in the pool, at some speed: 95 % t interval over seeds."""

    estimate: float
    low: float
    high: float


def measured(load: float, servers: int, speed: float, seeds: int = 10, requests: int = 100_000) -> Measured:
    """What the request engine shows: separate stations whose staff work at `speed`, against the pool.

    Times are in units of the pooled mean service, exponential. One separate station stands for all, being alike.
    """
    gaps = []
    for seed in range(seeds):
        pool = _mean_time(load * servers, 1.0, servers, requests, seed)
        alone = _mean_time(load, 1.0 / speed, 1, requests, seed + seeds)
        gaps.append(alone - pool)
    low, high = stats.ttest_1samp(gaps, 0.0).confidence_interval(0.95)
    return Measured(float(np.mean(gaps)), float(low), float(high))


def _mean_time(rate: float, service: float, servers: int, requests: int, seed: int) -> float:
    table = simulate_queue(rate, service, servers, requests=requests, seed=seed)
    late = table.iloc[int(DISCARDED * requests) :]
    return float((late["finished"] - late["arrived"]).mean())
