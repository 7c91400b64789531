"""A case from registration to result: diagnosis, routing, money, queues, handling (phase 4 of the day).

A case has one to three parts in different domains; each part is a job that moves through the phases

    sent on (wrong window) -> registering -> diagnosed -> [misdirected -> sent back]
    -> [a forum is convened] -> routed: handed on, relayed, bounced, approved -> [waits for money]
    -> handling, or a partner -> executed -> finished

This code reads no lever: `rules` holds what the policy of the day means as probabilities and rates per
community, `setting` the behaviour of offices. Every choice is made with the need's own mark.
"""

from __future__ import annotations

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.closing import close, finish_part, give_up, reopen
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.draws import exponential, mix, uniform
from sanfang.model.event_calendar import NONE, forget, next_event, schedule, slot_after
from sanfang.model.forums import meet
from sanfang.model.handling import carry_out, handled, handoff_time
from sanfang.model.helpers import errand_runs
from sanfang.model.queueing import ARRIVAL, GIVE_UP, SERVICE_END, TIMER, end, free_job, join, new_job
from sanfang.model.routing import diagnose, find_tier, granted, relayed, route, travel
from sanfang.model.stations import department, first_handled, lead, owe, serve, spend, street
from sanfang.model.worktime import to_working

TASK_ARRIVAL = 4

AHEAD = 8
"""Events of the current bucket whose case or job the memory is asked for ahead of their turn."""

# Purposes of a case's draws, and of a part's (from the part's own key).
GIVES_UP, SELF, ABLE, WINDOW, WINDOW_TIME, SORTED, MANAGED, PLANNED, EXTRA_TRIPS, JOINT = range(200, 210)
FIELD, YUAN, BATCH = 1, 8, 12


@compiled
def _start(engine, world, rules, setting, index, day):
    """A request is registered: decide what it gets, then start its parts."""
    case = world.cases[index]
    c, d, key = case.community, case.domain, case.key
    casework, office = setting.casework, world.layout.communities + c
    case.registered = engine.clock[0].now
    window = case.channel == s.COMMUNITY_WINDOW or case.channel == s.DEPARTMENT_WINDOW
    if window:
        _trip(world, setting, case)
    if (window or case.channel == s.APP) and case.parts == 1 and _without_staff(world, rules, case):
        case.first = case.registered
        case.first_at = case.voiced
        case.tier, case.quality[0] = s.TERMINAL, 1.0
        close(engine, world, setting, index, day, case.voiced)
        return
    if window and uniform(key, EXTRA_TRIPS) < rules.field[c, d].extra_trips:
        _trip(world, setting, case)
    if case.channel == s.HOTLINE:
        owe(world, street(world, c), h.INTAKE, casework.intake_hours)
    elif case.channel == s.DEPARTMENT_WINDOW:
        owe(world, department(world, d), h.INTAKE, casework.intake_hours)
    else:
        owe(world, office, h.INTAKE, casework.intake_hours)
    if uniform(key, SORTED) < rules.here[c].triage:
        owe(world, office, h.TRIAGE, setting.prices.triage_hours)
        case.triaged = case.kind == s.URGENT or case.vulnerable
    if case.parts > 1 and uniform(key, MANAGED) < rules.here[c].parallel:
        owe(world, office, h.CASE_MANAGEMENT, setting.prices.management_hours)
        case.parallel = 1
    if case.parts > 1 and uniform(key, JOINT) < rules.here[c].joint:
        case.joint = 1
    if case.kind == s.CHRONIC and (case.ordinal > 0 or case.vulnerable) and uniform(key, PLANNED) < rules.here[c].plan:
        owe(world, office, h.TAILORING, setting.prices.tailoring_hours)
        case.tailored = 1
    patience = exponential(key, GIVES_UP, world.domains[d].patience_days)
    gives_up = to_working(case.voiced + patience, world.clock_start, setting.opening, setting.shift)
    schedule(engine, gives_up, GIVE_UP, index, key)
    _make_parts(engine, world, setting, index)
    first = case.jobs[0]
    if window and uniform(key, WINDOW) < rules.here[c].wrong_window:
        _trip(world, setting, case)
        spend(engine, world, engine.jobs[first])
        lost = exponential(key, WINDOW_TIME, casework.wrong_window_days * setting.shift)
        lead(engine, world, first, s.SENT_ON, s.T_INFORMATION, lost)
    else:
        spend(engine, world, engine.jobs[first])
        _register(engine, world, setting, first)
    if case.parallel:
        for n in range(1, case.parts):
            spend(engine, world, engine.jobs[case.jobs[n]])
            diagnose(engine, world, rules, setting, case.jobs[n], day)


