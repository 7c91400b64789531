"""The daily series of a session, by name: what charts, large figures and differences are made of.

Moving figures look back on the last `by_day.WINDOW` days. Each series grows by the days that are new.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sanfang.metrics import waste
from sanfang.metrics.by_day import WINDOW, Twin, moving_sum, ratios
from sanfang.metrics.catalogue import TWINS
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.recorder import in_window

if TYPE_CHECKING:
    from sanfang.run.session import Session

CHARTED = ("satisfaction", "satisfaction_vulnerable", "days_to_resolve", "wasted", "open", "latent")
"""Those that stand beside one another where worlds are compared."""

RATES = ("response_rate", "resolution_rate", "rating_rate")
"""三率: by these China's hotlines are assessed."""

MEASURES: dict[str, Twin] = {name: TWINS[name] for name in (*CHARTED, *RATES)}
"""The series that stand for a world: its large figures, and what replications keep. Labels: `measure_<name>`."""

HOUR_GROUPS = {group: h.names(h.HOURS, group) for group in h.HOUR_GROUPS}
"""Every heading of hours in one group."""

REQUEST_STATES = ("latent", "open", "resolved", "unresolved", "withdrawn")


def residents(session: Session) -> int:
    return len(session.model.residents.satisfaction)


def measures(session: Session) -> dict[str, np.ndarray]:
    """Each of `MEASURES` by day."""
    return {name: series(session, name) for name in MEASURES}


class SessionDays:
    """Days `begin` to before `end` of a session, as daily twins of metrics look at them (`metrics.by_day.Days`)."""

    def __init__(self, session: Session, begin: int, end: int) -> None:
        model, recorder, days = session.model, session.recorder, slice(begin, end)
        self._model, self._recorder, self._begin, self._end = model, recorder, begin, end
        self.satisfaction, self.satisfaction_vulnerable = model.diary.satisfaction[days], model.diary.vulnerable[days]
        self.size: np.ndarray = model.world.communities["size"]
        self.latent, self.open = model.diary.latent[days], model.diary.open[days]
        self.rated = model.diary.rated[days]
        self.wage = session.scenario.staffing.wage

    @property
    def vulnerable(self) -> np.ndarray:
        """See `Days`, as below."""
        first = self._model.world.communities["first"]
        return np.asarray(np.add.reduceat(self._model.residents.vulnerable.astype(np.int64), first))

    @property
    def took(self) -> np.ndarray:
        return self._added(self._recorder.took).sum(axis=1)

    @property
    def resolved(self) -> np.ndarray:
        return self._added(self._recorder.resolved).sum(axis=1)

    @property
    def closings(self) -> np.ndarray:
        return self._added(self._recorder.counted)[:, [s.D_CLOSED, s.D_RESOLVED]]

    @property
    def answers(self) -> np.ndarray:
        return self._added(self._recorder.answers.so_far)

    @property
    def hours(self) -> np.ndarray:
        return self._added(self._recorder.hours)

    @property
    def yuan(self) -> np.ndarray:
        return self._recorder.yuan[self._begin : self._end]

    def _added(self, so_far: np.ndarray) -> np.ndarray:
        """What each of the days has added to amounts `so_far[day]`."""
        before = so_far[self._begin - 1 : self._begin] if self._begin else np.zeros((1, *so_far.shape[1:]))
        return np.diff(so_far[self._begin : self._end], axis=0, prepend=before)


def series(session: Session, name: str) -> np.ndarray:
    """One of `MEASURES`, by day: shares 0-1, days, or per 1,000 residents."""
    return _grown(session, name, TWINS[name].series)


def waste_by_cause(session: Session) -> dict[str, np.ndarray]:
    """See `metrics.waste.waste_by_cause`."""
    causes = (*h.WASTED_HOURS, *h.WASTED_YUAN)
    shares = _grown(session, "waste by cause", lambda days: np.column_stack([*waste.waste_by_cause(days).values()]))
    return dict(zip(causes, shares.T, strict=True))


def _grown(session: Session, name: str, of: Callable[[SessionDays], np.ndarray]) -> np.ndarray:
    """A series, worked out for the days that are new, from these and the `WINDOW` days before them."""

    def new(first: int, end: int) -> np.ndarray:
        begin = max(first - WINDOW, 0)
        return np.asarray(of(SessionDays(session, begin, end))[first - begin :])

    return session.recorder.grown(name, new)


def hours_by_group(session: Session) -> dict[str, np.ndarray]:
    """Share of the public hours of the last days in each of `HOUR_GROUPS`, by day."""

    def shares(days: SessionDays) -> np.ndarray:
        hours = moving_sum(days.hours)
        rows = [[h.HOUR_HEADINGS.index(name) for name in group] for group in HOUR_GROUPS.values()]
        columns = [ratios(hours[:, own].sum(axis=1), hours.sum(axis=1)) for own in rows]
        return np.asarray(np.nan_to_num(np.column_stack(columns)))

    return dict(zip(HOUR_GROUPS, _grown(session, "hours by group", shares).T, strict=True))


def requests_by_state(session: Session) -> dict[str, np.ndarray]:
    """Per 1,000 residents by day: latent and open now; resolved, closed in vain and given up in the last days."""
    diary = session.model.diary

    def new(first: int, end: int) -> np.ndarray:
        ended = in_window(session.recorder.counted, first, end)
        resolved, closed, withdrawn = (ended[:, row] for row in (s.D_RESOLVED, s.D_CLOSED, s.D_WITHDRAWN))
        stocks = (diary.latent[first:end], diary.open[first:end])
        rows = np.column_stack([*stocks, resolved, closed - resolved, withdrawn])
        return np.asarray(rows / residents(session) * 1000.0)

    return dict(zip(REQUEST_STATES, session.recorder.grown("requests by state", new).T, strict=True))


# --- By community -------------------------------------------------------------------------------------

BY_COMMUNITY: dict[str, Twin] = {
    "satisfaction": MEASURES["satisfaction"],
    "open": MEASURES["open"],
    "days_to_resolve": MEASURES["days_to_resolve"],
    "wasted": MEASURES["wasted"],
}
"""What the map can show."""


def by_community(session: Session, name: str, day: int | None = None) -> np.ndarray:
    """One of `BY_COMMUNITY` at the end of `day` (counted from 1; today if None); NaN where there is none yet.

    Waste is that of hours at the community's grids and office.
    """
    end = session.day if day is None else day
    size = session.model.world.communities["size"]
    if end == 0:
        return np.full(len(size), np.nan)
    recorder = session.recorder

    def lately(so_far: np.ndarray) -> np.ndarray:
        return np.asarray(in_window(so_far, end - 1, end)[0])

    if name == "satisfaction":
        return np.asarray(session.model.diary.satisfaction[end - 1])
    if name == "open":
        return np.asarray(recorder.open[end - 1] / size * 1000.0)
    if name == "days_to_resolve":
        return ratios(lately(recorder.took), lately(recorder.resolved))
    return ratios(lately(recorder.wasted), lately(recorder.worked))
