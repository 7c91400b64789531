"""How long the first answer, the resolution and the need itself take.

Requests that are still open are censored at the end of the run; those withdrawn, or closed without a resolution, never
resolve: they stay in the risk set to the end. So medians and 90th percentiles are those of all requests, not only of
the quick ones (Kaplan and Meier 1958); NaN where they are not reached. Means count each duration up to
`MEAN_WITHIN_DAYS`.
"""

from __future__ import annotations

import numpy as np

from sanfang.metrics.declare import metric, once
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.requests import requests
from sanfang.metrics.survival import Survival, quantile, restricted_mean, survival
from sanfang.metrics.units import DAYS, SHARE, WORKING_HOURS
from sanfang.model import state as s

MEAN_WITHIN_DAYS = 60.0
"""Means of durations count each up to so many days."""


# --- From voicing to resolution ---------------------------------------------------------------------------


@metric(
    DAYS, "lower", "headline", "Days from voicing to resolution, mean", "从反映到解决天数（均值）", open_ended=True
)  # fmt: skip
def resolution_days_mean(run: Evaluation) -> float:
    """Calendar days; each counted up to `MEAN_WITHIN_DAYS`."""
    return restricted_mean(_resolution(run), MEAN_WITHIN_DAYS)


@metric(
    DAYS, "lower", "requests", "Days from voicing to resolution, median", "从反映到解决天数（中位数）", open_ended=True
)  # fmt: skip
def resolution_days_median(run: Evaluation) -> float:
    """Calendar days."""
    return quantile(_resolution(run), 0.5)


@metric(
    DAYS, "lower", "requests", "Days from voicing to resolution, 90th percentile", "从反映到解决天数（90分位）",
    open_ended=True,
)  # fmt: skip
def resolution_days_p90(run: Evaluation) -> float:
    """Calendar days."""
    return quantile(_resolution(run), 0.9)


@metric(SHARE, "higher", "requests", "Requests resolved in time", "按期解决率")
def on_time_rate(run: Evaluation) -> float:
    """Within the limit of their kind; of those whose limit has passed, or which were resolved before it."""
    made, limits = requests(run), run.scenario.limits
    each = (limits.resolve_urgent, limits.resolve_hard, limits.resolve_chronic, limits.resolve_hoped)
    days, resolved = _resolution_days(run)
    return _in_time(resolved, days, np.array(each)[made.kind], run.end - made.voiced)


@once
def _resolution(run: Evaluation) -> Survival:
    return survival(*_resolution_days(run))


@once
def _resolution_days(run: Evaluation) -> tuple[np.ndarray, np.ndarray]:
    """Calendar days that each request took or has taken so far, and whether it was resolved."""
    made = requests(run)
    resolved = made.outcome == s.RESOLVED
    return np.where(resolved, made.closed, float(run.end)) - made.voiced, resolved


# --- From voicing to the first answer ---------------------------------------------------------------------


@metric(
    WORKING_HOURS, "lower", "requests", "Hours to first handling, mean", "首次响应工时（均值）", open_ended=True
)  # fmt: skip
def first_response_hours_mean(run: Evaluation) -> float:
    """Working hours; each counted up to those of `MEAN_WITHIN_DAYS`."""
    within = MEAN_WITHIN_DAYS * 5.0 / 7.0 * run.scenario.calendar.shift_hours
    return restricted_mean(_first_response(run), within)


@metric(
    WORKING_HOURS, "lower", "requests", "Hours to first handling, median", "首次响应工时（中位数）", open_ended=True
)  # fmt: skip
def first_response_hours_median(run: Evaluation) -> float:
    """Working hours."""
    return quantile(_first_response(run), 0.5)


@metric(
    WORKING_HOURS, "lower", "requests", "Hours to first handling, 90th percentile", "首次响应工时（90分位）",
    open_ended=True,
)  # fmt: skip
def first_response_hours_p90(run: Evaluation) -> float:
    """Working hours."""
    return quantile(_first_response(run), 0.9)


@metric(SHARE, "higher", "requests", "Requests answered in time", "响应率")
def response_rate(run: Evaluation) -> float:
    """Within the limit of their kind; of those whose limit has passed, or which were answered before it."""
    made, limits = requests(run), run.scenario.limits
    each = (limits.answer_urgent, limits.answer, limits.answer, limits.answer)
    answered = ~np.isnan(made.first_at)
    days = np.where(answered, made.first_at, run.end) - made.voiced
    return _in_time(answered, days, np.array(each)[made.kind], run.end - made.voiced)


@once
def _first_response(run: Evaluation) -> Survival:
    """Of the working hours until the first answer, or so far."""
    from sanfang.model.kernel.worktime import to_working_each

    made, calendar = requests(run), run.scenario.calendar
    answered = ~np.isnan(made.first_at)
    voiced = to_working_each(made.voiced, run.clock, calendar.opening_hour, calendar.shift_hours)
    hours = np.where(answered, made.first_hours, run.clock[run.end] - voiced).astype(float)
    return survival(np.maximum(hours, 0.0), answered)


# --- The need itself --------------------------------------------------------------------------------------


@metric(DAYS, "lower", "residents", "Days that a need lasts", "需求持续天数")
def need_days_mean(run: Evaluation) -> float:
    """Calendar days from arising, silent time included; each counted up to `MEAN_WITHIN_DAYS`."""
    from sanfang.metrics.loops import fill_need_days

    days, ended = np.empty(len(run.records)), np.empty(len(run.records), np.bool_)
    count = fill_need_days(run.records, run.first, float(run.end), days, ended)
    return restricted_mean(survival(days[:count], ended[:count]), MEAN_WITHIN_DAYS)


def _in_time(done: np.ndarray, days: np.ndarray, limit: np.ndarray, observed: np.ndarray) -> float:
    """Share done within the limit, among those whose limit has passed or who were done before it."""
    in_time = done & (days <= limit)
    known = in_time | (observed >= limit)
    return float(in_time[known].mean()) if known.any() else np.nan
