"""Work with an end: a task that comes near its deadline goes first, and one that nobody has begun by then lapses.

Without deadlines (`tasks.deadline_days` and `tasks.chore_days` are 0) what is put off waits for ever.
"""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.stations import accrue, dequeue
from sanfang.model.compiled import compiled
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import uniform
from sanfang.model.kernel.engine import free_job, join_queue, leave_queue
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.event_calendar import schedule
from sanfang.model.setting import Setting
from sanfang.model.world import World

TASK_NEARS, TASK_ENDS = 5, 6
"""Kinds of event, beside the engine's and a task's arrival: a deadline comes near, and is there."""


@compiled
def hours_to_deadline(setting: Setting, key: np.uint64) -> float:
    """Working hours from the arrival of a task to its deadline: half of the mean to one and a half of it."""
    return setting.tasks.deadline_days * setting.shift * (0.5 + uniform(key, p.TASK_DEADLINE))


@compiled
def set_deadline(engine: Engine, setting: Setting, job_id: int) -> None:
    """A task, or a piece of an office's own work, has just come in."""
    if setting.tasks.deadline_days > 0.0:
        key = engine.jobs[job_id].key
        pressing = setting.tasks.pressing_days * setting.shift
        nears = engine.clock[0].now + max(hours_to_deadline(setting, key) - pressing, 0.0)
        schedule(engine, nears, TASK_NEARS, job_id, key)


@compiled
def set_end_of_chore(engine: Engine, setting: Setting, job_id: int, key: np.uint64) -> None:
    """A chore that falls due again and again has just been put into its queue: last week's list is of no use later."""
    if setting.tasks.chore_days > 0.0:
        engine.jobs[job_id].key = key
        ends = engine.clock[0].now + setting.tasks.chore_days * setting.shift
        schedule(engine, ends, TASK_ENDS, job_id, key)


@compiled
def _waits(engine: Engine, job_id: int, stamp: np.uint64) -> bool:
    """Whether the job is still the one that the event was scheduled for, and nobody has begun it."""
    return engine.jobs[job_id].key == stamp and engine.jobs[job_id].station != NONE


@compiled
def come_near(engine: Engine, setting: Setting, job_id: int, stamp: np.uint64) -> None:
    """A deadline is near: who has put the task off puts it first now, behind others that are first."""
    if not _waits(engine, job_id, stamp):
        return
    job = engine.jobs[job_id]
    station, pressing = job.station, setting.tasks.pressing_days * setting.shift
    if job.class_ > s.C_AHEAD:
        leave_queue(engine, job_id)
        join_queue(engine, job_id, station, s.C_AHEAD)
    left = min(hours_to_deadline(setting, stamp), pressing)
    schedule(engine, engine.clock[0].now + left, TASK_ENDS, job_id, stamp)


@compiled
def lapse_of_work(engine: Engine, world: World, setting: Setting, job_id: int, stamp: np.uint64, day: int) -> None:
    """A deadline is there. What nobody has begun is not done any more; who misses a task from above is reminded."""
    if not _waits(engine, job_id, stamp):
        return
    job = engine.jobs[job_id]
    station = job.station
    dequeue(engine, world, job_id)
    world.office_work[job.target, job.heading].lapsed += job.hours
    world.daily[day, s.D_LAPSED] += 1
    if job.phase == s.TASK and station < 2 * world.layout.communities:
        accrue(world, station, h.REMINDERS, setting.tasks.reminder_hours)
    free_job(engine, job_id)
