"""The calendar of future events of the request engine: a variant of Brown's calendar queue (1988).

Its buckets have equal width. The events of the current bucket are in `heap`, in order of time and of being scheduled.
Those of the other buckets of the current page are lists in `slots`. What comes later is written, page by page and in
no order, on sheets of `far`: turning to a page then reads memory straight on instead of following a list all over it,
and what the current page needs fits into a fast cache. Pushing and popping cost the same however long the horizon.

All arrays are those of the `Engine` in `sanfang.model.queueing`.
"""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled, prefetch

NONE = -1

EVENT = np.dtype(
    [("time", "f8"), ("stamp", "u8"), ("order", "i8"), ("subject", "i4"), ("next", "i4"), ("kind", "i4")], align=True
)
SHEET = np.dtype([("sheet", "i4"), ("written", "i4")], align=True)
"""The last sheet of a page of the calendar, and how many events stand on it."""

PAGE_BITS = 8
PAGE = 1 << PAGE_BITS
"""Buckets of a page."""
SHEET_ROWS = 16
"""Events on a sheet."""


@compiled
def _before(engine, a, b):
    first, second = engine.events[a], engine.events[b]
    return first.time < second.time or (first.time == second.time and first.order < second.order)


@compiled
def _push(engine, event):
    heap, clock = engine.heap, engine.clock[0]
    place = clock.heaped
    clock.heaped += 1
    while place > 0:
        parent = (place - 1) >> 1
        if not _before(engine, event, heap[parent]):
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = event


@compiled
def _pop(engine):
    heap, clock = engine.heap, engine.clock[0]
    top = heap[0]
    clock.heaped -= 1
    size = clock.heaped
    last = heap[size]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _before(engine, heap[child + 1], heap[child]):
            child += 1
        if not _before(engine, heap[child], last):
            break
        heap[place] = heap[child]
        place = child
    heap[place] = last
    return top


@compiled
def _new_event(engine):
    """Index of a free event of the current page."""
    clock = engine.clock[0]
    index = clock.free_event
    if index != NONE:
        clock.free_event = engine.events[index].next
    else:
        index = clock.events_used
        clock.events_used += 1
    return index


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
        _push(engine, index)
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
    """The next bucket is the current one: its events go into the heap."""
    engine.clock[0].bucket = bucket
    slot = bucket & (PAGE - 1)
    if slot == 0:
        _turn_to(engine, bucket >> PAGE_BITS)
    index = engine.slots[slot]
    engine.slots[slot] = NONE
    while index != NONE:
        following = engine.events[index].next
        _push(engine, index)
        index = following


@compiled
def next_event(engine, until):
    """Take the next event before `until` off the calendar and move the clock to it.

    Returns its index, valid until the next call of `schedule`; or NONE, and the clock stands at `until`.
    """
    clock = engine.clock[0]
    while True:
        if clock.heaped > 0:
            if engine.events[engine.heap[0]].time >= until:
                break
            index = _pop(engine)
            clock.now = engine.events[index].time
            engine.events[index].next = clock.free_event
            clock.free_event = index
            clock.scheduled -= 1
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
