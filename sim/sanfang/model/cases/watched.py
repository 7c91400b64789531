"""The path of one request, event by event: its world is run once more, and each change of the request is written down.

A run is bit-identical whenever it is made, so the second run is the first one seen closer. Ordinary runs carry
nothing of this: the loop over the day's events stands here once more, with a look at one case after each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanfang.model import state as s
from sanfang.model.cases.casework import react
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel.engine_arrays import ARRIVAL, NONE, Engine
from sanfang.model.kernel.event_calendar import next_event
from sanfang.model.kernel.records import Record, Records, record_type
from sanfang.model.model import DistrictModel
from sanfang.model.setting import Setting
from sanfang.model.world import World
from sanfang.scenario.scenario import Scenario

OBSERVATION = record_type(
    ("hours", "f8", "hours", "working time"),
    ("day", "i4", "day", ""),
    ("part", "i4", "", "which part of the request"),
    ("phase", "i4", "", "BLANK once the part is no more"),
    ("station", "i4", "station", "where it queues or is worked on, else NONE"),
    ("worker", "i4", "worker", "whose hands it is in, else NONE"),
    ("cause", "i4", "", "under which its time is booked"),
    ("mode", "i4", "", "first or second try"),
    ("steps", "i4", "", "timed steps on its way so far"),
    ("tier", "i4", "tier", "where it is"),
    ("target", "i4", "tier", "that can finish it"),
    ("domain", "i4", "domain", "of the part"),
    ("handoffs", "i4", "", "of the whole request so far"),
    ("attempts", "i4", "", "times the request has been brought back so far"),
    ("state", "i4", "", "of the request"),
    ("tied", "i4", "0 or 1", "it waits for another request, which is handled for both"),
    ("joint", "i4", "0 or 1", "its parts are handled jointly"),
    ("yuan", "f8", "yuan", "paid for the whole request so far"),
)
"""A part of the request from a moment on."""

WATCH = record_type(
    ("key", "u8", "", "of the request that is watched"),
    ("case", "i4", "case", "that it is now, or NONE"),
    ("rows", "i4", "observations", "so far"),
)
"""What is watched."""

MAX_OBSERVATIONS = 4096


@compiled
def _log_part(engine: Engine, world: World, watch: Record, log: Records, part: int, job_id: int, day: int) -> None:
    """Append a part as it is now, unless nothing has changed since it was noted last."""
    case, row = world.cases[watch.case], log[watch.rows]
    row.hours, row.day, row.part = engine.clock[0].now, day, part
    row.phase, row.station, row.worker, row.cause, row.mode = s.BLANK, NONE, NONE, s.T_CASE_WAIT, 0
    row.steps, row.tier, row.target, row.domain = 0, 0, 0, case.domain
    row.handoffs, row.attempts, row.state = case.handoffs, case.attempts, world.states[watch.case].state
    row.joint, row.tied, row.yuan = case.joint, case.tied, case.yuan
    if job_id != NONE:
        job = engine.jobs[job_id]
        row.phase, row.station, row.worker = job.phase, job.station, job.worker
        row.cause, row.mode, row.domain = job.cause, job.mode, job.domain
        row.steps, row.tier, row.target = job.steps, job.tier, job.target
        if job.worker != NONE:
            row.station = engine.workers[job.worker].at
    for earlier in range(watch.rows - 1, -1, -1):
        old = log[earlier]
        if old.part == part:
            same = old.phase == row.phase and old.station == row.station and old.worker == row.worker
            same = same and old.cause == row.cause and old.steps == row.steps and old.tier == row.tier
            same = same and old.tied == row.tied and (old.state == row.state or row.phase != s.BLANK)
            if same and old.attempts == row.attempts:
                return
            break
    if watch.rows < len(log) - 1:
        watch.rows += 1


@compiled
def log_changes(engine: Engine, world: World, watch: Record, log: Records, day: int) -> None:
    """Note what has changed of the case under watch; one that has ended is watched no more. One that was given up, or
    closed in vain, may be voiced again."""
    if watch.case == NONE:
        return
    case, state = world.cases[watch.case], world.states[watch.case].state
    over = case.key != watch.key or not (state == s.OPEN or state == s.UNRESOLVED or state == s.WITHDRAWN)
    for part in range(case.parts):
        _log_part(engine, world, watch, log, part, NONE if over else case.jobs[part], day)
    if over:
        watch.case = NONE


@compiled
def work_watched(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, day: int, watches: Records, log: Records
) -> None:
    """`casework.work_today`, with a look at one case after each event."""
    until, watch = world.clock_start[day + 1], watches[0]
    while True:
        event_id = next_event(engine, until)
        if event_id == NONE:
            return
        subject = engine.events[event_id].subject
        if engine.events[event_id].kind == ARRIVAL and world.cases[subject].key == watch.key:
            watch.case = subject
        react(engine, world, effects, setting, event_id, day)
        log_changes(engine, world, watch, log, day)


class WatchedModel(DistrictModel):
    """A district in which one request is watched. `key`: the number that its id writes in hexadecimal."""

    def __init__(self, scenario: Scenario, seed: int, days: int, scale: float, key: int) -> None:
        self._watch = np.zeros(1, WATCH)
        self._watch["key"], self._watch["case"] = np.uint64(key), NONE
        self._log = np.zeros(MAX_OBSERVATIONS, OBSERVATION)
        super().__init__(scenario, seed=seed, days=days, scale=scale)

    @property
    def log(self) -> np.ndarray:
        """What has been seen so far: an `OBSERVATION` for each change."""
        return self._log[: int(self._watch["rows"][0])]

    def _money_came(self, day: int) -> None:
        """What has been paid for the request may have changed."""
        log_changes(self._engine, self._world, self._watch[0], self._log, day)

    def _react(self, day: int) -> None:
        """The day's events, with a look at the request after each."""
        work_watched(self._engine, self._world, self._effects, self._setting, day, self._watch, self._log)


@dataclass(frozen=True)
class Trace:
    """The observations of one request, and the model that it was seen in, played as far as it was asked for."""

    log: np.ndarray
    model: DistrictModel


def trace(scenario: Scenario, id_: str, *, seed: int, days: int, scale: float, until: int) -> Trace:
    """Watch the request with the id `id_` in a run for `days`, up to day `until`. Without it the log is empty."""
    model = WatchedModel(scenario, seed, days, scale, int(id_, 16))
    while model.day < until:
        model.step()
    return Trace(model.log.copy(), model)
