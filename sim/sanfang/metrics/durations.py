"""How long requests take: to the first answer, and to the resolution.

Requests that are still open are censored at the end of the run; those withdrawn, or closed without a resolution, never
resolve: they stay in the risk set to the end. Requests made before the window count only where that is said. So medians
and 90th percentiles are those of all requests, not only of the quick ones (Kaplan and Meier 1958); NaN where they are
not reached. Means count each duration up to `MEAN_WITHIN_DAYS`. Shares in time are of the requests that were made so
early that the longest limit of any kind has passed by the end: of those made later the quick ones are known, the slow
ones are not.
"""

from __future__ import annotations

import numpy as np

from sanfang.metrics.by_day import Days, by_day, moving_share, moving_sum, ratios
from sanfang.metrics.declare import Basis, metric, once, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.needs import ANSWERED, DUE, FOLLOWED, MEAN_WITHIN_DAYS, SEEN_THROUGH
from sanfang.metrics.requests import OF_REQUESTS, requests
from sanfang.metrics.survival import Survival, quantile, restricted_mean, survival
from sanfang.metrics.units import DAYS, SHARE, WORKING_HOURS
from sanfang.model import state as s
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import Window

# --- From voicing to resolution ---------------------------------------------------------------------------


@metric(
    DAYS, "lower", "requests", "Days from voicing to resolution, at most 60 counted",
    "平均办理时长（从反映到解决，最多计60天）",
    of=OF_REQUESTS, needs=SEEN_THROUGH,
)  # fmt: skip
def resolution_days_mean(run: Evaluation) -> float:
    """Calendar days; each counted up to `MEAN_WITHIN_DAYS`, and so many for each request that is never resolved."""
    return mean_within(_resolution(run), MEAN_WITHIN_DAYS, followed_days(requests(run).voiced, run))


@metric(
    DAYS, "lower", "requests", "Days from voicing to resolution, median", "办理时长（从反映到解决，中位数）",
    of=OF_REQUESTS, open_ended=True, needs=FOLLOWED,
)  # fmt: skip
def resolution_days_median(run: Evaluation) -> float:
    """Calendar days."""
    return quantile(_resolution(run), 0.5)


@metric(
    DAYS, "lower", "requests", "Days from voicing to resolution, 90th percentile", "办理时长（从反映到解决，90分位）",
    of=OF_REQUESTS, open_ended=True, needs=FOLLOWED,
)  # fmt: skip
def resolution_days_p90(run: Evaluation) -> float:
    """Calendar days."""
    return quantile(_resolution(run), 0.9)


def resolution_known(run: Evaluation) -> float:
    """Requests of which is known whether they were resolved in time."""
    return float(len(_resolved_in_time(run)))


@metric(
    SHARE, "higher", "requests", "Requests resolved in time", "按期解决率",
    of=Basis("requests", resolution_known), needs=DUE,
)  # fmt: skip
def on_time_rate(run: Evaluation) -> float:
    """Within the limit of their kind; of those made at least the longest limit before the end."""
    return ratio(float(_resolved_in_time(run).sum()), resolution_known(run))


@once
def _resolved_in_time(run: Evaluation) -> np.ndarray:
    """Whether each request was, of which it is known."""
    made, limits = requests(run), run.scenario.limits
    each = (limits.resolve_urgent, limits.resolve_hard, limits.resolve_chronic, limits.resolve_hoped)
    days, resolved = _resolution_days(run)
    return _in_time(resolved, days, np.array(each), made.kind, run.end - made.voiced)


@once
def _resolution(run: Evaluation) -> Survival:
    return survival(*_resolution_days(run))


@once
def _resolution_days(run: Evaluation) -> tuple[np.ndarray, np.ndarray]:
    """Calendar days that each request took or has taken so far, and whether it was resolved."""
    made = requests(run)
    resolved = made.outcome == s.RESOLVED
    return np.where(resolved, made.closed, float(run.end)) - made.voiced, resolved


# --- Of the resolved --------------------------------------------------------------------------------------


def number_resolved(run: Evaluation) -> float:
    """Requests resolved in the window, also those made before it."""
    return float(len(_days_of_resolved(run)))


OF_RESOLVED = Basis("requests", number_resolved)


@metric(DAYS, "lower", "requests", "Days of the resolved, mean", "已解决诉求平均时长", of=OF_RESOLVED)
def resolved_days_mean(run: Evaluation) -> float:
    """Calendar days from voicing, of the requests resolved in the window, whenever they were made: nothing is censored,
    and nothing is said of the others. So it is never shown without `resolution_rate`."""
    days = _days_of_resolved(run)
    return float(days.mean()) if len(days) else np.nan


@by_day("days_to_resolve", of="resolved_days_mean", moving=True)
def _days_to_resolve_by_day(days: Days) -> np.ndarray:
    """Mean of the requests resolved in the last `WINDOW` days: what is open shows only once it is resolved."""
    return ratios(moving_sum(days.took), moving_sum(days.resolved).astype(float))


@metric(DAYS, "lower", "requests", "Days of the resolved, median", "已解决诉求时长（中位数）", of=OF_RESOLVED)
def resolved_days_median(run: Evaluation) -> float:
    """Calendar days."""
    return _quantile_of_resolved(run, 0.5)


