"""A case from registration to result: diagnosis, routing, money, queues, handling (phase 4 of the day).

A case has one to three parts in different domains; each part is a job that moves through the phases

    sent on (wrong window) -> registering -> diagnosed -> [misdirected -> sent back]
    -> routed: handed on, relayed, bounced, approved -> [waits for money] -> handling -> executed -> finished

This code reads no lever: `rules` holds what the policy of the day means as probabilities and rates per
community, `setting` the behaviour of offices. Every choice is made with the need's own mark.
"""

from __future__ import annotations

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.cases import end_case, free_case, move
from sanfang.model.compiled import compiled
from sanfang.model.draws import LOGNORMAL, duration, exponential, mix, uniform
from sanfang.model.queueing import (
    ARRIVAL,
    GIVE_UP,
    NONE,
    SERVICE_END,
    TIMER,
    begin,
    end,
    first_waiting,
    free_job,
    join,
    leave,
    new_job,
    next_event,
    schedule,
)
from sanfang.model.worktime import to_calendar, to_working

TASK_ARRIVAL = 4
MOST_ATTEMPTS, MOST_HOPS, COLLEAGUES = 3, 3, 16

# Purposes of a case's draws, and of a part's (from the part's own key).
(GIVES_UP, SELF, ABLE, WINDOW, WINDOW_TIME, BATCH, SORTED, MANAGED, PLANNED, EXTRA_TRIPS, CAUSE, RECURS) = range(200, 212)
(FIELD, RIGHT, WRONG_FIELD, ALLOWED, OFFERED, FIRM, SOCIAL, YUAN, HOURS, LEAD, UP, UNEVEN, ON_SITE) = range(1, 14)
HOP, TRAVEL, RESULT, BACK = 100, 200, 300, 400


# --- Time accounting ------------------------------------------------------------------------------


@compiled
def _spend(engine, world, job):
    """Book the time since the last booking under what the part was doing; the shares of time come from here."""
    world.cases[job.owner].spent[job.spends] += engine.clock[0].now - job.since
    job.since = engine.clock[0].now


@compiled
def _now_spends(engine, world, job, category):
    """From now on the part's time is `category`; in a second attempt it is all rework."""
    _spend(engine, world, job)
    job.spends = s.T_REWORK if job.mode == s.SECOND_TRY and category != s.T_CASE_WAIT else category


@compiled
def _lead(engine, world, index, phase, category, hours):
    """Start a time that occupies no one."""
    job = engine.jobs[index]
    job.phase = phase
    _now_spends(engine, world, job, category)
    schedule(engine, engine.clock[0].now + hours, TIMER, index, job.key)


# --- Queues and workers ---------------------------------------------------------------------------


@compiled
def _enqueue(engine, world, setting, index, phase, station, class_, heading, category, day):
    job = engine.jobs[index]
    job.phase, job.heading = phase, heading
    _now_spends(engine, world, job, category)
    if phase == s.HANDLING:
        world.waiting_hours[station, job.domain] += job.hours
    join(engine, index, station, class_)
    serve(engine, world, setting, station, day)


@compiled
def _leave(engine, world, index):
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
        _leave(engine, world, index)
        if skilled:
            if job.phase == s.HANDLING:
                _now_spends(engine, world, job, s.T_HANDLING)
            case = world.cases[job.owner]
            if case.first != case.first:
                case.first = engine.clock[0].now
                case.first_at = to_calendar(case.first, day, world.clock_start, setting.opening)
        begin(engine, index, worker, job.hours / speed)


@compiled
def _owe(world, station, heading, hours):
    """Small work beside a case: it is gathered and becomes a job at its station."""
    world.office_work[station, heading].owed += hours


@compiled
def _street(world, c):
    return 2 * world.layout.communities + world.places[c].sub_district


@compiled
def _department(world, d):
    return 2 * world.layout.communities + world.layout.streets + world.domains[d].department


