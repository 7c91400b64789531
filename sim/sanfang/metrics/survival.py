"""How long something lasts where some of it has not ended yet: survival curves (Kaplan and Meier 1958), and cumulative
incidence where it may end in several ways (Aalen and Johansen 1978)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Survival:
    """A Kaplan-Meier curve."""

    times: np.ndarray
    """Times seen, in order."""
    remaining: np.ndarray
    """Share still waiting from each of them on."""
    last: float
    """The longest time seen."""


def survival(durations: np.ndarray, done: np.ndarray) -> Survival:
    """The curve of durations, of which those not `done` are censored. Without steps where none is done."""
    from sanfang.metrics.loops import kaplan_meier

    if not done.any():
        return Survival(np.empty(0), np.empty(0), float(durations.max()) if len(durations) else np.nan)
    ended, censored = durations[done], durations[~done]
    ended.sort()
    censored.sort()
    times, remaining = np.empty(len(durations)), np.empty(len(durations))
    count = kaplan_meier(ended, censored, times, remaining)
    return Survival(times[:count], remaining[:count], float(durations.max()))


def quantile(curve: Survival, level: float) -> float:
    """The time by which `level` are done; NaN where the curve does not come so low."""
    reached = curve.remaining <= 1.0 - level + 1e-12
    return float(curve.times[reached.argmax()]) if reached.any() else np.nan


def restricted_mean(curve: Survival, horizon: float) -> float:
    """Mean of the durations, each counted up to `horizon`: the area under the curve (Irwin 1949); NaN of none.

    Beyond the longest time seen the curve stays where it is. So it is no mean up to `horizon` unless somebody was
    followed for about so long, or all are done: who calls this looks to that.
    """
    if np.isnan(curve.last):
        return np.nan
    last = min(horizon, curve.last)
    at = np.concatenate([[0.0], np.minimum(curve.times, last), [last]])
    height = np.concatenate([[1.0], curve.remaining])
    still = float(height[-1])
    beyond = (horizon - last) * still if last < horizon and still > 0 else 0.0
    return float((np.diff(at) * height).sum()) + beyond


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of several ends that compete: whoever meets one cannot meet another."""

    times: np.ndarray
    """Times seen, in order."""
    shares: np.ndarray
    """`[way, time]`: share that has ended in this way by then."""

    def by(self, way: int, time: float) -> float:
        """The share that has ended in a way by a time."""
        seen = int(np.searchsorted(self.times, time, side="right"))
        return float(self.shares[way, seen - 1]) if seen else 0.0


def incidence(durations: np.ndarray, way: np.ndarray, ways: int) -> Incidence:
    """The estimate of Aalen and Johansen of durations that ended in way 0, 1, ...; those of way -1 are censored.

    At each time it grows by the share that nothing has ended before, times the share of those at risk that end in this
    way. To count the other ends as censored would give the incidence in a world without them.
    """
    times, row, seen = np.unique(durations, return_inverse=True, return_counts=True)
    at_risk = len(durations) - np.concatenate([[0], np.cumsum(seen)[:-1]])[: len(times)]
    ended = np.stack([np.bincount(row[way == end], minlength=len(times)) for end in range(ways)])
    remaining = np.cumprod(1.0 - ended.sum(axis=0) / at_risk)
    before = np.concatenate([[1.0], remaining[:-1]])[: len(times)]
    return Incidence(times, np.cumsum(before * ended / at_risk, axis=1))
