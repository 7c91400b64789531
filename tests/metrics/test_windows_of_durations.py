"""What a short window cannot tell of durations, trips and limits is no number; what it can tell does not jump."""

from __future__ import annotations

import dataclasses
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from model_runs import SMALL, demo
from sanfang.metrics.catalogue import measure
from sanfang.metrics.reasons import reasons
from sanfang.model import state as s
from sanfang.model.books.observation import observe
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import simulate
from sanfang.scenario.window import Window


@cache
def quiet(days: int, warm_up: int) -> DistrictModel:
    """A district in which nobody ever needs anything, after its last day."""
    nothing: dict[str, Any] = {f"domains.{name}.hazard": 0.0 for name in demo().domains}
    model = DistrictModel(demo(**nothing, **{"run.warm_up": warm_up}), days=days, scale=SMALL)
    model.run()
    return model


def stream(model: DistrictModel, took: float, never: int = 0) -> np.ndarray:
    """Records of two requests a day, at noon: each is resolved after `took` days, but of each two `never` of them not.

    Those whose time has not come when the model ends are open.
    """
    records = np.zeros(2 * model.day, model.world.records.dtype)
    records["arose"] = records["voiced"] = np.repeat(np.arange(model.day), 2) + 0.5
    ends = records["voiced"] + took
    done = (ends <= model.day) & (np.arange(len(records)) % 2 >= never)
    for column in ("closed", "gone", "first_at"):
        records[column] = np.where(done, ends, np.nan)
    records["outcome"] = np.where(done, s.RESOLVED, s.OPEN)
    return records


def measured(model: DistrictModel, records: np.ndarray) -> dict[str, float]:
    """The metrics of a model, as if it had left these records."""
    return measure(dataclasses.replace(observe(model), records=records))


# --- Means of durations --------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [*range(60, 65), 89, 90, 91, 92, 120])
@pytest.mark.parametrize(("took", "never", "mean"), [(10.0, 0, 10.0), (10.0, 1, 35.0), (70.0, 0, 60.0), (1.0, 2, 60.0)])
def test_the_mean_of_a_known_stream_is_the_same_in_every_window(
    days: int, took: float, never: int, mean: float
) -> None:
    """Ten days each; ten days for half and never for the others, who count 60; seventy count 60; and never at all."""
    model = quiet(days, 0)
    found = measured(model, stream(model, took, never))
    assert found["resolution_days_mean"] == pytest.approx(mean, rel=1e-9)
    assert found["need_days_mean"] == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("days", [1, 30, 59])
def test_a_window_of_less_than_sixty_days_has_no_mean_up_to_sixty(days: int) -> None:
    model = quiet(90 + days, 90)
    records = stream(model, 10.0)
    found = measured(model, records)
    assert math.isnan(found["resolution_days_mean"]) and math.isnan(found["need_days_mean"])
    told = reasons(found, Window.of(model.scenario_run, model.day))["resolution_days_mean"]
    assert f"the window has {days} days" in told and "at least 60" in told


def test_where_the_first_request_comes_late_nobody_was_followed_for_sixty_days() -> None:
    """Six days, then one request a day that takes a day: of 65 days, 59 are followed, of 66 there are 60."""
    for days, mean in ((65, math.nan), (66, 1.0)):
        model = quiet(days, 0)
        records = stream(model, 1.0)
        found = measured(model, records[records["voiced"] > 6])
        assert found["resolution_days_mean"] == pytest.approx(mean, nan_ok=True)
        told = reasons(found, Window.of(model.scenario_run, days)).get("resolution_days_mean", "")
        assert ("was followed for 60 days" in told) == math.isnan(mean)


def hours_from(model: DistrictModel, working_hours: float) -> np.ndarray:
    """Records of a request on every working day, voiced when offices open and answered after so many working hours."""
    clock, opening = model.world.clock_start, model.scenario_run.calendar.opening_hour / 24
    open_days = np.flatnonzero(np.diff(clock[: model.day + 1]) > 0)
    records = np.zeros(len(open_days), model.world.records.dtype)
    due = clock[open_days] + working_hours
    day = np.searchsorted(clock[: model.day + 1], due, side="right") - 1
    answered = day < model.day
    records["voiced"] = records["arose"] = open_days + opening
    records["first_at"] = np.where(answered, day + opening + (due - clock[day]) / 24, np.nan)
    records["first_hours"] = np.where(answered, working_hours, np.nan)
    records["closed"] = records["gone"] = np.nan
    records["outcome"] = s.OPEN
    return records


