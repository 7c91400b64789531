"""The calendar of future events of the request engine: a variant of Brown's calendar queue (1988).

Its buckets have equal width. The events of the current bucket are in `ready`, by time and by being scheduled, the
next one last; the `fresh` ones at its end are still to be put in order. Those of the other buckets of the current page
are lists in `slots`. What comes later is written, page by page and in no order, on sheets of `far`: turning to a page
then reads memory straight on instead of following a list all over it, and what the current page needs fits into a fast
cache. Pushing and popping cost the same however long the horizon.

All arrays are those of the `Engine` in `sanfang.model.queueing`.
"""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled, prefetch

NONE = -1

EVENT = np.dtype(
    [("time", "f8"), ("stamp", "u8"), ("order", "i8"), ("subject", "i4"), ("next", "i4"), ("kind", "i4")], align=True
)
READY = np.dtype([("time", "f8"), ("order", "i8"), ("event", "i4")], align=True)
"""An event of the current bucket, with what decides its turn."""
SHEET = np.dtype([("sheet", "i4"), ("written", "i4")], align=True)
"""The last sheet of a page of the calendar, and how many events stand on it."""

PAGE_BITS = 8
PAGE = 1 << PAGE_BITS
"""Buckets of a page."""
SHEET_ROWS = 16
"""Events on a sheet."""


@compiled
def _settle(ready, place, gap, time, order, event):
    """Write an event at `place`, unless it is later than those at every `gap`-th place before; they move up then."""
    while place >= gap:
        sooner = ready[place - gap]
        if sooner.time > time or (sooner.time == time and sooner.order > order):
            break
        row = ready[place]
        row.time, row.order, row.event = sooner.time, sooner.order, sooner.event
        place -= gap
    row = ready[place]
    row.time, row.order, row.event = time, order, event


@compiled
def _sort(engine):
    """Put the current bucket's events in order, the next one last.

    Few as a rule; but many when offices open and the requests of the night are all there (Shell 1959 for these).
    """
    ready, clock, gap = engine.ready, engine.clock[0], 1
    while gap < clock.fresh // 9:
        gap = 3 * gap + 1
    first = gap if gap > 1 else clock.ready - clock.fresh
    while gap > 0:
        for place in range(first, clock.ready):
            row = ready[place]
            _settle(ready, place, gap, row.time, row.order, row.event)
        gap //= 3
        first = gap
    clock.fresh = 0


@compiled
def _add_ready(engine, time, order, event):
    """One more event of the current bucket, not yet in order."""
    clock = engine.clock[0]
    row = engine.ready[clock.ready]
    row.time, row.order, row.event = time, order, event
    clock.ready += 1
    clock.fresh += 1


@compiled
def _new_event(engine):
    """Index of a free event of the current page."""
    clock = engine.clock[0]
    if clock.free_events > 0:
        clock.free_events -= 1
        index = engine.free_events[clock.free_events]
    else:
        index = clock.events_used
        clock.events_used += 1
    return index


@compiled
def _free_event(engine, index):
    """An event is off the calendar; its place is the next to be used again."""
    clock = engine.clock[0]
    engine.free_events[clock.free_events] = index
    clock.free_events += 1
    clock.scheduled -= 1


@compiled
def _new_row(engine, page):
    """A free row on the last sheet of a page; where that is full, on a new one."""
    clock, last = engine.clock[0], engine.pages[page]
    if last.sheet == NONE or last.written == SHEET_ROWS:
        sheet = clock.free_sheet
        if sheet != NONE:
            clock.free_sheet = engine.previous_sheet[sheet]
        else:
            sheet = clock.sheets_used
            clock.sheets_used += 1
        engine.previous_sheet[sheet] = last.sheet
        last.sheet, last.written = sheet, 0
    row = last.sheet * SHEET_ROWS + last.written
    last.written += 1
    return row


@compiled
def _write(event, time, order, kind, subject, stamp):
    event.time, event.order, event.kind, event.subject, event.stamp = time, order, kind, subject, stamp


@compiled
def _place_near(engine, bucket, time, order, kind, subject, stamp):
    """Put an event into the current page: among the current bucket's, or into the slot of a later one."""
    index = _new_event(engine)
    event = engine.events[index]
    _write(event, time, order, kind, subject, stamp)
    if bucket <= engine.clock[0].bucket:
        _add_ready(engine, time, order, index)
    else:
        slot = bucket & (PAGE - 1)
        event.next = engine.slots[slot]
        engine.slots[slot] = index


@compiled
def schedule(engine, time, kind, subject, stamp):
    """Put an event into the calendar. A time that has passed happens now."""
    clock = engine.clock[0]
    when = max(time, clock.now)
    bucket = min(int(when / clock.width), clock.buckets - 1)
    page = bucket >> PAGE_BITS
    if page <= clock.bucket >> PAGE_BITS:
        _place_near(engine, bucket, when, clock.order, kind, subject, stamp)
    else:
        _write(engine.far[_new_row(engine, page)], when, clock.order, kind, subject, stamp)
    clock.order += 1
    clock.scheduled += 1


@compiled
def _turn_to(engine, page):
    """The page's events leave their sheets; each goes to the slot of its bucket."""
    clock, last = engine.clock[0], engine.pages[page]
    sheet, rows = last.sheet, last.written
    last.sheet = NONE
    while sheet != NONE:
        following = engine.previous_sheet[sheet]
        for row in range(rows):
            prefetch(engine.far, following * SHEET_ROWS + row)
            event = engine.far[sheet * SHEET_ROWS + row]
            bucket = min(int(event.time / clock.width), clock.buckets - 1)
            _place_near(engine, bucket, event.time, event.order, event.kind, event.subject, event.stamp)
        engine.previous_sheet[sheet] = clock.free_sheet
        clock.free_sheet = sheet
        sheet, rows = following, SHEET_ROWS


@compiled
def _open_bucket(engine, bucket):
    """The next bucket is the current one."""
    slot = bucket & (PAGE - 1)
    if slot == 0:
        _turn_to(engine, bucket >> PAGE_BITS)
    engine.clock[0].bucket = bucket
    index = engine.slots[slot]
    engine.slots[slot] = NONE
    while index != NONE:
        event = engine.events[index]
        _add_ready(engine, event.time, event.order, index)
        index = event.next


@compiled
def next_event(engine, until):
    """Take the next event before `until` off the calendar and move the clock to it.

    Returns its index, valid until the next call of `schedule`; or NONE, and the clock stands at `until`.
    """
    clock = engine.clock[0]
    while True:
        if clock.ready > 0:
            if clock.fresh > 0:
                _sort(engine)
            first = engine.ready[clock.ready - 1]
            if first.time >= until:
                break
            index = first.event
            clock.now = first.time
            clock.ready -= 1
            _free_event(engine, index)
            return index
        if clock.bucket >= clock.buckets - 1 or (clock.bucket + 1) * clock.width >= until:
            break
        _open_bucket(engine, clock.bucket + 1)
    clock.now = max(clock.now, until)
    return NONE


@compiled
def slot_after(engine, bucket, ahead):
    """First of the events, linked by `next`, of the bucket `ahead` of the current one; NONE on another page."""
    slot = (bucket & (PAGE - 1)) + ahead
    return engine.slots[slot] if slot < PAGE else NONE


@compiled
def forget(engine, bucket, before, index):
    """Take an event off the calendar that is in a later bucket of the current page, linked after `before` or first."""
    event = engine.events[index]
    if before != NONE:
        engine.events[before].next = event.next
    else:
        engine.slots[bucket & (PAGE - 1)] = event.next
    _free_event(engine, index)
