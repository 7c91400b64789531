"""Stations at work: how the time of a part is booked, how it queues, and who takes it up."""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import uniform
from sanfang.model.kernel.engine import first_waiting, join_queue, leave_queue, start_service
from sanfang.model.kernel.engine_arrays import CLASSES, NONE, TIMER, Engine
from sanfang.model.kernel.event_calendar import schedule
from sanfang.model.kernel.records import Record
from sanfang.model.kernel.worktime import to_calendar
from sanfang.model.setting import Setting
from sanfang.model.world import World

MAX_COLLEAGUES = 16
"""How many idle colleagues are looked at to find the fastest."""
MAX_SHARED = 8
"""How many jobs of a class are looked at to find one that others of the community may do."""

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
    """Somebody works on the case of a part: note when, if it is the first time."""
    note_answer(engine, world, setting, world.cases[job.owner], day)


@compiled
def note_answer(engine: Engine, world: World, setting: Setting, case: Record, day: int) -> None:
    """An office turns to a request: note when, if it is the first time."""
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
    if setting.assessment.held > 0.0 and world.cases[job.owner].near:
        class_ = min(class_, s.C_SENT_UP)
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
def _local_gain(world: World, setting: Setting, worker_id: int, job: Record) -> float:
    """How much faster a worker does a part for knowing the place where it waits: at a community, and grid workers in
    their own grid only."""
    if job.station >= 2 * world.layout.communities:
        return 1.0
    gain = setting.casework.local_knowledge
    if setting.workforce.knowing_days > 0.0:
        gain = 1.0 + (gain - 1.0) * _knows(world, worker_id, job)
    return gain


@compiled
def _pace(world: World, setting: Setting, worker_id: int, job: Record) -> float:
    """Speed of a rested worker at a part that takes skill, over a specialist's."""
    return world.skill[worker_id, job.domain] * _local_gain(world, setting, worker_id, job)


@compiled
def _knows(world: World, worker_id: int, job: Record) -> float:
    """How well a worker knows where a part comes from: in somebody else's grid not at all."""
    person, station = world.persons[worker_id], job.station
    if station < world.layout.communities and person.tier == s.GRID:
        grids = int(max(world.posts[station], 1.0))
        if world.grid[world.cases[job.owner].resident] % grids != person.beat % grids:
            return 0.0
    return person.knows


@compiled
def _fastest(engine: Engine, world: World, setting: Setting, station: int, job: Record) -> int:
    """The fastest for a part among the first idle colleagues."""
    best = engine.stations[station].idle
    pace = _pace(world, setting, best, job)
    strangers = setting.workforce.knowing_days > 0.0 and job.station < 2 * world.layout.communities
    worker_id, seen = engine.workers[best].next, 1
    while worker_id != NONE and seen < MAX_COLLEAGUES and (strangers or world.skill[best, job.domain] < 0.999):
        other = _pace(world, setting, worker_id, job)
        if other > pace:
            best, pace = worker_id, other
        worker_id = engine.workers[worker_id].next
        seen += 1
    return best


@compiled
def serve(engine: Engine, world: World, setting: Setting, station: int, day: int) -> None:
    """Idle workers of a station take what waits there, in order of class and arrival, unless offices close too soon;
    a community's grid workers and officers then help each other out."""
    last_start = setting.casework.last_start
    if last_start > 0.0 and world.clock_start[day + 1] - engine.clock[0].now < last_start:
        return
    while engine.stations[station].idle != NONE:
        job_id = first_waiting(engine, station)
        if job_id == NONE:
            break
        _begin_work(engine, world, setting, station, job_id, day)
    communities = world.layout.communities
    if station < 2 * communities and setting.casework.grids_help + setting.casework.offices_help > 0.0:
        colleagues = station + communities if station < communities else station - communities
        _help(engine, world, setting, station, colleagues, day)
        _help(engine, world, setting, colleagues, station, day)


@compiled
def _help(engine: Engine, world: World, setting: Setting, station: int, colleagues: int, day: int) -> None:
    """Idle workers of a station take what waits at their colleagues', who are all busy, and they may do."""
    share = setting.casework.grids_help if station < colleagues else setting.casework.offices_help
    while engine.stations[station].idle != NONE and engine.stations[colleagues].waiting > 0:
        if engine.stations[colleagues].idle != NONE:
            return
        job_id = _first_shared(engine, colleagues, share)
        if job_id == NONE:
            return
        _begin_work(engine, world, setting, station, job_id, day)


@compiled
def _first_shared(engine: Engine, station: int, share: float) -> int:
    """The first of the jobs at the head of a station's queues that others of the community may take, or NONE."""
    for class_ in range(CLASSES):
        job_id, seen = engine.stations[station].head[class_], 0
        while job_id != NONE and seen < MAX_SHARED:
            job = engine.jobs[job_id]
            if (job.phase == s.HANDLING or job.phase == s.TASK) and uniform(job.key, p.PART_SHARED) < share:
                return job_id
            job_id, seen = job.next, seen + 1
    return NONE


@compiled
def _begin_work(engine: Engine, world: World, setting: Setting, station: int, job_id: int, day: int) -> None:
    """An idle worker of a station takes a job that waits there, or at their colleagues'."""
    job = engine.jobs[job_id]
    skilled = job.phase == s.HANDLING or job.phase == s.MISDIRECTED
    worker_id = _fastest(engine, world, setting, station, job) if skilled else engine.stations[station].idle
    speed = 1.0 - setting.workforce.fatigue_slows * world.persons[worker_id].fatigue
    if skilled:
        speed *= world.skill[worker_id, job.domain]
        speed *= _local_gain(world, setting, worker_id, job)
        if setting.assessment.held > 0.0 and world.cases[job.owner].near:
            speed /= 1.0 - setting.assessment.hurry
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
