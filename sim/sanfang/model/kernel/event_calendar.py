"""The calendar of future events of the request engine: a variant of Brown's calendar queue (1988).

Its buckets have equal width. The events of the current bucket are in `ready`, by time and by being scheduled, the
next one last; the `fresh` ones at its end are still to be put in order. Those of the other buckets of the current page
are lists in `slots`. What comes later is written, page by page and in no order, on sheets of `far`: turning to a page
then reads memory straight on instead of following a list all over it, and what the current page needs fits into a fast
cache. Pushing and popping cost the same however long the horizon.

All arrays are those of the `Engine` in `sanfang.model.kernel.engine_arrays`.
"""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled, prefetch
from sanfang.model.kernel.engine_arrays import NONE, PAGE, PAGE_BITS, SHEET_ROWS, Engine
from sanfang.model.kernel.records import Record, Records


@compiled
def _insert(ready: Records, row: int, gap: int, time: float, order: int, event_id: int) -> None:
    """Write an event into `row`, unless it is later than those `gap` rows before, and so on; they move up then."""
    while row >= gap:
        sooner = ready[row - gap]
        if sooner.time > time or (sooner.time == time and sooner.order > order):
            break
        entry = ready[row]
        entry.time, entry.order, entry.event = sooner.time, sooner.order, sooner.event
        row -= gap
    entry = ready[row]
    entry.time, entry.order, entry.event = time, order, event_id


@compiled
def _sort(engine: Engine) -> None:
    """Put the current bucket's events in order, the next one last.

    Few as a rule; but many when offices open and the requests of the night are all there (Shell 1959 for these).
    """
    ready, clock, gap = engine.ready, engine.clock[0], 1
    while gap < clock.fresh // 9:
        gap = 3 * gap + 1
    first = gap if gap > 1 else clock.ready - clock.fresh
    while gap > 0:
        for row in range(first, clock.ready):
            entry = ready[row]
            _insert(ready, row, gap, entry.time, entry.order, entry.event)
        gap //= 3
        first = gap
    clock.fresh = 0


@compiled
def _add_ready(engine: Engine, time: float, order: int, event_id: int) -> None:
    """One more event of the current bucket, not yet in order."""
    clock = engine.clock[0]
    entry = engine.ready[clock.ready]
    entry.time, entry.order, entry.event = time, order, event_id
    clock.ready += 1
    clock.fresh += 1


@compiled
def _new_event(engine: Engine) -> int:
    """Id of a free event of the current page."""
    clock = engine.clock[0]
    if clock.free_events > 0:
        clock.free_events -= 1
        event_id = engine.free_events[clock.free_events]
    else:
        event_id = clock.events_used
        clock.events_used += 1
    return event_id


@compiled
def _free_event(engine: Engine, event_id: int) -> None:
    """An event is off the calendar; its id is the next to be used again."""
    clock = engine.clock[0]
    engine.free_events[clock.free_events] = event_id
    clock.free_events += 1
    clock.scheduled -= 1


@compiled
def _new_row(engine: Engine, page: int) -> int:
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
def _fill(event: Record, time: float, order: int, kind: int, subject: int, stamp: np.uint64) -> None:
    """Write down what an event is."""
    event.time, event.order, event.kind, event.subject, event.stamp = time, order, kind, subject, stamp


@compiled
def _add_to_page(
    engine: Engine, bucket: int, time: float, order: int, kind: int, subject: int, stamp: np.uint64
) -> None:
    """Put an event into the current page: among the current bucket's, or into the slot of a later one."""
    event_id = _new_event(engine)
    event = engine.events[event_id]
    _fill(event, time, order, kind, subject, stamp)
    if bucket <= engine.clock[0].bucket:
        _add_ready(engine, time, order, event_id)
    else:
        slot = bucket & (PAGE - 1)
        event.next = engine.slots[slot]
        engine.slots[slot] = event_id


