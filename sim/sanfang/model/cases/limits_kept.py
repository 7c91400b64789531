"""What is measured is served: requests whose limit offices are held to go first as it comes near, are handled in haste,
and may be closed although nobody has solved them.

Offices are held to the limits of resolution (`limits.resolve_...`) of what comes by hotline or app; nobody counts what
is brought to a window, found, or silent, nor the work that prevents. With `assessment.held` 0 nothing of this happens.
"""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.closing import close_in_vain
from sanfang.model.cases.lifecycle import LIMIT_LOOK
from sanfang.model.cases.stations import accrue, street_of
from sanfang.model.compiled import compiled
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import uniform
from sanfang.model.kernel.engine import join_queue, leave_queue
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.event_calendar import schedule
from sanfang.model.kernel.records import Record
from sanfang.model.kernel.worktime import to_working
from sanfang.model.setting import Setting
from sanfang.model.world import World

HALF_WAY, AT_LIMIT = 2, 3
"""Looks at a limit: the first when it comes near, then half-way there, then an hour of work before it."""
MAX_LOOKS = 10
LAST_HOUR = 1.0


@compiled
def expect_limit(engine: Engine, world: World, setting: Setting, case_id: int) -> None:
    """A request has come in: somebody will look at it, if it is one whose limit offices are held to.

    One that is voiced again is held to none: its limit has passed.
    """
    case = world.cases[case_id]
    case.near = 0
    if case.again == 0 and is_measured(case) and uniform(case.key, p.NEED_HELD_TO) < setting.assessment.held:
        _look_later(engine, world, setting, case_id, 1)


@compiled
def is_measured(case: Record) -> bool:
    """Whether a request came by a channel whose requests are counted and published."""
    return case.channel == s.HOTLINE or case.channel == s.APP


@compiled
def day_of_look(setting: Setting, case: Record, look: int) -> float:
    """Calendar time of the `look`-th look, at the limit for the third."""
    limit, near = case.voiced + setting.mind.promised[case.kind], setting.assessment.near_days
    if look < AT_LIMIT:
        return limit - near / look
    return limit + (look - AT_LIMIT) * near


@compiled
def _look_later(engine: Engine, world: World, setting: Setting, case_id: int, look: int) -> None:
    case = world.cases[case_id]
    when = to_working(day_of_look(setting, case, look), world.clock_ahead, setting.opening, setting.shift)
    if look == AT_LIMIT:
        when -= LAST_HOUR
    schedule(engine, max(when, engine.clock[0].now), LIMIT_LOOK, case_id, case.key)


@compiled
def look_at_limit(engine: Engine, world: World, setting: Setting, case_id: int, stamp: np.uint64, day: int) -> None:
    """Somebody looks at a request near its limit. Where nobody works on it, the street office is reminded; then it goes
    first, or is closed in vain."""
    case, state = world.cases[case_id], world.states[case_id].state
    if case.key != stamp or case.again > 0 or not (state == s.OPEN or state == s.UNRESOLVED):
        return
    case.near += 1
    if case.near < MAX_LOOKS:
        _look_later(engine, world, setting, case_id, case.near + 1)
    if state != s.OPEN or _is_in_work(engine, case):
        return
    accrue(world, street_of(world, case.community), h.REMINDERS, setting.assessment.reminder_hours)
    if uniform(case.key, p.NEED_IN_VAIN + case.near) < chance_in_vain(setting, case.near):
        close_in_vain(engine, world, setting, case_id, day)
    else:
        _go_first(engine, case)


@compiled
def chance_in_vain(setting: Setting, look: int) -> float:
    """Chance that a request that nobody works on is closed at the `look`-th look."""
    if look < HALF_WAY:
        return 0.0
    return setting.assessment.in_vain * (0.5 if look == HALF_WAY else 1.0)


@compiled
def _is_in_work(engine: Engine, case: Record) -> bool:
    """Whether somebody is at work on a part, a partner has it, a forum is convened, or its result is on order."""
    for n in range(case.parts):
        if case.jobs[n] == NONE:
            continue
        job = engine.jobs[case.jobs[n]]
        outside = job.phase == s.AT_PARTNER or job.phase == s.BY_PARTNER or job.phase == s.CONVENED
        if job.worker != NONE or outside or job.phase == s.EXECUTED:
            return True
    return False


@compiled
def _go_first(engine: Engine, case: Record) -> None:
    """Its parts that wait in a queue go before all but what is triaged."""
    for n in range(case.parts):
        if case.jobs[n] == NONE:
            continue
        job_id = case.jobs[n]
        job = engine.jobs[job_id]
        if job.station != NONE and job.class_ > s.C_SENT_UP:
            station = job.station
            leave_queue(engine, job_id)
            join_queue(engine, job_id, station, s.C_SENT_UP)
