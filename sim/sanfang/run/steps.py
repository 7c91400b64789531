"""A request's life as steps: where it was, in which phase, for how long, and who handed it on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sanfang.model import state as s
from sanfang.model.cases.watched import Trace
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.kernel.worktime import clock_starts
from sanfang.model.model import DistrictModel

RESIDENT, PARTS, PARTNER = "resident", "parts", "partner"
"""Places that are no office: with the resident; waiting for other parts of the request; with a partner."""

PHASES = {
    s.SENT_ON: "sent_on", s.REGISTERING: "registering", s.MISDIRECTED: "wrong", s.SENT_BACK: "sent_back",
    s.HANDED_ON: "handed_on", s.RELAYED: "relay", s.APPROVED: "accepting", s.UNFUNDED: "no_money",
    s.ASKING: "asking", s.GRANTED: "granting", s.HANDLING: "handling", s.AT_PARTNER: "partner_wait",
    s.BY_PARTNER: "partner_work", s.EXECUTED: "execution", s.COMES_BACK: "comes_back", s.TO_CASE: "turn",
    s.FINISHED: "others", s.CONVENED: "forum",
}  # fmt: skip
QUEUED = {"wrong", "relay", "asking", "handling"}
"""Phases in a queue, or in a worker's hands: their steps are called `..._wait` and `..._work`."""

NO_CAUSE = ("closed_office", "between")
"""Steps of a part whose time nobody books."""

WHATS = (
    "silent", "closed_office", "returned", "meeting", "by_itself", "between", "tied",
    *(name for name in PHASES.values() if name not in QUEUED),
    *(f"{name}_{half}" for name in PHASES.values() if name in QUEUED for half in ("wait", "work")),
)  # fmt: skip
"""All kinds of step."""


@dataclass(frozen=True)
class Step:
    """A stretch of a request's life. `begin`, `end`: calendar days; `hours`: working hours in between.

    `what` is one of `WHATS`; `part` counts from 0 and is -1 before there are parts; `cause` is one of
    `time_split.CAUSES`, "" before voicing and where it is no request (given up or closed in vain); `worked` tells
    whether somebody worked on it; `yuan`: paid at its beginning.
    """

    what: str
    place: str
    part: int
    begin: float
    end: float
    hours: float = 0.0
    cause: str = ""
    worked: bool = False
    yuan: float = 0.0


@dataclass(frozen=True)
class HandOff:
    """Part `part` passes from one place to another at `time` (calendar days)."""

    part: int
    time: float
    giver: str
    taker: str
    why: str  # the step that it begins


def steps_of(facts: dict[str, Any], trace: Trace) -> tuple[list[Step], list[HandOff]]:
    """The steps of a need, in the order of their beginning, and its hand-offs, in that of their time.

    `facts`: its row of the request table; `trace`: what was seen of it up to the model's day.
    """
    steps, handoffs = _Teller(trace.model, trace.log).all_parts()
    first = min((step.begin for step in steps), default=np.nan)
    return [*_before(facts, first, float(trace.model.day)), *steps], handoffs


def _before(facts: dict[str, Any], registered: float, day: float) -> list[Step]:
    """The time until a need is voiced, and from there until an office is open and takes it."""
    arose, voiced, closed = (float(facts[name]) for name in ("arose", "voiced", "closed"))
    if voiced != voiced:
        return [Step("silent", RESIDENT, -1, arose, closed if closed == closed else day)]
    steps = [Step("silent", RESIDENT, -1, arose, voiced)] if voiced - arose > 1e-9 else []
    if registered - voiced > 1e-6:
        steps.append(Step("closed_office", RESIDENT, -1, voiced, registered))
    elif registered != registered and closed == closed:
        steps.append(Step("by_itself", RESIDENT, -1, voiced, closed))
    elif registered != registered:
        steps.append(Step("closed_office", RESIDENT, -1, voiced, max(day, voiced)))
    return steps


