"""Stations at work: how the time of a part is booked, how it queues, and who takes it up."""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.event_calendar import NONE, schedule
from sanfang.model.queueing import TIMER, begin, first_waiting, join, leave
from sanfang.model.worktime import to_calendar

COLLEAGUES = 16
"""How many idle colleagues are looked at to find the most skilled."""


@compiled
def spend(engine, world, job):
    """Book the time since the last booking under what the part was doing; the shares of time come from here."""
    world.cases[job.owner].spent[job.spends] += engine.clock[0].now - job.since
    job.since = engine.clock[0].now


@compiled
def now_spends(engine, world, job, category):
    """From now on the part's time is `category`; in a second attempt it is all rework."""
    spend(engine, world, job)
    job.spends = s.T_REWORK if job.mode == s.SECOND_TRY and category != s.T_CASE_WAIT else category


@compiled
def lead(engine, world, index, phase, category, hours):
    """Start a time that occupies no one."""
    job = engine.jobs[index]
    job.phase = phase
    now_spends(engine, world, job, category)
    schedule(engine, engine.clock[0].now + hours, TIMER, index, job.key)


@compiled
def enqueue(engine, world, setting, index, phase, station, class_, heading, category, day):
    job = engine.jobs[index]
    job.phase, job.heading = phase, heading
    now_spends(engine, world, job, category)
    if phase == s.HANDLING:
        world.waiting_hours[station, job.domain] += job.hours
    join(engine, index, station, class_)
    serve(engine, world, setting, station, day)


@compiled
def leave_station(engine, world, index):
    job = engine.jobs[index]
    if job.phase == s.HANDLING:
        world.waiting_hours[job.station, job.domain] -= job.hours
    leave(engine, index)
    job.station = NONE


@compiled
def _choose(engine, world, station, domain):
    """The most skilled for a domain among the first idle colleagues."""
    best = engine.stations[station].idle
    worker, seen = engine.workers[best].next, 1
    while worker != NONE and seen < COLLEAGUES and world.skill[best, domain] < 0.999:
        if world.skill[worker, domain] > world.skill[best, domain]:
            best = worker
        worker = engine.workers[worker].next
        seen += 1
    return best


@compiled
def serve(engine, world, setting, station, day):
    """Idle workers of a station take what waits there, in order of class and arrival."""
    while engine.stations[station].idle != NONE:
        index = first_waiting(engine, station)
        if index == NONE:
            return
        job = engine.jobs[index]
        skilled = job.phase == s.HANDLING or job.phase == s.MISDIRECTED
        worker = _choose(engine, world, station, job.domain) if skilled else engine.stations[station].idle
        person = world.persons[worker]
        speed = 1.0 - setting.workforce.fatigue_slows * person.fatigue
        if skilled:
            speed *= world.skill[worker, job.domain]
            if station < 2 * world.layout.communities:
                speed *= setting.casework.local_knowledge
        _ask_for_next(engine, world, job)
        leave_station(engine, world, index)
        if skilled:
            if job.phase == s.HANDLING:
                now_spends(engine, world, job, s.T_HANDLING)
            first_handled(engine, world, setting, job, day)
        begin(engine, index, worker, job.hours / speed)


@compiled
def _ask_for_next(engine, world, job):
    """Ask the memory for the case of the job after this one in its queue, and for the job after that."""
    if job.next != NONE:
        following = engine.jobs[job.next]
        prefetch(world.cases, following.owner)
        prefetch(engine.jobs, following.next)


@compiled
def first_handled(engine, world, setting, job, day):
    """Somebody works on the case: note when, if it is the first time."""
    case = world.cases[job.owner]
    if case.first != case.first:
        case.first = engine.clock[0].now
        case.first_at = to_calendar(case.first, day, world.clock_start, setting.opening)


@compiled
def owe(world, station, heading, hours):
    """Small work beside a case: it is gathered and becomes a job at its station."""
    world.office_work[station, heading].owed += hours


@compiled
def street(world, c):
    return 2 * world.layout.communities + world.places[c].sub_district


@compiled
def department(world, d):
    return 2 * world.layout.communities + world.layout.streets + world.domains[d].department
