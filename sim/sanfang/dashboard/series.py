"""The daily series of a played world, by name: what charts, large figures and differences are made of.

Moving figures look back on the last `recorder.WINDOW` days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.recorder import WINDOW, moving_sum, ratio
from sanfang.run.session import Session


@dataclass(frozen=True)
class Measure:
    """How a series is shown: `form` is "share" (0-1, as percent), "number" or "days"; `better` "higher" or "lower"."""

    form: str
    better: str | None
    digits: int = 1


MEASURES: dict[str, Measure] = {
    "satisfaction": Measure("share", "higher"),
    "satisfaction_vulnerable": Measure("share", "higher"),
    "days_to_resolve": Measure("days", "lower"),
    "wasted": Measure("share", "lower"),
    "open": Measure("number", "lower"),
    "latent": Measure("number", "lower"),
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


def series(played: Session, name: str) -> np.ndarray:
    """One of `MEASURES`, by day: shares 0-1, days, or per 1,000 residents."""
    model, days, recorder = played.model, played.day, played.recorder
    diary, size = model.diary, model.world.communities["size"]
    if name == "satisfaction":
        return np.asarray(diary.satisfaction[:days] @ size / size.sum())
    if name == "satisfaction_vulnerable":
        weak = np.add.reduceat(model.residents.vulnerable.astype(np.int64), model.world.communities["first"])
        return diary.satisfaction_vulnerable(weak)
    if name == "days_to_resolve":
        took, resolved = recorder.took[:days].sum(axis=1), recorder.resolved[:days].sum(axis=1)
        return ratio(moving_sum(took), moving_sum(resolved).astype(float))
    if name == "wasted":
        return np.asarray(sum(waste_by_cause(played).values()))
    stock = diary.open if name == "open" else diary.latent
    return stock[:days] / residents(played) * 1000.0


def hours_by_day(played: Session) -> np.ndarray:
    """Public hours of each day, `[day, heading]`."""
    booked = np.array(played.model.diary.hours[: played.day]).reshape(played.day, -1, len(h.HOUR_HEADINGS))
    return np.diff(booked.sum(axis=1), axis=0, prepend=0.0)


def yuan_by_day(played: Session) -> np.ndarray:
    """Public yuan spent on each day, `[day, heading]`; wages apart, what is left in the pots not counted."""
    spent = np.array(played.model.diary.spent[: played.day])[:, : s.DEPARTMENT + 1]
    return np.diff(spent.sum(axis=1), axis=0, prepend=0.0)


def waste_by_cause(played: Session) -> dict[str, np.ndarray]:
    """Share of the cost of the last days that went to each cause of waste, by day; hours count at their wage.

    The cost is that of all hours, and of the money that was spent. Money left over shows only at the end of a year.
    """
    if not played.day:
        return {name: np.zeros(0) for name in (*h.WASTED_HOURS, *h.WASTED_YUAN)}
    hours = moving_sum(hours_by_day(played)) * played.scenario.staffing.wage
    yuan = moving_sum(yuan_by_day(played))
    cost = hours.sum(axis=1) + yuan.sum(axis=1)
    found = {name: ratio(hours[:, h.HOUR_HEADINGS.index(name)], cost) for name in h.WASTED_HOURS}
    found |= {name: ratio(yuan[:, h.YUAN_HEADINGS.index(name)], cost) for name in h.WASTED_YUAN}
    return {name: np.nan_to_num(values) for name, values in found.items()}


def hours_by_group(played: Session) -> dict[str, np.ndarray]:
    """Share of the public hours of the last days in each of `HOUR_GROUPS`, by day."""
    if not played.day:
        return {name: np.zeros(0) for name in HOUR_GROUPS}
    hours = moving_sum(hours_by_day(played))
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

BY_COMMUNITY: dict[str, Measure] = {
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
