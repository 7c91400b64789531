"""The way of a part to the place that can finish it: diagnosis, authority, hand-offs, money."""

from __future__ import annotations

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.draws import uniform
from sanfang.model.forums import convene
from sanfang.model.handling import handle, handoff_time, specialist_hours
from sanfang.model.payment import pay, pay_from_budget, to_partner, wait_for_money
from sanfang.model.queueing import free_job
from sanfang.model.stations import department, enqueue, lead, owe, street

MOST_HOPS = 3
"""After so many hand-offs a receiver no longer declares itself not in charge."""

# Purposes of a part's draws.
RIGHT, WRONG_FIELD, ALLOWED, OFFERED, HOP = 2, 3, 4, 5, 100


@compiled
def diagnose(engine, world, rules, setting, index, day):
    """A wrong diagnosis is worked on, in another field, before it is found and sent back."""
    job = engine.jobs[index]
    c = world.cases[job.owner].community
    if uniform(job.key, RIGHT) < rules.here[c].right:
        route(engine, world, rules, setting, index, day)
        return
    job.hours = setting.casework.misdirected_share * specialist_hours(world, job)
    station = world.layout.communities + c
    if job.entry == s.STREET:
        station = street(world, c)
    elif job.entry == s.DEPARTMENT:
        fields = len(world.domains)
        station = department(world, int(uniform(job.key, WRONG_FIELD) * fields))
    enqueue(engine, world, setting, index, s.MISDIRECTED, station, s.C_ORDINARY, h.MISDIRECTED, s.T_INFORMATION, day)


@compiled
def route(engine, world, rules, setting, index, day):
    """A conflict may go to a forum first; everything else sets out for where it can be finished."""
    if not convene(engine, world, rules, setting, index):
        find_tier(engine, world, rules, setting, index, day)


@compiled
def find_tier(engine, world, rules, setting, index, day):
    """Find the lowest tier that has the service and the authority, and set out for it."""
    job = engine.jobs[index]
    c, d = world.cases[job.owner].community, job.domain
    level = world.domains[d].level
    job.target = level if level > s.COMMUNITY else s.COMMUNITY
    if level > s.COMMUNITY:
        allowed = uniform(job.key, ALLOWED) < rules.here[c].authority * world.domains[d].devolvable
        if allowed and uniform(job.key, OFFERED) < rules.field[c, d].scope:
            job.target = s.COMMUNITY
    travel(engine, world, rules, setting, index, day)


@compiled
def travel(engine, world, rules, setting, index, day):
    """One step of a part towards the tier that can finish it; what is handled jointly gets there by one meeting."""
    job = engine.jobs[index]
    case = world.cases[job.owner]
    if job.entry == job.target:
        _arrive(engine, world, rules, setting, index, day)
    elif case.joint:
        case.handoffs += 1
        job.entry = job.target
        meeting = handoff_time(job, setting, setting.casework.meeting_days)
        lead(engine, world, index, s.HANDED_ON, s.T_HANDOFF, meeting)
    elif job.entry == s.STREET and job.target == s.DEPARTMENT:
        job.hours = setting.casework.relay_hours
        office = street(world, case.community)
        enqueue(engine, world, setting, index, s.RELAYED, office, s.C_ORDINARY, h.RELAY, s.T_HANDOFF, day)
    else:
        case.handoffs += 1
        job.entry = s.STREET if job.entry == s.COMMUNITY else job.target
        lead(engine, world, index, s.HANDED_ON, s.T_HANDOFF, handoff_time(job, setting, setting.casework.handoff_days))


@compiled
def _bounced(world, rules, setting, job, station):
    """Whether the receiver declares itself not in charge; that takes it work, too."""
    case = world.cases[job.owner]
    settled = case.joint or job.hops >= MOST_HOPS
    if settled or uniform(job.key, HOP + job.hops) >= rules.here[case.community].bounce:
        return False
    case.handoffs += 1
    owe(world, station, h.BOUNCED, setting.casework.relay_hours)
    return True


@compiled
def relayed(engine, world, rules, setting, index):
    """The street office has passed a part on: the department sends it back, or approves."""
    job = engine.jobs[index]
    world.cases[job.owner].handoffs += 1
    if _bounced(world, rules, setting, job, department(world, job.domain)):
        lead(engine, world, index, s.HANDED_ON, s.T_HANDOFF, handoff_time(job, setting, setting.casework.handoff_days))
    else:
        job.entry = s.DEPARTMENT
        lead(engine, world, index, s.APPROVED, s.T_HANDOFF, handoff_time(job, setting, setting.casework.approval_days))


@compiled
def _proceed(engine, world, rules, setting, index, day):
    """A part that is paid for goes to a partner, where one takes it, or to the staff."""
    if engine.jobs[index].target != s.COMMUNITY or not to_partner(engine, world, rules, setting, index):
        handle(engine, world, rules, setting, index, day)


@compiled
def _arrive(engine, world, rules, setting, index, day):
    """A part is where it can be finished: is there money for it?"""
    job = engine.jobs[index]
    c = world.cases[job.owner].community
    if job.target == s.STREET and _bounced(world, rules, setting, job, street(world, c)):
        lead(engine, world, index, s.HANDED_ON, s.T_HANDOFF, handoff_time(job, setting, setting.casework.handoff_days))
        return
    if job.target == s.COMMUNITY and world.domains[job.domain].level > s.COMMUNITY:
        owe(world, world.layout.communities + c, h.COORDINATION, setting.prices.coordination_hours)
    if pay(engine, world, setting, index):
        _proceed(engine, world, rules, setting, index, day)
    elif job.target == s.COMMUNITY:
        world.cases[job.owner].handoffs += 1
        job.hours = setting.casework.relay_hours
        enqueue(engine, world, setting, index, s.ASKING, street(world, c), s.C_ORDINARY, h.RELAY, s.T_SHORTAGE, day)
    else:
        wait_for_money(engine, world, index)


@compiled
def granted(engine, world, rules, setting, index, day):
    """A community has asked the department for money; it is there, or the part waits for the next allocation."""
    job = engine.jobs[index]
    if pay_from_budget(world, job):
        _proceed(engine, world, rules, setting, index, day)
    else:
        wait_for_money(engine, world, index)


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
        if not paid and job.target == s.COMMUNITY:
            paid = pay_from_budget(world, job)
        if paid:
            _proceed(engine, world, rules, setting, index, day)
        else:
            world.short[kept] = index
            kept += 1
    counts.short = kept