@metric(DAYS, "lower", "requests", "Days of the resolved, 90th percentile", "已解决诉求时长（90分位）", of=OF_RESOLVED)
def resolved_days_p90(run: Evaluation) -> float:
    """Calendar days."""
    return _quantile_of_resolved(run, 0.9)


def _quantile_of_resolved(run: Evaluation, level: float) -> float:
    """The days within which `level` of them were."""
    days = _days_of_resolved(run)
    return quantile(survival(days, np.ones(len(days), np.bool_)), level)


@once
def _days_of_resolved(run: Evaluation) -> np.ndarray:
    """Calendar days from voicing to the resolution, of those resolved in the window."""
    closed = run.records["closed"]
    own = (run.records["outcome"] == s.RESOLVED) & (closed >= run.first)
    return np.asarray(closed[own] - run.records["voiced"][own])


# --- From voicing to the first answer ---------------------------------------------------------------------


@metric(
    WORKING_HOURS, "lower", "requests", "Hours to first handling, at most 60 days counted",
    "首次响应时长（最多计60天）", of=OF_REQUESTS, needs=ANSWERED,
)  # fmt: skip
def first_response_hours_mean(run: Evaluation) -> float:
    """Working hours; each counted up to those of `MEAN_WITHIN_DAYS`, five days of seven. Holidays make the same hours
    take longer: NaN if nothing was followed for so many."""
    within = MEAN_WITHIN_DAYS * 5.0 / 7.0 * run.scenario.calendar.shift_hours
    days = int(followed_days(requests(run).voiced, run))
    followed = float(run.clock[run.end] - run.clock[run.end - days])
    return mean_within(_first_response(run), within, followed)


@metric(
    WORKING_HOURS, "lower", "requests", "Hours to first handling, median", "首次响应时长（中位数）",
    of=OF_REQUESTS, open_ended=True, needs=FOLLOWED,
)  # fmt: skip
def first_response_hours_median(run: Evaluation) -> float:
    """Working hours."""
    return quantile(_first_response(run), 0.5)


@metric(
    WORKING_HOURS, "lower", "requests", "Hours to first handling, 90th percentile", "首次响应时长（90分位）",
    of=OF_REQUESTS, open_ended=True, needs=FOLLOWED,
)  # fmt: skip
def first_response_hours_p90(run: Evaluation) -> float:
    """Working hours."""
    return quantile(_first_response(run), 0.9)


def answer_known(run: Evaluation) -> float:
    """Requests of which is known whether they were answered in time."""
    return float(len(_answered_in_time(run)))


@metric(
    SHARE, "higher", "requests", "Requests answered in time", "响应率",
    of=Basis("requests", answer_known), needs=DUE,
)  # fmt: skip
def response_rate(run: Evaluation) -> float:
    """Within the limit of their kind; of those made at least the longest limit before the end."""
    return ratio(float(_answered_in_time(run).sum()), answer_known(run))


@by_day("response_rate", of="response_rate", moving=True)
def _response_rate_by_day(days: Days) -> np.ndarray:
    """Of the requests whose longest limit has ended in the last days."""
    return moving_share(days.answers)


def answer_limits(scenario: Scenario) -> np.ndarray:
    """Days within which somebody must have worked on a request, by its kind."""
    limits = scenario.limits
    return np.array([limits.answer_urgent, limits.answer, limits.answer, limits.answer])


@once
def _answered_in_time(run: Evaluation) -> np.ndarray:
    """Whether each request was, of which it is known."""
    made = requests(run)
    answered = ~np.isnan(made.first_at)
    days = np.where(answered, made.first_at, run.end) - made.voiced
    return _in_time(answered, days, answer_limits(run.scenario), made.kind, run.end - made.voiced)


@once
def _first_response(run: Evaluation) -> Survival:
    """Of the working hours until the first answer, or so far."""
    from sanfang.model.kernel.worktime import to_working_each

    made, calendar = requests(run), run.scenario.calendar
    answered = ~np.isnan(made.first_at)
    voiced = to_working_each(made.voiced, run.clock, calendar.opening_hour, calendar.shift_hours)
    hours = np.where(answered, made.first_hours, run.clock[run.end] - voiced).astype(float)
    return survival(np.maximum(hours, 0.0), answered)


# --- Together ---------------------------------------------------------------------------------------------


def followed_days(began: np.ndarray, window: Evaluation | Window) -> float:
    """For how many whole days the first was followed of those that began in the window; 0 without any."""
    inside = began[began >= window.first]
    return window.end - float(np.floor(inside.min())) if len(inside) else 0.0


def mean_within(curve: Survival, horizon: float, followed: float) -> float:
    """The restricted mean up to `horizon`; NaN if nothing was `followed` for so long (both in the unit of the curve),
    so that nobody knows how much of the curve is missing."""
    return restricted_mean(curve, horizon) if followed >= horizon else np.nan


def _in_time(done: np.ndarray, days: np.ndarray, limits: np.ndarray, kind: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Who was done within the `limits[kind]`, of those whose `age` at the end is the longest limit or more.

    One bound for all kinds keeps their shares as they are: with its own bound each, kinds with a short limit would
    count for more days than the others.
    """
    in_time = done & (days <= limits[kind])
    due = age >= limits.max()
    return np.asarray(in_time[due])
