"""A run beside another one of the same troubles, such as the district left as it is: what differs, and by what.

Both are looked at as series that do not change any more, so that one of them may go on in another thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.series import measures

if TYPE_CHECKING:
    from sanfang.run.session import Session

MOST_NAMED = 2
"""Causes of time, and headings of hours, that are named: those that differ most."""

LEAST_SHARE = 0.01
"""A cause is named if it differs by so much of all time, a heading by so much of all hours."""

NOT_WORK = ("idle", "vacant")
"""Headings of hours in which nobody works on anything: they only mirror what others take."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """What is known of a run after `day` days; arrays are read-only, and stay as they are while the run goes on."""

    day: int
    measures: Mapping[str, np.ndarray]
    """Each of `series.MEASURES`, by day."""
    hours: np.ndarray
    """`[day, heading]`: public hours from the first day to the end of this one."""
    time: np.ndarray
    """`[day, cause]`: working hours that parts of requests spent, from the first day to the end of this one."""


@dataclass(frozen=True)
class Change:
    """An amount of one run, and of the run that it is beside."""

    name: str
    mine: float
    other: float

    @property
    def share(self) -> float:
        """The difference as a share of the other's amount; NaN where that has none."""
        return (self.mine - self.other) / self.other if self.other else float("nan")


@dataclass(frozen=True)
class Cause:
    """What differs in some days. `satisfaction` is the difference at their end (0-1), less that before them."""

    days: int
    time: tuple[Change, ...]
    """Working hours of requests, by cause: the largest differences first."""
    hours: tuple[Change, ...]
    """Public hours, by heading: the same."""
    satisfaction: float


def recorded(played: Session) -> Recorded:
    """What is known of a session today."""
    recorder, day = played.recorder, played.day
    return Recorded(day, measures(played), _read_only(recorder.hours[:day]), _read_only(recorder.time[:day]))


def gap(mine: Recorded, other: Recorded, name: str, since: int = 0) -> float:
    """A measure of one run less that of another on the last day of the first one, counted from the end of day `since`
    (0: the whole difference, as both begin alike). NaN where one has no value, or the other is not yet so far."""
    end = mine.day
    if not end or other.day < end:
        return float("nan")
    delta = mine.measures[name][:end] - other.measures[name][:end]
    return float(delta[-1] - (delta[since - 1] if since else 0.0))


def cause(mine: Recorded, other: Recorded, since: int = 0) -> Cause | None:
    """Where hours went otherwise than in the other run, from the end of day `since` (from 1; 0: from the beginning)
    to the last day of the first run. None where there is no such day, or the other is not yet so far."""
    end = mine.day
    if end <= since or other.day < end:
        return None

    def added(names: tuple[str, ...], so_far: np.ndarray) -> dict[str, float]:
        return dict(zip(names, _between(so_far, since, end).tolist(), strict=True))

    time = largest(added(s.TIME_NAMES, mine.time), added(s.TIME_NAMES, other.time))
    hours = largest(added(h.HOUR_HEADINGS, mine.hours), added(h.HOUR_HEADINGS, other.hours))
    return Cause(end - since, time, hours, gap(mine, other, "satisfaction", since))


def largest(mine: Mapping[str, float], other: Mapping[str, float]) -> tuple[Change, ...]:
    """Of the same amounts in two runs those that differ most, the largest difference first, `MOST_NAMED` at most.

    What differs by less than `LEAST_SHARE` of all that the other run has is left out, and so is `NOT_WORK`.
    """
    least = LEAST_SHARE * sum(other.values())
    found = [Change(name, amount, other[name]) for name, amount in mine.items() if name not in NOT_WORK]
    large = [one for one in found if abs(one.mine - one.other) > least]
    return tuple(sorted(large, key=lambda one: -abs(one.mine - one.other))[:MOST_NAMED])


def _between(so_far: np.ndarray, since: int, end: int) -> np.ndarray:
    """What the days after `since` up to `end` have added."""
    return np.asarray(so_far[end - 1] - (so_far[since - 1] if since else 0.0))


def _read_only(rows: np.ndarray) -> np.ndarray:
    view = rows.view()
    view.setflags(write=False)
    return view
