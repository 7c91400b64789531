"""Time since a need arose, told apart: ends that compete, trouble, silence, what began before; on made records."""

from __future__ import annotations

import dataclasses
import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from hand_made import HAMLET, Told
from model_runs import demo
from sanfang.metrics.catalogue import BESIDE, BY_NAME, measure, with_beside
from sanfang.metrics.groups import groups_of
from sanfang.metrics.incidence import HORIZONS
from sanfang.metrics.survival import incidence
from sanfang.model import state as s
from sanfang.model.books.observation import Observation, observe
from sanfang.model.model import DistrictModel

DAYS = 100
NAN = math.nan


@cache
def quiet(first: int = 0, days: int = DAYS) -> Observation:
    """What a hamlet leaves behind in which nobody ever needs anything; it is evaluated from day `first` on."""
    nothing: dict[str, Any] = {f"domains.{name}.hazard": 0.0 for name in demo().domains}
    model = DistrictModel(demo(**HAMLET, **nothing, **{"run.warm_up": first}), days=days)
    model.run()
    return observe(model)


def need(
    arose: float, outcome: int, closed: float = NAN, *, voiced: float = NAN, gone: float = NAN, **fields: Any
) -> dict[str, Any]:
    """A need; all times but `arose` are days since it arose. What is resolved or met is gone when it is closed."""
    ended = gone if outcome not in (s.RESOLVED, s.HEALED) else closed
    times = {"voiced": arose + voiced, "closed": arose + closed, "gone": arose + ended, "first_at": arose + voiced}
    experience = NAN if outcome in (s.LATENT, s.OPEN, s.HEALED) else 0.5
    return {"arose": arose, "outcome": outcome, "experience": experience, **times, **fields}


def left(*needs: dict[str, Any], first: int = 0) -> Observation:
    """The quiet hamlet with these records."""
    run = quiet(first)
    records = np.zeros(len(needs), run.records.dtype)
    for row, one in enumerate(needs):
        for name, value in one.items():
            records[name][row] = value
    return dataclasses.replace(run, records=records)


SIX = (
    need(0.0, s.RESOLVED, 10, voiced=4),
    need(0.0, s.HEALED, 20, met=1),
    need(0.0, s.WITHDRAWN, 25, voiced=5, gone=50),
    need(0.0, s.HEALED, 40),
    need(0.0, s.RESOLVED, 60, voiced=1),
    need(80.0, s.OPEN, voiced=2),
)
BEFORE = (need(-3.0, s.RESOLVED, 8, voiced=0), need(-30.0, s.OPEN, voiced=20))
"""Requests of before day 0."""


def test_example_ends_that_compete(told: Told) -> None:
    run = left(*SIX, *BEFORE)
    found = measure(run)
    for name in ("resolved_30", "met_30", "healed_30", "given_up_30", "resolved_60", "healed_60"):
        told.is_next(found[name])
    for name in ("trouble_days", "silent_days_mean", "need_days_mean"):
        told.is_next(found[name])
    told.is_next(found["carried_open"] * run.residents / 1000)
    for name in ("carried_resolved", "resolved_days_mean", "resolved_days_median"):
        told.is_next(found[name])


def test_the_ends_and_what_is_under_way_sum_to_one() -> None:
    """Without censoring incidence is the plain share; each other end counts once, and `met` in `resolved`."""
    found = measure(left(*SIX[:5], need(0.0, s.UNRESOLVED, 55, voiced=3, gone=70), need(0.0, s.LATENT)))
    shares = {30: (2, 1, 0, 1, 0), 60: (3, 1, 1, 1, 1), 90: (3, 1, 1, 1, 1)}
    for days in HORIZONS:
        ends = [found[f"{name}_{days}"] * 7 for name in ("resolved", "met", "healed", "given_up", "unresolved")]
        assert ends == pytest.approx(shares[days])


def test_a_request_about_to_be_brought_back_has_not_ended() -> None:
    """It is closed, and without an experience in its record as long as it is not over."""
    waits = need(0.0, s.UNRESOLVED, 20, voiced=1) | {"experience": NAN}
    assert measure(left(waits))["unresolved_60"] == 0.0
    assert measure(left(need(0.0, s.UNRESOLVED, 20, voiced=1)))["unresolved_60"] == 1.0


