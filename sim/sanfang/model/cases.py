"""The life of a case's record: made, counted, and written down once it has ended."""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.queueing import NONE
from sanfang.model.state import FREE, LATENT, MAX_PARTS, OPEN


@compiled
def new_case(world):
    """Index of a blank case."""
    counts = world.counts[0]
    index = counts.free_case
    if index != NONE:
        counts.free_case = world.cases[index].next
    else:
        index = counts.cases_used
        counts.cases_used += 1
    case = world.cases[index]
    case.voiced = case.first = case.first_at = case.closed_before = case.registered = np.nan
    case.ordinal = case.attempts = case.trips = case.handoffs = case.tailored = case.parallel = case.triaged = 0
    case.next = case.place = NONE
    case.tier = case.unfinished = 0
    case.yuan = 0.0
    for n in range(MAX_PARTS):
        case.jobs[n] = NONE
        case.quality[n] = 0.0
    case.spent[:] = 0.0
    return index


@compiled
def free_case(world, index):
    world.cases[index].state = FREE
    world.cases[index].next = world.counts[0].free_case
    world.counts[0].free_case = index


@compiled
def add_latent(world, index):
    counts = world.counts[0]
    world.latent[counts.latent] = index
    world.cases[index].place = counts.latent
    counts.latent += 1


@compiled
def drop_latent(world, index):
    """Take a case out of the list of latent needs (the last one takes its place)."""
    counts = world.counts[0]
    place = world.cases[index].place
    counts.latent -= 1
    moved = world.latent[counts.latent]
    world.latent[place] = moved
    world.cases[moved].place = place
    world.cases[index].place = NONE


@compiled
def move(world, index, state):
    """A need changes its state; the flow follows."""
    case = world.cases[index]
    world.flow[case.community, case.domain, case.state] -= 1
    world.flow[case.community, case.domain, state] += 1
    case.state = state


@compiled
def write_record(world, index, outcome, time):
    """Append the immutable record of a case with this outcome. Returns its row."""
    case, row = world.cases[index], world.counts[0].records
    world.counts[0].records += 1
    record = world.records[row]
    record.key, record.root, record.ordinal = case.key, case.root, case.ordinal
    record.resident, record.community, record.domain, record.kind = (
        case.resident,
        case.community,
        case.domain,
        case.kind,
    )
    record.outcome, record.channel, record.tier, record.parts = outcome, case.channel, case.tier, case.parts
    record.attempts, record.trips, record.handoffs = case.attempts, case.trips, case.handoffs
    record.vulnerable = world.vulnerable[case.resident]
    record.arose, record.voiced, record.closed, record.first_at = case.arose, case.voiced, time, case.first_at
    record.first_hours = case.first - case.registered
    record.yuan = case.yuan
    record.quality = 0.0
    for n in range(case.parts):
        record.quality += case.quality[n] / case.parts
    record.experience, record.rated = np.nan, -1
    for n in range(len(case.spent)):
        record.spent[n] = case.spent[n]
    return row


@compiled
def end_case(world, index, outcome, time):
    """A need ends: the flow, its owner's burden and the records follow. The slot is the caller's to free."""
    move(world, index, outcome)
    world.burden[world.cases[index].resident] -= 1
    return write_record(world, index, outcome, time)


@compiled
def write_unended(world):
    """Records of what is latent or open when the run ends; closing times stay NaN."""
    for index in range(world.counts[0].cases_used):
        state = world.cases[index].state
        if state == LATENT or state == OPEN:
            write_record(world, index, state, np.nan)


@compiled
def count_state(cases, state, found):
    """Add the cases in a state to `found[c, d]`: counted from the cases themselves, to check the flow by."""
    for index in range(len(cases)):
        if cases[index].state == state:
            found[cases[index].community, cases[index].domain] += 1
