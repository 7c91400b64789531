"""The daily series of a played world, by name: what charts, large figures and differences are made of.

Moving figures look back on the last `by_day.WINDOW` days.
"""

from __future__ import annotations

import numpy as np

from sanfang.metrics import waste
from sanfang.metrics.by_day import WINDOW, Twin, moving_sum
from sanfang.metrics.by_day import ratios as ratio
from sanfang.metrics.catalogue import TWINS
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.session import Session

MEASURES: dict[str, Twin] = {
    name: TWINS[name]
    for name in ("satisfaction", "satisfaction_vulnerable", "days_to_resolve", "wasted", "open", "latent")
}
"""The series that stand for a world: large figures, and the charts of differences. Labels: `measure_<name>`."""

HOUR_GROUPS = {group: h.names(h.HOURS, group) for group in h.HOUR_GROUPS}
"""Every heading of hours in one group."""

REQUEST_STATES = ("latent", "open", "resolved", "unresolved", "withdrawn")


def residents(played: Session) -> int:
    return len(played.model.residents.satisfaction)


def measures(played: Session) -> dict[str, np.ndarray]:
    """Each of `MEASURES` by day."""
    return {name: series(played, name) for name in MEASURES}


class PlayedDays:
    """A played world so far, as daily twins of metrics look at it (`metrics.by_day.Days`)."""

    def __init__(self, played: Session) -> None:
        model, days, recorder = played.model, played.day, played.recorder
        self._model, self._days = model, days
        self.satisfaction, self.satisfaction_vulnerable = model.diary.satisfaction[:days], model.diary.vulnerable[:days]
        self.size: np.ndarray = model.world.communities["size"]
        self.latent, self.open = model.diary.latent[:days], model.diary.open[:days]
        self._took, self._resolved = recorder.took[:days], recorder.resolved[:days]
        self.wage = played.scenario.staffing.wage

    @property
    def vulnerable(self) -> np.ndarray:
        """See `Days`, as below."""
        first = self._model.world.communities["first"]
        return np.asarray(np.add.reduceat(self._model.residents.vulnerable.astype(np.int64), first))

    @property
    def took(self) -> np.ndarray:
        return np.asarray(self._took.sum(axis=1))

    @property
    def resolved(self) -> np.ndarray:
        return np.asarray(self._resolved.sum(axis=1))

    @property
    def hours(self) -> np.ndarray:
        booked = [by_tier.sum(axis=0) for by_tier in self._model.diary.hours[: self._days]]
        return _of_the_day(booked, len(h.HOUR_HEADINGS))

    @property
    def yuan(self) -> np.ndarray:
        spent = [by_tier[: s.DEPARTMENT + 1].sum(axis=0) for by_tier in self._model.diary.spent[: self._days]]
        return _of_the_day(spent, len(h.YUAN_HEADINGS))


def _of_the_day(so_far: list[np.ndarray], headings: int) -> np.ndarray:
    """What was added on each day to what is booked so far, `[day, heading]`."""
    return np.diff(np.array(so_far).reshape(len(so_far), headings), axis=0, prepend=0.0)


def series(played: Session, name: str) -> np.ndarray:
    """One of `MEASURES`, by day: shares 0-1, days, or per 1,000 residents."""
    return TWINS[name].series(PlayedDays(played))


def waste_by_cause(played: Session) -> dict[str, np.ndarray]:
    """See `metrics.waste.waste_by_cause`."""
    return waste.waste_by_cause(PlayedDays(played))


def hours_by_group(played: Session) -> dict[str, np.ndarray]:
    """Share of the public hours of the last days in each of `HOUR_GROUPS`, by day."""
    if not played.day:
        return {name: np.zeros(0) for name in HOUR_GROUPS}
    hours = moving_sum(PlayedDays(played).hours)
    total = hours.sum(axis=1)
    columns = {name: [h.HOUR_HEADINGS.index(one) for one in group] for name, group in HOUR_GROUPS.items()}
    return {name: np.nan_to_num(ratio(hours[:, rows].sum(axis=1), total)) for name, rows in columns.items()}


def requests_by_state(played: Session) -> dict[str, np.ndarray]:
    """Per 1,000 residents by day: latent and open now; resolved, closed in vain and given up in the last days."""
    days, daily = played.day, played.model.world.daily
    ended = moving_sum(daily[:days].astype(float))
    found = {
        "latent": played.model.diary.latent[:days],
        "open": played.model.diary.open[:days],
        "resolved": ended[:, s.D_RESOLVED],
        "unresolved": ended[:, s.D_CLOSED] - ended[:, s.D_RESOLVED],
        "withdrawn": ended[:, s.D_WITHDRAWN],
    }
    return {name: values / residents(played) * 1000.0 for name, values in found.items()}


# --- By community -------------------------------------------------------------------------------------

BY_COMMUNITY: dict[str, Twin] = {
    "satisfaction": MEASURES["satisfaction"],
    "open": MEASURES["open"],
    "days_to_resolve": MEASURES["days_to_resolve"],
    "wasted": MEASURES["wasted"],
}
"""What the map can show."""


def by_community(played: Session, name: str, day: int | None = None) -> np.ndarray:
    """One of `BY_COMMUNITY` at the end of `day` (counted from 1; today if None); NaN where there is none yet.

    Waste is that of hours at the community's grids and office.
    """
    end = played.day if day is None else day
    size = played.model.world.communities["size"]
    if end == 0:
        return np.full(len(size), np.nan)
    recorder, first = played.recorder, max(end - WINDOW, 0)
    if name == "satisfaction":
        return np.asarray(played.model.diary.satisfaction[end - 1])
    if name == "open":
        return np.asarray(recorder.open[end - 1] / size * 1000.0)
    if name == "days_to_resolve":
        return ratio(recorder.took[first:end].sum(axis=0), recorder.resolved[first:end].sum(axis=0).astype(float))
    wasted, worked = recorder.wasted[end - 1].copy(), recorder.worked[end - 1].copy()
    if first:
        wasted -= recorder.wasted[first - 1]
        worked -= recorder.worked[first - 1]
    return ratio(wasted, worked)
