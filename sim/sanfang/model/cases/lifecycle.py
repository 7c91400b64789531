"""The life of a case: made, begun as a latent need, moved between states, and written down once it has ended.

A need's facts are copied here only: at its birth (`begin`), where it becomes a request (`open_request`), and at its end
(`write_record`).
"""

from __future__ import annotations

import numpy as np

from sanfang.model import state as s
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential
from sanfang.model.kernel.engine_arrays import ARRIVAL, NONE, Engine
from sanfang.model.kernel.event_calendar import schedule
from sanfang.model.kernel.records import Ints, Record, Records
from sanfang.model.kernel.worktime import to_working
from sanfang.model.setting import Setting
from sanfang.model.world import World

WORSENS = 7
"""Kind of event, beside the engine's and those of tasks: a need has waited for too long."""
LIMIT_LOOK = 11
"""Likewise: somebody looks at how near its limit a request is (`limits_kept.py`)."""
MAX_SLEEP_DAYS = 20 * 365
"""What would be back, or vanish, only after a longer time never does. A rule of the trouble's own time: so nothing that
happens depends on how far the run will go."""

# --- Birth ----------------------------------------------------------------------------------------


@compiled
def new_case(world: World) -> int:
    """Id of a blank case."""
    counts = world.counts[0]
    case_id = counts.free_case
    if case_id != NONE:
        counts.free_case = world.cases[case_id].next
        prefetch(world.cases, counts.free_case)  # the next new one
    else:
        case_id = counts.cases_used
        counts.cases_used += 1
    case = world.cases[case_id]
    case.voiced = case.first = case.first_at = case.closed_before = case.registered = np.nan
    case.ordinal = case.attempts = case.trips = case.handoffs = case.tailored = case.parallel = case.triaged = 0
    case.joint = case.settled = case.worse = case.again = case.tied = case.near = 0
    case.next = case.record = case.closing = case.ring = NONE
    case.gone = np.nan
    case.tier = case.unfinished = 0
    case.yuan = 0.0
    for n in range(s.MAX_PARTS):
        case.jobs[n] = NONE
        case.quality[n] = 0.0
    case.spent[:] = 0.0
    return case_id


@compiled
def free_case(world: World, case_id: int) -> None:
    """A case is over; its id is the next to be used again."""
    if world.cases[case_id].ring != NONE:
        _leave_ring(world, case_id)
    world.states[case_id].state = s.FREE
    world.cases[case_id].next = world.counts[0].free_case
    world.counts[0].free_case = case_id


@compiled
def _leave_ring(world: World, case_id: int) -> None:
    """The case before it in its ring leads to the one after it; a ring of one is none."""
    before = world.cases[case_id].ring
    while world.cases[before].ring != case_id:
        before = world.cases[before].ring
    world.cases[before].ring = world.cases[case_id].ring if world.cases[case_id].ring != before else NONE
    world.cases[case_id].ring = NONE


@compiled
def begin(
    world: World, case_id: int, key: np.uint64, root: np.uint64, resident: int, c: int, d: int, kind: int, parts: int,
    channel: int, arose: float, day: int,
) -> None:  # fmt: skip
    """A blank case holds a need that has arisen at the time `arose`, and is latent from now on."""
    case, state = world.cases[case_id], world.states[case_id]
    case.key, case.root, case.resident, case.community, case.domain = key, root, resident, c, d
    case.kind, case.parts, case.channel, case.arose = kind, parts, channel, arose
    case.vulnerable = world.vulnerable[resident]
    state.community, state.domain, state.state = c, d, s.LATENT
    world.flow[c, d, s.LATENT] += 1
    world.flow[c, d, s.ARISEN] += 1
    world.daily[day, s.D_ARISEN] += 1
    world.burden[resident] += 1
    counts = world.counts[0]
    need = world.latent[counts.latent]
    need.case, need.key, need.arose, need.resident = case_id, key, arose, resident
    need.community, need.domain, need.kind, need.channel = c, d, kind, channel
    need.vulnerable = case.vulnerable
    case.row = counts.latent
    counts.latent += 1
    counts.latent_vulnerable += case.vulnerable


