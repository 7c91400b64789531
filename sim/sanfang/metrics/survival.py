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
    """The curve of durations, of which those not `done` are censored. Empty where none is done."""
    from sanfang.metrics.loops import kaplan_meier

    if not done.any():
        return Survival(np.empty(0), np.empty(0), np.nan)
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
    """Mean of the durations, each counted up to `horizon`: the area under the curve (Irwin 1949)."""
    if len(curve.times) == 0:
        return np.nan
    last = min(horizon, curve.last)
    at = np.concatenate([[0.0], np.minimum(curve.times, last), [last]])
    height = np.concatenate([[1.0], curve.remaining])
    return float((np.diff(at) * height).sum())
