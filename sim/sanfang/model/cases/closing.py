"""How a case ends: closed with its result, brought back, recurring, or given up."""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.cases.forums import is_conflict
from sanfang.model.cases.handling import queue_for_handling
from sanfang.model.cases.lifecycle import (
    MAX_SLEEP_DAYS,
    change_state,
    count_repeat,
    day_after,
    end_case,
    free_case,
    linger,
    lingering_days,
    relieve,
    sleep,
    write_record,
)
from sanfang.model.cases.payment import refund
from sanfang.model.cases.routing import diagnose
from sanfang.model.cases.shared import next_tied, others_wait_for, relieve_others
from sanfang.model.cases.stations import book_time, dequeue, note_answer, start_delay, switch_cause
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, mix, uniform
from sanfang.model.kernel.engine import free_job
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.records import Record
from sanfang.model.kernel.worktime import to_calendar
from sanfang.model.setting import Setting
from sanfang.model.world import World

# --- Parts ----------------------------------------------------------------------------------------


@compiled
def finish_part(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int) -> None:
    """A part has its result. After the last one the case closes; else the next one begins, if it has waited."""
    job = engine.jobs[job_id]
    job.phase = s.FINISHED
    case = world.cases[job.owner]
    switch_cause(engine, world, job, s.T_CASE_WAIT)
    case.unfinished -= 1
    if case.unfinished == 0:
        closed = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
        close(engine, world, setting, job.owner, day, closed)
    elif not case.parallel:
        _start_next_part(engine, world, effects, setting, job.owner, day)


@compiled
def _start_next_part(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, case_id: int, day: int
) -> None:
    """The next part that waits for its case begins."""
    case = world.cases[case_id]
    for n in range(case.parts):
        job_id = case.jobs[n]
        job = engine.jobs[job_id]
        if job.phase == s.TO_CASE:
            book_time(engine, world, job)
            if job.mode == s.SECOND_TRY:
                queue_for_handling(engine, world, effects, setting, job_id, day)
            else:
                diagnose(engine, world, effects, setting, job_id, day)
            return


@compiled
def _free_jobs(engine: Engine, world: World, case: Record) -> None:
    """The jobs of all its parts are over."""
    for n in range(s.MAX_PARTS):
        if case.jobs[n] != NONE:
            book_time(engine, world, engine.jobs[case.jobs[n]])
            free_job(engine, case.jobs[n])
            case.jobs[n] = NONE


# --- The end --------------------------------------------------------------------------------------


@compiled
def _book_closing(world: World, setting: Setting, case: Record, day: int, time: float, resolved: int) -> None:
    """A request closes at calendar time `time`, which is booked on `day`."""
    case.closing = world.counts[0].closings
    world.counts[0].closings += 1
    closing = world.closings[case.closing]
    closing.day, closing.time, closing.reopened = day, time, NONE
    closing.took = time - case.voiced if case.attempts == 0 else np.nan
    closing.resident, closing.domain, closing.kind = case.resident, case.domain, case.kind
    closing.channel, closing.resolved, closing.repeated, closing.rated = case.channel, resolved, 0, -1
    world.daily[day, s.D_CLOSED] += 1
    world.daily[day, s.D_RESOLVED] += resolved
    world.daily[day, s.D_IN_TIME] += int(time - case.voiced <= setting.mind.promised[case.kind])


@compiled
def _report(world: World, case: Record, record: int, quality: float, time: float, closed: int) -> None:
    """What the resident met with by calendar time `time`, for the residents' own submodel."""
    counts = world.counts[0]
    experience = world.experiences[counts.experiences]
    counts.experiences += 1
    experience.resident, experience.record, experience.trips = case.resident, record, case.trips
    experience.closing = case.closing if closed else NONE
    experience.kind, experience.quality, experience.days = case.kind, quality, time - case.voiced
    experience.day, experience.closed = max(int(time), 0), closed  # day 0: a terminal, before
    experience.channel = case.channel
    experience.key = mix(case.key, p.NEED_EXPERIENCE + case.attempts)


@compiled
def close(engine: Engine, world: World, setting: Setting, case_id: int, day: int, time: float) -> None:
    """A request closes: resolved, or not and ended, or not and brought back later."""
    case = world.cases[case_id]
    prefetch(world.burden, case.resident)
    failed, quality = 0, 0.0
    for n in range(case.parts):
        quality += float(case.quality[n]) / case.parts
        if case.quality[n] == 0.0:
            failed += 1
    if failed == 0:
        _free_jobs(engine, world, case)
        _close_resolved(engine, world, setting, case_id, day, time, quality)
        return
    _book_closing(world, setting, case, day, time, 0)
    comes_back = setting.casework.comes_back
    if case.attempts < s.MAX_RETURNS and uniform(case.key, p.NEED_COMES_BACK + case.attempts) < comes_back:
        change_state(world, case_id, s.UNRESOLVED)
        _report(world, case, NONE, 0.0, time, 1)
        _comes_back_later(engine, world, setting, case_id, time)
        return
    _free_jobs(engine, world, case)
    if case.ring != NONE and others_wait_for(world, case_id):
        _close_tied(engine, world, setting, case_id, s.UNRESOLVED, day, time, 0.0)
    _end_in_vain(world, setting, case_id, s.UNRESOLVED, time, 1)