@compiled
def schedule(engine: Engine, time: float, kind: int, subject: int, stamp: np.uint64) -> None:
    """Put an event into the calendar. A time that has passed happens now.

    `subject`: id of the job or case that it happens to; `stamp`: that one's key, to know it again.
    """
    clock = engine.clock[0]
    when = max(time, clock.now)
    bucket = min(int(when / clock.width), clock.buckets - 1)
    page = bucket >> PAGE_BITS
    if page <= clock.bucket >> PAGE_BITS:
        _add_to_page(engine, bucket, when, clock.order, kind, subject, stamp)
    else:
        _fill(engine.far[_new_row(engine, page)], when, clock.order, kind, subject, stamp)
    clock.order += 1
    clock.scheduled += 1


@compiled
def _turn_to(engine: Engine, page: int) -> None:
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
            _add_to_page(engine, bucket, event.time, event.order, event.kind, event.subject, event.stamp)
        engine.previous_sheet[sheet] = clock.free_sheet
        clock.free_sheet = sheet
        sheet, rows = following, SHEET_ROWS


@compiled
def _open_bucket(engine: Engine, bucket: int) -> None:
    """The next bucket is the current one."""
    slot = bucket & (PAGE - 1)
    if slot == 0:
        _turn_to(engine, bucket >> PAGE_BITS)
    engine.clock[0].bucket = bucket
    event_id = engine.slots[slot]
    engine.slots[slot] = NONE
    while event_id != NONE:
        event = engine.events[event_id]
        _add_ready(engine, event.time, event.order, event_id)
        event_id = event.next


@compiled
def next_event(engine: Engine, until: float) -> int:
    """Take the next event before `until` off the calendar and move the clock to it.

    Returns its id, valid until the next call of `schedule`; or NONE, and the clock stands at `until`.
    """
    clock = engine.clock[0]
    while True:
        if clock.ready > 0:
            if clock.fresh > 0:
                _sort(engine)
            first = engine.ready[clock.ready - 1]
            if first.time >= until:
                break
            event_id = first.event
            clock.now = first.time
            clock.ready -= 1
            _free_event(engine, event_id)
            return event_id
        if clock.bucket >= clock.buckets - 1 or (clock.bucket + 1) * clock.width >= until:
            break
        _open_bucket(engine, clock.bucket + 1)
    clock.now = max(clock.now, until)
    return NONE


@compiled
def pending_events(engine: Engine, events: Records) -> None:
    """Fill `events` with all that are in the calendar, in no order; there are `clock.scheduled` of them."""
    clock, count = engine.clock[0], 0
    for row in range(clock.ready):
        events[count] = engine.events[engine.ready[row].event]
        count += 1
    for slot in range(PAGE):
        event_id = engine.slots[slot]
        while event_id != NONE:
            events[count] = engine.events[event_id]
            count += 1
            event_id = engine.events[event_id].next
    for page in range((clock.bucket >> PAGE_BITS) + 1, len(engine.pages)):
        sheet, rows = engine.pages[page].sheet, engine.pages[page].written
        while sheet != NONE:
            for row in range(sheet * SHEET_ROWS, sheet * SHEET_ROWS + rows):
                events[count] = engine.far[row]
                count += 1
            sheet, rows = engine.previous_sheet[sheet], SHEET_ROWS


@compiled
def first_of_bucket(engine: Engine, bucket: int, ahead: int) -> int:
    """First of the events, linked by `next`, of the bucket `ahead` of the current one; NONE on another page."""
    slot = (bucket & (PAGE - 1)) + ahead
    return engine.slots[slot] if slot < PAGE else NONE


@compiled
def cancel(engine: Engine, bucket: int, before: int, event_id: int) -> None:
    """Take an event off the calendar that is in a later bucket of the current page, linked after `before` or first."""
    event = engine.events[event_id]
    if before != NONE:
        engine.events[before].next = event.next
    else:
        engine.slots[bucket & (PAGE - 1)] = event.next
    _free_event(engine, event_id)
