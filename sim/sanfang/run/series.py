"""The daily series of a session, by name: what charts, large figures and differences are made of.

Moving figures look back on the last `recorder.WINDOW` days. Each series grows by the days that are new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.diary import mean_of_vulnerable
from sanfang.run.recorder import in_window, ratio

if TYPE_CHECKING:
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
    return played.recorder.grown(name, lambda first, end: _measured(played, name, first, end))


def _measured(played: Session, name: str, first: int, end: int) -> np.ndarray:
    """One of `MEASURES` on the days from `first` to before `end`."""
    model, recorder = played.model, played.recorder
    diary, size = model.diary, model.world.communities["size"]
    if name == "satisfaction":
        return np.asarray((diary.satisfaction[first:end] * size).sum(axis=1) / size.sum())
    if name == "satisfaction_vulnerable":
        weak = np.add.reduceat(model.residents.vulnerable.astype(np.int64), model.world.communities["first"])
        return mean_of_vulnerable(diary.vulnerable[first:end], weak)
    if name == "days_to_resolve":
        took, resolved = (in_window(column, first, end) for column in (recorder.took, recorder.resolved))
        return ratio(took.sum(axis=1), resolved.sum(axis=1))
    if name == "wasted":
        return np.asarray(_wasted(played, first, end).sum(axis=1))
    stock = diary.open if name == "open" else diary.latent
    return np.asarray(stock[first:end] / residents(played) * 1000.0)


def waste_by_cause(played: Session) -> dict[str, np.ndarray]:
    """Share of the cost of the last days that went to each cause of waste, by day; hours count at their wage.

    The cost is that of all hours, and of the money that was spent. Money left over shows only at the end of a year.
    """
    shares = played.recorder.grown("waste by cause", lambda first, end: _wasted(played, first, end))
    return dict(zip((*h.WASTED_HOURS, *h.WASTED_YUAN), shares.T, strict=True))


def _wasted(played: Session, first: int, end: int) -> np.ndarray:
    """`[day, cause]` of `waste_by_cause`, on the days from `first` to before `end`."""
    hours = in_window(played.recorder.hours, first, end) * played.scenario.staffing.wage
    yuan = in_window(played.recorder.yuan, first, end)
    cost = (hours.sum(axis=1) + yuan.sum(axis=1))[:, np.newaxis]
    lost = [hours[:, h.HOUR_HEADINGS.index(name)] for name in h.WASTED_HOURS]
    lost += [yuan[:, h.YUAN_HEADINGS.index(name)] for name in h.WASTED_YUAN]
    columns = np.column_stack(lost)
    return np.asarray(np.nan_to_num(ratio(columns, np.broadcast_to(cost, columns.shape))))


def hours_by_group(played: Session) -> dict[str, np.ndarray]:
    """Share of the public hours of the last days in each of `HOUR_GROUPS`, by day."""

    def new(first: int, end: int) -> np.ndarray:
        hours = in_window(played.recorder.hours, first, end)
        rows = [[h.HOUR_HEADINGS.index(one) for one in group] for group in HOUR_GROUPS.values()]
        shares = [ratio(hours[:, own].sum(axis=1), hours.sum(axis=1)) for own in rows]
        return np.asarray(np.nan_to_num(np.column_stack(shares)))

    return dict(zip(HOUR_GROUPS, played.recorder.grown("hours by group", new).T, strict=True))


def requests_by_state(played: Session) -> dict[str, np.ndarray]:
    """Per 1,000 residents by day: latent and open now; resolved, closed in vain and given up in the last days."""
    diary = played.model.diary

    def new(first: int, end: int) -> np.ndarray:
        ended = in_window(played.recorder.counted, first, end)
        resolved, closed, withdrawn = (ended[:, row] for row in (s.D_RESOLVED, s.D_CLOSED, s.D_WITHDRAWN))
        stocks = (diary.latent[first:end], diary.open[first:end])
        rows = np.column_stack([*stocks, resolved, closed - resolved, withdrawn])
        return np.asarray(rows / residents(played) * 1000.0)

    return dict(zip(REQUEST_STATES, played.recorder.grown("requests by state", new).T, strict=True))


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
    recorder = played.recorder

    def lately(so_far: np.ndarray) -> np.ndarray:
        return np.asarray(in_window(so_far, end - 1, end)[0])

    if name == "satisfaction":
        return np.asarray(played.model.diary.satisfaction[end - 1])
    if name == "open":
        return np.asarray(recorder.open[end - 1] / size * 1000.0)
    if name == "days_to_resolve":
        return ratio(lately(recorder.took), lately(recorder.resolved))
    return ratio(lately(recorder.wasted), lately(recorder.worked))
