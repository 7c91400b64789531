"""What queueing theory says, in units of the mean service: the values that the request engine is held against.

`load` is arrival rate x mean service / servers. Formulas for one server hold below a load of 1; with patience a queue
is stable at any load. Sources: Erlang 1917; Pollaczek 1930 and Khinchine 1932; Cobham 1954; Palm 1957; Little 1961.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sanfang.lab.verification.pooling import erlang_c


def mean_wait(load: float, servers: int = 1) -> float:
    """Mean wait in M/M/c (Erlang 1917)."""
    return erlang_c(load, servers) / (servers * (1 - load))


def longer_wait(load: float, servers: int, time: float) -> float:
    """Chance of waiting longer than `time` in M/M/c."""
    return erlang_c(load, servers) * math.exp(-servers * (1 - load) * time)


def number_waiting(load: float, servers: int = 1) -> float:
    """Mean number waiting in M/M/c: arrival rate x mean wait (Little 1961)."""
    return load * servers * mean_wait(load, servers)


def mean_wait_general(load: float, cv: float) -> float:
    """Mean wait in M/G/1, service having the coefficient of variation `cv` (Pollaczek 1930, Khinchine 1932)."""
    return load * (1 + cv**2) / (2 * (1 - load))


def waits_by_class(load: float, servers: int, shares: Sequence[float]) -> list[float]:
    """Mean wait of each class in M/M/c, the first served first, nobody interrupted (Cobham 1954)."""
    up_to = load * np.concatenate([[0.0], np.cumsum(shares)])
    until_one_is_free = erlang_c(load, servers) / servers
    return [float(until_one_is_free / ((1 - up_to[k]) * (1 - up_to[k + 1]))) for k in range(len(shares))]


def abandonment(load: float, servers: int, patience: float) -> tuple[float, float]:
    """Chances of giving up and of finding all servers busy in M/M/c+M (Palm 1957).

    From the balance of births and deaths. `patience` is the mean time that a request is ready to wait.
    """
    arrivals, states = load * servers, 40 * servers + 400
    deaths = [min(n, servers) + max(n - servers, 0) / patience for n in range(1, states)]
    weights = np.concatenate([[1.0], np.cumprod(arrivals / np.array(deaths))])
    share = weights / weights.sum()
    waiting = float(np.maximum(np.arange(states) - servers, 0) @ share)
    return waiting / patience / arrivals, float(share[servers:].sum())
