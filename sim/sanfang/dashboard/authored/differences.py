"""Paired differences of runs that texts tell of, and in which direction they surely go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sanfang.lab.statistics import looks
from sanfang.lab.statistics.intervals import t_interval
from sanfang.lab.statistics.looks import Verdict

MORE, LESS, UNCLEAR = "rise", "fall", "unclear"
OUTCOMES = (MORE, LESS, UNCLEAR)
"""The ways a comparison can come out."""


@dataclass(frozen=True)
class Difference:
    """A mean of paired differences with its 95 % t interval."""

    mean: float
    low: float
    high: float

    verdict: Verdict = "undecided"

    @property
    def direction(self) -> str:
        """ "rise" or "fall" if it surely is one by more than the smallest difference of interest, else "unclear"."""
        return {"higher": MORE, "lower": LESS}.get(self.verdict, UNCLEAR)


def differences(samples: Sequence[np.ndarray], smallest: Sequence[float]) -> list[Difference]:
    """Of paired differences, by seed, all looked at together: see `looks.verdicts`. Where all agree, the interval is a
    point."""
    intervals = [_interval(values) for values in samples]
    counts = [len(values) for values in samples]
    mean, low, high = np.array(intervals).T
    verdicts = looks.verdicts(mean, low, high, counts, smallest)
    return [Difference(*numbers, word) for numbers, word in zip(intervals, verdicts, strict=True)]


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    mean = float(values.mean())
    if np.ptp(values) <= 1e-12 * max(abs(mean), 1e-12):
        return mean, mean, mean
    low, high = t_interval(values[np.newaxis])
    return mean, float(low[0]), float(high[0])
