"""How a case ends: closed with its result, brought back, recurring, or given up."""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.cases import end_case, free_case, linger, move, relieve
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.draws import exponential, mix, uniform
from sanfang.model.event_calendar import NONE
from sanfang.model.forums import is_conflict
from sanfang.model.handling import handle
from sanfang.model.queueing import free_job
from sanfang.model.routing import diagnose
from sanfang.model.stations import lead, leave_station, now_spends, spend
from sanfang.model.worktime import to_calendar

MOST_ATTEMPTS = 3

# Purposes of a case's draws; 200 to 209 are in `casework`, 213 in `cases`, 220 to 222 in `forums`.
CAUSE, RECURS, BACK = 210, 211, 400
_CALL_BACK = 900


@compiled
def finish_part(engine, world, rules, setting, index, day):
    job = engine.jobs[index]
    job.phase = s.FINISHED
    case = world.cases[job.owner]
    now_spends(engine, world, job, s.T_CASE_WAIT)
    case.unfinished -= 1
    if case.unfinished == 0:
        closed = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
        close(engine, world, setting, job.owner, day, closed)
    elif not case.parallel:
        _next_part(engine, world, rules, setting, job.owner, day)


@compiled
def _next_part(engine, world, rules, setting, index, day):
    """The next part that waits for its case begins."""
    case = world.cases[index]
    for n in range(case.parts):
        job = engine.jobs[case.jobs[n]]
        if job.phase == s.TO_CASE:
            spend(engine, world, engine.jobs[case.jobs[n]])
            if job.mode == s.SECOND_TRY:
                handle(engine, world, rules, setting, case.jobs[n], day)
            else:
                diagnose(engine, world, rules, setting, case.jobs[n], day)
            return


@compiled
def _tell(world, case, record, quality, time, closed):
    """What the resident met with, for the residents' own submodel."""
    counts = world.counts[0]
    experience = world.experiences[counts.experiences]
    counts.experiences += 1
    experience.resident, experience.record, experience.trips = case.resident, record, case.trips
    experience.kind, experience.quality, experience.days = case.kind, quality, time - case.voiced
    experience.day, experience.closed = int(time), closed
    experience.key = mix(case.key, _CALL_BACK + case.attempts)


@compiled
def close(engine, world, setting, index, day, time):
    """A request closes: resolved, or not and ended, or not and brought back later."""
    case = world.cases[index]
    prefetch(world.burden, case.resident)
    failed, quality = 0, 0.0
    for n in range(case.parts):
        quality += float(case.quality[n]) / case.parts
        if case.quality[n] == 0.0:
            failed += 1
    world.daily[day, s.D_CLOSED] += 1
    if failed == 0:
        world.daily[day, s.D_RESOLVED] += 1
        _drop_jobs(engine, world, case)
        record = end_case(world, index, s.RESOLVED, time)
        relieve(world, index, record, time)
        _tell(world, case, record, quality, time, 1)
        _maybe_recurs(world, setting, index, time, day)
        return
    if case.attempts + 1 < MOST_ATTEMPTS and uniform(case.key, BACK + case.attempts) < setting.casework.comes_back:
        move(world, index, s.UNRESOLVED)
        _tell(world, case, NONE, 0.0, time, 1)
        _comes_back_later(engine, world, setting, index, time)
        return
    _drop_jobs(engine, world, case)
    record = end_case(world, index, s.UNRESOLVED, time)
    _tell(world, case, record, 0.0, time, 1)
    linger(world, setting.needs, index, record, time)


@compiled
def _drop_jobs(engine, world, case):
    for n in range(s.MAX_PARTS):
        if case.jobs[n] != NONE:
            spend(engine, world, engine.jobs[case.jobs[n]])
            free_job(engine, case.jobs[n])
            case.jobs[n] = NONE


@compiled
def _maybe_recurs(world, setting, index, time, day):
    """Handling a 愁 need may treat its cause, deciding a conflict may settle it; if not, it is back after a time."""
    case, needs = world.cases[index], setting.needs
    conflict = is_conflict(world, case.root, case.domain)
    treated = needs.cause_treated
    if conflict:
        rest = 1.0 - setting.conflicts.convention_effect * world.ground[case.community, case.domain].conventions
        treated = 1.0 if case.settled else 1.0 - (1.0 - setting.conflicts.settled) * rest
    treated += needs.tailored_cause if case.tailored else 0.0
    lasting = conflict or case.kind == s.CHRONIC
    again = time + exponential(case.key, RECURS, needs.recurrence_days)
    back = max(int(again), day + 1)  # what a terminal closed on a Sunday is booked on Monday
    if not lasting or uniform(case.key, CAUSE) < treated or back >= len(world.dormant):
        free_case(world, index)
        return
    case.closed_before, case.arose = time, max(again, float(back))
    world.states[index].state = s.DORMANT
    case.next = world.dormant[back]
    world.dormant[back] = index


@compiled
def _comes_back_later(engine, world, setting, index, time):
    """The parts that failed are brought back as one repeat request."""
    case = world.cases[index]
    wait = exponential(case.key, BACK + 10 + case.attempts, setting.casework.comes_back_days * setting.shift)
    case.closed_before = time
    timed = False
    for n in range(case.parts):
        job = engine.jobs[case.jobs[n]]
        spend(engine, world, job)
        if case.quality[n] == 0.0:
            job.mode = s.SECOND_TRY
            if not timed:
                lead(engine, world, case.jobs[n], s.COMES_BACK, s.T_REWORK, wait)
                timed = True
            else:
                job.phase = s.TO_CASE


@compiled
def reopen(engine, world, rules, setting, index, day):
    case = world.cases[index]
    time = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    move(world, index, s.OPEN)
    if time - case.closed_before <= 30.0:
        world.daily[int(case.closed_before), s.D_REPEATS] += 1
    case.attempts += 1
    case.unfinished = 0
    for n in range(case.parts):
        if case.quality[n] == 0.0:
            case.unfinished += 1
            engine.jobs[case.jobs[n]].phase = s.TO_CASE
    if case.parallel:
        for n in range(case.parts):
            if case.quality[n] == 0.0:
                spend(engine, world, engine.jobs[case.jobs[n]])
                handle(engine, world, rules, setting, case.jobs[n], day)
    else:
        _next_part(engine, world, rules, setting, index, day)


@compiled
def give_up(engine, world, setting, index, day):
    """The resident gives up a request that nobody has started on."""
    case = world.cases[index]
    for n in range(case.parts):
        job_index = case.jobs[n]
        job = engine.jobs[job_index]
        spend(engine, world, job)
        if job.station != NONE:
            leave_station(engine, world, job_index)
            free_job(engine, job_index)
        elif job.phase == s.TO_CASE:
            free_job(engine, job_index)
        else:
            job.cancelled = 1
        case.jobs[n] = NONE
    time = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    world.daily[day, s.D_WITHDRAWN] += 1
    record = end_case(world, index, s.WITHDRAWN, time)
    _tell(world, case, record, 0.0, time, 0)
    linger(world, setting.needs, index, record, time)
