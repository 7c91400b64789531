"""What a check of the program is: claims in two languages, numbers of the engine beside those of theory, a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

FALSE_ALARMS = 0.01
"""Chance that a right engine fails anywhere among all comparisons of all checks."""

Verdict = Literal["agrees", "differs", "undecided"]


class Text(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    def say(self, lang: str) -> str:
        """The text in English ("en") or Chinese ("zh")."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Point:
    """One number of the engine and what it should be.

    `low` to `high` is its interval, NaN where nothing was left to chance; then it may be off by `tolerance`.
    An interval wider than `widest` to either side says too little. `series` and `x` place it on the check's chart.
    """

    label: Text
    theory: float
    estimate: float
    low: float = math.nan
    high: float = math.nan
    widest: float = math.inf
    tolerance: float = 0.0
    series: str = ""
    x: float = math.nan

    @property
    def exact(self) -> bool:
        """Whether it is a count or an identity, so that chance has no part in it."""
        return math.isnan(self.low)

    @property
    def verdict(self) -> Verdict:
        """ "undecided" where the interval holds the theory but would hold much else."""
        if self.exact:
            return "agrees" if abs(self.estimate - self.theory) <= self.tolerance else "differs"
        if not self.low <= self.theory <= self.high:
            return "differs"
        return "agrees" if (self.high - self.low) / 2 <= self.widest else "undecided"


@dataclass(frozen=True)
class Curve:
    """Theory as a line of the check's chart."""

    series: str
    label: Text
    x: list[float]
    y: list[float]


@dataclass(frozen=True)
class Chart:
    """What a check draws: its points of the same `series`, over these curves."""

    x: Text
    y: Text
    curves: Callable[[], list[Curve]]


@dataclass(frozen=True)
class Check:
    """A claim that can be tried: `points` runs the engine with a seed and an effort (runs of each queue).

    `kind` is "queue" (the request engine alone against theory) or "district" (identities of the whole model).
    """

    key: str
    kind: Literal["queue", "district"]
    title: Text
    claim: Text
    formula: str
    source: Text
    points: Callable[[int, int], list[Point]]
    chart: Chart | None = None


@dataclass(frozen=True)
class CheckResult:
    """A check that was made. `seconds` is what it took."""

    check: Check
    points: list[Point]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """The worst among its points; "differs" if there are none."""
        verdicts = {point.verdict for point in self.points} or {"differs"}
        return next(verdict for verdict in ("differs", "undecided", "agrees") if verdict in verdicts)


def interval(means: np.ndarray, comparisons: int) -> tuple[float, float, float]:
    """Mean of batch means and its t interval (Law 2015, section 9.5.3), Bonferroni's level for `comparisons` of them.

    All of them together miss the truth in `FALSE_ALARMS` of all repetitions at most.
    """
    middle, error = float(means.mean()), float(stats.sem(means))
    reach = float(stats.t.ppf(1 - FALSE_ALARMS / comparisons / 2, len(means) - 1)) * error
    return middle, middle - reach, middle + reach
