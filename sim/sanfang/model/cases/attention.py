"""Offices shift their hours to what they are held to and what has waited longest: at each look they put it first.

What is put first is taken from everything else that waits: nobody works longer for it. With `assessment.adapts` 0 the
classes of work are fixed.
"""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.compiled import compiled
from sanfang.model.kernel.engine import join_queue, leave_queue
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.records import Floats, Ints, Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

REQUESTS, FROM_ABOVE, OWN_WORK, CHORES = range(4)
KINDS_OF_WORK = 4


@compiled
def shift_attention(engine: Engine, world: World, setting: Setting, day: int) -> None:
    """A look, at every station: of the kind of work that weighs most the share `assessment.adapts` that has waited
    longest goes ahead of residents' other requests, tasks that were put off, and chores."""
    waiting = _waiting_jobs(engine)
    first = kinds_put_first(engine, setting, waiting)
    moving, since = np.empty(len(waiting), np.int64), np.empty(len(waiting))
    count, left = 0, np.zeros(len(engine.stations), np.int64)
    for job_id in waiting:
        job = engine.jobs[job_id]
        if kind_of_work(job) == first[job.station]:
            moving[count], since[count] = job_id, job.since
            left[job.station] += 1
            count += 1
    for station in range(len(left)):
        left[station] = int(np.ceil(left[station] * setting.assessment.adapts))
    for n in np.argsort(since[:count], kind="mergesort"):
        job_id = moving[n]
        job = engine.jobs[job_id]
        if left[job.station] == 0:
            continue
        left[job.station] -= 1
        if job.class_ > s.C_AHEAD:
            station = job.station
            leave_queue(engine, job_id)
            join_queue(engine, job_id, station, s.C_AHEAD)
            world.daily[day, s.D_PUT_FIRST] += 1


@compiled
def _waiting_jobs(engine: Engine) -> Ints:
    """Ids of all jobs that wait at a station, in the order of ids."""
    found, count = np.empty(engine.clock[0].jobs_used, np.int64), 0
    for job_id in range(engine.clock[0].jobs_used):
        job = engine.jobs[job_id]
        if job.phase != s.BLANK and job.station != NONE:
            found[count] = job_id
            count += 1
    return found[:count]


@compiled
def kinds_put_first(engine: Engine, setting: Setting, waiting: Ints) -> Ints:
    """`[station]`: the kind of work with the highest weight among the jobs in `waiting`; NONE where nothing weighs."""
    hours = np.zeros((len(engine.stations), KINDS_OF_WORK))
    jobs = np.zeros((len(engine.stations), KINDS_OF_WORK))
    for job_id in waiting:
        job = engine.jobs[job_id]
        kind = kind_of_work(job)
        hours[job.station, kind] += engine.clock[0].now - job.since
        jobs[job.station, kind] += 1.0
    first = np.full(len(hours), NONE, np.int64)
    for station in range(len(hours)):
        weights, highest = weights_of(setting, hours[station], jobs[station]), 0.0
        for kind in range(KINDS_OF_WORK):
            if weights[kind] > highest:
                first[station], highest = kind, weights[kind]
    return first


@compiled
def weights_of(setting: Setting, hours: Floats, jobs: Floats) -> Floats:
    """`[kind]`: how much an office is held to a kind of work, times the mean wait of what waits of it, in working
    hours. `hours[kind]`: their sum, over `jobs[kind]`."""
    held, weights = setting.assessment, np.empty(KINDS_OF_WORK)
    weights[REQUESTS], weights[FROM_ABOVE] = held.of_requests, held.of_tasks
    weights[OWN_WORK], weights[CHORES] = held.of_own_work, held.of_chores
    return weights * hours / np.maximum(jobs, 1.0)


@compiled
def kind_of_work(job: Record) -> int:
    """Which kind of work a waiting job is."""
    if job.phase == s.CHORE:
        return CHORES
    if job.phase == s.TASK:
        return OWN_WORK if job.heading == h.OWN_WORK else FROM_ABOVE
    return REQUESTS
