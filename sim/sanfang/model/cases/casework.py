"""A case from registration to result: intake, and what follows from each event (phase 4 of the day).

A case has one to three parts in different domains; each part is a job that moves through the phases

    sent on (wrong window) -> registering -> diagnosed -> [misdirected -> sent back]
    -> [a forum is convened] -> routed: handed on, relayed, bounced, approved -> [waits for money]
    -> handling, or a partner -> executed -> finished

This code reads no lever: `effects` holds what the policy of the day means as probabilities and rates per
community, `setting` the behaviour of offices. Every choice is made with the need's own mark. The events stand in one
file, although it is long, because each of them leads to another.
"""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.closing import close, close_as_duplicate, finish_part, give_up, reopen
from sanfang.model.cases.deadlines import TASK_ENDS, TASK_NEARS, come_near, lapse_of_work, set_deadline
from sanfang.model.cases.forums import hold_forum
from sanfang.model.cases.handling import carry_out, finish_handling, next_handoff_time
from sanfang.model.cases.lifecycle import LIMIT_LOOK, WORSENS, is_at_window
from sanfang.model.cases.limits_kept import expect_limit, look_at_limit
from sanfang.model.cases.prefetching import can_be_given_up, prefetch_buckets, prefetch_current_bucket
from sanfang.model.cases.routing import advance, diagnose, find_tier, finish_relay, receive_grant, route
from sanfang.model.cases.shared import is_recognised, is_turned_away, tie
from sanfang.model.cases.stations import (
    accrue,
    book_time,
    department_of,
    note_answer,
    note_first_work,
    office_of,
    serve,
    start_delay,
    street_of,
)
from sanfang.model.cases.terminals import finished_at, use_terminal
from sanfang.model.cases.worsening import grow_worse
from sanfang.model.compiled import compiled
from sanfang.model.district.helpers import has_errand_runner
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, mix, uniform
from sanfang.model.kernel.engine import end_service, free_job, join_queue, new_job
from sanfang.model.kernel.engine_arrays import ARRIVAL, GIVE_UP, NONE, SERVICE_END, TIMER, Engine
from sanfang.model.kernel.event_calendar import next_event, schedule
from sanfang.model.kernel.records import Record
from sanfang.model.kernel.worktime import to_calendar, to_working
from sanfang.model.setting import Setting
from sanfang.model.world import World

TASK_ARRIVAL = 4
"""Kind of event, beside the engine's: a task from above, or own work, comes in."""

# --- Intake ---------------------------------------------------------------------------------------


@compiled
def _take_in(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, case_id: int, day: int) -> None:
    """A request comes in: decide what it gets, then start its parts."""
    case = world.cases[case_id]
    if case.registered != case.registered:  # one that is voiced again came in long ago
        case.registered = engine.clock[0].now
    at_window = is_at_window(case)
    if at_window:
        _make_trip(world, setting, case)
    if (at_window or case.channel == s.APP) and case.parts == 1 and _is_self_served(world, effects, setting, case):
        begun = case.voiced if case.again == 0 else max(case.voiced, float(day))
        if case.first != case.first:
            case.first, case.first_at = engine.clock[0].now, begun
        case.tier, case.quality[0] = s.TERMINAL, 1.0
        close(engine, world, setting, case_id, day, finished_at(setting, begun))
        return
    further_trip = effects.service[case.community, case.domain].further_trip
    if at_window and uniform(case.key, p.NEED_FURTHER_TRIP) < further_trip:
        _make_trip(world, setting, case)
    _accrue_intake(world, setting, case)
    if case.gone == case.gone:
        _close_as_done(engine, world, setting, case_id, day)
        return
    if case.ring != NONE and is_recognised(world, setting, case_id):
        _note_duplicate(engine, world, setting, case_id, day)
        return
    _decide_treatment(world, effects, setting, case)
    gives_up = _patient_until(world, setting, case, day)
    schedule(engine, gives_up, GIVE_UP, case_id, case.key)
    if setting.assessment.held > 0.0:
        expect_limit(engine, world, setting, case_id)
    _make_parts(engine, world, setting, case_id)
    _start_parts(engine, world, effects, setting, case, at_window, day)


