"""How long something lasts where some of it has not ended yet: survival curves (Kaplan and Meier 1958)."""

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