@compiled
def _trip(world, setting, case):
    """The resident goes to a window, or a member of the contact group runs the errand."""
    if errand_runs(world, setting, case.community, case.resident):
        world.places[case.community].errands -= setting.helpers.errand_hours
        world.outside_hours[h.O_CONTACTS] += setting.helpers.errand_hours
    else:
        case.trips += 1


@compiled
def _without_staff(world, rules, case):
    """Whether a terminal, or the platform online, finishes the matter: it can, and its owner can use it."""
    c, simple = case.community, world.domains[case.domain].self_service
    if uniform(case.key, ABLE) >= world.digital[case.resident]:
        return False
    mark = uniform(case.key, SELF)
    if case.channel == s.APP and mark < simple * rules.here[c].platform:
        return True
    if mark < simple * rules.here[c].self_service:
        world.counts[0].terminal_uses += 1
        return True
    return False


@compiled
def _make_parts(engine, world, setting, index):
    """The parts as jobs. Where some are handled jointly, the community and each department in charge meet."""
    case, above = world.cases[index], 0
    domains = len(world.domains)
    for n in range(case.parts):
        key = mix(case.key, 20 + n)
        job_index = new_job(engine, key, index)
        job = engine.jobs[job_index]
        job.part, job.phase, job.spends = n, s.TO_CASE, s.T_CASE_WAIT
        job.domain = case.domain
        if n > 0 and domains > 1:
            job.domain = (case.domain + 1 + int(uniform(key, FIELD) * (domains - 1))) % domains
        job.yuan = exponential(key, YUAN, world.domains[job.domain].yuan)
        if case.joint and world.domains[job.domain].level > s.COMMUNITY:
            owe(world, department(world, job.domain), h.COLLABORATION, setting.prices.joint_hours)
            above += 1
        if case.channel == s.HOTLINE:
            job.entry = s.STREET
        elif case.channel == s.DEPARTMENT_WINDOW:
            job.entry = s.DEPARTMENT
        else:
            job.entry = s.COMMUNITY
        case.jobs[n] = job_index
    case.unfinished = case.parts
    if above > 0:
        owe(world, world.layout.communities + case.community, h.COLLABORATION, setting.prices.joint_hours)


@compiled
def _register(engine, world, setting, index):
    batch = exponential(engine.jobs[index].key, BATCH, setting.casework.registration_days * setting.shift)
    lead(engine, world, index, s.REGISTERING, s.T_LEAD_TIME, batch)


@compiled
def _service_ended(engine, world, rules, setting, index, day):
    job = engine.jobs[index]
    worker = end(engine, index)
    station = engine.workers[worker].at
    phase = job.phase
    if job.cancelled:
        free_job(engine, index)
    elif phase == s.TASK or phase == s.CHORE:
        world.office_work[job.target, job.heading].done += job.hours
        if job.heading == h.TASKS_USEFUL or job.heading == h.TASKS_FOLLOWED or job.heading == h.TASKS_RETURNED:
            world.places[job.owner].useful_done += job.hours
        if phase == s.CHORE and job.heading == h.TRAINING:
            world.persons[worker].trained += job.hours
            for d in range(world.skill.shape[1]):
                world.skill[worker, d] += setting.workforce.training_gain * job.hours * (1.0 - world.skill[worker, d])
        free_job(engine, index)
    elif phase == s.HANDLING:
        handled(engine, world, setting, index, worker)
    elif phase == s.MISDIRECTED:
        world.cases[job.owner].handoffs += 1
        back = handoff_time(job, setting, setting.casework.handoff_days)
        lead(engine, world, index, s.SENT_BACK, s.T_INFORMATION, back)
    elif phase == s.RELAYED:
        relayed(engine, world, rules, setting, index)
    elif phase == s.ASKING:
        lead(engine, world, index, s.GRANTED, s.T_SHORTAGE, handoff_time(job, setting, setting.casework.approval_days))
    serve(engine, world, setting, station, day)