# --- A case begins --------------------------------------------------------------------------------


@compiled
def _start(engine, world, rules, setting, index, day):
    """A request is registered: decide what it gets, then start its parts."""
    case = world.cases[index]
    c, d, key = case.community, case.domain, case.key
    casework, office = setting.casework, world.layout.communities + c
    case.registered = engine.clock[0].now
    window = case.channel == s.COMMUNITY_WINDOW or case.channel == s.DEPARTMENT_WINDOW
    if window:
        case.trips += 1
    if (window or case.channel == s.APP) and case.parts == 1 and _by_terminal(world, rules, case):
        case.first = case.registered
        case.first_at = case.voiced
        case.tier, case.quality[0] = s.TERMINAL, 1.0
        world.counts[0].terminal_uses += 1
        _close(engine, world, rules, setting, index, day, case.voiced)
        return
    if window and uniform(key, EXTRA_TRIPS) < rules.field[c, d].extra_trips:
        case.trips += 1
    if case.channel == s.HOTLINE:
        _owe(world, _street(world, c), h.INTAKE, casework.intake_hours)
    elif case.channel == s.DEPARTMENT_WINDOW:
        _owe(world, _department(world, d), h.INTAKE, casework.intake_hours)
    else:
        _owe(world, office, h.INTAKE, casework.intake_hours)
    vulnerable = world.vulnerable[case.resident]
    if uniform(key, SORTED) < rules.here[c].triage:
        _owe(world, office, h.TRIAGE, setting.prices.triage_hours)
        case.triaged = case.kind == s.URGENT or vulnerable
    if case.parts > 1 and uniform(key, MANAGED) < rules.here[c].parallel:
        _owe(world, office, h.CASE_MANAGEMENT, setting.prices.management_hours)
        case.parallel = 1
    if (case.kind == s.CHRONIC or vulnerable) and uniform(key, PLANNED) < rules.here[c].plan:
        _owe(world, office, h.TAILORING, setting.prices.tailoring_hours)
        case.tailored = 1
    patience = exponential(key, GIVES_UP, world.domains[d].patience_days)
    gives_up = to_working(case.voiced + patience, world.clock_start, setting.opening, setting.shift)
    schedule(engine, gives_up, GIVE_UP, index, key)
    _make_parts(engine, world, index)
    first = case.jobs[0]
    if window and uniform(key, WINDOW) < rules.here[c].wrong_window:
        case.trips += 1
        _take_up(engine, world, first)
        lost = exponential(key, WINDOW_TIME, casework.wrong_window_days * setting.shift)
        _lead(engine, world, first, s.SENT_ON, s.T_INFORMATION, lost)
    else:
        _take_up(engine, world, first)
        _register(engine, world, setting, first)
    if case.parallel:
        for n in range(1, case.parts):
            _take_up(engine, world, case.jobs[n])
            _diagnose(engine, world, rules, setting, case.jobs[n], day)


@compiled
def _by_terminal(world, rules, case):
    """Whether a terminal finishes the matter: it can, there is one, and its owner can use it."""
    able = uniform(case.key, ABLE) < world.digital[case.resident]
    return able and uniform(case.key, SELF) < world.domains[case.domain].self_service * rules.here[case.community].self_service


@compiled
def _make_parts(engine, world, index):
    case = world.cases[index]
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
        if case.channel == s.HOTLINE:
            job.entry = s.STREET
        elif case.channel == s.DEPARTMENT_WINDOW:
            job.entry = s.DEPARTMENT
        else:
            job.entry = s.COMMUNITY
        case.jobs[n] = job_index
    case.unfinished = case.parts


@compiled
def _take_up(engine, world, index):
    """A part that waited for its case begins."""
    _spend(engine, world, engine.jobs[index])


@compiled
def _register(engine, world, setting, index):
    batch = exponential(engine.jobs[index].key, BATCH, setting.casework.registration_days * setting.shift)
    _lead(engine, world, index, s.REGISTERING, s.T_LEAD_TIME, batch)


