"""Stations at work: how the time of a part is booked, how it queues, and who takes it up."""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.kernel.engine import first_waiting, join_queue, leave_queue, start_service
from sanfang.model.kernel.engine_arrays import NONE, TIMER, Engine
from sanfang.model.kernel.event_calendar import schedule
from sanfang.model.kernel.records import Record
from sanfang.model.kernel.worktime import to_calendar
from sanfang.model.setting import Setting
from sanfang.model.world import World

MAX_COLLEAGUES = 16
"""How many idle colleagues are looked at to find the most skilled."""

# --- The time of a part ---------------------------------------------------------------------------


@compiled
def book_time(engine: Engine, world: World, job: Record) -> None:
    """Book the time since the last booking under its cause so far; the shares of time come from here."""
    world.cases[job.owner].spent[job.cause] += engine.clock[0].now - job.since
    job.since = engine.clock[0].now


@compiled
def switch_cause(engine: Engine, world: World, job: Record, cause: int) -> None:
    """From now on the part's time is booked under `cause`; in a second attempt it is all rework."""
    book_time(engine, world, job)
    job.cause = s.T_REWORK if job.mode == s.SECOND_TRY and cause != s.T_CASE_WAIT else cause


@compiled
def start_delay(engine: Engine, world: World, job_id: int, phase: int, cause: int, hours: float) -> None:
    """Start a time that occupies no one; TIMER follows after `hours`."""
    job = engine.jobs[job_id]
    job.phase = phase
    switch_cause(engine, world, job, cause)
    schedule(engine, engine.clock[0].now + hours, TIMER, job_id, job.key)


@compiled
def note_first_work(engine: Engine, world: World, setting: Setting, job: Record, day: int) -> None:
    """Somebody works on the case: note when, if it is the first time."""
    case = world.cases[job.owner]
    if case.first != case.first:
        case.first = engine.clock[0].now
        case.first_at = to_calendar(case.first, day, world.clock_start, setting.opening)


# --- Queues ---------------------------------------------------------------------------------------


@compiled
def enqueue(
    engine: Engine, world: World, setting: Setting, job_id: int, phase: int, station: int, class_: int, heading: int,
    cause: int, day: int,
) -> None:  # fmt: skip
    """A part joins a queue; who is idle there begins at once. Hours worked on it go under `heading`."""
    job = engine.jobs[job_id]
    job.phase, job.heading = phase, heading
    switch_cause(engine, world, job, cause)
    if phase == s.HANDLING:
        world.waiting_hours[station, job.domain] += job.hours
    join_queue(engine, job_id, station, class_)
    serve(engine, world, setting, station, day)


@compiled
def dequeue(engine: Engine, world: World, job_id: int) -> None:
    """A job leaves its queue, whether it is served or given up."""
    job = engine.jobs[job_id]
    if job.phase == s.HANDLING:
        world.waiting_hours[job.station, job.domain] -= job.hours
    leave_queue(engine, job_id)
    job.station = NONE


@compiled
def _most_skilled(engine: Engine, world: World, station: int, domain: int) -> int:
    """The most skilled for a domain among the first idle colleagues."""
    best = engine.stations[station].idle
    worker_id, seen = engine.workers[best].next, 1
    while worker_id != NONE and seen < MAX_COLLEAGUES and world.skill[best, domain] < 0.999:
        if world.skill[worker_id, domain] > world.skill[best, domain]:
            best = worker_id
        worker_id = engine.workers[worker_id].next
        seen += 1
    return best


@compiled
def serve(engine: Engine, world: World, setting: Setting, station: int, day: int) -> None:
    """Idle workers of a station take what waits there, in order of class and arrival, unless offices close too soon."""
    if world.clock_start[day + 1] - engine.clock[0].now < setting.casework.last_start:
        return
    while engine.stations[station].idle != NONE:
        job_id = first_waiting(engine, station)
        if job_id == NONE:
            return
        job = engine.jobs[job_id]
        skilled = job.phase == s.HANDLING or job.phase == s.MISDIRECTED
        worker_id = _most_skilled(engine, world, station, job.domain) if skilled else engine.stations[station].idle
        speed = 1.0 - setting.workforce.fatigue_slows * world.persons[worker_id].fatigue
        if skilled:
            speed *= world.skill[worker_id, job.domain]
            if station < 2 * world.layout.communities:
                speed *= setting.casework.local_knowledge
        _prefetch_next(engine, world, job)
        dequeue(engine, world, job_id)
        if skilled:
            if job.phase == s.HANDLING:
                switch_cause(engine, world, job, s.T_HANDLING)
            note_first_work(engine, world, setting, job, day)
        start_service(engine, job_id, worker_id, job.hours / speed)


@compiled
def _prefetch_next(engine: Engine, world: World, job: Record) -> None:
    """Ask the memory for the case of the job after this one in its queue, and for the job after that."""
    if job.next != NONE:
        following = engine.jobs[job.next]
        prefetch(world.cases, following.owner)
        prefetch(engine.jobs, following.next)


# --- Offices --------------------------------------------------------------------------------------


@compiled
def accrue(world: World, station: int, heading: int, hours: float) -> None:
    """Small work beside a case falls due: it is gathered and becomes a job at its station."""
    world.office_work[station, heading].owed += hours


@compiled
def office_of(world: World, c: int) -> int:
    """Station of a community's office; that of its grids has the community's own number."""
    return world.layout.communities + c


@compiled
def street_of(world: World, c: int) -> int:
    """Station of the street office to which a community belongs."""
    return 2 * world.layout.communities + world.communities[c].sub_district


@compiled
def department_of(world: World, d: int) -> int:
    """Station of the department in charge of a domain."""
    return 2 * world.layout.communities + world.layout.streets + world.domains[d].department
