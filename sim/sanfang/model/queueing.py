"""The request engine: stations with queues and individual workers, on one clock, event by event.

The engine knows nothing of policies or residents. It keeps, for each station, one first-in
first-out queue per priority class and the list of idle workers; service is non-preemptive. It
books every worker-hour under a heading, and it keeps a calendar of future events, so that pushing
and popping cost the same however long the horizon. The caller runs the loop:

    while (event := next_event(engine, until)) >= 0: ... react ...

The model reacts in `sanfang.model.casework`; `simulate_queue` below reacts as a plain queue does.
All times are in one unit (in the model: hours of working time since the run began).
"""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

import numpy as np
import pandas as pd

from sanfang.model.compiled import by_reference, compiled, prefetch
from sanfang.model.draws import SHAPES, duration, exponential, mix, root_key, uniform
from sanfang.model.event_calendar import EVENT, NONE, PAGE, PAGE_BITS, READY, SHEET, SHEET_ROWS, next_event, schedule

CLASSES = 5
"""Priority classes: 0 is served first."""

# What a worker is doing, when it is not a job's heading.
IDLE, VACANT = 0, 1

# Kinds of event.
SERVICE_END, TIMER, GIVE_UP, ARRIVAL = 0, 1, 2, 3

STATION = np.dtype(
    [("head", "i4", CLASSES), ("tail", "i4", CLASSES), ("idle", "i4"), ("waiting", "i4"),
     ("joined", "i8"), ("area", "f8"), ("waited", "f8"), ("area_since", "f8")], align=True
)  # fmt: skip
"""`joined`, `area`, `waited`: jobs that entered the queue, queue length integrated over time, time they spent in it."""

WORKER = np.dtype(
    [("home", "i4"), ("at", "i4"), ("doing", "i4"), ("job", "i4"), ("since", "f8"),
     ("previous", "i4"), ("next", "i4"), ("busy_today", "f8"), ("leaving", "i4")], align=True
)  # fmt: skip
"""`home` is where a worker belongs, `at` where it is (a moved worker first finishes its job); `doing` is a heading."""

JOB = np.dtype(
    [("queued", "f8"), ("hours", "f8"), ("key", "u8"), ("station", "i4"), ("previous", "i4"), ("next", "i4"),
     ("worker", "i4"), ("class_", "i1"), ("heading", "i1"), ("phase", "i1"), ("mode", "i1"), ("part", "i1"),
     ("domain", "i1"), ("hops", "i1"), ("cancelled", "i1"), ("spends", "i1"), ("entry", "i1"), ("owner", "i4"),
     ("target", "i4"), ("skill", "f4"), ("since", "f8"), ("yuan", "f8")], align=True
)  # fmt: skip
"""A piece of work. The engine uses what comes before `phase`; the rest belongs to the caller."""

CLOCK = np.dtype(
    [("now", "f8"), ("width", "f8"), ("order", "i8"), ("bucket", "i8"), ("buckets", "i8"), ("ready", "i8"),
     ("fresh", "i8"), ("scheduled", "i8"), ("free_jobs", "i4"), ("free_events", "i4"), ("free_sheet", "i4"),
     ("jobs_used", "i4"), ("events_used", "i4"), ("sheets_used", "i4")], align=True
)  # fmt: skip
"""`bucket` is the current one of `buckets`, `ready`: events left in it, `fresh`: those not yet in order;
`scheduled`: all in the calendar; the rest: how full the pools are."""

Engine = namedtuple(
    "Engine",
    "stations workers jobs free_jobs events free_events ready slots pages far previous_sheet clock hours",
)
"""Arrays of the records above; `clock` has one; `hours[station, heading]` is the ledger of worker-hours.

The calendar (`sanfang.model.event_calendar`) is in `events` to `previous_sheet`.
"""

EngineRef = by_reference("EngineRef", Engine._fields, __name__)


@compiled
def refer_engine(
    stations, workers, jobs, free_jobs, events, free_events, ready, slots, pages, far, previous_sheet, clock, hours
):  # fmt: skip
    """A reference to the arrays of an `Engine`: `refer_engine(*engine)`."""
    return EngineRef(
        stations, workers, jobs, free_jobs, events, free_events, ready, slots, pages, far, previous_sheet, clock, hours
    )  # fmt: skip


