"""Conflicts between residents, and the forums that may settle them [M2b].

A conflict that an office decides leaves one side dissatisfied and may be back. A forum takes weeks, paid hours
and residents' own time, and brings unvoiced needs of its grid to light. Where it agrees, the conflict is
settled for good and a convention prevents others like it.
"""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.stations import accrue, note_first_work, office_of, start_delay
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, uniform
from sanfang.model.kernel.engine_arrays import Engine
from sanfang.model.kernel.records import Record
from sanfang.model.setting import Setting
from sanfang.model.world import World


@compiled
def is_conflict(world: World, root: np.uint64, domain: int) -> bool:
    """Whether the need with this root key is a conflict between residents: it stays one whenever it is back."""
    share = world.domains[domain].conflict
    return share > 0.0 and uniform(root, p.NEED_CONFLICT) < share


@compiled
def is_decided_against(world: World, setting: Setting, job: Record) -> bool:
    """Whether the decision of a conflict goes against the one who asked."""
    case = world.cases[job.owner]
    if job.part > 0 or not is_conflict(world, case.root, case.domain):
        return False
    return uniform(job.key, p.PART_DECIDED_AGAINST + case.attempts) < setting.conflicts.against


@compiled
def convene(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int) -> bool:
    """A forum is called for a conflict, if there are forums and it is fit for one. False if not."""
    job = engine.jobs[job_id]
    case = world.cases[job.owner]
    chance = effects.community[case.community].forum
    if job.part > 0 or chance <= 0.0 or uniform(case.key, p.NEED_TO_FORUM) >= chance:
        return False
    if not is_conflict(world, case.root, case.domain):
        return False
    wait = exponential(job.key, p.PART_FORUM_TIME, setting.conflicts.forum_days * setting.shift)
    start_delay(engine, world, job_id, s.CONVENED, s.T_LEAD_TIME, wait)
    return True


@compiled
def hold_forum(engine: Engine, world: World, setting: Setting, job_id: int, day: int) -> bool:
    """The forum meets. True if it agrees: the part is settled, and a convention is written."""
    job = engine.jobs[job_id]
    case = world.cases[job.owner]
    c, d = case.community, case.domain
    note_first_work(engine, world, setting, job, day)
    agrees = uniform(case.key, p.NEED_FORUM_AGREES) < setting.conflicts.agrees
    heading = h.CONSULTATION if agrees else h.FORUMS_IN_VAIN
    accrue(world, office_of(world, c), heading, setting.prices.forum_hours)
    world.outside_hours[h.O_FORUMS] += setting.prices.forum_resident_hours
    world.communities[c].forums += 1
    world.forums[world.grid[case.resident]] += 1
    if agrees:
        case.quality[job.part], case.settled = 1.0, 1
        case.tier = max(case.tier, s.COMMUNITY)
        local = world.community_domain[c, d]
        local.conventions += setting.conflicts.convention_gain * (1.0 - local.conventions)
    return agrees


@compiled
def chance_to_reveal(world: World, setting: Setting, resident: int) -> float:
    """Chance that the forums held lately in a resident's grid bring a latent need to light."""
    held = world.forums[world.grid[resident]]
    return 1.0 - (1.0 - setting.conflicts.reveals) ** held


@compiled
def forget_forums(world: World) -> None:
    """What the forums held lately had to show has been seen."""
    held = 0
    for c in range(len(world.communities)):
        held += world.communities[c].forums
        world.communities[c].forums = 0
    if held > 0:
        world.forums[:] = 0
