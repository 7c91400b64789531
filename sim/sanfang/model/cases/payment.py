"""Money for the parts of a case: pots that pay, waiting where they are empty, partners that are paid."""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.handling import specialist_hours
from sanfang.model.cases.stations import accrue, office_of, start_delay, switch_cause
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, uniform
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.records import Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

# --- Paying for a part ----------------------------------------------------------------------------


@compiled
def pay(engine: Engine, world: World, setting: Setting, job_id: int) -> bool:
    """Pay for a part from the pot of the tier that handles it. False if the pot has too little."""
    job = engine.jobs[job_id]
    case = world.cases[job.owner]
    if job.yuan <= 0.0:
        return True
    if job.target != s.COMMUNITY:
        return pay_from_budget(world, job)
    community = world.communities[case.community]
    if community.fund >= job.yuan:
        community.fund -= job.yuan
        world.spent[s.COMMUNITY, h.Y_CASES] += job.yuan
    elif community.outside >= job.yuan:
        community.outside -= job.yuan
        world.spent[s.PARTNER, h.Y_CASES] += job.yuan
    else:
        return False
    accrue(world, office_of(world, case.community), h.FUND_ADMIN, setting.prices.fund_admin_hours)
    case.yuan += job.yuan
    job.yuan = 0.0
    return True


@compiled
def pay_from_budget(world: World, job: Record) -> bool:
    """Pay for a part from the department's budget. False if there is too little."""
    department = world.domains[job.domain].department
    if world.budget[department] < job.yuan:
        return False
    world.budget[department] -= job.yuan
    world.spent[s.DEPARTMENT, h.Y_CASES] += job.yuan
    world.cases[job.owner].yuan += job.yuan
    job.yuan = 0.0
    return True


@compiled
def wait_for_money(engine: Engine, world: World, job_id: int) -> None:
    """A part waits for the next allocation."""
    job, counts = engine.jobs[job_id], world.counts[0]
    job.phase = s.UNFUNDED
    switch_cause(engine, world, job, s.T_SHORTAGE)
    world.short[counts.short] = job_id
    counts.short += 1


# --- Partners -------------------------------------------------------------------------------------


@compiled
def _take_from_pools(world: World, setting: Setting, job: Record, c: int) -> bool:
    """Whether the area's own pool, or else a neighbour's, has the hours for a simple part; they are given."""
    skill = setting.casework.helper_skill
    hours = specialist_hours(world, job) / skill
    giver = c
    if world.communities[c].pool < hours:
        giver = NONE
        for near in world.near[c]:
            if near != NONE and giver == NONE and world.communities[near].pool >= hours:
                giver = near
    if giver == NONE:
        return False
    world.communities[giver].pool -= hours
    world.outside_hours[h.O_INTERNAL] += hours
    accrue(world, office_of(world, c), h.INTERNAL, setting.prices.pool_part_hours * hours)
    job.skill = skill
    return True


@compiled
def _pay_firm(world: World, setting: Setting, job: Record, hours: float) -> bool:
    """Pay a firm's fee from the community's fund, or else from the department's budget. False if neither can."""
    case, fee = world.cases[job.owner], hours * setting.prices.market_yuan
    community, department = world.communities[case.community], world.domains[job.domain].department
    if community.fund >= fee:
        community.fund -= fee
        world.spent[s.COMMUNITY, h.Y_MARKET] += fee
        accrue(world, office_of(world, case.community), h.FUND_ADMIN, setting.prices.fund_admin_hours)
    elif world.budget[department] >= fee:
        world.budget[department] -= fee
        world.spent[s.DEPARTMENT, h.Y_MARKET] += fee
    else:
        return False
    world.outside_hours[h.O_PARTNERS] += hours
    case.yuan += fee
    return True


@compiled
def hand_to_partner(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int) -> bool:
    """A contracted organisation, units and residents of the area, or a local firm take a part over, if they can."""
    job, prices = engine.jobs[job_id], setting.prices
    case = world.cases[job.owner]
    c, domain, local = case.community, world.domains[job.domain], effects.community[case.community]
    job.skill = local.partner_skill
    hours = specialist_hours(world, job) / job.skill
    if uniform(job.key, p.PART_TO_SOCIAL_ORGANISATION) < domain.social and world.communities[c].contract >= hours:
        world.communities[c].contract -= hours
        world.communities[c].contract_used += hours
        wait = prices.contract_days
    elif uniform(job.key, p.PART_TO_POOL) < domain.simple * local.pooled and _take_from_pools(world, setting, job, c):
        hours = specialist_hours(world, job) / job.skill
        wait = setting.helpers.pool_days
    elif uniform(job.key, p.PART_TO_FIRM) < domain.market * local.market:
        if not _pay_firm(world, setting, job, hours):
            return False
        wait = prices.market_days
    else:
        return False
    job.hours = hours
    case.tier = max(case.tier, s.PARTNER)
    delay = exponential(job.key, p.PART_PARTNER_TIME, wait * setting.shift)
    start_delay(engine, world, job_id, s.AT_PARTNER, s.T_LEAD_TIME, delay)
    return True