@compiled
def _close_as_done(engine: Engine, world: World, setting: Setting, case_id: int, day: int) -> None:
    """Another request has ended the trouble since this one was voiced: its owner is told so."""
    case = world.cases[case_id]
    note_answer(engine, world, setting, case, day)
    case.quality[:] = 1.0
    close(
        engine, world, setting, case_id, day, to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    )


@compiled
def _note_duplicate(engine: Engine, world: World, setting: Setting, case_id: int, day: int) -> None:
    """The trouble is being handled already: the request is tied to the one before, or closed as a duplicate."""
    case, now = world.cases[case_id], engine.clock[0].now
    world.daily[day, s.D_DUPLICATES] += 1
    note_answer(engine, world, setting, case, day)
    tie(engine, world, case_id)
    if is_turned_away(setting, case):
        case.tied = 0
        close_as_duplicate(world, setting, case_id, day, to_calendar(now, day, world.clock_start, setting.opening))


@compiled
def _patient_until(world: World, setting: Setting, case: Record, day: int) -> float:
    """Working time at which the resident gives up if nobody has started by then; anew where it is voiced again."""
    mean, since, purpose = world.domains[case.domain].patience_days, case.voiced, p.NEED_PATIENCE
    if case.again > 0:
        since, purpose = float(day), p.NEED_PATIENCE_AGAIN + case.again
    patience = exponential(case.key, purpose, mean)
    return to_working(since + patience, world.clock_start, setting.opening, setting.shift)


@compiled
def _make_trip(world: World, setting: Setting, case: Record) -> None:
    """The resident goes to a window, or a member of the contact group runs the errand."""
    if has_errand_runner(world, setting, case.community, case.resident):
        world.communities[case.community].errands -= setting.helpers.errand_hours
        world.outside_hours[h.O_CONTACTS] += setting.helpers.errand_hours
    else:
        case.trips += 1


@compiled
def _is_self_served(world: World, effects: PolicyEffects, setting: Setting, case: Record) -> bool:
    """Whether a terminal, or the platform online, finishes the matter: it can, and its owner can use it."""
    c, simple = case.community, world.domains[case.domain].self_service
    if uniform(case.key, p.NEED_ABLE) >= world.digital[case.resident]:
        return False
    mark = uniform(case.key, p.NEED_SELF_SERVICE)
    if case.channel == s.APP and mark < simple * effects.community[c].online:
        return True
    return mark < simple * effects.community[c].self_service and use_terminal(world, effects, setting, c)


@compiled
def _accrue_intake(world: World, setting: Setting, case: Record) -> None:
    """The office that receives a request owes the work of taking it in."""
    station = office_of(world, case.community)
    if case.channel == s.HOTLINE:
        station = street_of(world, case.community)
    elif case.channel == s.DEPARTMENT_WINDOW:
        station = department_of(world, case.domain)
    accrue(world, station, h.INTAKE, setting.casework.intake_hours)
    if setting.sharing.others > 0.0:
        accrue(world, station, h.DUPLICATES, setting.sharing.check_hours)


@compiled
def _decide_treatment(world: World, effects: PolicyEffects, setting: Setting, case: Record) -> None:
    """Whether a request is sorted, has a manager, is handled jointly, gets a personal plan."""
    c, key, prices = case.community, case.key, setting.prices
    office = office_of(world, c)
    if uniform(key, p.NEED_TRIAGED) < effects.community[c].triage:
        accrue(world, office, h.TRIAGE, prices.triage_hours)
        case.triaged = case.kind == s.URGENT or case.vulnerable
    if case.parts > 1 and uniform(key, p.NEED_MANAGED) < effects.community[c].managed:
        accrue(world, office, h.CASE_MANAGEMENT, prices.management_hours)
        case.parallel = 1
    if case.parts > 1 and uniform(key, p.NEED_JOINT) < effects.community[c].joint:
        case.joint = 1
    fit = case.kind == s.CHRONIC and (case.ordinal > 0 or case.vulnerable)
    if fit and uniform(key, p.NEED_PLANNED) < effects.community[c].personal_plan:
        accrue(world, office, h.TAILORING, prices.tailoring_hours)
        case.tailored = 1


