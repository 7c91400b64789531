"""Verdicts on differences that are looked at together: how large they surely are, corrected for the number of looks.

A difference that holds no zero need not matter, and of a hundred that are nothing five hold no zero by luck. So a
verdict asks whether a difference is surely larger than the smallest one of interest, or surely smaller, and what is
called sure holds for all differences of a family at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from sanfang.lab.statistics.run_table import Numbers, quiet
from sanfang.metrics.catalogue import metric
from sanfang.metrics.declare import Metric

LEVEL = 0.05
"""Chance that any verdict of a family of looks is wrong, at most."""

CONFIDENCE = 1 - LEVEL

Verdict = Literal["higher", "lower", "negligible", "undecided"]


def standard_error(low: ArrayLike, high: ArrayLike, n: ArrayLike) -> Numbers:
    """The standard error behind a 95 % t interval of n values."""
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, np.asarray(n, dtype=float) - 1)
    return np.asarray((np.asarray(high, dtype=float) - np.asarray(low, dtype=float)) / 2 / quantile)


def verdicts(
    difference: ArrayLike, low: ArrayLike, high: ArrayLike, n: ArrayLike, smallest: ArrayLike
) -> list[Verdict]:
    """What can be said of differences with 95 % t intervals `low` to `high` from `n` pairs, all looked at together.

    "higher" or "lower": surely by more than the `smallest` of interest (a test of minimal effect, Murphy and Myors
    1999); "negligible": surely by less (two one-sided tests of equivalence, Schuirmann 1987); "undecided": neither can
    be told. One of the two hypotheses of a look is true, so Holm's correction for the number of looks holds the chance
    of any wrong verdict at 5 % (Shaffer 1986). A difference without an interval is undecided and no look.
    """
    d, delta = np.asarray(difference, dtype=float), np.broadcast_to(np.asarray(smallest, dtype=float), np.shape(low))
    error, free = standard_error(low, high, n), np.asarray(n, dtype=float) - 1
    with quiet():
        above, below = _larger(d - delta, error, free), _larger(-d - delta, error, free)
        within = np.maximum(_larger(d + delta, error, free), _larger(delta - d, error, free))
    beyond = np.minimum(2 * np.minimum(above, below), 1.0)
    sure = holm(np.minimum(beyond, within)) < LEVEL
    reached: list[Verdict] = []
    for number, certain in enumerate(sure):
        outside: Verdict = "higher" if d[number] > 0 else "lower"
        reached.append("undecided" if not certain else outside if beyond[number] < within[number] else "negligible")
    return reached


def judged(differences: pd.DataFrame) -> pd.DataFrame:
    """A table of `intervals.differences` with its `verdict` on each row, all rows being one family of looks."""
    smallest = [metric(str(name)).smallest for name in differences["metric"]]
    difference, low, high, n = (differences[name] for name in ("difference", "low", "high", "n"))
    return differences.assign(verdict=verdicts(difference, low, high, n, smallest))


def kind(verdict: Verdict | str, better: str | None) -> Literal["better", "worse", ""]:
    """What a verdict means to people: "" where neither can be said, or where neither direction is better."""
    if better is None or verdict not in ("higher", "lower"):
        return ""
    return "better" if verdict == better else "worse"


SAID = {
    "en": "Better or worse: surely by more than the smallest difference of interest, {sizes}{together}.",
    "zh": "更好或更差：差值确定大于最小关注差异，即 {sizes}{together}。",
}
TOGETHER = {"en": ", in all {looks:,} differences together", "zh": "，{looks:,} 项差异同时成立"}


def said(metrics: Iterable[Metric], looks: int, lang: str = "en") -> str:
    """In one sentence, what "better" means among differences of `metrics`, `looks` of them looked at together."""
    together = TOGETHER[lang].format(looks=looks) if looks > 1 else ""
    return SAID[lang].format(sizes=sizes(metrics, lang), together=together)


def sizes(metrics: Iterable[Metric], lang: str = "en") -> str:
    """The smallest differences of interest, by unit; zero where any difference is of interest."""
    units = {metric.unit.label(lang): metric.smallest for metric in metrics}
    comma = "，" if lang == "zh" else ", "
    return comma.join(f"{size:g} ({unit})" for unit, size in sorted(units.items()) if size) or "0"


def _larger(excess: Numbers, error: Numbers, free: Numbers) -> Numbers:
    """p of the one-sided t test that the excess is above zero; without any error it is known."""
    exact = np.where(excess > 0, 0.0, 1.0)
    return np.where(error > 0, stats.t.sf(excess / error, free), np.where(error == 0, exact, np.nan))


def holm(p_values: ArrayLike | Sequence[float]) -> Numbers:
    """Holm's adjusted p values (1979): all that are below 0.05 are so with a chance of error of 5 % in all of them.

    NaN stays NaN and counts as no look.
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    looked = np.flatnonzero(~np.isnan(p))
    order = looked[np.argsort(p[looked], kind="stable")]
    left = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * left), 1.0)
    return adjusted
