"""The life of a case's record: made, counted, and written down once it has ended."""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled, prefetch
from sanfang.model.draws import exponential
from sanfang.model.event_calendar import NONE
from sanfang.model.state import CHRONIC, FREE, HARD, LATENT, LINGERING, MAX_PARTS, OPEN, UNRESOLVED, URGENT

LINGERS = 213
"""Purpose of a need's draw, see `sanfang.model.casework`."""


@compiled
def new_case(world):
    """Index of a blank case."""
    counts = world.counts[0]
    index = counts.free_case
    if index != NONE:
        counts.free_case = world.cases[index].next
        prefetch(world.cases, counts.free_case)  # the next new one
    else:
        index = counts.cases_used
        counts.cases_used += 1
    case = world.cases[index]
    case.voiced = case.first = case.first_at = case.closed_before = case.registered = np.nan
    case.ordinal = case.attempts = case.trips = case.handoffs = case.tailored = case.parallel = case.triaged = 0
    case.joint = case.settled = 0
    case.next = case.record = NONE
    case.tier = case.unfinished = 0
    case.yuan = 0.0
    for n in range(MAX_PARTS):
        case.jobs[n] = NONE
        case.quality[n] = 0.0
    case.spent[:] = 0.0
    return index


@compiled
def free_case(world, index):
    world.states[index].state = FREE
    world.cases[index].next = world.counts[0].free_case
    world.counts[0].free_case = index


@compiled
def add_latent(world, index):
    counts, case = world.counts[0], world.cases[index]
    need = world.latent[counts.latent]
    need.case, need.key, need.arose, need.resident = index, case.key, case.arose, case.resident
    need.community, need.domain, need.kind, need.channel = case.community, case.domain, case.kind, case.channel
    counts.latent += 1
    need.vulnerable = case.vulnerable
    counts.latent_vulnerable += case.vulnerable


@compiled
def drop_latent(world, place):
    """Take a need out of the list of latent needs (the last one takes its place)."""
    counts = world.counts[0]
    counts.latent -= 1
    counts.latent_vulnerable -= world.latent[place].vulnerable
    world.latent[place] = world.latent[counts.latent]


@compiled
def move(world, index, state):
    """A need changes its state; the flow follows."""
    at = world.states[index]
    world.flow[at.community, at.domain, at.state] -= 1
    world.flow[at.community, at.domain, state] += 1
    at.state = state


@compiled
def write_record(world, index, outcome, time):
    """Append the immutable record of a case with this outcome. Returns its row."""
    case, row = world.cases[index], world.counts[0].records
    world.counts[0].records += 1
    record = world.records[row]
    prefetch(world.records, row + 2)
    record.key, record.root, record.ordinal = case.key, case.root, case.ordinal
    record.resident, record.community, record.domain, record.kind = (
        case.resident,
        case.community,
        case.domain,
        case.kind,
    )
    record.outcome, record.channel, record.tier, record.parts = outcome, case.channel, case.tier, case.parts
    record.attempts, record.trips, record.handoffs = case.attempts, case.trips, case.handoffs
    record.vulnerable = case.vulnerable
    record.arose, record.voiced, record.closed, record.first_at = case.arose, case.voiced, time, case.first_at
    record.first_hours = case.first - case.registered
    record.yuan = case.yuan
    record.gone = np.nan
    record.quality = 0.0
    for n in range(case.parts):
        record.quality += float(case.quality[n]) / case.parts
    record.experience, record.rated = np.nan, -1
    for n in range(len(case.spent)):
        record.spent[n] = case.spent[n]
    return row


@compiled
def end_case(world, index, outcome, time):
    """A need ends: the flow and the records follow. The owner's burden and the slot are the caller's business."""
    move(world, index, outcome)
    return write_record(world, index, outcome, time)


@compiled
def relieve(world, index, record, time):
    """The trouble is gone: it no longer burdens its owner. `record`: the row of the need's record."""
    world.burden[world.cases[index].resident] -= 1
    world.records[record].gone = time


@compiled
def heal_rate(needs, kind):
    """Rate a day at which a need of this kind vanishes by itself."""
    if kind == URGENT:
        return needs.heal_urgent
    if kind == HARD:
        return needs.heal_hard
    if kind == CHRONIC:
        return needs.heal_chronic
    return needs.heal_hoped


@compiled
def linger(world, needs, index, record, time):
    """A request was given up or closed without result, but the trouble is still there, until it vanishes by itself."""
    case = world.cases[index]
    lasts = exponential(case.key, LINGERS, 1.0 / max(heal_rate(needs, case.kind), 1e-9))
    day = max(int(min(time + lasts, 1e9)), int(time) + 1)
    if day >= len(world.dormant):
        free_case(world, index)
        return
    case.record = record
    world.states[index].state = LINGERING
    case.next = world.dormant[day]
    world.dormant[day] = index


@compiled
def write_unended(world):
    """Records of what is latent or open when the run ends (closing times stay NaN), or about to come back."""
    for index in range(world.counts[0].cases_used):
        state = world.states[index].state
        if state == LATENT or state == OPEN:
            write_record(world, index, state, np.nan)
        elif state == UNRESOLVED:
            write_record(world, index, state, world.cases[index].closed_before)


@compiled
def count_states(states, found):
    """Add latent and open cases to `found[c, d, state]`: counted one by one, to check the flow by."""
    for at in states:
        if at.state == LATENT or at.state == OPEN:
            found[at.community, at.domain, at.state] += 1
