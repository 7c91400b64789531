"""The worked example of docs/model.md on offices that shift their attention, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from behaviour import DEADLINES
from hand_made import Hamlet, Told
from model_runs import demo, run
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import attention
from sanfang.model.kernel.engine import first_waiting, join_queue, new_job
from sanfang.model.kernel.engine_arrays import NONE

WEIGHTS: dict[str, Any] = {
    "assessment.of_requests": 1.0, "assessment.of_tasks": 1.0, "assessment.of_chores": 0.2,
}  # fmt: skip


def waits(hamlet: Hamlet, hours: float, phase: int, heading: int, class_: int) -> int:
    """A job that has waited for so many hours at the office, at hour 100."""
    hamlet.model.engine.clock["now"] = 100.0 - hours
    if phase == s.HANDLING:
        job_id = hamlet.job(hamlet.case(key=int(hours)), key=int(hours), phase=phase)
    else:
        job_id = int(new_job(hamlet.engine, np.uint64(hours), NONE))
        hamlet.model.engine.jobs["phase"][job_id] = phase
    hamlet.model.engine.jobs["heading"][job_id] = heading
    join_queue(hamlet.engine, job_id, hamlet.office, class_)
    return job_id


def test_example_attention(told: Told) -> None:
    hamlet = Hamlet(**WEIGHTS, **{"assessment.adapts": 0.5})
    waits(hamlet, 40.0, s.CHORE, h.SURVEYS, s.C_ORDINARY)
    tasks = [waits(hamlet, hours, s.TASK, h.TASKS_FORM, s.C_AFTER) for hours in (40.0, 30.0, 20.0)]
    for hours in (20.0, 10.0):
        waits(hamlet, hours, s.HANDLING, h.HANDLING, s.C_ORDINARY)
    engine, jobs = hamlet.model.engine, hamlet.model.engine.jobs
    engine.clock["now"] = 100.0
    waiting = attention._waiting_jobs(hamlet.engine)
    assert len(waiting) == 6
    kinds = [attention.kind_of_work(jobs[job_id]) for job_id in waiting]
    hours, count = np.zeros(4), np.zeros(4)
    for job_id, kind in zip(waiting, kinds, strict=True):
        hours[kind] += 100.0 - jobs["since"][job_id]
        count[kind] += 1.0
    weights = attention.weights_of(hamlet.setting, hours, count)
    for kind in (attention.REQUESTS, attention.FROM_ABOVE, attention.CHORES):
        told.is_next(weights[kind])
    first = attention.kinds_put_first(hamlet.engine, hamlet.setting, waiting)
    assert first[hamlet.office] == attention.FROM_ABOVE and (np.delete(first, hamlet.office) == NONE).all()
    attention.shift_attention(hamlet.engine, hamlet.world, hamlet.setting, 0)
    ahead = [job_id for job_id in tasks if jobs["class_"][job_id] == s.C_AHEAD]
    told.is_next(len(ahead))
    assert ahead == tasks[:2] and first_waiting(hamlet.engine, hamlet.office) == tasks[0]
    assert engine.stations["waiting"][hamlet.office] == 6
    assert hamlet.state.daily[0, s.D_PUT_FIRST] == 2


def test_own_work_is_what_streets_and_departments_have_of_their_own() -> None:
    hamlet = Hamlet()
    for heading, kind in ((h.OWN_WORK, attention.OWN_WORK), (h.TASKS_RETURNED, attention.FROM_ABOVE)):
        job_id = waits(hamlet, 10.0, s.TASK, heading, s.C_AFTER)
        assert attention.kind_of_work(hamlet.model.engine.jobs[job_id]) == kind


# --- In a run ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, Any]]:
    """With deadlines: what is put first is taken from what lapses."""
    held = {"none": {"assessment.adapts": 0.0}, "requests": {"assessment.of_tasks": 0.0, "assessment.of_own_work": 0.0},
            "tasks": {"assessment.of_requests": 0.0, "assessment.of_chores": 0.0}}  # fmt: skip
    yield {
        name: run(demo(**({"assessment.adapts": 1.0, "run.warm_up": 0} | DEADLINES | change)), 150)
        for name, change in held.items()
    }


def test_what_offices_are_held_to_waits_less_and_the_rest_longer(runs: dict[str, Any]) -> None:
    first = {name: one.metrics["first_response_hours_mean"] for name, one in runs.items()}
    assert first["requests"] < first["none"] < first["tasks"]
    lapsed = {name: one.metrics["work_lapsed_share"] for name, one in runs.items()}
    assert lapsed["requests"] > lapsed["tasks"]
    assert runs["none"].daily["put_first"].sum() == 0 < runs["requests"].daily["put_first"].sum()
