"""Money for the parts of a case: pots that pay, waiting where they are empty, partners that are paid."""

from __future__ import annotations

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.draws import exponential, uniform
from sanfang.model.handling import specialist_hours
from sanfang.model.stations import lead, now_spends, owe

# Purposes of a part's draws.
FIRM, SOCIAL, ARRIVES = 6, 7, 199


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
def to_partner(engine, world, rules, setting, index):
    """A local firm or a contracted organisation takes a part over, where there is one with room."""
    job, prices = engine.jobs[index], setting.prices
    case = world.cases[job.owner]
    c, d = case.community, job.domain
    hours = specialist_hours(world, job) / setting.casework.partner_skill
    if uniform(job.key, SOCIAL) < world.domains[d].social and world.places[c].contract >= hours:
        world.places[c].contract -= hours
        world.places[c].contract_used += hours
        wait = prices.contract_days
    elif uniform(job.key, FIRM) < world.domains[d].market * rules.here[c].market:
        fee = hours * prices.market_yuan
        if world.places[c].fund >= fee:
            world.places[c].fund -= fee
            world.spent[s.COMMUNITY, h.Y_MARKET] += fee
            owe(world, world.layout.communities + c, h.FUND_ADMIN, prices.fund_admin_hours)
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
    job.hours = hours
    case.tier = max(case.tier, s.PARTNER)
    delay = exponential(job.key, ARRIVES, wait * setting.shift)
    lead(engine, world, index, s.AT_PARTNER, s.T_LEAD_TIME, delay)
    return True