def new_engine(
    stations: int, workers: int, headings: int, *, horizon: float, width: float, jobs: int = 1024, events: int = 4096
) -> Engine:
    """An empty engine whose calendar reaches to `horizon`; later events share the last bucket."""
    buckets = int(horizon / width) + 2
    pages = np.zeros((buckets >> PAGE_BITS) + 1, SHEET)
    pages["sheet"] = NONE
    engine = Engine(
        stations=np.zeros(stations, STATION),
        workers=np.zeros(workers, WORKER),
        jobs=np.zeros(jobs, JOB),
        free_jobs=np.zeros(jobs, np.int32),
        events=np.zeros(events, EVENT),
        free_events=np.zeros(events, np.int32),
        ready=np.zeros(events, READY),
        slots=np.full(PAGE, NONE, np.int32),
        pages=pages,
        far=np.zeros(0, EVENT),
        previous_sheet=np.zeros(0, np.int32),
        clock=np.zeros(1, CLOCK),
        hours=np.zeros((stations, headings)),
    )
    for field in ("head", "tail", "idle"):
        engine.stations[field] = NONE
    for field in ("job", "previous", "next"):
        engine.workers[field] = NONE
    engine.clock["width"], engine.clock["buckets"] = width, buckets
    engine.clock["free_sheet"] = NONE
    return with_room(engine, jobs, events)


def with_room(engine: Engine, jobs: int, events: int) -> Engine:
    """The engine, its pools grown so that `jobs` and `events` more certainly fit."""
    clock = engine.clock[0]
    changes: dict[str, Any] = {}
    used = int(clock["jobs_used"])
    if used + jobs > len(engine.jobs):
        changes["jobs"] = grown(engine.jobs, used, used + jobs)
        changes["free_jobs"] = grown(engine.free_jobs, int(clock["free_jobs"]), used + jobs)
    used, needed = int(clock["events_used"]), int(clock["scheduled"]) + events
    if needed > len(engine.events):
        changes["events"] = grown(engine.events, used, needed)
        changes["free_events"] = grown(engine.free_events, int(clock["free_events"]), needed)
        changes["ready"] = grown(engine.ready, int(clock["ready"]), needed)
    # All may be far away, and one sheet of each page half empty.
    sheets, used = needed // SHEET_ROWS + len(engine.pages), int(clock["sheets_used"])
    if sheets > len(engine.previous_sheet):
        changes["previous_sheet"] = grown(engine.previous_sheet, used, sheets)
        room = len(changes["previous_sheet"]) * SHEET_ROWS
        changes["far"] = grown(engine.far, used * SHEET_ROWS, room, exactly=True)
    return engine._replace(**changes) if changes else engine