# --- Diagnosis and routing ------------------------------------------------------------------------


@compiled
def _diagnose(engine, world, rules, setting, index, day):
    """A wrong diagnosis is worked on, in another field, before it is found and sent back."""
    job = engine.jobs[index]
    c = world.cases[job.owner].community
    if uniform(job.key, RIGHT) < rules.here[c].right:
        _route(engine, world, rules, setting, index, day)
        return
    job.hours = setting.casework.misdirected_share * _specialist_hours(world, job)
    station = world.layout.communities + c
    if job.entry == s.STREET:
        station = _street(world, c)
    elif job.entry == s.DEPARTMENT:
        fields = len(world.domains)
        station = _department(world, int(uniform(job.key, WRONG_FIELD) * fields))
    _enqueue(engine, world, setting, index, s.MISDIRECTED, station, 2, h.MISDIRECTED, s.T_INFORMATION, day)


@compiled
def _specialist_hours(world, job):
    domain = world.domains[job.domain]
    return duration(job.key, HOURS, domain.hours, domain.hours_cv, domain.shape)


@compiled
def _route(engine, world, rules, setting, index, day):
    """Find the lowest tier that has the service and the authority, and set out for it."""
    job = engine.jobs[index]
    c, d = world.cases[job.owner].community, job.domain
    level = world.domains[d].level
    job.target = level if level > s.COMMUNITY else s.COMMUNITY
    if level > s.COMMUNITY:
        allowed = uniform(job.key, ALLOWED) < rules.here[c].authority * world.domains[d].devolvable
        if allowed and uniform(job.key, OFFERED) < rules.field[c, d].scope:
            job.target = s.COMMUNITY
    _travel(engine, world, rules, setting, index, day)


@compiled
def _handoff_time(job, setting, days):
    job.hops += 1
    return exponential(job.key, TRAVEL + job.hops, days * setting.shift)


@compiled
def _travel(engine, world, rules, setting, index, day):
    """One step of a part towards the tier that can finish it."""
    job = engine.jobs[index]
    case = world.cases[job.owner]
    if job.entry == job.target:
        _arrive(engine, world, rules, setting, index, day)
    elif job.entry == s.STREET and job.target == s.DEPARTMENT:
        job.hours = setting.casework.relay_hours
        _enqueue(engine, world, setting, index, s.RELAYED, _street(world, case.community), 2, h.RELAY, s.T_HANDOFF, day)
    else:
        case.handoffs += 1
        job.entry = s.STREET if job.entry == s.COMMUNITY else job.target
        _lead(engine, world, index, s.HANDED_ON, s.T_HANDOFF, _handoff_time(job, setting, setting.casework.handoff_days))


@compiled
def _bounced(engine, world, rules, setting, job, station):
    """Whether the receiver declares itself not in charge; that takes it work, too."""
    c = world.cases[job.owner].community
    if job.cancelled or job.hops >= MOST_HOPS or uniform(job.key, HOP + job.hops) >= rules.here[c].bounce:
        return False
    world.cases[job.owner].handoffs += 1
    _owe(world, station, h.BOUNCED, setting.casework.relay_hours)
    return True


@compiled
def _relayed(engine, world, rules, setting, index):
    """The street office has passed a part on: the department sends it back, or approves."""
    job = engine.jobs[index]
    world.cases[job.owner].handoffs += 1
    if _bounced(engine, world, rules, setting, job, _department(world, job.domain)):
        _lead(engine, world, index, s.HANDED_ON, s.T_HANDOFF, _handoff_time(job, setting, setting.casework.handoff_days))
    else:
        job.entry = s.DEPARTMENT
        _lead(engine, world, index, s.APPROVED, s.T_HANDOFF, _handoff_time(job, setting, setting.casework.approval_days))