@compiled
def _timer_ended(engine, world, rules, setting, index, day):
    job = engine.jobs[index]
    phase = job.phase
    if job.cancelled:
        free_job(engine, index)
    elif phase == s.SENT_ON:
        _register(engine, world, setting, index)
    elif phase == s.REGISTERING:
        diagnose(engine, world, rules, setting, index, day)
    elif phase == s.SENT_BACK:
        route(engine, world, rules, setting, index, day)
    elif phase == s.HANDED_ON or phase == s.APPROVED:
        travel(engine, world, rules, setting, index, day)
    elif phase == s.GRANTED:
        granted(engine, world, rules, setting, index, day)
    elif phase == s.AT_PARTNER:
        first_handled(engine, world, setting, job, day)
        lead(engine, world, index, s.BY_PARTNER, s.T_HANDLING, job.hours)
    elif phase == s.BY_PARTNER:
        carry_out(engine, world, setting, index, job.skill)
    elif phase == s.CONVENED:
        if meet(engine, world, setting, index, day):
            finish_part(engine, world, rules, setting, index, day)
        else:
            find_tier(engine, world, rules, setting, index, day)
    elif phase == s.EXECUTED:
        finish_part(engine, world, rules, setting, index, day)
    elif phase == s.COMES_BACK:
        reopen(engine, world, rules, setting, job.owner, day)


@compiled
def _look_ahead(engine, world, bucket):
    """Ask the memory for what the events of the next buckets will need: waiting for it was half of a district's time.

    Where an event's job is comes with the event; where the job's case is only once the job is there. Give-ups that
    have become pointless, as most do, need not wait for their turn.
    """
    index = slot_after(engine, bucket, 2)
    while index != NONE:
        _ask_for(engine, world, engine.events[index])
        index = engine.events[index].next
    before, index = NONE, slot_after(engine, bucket, 1)
    while index != NONE:
        event = engine.events[index]
        following = event.next
        if event.kind == GIVE_UP and not _may_be_given_up(world.cases[event.subject], event.stamp):
            forget(engine, bucket + 1, before, index)
        else:
            _ask_for_more(engine, world, event)
            before = index
        index = following


@compiled
def _look_down(engine, world):
    """Ask for what later events of a long current bucket need: in the morning the requests of the night are there."""
    last = engine.clock[0].ready - 1
    prefetch(engine.events, engine.ready[last - 2 * AHEAD].event)
    _ask_for(engine, world, engine.events[engine.ready[last - AHEAD].event])


@compiled
def _ask_for(engine, world, event):
    """Ask the memory for the case or the job that an event is about."""
    if event.kind == ARRIVAL or event.kind == GIVE_UP:
        prefetch(world.cases, event.subject)
    else:
        prefetch(engine.jobs, event.subject)


@compiled
def _may_be_given_up(case, stamp):
    """Whether a request is the one that a give-up was scheduled for, and nobody has started on it."""
    return case.key == stamp and case.first != case.first


@compiled
def _ask_for_more(engine, world, event):
    """Ask the memory for what is known once an event's job or case is there."""
    if event.kind == SERVICE_END or event.kind == TIMER:
        prefetch(world.cases, engine.jobs[event.subject].owner)
        prefetch(engine.workers, engine.jobs[event.subject].worker)
    elif event.kind == ARRIVAL:
        prefetch(world.digital, world.cases[event.subject].resident)


@compiled
def react(engine, world, rules, setting, event, day):
    """What follows from one event."""
    kind, index, stamp = engine.events[event].kind, engine.events[event].subject, engine.events[event].stamp
    if kind == SERVICE_END:
        _service_ended(engine, world, rules, setting, index, day)
    elif kind == TIMER:
        _timer_ended(engine, world, rules, setting, index, day)
    elif kind == ARRIVAL:
        _start(engine, world, rules, setting, index, day)
    elif kind == TASK_ARRIVAL:
        job = engine.jobs[index]
        join(engine, index, job.target, job.entry)
        serve(engine, world, setting, job.target, day)
    else:
        case = world.cases[index]
        if world.states[index].state == s.OPEN and _may_be_given_up(case, stamp):
            give_up(engine, world, setting, index, day)


@compiled
def work_today(engine, world, rules, setting, day):
    """Phase 4: the day's work, event by event."""
    until, bucket = world.clock_start[day + 1], NONE
    while True:
        event = next_event(engine, until)
        if event == NONE:
            return
        if engine.clock[0].bucket != bucket:
            bucket = engine.clock[0].bucket
            _look_ahead(engine, world, bucket)
        if engine.clock[0].ready > 2 * AHEAD:
            _look_down(engine, world)
        react(engine, world, rules, setting, event, day)