def test_incidence_of_competing_exponentials_is_that_of_theory() -> None:
    """Ends at rates a and b, seen until ages drawn evenly: F_a(t) = a / (a + b) (1 - exp(-(a + b) t)), within 4.5
    standard errors of the greatest variance that a share of half of them can have."""
    random = np.random.default_rng(1)
    count, rates = 40_000, np.array([0.03, 0.01])
    ends, ages = random.exponential(1 / rates.sum(), count), random.uniform(0, 120, count)
    way = random.choice(2, count, p=rates / rates.sum())
    curves = incidence(np.minimum(ends, ages), np.where(ends <= ages, way, -1), 2)
    for time in (10.0, 30.0, 60.0, 90.0):
        for one, rate in enumerate(rates):
            right = rate / rates.sum() * (1 - np.exp(-rates.sum() * time))
            assert abs(curves.by(one, time) - right) < 4.5 * 0.5 / np.sqrt((ages > time).sum())
    assert curves.by(0, 0.0) == 0.0 and incidence(np.empty(0), np.empty(0, np.int8), 2).by(1, 5.0) == 0.0


def test_nothing_is_known_beyond_what_was_followed() -> None:
    """The first need arises on day 45: it is followed for 55 days."""
    found = measure(left(need(45.0, s.RESOLVED, 5, voiced=1)))
    assert found["resolved_30"] == 1.0 and found["resolved_days_mean"] == 4.0
    for name in ("resolved_60", "resolved_90", "trouble_days", "need_days_mean", "silent_days_mean"):
        assert math.isnan(found[name]), name


# --- What began before ---------------------------------------------------------------------------------------


def test_needs_and_requests_of_before_day_0_move_no_metric_of_those_of_the_window() -> None:
    own, both = measure(left(*SIX)), measure(left(*SIX, *BEFORE, need(-9.5, s.LATENT), need(-1.0, s.HEALED, 40)))
    different = {name for name in own if own[name] != both[name] and not math.isnan(own[name] + both[name])}
    assert different == {"carried_open", "standing_needs", "resolved_days_mean", "resolved_days_median"}
    assert math.isnan(own["carried_resolved"]) and both["carried_resolved"] == 0.5


def test_what_was_over_before_the_window_is_not_carried_into_it() -> None:
    """From day 10 on: one given up on day 5, one closed on day 12, one made on day 10 itself."""
    needs = (
        need(-4.0, s.WITHDRAWN, 9, voiced=1),
        need(-4.0, s.UNRESOLVED, 16, voiced=1),
        need(8.0, s.RESOLVED, 20, voiced=2),
    )
    run = left(*needs, first=10)
    found = measure(run)
    assert found["carried_open"] * run.residents / 1000 == pytest.approx(1) and found["carried_resolved"] == 0.0
    assert found["requests"] == 1.0


def test_of_the_carried_those_count_that_are_resolved_in_sixty_days() -> None:
    needs = (need(-5.0, s.RESOLVED, 65, voiced=0), need(-5.0, s.RESOLVED, 66, voiced=0))
    assert measure(left(*needs))["carried_resolved"] == 0.5


def test_stocks_of_groups_begin_with_what_was_there_on_day_0() -> None:
    """Of a kind: one need silent from day -9.5 to day 30, one request open from day -10 to the end, one to day 5."""
    run = left(*BEFORE, need(-9.5, s.HEALED, 39.5), need(2.5, s.OPEN, voiced=1))
    closings = np.zeros(1, run.closings.dtype)
    closings["day"], closings["time"], closings["reopened"], closings["resolved"] = 5, 5.0, -1, 1
    (found,) = groups_of(dataclasses.replace(run, closings=closings), ["kind"])
    of_all = dict(zip(found.metrics, found.values[0], strict=True))
    of_open = 5 + 100 + 97  # days; the first closes in the course of day 5, the last is open from that of day 3 on
    assert of_all["backlog"] * run.residents / 1000 * DAYS == pytest.approx(of_open)
    assert of_all["latent_needs"] * run.residents / 1000 * DAYS == pytest.approx(30 + 1)


# --- Shown together ------------------------------------------------------------------------------------------


def test_days_of_the_resolved_are_not_shown_without_their_share() -> None:
    assert with_beside(["resolved_days_p90", "satisfaction"]) == (
        "resolved_days_p90",
        "resolution_rate",
        "satisfaction",
    )
    assert {name for name in BY_NAME if name.startswith("resolved_days")} <= set(BESIDE)
    assert all(BY_NAME[name] for beside in BESIDE.values() for name in beside)
