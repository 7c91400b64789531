"""Troubles that concern several residents at once: a street lamp, a blocked drain, a noisy yard.

Each of those concerned has a need of their own, and the needs of one trouble form a ring: `ring` of a case is the next
one, and the last leads back to the first. When one of their requests is resolved, the trouble is gone for all of them.
"""

from __future__ import annotations

import math

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.forums import is_conflict
from sanfang.model.cases.lifecycle import end_case, free_case, relieve, remove_latent
from sanfang.model.compiled import compiled
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix, uniform
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.records import Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

MAX_OTHERS = 30
"""Others whom one trouble concerns, at most."""

# --- Whom a trouble concerns ----------------------------------------------------------------------


@compiled
def concerns_others(world: World, setting: Setting, root: np.uint64, domain: int) -> bool:
    """Whether the trouble with this root key is one of several residents: it stays so whenever it is back."""
    share = world.domains[domain].shared
    if setting.sharing.others <= 0.0 or share <= 0.0 or is_conflict(world, root, domain):
        return False
    return uniform(root, p.NEED_SHARED) < share


@compiled
def stands_for_all(world: World, setting: Setting, key: np.uint64, domain: int) -> bool:
    """Whether a need that would arise does: one trouble for 1 + `others` needs, so that a resident has as many needs
    as without this part."""
    if not concerns_others(world, setting, key, domain):
        return True
    return uniform(key, p.NEED_STANDS_FOR_ALL) * (1.0 + setting.sharing.others) < 1.0


@compiled
def number_of_others(setting: Setting, key: np.uint64) -> int:
    """How many others a trouble concerns: geometric with the mean `others`, `MAX_OTHERS` at most."""
    mean = setting.sharing.others
    return min(int(math.log(uniform(key, p.NEED_OTHERS)) / math.log(mean / (1.0 + mean))), MAX_OTHERS)


@compiled
def other_resident(world: World, resident: int, c: int, key: np.uint64) -> int:
    """Somebody else of the community, by a uniform draw of this key."""
    community = world.communities[c]
    step = 1 + int(uniform(key, p.NEED_RESIDENT) * (community.size - 1))
    return community.first + (resident - community.first + step) % community.size


@compiled
def key_of_other(key: np.uint64, n: int) -> np.uint64:
    """Key of the need of the n-th of the others, of the first one's key."""
    return mix(key, p.NEED_OF_OTHER + n)


@compiled
def join_ring(world: World, case_id: int, other: int) -> None:
    """The need `other` is of the same trouble as `case_id`, and of the same row of recurrences."""
    case, joining = world.cases[case_id], world.cases[other]
    joining.ring = case.ring if case.ring != NONE else case_id
    case.ring = other
    joining.root, joining.ordinal = case.root, case.ordinal


# --- A request that others have made ---------------------------------------------------------------


@compiled
def _is_handled(case: Record) -> bool:
    """Whether offices are at a case: it has jobs."""
    return case.jobs[0] != NONE


@compiled
def is_known(world: World, case_id: int) -> bool:
    """Whether offices are at another request for the same trouble."""
    other = world.cases[case_id].ring
    while other != NONE and other != case_id:
        if _is_handled(world.cases[other]):
            return True
        other = world.cases[other].ring
    return False


@compiled
def is_recognised(world: World, setting: Setting, case_id: int) -> bool:
    """Whether an office that takes a request in sees that the same trouble is being handled."""
    case = world.cases[case_id]
    if not is_known(world, case_id):
        return False
    return uniform(case.key, p.NEED_RECOGNISED + case.again) < setting.sharing.recognised


@compiled
def is_turned_away(setting: Setting, case: Record) -> bool:
    """Whether a request that is recognised is closed as a duplicate at once, instead of being tied to the first."""
    return uniform(case.key, p.NEED_TURNED_AWAY + case.again) < setting.sharing.turned_away


@compiled
def tie(engine: Engine, world: World, case_id: int) -> None:
    """From now on a request waits for the one that is handled, and nobody else works on it."""
    case = world.cases[case_id]
    case.tied, case.tied_since = 1, engine.clock[0].now
    case.quality[:] = 0.0


@compiled
def others_wait_for(world: World, case_id: int) -> bool:
    """Whether requests are tied to this one alone."""
    other, tied = world.cases[case_id].ring, False
    while other != NONE and other != case_id:
        case = world.cases[other]
        if _is_handled(case):
            return False
        tied |= case.tied == 1
        other = case.ring
    return tied


@compiled
def next_tied(world: World, case_id: int) -> int:
    """A request of its ring that is tied, or NONE."""
    other = world.cases[case_id].ring
    while other != NONE and other != case_id:
        if world.cases[other].tied:
            return other
        other = world.cases[other].ring
    return NONE


# --- The trouble is gone -----------------------------------------------------------------------------


@compiled
def relieve_others(engine: Engine, world: World, setting: Setting, case_id: int, time: float) -> None:
    """A request has been resolved at calendar time `time`: the trouble is gone for the others as well.

    What is silent ends, what sleeps or lingers bears nobody down any more, and what another office is at it finds done.
    """
    other = world.cases[case_id].ring
    world.cases[case_id].ring = NONE
    while other != NONE and other != case_id:
        following = world.cases[other].ring
        world.cases[other].ring = NONE
        _relieve_other(engine, world, setting, other, time)
        other = following


@compiled
def _relieve_other(engine: Engine, world: World, setting: Setting, case_id: int, time: float) -> None:
    case, state = world.cases[case_id], world.states[case_id].state
    if state == s.LATENT:
        remove_latent(world, case.row)
        record = end_case(world, case_id, s.HEALED, time)
        world.records[record].met = 1
        relieve(world, case_id, record, time)
        free_case(world, case_id)
        return
    relieve(world, case_id, case.record if state == s.LINGERING else NONE, time)
    for n in range(case.parts):
        if case.jobs[n] != NONE:
            _find_done(engine, world, setting, case.jobs[n])


@compiled
def _find_done(engine: Engine, world: World, setting: Setting, job_id: int) -> None:
    """A part whose trouble is gone needs no money, and, if nobody is at it, little time."""
    job = engine.jobs[job_id]
    job.yuan = 0.0
    if job.phase == s.HANDLING and job.station != NONE:
        before = job.hours
        shorten(setting, job)
        world.waiting_hours[job.station, job.domain] += job.hours - before


@compiled
def shorten(setting: Setting, job: Record) -> None:
    """Whoever comes to handle it sees that it is done, and these hours are for nothing."""
    job.hours = min(job.hours, setting.sharing.look_hours)
    job.heading = h.HANDLED_TWICE