@compiled
def _arrive(engine, world, rules, setting, index, day):
    """A part is where it can be finished: is there money for it?"""
    job = engine.jobs[index]
    c = world.cases[job.owner].community
    if job.target == s.STREET and _bounced(engine, world, rules, setting, job, _street(world, c)):
        _lead(engine, world, index, s.HANDED_ON, s.T_HANDOFF, _handoff_time(job, setting, setting.casework.handoff_days))
        return
    if job.target == s.COMMUNITY and world.domains[job.domain].level > s.COMMUNITY:
        _owe(world, world.layout.communities + c, h.COORDINATION, setting.prices.coordination_hours)
    if job.target == s.COMMUNITY and _to_partner(engine, world, rules, setting, index):
        return
    if pay(engine, world, setting, index):
        _handle(engine, world, rules, setting, index, day)
    elif job.target == s.COMMUNITY:
        world.cases[job.owner].handoffs += 1
        job.hours = setting.casework.relay_hours
        _enqueue(engine, world, setting, index, s.ASKING, _street(world, c), 2, h.RELAY, s.T_SHORTAGE, day)
    else:
        _wait_for_money(engine, world, index)


# --- Money ----------------------------------------------------------------------------------------


@compiled
def pay(engine, world, setting, index):
    """Pay for a part from the pot of the tier that handles it. False if the pot has too little."""
    job = engine.jobs[index]
    case = world.cases[job.owner]
    c = case.community
    if job.yuan <= 0.0:
        return True
    if job.target == s.COMMUNITY:
        if world.places[c].fund >= job.yuan:
            world.places[c].fund -= job.yuan
            world.spent[s.COMMUNITY, h.Y_CASES] += job.yuan
        elif world.places[c].outside >= job.yuan:
            world.places[c].outside -= job.yuan
            world.spent[s.PARTNER, h.Y_CASES] += job.yuan
        else:
            return False
        _owe(world, world.layout.communities + c, h.FUND_ADMIN, setting.prices.fund_admin_hours)
    elif not _from_budget(world, job):
        return False
    case.yuan += job.yuan
    job.yuan = 0.0
    return True


@compiled
def _from_budget(world, job):
    k = world.domains[job.domain].department
    if world.budget[k] < job.yuan:
        return False
    world.budget[k] -= job.yuan
    world.spent[s.DEPARTMENT, h.Y_CASES] += job.yuan
    return True


@compiled
def _granted(engine, world, rules, setting, index, day):
    """A community has asked the department for money; it is there, or the part waits for the next allocation."""
    job = engine.jobs[index]
    if _from_budget(world, job):
        world.cases[job.owner].yuan += job.yuan
        job.yuan = 0.0
        _handle(engine, world, rules, setting, index, day)
    else:
        _wait_for_money(engine, world, index)


@compiled
def _wait_for_money(engine, world, index):
    job, counts = engine.jobs[index], world.counts[0]
    job.phase = s.UNFUNDED
    _now_spends(engine, world, job, s.T_SHORTAGE)
    world.short[counts.short] = index
    counts.short += 1


@compiled
def release_money(engine, world, rules, setting, day):
    """New money has come: parts that wait for it try again, first come first served."""
    counts, kept = world.counts[0], 0
    waiting = counts.short
    for n in range(waiting):
        index = world.short[n]
        job = engine.jobs[index]
        if job.cancelled:
            free_job(engine, index)
            continue
        paid = pay(engine, world, setting, index)
        if not paid and job.target == s.COMMUNITY and _from_budget(world, job):
            world.cases[job.owner].yuan += job.yuan
            job.yuan = 0.0
            paid = True
        if paid:
            _handle(engine, world, rules, setting, index, day)
        else:
            world.short[kept] = index
            kept += 1
    counts.short = kept