@compiled
def is_at_window(case: Record) -> bool:
    """Whether a case, or a latent need, is brought to a window."""
    return case.channel == s.COMMUNITY_WINDOW or case.channel == s.DEPARTMENT_WINDOW


# --- From state to state --------------------------------------------------------------------------


@compiled
def remove_latent(world: World, row: int) -> None:
    """Take a need out of the list of latent needs (the last one takes its place)."""
    counts = world.counts[0]
    counts.latent -= 1
    counts.latent_vulnerable -= world.latent[row].vulnerable
    world.latent[row] = world.latent[counts.latent]
    world.cases[world.latent[row].case].row = row


@compiled
def change_state(world: World, case_id: int, state: int) -> None:
    """A need changes its state; the flow follows."""
    at = world.states[case_id]
    world.flow[at.community, at.domain, at.state] -= 1
    world.flow[at.community, at.domain, state] += 1
    at.state = state


@compiled
def open_request(
    engine: Engine, world: World, setting: Setting, row: int, channel: int, time: float, day: int, counter: int
) -> None:
    """The latent need in `row` of the list becomes a request at calendar time `time`, counted under `counter`.

    What can be read from the row of the list is: its case may be far away, and is written to without waiting for it.
    """
    need = world.latent[row]
    case_id, key = need.case, need.key
    change_state(world, case_id, s.OPEN)
    remove_latent(world, row)
    case = world.cases[case_id]
    case.channel = channel
    case.voiced = time
    world.daily[day, counter] += 1
    count_repeat(world, case, time)
    schedule(engine, to_working(time, world.clock_start, setting.opening, setting.shift), ARRIVAL, case_id, key)
    if setting.worsening.urgent_days > 0.0 and need.kind == s.URGENT:
        _expect_worse(engine, world, setting, case_id, time)


@compiled
def voice_again(engine: Engine, world: World, setting: Setting, case_id: int, day: int) -> None:
    """A trouble that was given up or closed in vain is a request once more, and handled from the start."""
    case = world.cases[case_id]
    if world.states[case_id].state == s.UNRESOLVED and case.closing != NONE:
        world.closings[case.closing].reopened = day
    change_state(world, case_id, s.OPEN)
    case.again += 1
    case.attempts += 1
    time = day + 0.5
    count_repeat(world, case, time)
    world.daily[day, s.D_VOICED_AGAIN] += 1
    schedule(engine, to_working(time, world.clock_start, setting.opening, setting.shift), ARRIVAL, case_id, case.key)


@compiled
def _expect_worse(engine: Engine, world: World, setting: Setting, case_id: int, time: float) -> None:
    """When a 急 need that is voiced at calendar time `time` will have waited for too long."""
    case = world.cases[case_id]
    worse = max(case.arose + exponential(case.key, p.NEED_WORSENS, setting.worsening.urgent_days), time)
    schedule(engine, to_working(worse, world.clock_start, setting.opening, setting.shift), WORSENS, case_id, case.key)


@compiled
def count_repeat(world: World, case: Record, time: float) -> None:
    """Count a request of calendar time `time` as a repeat, on the day of its last closing, if that is not long ago.

    It has no such closing if it was never closed, or only in the years before day 0.
    """
    if case.closing == NONE:
        return
    closing = world.closings[case.closing]
    if time - closing.time <= s.REPEAT_DAYS:
        world.daily[max(int(closing.time), 0), s.D_REPEATS] += 1  # day 0: a terminal, before
        closing.repeated += 1


# --- End ------------------------------------------------------------------------------------------


