"""All metrics of a run, in the order of tables. To add one, write its function in the file of its subject.

The names are stable; the model's `Run.metrics` has exactly these keys.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from sanfang.metrics import durations, incidence, requests, residents, resources, shares_of_time, waste, workforce
from sanfang.metrics.by_day import TWINS as DECLARED_TWINS
from sanfang.metrics.by_day import Twin
from sanfang.metrics.declare import DECLARED, GROUPS, Metric
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.units import UNDECLARED
from sanfang.model.books.observation import Observation
from sanfang.scenario.window import Window

SUBJECTS = (residents, incidence, durations, requests, shares_of_time, waste, workforce, resources)
"""The modules that declare metrics, in the order of tables."""


def _place(item: Metric) -> tuple[int, int]:
    """By group, then by subject, then as declared."""
    return list(GROUPS).index(item.group), [subject.__name__ for subject in SUBJECTS].index(item.module)


METRICS: tuple[Metric, ...] = tuple(sorted(DECLARED, key=_place))
TWINS: Mapping[str, Twin] = DECLARED_TWINS
"""What is shown of metrics day by day, by name."""
BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}
HEADLINES: tuple[str, ...] = ("satisfaction", "trouble_days", "resolved_30", "waste_share")
"""Satisfaction, how long a problem lasts and what share of them is resolved soon, and waste."""
PUBLISHED_HEADLINES: tuple[str, ...] = ("satisfaction", "resolution_days_mean", "waste_share")
"""Those of the results published so far (mechanisms, findings, regime), until these are made anew."""
BESIDE: Mapping[str, tuple[str, ...]] = {
    "resolved_30": ("resolved_90", "standing_needs"),
    "waste_share": ("cost_per_resolved_need", "coordination_share", "latent_needs"),
    "resolved_days_mean": ("resolution_rate",),
    "resolved_days_median": ("resolution_rate",),
    "resolved_days_p90": ("resolution_rate",),
}
"""What some metrics are never shown without: what is resolved sooner may leave more for ever, a fall of waste may be
dear or coordination under another name, and few may be resolved soon."""


def with_beside(names: Iterable[str]) -> tuple[str, ...]:
    """The metrics, each once, followed by those without which it is not shown."""
    return tuple(dict.fromkeys(shown for name in names for shown in (name, *BESIDE.get(name, ()))))


SHOWN_IN_COMPARISON = with_beside(HEADLINES)
EQUAL_BETWEEN_SCENARIOS: tuple[str, ...] = ("hours_supplied", "money_supplied")
"""What scenarios compared with each other must share, unless a file means to change it."""

TOLD_ANYWAY: tuple[str, ...] = ("steady_start", *EQUAL_BETWEEN_SCENARIOS)
"""What is told of a run that began in no steady state; it has no value of anything else."""

TELLS_REQUESTS = "trips_per_request"
"""A metric that every run has of whose requests one could be followed: where it has no value either, nothing was asked
for so early that it could be told whether it takes long."""


def evaluate(run: Observation) -> Evaluation:
    """A run in its evaluation window."""
    window = Window.of(run.scenario, run.days)
    return Evaluation.of(run, window.first, window.end)


def measure(run: Observation, window: Window | None = None) -> dict[str, float]:
    """All metrics of a run in its evaluation window, or in another; by name, NaN where that is too short for one.

    A window ends where the run has been observed, so that what is open then is censored there: ValueError otherwise."""
    if window is not None and window.end != run.days:
        raise ValueError(f"a window ends where the run was observed, on day {run.days}, not {window.end}")
    evaluated = evaluate(run) if window is None else Evaluation.of(run, window.first, window.end)
    unsteady = run.began_steady is False
    return {
        metric.name: math.nan
        if evaluated.length < metric.needs.days or (unsteady and metric.name not in TOLD_ANYWAY)
        else metric.formula(evaluated)
        for metric in METRICS
        if metric.formula
    }


_OWN: ContextVar[Mapping[str, Metric]] = ContextVar("own metrics", default=MappingProxyType({}))


@contextmanager
def knowing(own: Iterable[Metric]) -> Iterator[None]:
    """Within the block `metric` knows the declarations of an experiment's own metrics, too."""
    token = _OWN.set({item.name: item for item in own})
    try:
        yield
    finally:
        _OWN.reset(token)


def metric(name: str) -> Metric:
    """The declaration of `name`; for an undeclared one a plain declaration, so that it still prints."""
    plain = Metric(name, UNDECLARED, None, "residents", name.replace("_", " "), name)
    return BY_NAME.get(name) or _OWN.get().get(name, plain)


def seen(name: str, value: float | None) -> float:
    """The value of metric `name` in a run that is there: infinite where there is none and the metric is open-ended."""
    if value is not None and not math.isnan(value):
        return value
    return math.inf if metric(name).open_ended else math.nan


def in_group(group: str) -> list[Metric]:
    """The metrics of one group, in order of declaration."""
    return [item for item in METRICS if item.group == group]
