"""The worked example of docs/model.md on limits that offices are held to, and what follows from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from behaviour import MEASURES
from hand_made import Hamlet, Told, key_near, takes_just
from model_runs import demo, run
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.ledger import check_flow
from sanfang.model.cases import handling, limits_kept, needs
from sanfang.model.cases.stations import serve
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.engine import join_queue
from sanfang.run.simulation import Run

HELD: dict[str, Any] = {"assessment.held": 1.0}


def waiting(hamlet: Hamlet, key: int = 1, **fields: Any) -> tuple[int, int]:
    """A 愁 request by hotline that waits at the office, and its part."""
    fields = {"kind": s.CHRONIC, "channel": s.HOTLINE} | fields
    case_id = hamlet.case(key=key, **fields)
    job_id = hamlet.job(case_id, key=key, phase=s.HANDLING, hours=1.0, target=s.COMMUNITY)
    join_queue(hamlet.engine, job_id, hamlet.office, s.C_ORDINARY)
    return case_id, job_id


def look(hamlet: Hamlet, case_id: int, day: int = 0) -> None:
    key = hamlet.state.cases["key"][case_id]
    limits_kept.look_at_limit(hamlet.engine, hamlet.world, hamlet.setting, case_id, key, day)


def test_example_limits_kept(told: Told) -> None:
    hamlet = Hamlet(**HELD, **{"casework.fixed": 0.55})
    cases = hamlet.state.cases
    case_id, job_id = waiting(hamlet)
    cases["voiced"][case_id] = 0.5
    for number in (1, 2, 3, 4):
        told.is_next(limits_kept.day_of_look(hamlet.setting, cases[case_id], number))
    for number in (1, 2, 3):
        told.is_next(limits_kept.chance_in_vain(hamlet.setting, number))
    chances = [limits_kept.chance_in_vain(hamlet.setting, number) for number in (1, 2, 3, 4)]
    told.is_next(np.prod([1.0 - chance for chance in chances]))
    look(hamlet, case_id)
    told.is_next(hamlet.owed(hamlet.street, h.REMINDERS))
    jobs, state = hamlet.model.engine.jobs, hamlet.state
    assert jobs["class_"][job_id] == s.C_SENT_UP and cases["near"][case_id] == 1
    told.is_next(2.415 * (1.0 - hamlet.setting["assessment"]["hurry"]))
    told_chance = told.chance()

    def fixed(key: np.uint64) -> bool:
        jobs["key"][job_id] = key
        return bool(handling._result(hamlet.world, hamlet.setting, jobs[job_id], 0.6) == 1.0)

    state.domains["conflict"], state.domains["level"] = 0.0, s.COMMUNITY
    takes_just(told_chance, p.PART_RESULT, fixed)


def test_haste_shortens_the_work_of_what_is_near_alone() -> None:
    took = {}
    for near in (0, 1):
        hamlet = Hamlet(**HELD)
        _, job_id = waiting(hamlet, near=near)
        serve(hamlet.engine, hamlet.world, hamlet.setting, hamlet.office, 0)
        assert hamlet.model.engine.jobs["worker"][job_id] >= 0
        took[near] = hamlet.next_event()["time"]
    assert took[1] == pytest.approx(0.75 * took[0])


@pytest.mark.parametrize("returns", [True, False])
def test_what_is_closed_in_vain_is_back_or_lingers(returns: bool) -> None:
    hamlet = Hamlet(**HELD, **{"assessment.in_vain": 1.0, "casework.comes_back": float(returns)})
    state = hamlet.state
    case_id, job_id = waiting(hamlet, kind=s.HARD, near=2)
    look(hamlet, case_id, 3)
    assert state.daily[3, s.D_IN_VAIN] == state.daily[3, s.D_CLOSED] == 1 and state.daily[3, s.D_RESOLVED] == 0
    assert hamlet.model.engine.stations["waiting"][hamlet.office] == 0 and hamlet.model.engine.jobs["key"][job_id] == 0
    assert state.burden[0] == 1, "the trouble is still there"
    experience = state.experiences[0]
    assert experience["closed"] == 1 and experience["quality"] == 0.0
    assert state.cases["first"][case_id] == state.cases["first"][case_id], "it was answered"
    check_flow(state)
    if not returns:
        assert state.states["state"][case_id] == s.LINGERING and state.records["outcome"][0] == s.UNRESOLVED
        return
    assert state.counts["records"][0] == 0 and state.flow[0, 0, s.UNRESOLVED] == 1
    day = int(np.flatnonzero(state.dormant == case_id)[0])
    needs._recur_today(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, day)
    assert state.states["state"][case_id] == s.OPEN and state.cases["again"][case_id] == 1
    assert state.closings["reopened"][0] == day
    check_flow(state)
    look(hamlet, case_id, day)
    assert state.states["state"][case_id] == s.OPEN, "it is held to no limit any more"


@pytest.mark.parametrize("work", [{"worker": 0}, {"phase": s.AT_PARTNER}, {"phase": s.EXECUTED}, {"phase": s.CONVENED}])
def test_what_somebody_works_on_is_neither_closed_nor_reminded_of(work: dict[str, int]) -> None:
    hamlet = Hamlet(**HELD, **{"assessment.in_vain": 1.0})
    case_id = hamlet.case(key=3, kind=s.CHRONIC, channel=s.HOTLINE)
    hamlet.job(case_id, key=3, **work)
    for _ in range(3):
        look(hamlet, case_id)
    assert hamlet.state.states["state"][case_id] == s.OPEN and hamlet.owed(hamlet.street, h.REMINDERS) == 0.0


@pytest.mark.parametrize("channel", range(len(s.CHANNEL_NAMES)))
def test_offices_are_held_to_what_is_measured_alone(channel: int) -> None:
    hamlet = Hamlet(**{"assessment.held": 0.5})
    for above in (False, True):
        case_id = hamlet.case(key=int(key_near(p.NEED_HELD_TO, 0.5, above=above)), kind=s.CHRONIC, channel=channel)
        before = int(hamlet.model.engine.clock["scheduled"][0])
        limits_kept.expect_limit(hamlet.engine, hamlet.world, hamlet.setting, case_id)
        held = channel in (s.APP, s.HOTLINE) and not above
        assert hamlet.model.engine.clock["scheduled"][0] - before == held


# --- In a run ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    crowded = {"casework.wrong_window": 0.1}
    return run(demo(**crowded), 150), run(demo(**crowded, **MEASURES), 150)


def test_the_measured_rate_rises_and_what_is_not_measured_waits(runs: tuple[Run, Run]) -> None:
    free, held = runs
    assert held.daily["closed_in_vain"].sum() > 50 and free.daily["closed_in_vain"].sum() == 0
    assert free.metrics["closed_in_vain_share"] == 0.0 < held.metrics["closed_in_vain_share"] < 0.5
    assert held.metrics["claimed_resolution_rate"] > held.metrics["resolution_rate"]
    assert free.metrics["claimed_resolution_rate"] == free.metrics["resolution_rate"]
    reminders = [float(one.ledger.query("heading == 'reminders'")["amount"].sum()) for one in runs]
    assert reminders[0] == 0.0 < reminders[1]
    assert held.metrics["wasted_reminders"] > 0.0
