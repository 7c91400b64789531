"""Money for the parts of a case: pots that pay, waiting where they are empty, partners that are paid."""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.handling import needed_hours
from sanfang.model.cases.stations import accrue, office_of, start_delay, switch_cause
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, uniform
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.records import Flags, Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

# --- Paying for a part ----------------------------------------------------------------------------


@compiled
def _department_row(world: World, job: Record) -> int:
    """Row of the department in charge in `World.short_in`; communities come before it."""
    return world.layout.communities + world.domains[job.domain].department


@compiled
def _keeps_turn(setting: Setting, job: Record) -> bool:
    """Whether the part may not pass those that wait for money before it."""
    share = setting.money.in_turn
    return share > 0.0 and uniform(job.key, p.PART_IN_TURN) < share


@compiled
def pay(engine: Engine, world: World, setting: Setting, job_id: int) -> bool:
    """Pay for a part that has just come to where it can be finished. False if the pot has too little, or others wait
    for it."""
    job = engine.jobs[job_id]
    if job.yuan <= 0.0:
        return True
    waits = _keeps_turn(setting, job)
    c = world.cases[job.owner].community
    if job.target == s.COMMUNITY:
        return not (waits and world.short_in[c] > 0) and _pay_from_fund(world, setting, job, c)
    if not (waits and world.short_in[_department_row(world, job)] > 0) and _pay_from_budget(world, job):
        return True
    return not (waits and world.short_in[c] > 0) and _pay_above(world, setting, job, c)


@compiled
def pay_granted(world: World, setting: Setting, job: Record) -> bool:
    """Pay for a part of a community from the department's budget, which has approved. False as in `pay`."""
    if job.yuan <= 0.0:
        return True
    waits = _keeps_turn(setting, job) and world.short_in[_department_row(world, job)] > 0
    return not waits and _pay_from_budget(world, job)


@compiled
def pay_in_turn(world: World, setting: Setting, job: Record, blocked: Flags) -> bool:
    """Pay for a part that has waited. `blocked[pot]`, by the rows of `World.short_in`: somebody before it waits on."""
    if job.yuan <= 0.0:  # its trouble is gone meanwhile
        return True
    c, department = world.cases[job.owner].community, _department_row(world, job)
    waits = _keeps_turn(setting, job)
    own, above = not (waits and blocked[c]), not (waits and blocked[department])
    if job.target == s.COMMUNITY:
        paid = (own and _pay_from_fund(world, setting, job, c)) or (above and _pay_from_budget(world, job))
    else:
        paid = (above and _pay_from_budget(world, job)) or (own and _pay_above(world, setting, job, c))
    if not paid:
        blocked[department] = True
        if job.target == s.COMMUNITY:
            blocked[c] = True
    return paid


@compiled
def _pay_from_fund(world: World, setting: Setting, job: Record, c: int) -> bool:
    """Pay from the community's fund, or its own income. False if both have too little."""
    community = world.communities[c]
    if community.fund >= job.yuan:
        community.fund -= job.yuan
        world.spent[s.COMMUNITY, h.Y_CASES] += job.yuan
        job.pot = s.FUND
    elif community.outside >= job.yuan:
        community.outside -= job.yuan
        world.spent[s.PARTNER, h.Y_CASES] += job.yuan
        job.pot = s.OUTSIDE
    else:
        return False
    accrue(world, office_of(world, c), h.FUND_ADMIN, setting.prices.fund_admin_hours)
    _note_paid(world, job)
    return True


@compiled
def _pay_above(world: World, setting: Setting, job: Record, c: int) -> bool:
    """The community pays for its resident's part in a department that has no money, where rules let it."""
    share = setting.money.pays_above
    return share > 0.0 and uniform(job.key, p.PART_PAID_BELOW) < share and _pay_from_fund(world, setting, job, c)


@compiled
def _pay_from_budget(world: World, job: Record) -> bool:
    """Pay for a part from the department's budget. False if there is too little."""
    department = world.domains[job.domain].department
    if world.budget[department] < job.yuan:
        return False
    world.budget[department] -= job.yuan
    world.spent[s.DEPARTMENT, h.Y_CASES] += job.yuan
    job.pot = s.BUDGET
    _note_paid(world, job)
    return True


@compiled
def _note_paid(world: World, job: Record) -> None:
    """All that a part costs has come from its pot."""
    world.cases[job.owner].yuan += job.yuan
    job.paid, job.yuan = job.yuan, 0.0


@compiled
def refund(world: World, setting: Setting, job: Record) -> None:
    """The request of a part is given up before anybody has worked on it: its money goes back to where it came from, and
    nobody waits behind it."""
    if job.phase == s.UNFUNDED:
        note_waiting(world, job, world.cases[job.owner].community, -1)
    if job.pot == s.UNPAID or setting.money.refunded <= 0.0:
        return
    case = world.cases[job.owner]
    yuan = setting.money.refunded * job.paid
    if job.pot == s.FUND:
        world.communities[case.community].fund += yuan
        world.spent[s.COMMUNITY, h.Y_CASES] -= yuan
    elif job.pot == s.OUTSIDE:
        world.communities[case.community].outside += yuan
        world.spent[s.PARTNER, h.Y_CASES] -= yuan
    else:
        world.budget[world.domains[job.domain].department] += yuan
        world.spent[s.DEPARTMENT, h.Y_CASES] -= yuan
    case.yuan -= yuan
    job.pot = s.UNPAID


@compiled
def wait_for_money(engine: Engine, world: World, job_id: int) -> None:
    """A part waits for money."""
    job, counts = engine.jobs[job_id], world.counts[0]
    job.phase = s.UNFUNDED
    switch_cause(engine, world, job, s.T_SHORTAGE)
    world.short[counts.short] = job_id
    counts.short += 1
    note_waiting(world, job, world.cases[job.owner].community, 1)


@compiled
def note_waiting(world: World, job: Record, c: int, change: int) -> None:
    """One more part, or one less, waits for the pots from which it may be paid."""
    world.short_in[_department_row(world, job)] += change
    if job.target == s.COMMUNITY:
        world.short_in[c] += change


# --- Partners -------------------------------------------------------------------------------------


@compiled
def _take_from_pools(world: World, setting: Setting, job: Record, c: int) -> bool:
    """Whether the area's own pool, or else a neighbour's, has the hours for a simple part; they are given."""
    skill = setting.casework.helper_skill
    hours = needed_hours(world, setting, job) / skill
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
    hours = needed_hours(world, setting, job) / job.skill
    if uniform(job.key, p.PART_TO_SOCIAL_ORGANISATION) < domain.social and world.communities[c].contract >= hours:
        world.communities[c].contract -= hours
        world.communities[c].contract_used += hours
        wait = prices.contract_days
    elif uniform(job.key, p.PART_TO_POOL) < domain.simple * local.pooled and _take_from_pools(world, setting, job, c):
        hours = needed_hours(world, setting, job) / job.skill
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