class _Teller:
    """Turns the looks of a trace into steps."""

    def __init__(self, model: DistrictModel, log: np.ndarray) -> None:
        self.model, self.log = model, log
        calendar = model.scenario_run.calendar
        self.starts, self.opening = clock_starts(calendar, model.days), calendar.opening_hour
        self.now = float(model.engine.clock["now"][0])
        self.departments = list(model.scenario_run.departments)

    def all_parts(self) -> tuple[list[Step], list[HandOff]]:
        """Steps in the order of their beginning, hand-offs in that of their time."""
        steps: list[Step] = []
        handoffs: list[HandOff] = []
        for part in sorted(set(self.log["part"].tolist())):
            self._part(part, steps, handoffs)
        steps.sort(key=lambda step: (step.begin, step.part))
        handoffs.sort(key=lambda handoff: handoff.time)
        return steps, handoffs

    def _part(self, part: int, steps: list[Step], handoffs: list[HandOff]) -> None:
        places = np.flatnonzero(self.log["part"] == part)
        rows = self.log[places]
        first = rows[int(np.argmax(rows["phase"] != s.BLANK))]  # what is closed as a duplicate at once has no part yet
        holder, before, mine = self._office(first, int(first["tier"])), None, list[Step]()
        for number, row in enumerate(rows):
            following = rows[number + 1] if number + 1 < len(rows) else None
            if row["phase"] == s.BLANK:
                if following is None and not row["tied"]:
                    if mine:  # paid as it ended
                        mine[-1] = replace(mine[-1], yuan=mine[-1].yuan + self._paid(int(places[number])))
                    break
                what, place = ("tied", PARTS) if row["tied"] else (_in_no_hands(row), RESIDENT)
            else:
                what = _what(row, before)
                place = self._place(row, holder)
                handoffs += self._passed(row, before, what, holder, place, part)
            until = float(following["hours"]) if following is not None else self.now
            end = self._time(following) if following is not None else float(self.model.day)
            cause = "" if what in NO_CAUSE else s.TIME_NAMES[row["cause"]]
            step = Step(
                what, place, part, self._time(row), end, until - float(row["hours"]), cause,
                bool(row["worker"] != NONE) or what == "partner_work", self._paid(int(places[number])),
            )  # fmt: skip
            _add(mine, step)
            holder = place if place not in (PARTS, RESIDENT) else holder
            before = row if row["phase"] != s.BLANK else None
        steps += mine

    def _time(self, row: np.ndarray) -> float:
        """Calendar time of a look."""
        day = int(row["day"])
        return day + (self.opening + float(row["hours"]) - float(self.starts[day])) / 24.0

    def _paid(self, number: int) -> float:
        """Yuan paid for the request between the look before, at whatever part, and this one."""
        paid = self.log["yuan"]
        return float(paid[number] - (paid[number - 1] if number else 0.0))

    def _office(self, row: np.ndarray, tier: int) -> str:
        """The place of a tier for this part."""
        if tier == s.DEPARTMENT:
            return f"department.{self.departments[self.model.world.domains['department'][row['domain']]]}"
        return s.TIER_NAMES[tier]

    def _place(self, row: np.ndarray, holder: str) -> str:
        phase, station, layout = int(row["phase"]), int(row["station"]), self.model.world.layout
        if phase in (s.TO_CASE, s.FINISHED):
            return PARTS
        if phase == s.COMES_BACK:
            return RESIDENT
        if phase in (s.AT_PARTNER, s.BY_PARTNER):
            return PARTNER
        if phase == s.EXECUTED:
            return holder
        if phase in (s.APPROVED, s.GRANTED):
            return self._office(row, s.DEPARTMENT)
        if phase == s.UNFUNDED:
            return self._office(row, int(row["target"]))
        if phase == s.CONVENED:
            return "community"
        if station != NONE:
            offices = 2 * layout.communities + layout.streets
            if station >= offices:
                return f"department.{self.departments[station - offices]}"
            return "street" if station >= 2 * layout.communities else s.TIER_NAMES[station // layout.communities]
        return self._office(row, int(row["tier"]))

    def _passed(
        self, row: np.ndarray, before: np.ndarray | None, what: str, holder: str, place: str, part: int
    ) -> list[HandOff]:
        """The hand-offs with which a step begins, as the model counts them."""
        time = self._time(row)
        if what in ("handed_on", "meeting", "sent_back", "accepting"):
            return [HandOff(part, time, holder, place, what)]
        if what == "returned":
            giver = self._office(row, s.DEPARTMENT) if before is not None and before["phase"] == s.RELAYED else holder
            relay = [HandOff(part, time, holder, giver, "relay_work")] if giver != holder else []
            return [*relay, HandOff(part, time, giver, place, what)]
        if row["phase"] == s.ASKING and (before is None or before["phase"] != s.ASKING):
            return [HandOff(part, time, holder, place, "asking_work")]
        return []


def _in_no_hands(row: np.ndarray) -> str:
    """What is with a request no part of which is in any hands: no office has taken it in yet, or it is none."""
    return "closed_office" if row["state"] == s.OPEN else "between"


def _what(row: np.ndarray, before: np.ndarray | None) -> str:
    name = PHASES[int(row["phase"])]
    if name in QUEUED:
        return f"{name}_work" if row["worker"] != NONE else f"{name}_wait"
    if name == "handed_on":
        if before is not None and before["tier"] == row["tier"]:
            return "returned"  # the receiver has said that it is not in charge
        return "meeting" if row["joint"] else name
    return name


def _add(steps: list[Step], step: Step) -> None:
    """Append a step; one that took no time is left out, one like the last lengthens it."""
    if step.end - step.begin < 1e-9 and step.yuan <= 0:
        return
    last = steps[-1] if steps else None
    if last and (last.what, last.place, last.cause) == (step.what, step.place, step.cause) and step.what != "returned":
        steps[-1] = Step(
            last.what, last.place, last.part, last.begin, step.end, last.hours + step.hours, last.cause, last.worked,
            last.yuan + step.yuan,
        )  # fmt: skip
        return
    steps.append(step)
