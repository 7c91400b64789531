"""The request engine: stations with queues and individual workers, on one clock, event by event.

The engine knows nothing of policies or residents. It keeps, for each station, one first-in
first-out queue per priority class and the list of idle workers; service is non-preemptive. It
books every worker-hour under a heading, and it keeps a calendar of future events, so that pushing
and popping cost the same however long the horizon. The caller runs the loop:

    while (event_id := next_event(engine, until)) >= 0: ... react ...

The model reacts in `sanfang.model.cases.casework`, `sanfang.model.kernel.queueing` as a plain queue does.
All times are in one unit (in the model: hours of working time since the run began).
"""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled, prefetch
from sanfang.model.kernel.engine_arrays import CLASSES, IDLE, NONE, SERVICE_END, VACANT, Engine
from sanfang.model.kernel.event_calendar import schedule
from sanfang.model.kernel.records import Record

# --- The pool of jobs -----------------------------------------------------------------------------


@compiled
def new_job(engine: Engine, key: np.uint64, owner: int) -> int:
    """Id of a blank job."""
    clock = engine.clock[0]
    if clock.free_jobs > 0:
        clock.free_jobs -= 1
        job_id = engine.free_jobs[clock.free_jobs]
        prefetch(engine.jobs, engine.free_jobs[max(clock.free_jobs - 2, 0)])  # one of the next new ones
    else:
        job_id = clock.jobs_used
        clock.jobs_used += 1
    job = engine.jobs[job_id]
    job.key = key
    job.owner = owner
    job.previous = job.next = job.worker = job.station = NONE
    job.class_ = job.heading = job.part = job.domain = job.phase = job.mode = job.steps = job.cancelled = 0
    job.target = job.tier = job.cause = job.pot = 0
    job.queued = job.since = engine.clock[0].now
    job.hours = job.yuan = job.paid = 0.0
    return job_id


@compiled
def free_job(engine: Engine, job_id: int) -> None:
    """A job is over; its id is the next to be used again."""
    job = engine.jobs[job_id]
    job.key, job.phase = np.uint64(0), 0
    engine.free_jobs[engine.clock[0].free_jobs] = job_id
    engine.clock[0].free_jobs += 1


# --- Workers --------------------------------------------------------------------------------------


@compiled
def book_hours(engine: Engine, worker_id: int) -> None:
    """Book a worker's hours since the last booking under what it is doing."""
    worker = engine.workers[worker_id]
    hours = engine.clock[0].now - worker.since
    engine.hours[worker.at, worker.doing] += hours
    if worker.doing > VACANT:
        worker.busy_today += hours
    worker.since = engine.clock[0].now


@compiled
def become_idle(engine: Engine, worker_id: int) -> None:
    """A worker becomes idle at its home."""
    book_hours(engine, worker_id)
    worker = engine.workers[worker_id]
    worker.doing = IDLE
    worker.job = NONE
    worker.at = worker.home
    station = engine.stations[worker.at]
    worker.previous = NONE
    worker.next = station.idle
    if station.idle != NONE:
        engine.workers[station.idle].previous = worker_id
    station.idle = worker_id


@compiled
def stop_idling(engine: Engine, worker_id: int, doing: int) -> None:
    """An idle worker leaves the idle list and does `doing` (a heading, IDLE or VACANT) from now on."""
    book_hours(engine, worker_id)
    worker = engine.workers[worker_id]
    if worker.previous != NONE:
        engine.workers[worker.previous].next = worker.next
    else:
        engine.stations[worker.at].idle = worker.next
    if worker.next != NONE:
        engine.workers[worker.next].previous = worker.previous
    worker.doing = doing


@compiled
def start_service(engine: Engine, job_id: int, worker_id: int, hours: float) -> None:
    """An idle worker starts a job that is in no queue; SERVICE_END follows after `hours`."""
    job = engine.jobs[job_id]
    stop_idling(engine, worker_id, job.heading)
    engine.workers[worker_id].job = job_id
    job.worker = worker_id
    schedule(engine, engine.clock[0].now + hours, SERVICE_END, job_id, job.key)


@compiled
def end_service(engine: Engine, job_id: int) -> int:
    """A job's service is over: its worker is idle again (or vacates the post). Returns the worker's id."""
    job = engine.jobs[job_id]
    worker_id = job.worker
    job.worker = NONE
    become_idle(engine, worker_id)
    if engine.workers[worker_id].leaving:
        engine.workers[worker_id].leaving = 0
        stop_idling(engine, worker_id, VACANT)
    return worker_id


# --- Queues ---------------------------------------------------------------------------------------


@compiled
def _change_waiting(station: Record, now: float, change: int) -> None:
    """The queue grows or shrinks by `change` jobs."""
    station.area += station.waiting * (now - station.area_since)
    station.area_since = now
    station.waiting += change


@compiled
def join_queue(engine: Engine, job_id: int, station_id: int, class_: int) -> None:
    """A job joins the end of its class's queue."""
    job, station = engine.jobs[job_id], engine.stations[station_id]
    now = engine.clock[0].now
    job.station = station_id
    job.class_ = class_
    job.queued = now
    job.next = NONE
    job.previous = station.tail[class_]
    if job.previous != NONE:
        engine.jobs[job.previous].next = job_id
    else:
        station.head[class_] = job_id
    station.tail[class_] = job_id
    station.joined += 1
    _change_waiting(station, now, 1)


@compiled
def leave_queue(engine: Engine, job_id: int) -> None:
    """A job leaves its queue, from wherever it stands in it."""
    job = engine.jobs[job_id]
    station = engine.stations[job.station]
    if job.previous != NONE:
        engine.jobs[job.previous].next = job.next
    else:
        station.head[job.class_] = job.next
    if job.next != NONE:
        engine.jobs[job.next].previous = job.previous
    else:
        station.tail[job.class_] = job.previous
    job.previous = job.next = NONE
    station.waited += engine.clock[0].now - job.queued
    _change_waiting(station, engine.clock[0].now, -1)


@compiled
def first_waiting(engine: Engine, station_id: int) -> int:
    """Id of the job to be served next at a station, or NONE."""
    station = engine.stations[station_id]
    if station.waiting > 0:
        for class_ in range(CLASSES):
            if station.head[class_] != NONE:
                return station.head[class_]
    return NONE
