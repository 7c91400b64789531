"""What the request engine works on: arrays of stations, workers, jobs and events, made and grown."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.model.compiled import by_reference, compiled
from sanfang.model.kernel.records import Floats, Records, record_type

NONE = -1
"""In place of an id: nobody, nothing."""

CLASSES = 5
"""Priority classes: 0 is served first."""

# What a worker is doing, when it is not a job's heading.
IDLE, VACANT = 0, 1

# Kinds of event. The model adds one of its own, `sanfang.model.cases.casework.TASK_ARRIVAL`.
SERVICE_END, TIMER, GIVE_UP, ARRIVAL = 0, 1, 2, 3

PAGE_BITS = 8
PAGE = 1 << PAGE_BITS
"""Buckets of a page of the calendar."""
SHEET_ROWS = 16
"""Events on a sheet of the calendar."""

# --- Records --------------------------------------------------------------------------------------

STATION = record_type(
    ("head", ("i4", CLASSES), "job", "first in the queue of each class"),
    ("tail", ("i4", CLASSES), "job", "last in the queue of each class"),
    ("idle", "i4", "worker", "first of the idle ones"),
    ("waiting", "i4", "jobs", "in its queues now"),
    ("joined", "i8", "jobs", "that have entered its queues so far"),
    ("area", "f8", "job hours", "queue length integrated over time, up to `area_since`"),
    ("waited", "f8", "hours", "that jobs have spent in its queues, those that have left them"),
    ("area_since", "f8", "hours", "time of the last change of the queue length"),
)
"""A station: its queues, and who is idle there."""

WORKER = record_type(
    ("home", "i4", "station", "where the worker belongs"),
    ("at", "i4", "station", "where it is: one who is moved first finishes its job"),
    ("doing", "i4", "heading", "IDLE, VACANT, or the heading of its job"),
    ("job", "i4", "job", "in its hands, or NONE"),
    ("since", "f8", "hours", "time up to which its hours are booked"),
    ("previous", "i4", "worker", "before it in its station's list of idle ones"),
    ("next", "i4", "worker", "after it in that list"),
    ("busy_today", "f8", "hours", "worked today"),
    ("leaving", "i4", "0 or 1", "vacates the post when its job is done"),
)
"""A post and who is in it, as the engine sees it."""

JOB = record_type(
    ("queued", "f8", "hours", "time at which it joined the queue"),
    ("hours", "f8", "hours", "of work by a fully skilled, rested worker"),
    ("key", "u8", "", "of its draws; its events carry it, so that those of an earlier job in its place are known"),
    ("station", "i4", "station", "where it waits or is to wait, else NONE"),
    ("previous", "i4", "job", "before it in the queue"),
    ("next", "i4", "job", "after it in the queue"),
    ("worker", "i4", "worker", "who works on it, else NONE"),
    ("class_", "i1", "", "priority class"),
    ("heading", "i1", "", "under which its hours are booked"),
    ("phase", "i1", "", "what it is waiting for or going through"),
    ("mode", "i1", "", "first or second try"),
    ("part", "i1", "", "which part of its case it is"),
    ("domain", "i1", "domain", "of the part; of a task the department that sent it"),
    ("steps", "i1", "", "timed steps on its way so far: hand-offs, approval, sending back"),
    ("cancelled", "i1", "0 or 1", "its case was given up: free it when its time is over"),
    ("cause", "i1", "", "under which its time is booked now, of `TIME_NAMES`"),
    ("tier", "i1", "tier", "where it is"),
    ("pot", "i1", "", "from which it was paid, of `state.POTS`"),
    ("owner", "i4", "case", "to which it belongs; of a task the community; else NONE"),
    ("target", "i4", "tier", "that can finish it; of tasks and chores the station"),
    ("skill", "f4", "0 to 1", "of the partner who takes it"),
    ("since", "f8", "hours", "time up to which its time is booked"),
    ("yuan", "f8", "yuan", "still to be paid for it"),
    ("paid", "f8", "yuan", "that came from `pot`"),
)
"""A piece of work. The engine uses what comes before `phase`; the rest belongs to the caller."""

EVENT = record_type(
    ("time", "f8", "hours", ""),
    ("stamp", "u8", "", "key of the subject when it was scheduled"),
    ("order", "i8", "", "number in the order of being scheduled"),
    ("subject", "i4", "job or case", "that it happens to, by its kind"),
    ("next", "i4", "event", "in the same bucket"),
    ("kind", "i4", "", "SERVICE_END and so on"),
)
"""An event in the calendar."""

READY = record_type(
    ("time", "f8", "hours", ""),
    ("order", "i8", "", "number in the order of being scheduled"),
    ("event", "i4", "event", ""),
)
"""An event of the current bucket, with what decides its turn."""

SHEET = record_type(
    ("sheet", "i4", "sheet", "the last one of a page, or NONE"),
    ("written", "i4", "events", "on that sheet"),
)
"""How far a page of the calendar is written."""

CLOCK = record_type(
    ("now", "f8", "hours", "the time"),
    ("width", "f8", "hours", "of a bucket"),
    ("order", "i8", "events", "scheduled so far"),
    ("bucket", "i8", "", "the current one"),
    ("buckets", "i8", "", "of the calendar"),
    ("ready", "i8", "events", "left in the current bucket"),
    ("fresh", "i8", "events", "of these not yet in order"),
    ("scheduled", "i8", "events", "in the calendar"),
    ("free_jobs", "i4", "jobs", "in the pool of free ones"),
    ("free_events", "i4", "events", "in the pool of free ones"),
    ("free_sheet", "i4", "sheet", "first of the free ones, or NONE"),
    ("jobs_used", "i4", "jobs", "in use at any time so far"),
    ("events_used", "i4", "events", "in use at any time so far"),
    ("sheets_used", "i4", "sheets", "in use at any time so far"),
)
"""The clock, the state of the calendar, and how full the pools are."""


# --- Together -------------------------------------------------------------------------------------


class Engine(NamedTuple):
    """All arrays of the engine. Compiled functions get them by reference and are annotated with this class."""

    stations: Records
    workers: Records
    jobs: Records
    free_jobs: NDArray[np.int32]
    """The pool of free jobs, the next one last."""
    events: Records
    """Events of the current page of the calendar."""
    free_events: NDArray[np.int32]
    ready: Records
    slots: NDArray[np.int32]
    """First event of each bucket of the current page."""
    pages: Records
    far: Records
    """Events of later pages, on sheets."""
    previous_sheet: NDArray[np.int32]
    """The sheet written before a sheet of the same page; of a free one the next free one."""
    clock: Records
    """One record."""
    hours: Floats
    """`[station, heading]`: the ledger of worker-hours."""


EngineRef = by_reference("EngineRef", Engine._fields, __name__)


@compiled
def refer_engine(*arrays: Any) -> Engine:
    """A reference to the arrays of an `Engine`: `refer_engine(*engine)`."""
    return EngineRef(*arrays)


def new_engine(
    stations: int, workers: int, headings: int, *, horizon: float, width: float, jobs: int = 1024, events: int = 4096
) -> Engine:
    """An empty engine whose calendar reaches to `horizon`; later events share the last bucket."""
    buckets = int(horizon / width) + 2
    pages = np.zeros((buckets >> PAGE_BITS) + 1, SHEET)
    pages["sheet"] = NONE
    engine = Engine(
        stations=np.zeros(stations, STATION),
        workers=np.zeros(workers, WORKER),
        jobs=np.zeros(jobs, JOB),
        free_jobs=np.zeros(jobs, np.int32),
        events=np.zeros(events, EVENT),
        free_events=np.zeros(events, np.int32),
        ready=np.zeros(events, READY),
        slots=np.full(PAGE, NONE, np.int32),
        pages=pages,
        far=np.zeros(0, EVENT),
        previous_sheet=np.zeros(0, np.int32),
        clock=np.zeros(1, CLOCK),
        hours=np.zeros((stations, headings)),
    )
    for field in ("head", "tail", "idle"):
        engine.stations[field] = NONE
    for field in ("job", "previous", "next"):
        engine.workers[field] = NONE
    engine.clock["width"], engine.clock["buckets"] = width, buckets
    engine.clock["free_sheet"] = NONE
    return with_room(engine, jobs, events)


def with_room(engine: Engine, jobs: int, events: int) -> Engine:
    """The engine, its pools grown so that `jobs` and `events` more certainly fit."""
    clock = engine.clock[0]
    changes: dict[str, Any] = {}
    used = int(clock["jobs_used"])
    if used + jobs > len(engine.jobs):
        changes["jobs"] = grown(engine.jobs, used, used + jobs)
        changes["free_jobs"] = grown(engine.free_jobs, int(clock["free_jobs"]), used + jobs)
    used, needed = int(clock["events_used"]), int(clock["scheduled"]) + events
    if needed > len(engine.events):
        changes["events"] = grown(engine.events, used, needed)
        changes["free_events"] = grown(engine.free_events, int(clock["free_events"]), needed)
        changes["ready"] = grown(engine.ready, int(clock["ready"]), needed)
    # All may be far away, and one sheet of each page half empty.
    sheets, used = needed // SHEET_ROWS + len(engine.pages), int(clock["sheets_used"])
    if sheets > len(engine.previous_sheet):
        changes["previous_sheet"] = grown(engine.previous_sheet, used, sheets)
        room = len(changes["previous_sheet"]) * SHEET_ROWS
        changes["far"] = grown(engine.far, used * SHEET_ROWS, room, exactly=True)
    return engine._replace(**changes) if changes else engine


def grown(array: np.ndarray, used: int, needed: int, exactly: bool = False) -> np.ndarray:
    """A copy of the `used` first records, with room for `needed` and half as many again (or `exactly` so many).

    The system gives memory only where it is written to: room that is not used costs nothing, copying it would.
    """
    longer = np.zeros(needed if exactly else needed + needed // 2, array.dtype)
    longer[:used] = array[:used]
    return longer