@pytest.mark.parametrize("working_hours", [100.0, 300.0, 340.0])
def test_a_mean_of_working_hours_is_right_or_missing_where_holidays_fall_into_the_window(working_hours: float) -> None:
    """Sixty days from New Year have 36 working days, 288 hours: less than the 342.9 up to which answers are counted."""
    known = {}
    for days in (60, 62, 66, 69, 71, 75, 90, 120):
        model = quiet(days, 0)
        found = measured(model, hours_from(model, working_hours))
        value = known[days] = found["first_response_hours_mean"]
        assert math.isnan(value) or value == pytest.approx(working_hours, rel=1e-6), days
        told = reasons(found, Window.of(model.scenario_run, days)).get("first_response_hours_mean", "")
        assert ("working hours of 60 days" in told) == math.isnan(value), days
    assert math.isnan(known[60]) and not math.isnan(known[75])


# --- What requests go through --------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [60, 61, 75, 90, 140, 200])
def test_trips_handoffs_and_giving_up_of_a_known_stream_are_the_same_in_every_window(days: int) -> None:
    """Of each two requests one is given up after ten days, with two trips and four hand-offs by then; the other after
    seventy, which is too late to count, with one trip and none. Those of the last days have most still before them."""
    model = quiet(days, 0)
    records = stream(model, took=2.0, never=1)
    early = records["outcome"] == s.RESOLVED
    early |= np.arange(len(records)) % 2 == np.flatnonzero(early)[0] % 2
    ends = records["voiced"] + np.where(early, 10.0, 70.0)
    ended = ends < days
    records["outcome"] = np.where(ended, s.WITHDRAWN, s.OPEN)
    records["closed"] = np.where(ended, ends, np.nan)
    records["trips"] = np.where(early & ended, 2, 1)
    records["handoffs"] = np.where(early & ended, 4, 0)
    found = measured(model, records)
    assert (found["withdrawn_rate"], found["trips_per_request"], found["handoffs_per_request"]) == (0.5, 1.5, 2.0)


# --- Shares in time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [*range(60, 68), 75, 90, 200])
def test_the_shares_in_time_of_a_known_stream_are_the_same_in_every_window(days: int) -> None:
    """Of each two requests one is done after two days and the other never."""
    model = quiet(days, 0)
    records = stream(model, took=2.0, never=1)
    for kind in (s.URGENT, s.HARD, s.CHRONIC, s.HOPED):
        records["kind"] = kind
        found = measured(model, records)
        assert found["on_time_rate"] == 0.5
        assert found["response_rate"] == (0.0 if kind == s.URGENT else 0.5), "an urgent one is to be answered in a day"


@pytest.mark.parametrize("days", [60, 90, 200])
def test_kinds_with_a_short_limit_count_for_no_more_days_than_the_others(days: int) -> None:
    """Of each two requests one is urgent and never done, the other may take fifteen days and takes two."""
    model = quiet(days, 0)
    records = stream(model, took=2.0, never=1)
    records["kind"] = np.tile([s.URGENT, s.HOPED], days)
    done = records["outcome"] == s.RESOLVED
    assert set(records["kind"][done]) == {s.HOPED}
    assert measured(model, records)["on_time_rate"] == 0.5


def test_the_share_in_time_of_random_durations_is_their_chance_to_be_in_time() -> None:
    """Durations of mean 20 days against a limit of 15; 45 of 60 days count."""
    model, rng, many = quiet(60, 0), np.random.default_rng(1), 40_000
    records = np.zeros(many, model.world.records.dtype)
    records["voiced"] = records["arose"] = rng.uniform(0, 60, many)
    ends = records["voiced"] + rng.exponential(20.0, many)
    records["kind"], records["outcome"] = s.HARD, np.where(ends <= 60, s.RESOLVED, s.OPEN)
    for column in ("closed", "gone", "first_at"):
        records[column] = np.where(ends <= 60, ends, np.nan)
    chance = 1 - math.exp(-15 / 20)
    counted = (records["voiced"] <= 45).sum()
    low, high = stats.binom.interval(1 - 1e-6, counted, chance)
    assert low <= measured(model, records)["on_time_rate"] * counted <= high


def test_where_no_limit_has_passed_there_is_no_share_in_time_but_the_reason() -> None:
    scenario = demo(**{"run.warm_up": 0, "limits.resolve_hoped": 80.0})
    run = simulate(scenario, days=70, scale=SMALL)
    assert math.isnan(run.metrics["on_time_rate"]) and not math.isnan(run.metrics["response_rate"])
    assert "longest limit has passed" in run.reasons["on_time_rate"]
