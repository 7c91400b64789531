"""What is seen of a model day by day: the numbers behind the charts, the map and the large figures.

The model's diary has satisfaction, stocks and hours; this adds what only records tell, as they come: how long
requests took that were resolved, by community, and what each community had open and wasted. Series that are made of
both grow by the days that are new, however often they are looked at.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sanfang.metrics.by_day import WINDOW
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.window_money import Pots, moved, yuan_of
from sanfang.model.district.finance import in_pots, month_books
from sanfang.model.model import DistrictModel
from sanfang.run.answers import Answers

WASTED = [h.HOUR_HEADINGS.index(name) for name in h.WASTED_HOURS]


class Recorder:
    """What is known of each day of one model; `see` is called after each. Rows of days to come are 0."""

    def __init__(self, model: DistrictModel) -> None:
        days, communities = model.days, len(model.map.ids)
        self.days = 0
        # [day, community], at the end of the day
        self.open = np.zeros((days, communities), np.int64)
        self.latent = np.zeros((days, communities), np.int64)
        # [day, community], from the first day to the end of this one
        self.took = np.zeros((days, communities))  # calendar days from voicing to resolution, summed over requests
        self.resolved = np.zeros((days, communities))
        self.wasted = np.zeros((days, communities))  # hours at the community's grids and office
        self.worked = np.zeros((days, communities))  # hours there
        # Of the district, from the first day to the end of this one
        self.counted = np.zeros((days, model.world.daily.shape[1]))  # [day, counter], see `model.state.DAILY`
        self.hours = np.zeros((days, len(h.HOUR_HEADINGS)))  # [day, heading], public
        self.time = np.zeros((days, len(s.TIME_NAMES)))  # [day, cause], working hours of all parts of requests
        # Of the district, of the last `WINDOW` days, or fewer at the beginning
        self.yuan = np.zeros((days, len(h.YUAN_HEADINGS)))  # [day, heading], public, given for them, without wages
        self.answers = Answers(model)
        self._seen = 0
        self._time_of_ended = np.zeros(len(s.TIME_NAMES))
        self._time_before = _time_of_open(model)  # of requests that were under way when it began
        self._grown: dict[str, tuple[int, np.ndarray]] = {}

    def see(self, model: DistrictModel) -> None:
        """Take in the day that the model has just done."""
        day, communities = self.days, len(model.map.ids)
        end = int(model.world.counts["records"][0])
        new = model.world.records[self._seen : end]
        self._time_of_ended += new["spent"].sum(axis=0, dtype=float)
        self.time[day] = self._time_of_ended + _time_of_open(model) - self._time_before
        self.answers.see(model, day, new)
        new = new[new["outcome"] == s.RESOLVED]
        self.open[day] = model.world.flow[:, :, s.OPEN].sum(axis=1)
        self.latent[day] = model.world.flow[:, :, s.LATENT].sum(axis=1)
        if day:
            for so_far in (self.took, self.resolved, self.counted):
                so_far[day] = so_far[day - 1]
        self.took[day] += np.bincount(new["community"], new["closed"] - new["voiced"], communities)
        self.resolved[day] += np.bincount(new["community"], minlength=communities)
        self.counted[day] += model.world.daily[day]
        hours = model.engine.hours[: 2 * communities].reshape(2, communities, -1).sum(axis=0)
        self.wasted[day] = hours[:, WASTED].sum(axis=1)
        self.worked[day] = hours.sum(axis=1)
        self.hours[day] = model.diary.hours[day].sum(axis=0)
        self.yuan[day] = _given_since(model, max(day + 1 - WINDOW, 0))
        self._seen, self.days = end, day + 1

    def grown(self, name: str, new: Callable[[int, int], np.ndarray]) -> np.ndarray:
        """The series `name`, a row a day so far, read-only.

        `new(first, end)` gives the rows of the days from `first` to before `end`, each from that day and those before
        it; it is asked only for days that have come since the last look.
        """
        known, rows = self._grown.get(name, (0, None))
        if rows is None or known < self.days:
            fresh = new(known, self.days)
            if rows is None:
                rows = np.full((len(self.hours), *fresh.shape[1:]), np.nan)
            rows[known : self.days] = fresh
            self._grown[name] = self.days, rows
        shown = rows[: self.days]
        shown.setflags(write=False)
        return shown


def _time_of_open(model: DistrictModel) -> np.ndarray:
    """Working hours so far of requests that have not ended, `[cause]`: those booked, and those since the last booking.
    So a day adds the hours that parts spent under each cause on that day, whenever they end."""
    world, jobs = model.world, model.engine.jobs
    state = world.states["state"]
    booked = world.cases["spent"][np.flatnonzero((state == s.OPEN) | (state == s.UNRESOLVED))].sum(axis=0, dtype=float)
    phase = jobs["phase"]
    parts = np.flatnonzero((phase != s.BLANK) & (phase != s.TASK) & (phase != s.CHORE))
    parts = parts[jobs["cancelled"][parts] == 0]
    since = model.engine.clock["now"][0] - jobs["since"][parts]
    return np.asarray(booked + np.bincount(jobs["cause"][parts], since, len(s.TIME_NAMES)))


def _given_since(model: DistrictModel, first: int) -> np.ndarray:
    """Public yuan given for the days from `first` to the last one done, `[heading]`, without wages."""
    scenario, world, end = model.scenario_run, model.world, model.day
    pots = Pots(moved(model.diary.spent, first, end), in_pots(world), model.waiting_yuan())
    months = month_books(scenario, world, model.finance, end)
    return np.asarray(yuan_of(*months, scenario.calendar, first, end, pots).sum(axis=0))


def in_window(so_far: np.ndarray, first: int, end: int, window: int = WINDOW) -> np.ndarray:
    """What the last `window` days, or fewer at the beginning, have added to amounts `so_far[day]`: a row a day, from
    `first` to before `end`."""
    added = so_far[first:end].copy()
    begun = max(first, window)
    if begun < end:
        added[begun - first :] -= so_far[begun - window : end - window]
    return added