@compiled
def _close_resolved(
    engine: Engine, world: World, setting: Setting, case_id: int, day: int, time: float, quality: float
) -> None:
    """A request closes with its trouble resolved, for all whom it concerns; its cause may be left."""
    case = world.cases[case_id]
    found_done = case.gone == case.gone  # another request had resolved it before: that one may be back
    _book_closing(world, setting, case, day, time, 1)
    _end_resolved(world, case_id, time, quality)
    if case.ring != NONE:
        _close_tied(engine, world, setting, case_id, s.RESOLVED, day, time, quality)
        relieve_others(engine, world, setting, case_id, time)
    if found_done:
        free_case(world, case_id)
    else:
        _maybe_recurs(world, setting, case_id, time, day)


@compiled
def _end_resolved(world: World, case_id: int, time: float, quality: float) -> None:
    """The trouble is gone and its owner has been told so. The case's id is the caller's business."""
    record = end_case(world, case_id, s.RESOLVED, time)
    relieve(world, case_id, record, time)
    _report(world, world.cases[case_id], record, quality, time, 1)


@compiled
def _close_tied(
    engine: Engine, world: World, setting: Setting, case_id: int, outcome: int, day: int, time: float, quality: float
) -> None:
    """The requests that were tied to this one close as it does, each as one of its own; the time that they have waited
    for it is booked."""
    other = next_tied(world, case_id)
    while other != NONE:
        case = world.cases[other]
        case.tied = 0
        case.quality[:] = quality
        case.spent[s.T_CASE_WAIT] += case.parts * (engine.clock[0].now - case.tied_since)
        _book_closing(world, setting, case, day, time, int(outcome == s.RESOLVED))
        if outcome == s.RESOLVED:
            _end_resolved(world, other, time, quality)
            free_case(world, other)
        else:
            _end_in_vain(world, setting, other, outcome, time, 1)
        other = next_tied(world, case_id)


@compiled
def close_as_duplicate(world: World, setting: Setting, case_id: int, day: int, time: float) -> None:
    """A request is closed because the same trouble is being handled: it is no request any more, and not resolved."""
    _book_closing(world, setting, world.cases[case_id], day, time, 0)
    _end_in_vain(world, setting, case_id, s.UNRESOLVED, time, 1)


@compiled
def _end_in_vain(world: World, setting: Setting, case_id: int, outcome: int, time: float, closed: int) -> None:
    """A request ends and the trouble is still there: it vanishes some day, unless it is voiced again before."""
    case = world.cases[case_id]
    if _is_voiced_again(world, setting, case_id, outcome, time):
        _report(world, case, NONE, 0.0, time, closed)
        return
    record = end_case(world, case_id, outcome, time)
    _report(world, case, record, 0.0, time, closed)
    linger(world, setting.needs, case_id, record, time)


@compiled
def _is_voiced_again(world: World, setting: Setting, case_id: int, outcome: int, time: float) -> bool:
    """Whether its owner or a neighbour will voice the trouble again, sooner than it vanishes; then it sleeps until
    that day, with its outcome so far."""
    case, voice = world.cases[case_id], setting.voice
    if voice.again <= 0.0 or case.again >= s.MAX_VOICED_AGAIN or case.gone == case.gone:
        return False
    after = exponential(case.key, p.NEED_VOICED_AGAIN + case.again, 1.0 / voice.again)
    if after >= lingering_days(setting.needs, case) or after > MAX_SLEEP_DAYS:
        return False
    change_state(world, case_id, outcome)
    case.closed_before = time
    sleep(world, case_id, outcome, day_after(time, after))
    return True


@compiled
def give_up(engine: Engine, world: World, setting: Setting, case_id: int, day: int) -> None:
    """The resident gives up a request that nobody has started on, unless others wait for it."""
    if world.cases[case_id].ring != NONE and others_wait_for(world, case_id):
        return
    _drop_parts(engine, world, setting, world.cases[case_id])
    time = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    world.daily[day, s.D_WITHDRAWN] += 1
    _end_in_vain(world, setting, case_id, s.WITHDRAWN, time, 0)


@compiled
def _drop_parts(engine: Engine, world: World, setting: Setting, case: Record) -> None:
    """Nobody goes on with any part of a request on which nobody is at work; money that was not used may go back."""
    for n in range(case.parts):
        job_id = case.jobs[n]
        job = engine.jobs[job_id]
        book_time(engine, world, job)
        if job.phase != s.FINISHED and job.mode != s.SECOND_TRY:
            refund(world, setting, job)
        if job.station != NONE:
            dequeue(engine, world, job_id)
            free_job(engine, job_id)
        elif job.phase == s.TO_CASE or job.phase == s.FINISHED:
            free_job(engine, job_id)
        else:
            job.cancelled = 1
        case.jobs[n] = NONE


