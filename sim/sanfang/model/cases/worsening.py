"""Needs that grow worse while they wait: they take more, hurt more, and may reach a neighbour."""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.cases.lifecycle import new_case
from sanfang.model.cases.needs import begin_need
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix, uniform
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.worktime import to_calendar
from sanfang.model.setting import Setting
from sanfang.model.world import World


@compiled
def grow_worse(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, case_id: int, stamp: np.uint64, day: int
) -> None:
    """A 急 need has waited for too long, if it still waits: parts that nobody has begun to handle take more work and
    money, its owner bears it twice, and it may reach a neighbour."""
    case = world.cases[case_id]
    if case.key != stamp or world.states[case_id].state != s.OPEN or case.worse or case.gone == case.gone:
        return
    if not _make_dearer(engine, world, setting, case_id):
        return
    case.worse = 1
    world.burden[case.resident] += 1
    world.daily[day, s.D_WORSENED] += 1
    if uniform(case.key, p.NEED_SPREADS) < setting.worsening.spreads:
        _reach_neighbour(engine, world, effects, setting, case_id, day)


@compiled
def _make_dearer(engine: Engine, world: World, setting: Setting, case_id: int) -> bool:
    """Raise what the parts that still wait for handling will take. False if there are none."""
    case, waiting = world.cases[case_id], False
    for n in range(case.parts):
        if case.jobs[n] == NONE:
            continue
        job = engine.jobs[case.jobs[n]]
        if job.worker != NONE or (job.phase >= s.EXECUTED and job.phase != s.ASKING and job.phase != s.GRANTED):
            continue
        waiting = True
        job.yuan *= setting.worsening.effort
        if job.phase == s.HANDLING:
            world.waiting_hours[job.station, job.domain] += job.hours * (setting.worsening.effort - 1.0)
            job.hours *= setting.worsening.effort
    return waiting


@compiled
def _reach_neighbour(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, case_id: int, day: int
) -> None:
    """Somebody who lives next door has the same need from now on."""
    case = world.cases[case_id]
    community = world.communities[case.community]
    step = 1 + int(uniform(case.key, p.NEED_REACHED) * 3.0)
    neighbour = community.first + (case.resident - community.first + step) % community.size
    key, c, d = mix(case.key, p.NEED_OF_NEIGHBOUR), case.community, case.domain
    now = to_calendar(engine.clock[0].now, day, world.clock_start, setting.opening)
    begin_need(world, effects, setting, new_case(world), key, key, neighbour, c, d, s.URGENT, now, day)
    world.daily[day, s.D_SPREAD] += 1
