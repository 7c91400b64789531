"""Handling: the queue where a part is finished, the work itself, and what comes of it."""

from __future__ import annotations

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.draws import LOGNORMAL, duration, exponential, uniform
from sanfang.model.forums import decided_against
from sanfang.model.stations import department, enqueue, lead, street

# Purposes of a part's draws; those of a result have one for each attempt.
HOURS, LEAD, UP, UNEVEN, ON_SITE, TRAVEL, RESULT = 9, 10, 11, 320, 13, 200, 300


@compiled
def specialist_hours(world, job):
    domain = world.domains[job.domain]
    return duration(job.key, HOURS, domain.hours, domain.hours_cv, domain.shape)


@compiled
def handoff_time(job, setting, days):
    job.hops += 1
    return exponential(job.key, TRAVEL + job.hops, days * setting.shift)


@compiled
def handle(engine, world, rules, setting, index, day):
    """Join the queue where the part is finished; what comes first is decided here."""
    job = engine.jobs[index]
    case = world.cases[job.owner]
    c, d = case.community, job.domain
    job.hours = specialist_hours(world, job)
    station, tier, class_ = world.layout.communities + c, s.COMMUNITY, s.C_ORDINARY
    on_site = world.domains[d].level == s.GRID or uniform(job.key, ON_SITE) < world.domains[d].on_site
    if job.target == s.COMMUNITY and on_site:
        station, tier = c, s.GRID
    elif job.target == s.STREET:
        station, tier = street(world, c), s.STREET
    elif job.target == s.DEPARTMENT:
        station, tier = department(world, d), s.DEPARTMENT
        sent_up = case.channel != s.DEPARTMENT_WINDOW
        if sent_up and uniform(job.key, UP) < rules.here[c].answer_up:
            class_ = s.C_SENT_UP
    if case.triaged:
        class_ = s.C_TRIAGED
    if case.tier != s.PARTNER:
        case.tier = max(case.tier, tier)
    heading = h.HANDLING
    if job.mode == s.SECOND_TRY:
        heading = h.REWORK
        job.hours *= setting.casework.rework
    enqueue(engine, world, setting, index, s.HANDLING, station, class_, heading, s.T_WAIT_STAFF, day)


@compiled
def result(world, setting, job, skill):
    """Quality of a handled part: 1 fixed, `casework.partly_quality` partly, 0 not. A devolved decision can be wrong.

    The decision of a conflict leaves one side dissatisfied, which may be the one who asked.
    """
    casework, attempt = setting.casework, world.cases[job.owner].attempts
    devolved = job.target == s.COMMUNITY and world.domains[job.domain].level > s.COMMUNITY
    if devolved and uniform(job.key, UNEVEN + attempt) < casework.uneven_decision:
        return 0.0
    fixed = casework.fixed + casework.fixed_skill * skill
    mark = uniform(job.key, RESULT + attempt)
    if mark < fixed:
        return casework.partly_quality if decided_against(world, setting, job) else 1.0
    return setting.casework.partly_quality if mark < fixed + (1.0 - fixed) * casework.partly_fixed else 0.0


@compiled
def handled(engine, world, setting, index, worker):
    """A worker has done its part, and has learnt from it."""
    d = engine.jobs[index].domain
    skill = world.skill[worker, d]
    world.skill[worker, d] += setting.workforce.learning * (1.0 - skill)
    world.persons[worker].cases += 1
    carry_out(engine, world, setting, index, skill)


@compiled
def carry_out(engine, world, setting, index, skill):
    """The work is done with this skill: its result is fixed, and what has to be ordered or built takes its time."""
    job = engine.jobs[index]
    case, domain = world.cases[job.owner], world.domains[job.domain]
    case.quality[job.part] = result(world, setting, job, skill)
    wait = duration(job.key, LEAD + 1000 * case.attempts, domain.lead_hours, domain.lead_cv, LOGNORMAL)
    lead(engine, world, index, s.EXECUTED, s.T_LEAD_TIME, wait)
