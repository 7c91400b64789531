"""The path of one request, event by event: its world is run once more, and each change of the request is written down.

A run is bit-identical whenever it is made, so the second run is the first one seen closer. Ordinary runs carry
nothing of this: the loop over the day's events stands here once more, with a look at one case after each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sanfang.model import state as s
from sanfang.model.casework import react
from sanfang.model.compiled import compiled
from sanfang.model.event_calendar import NONE, next_event
from sanfang.model.model import DistrictModel
from sanfang.model.queueing import ARRIVAL
from sanfang.scenario.scenario import Scenario

LOOK = np.dtype(
    [("hours", "f8"), ("day", "i4"), ("part", "i4"), ("phase", "i4"), ("station", "i4"), ("worker", "i4"),
     ("spends", "i4"), ("mode", "i4"), ("hops", "i4"), ("entry", "i4"), ("target", "i4"), ("domain", "i4"),
     ("handoffs", "i4"), ("attempts", "i4"), ("state", "i4"), ("joint", "i4"), ("yuan", "f8")], align=True
)  # fmt: skip
"""A part of the request from a moment on. `hours`: working hours; `station`: where it queues or is worked on, else
NONE; `worker`: whose hands it is in, else NONE; `phase` is BLANK once the part is no more; `yuan`, `handoffs`,
`attempts`: of the whole request so far."""

WATCH = np.dtype([("key", "u8"), ("case", "i4"), ("rows", "i4")], align=True)
MOST_LOOKS = 4096


@compiled
def _note(engine: Any, world: Any, watch: Any, log: Any, part: int, job_index: int, day: int) -> None:
    """Append a part as it is now, unless nothing has changed since it was noted last."""
    case, row = world.cases[watch.case], log[watch.rows]
    row.hours, row.day, row.part = engine.clock[0].now, day, part
    row.phase, row.station, row.worker, row.spends, row.mode = s.BLANK, NONE, NONE, s.T_CASE_WAIT, 0
    row.hops, row.entry, row.target, row.domain = 0, 0, 0, case.domain
    row.handoffs, row.attempts, row.state = case.handoffs, case.attempts, world.states[watch.case].state
    row.joint, row.yuan = case.joint, case.yuan
    if job_index != NONE:
        job = engine.jobs[job_index]
        row.phase, row.station, row.worker, row.spends, row.mode = (
            job.phase,
            job.station,
            job.worker,
            job.spends,
            job.mode,
        )
        row.hops, row.entry, row.target, row.domain = job.hops, job.entry, job.target, job.domain
        if job.worker != NONE:
            row.station = engine.workers[job.worker].at
    for earlier in range(watch.rows - 1, -1, -1):
        old = log[earlier]
        if old.part == part:
            same = old.phase == row.phase and old.station == row.station and old.worker == row.worker
            same = same and old.spends == row.spends and old.hops == row.hops and old.entry == row.entry
            if same and old.attempts == row.attempts:
                return
            break
    if watch.rows < len(log) - 1:
        watch.rows += 1


@compiled
def look(engine: Any, world: Any, watch: Any, log: Any, day: int) -> None:
    """Note what has changed of the case under watch; one that has ended is watched no more."""
    if watch.case == NONE:
        return
    case, state = world.cases[watch.case], world.states[watch.case].state
    over = case.key != watch.key or (state != s.OPEN and state != s.UNRESOLVED)
    for part in range(case.parts):
        _note(engine, world, watch, log, part, NONE if over else case.jobs[part], day)
    if over:
        watch.case = NONE


@compiled
def work_watched(engine: Any, world: Any, rules: Any, setting: Any, day: int, watches: Any, log: Any) -> None:
    """`casework.work_today`, with a look at one case after each event."""
    until, watch = world.clock_start[day + 1], watches[0]
    while True:
        event = next_event(engine, until)
        if event == NONE:
            return
        index = engine.events[event].subject
        if engine.events[event].kind == ARRIVAL and world.cases[index].key == watch.key:
            watch.case = index
        react(engine, world, rules, setting, event, day)
        look(engine, world, watch, log, day)


class WatchedModel(DistrictModel):
    """A district in which one request is watched. `key`: the number that its id writes in hexadecimal."""

    def __init__(self, scenario: Scenario, seed: int, days: int, scale: float, key: int) -> None:
        self._watch = np.zeros(1, WATCH)
        self._watch["key"], self._watch["case"] = np.uint64(key), NONE
        self._log = np.zeros(MOST_LOOKS, LOOK)
        super().__init__(scenario, seed=seed, days=days, scale=scale)

    @property
    def log(self) -> np.ndarray:
        """What has been seen so far, a record of `LOOK` for each change."""
        return self._log[: int(self._watch["rows"][0])]

    def _money_came(self, day: int) -> None:
        look(self._engine, self._world, self._watch[0], self._log, day)

    def _react(self, day: int) -> None:
        work_watched(self._engine, self._world, self._rules, self.setting, day, self._watch, self._log)


@dataclass(frozen=True)
class Trace:
    """The looks at one request, and the model that it was seen in, played as far as it was asked for."""

    log: np.ndarray
    model: DistrictModel


def trace(scenario: Scenario, id_: str, *, seed: int, days: int, scale: float, until: int) -> Trace:
    """Watch the request with the id `id_` in a run for `days`, up to day `until`. Without it the log is empty."""
    model = WatchedModel(scenario, seed, days, scale, int(id_, 16))
    while model.day < until:
        model.step()
    return Trace(model.log.copy(), model)
