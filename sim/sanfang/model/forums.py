"""Conflicts between residents, and the forums that may settle them [M2b].

A conflict that an office decides leaves one side dissatisfied and may be back. A forum takes weeks, paid hours
and residents' own time, and brings unvoiced needs of its grid to light. Where it agrees, the conflict is
settled for good and a convention prevents others like it.
"""

from __future__ import annotations

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.draws import exponential, uniform
from sanfang.model.stations import first_handled, lead, owe

# Purposes of a need's draws (CONFLICT: of its root's), and of a part's (AGAINST: one for each attempt).
CONFLICT, TO_FORUM, AGREES = 220, 221, 222
AGAINST, MEETS = 340, 15


@compiled
def is_conflict(world, root, domain):
    """Whether the need with this root key is a conflict between residents: it stays one whenever it is back."""
    share = world.domains[domain].conflict
    return share > 0.0 and uniform(root, CONFLICT) < share


@compiled
def decided_against(world, setting, job):
    """Whether the decision of a conflict goes against the one who asked."""
    case = world.cases[job.owner]
    if job.part > 0 or not is_conflict(world, case.root, case.domain):
        return False
    return uniform(job.key, AGAINST + case.attempts) < setting.conflicts.against


@compiled
def convene(engine, world, rules, setting, index):
    """A forum is called for a conflict, if there are forums and it is fit for one. False if not."""
    job = engine.jobs[index]
    case = world.cases[job.owner]
    chance = rules.here[case.community].forum
    if job.part > 0 or chance <= 0.0 or uniform(case.key, TO_FORUM) >= chance:
        return False
    if not is_conflict(world, case.root, case.domain):
        return False
    wait = exponential(job.key, MEETS, setting.conflicts.forum_days * setting.shift)
    lead(engine, world, index, s.CONVENED, s.T_LEAD_TIME, wait)
    return True


@compiled
def meet(engine, world, setting, index, day):
    """The forum meets. True if it agrees: the part is settled, and a convention is written."""
    job = engine.jobs[index]
    case = world.cases[job.owner]
    c, d = case.community, case.domain
    first_handled(engine, world, setting, job, day)
    agrees = uniform(case.key, AGREES) < setting.conflicts.agrees
    owe(world, world.layout.communities + c, h.CONSULTATION if agrees else h.FORUMS_IN_VAIN, setting.prices.forum_hours)
    world.outside_hours[h.O_FORUMS] += setting.prices.forum_resident_hours
    world.places[c].forums += 1
    world.forums[world.grid[case.resident]] += 1
    if agrees:
        case.quality[job.part], case.settled = 1.0, 1
        case.tier = max(case.tier, s.COMMUNITY)
        ground = world.ground[c, d]
        ground.conventions += setting.conflicts.convention_gain * (1.0 - ground.conventions)
    return agrees


@compiled
def revealed(world, setting, resident):
    """Chance that the forums held lately in a resident's grid bring a latent need to light."""
    held = world.forums[world.grid[resident]]
    return 1.0 - (1.0 - setting.conflicts.reveals) ** held


@compiled
def forget_forums(world):
    """What the forums held lately had to show has been seen."""
    held = 0
    for c in range(len(world.places)):
        held += world.places[c].forums
        world.places[c].forums = 0
    if held > 0:
        world.forums[:] = 0
