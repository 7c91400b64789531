"""What the memory is asked for before the day's events need it: waiting for it was half of a district's time."""

from __future__ import annotations

import numpy as np

from sanfang.model.cases.lifecycle import LIMIT_LOOK, WORSENS
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.kernel.engine_arrays import ARRIVAL, GIVE_UP, NONE, SERVICE_END, TIMER, Engine
from sanfang.model.kernel.event_calendar import cancel, first_of_bucket
from sanfang.model.kernel.records import Record
from sanfang.model.world import World

AHEAD = 8
"""Events of the current bucket whose case or job the memory is asked for ahead of their turn."""


@compiled
def prefetch_buckets(engine: Engine, world: World, bucket: int) -> None:
    """Ask the memory for what the events of the next buckets will need.

    Where an event's job is comes with the event; where the job's case is only once the job is there. Give-ups that
    have become pointless, as most do, need not wait for their turn.
    """
    event_id = first_of_bucket(engine, bucket, 2)
    while event_id != NONE:
        _prefetch_subject(engine, world, engine.events[event_id])
        event_id = engine.events[event_id].next
    before, event_id = NONE, first_of_bucket(engine, bucket, 1)
    while event_id != NONE:
        event = engine.events[event_id]
        following = event.next
        if event.kind == GIVE_UP and not can_be_given_up(world.cases[event.subject], event.stamp):
            cancel(engine, bucket + 1, before, event_id)
        else:
            _prefetch_linked(engine, world, event)
            before = event_id
        event_id = following


@compiled
def prefetch_current_bucket(engine: Engine, world: World) -> None:
    """Ask for what later events of a long current bucket need: in the morning the requests of the night are there."""
    if engine.clock[0].ready > 2 * AHEAD:
        last = engine.clock[0].ready - 1
        prefetch(engine.events, engine.ready[last - 2 * AHEAD].event)
        _prefetch_subject(engine, world, engine.events[engine.ready[last - AHEAD].event])


@compiled
def _prefetch_subject(engine: Engine, world: World, event: Record) -> None:
    """Ask the memory for the case or the job that an event is about."""
    if event.kind == ARRIVAL or event.kind == GIVE_UP or event.kind == WORSENS or event.kind == LIMIT_LOOK:
        prefetch(world.cases, event.subject)
    else:
        prefetch(engine.jobs, event.subject)


@compiled
def _prefetch_linked(engine: Engine, world: World, event: Record) -> None:
    """Ask the memory for what is known once an event's job or case is there."""
    if event.kind == SERVICE_END or event.kind == TIMER:
        prefetch(world.cases, engine.jobs[event.subject].owner)
        prefetch(engine.workers, engine.jobs[event.subject].worker)
    elif event.kind == ARRIVAL:
        prefetch(world.digital, world.cases[event.subject].resident)


@compiled
def can_be_given_up(case: Record, stamp: np.uint64) -> bool:
    """Whether a request is the one that a give-up was scheduled for, and nobody has started on it."""
    return case.key == stamp and case.first != case.first