@compiled
def _to_partner(engine, world, rules, setting, index):
    """A local firm or a contracted organisation takes a part over, where there is one with room."""
    job, prices = engine.jobs[index], setting.prices
    case = world.cases[job.owner]
    c, d = case.community, job.domain
    hours = _specialist_hours(world, job) / setting.casework.partner_skill
    if uniform(job.key, SOCIAL) < world.domains[d].social and world.places[c].contract >= hours:
        world.places[c].contract -= hours
        world.places[c].contract_used += hours
        wait = prices.contract_days
    elif uniform(job.key, FIRM) < world.domains[d].market * rules.here[c].market:
        fee = hours * prices.market_yuan
        if world.places[c].fund >= fee:
            world.places[c].fund -= fee
            world.spent[s.COMMUNITY, h.Y_MARKET] += fee
        elif world.budget[world.domains[d].department] >= fee:
            world.budget[world.domains[d].department] -= fee
            world.spent[s.DEPARTMENT, h.Y_MARKET] += fee
        else:
            return False
        world.counts[0].partner_hours += hours
        case.yuan += fee
        wait = prices.market_days
    else:
        return False
    job.hours, job.yuan = hours, 0.0
    case.tier = max(case.tier, s.PARTNER)
    delay = exponential(job.key, TRAVEL, wait * setting.shift)
    _lead(engine, world, index, s.AT_PARTNER, s.T_LEAD_TIME, delay)
    return True


# --- Handling and its result ----------------------------------------------------------------------


@compiled
def _handle(engine, world, rules, setting, index, day):
    """Join the queue where the part is finished; what comes first is decided here."""
    job = engine.jobs[index]
    case = world.cases[job.owner]
    c, d = case.community, job.domain
    job.hours = _specialist_hours(world, job)
    station, tier, class_ = world.layout.communities + c, s.COMMUNITY, 2
    on_site = world.domains[d].level == s.GRID or uniform(job.key, ON_SITE) < world.domains[d].on_site
    if job.target == s.COMMUNITY and on_site:
        station, tier = c, s.GRID
    elif job.target == s.STREET:
        station, tier = _street(world, c), s.STREET
    elif job.target == s.DEPARTMENT:
        station, tier = _department(world, d), s.DEPARTMENT
        if uniform(job.key, UP) < rules.here[c].answer_up:
            class_ = 1
    if case.triaged:
        class_ = 0
    if case.tier != s.PARTNER:
        case.tier = max(case.tier, tier)
    heading = h.HANDLING
    if job.mode == s.SECOND_TRY:
        heading = h.REWORK
        job.hours *= setting.casework.rework
    _enqueue(engine, world, setting, index, s.HANDLING, station, class_, heading, s.T_WAIT_STAFF, day)


@compiled
def _result(world, setting, job, skill):
    """Quality of a handled part: 1 fixed, `casework.partly_quality` partly, 0 not. A devolved decision can be wrong."""
    casework, attempt = setting.casework, world.cases[job.owner].attempts
    devolved = job.target == s.COMMUNITY and world.domains[job.domain].level > s.COMMUNITY
    if devolved and uniform(job.key, UNEVEN + RESULT + 20 * attempt) < casework.uneven_decision:
        return 0.0
    fixed = casework.fixed + casework.fixed_skill * skill
    mark = uniform(job.key, RESULT + attempt)
    if mark < fixed:
        return 1.0
    return setting.casework.partly_quality if mark < fixed + (1.0 - fixed) * casework.partly_fixed else 0.0


@compiled
def _handled(engine, world, setting, index, worker):
    """A worker has done its part: it learns, and what has to be ordered or built takes its time."""
    job = engine.jobs[index]
    case, d = world.cases[job.owner], job.domain
    case.quality[job.part] = _result(world, setting, job, world.skill[worker, d])
    world.skill[worker, d] += setting.workforce.learning * (1.0 - world.skill[worker, d])
    world.persons[worker].cases += 1
    lead = duration(job.key, LEAD + case.attempts * 1000, world.domains[d].lead_hours, world.domains[d].lead_cv, LOGNORMAL)
    _lead(engine, world, index, s.EXECUTED, s.T_LEAD_TIME, lead)