@compiled
def write_record(world: World, case_id: int, outcome: int, time: float) -> int:
    """Append the immutable record of a case with this outcome, closed at calendar time `time`. Returns its row."""
    case, row = world.cases[case_id], world.counts[0].records
    world.counts[0].records += 1
    record = world.records[row]
    prefetch(world.records, row + 2)
    record.key, record.root, record.ordinal = case.key, case.root, case.ordinal
    record.resident, record.community = case.resident, case.community
    record.domain, record.kind = case.domain, case.kind
    record.outcome, record.channel, record.tier, record.parts = outcome, case.channel, case.tier, case.parts
    record.attempts, record.trips, record.handoffs = case.attempts, case.trips, case.handoffs
    record.vulnerable = case.vulnerable
    record.arose, record.voiced, record.closed, record.first_at = case.arose, case.voiced, time, case.first_at
    record.first_hours = case.first - case.registered
    record.yuan = case.yuan
    record.gone = case.gone
    record.quality = 0.0
    for n in range(case.parts):
        record.quality += float(case.quality[n]) / case.parts
    record.experience, record.rated, record.met = np.nan, -1, 0
    for n in range(len(case.spent)):
        record.spent[n] = case.spent[n]
    return row


@compiled
def end_case(world: World, case_id: int, outcome: int, time: float) -> int:
    """A need ends: the flow and the records follow. The owner's burden and the case's id are the caller's business.

    Returns the row of its record.
    """
    change_state(world, case_id, outcome)
    return write_record(world, case_id, outcome, time)


@compiled
def relieve(world: World, case_id: int, record: int, time: float) -> None:
    """The trouble is gone, unless it was before: it no longer burdens its owner.

    `record`: the row of the need's record; NONE for one that has none, or was written down before day 0."""
    case = world.cases[case_id]
    if case.gone != case.gone:
        case.gone = time
        world.burden[case.resident] -= 1 + case.worse
    if record != NONE:
        world.records[record].gone = case.gone


@compiled
def heal_rate(needs: Record, kind: int) -> float:
    """Rate a day at which a need of this kind vanishes by itself."""
    if kind == s.URGENT:
        return needs.heal_urgent
    if kind == s.HARD:
        return needs.heal_hard
    if kind == s.CHRONIC:
        return needs.heal_chronic
    return needs.heal_hoped


@compiled
def lingering_days(needs: Record, case: Record) -> float:
    """Days after which a trouble vanishes by itself that nobody resolves any more; anew where it is voiced again."""
    purpose = p.NEED_LINGERING_TIME if case.again == 0 else p.NEED_LINGERING_AGAIN + case.again
    return exponential(case.key, purpose, 1.0 / max(heal_rate(needs, case.kind), 1e-9))


@compiled
def linger(world: World, needs: Record, case_id: int, record: int, time: float) -> None:
    """A request was given up or closed without result, but the trouble is still there, until it vanishes by itself or,
    if it is one of several residents, is gone for all."""
    case = world.cases[case_id]
    if case.gone == case.gone:
        free_case(world, case_id)
        return
    lasts = lingering_days(needs, case)
    if lasts > MAX_SLEEP_DAYS:
        free_case(world, case_id)
        return
    case.record = record
    sleep(world, case_id, s.LINGERING, day_after(time, lasts))


@compiled
def day_after(time: float, days: float) -> int:
    """The day on which so many `days` after a calendar time are over: a later one than that of the time."""
    return max(int(time + days), int(time) + 1)


@compiled
def sleep(world: World, case_id: int, state: int, day: int) -> None:
    """Nothing happens to a case until `day`: then it is back (DORMANT), or its trouble vanishes (LINGERING)."""
    world.states[case_id].state = state
    world.cases[case_id].next = world.dormant[day]
    world.dormant[day] = case_id


@compiled
def write_unended(world: World) -> None:
    """Records of what is latent or open when the run ends (closing times stay NaN), or will come back, or be voiced
    again."""
    for case_id in range(world.counts[0].cases_used):
        state = world.states[case_id].state
        if state == s.LATENT or state == s.OPEN:
            write_record(world, case_id, state, np.nan)
        elif state == s.UNRESOLVED or state == s.WITHDRAWN:
            write_record(world, case_id, state, world.cases[case_id].closed_before)


@compiled
def count_states(states: Records, counted: Ints) -> None:
    """Add cases to `counted[c, d, state - LINGERING]`: one by one, to check the flow by. Of each state, since asking
    which one a case is in takes longer than counting it."""
    for at in states:
        counted[at.community, at.domain, at.state - s.LINGERING] += 1