def grown(array: np.ndarray, used: int, needed: int, exactly: bool = False) -> np.ndarray:
    """A copy of the `used` first records, with room for `needed` and half as many again (or `exactly` so many).

    The system gives memory only where it is written to: room that is not used costs nothing, copying it would.
    """
    longer = np.zeros(needed if exactly else needed + needed // 2, array.dtype)
    longer[:used] = array[:used]
    return longer


# --- Pools ----------------------------------------------------------------------------------------


@compiled
def new_job(engine, key, owner):
    """Index of a blank job."""
    clock = engine.clock[0]
    if clock.free_jobs > 0:
        clock.free_jobs -= 1
        index = engine.free_jobs[clock.free_jobs]
        prefetch(engine.jobs, engine.free_jobs[max(clock.free_jobs - 2, 0)])  # one of the next new ones
    else:
        index = clock.jobs_used
        clock.jobs_used += 1
    job = engine.jobs[index]
    job.key = key
    job.owner = owner
    job.previous = job.next = job.worker = job.station = NONE
    job.class_ = job.heading = job.part = job.domain = job.phase = job.mode = job.hops = job.cancelled = 0
    job.target = job.entry = job.spends = 0
    job.queued = job.since = engine.clock[0].now
    job.hours = job.yuan = 0.0
    return index


@compiled
def free_job(engine, index):
    job = engine.jobs[index]
    job.key, job.phase = np.uint64(0), 0
    engine.free_jobs[engine.clock[0].free_jobs] = index
    engine.clock[0].free_jobs += 1


# --- Workers --------------------------------------------------------------------------------------


@compiled
def book(engine, index):
    """Book a worker's hours since the last booking under what it is doing."""
    worker = engine.workers[index]
    hours = engine.clock[0].now - worker.since
    engine.hours[worker.at, worker.doing] += hours
    if worker.doing > VACANT:
        worker.busy_today += hours
    worker.since = engine.clock[0].now


@compiled
def rest(engine, index):
    """A worker becomes idle at its home."""
    book(engine, index)
    worker = engine.workers[index]
    worker.doing = IDLE
    worker.job = NONE
    worker.at = worker.home
    station = engine.stations[worker.at]
    worker.previous = NONE
    worker.next = station.idle
    if station.idle != NONE:
        engine.workers[station.idle].previous = index
    station.idle = index


@compiled
def rise(engine, index, doing):
    """An idle worker leaves the idle list and does `doing` from now on."""
    book(engine, index)
    worker = engine.workers[index]
    if worker.previous != NONE:
        engine.workers[worker.previous].next = worker.next
    else:
        engine.stations[worker.at].idle = worker.next
    if worker.next != NONE:
        engine.workers[worker.next].previous = worker.previous
    worker.doing = doing


@compiled
def begin(engine, job_index, worker_index, hours):
    """An idle worker starts a job that is in no queue; SERVICE_END follows after `hours`."""
    job = engine.jobs[job_index]
    rise(engine, worker_index, job.heading)
    engine.workers[worker_index].job = job_index
    job.worker = worker_index
    schedule(engine, engine.clock[0].now + hours, SERVICE_END, job_index, job.key)


@compiled
def end(engine, job_index):
    """A job's service is over: its worker is idle again (or vacates the post). Returns the worker."""
    job = engine.jobs[job_index]
    index = job.worker
    job.worker = NONE
    rest(engine, index)
    if engine.workers[index].leaving:
        engine.workers[index].leaving = 0
        rise(engine, index, VACANT)
    return index


# --- Queues ---------------------------------------------------------------------------------------


@compiled
def _count(station, now, change):
    station.area += station.waiting * (now - station.area_since)
    station.area_since = now
    station.waiting += change


@compiled
def join(engine, job_index, station_index, class_):
    """A job joins the end of its class's queue."""
    job, station = engine.jobs[job_index], engine.stations[station_index]
    now = engine.clock[0].now
    job.station = station_index
    job.class_ = class_
    job.queued = now
    job.next = NONE
    job.previous = station.tail[class_]
    if job.previous != NONE:
        engine.jobs[job.previous].next = job_index
    else:
        station.head[class_] = job_index
    station.tail[class_] = job_index
    station.joined += 1
    _count(station, now, 1)


@compiled
def leave(engine, job_index):
    """A job leaves its queue, from any place in it."""
    job = engine.jobs[job_index]
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
    _count(station, engine.clock[0].now, -1)


@compiled
def first_waiting(engine, station_index):
    """The job to be served next at a station, or NONE."""
    station = engine.stations[station_index]
    if station.waiting > 0:
        for class_ in range(CLASSES):
            if station.head[class_] != NONE:
                return station.head[class_]
    return NONE


# --- The engine alone -----------------------------------------------------------------------------

_GAP, _CLASS, _SERVICE, _PATIENCE = 1, 2, 3, 4


@compiled
def _serve_waiting(engine, started):
    job = first_waiting(engine, 0)
    while job != NONE and engine.stations[0].idle != NONE:
        leave(engine, job)
        started[engine.jobs[job].owner] = engine.clock[0].now
        begin(engine, job, engine.stations[0].idle, engine.jobs[job].hours)
        job = first_waiting(engine, 0)


@compiled
def _run_queue(engine, key, gap, mean, cv, shape, limits, patience, class_, arrived, started, finished):
    """Run the engine as one plain queue; a job's slot is free again once it is served or has given up."""
    count = len(arrived)
    arrivals = 0
    schedule(engine, exponential(mix(key, 0), _GAP, gap), ARRIVAL, 0, np.uint64(0))
    while True:
        index = next_event(engine, np.inf)
        if index == NONE:
            break
        kind, subject, stamp = engine.events[index].kind, engine.events[index].subject, engine.events[index].stamp
        if kind == ARRIVAL:
            own = mix(key, subject)
            mark = uniform(own, _CLASS)
            rank = 0
            while rank < len(limits) - 1 and mark >= limits[rank]:
                rank += 1
            job = new_job(engine, own, subject)
            engine.jobs[job].hours = duration(own, _SERVICE, mean, cv, shape)
            engine.jobs[job].heading = 2
            class_[subject], arrived[subject] = rank, engine.clock[0].now
            join(engine, job, 0, rank)
            if patience > 0.0:
                schedule(engine, engine.clock[0].now + exponential(own, _PATIENCE, patience), GIVE_UP, job, own)
            arrivals += 1
            if arrivals < count:
                wait = exponential(mix(key, arrivals), _GAP, gap)
                schedule(engine, engine.clock[0].now + wait, ARRIVAL, arrivals, np.uint64(0))
        elif kind == SERVICE_END:
            finished[engine.jobs[subject].owner] = engine.clock[0].now
            end(engine, subject)
            free_job(engine, subject)
        elif engine.jobs[subject].key == stamp and engine.jobs[subject].worker == NONE:
            leave(engine, subject)
            finished[engine.jobs[subject].owner] = engine.clock[0].now
            free_job(engine, subject)
        _serve_waiting(engine, started)


def simulate_queue(
    arrival_rate: float,
    mean_service: float,
    servers: int,
    service: str = "exponential",
    cv: float = 1.0,
    class_shares: tuple[float, ...] = (1.0,),
    mean_patience: float | None = None,
    requests: int = 200_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Run the engine alone: Poisson arrivals at one station, for comparison with theory.

    Times have one unit throughout, rates are per that unit. `service` is "exponential",
    "deterministic" or "lognormal" (`cv` is for lognormal only); patience is exponential; class 0 is
    served first, non-preemptive.

    Returns one row a request: class_, arrived, started (NaN if withdrawn), finished (time of
    withdrawal if withdrawn), withdrawn.
    Raises ValueError where an argument makes no sense.
    """
    if service not in SHAPES:
        raise ValueError(f"service must be one of {', '.join(SHAPES)}, not {service!r}")
    finite = all(math.isfinite(value) for value in (arrival_rate, mean_service, cv, *class_shares))
    if not (finite and arrival_rate > 0 and mean_service > 0 and servers >= 1 and requests >= 1 and cv >= 0):
        raise ValueError(
            "arrival_rate and mean_service must be positive and finite, servers and requests at least 1, cv not below 0"
        )
    if not 1 <= len(class_shares) <= CLASSES or min(class_shares) < 0 or abs(sum(class_shares) - 1) > 1e-9:
        raise ValueError(f"class_shares must be 1 to {CLASSES} shares that sum to 1, not {class_shares}")
    if mean_patience is not None and not mean_patience > 0:
        raise ValueError("mean_patience must be positive, or None for endless patience")
    width = 4.0 * max(1.0 / arrival_rate, mean_service / servers)  # a few events a bucket
    # At most: the next arrival, one end a server, and a give-up for each request so far.
    events = servers + 2 + (0 if mean_patience is None else requests)
    engine = new_engine(
        1, servers, 3, horizon=2.0 * requests / arrival_rate, width=width, jobs=requests + 1, events=events
    )
    reference = refer_engine(*engine)
    for index in range(servers):
        rest(reference, index)
    class_ = np.zeros(requests, np.int64)
    arrived, started, finished = (np.full(requests, np.nan) for _ in range(3))
    patience = mean_patience if mean_patience is not None else 0.0
    limits = np.cumsum(class_shares)
    _run_queue(
        reference, root_key(seed, "queue"), 1.0 / arrival_rate, mean_service, cv, SHAPES[service], limits, patience,
        class_, arrived, started, finished,
    )  # fmt: skip
    columns = {"class_": class_, "arrived": arrived, "started": started, "finished": finished}
    return pd.DataFrame(columns | {"withdrawn": np.isnan(started)})
