"""The way of a part to the place that can finish it: diagnosis, authority, hand-offs, money."""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.forums import convene
from sanfang.model.cases.handling import next_handoff_time, queue_for_handling, specialist_hours
from sanfang.model.cases.payment import (
    hand_to_partner,
    note_waiting,
    pay,
    pay_granted,
    pay_in_turn,
    wait_for_money,
)
from sanfang.model.cases.stations import accrue, department_of, enqueue, office_of, start_delay, street_of
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import uniform
from sanfang.model.kernel.engine import free_job
from sanfang.model.kernel.engine_arrays import Engine
from sanfang.model.kernel.records import Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

MAX_BOUNCED_STEPS = 3
"""After so many timed steps of a part a receiver no longer declares itself not in charge."""


@compiled
def diagnose(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int) -> None:
    """A wrong diagnosis is worked on, in another field, before it is found and sent back."""
    job = engine.jobs[job_id]
    c = world.cases[job.owner].community
    if uniform(job.key, p.PART_DIAGNOSIS) < effects.community[c].right_diagnosis:
        route(engine, world, effects, setting, job_id, day)
        return
    job.hours = setting.casework.misdirected_share * specialist_hours(world, job)
    station = office_of(world, c)
    if job.tier == s.STREET:
        station = street_of(world, c)
    elif job.tier == s.DEPARTMENT:
        domains = len(world.domains)
        station = department_of(world, int(uniform(job.key, p.PART_WRONG_DEPARTMENT) * domains))
    enqueue(engine, world, setting, job_id, s.MISDIRECTED, station, s.C_ORDINARY, h.MISDIRECTED, s.T_INFORMATION, day)


@compiled
def route(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int) -> None:
    """A conflict may go to a forum first; everything else sets out for where it can be finished."""
    if not convene(engine, world, effects, setting, job_id):
        find_tier(engine, world, effects, setting, job_id, day)


@compiled
def find_tier(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int) -> None:
    """Find the lowest tier that has the service and the authority, and set out for it."""
    job = engine.jobs[job_id]
    c, d = world.cases[job.owner].community, job.domain
    level = world.domains[d].level
    job.target = level if level > s.COMMUNITY else s.COMMUNITY
    if level > s.COMMUNITY:
        authority = effects.community[c].authority * world.domains[d].devolvable
        allowed = uniform(job.key, p.PART_AUTHORITY) < authority
        if allowed and uniform(job.key, p.PART_ON_OFFER) < effects.service[c, d].on_offer:
            job.target = s.COMMUNITY
    advance(engine, world, effects, setting, job_id, day)


@compiled
def advance(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int) -> None:
    """One step of a part towards the tier that can finish it; what is handled jointly gets there by one meeting."""
    job = engine.jobs[job_id]
    case = world.cases[job.owner]
    if job.tier == job.target:
        _arrive(engine, world, effects, setting, job_id, day)
    elif case.joint:
        case.handoffs += 1
        job.tier = job.target
        meeting = next_handoff_time(job, setting, setting.casework.meeting_days)
        start_delay(engine, world, job_id, s.HANDED_ON, s.T_HANDOFF, meeting)
    elif job.tier == s.STREET and job.target == s.DEPARTMENT:
        job.hours = setting.casework.relay_hours
        street = street_of(world, case.community)
        enqueue(engine, world, setting, job_id, s.RELAYED, street, s.C_ORDINARY, h.RELAY, s.T_HANDOFF, day)
    else:
        case.handoffs += 1
        job.tier = s.STREET if job.tier == s.COMMUNITY else job.target
        _hand_on(engine, world, setting, job_id)


@compiled
def _hand_on(engine: Engine, world: World, setting: Setting, job_id: int) -> None:
    """A part is on its way from one office to another."""
    wait = next_handoff_time(engine.jobs[job_id], setting, setting.casework.handoff_days)
    start_delay(engine, world, job_id, s.HANDED_ON, s.T_HANDOFF, wait)


@compiled
def _is_bounced(world: World, effects: PolicyEffects, setting: Setting, job: Record, station: int) -> bool:
    """Whether the receiver declares itself not in charge; that takes it work, too."""
    case = world.cases[job.owner]
    settled = case.joint or job.steps >= MAX_BOUNCED_STEPS
    if settled or uniform(job.key, p.PART_BOUNCED + job.steps) >= effects.community[case.community].bounce:
        return False
    case.handoffs += 1
    accrue(world, station, h.BOUNCED, setting.casework.relay_hours)
    return True


@compiled
def finish_relay(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int) -> None:
    """The street office has passed a part on: the department sends it back, or approves."""
    job = engine.jobs[job_id]
    world.cases[job.owner].handoffs += 1
    if _is_bounced(world, effects, setting, job, department_of(world, job.domain)):
        _hand_on(engine, world, setting, job_id)
    else:
        job.tier = s.DEPARTMENT
        wait = next_handoff_time(job, setting, setting.casework.approval_days)
        start_delay(engine, world, job_id, s.APPROVED, s.T_HANDOFF, wait)


@compiled
def _go_to_work(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int) -> None:
    """A part that is paid for goes to a partner, where one takes it, or to the staff."""
    if engine.jobs[job_id].target != s.COMMUNITY or not hand_to_partner(engine, world, effects, setting, job_id):
        queue_for_handling(engine, world, effects, setting, job_id, day)


@compiled
def _arrive(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int) -> None:
    """A part is where it can be finished: is there money for it?"""
    job = engine.jobs[job_id]
    c = world.cases[job.owner].community
    if job.target == s.STREET and _is_bounced(world, effects, setting, job, street_of(world, c)):
        _hand_on(engine, world, setting, job_id)
        return
    if job.target == s.COMMUNITY and world.domains[job.domain].level > s.COMMUNITY:
        accrue(world, office_of(world, c), h.COORDINATION, setting.prices.coordination_hours)
    if pay(engine, world, setting, job_id):
        _go_to_work(engine, world, effects, setting, job_id, day)
    elif job.target == s.COMMUNITY:
        world.cases[job.owner].handoffs += 1
        job.hours = setting.casework.relay_hours
        street = street_of(world, c)
        enqueue(engine, world, setting, job_id, s.ASKING, street, s.C_ORDINARY, h.RELAY, s.T_SHORTAGE, day)
    else:
        wait_for_money(engine, world, job_id)


@compiled
def receive_grant(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int
) -> None:
    """A community has asked the department for money; it is there, or the part waits for the next allocation."""
    job = engine.jobs[job_id]
    if pay_granted(world, setting, job):
        _go_to_work(engine, world, effects, setting, job_id, day)
    else:
        wait_for_money(engine, world, job_id)


@compiled
def release_money(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, day: int) -> None:
    """Parts that wait for money try again, first come first served."""
    counts, kept = world.counts[0], 0
    waiting = counts.short
    blocked = np.zeros(len(world.short_in), np.bool_)
    world.short_in[:] = 0
    for n in range(waiting):
        job_id = world.short[n]
        job = engine.jobs[job_id]
        if job.cancelled:
            free_job(engine, job_id)
        elif pay_in_turn(world, setting, job, blocked):
            _go_to_work(engine, world, effects, setting, job_id, day)
        else:
            world.short[kept] = job_id
            kept += 1
            note_waiting(world, job, world.cases[job.owner].community, 1)
    counts.short = kept