@compiled
def _make_parts(engine: Engine, world: World, setting: Setting, case_id: int) -> None:
    """The parts as jobs. Where some are handled jointly, the community and each department in charge meet."""
    case, above = world.cases[case_id], 0
    domains = len(world.domains)
    for n in range(case.parts):
        key = mix(case.key, p.NEED_PART + n)
        job_id = new_job(engine, key, case_id)
        job = engine.jobs[job_id]
        job.part, job.phase, job.cause = n, s.TO_CASE, s.T_CASE_WAIT
        job.domain = case.domain
        if n > 0 and domains > 1:
            job.domain = (case.domain + 1 + int(uniform(key, p.PART_DOMAIN) * (domains - 1))) % domains
        job.yuan = exponential(key, p.PART_YUAN, world.domains[job.domain].yuan)
        if case.joint and world.domains[job.domain].level > s.COMMUNITY:
            accrue(world, department_of(world, job.domain), h.COLLABORATION, setting.prices.joint_hours)
            above += 1
        if case.channel == s.HOTLINE:
            job.tier = s.STREET
        elif case.channel == s.DEPARTMENT_WINDOW:
            job.tier = s.DEPARTMENT
        else:
            job.tier = s.COMMUNITY
        case.jobs[n] = job_id
    case.unfinished = case.parts
    if above > 0:
        accrue(world, office_of(world, case.community), h.COLLABORATION, setting.prices.joint_hours)


@compiled
def _start_parts(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, case: Record, at_window: bool, day: int
) -> None:
    """The first part is registered, or sent on from the wrong window; the others begin now if there is a manager."""
    first = case.jobs[0]
    book_time(engine, world, engine.jobs[first])
    if at_window and uniform(case.key, p.NEED_WRONG_WINDOW) < effects.community[case.community].wrong_window:
        _make_trip(world, setting, case)
        lost = exponential(case.key, p.NEED_WRONG_WINDOW_TIME, setting.casework.wrong_window_days * setting.shift)
        start_delay(engine, world, first, s.SENT_ON, s.T_INFORMATION, lost)
    else:
        _register(engine, world, setting, first)
    if case.parallel:
        for n in range(1, case.parts):
            book_time(engine, world, engine.jobs[case.jobs[n]])
            diagnose(engine, world, effects, setting, case.jobs[n], day)


@compiled
def _register(engine: Engine, world: World, setting: Setting, job_id: int) -> None:
    """A part waits for the registration batch."""
    mean = setting.casework.registration_days * setting.shift
    batch = exponential(engine.jobs[job_id].key, p.PART_REGISTRATION_TIME, mean)
    start_delay(engine, world, job_id, s.REGISTERING, s.T_LEAD_TIME, batch)


# --- Events ---------------------------------------------------------------------------------------


@compiled
def _end_of_service(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int
) -> None:
    """A worker has finished a job: what comes of it, and what the worker does next."""
    job = engine.jobs[job_id]
    worker_id = end_service(engine, job_id)
    station = engine.workers[worker_id].at
    phase = job.phase
    if job.cancelled:
        free_job(engine, job_id)
    elif phase == s.TASK or phase == s.CHORE:
        _note_office_work(world, setting, job, worker_id, day)
        free_job(engine, job_id)
    elif phase == s.HANDLING:
        finish_handling(engine, world, setting, job_id, worker_id)
    elif phase == s.MISDIRECTED:
        world.cases[job.owner].handoffs += 1
        back = next_handoff_time(job, setting, setting.casework.handoff_days)
        start_delay(engine, world, job_id, s.SENT_BACK, s.T_INFORMATION, back)
    elif phase == s.RELAYED:
        finish_relay(engine, world, effects, setting, job_id)
    elif phase == s.ASKING:
        approval = next_handoff_time(job, setting, setting.casework.approval_days)
        start_delay(engine, world, job_id, s.GRANTED, s.T_SHORTAGE, approval)
    serve(engine, world, setting, station, day)


