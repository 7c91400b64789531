"""Money for the parts of a case: pots that pay, waiting where they are empty, partners that are paid."""

from __future__ import annotations

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.draws import exponential, uniform
from sanfang.model.event_calendar import NONE
from sanfang.model.handling import specialist_hours
from sanfang.model.stations import lead, now_spends, owe

# Purposes of a part's draws.
FIRM, SOCIAL, SIMPLE, ARRIVES = 6, 7, 14, 199


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
        owe(world, world.layout.communities + c, h.FUND_ADMIN, setting.prices.fund_admin_hours)
    else:
        return pay_from_budget(world, job)
    case.yuan += job.yuan
    job.yuan = 0.0
    return True


@compiled
def pay_from_budget(world, job):
    """Pay for a part from the department's budget. False if there is too little."""
    k = world.domains[job.domain].department
    if world.budget[k] < job.yuan:
        return False
    world.budget[k] -= job.yuan
    world.spent[s.DEPARTMENT, h.Y_CASES] += job.yuan
    world.cases[job.owner].yuan += job.yuan
    job.yuan = 0.0
    return True


@compiled
def wait_for_money(engine, world, index):
    job, counts = engine.jobs[index], world.counts[0]
    job.phase = s.UNFUNDED
    now_spends(engine, world, job, s.T_SHORTAGE)
    world.short[counts.short] = index
    counts.short += 1


@compiled
def _from_pools(world, setting, job, c):
    """Whether the area's own pool, or else a neighbour's, has the hours for a simple part; they are given."""
    skill = setting.casework.helper_skill
    hours = specialist_hours(world, job) / skill
    giver = c
    if world.places[c].pool < hours:
        giver = NONE
        for near in world.near[c]:
            if near != NONE and giver == NONE and world.places[near].pool >= hours:
                giver = near
    if giver == NONE:
        return False
    world.places[giver].pool -= hours
    world.outside_hours[h.O_INTERNAL] += hours
    owe(world, world.layout.communities + c, h.INTERNAL, setting.prices.pool_part_hours * hours)
    job.skill = skill
    return True


@compiled
def _pay_firm(world, setting, job, hours):
    """Pay a firm's fee from the community's fund, or else from the department's budget. False if neither can."""
    case, fee = world.cases[job.owner], hours * setting.prices.market_yuan
    c, k = case.community, world.domains[job.domain].department
    if world.places[c].fund >= fee:
        world.places[c].fund -= fee
        world.spent[s.COMMUNITY, h.Y_MARKET] += fee
        owe(world, world.layout.communities + c, h.FUND_ADMIN, setting.prices.fund_admin_hours)
    elif world.budget[k] >= fee:
        world.budget[k] -= fee
        world.spent[s.DEPARTMENT, h.Y_MARKET] += fee
    else:
        return False
    world.outside_hours[h.O_PARTNERS] += hours
    case.yuan += fee
    return True


@compiled
def to_partner(engine, world, rules, setting, index):
    """A contracted organisation, units and residents of the area, or a local firm take a part over, if they can."""
    job, prices = engine.jobs[index], setting.prices
    case = world.cases[job.owner]
    c, d = case.community, job.domain
    job.skill = rules.here[c].partners
    hours = specialist_hours(world, job) / job.skill
    simple = world.domains[d].simple * rules.here[c].pooled
    if uniform(job.key, SOCIAL) < world.domains[d].social and world.places[c].contract >= hours:
        world.places[c].contract -= hours
        world.places[c].contract_used += hours
        wait = prices.contract_days
    elif uniform(job.key, SIMPLE) < simple and _from_pools(world, setting, job, c):
        hours = specialist_hours(world, job) / job.skill
        wait = setting.helpers.pool_days
    elif uniform(job.key, FIRM) < world.domains[d].market * rules.here[c].market:
        if not _pay_firm(world, setting, job, hours):
            return False
        wait = prices.market_days
    else:
        return False
    job.hours = hours
    case.tier = max(case.tier, s.PARTNER)
    delay = exponential(job.key, ARRIVES, wait * setting.shift)
    lead(engine, world, index, s.AT_PARTNER, s.T_LEAD_TIME, delay)
    return True