@compiled
def close_in_vain(engine: Engine, world: World, setting: Setting, case_id: int, day: int) -> None:
    """A request is closed to meet its limit although nobody has solved it. Its owner has got an answer and no result:
    it is brought back after a time, and handled from the start, or its trouble lingers."""
    case = world.cases[case_id]
    time = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    _drop_parts(engine, world, setting, case)
    case.quality[:] = 0.0
    note_answer(engine, world, setting, case, day)
    world.daily[day, s.D_IN_VAIN] += 1
    _book_closing(world, setting, case, day, time, 0)
    if case.ring != NONE and others_wait_for(world, case_id):
        _close_tied(engine, world, setting, case_id, s.UNRESOLVED, day, time, 0.0)
    is_gone = case.gone == case.gone  # another request for the same trouble has resolved it
    if is_gone or uniform(case.key, p.NEED_COMES_BACK + case.attempts) >= setting.casework.comes_back:
        _end_in_vain(world, setting, case_id, s.UNRESOLVED, time, 1)
        return
    after = exponential(case.key, p.NEED_RETURN_TIME + case.attempts, setting.casework.comes_back_days * 7.0 / 5.0)
    change_state(world, case_id, s.UNRESOLVED)
    _report(world, case, NONE, 0.0, time, 1)
    case.closed_before = time
    sleep(world, case_id, s.UNRESOLVED, day_after(time, after))


# --- Back again -----------------------------------------------------------------------------------


@compiled
def _maybe_recurs(world: World, setting: Setting, case_id: int, time: float, day: int) -> None:
    """Handling a 愁 need may treat its cause, deciding a conflict may settle it; if not, it is back after a time."""
    case, needs = world.cases[case_id], setting.needs
    conflict = is_conflict(world, case.root, case.domain)
    treated = needs.cause_treated
    if conflict:
        conventions = world.community_domain[case.community, case.domain].conventions
        rest = 1.0 - setting.conflicts.convention_effect * conventions
        treated = 1.0 if case.settled else 1.0 - (1.0 - setting.conflicts.settled) * rest
    treated += needs.tailored_cause if case.tailored else 0.0
    lasting = conflict or case.kind == s.CHRONIC
    after = exponential(case.key, p.NEED_RECURRENCE_TIME, needs.recurrence_days)
    if not lasting or uniform(case.key, p.NEED_CAUSE_TREATED) < treated or after > MAX_SLEEP_DAYS:
        free_case(world, case_id)
        return
    again = time + after
    back = max(int(again), day + 1)  # what a terminal closed on a Sunday is booked on Monday
    case.closed_before, case.arose = time, max(again, float(back))
    sleep(world, case_id, s.DORMANT, back)


@compiled
def _comes_back_later(engine: Engine, world: World, setting: Setting, case_id: int, time: float) -> None:
    """The parts that failed are brought back as one repeat request."""
    case = world.cases[case_id]
    mean = setting.casework.comes_back_days * setting.shift
    wait = exponential(case.key, p.NEED_RETURN_TIME + case.attempts, mean)
    case.closed_before = time
    timed = False
    for n in range(case.parts):
        job = engine.jobs[case.jobs[n]]
        book_time(engine, world, job)
        if case.quality[n] == 0.0:
            job.mode = s.SECOND_TRY
            if not timed:
                start_delay(engine, world, case.jobs[n], s.COMES_BACK, s.T_REWORK, wait)
                timed = True
            else:
                job.phase = s.TO_CASE


@compiled
def reopen(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, case_id: int, day: int) -> None:
    """A request is brought back: its parts that failed are handled again."""
    case = world.cases[case_id]
    time = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    if case.gone == case.gone:  # another request has resolved it since
        _free_jobs(engine, world, case)
        write_record(world, case_id, s.UNRESOLVED, case.closed_before)
        free_case(world, case_id)
        return
    change_state(world, case_id, s.OPEN)
    count_repeat(world, case, time)
    if case.closing != NONE:
        world.closings[case.closing].reopened = day
    case.attempts += 1
    case.unfinished = 0
    for n in range(case.parts):
        if case.quality[n] == 0.0:
            case.unfinished += 1
            engine.jobs[case.jobs[n]].phase = s.TO_CASE
    if case.parallel:
        for n in range(case.parts):
            if case.quality[n] == 0.0:
                book_time(engine, world, engine.jobs[case.jobs[n]])
                queue_for_handling(engine, world, effects, setting, case.jobs[n], day)
    else:
        _start_next_part(engine, world, effects, setting, case_id, day)