@compiled
def _note_office_work(world: World, setting: Setting, job: Record, worker_id: int, day: int) -> None:
    """A task or a chore is done: useful ones prevent needs, training makes the worker more skilled."""
    world.daily[day, s.D_DONE] += 1
    world.office_work[job.target, job.heading].done += job.hours
    if job.heading == h.TASKS_USEFUL or job.heading == h.TASKS_FOLLOWED or job.heading == h.TASKS_RETURNED:
        world.communities[job.owner].useful_done += job.hours
    if job.phase == s.CHORE and job.heading == h.TRAINING:
        world.persons[worker_id].trained += job.hours
        for d in range(world.skill.shape[1]):
            gap = 1.0 - world.skill[worker_id, d]
            world.skill[worker_id, d] += setting.workforce.training_gain * job.hours * gap


@compiled
def _end_of_delay(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int
) -> None:
    """A time that occupied no one is over: what the part does next."""
    job = engine.jobs[job_id]
    phase = job.phase
    if job.cancelled:
        free_job(engine, job_id)
    elif phase == s.SENT_ON:
        _register(engine, world, setting, job_id)
    elif phase == s.REGISTERING:
        diagnose(engine, world, effects, setting, job_id, day)
    elif phase == s.SENT_BACK:
        route(engine, world, effects, setting, job_id, day)
    elif phase == s.HANDED_ON or phase == s.APPROVED:
        advance(engine, world, effects, setting, job_id, day)
    elif phase == s.GRANTED:
        receive_grant(engine, world, effects, setting, job_id, day)
    elif phase == s.AT_PARTNER:
        note_first_work(engine, world, setting, job, day)
        start_delay(engine, world, job_id, s.BY_PARTNER, s.T_HANDLING, job.hours)
    elif phase == s.BY_PARTNER:
        carry_out(engine, world, setting, job_id, job.skill)
    elif phase == s.CONVENED:
        if hold_forum(engine, world, setting, job_id, day):
            finish_part(engine, world, effects, setting, job_id, day)
        else:
            find_tier(engine, world, effects, setting, job_id, day)
    elif phase == s.EXECUTED:
        finish_part(engine, world, effects, setting, job_id, day)
    elif phase == s.COMES_BACK:
        reopen(engine, world, effects, setting, job.owner, day)


@compiled
def react(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, event_id: int, day: int) -> None:
    """What follows from one event."""
    event = engine.events[event_id]
    kind, subject, stamp = event.kind, event.subject, event.stamp
    if kind == SERVICE_END:
        _end_of_service(engine, world, effects, setting, subject, day)
    elif kind == TIMER:
        _end_of_delay(engine, world, effects, setting, subject, day)
    elif kind == ARRIVAL:
        _take_in(engine, world, effects, setting, subject, day)
    elif kind == TASK_ARRIVAL:
        job = engine.jobs[subject]
        join_queue(engine, subject, job.target, job.class_)
        set_deadline(engine, setting, subject)
        serve(engine, world, setting, job.target, day)
    elif kind == WORSENS:
        grow_worse(engine, world, effects, setting, subject, stamp, day)
    elif kind == LIMIT_LOOK:
        look_at_limit(engine, world, setting, subject, stamp, day)
    elif kind == TASK_NEARS:
        come_near(engine, setting, subject, stamp)
    elif kind == TASK_ENDS:
        lapse_of_work(engine, world, setting, subject, stamp, day)
    else:
        case = world.cases[subject]
        if world.states[subject].state == s.OPEN and can_be_given_up(case, stamp):
            give_up(engine, world, setting, subject, day)


@compiled
def work_today(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, day: int) -> None:
    """Phase 4: the day's work, event by event."""
    until, bucket = world.clock_start[day + 1], NONE
    while True:
        event_id = next_event(engine, until)
        if event_id == NONE:
            return
        if engine.clock[0].bucket != bucket:
            bucket = engine.clock[0].bucket
            prefetch_buckets(engine, world, bucket)
        prefetch_current_bucket(engine, world)
        react(engine, world, effects, setting, event_id, day)