@compiled
def _finish_part(engine, world, rules, setting, index, day):
    job = engine.jobs[index]
    job.phase = s.FINISHED
    case = world.cases[job.owner]
    _now_spends(engine, world, job, s.T_CASE_WAIT)
    case.unfinished -= 1
    if case.unfinished == 0:
        closed = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
        _close(engine, world, rules, setting, job.owner, day, closed)
    elif not case.parallel:
        _next_part(engine, world, rules, setting, job.owner, day)


@compiled
def _next_part(engine, world, rules, setting, index, day):
    """The next part that waits for its case begins."""
    case = world.cases[index]
    for n in range(case.parts):
        job = engine.jobs[case.jobs[n]]
        if job.phase == s.TO_CASE:
            _take_up(engine, world, case.jobs[n])
            if job.mode == s.SECOND_TRY:
                _handle(engine, world, rules, setting, case.jobs[n], day)
            else:
                _diagnose(engine, world, rules, setting, case.jobs[n], day)
            return


# --- A case ends ----------------------------------------------------------------------------------


@compiled
def _tell(world, case, record, quality, time):
    """What the resident met with, for the residents' own submodel."""
    counts = world.counts[0]
    experience = world.experiences[counts.experiences]
    counts.experiences += 1
    experience.resident, experience.record, experience.trips = case.resident, record, case.trips
    experience.kind, experience.quality, experience.days = case.kind, quality, time - case.voiced
    experience.day = int(time)
    experience.key = mix(case.key, 900 + case.attempts)


@compiled
def _close(engine, world, rules, setting, index, day, time):
    """A request closes: resolved, or not and ended, or not and brought back later."""
    case = world.cases[index]
    failed, quality = 0, 0.0
    for n in range(case.parts):
        quality += case.quality[n] / case.parts
        if case.quality[n] == 0.0:
            failed += 1
    world.daily[day, s.D_CLOSED] += 1
    if failed == 0:
        world.daily[day, s.D_RESOLVED] += 1
        _drop_jobs(engine, world, case)
        record = end_case(world, index, s.RESOLVED, time)
        _tell(world, case, record, quality, time)
        _maybe_recurs(world, setting, index, time)
        return
    if case.attempts + 1 < MOST_ATTEMPTS and uniform(case.key, BACK + case.attempts) < setting.casework.comes_back:
        move(world, index, s.UNRESOLVED)
        _tell(world, case, NONE, 0.0, time)
        _comes_back_later(engine, world, setting, index, time)
        return
    _drop_jobs(engine, world, case)
    record = end_case(world, index, s.UNRESOLVED, time)
    _tell(world, case, record, 0.0, time)
    free_case(world, index)


@compiled
def _drop_jobs(engine, world, case):
    for n in range(s.MAX_PARTS):
        if case.jobs[n] != NONE:
            _spend(engine, world, engine.jobs[case.jobs[n]])
            free_job(engine, case.jobs[n])
            case.jobs[n] = NONE


@compiled
def _maybe_recurs(world, setting, index, time):
    """Handling a 愁 need may treat its cause; if not, it is back after a time."""
    case, needs = world.cases[index], setting.needs
    treated = needs.cause_treated + (needs.tailored_cause if case.tailored else 0.0)
    again = time + exponential(case.key, RECURS, needs.recurrence_days)
    day = int(again)
    if case.kind != s.CHRONIC or uniform(case.key, CAUSE) < treated or day >= len(world.dormant):
        free_case(world, index)
        return
    day = max(day, int(time) + 1)
    if day >= len(world.dormant):
        free_case(world, index)
        return
    case.state, case.closed_before, case.arose = s.DORMANT, time, max(again, float(day))
    case.next = world.dormant[day]
    world.dormant[day] = index


