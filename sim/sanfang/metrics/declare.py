"""How a metric is declared: one decorator above one function of an `Evaluation`.

    @metric(SHARE, "higher", "requests", "Closed requests rated satisfied", "满意率")
    def rating_rate(run: Evaluation) -> float:
        return ratio(...)

The function's name is the metric's. Tables, pages, stores, exports and documentation follow from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal

from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.needs import ANY, Need
from sanfang.metrics.units import Unit

Better = Literal["higher", "lower"]
Formula = Callable[[Evaluation], float]

GROUPS = {
    "headline": ("Headline", "主要结果"),
    "residents": ("Residents", "居民"),
    "requests": ("Requests", "诉求办理"),
    "time": ("Where the time went", "时间去向"),
    "waste": ("Waste", "资源浪费"),
    "workforce": ("Workforce", "人员"),
    "resources": ("Resources", "资源总量"),
}
"""Groups in the order of tables, with labels in English and Chinese."""

OWN = "own"
"""The group of metrics that an experiment has of its own."""


Of = Literal["residents", "needs", "requests"]
FROM_RESIDENTS: tuple[Of, ...] = ("residents", "needs", "requests")
"""Residents have needs, some of which become requests: what splits one of these splits all that come after it."""


@dataclass(frozen=True)
class Basis:
    """What a metric is of, and over how many of them it is in an evaluation: `count`.

    A mean or share of a district is that of its groups, weighted by their counts; where groups have the same residents
    (a rate per 1,000 residents by domain) it is their sum. Survival curves have no such rule, since who is censored
    counts only as far as seen.
    """

    of: Of
    count: Formula


@dataclass(frozen=True)
class Metric:
    """One outcome of a run.

    `better` is the direction that residents or taxpayers would wish for, None where neither is plainly better. `group`
    is where a table puts it. `formula` computes it; None for one that is only read from a store.
    `open_ended`: a run that had requests and has no value has not reached it, so it is above all that could be seen:
    a 90th percentile of days where fewer than 90 of 100 requests were ever resolved, the cost of a resolved need where
    none was. Of any other metric no value means that there was nothing to measure. `needs`: the fewest days of
    evaluation window; in a shorter one it has no value. `of`: what it can be computed of; None where it makes no sense
    of a group, such as money of the whole district, or a gap between groups.
    """

    name: str
    unit: Unit
    better: Better | None
    group: str
    en: str
    zh: str
    open_ended: bool = False
    needs: Need = ANY
    formula: Formula | None = field(default=None, repr=False, compare=False)
    of: Basis | None = field(default=None, repr=False, compare=False)

    @property
    def module(self) -> str:
        """Where its formula is."""
        return getattr(self.formula, "func", self.formula).__module__  # of a partial, that of its function

    @property
    def headline(self) -> bool:
        """Whether it answers the main question: satisfaction, response time, waste."""
        return self.group == "headline"

    @property
    def smallest(self) -> float:
        """The smallest difference of interest, in the metric's unit."""
        return self.unit.smallest

    def label(self, lang: str = "en") -> str:
        """The label in `lang`: "en" or "zh"."""
        return self.zh if lang == "zh" else self.en

    def format(self, value: float, decimals: int | None = None) -> str:
        """`value` as its unit is written."""
        return self.unit.format(value, decimals)


DECLARED: list[Metric] = []
"""Every metric, in the order in which modules declare them; `catalogue.METRICS` has them by group."""


def metric(
    unit: Unit, better: Better | None, group: str, en: str, zh: str, *,
    of: Basis | None = None, open_ended: bool = False, needs: Need = ANY, name: str = "",
) -> Callable[[Formula], Formula]:  # fmt: skip
    """Declare the function below as a metric, called `name` or as the function is; see `Metric`."""

    def declare(formula: Formula) -> Formula:
        own = name or formula.__name__
        if group not in GROUPS or any(other.name == own for other in DECLARED):
            raise ValueError(f"metric {own!r}: is declared twice, or its group {group!r} is none")
        DECLARED.append(Metric(own, unit, better, group, en, zh, open_ended, needs, formula, of))
        return formula

    return declare


def once[Found](function: Callable[[Evaluation], Found]) -> Callable[[Evaluation], Found]:
    """What several metrics need, computed once for each observation."""

    @wraps(function)
    def kept(run: Evaluation) -> Found:
        key = f"{function.__module__}.{function.__qualname__}"
        if key not in run.found:
            run.found[key] = function(run)
        found: Any = run.found[key]
        return found  # type: ignore[no-any-return]

    return kept


def ratio(part: float, whole: float) -> float:
    """`part / whole`; NaN of nothing."""
    return part / whole if whole else float("nan")
