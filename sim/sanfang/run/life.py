"""The life of one request: what the records tell of it, and, once it was watched, its steps and hand-offs."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sanfang.model.cases.watched import Trace, WatchedModel
from sanfang.run.background import BackgroundJob, play
from sanfang.run.steps import NO_CAUSE, PARTNER, PARTS, RESIDENT, HandOff, Step, steps_of
from sanfang.run.time_split import CAUSES, HOURS, durations
from sanfang.scenario.errors import InputError
from sanfang.scenario.place import Calendar
from sanfang.scenario.scenario import Scenario

LEAST = 0.05
"""Working hours below which booked time lacks nothing: it is kept in single precision."""


@dataclass(frozen=True)
class Record:
    """What the records of a run tell of one need. `facts`: its row of the request table. `kin`: the rows of the others
    of its root, that which it came from and those that came back.

    `split`: working hours by cause, which sum to `facts["parts"] * (hours - between)`; `hours`: from voicing to its end
    or to now (NaN if never voiced); `between`: of these, when it was no request, as it had been given up or closed in
    vain and was not back yet; `unbooked`: what the split lacks of an open one, as time is booked when something happens
    (what was between is in it);
    `silent_days`: from arising until it was voiced or found, or to its end or now if it never was.
    """

    facts: dict[str, Any]
    split: dict[str, float]
    hours: float
    unbooked: float
    between: float
    silent_days: float
    kin: tuple[dict[str, Any], ...]

    @property
    def id(self) -> str:
        return str(self.facts["id"])


@dataclass(frozen=True)
class Life(Record):
    """A need that was watched, all of whose time is in its steps. `begin`, `end`: days of the run."""

    steps: tuple[Step, ...]
    handoffs: tuple[HandOff, ...]
    begin: float
    end: float

    @property
    def places(self) -> list[str]:
        """The places where it was, from the resident upwards."""
        passed = {step.place for step in self.steps}
        order = [RESIDENT, "grid", "community", "street", *sorted(p for p in passed if p.startswith("department."))]
        return [place for place in [*order, PARTNER, PARTS] if place in passed]

    @property
    def staff_hours(self) -> float:
        """Hours that somebody worked on its parts: handling, and in vain."""
        return sum(step.hours for step in self.steps if step.worked)


def record(requests: pd.DataFrame, label: Any, calendar: Calendar, day: int) -> Record:
    """What is known of the need in row `label` of a request table of a run played up to `day`."""
    row = requests.loc[[label]]
    facts = _rows(row)[0]
    hours = float(durations(row, calendar, day).iloc[0])
    split = {cause: float(facts[column]) for cause, column in zip(CAUSES, HOURS, strict=True)}
    lacking = max(0.0, facts["parts"] * hours - sum(split.values()))
    ended = facts["closed"] == facts["closed"]
    between = lacking / facts["parts"] if ended and lacking > LEAST * facts["parts"] else 0.0
    known = (value for value in (facts["voiced"], facts["closed"]) if value == value)
    kin = requests[(requests["root"] == facts["root"]) & (requests["id"] != facts["id"])].sort_values("ordinal")
    silent = float(next(known, day) - facts["arose"])
    return Record(facts, split, hours, 0.0 if ended else lacking, between, silent, tuple(_rows(kin)))


def life(trace: Trace, requests: pd.DataFrame, label: Any) -> Life:
    """The life of the need in row `label` of a request table, as seen in `trace` up to the model's day."""
    model = trace.model
    parts = vars(record(requests, label, model.scenario_run.calendar, model.day))
    facts = parts["facts"]
    steps, handoffs = steps_of(facts, trace)
    if facts["outcome"] in ("open", "unresolved"):
        split = {cause: sum(step.hours for step in steps if step.cause == cause) for cause in CAUSES}
        between = sum(step.hours for step in steps if step.what in NO_CAUSE and step.part >= 0) / facts["parts"]
        parts = parts | {"split": split, "unbooked": 0.0, "between": between}
    end = max([step.end for step in steps] + ([facts["closed"]] if facts["closed"] == facts["closed"] else []))
    return Life(**parts, steps=tuple(steps), handoffs=tuple(handoffs), begin=float(facts["arose"]), end=float(end))


def watched(
    scenario: Scenario, requests: pd.DataFrame, label: Any, *, seed: int, days: int, scale: float, until: int,
    job: BackgroundJob[Any] | None = None,
) -> Life:  # fmt: skip
    """The life of the need in row `label` of the request table of a run played up to day `until`.

    The run is made once more to see it closer. As a job, each day is one of its `total`. Raises Cancelled, and
    InputError for one that was voiced before day 0: the years before are not watched.
    """
    voiced: Any = requests.at[label, "voiced"]
    if voiced < 0:
        raise InputError(f"request {requests.at[label, 'id']!s}: was voiced before day 0; its way so far was not seen")
    with job.turn() if job else nullcontext():
        model = WatchedModel(scenario, seed, days, scale, int(str(requests.at[label, "id"]), 16))

    def step(some: int) -> None:
        for _ in range(some):
            model.step()

    play(step, until, job, count=True)
    return life(Trace(model.log.copy(), model), requests, label)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