@compiled
def _comes_back_later(engine, world, setting, index, time):
    """The parts that failed are brought back as one repeat request."""
    case = world.cases[index]
    wait = exponential(case.key, BACK + 10 + case.attempts, setting.casework.comes_back_days * setting.shift)
    case.closed_before = time
    timed = False
    for n in range(case.parts):
        if case.quality[n] == 0.0:
            job = engine.jobs[case.jobs[n]]
            job.mode = s.SECOND_TRY
            if not timed:
                _lead(engine, world, case.jobs[n], s.COMES_BACK, s.T_REWORK, wait)
                timed = True
            else:
                job.phase = s.TO_CASE


@compiled
def _reopen(engine, world, rules, setting, index, day):
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
                _take_up(engine, world, case.jobs[n])
                _handle(engine, world, rules, setting, case.jobs[n], day)
    else:
        _next_part(engine, world, rules, setting, index, day)


@compiled
def _give_up(engine, world, setting, index, day):
    """The resident gives up a request that nobody has started on."""
    case = world.cases[index]
    for n in range(case.parts):
        job_index = case.jobs[n]
        job = engine.jobs[job_index]
        _spend(engine, world, job)
        if job.station != NONE:
            _leave(engine, world, job_index)
            free_job(engine, job_index)
        elif job.phase == s.TO_CASE:
            free_job(engine, job_index)
        else:
            job.cancelled = 1
        case.jobs[n] = NONE
    time = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    world.daily[day, s.D_WITHDRAWN] += 1
    record = end_case(world, index, s.WITHDRAWN, time)
    _tell(world, case, record, 0.0, time)
    free_case(world, index)


# --- Events ---------------------------------------------------------------------------------------


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
        if job.heading == h.TASKS_USEFUL or job.heading == h.TASKS_FOLLOWED:
            world.places[job.owner].useful_done += job.hours
        if phase == s.CHORE and job.heading == h.TRAINING:
            world.persons[worker].trained += job.hours
            for d in range(world.skill.shape[1]):
                world.skill[worker, d] += setting.workforce.training_gain * job.hours * (1.0 - world.skill[worker, d])
        free_job(engine, index)
    elif phase == s.HANDLING:
        _handled(engine, world, setting, index, worker)
    elif phase == s.MISDIRECTED:
        world.cases[job.owner].handoffs += 1
        _lead(
            engine, world, index, s.SENT_BACK, s.T_INFORMATION, _handoff_time(job, setting, setting.casework.handoff_days)
        )
    elif phase == s.RELAYED:
        _relayed(engine, world, rules, setting, index)
    elif phase == s.ASKING:
        _lead(engine, world, index, s.GRANTED, s.T_SHORTAGE, _handoff_time(job, setting, setting.casework.approval_days))
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
        _diagnose(engine, world, rules, setting, index, day)
    elif phase == s.SENT_BACK:
        _route(engine, world, rules, setting, index, day)
    elif phase == s.HANDED_ON or phase == s.APPROVED:
        _travel(engine, world, rules, setting, index, day)
    elif phase == s.GRANTED:
        _granted(engine, world, rules, setting, index, day)
    elif phase == s.AT_PARTNER:
        case = world.cases[job.owner]
        if case.first != case.first:
            case.first = engine.clock[0].now
            case.first_at = to_calendar(case.first, day, world.clock_start, setting.opening)
        case.quality[job.part] = _result(world, setting, job, setting.casework.partner_skill)
        _lead(engine, world, index, s.EXECUTED, s.T_HANDLING, job.hours)
    elif phase == s.EXECUTED:
        _finish_part(engine, world, rules, setting, index, day)
    elif phase == s.COMES_BACK:
        _reopen(engine, world, rules, setting, job.owner, day)


@compiled
def work_today(engine, world, rules, setting, day):
    """Phase 4: the day's work, event by event."""
    until = world.clock_start[day + 1]
    while True:
        event = next_event(engine, until)
        if event == NONE:
            return
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
            if case.key == stamp and case.state == s.OPEN and case.first != case.first:
                _give_up(engine, world, setting, index, day)
