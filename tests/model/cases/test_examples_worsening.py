"""Worked examples of docs/model.md on needs that grow worse, are voiced again, and come in bursts; and what follows."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from behaviour import AGAIN, BURSTS, WORSE
from hand_made import Hamlet, Told, key_near
from model_runs import demo, run
from sanfang.model import state as s
from sanfang.model.cases import closing, handling, lifecycle, needs, worsening
from sanfang.model.district.bursts import STORM_DAYS, burst_factors
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.engine import join_queue
from sanfang.scenario.conditions import Worsening

SUMMER = [dt.date(2026, 7, 1) + dt.timedelta(days=n) for n in range(92)]


# --- Voiced again ---------------------------------------------------------------------------------------------


def test_example_voicing_again(told: Told) -> None:
    hamlet = Hamlet(**{"voice.again": 0.02, "needs.heal_hard": 1e-9})
    world = hamlet.state
    key = int(key_near(p.NEED_VOICED_AGAIN, math.exp(-1), above=True))
    case_id = hamlet.case(key=key, kind=s.HARD)
    closing._end_in_vain(hamlet.world, hamlet.setting, case_id, s.WITHDRAWN, 10.5, 0)
    day = int(np.flatnonzero(world.dormant == case_id)[0])
    told.is_next(day)
    assert world.states["state"][case_id] == s.WITHDRAWN and world.flow[0, 0, s.WITHDRAWN] == 1
    assert world.counts["records"][0] == 0, "it has one record, once it has ended"
    hamlet.model.world.daily[:] = 0
    needs._recur_today(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, day)
    assert world.states["state"][case_id] == s.OPEN and world.cases["again"][case_id] == 1
    told.is_next(world.burden[0])


def test_a_trouble_that_vanishes_sooner_is_not_voiced_again_nor_more_than_twice() -> None:
    hamlet = Hamlet(**{"voice.again": 0.02, "needs.heal_urgent": 1.0})
    vanishes = hamlet.case(key=int(key_near(p.NEED_VOICED_AGAIN, math.exp(-1), above=True)), kind=s.URGENT)
    closing._end_in_vain(hamlet.world, hamlet.setting, vanishes, s.UNRESOLVED, 10.5, 1)
    twice = hamlet.case(key=2, kind=s.HARD, again=s.MAX_VOICED_AGAIN)
    closing._end_in_vain(hamlet.world, hamlet.setting, twice, s.WITHDRAWN, 10.5, 0)
    assert set(hamlet.state.states["state"][[vanishes, twice]]) == {s.LINGERING}


# --- Growing worse ----------------------------------------------------------------------------------------------


def test_example_growing_worse(told: Told) -> None:
    settings = {"urgent_days": 10.0, "effort": 1.5, "spreads": 1.0, "harder": 0.1}
    hamlet = Hamlet(**{f"worsening.{name}": value for name, value in settings.items()})
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    key = key_near(p.NEED_WORSENS, math.exp(-1), above=True)
    case_id = hamlet.case(key=int(key), kind=s.URGENT)
    lifecycle._expect_worse(hamlet.engine, hamlet.world, hamlet.setting, case_id, 0.0)
    event = hamlet.next_event()
    hours = [hamlet.model.world.clock_start[day] for day in (10, 11)]
    assert event["kind"] == lifecycle.WORSENS and hours[0] <= event["time"] <= hours[1]
    told.is_next(10)
    job_id = hamlet.job(case_id, phase=s.HANDLING, hours=4.0, yuan=100.0)
    join_queue(hamlet.engine, job_id, hamlet.office, s.C_ORDINARY)
    arisen = int(world.flow[:, :, s.ARISEN].sum())
    worsening.grow_worse(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, case_id, key, 10)
    told.is_next(jobs["hours"][job_id])
    told.is_next(jobs["yuan"][job_id])
    told.is_next(world.burden[0])
    assert world.flow[:, :, s.ARISEN].sum() == arisen + 1 and world.burden[1:4].sum() == 1, "the flat next door"
    worsening.grow_worse(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, case_id, key, 11)
    assert world.burden[0] == 2, "once"
    lifecycle.relieve(hamlet.world, case_id, -1, 12.0)
    assert world.burden[0] == 0
    back = hamlet.job(hamlet.case(key=3, kind=s.CHRONIC, ordinal=3, resident=9), key=3, target=s.DEPARTMENT)
    took = handling.specialist_hours(hamlet.world, jobs[back])
    handling.queue_for_handling(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, back, 0)
    told.is_next(2.0 * jobs["hours"][back] / took)


def test_what_is_being_handled_does_not_grow_worse() -> None:
    hamlet = Hamlet(**{"worsening.urgent_days": 10.0})
    case_id = hamlet.case(key=5, kind=s.URGENT)
    hamlet.job(case_id, phase=s.HANDLING, hours=4.0, worker=0)
    worsening.grow_worse(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, case_id, np.uint64(5), 10)
    assert hamlet.state.cases["worse"][case_id] == 0 and hamlet.state.burden[0] == 1


# --- Bursts -----------------------------------------------------------------------------------------------------


def test_example_bursts(told: Told) -> None:
    """A storm alone: of a season of which every day begins one, the first day has one first day."""
    settings = Worsening(storms=50.0, storm_excess=4.0)
    seed = next(n for n in range(1, 200) if burst_factors(settings, SUMMER[:1], n)[0] > 1.0)
    told.is_next(burst_factors(settings, SUMMER[:1], seed)[0] - 1.0)
    alone = Worsening(storms=0.9, storm_excess=4.0)
    factors = [burst_factors(alone, SUMMER + [SUMMER[-1]] * STORM_DAYS, n) - 1.0 for n in range(1, 400)]
    single = next(days for days in factors if 0 < days.sum() < 5 and days[:60].sum() > 0)
    told.is_next(single.sum())


def test_bursts_have_mean_one_and_do_not_depend_on_what_follows() -> None:
    settings = Worsening(swing=0.08, swing_memory=0.58, day_noise=0.12)
    year = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    many = np.array([burst_factors(settings, year, seed) for seed in range(200)])
    assert abs(many.mean() - 1.0) < 4 * many.mean(axis=1).std() / 200**0.5
    assert np.log(many).std() == pytest.approx((0.08**2 + 0.12**2) ** 0.5, rel=0.05)
    stormy = Worsening(swing=0.08, day_noise=0.12, storms=5.0)
    assert (burst_factors(stormy, year[:200], 7) == burst_factors(stormy, year, 7)[:200]).all()
    assert (burst_factors(Worsening(), year, 7) == 1.0).all()


# --- In a run ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sums() -> Iterator[dict[str, Any]]:
    """Daily counters of half a year, with each part and without any."""
    parts = {"none": {}, "again": AGAIN, "worse": WORSE, "bursts": BURSTS}
    yield {name: run(demo(**settings), 180).daily for name, settings in parts.items()}


def test_each_part_acts_and_none_does_without(sums: dict[str, Any]) -> None:
    counters = ["worsened", "spread", "voiced_again"]
    assert not sums["none"][counters].any(axis=None)
    assert sums["again"]["voiced_again"].sum() > 100 and not sums["again"]["worsened"].any()
    assert sums["worse"]["worsened"].sum() > 100
    spread = sums["worse"]["spread"].sum() / sums["worse"]["worsened"].sum()
    assert abs(spread - WORSE["worsening.spreads"]) < 4 * (0.25 / sums["worse"]["worsened"].sum()) ** 0.5
    by_week = {name: daily["arisen"].to_numpy()[:175].reshape(25, 7).sum(axis=1) for name, daily in sums.items()}
    assert by_week["bursts"].std() > by_week["none"].std()
