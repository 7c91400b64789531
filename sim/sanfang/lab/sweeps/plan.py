"""The plan of an experiment: which run stands for a replication of a scenario at a point.

A plan may hold millions of cells, and each scenario at each point takes a millisecond to make. So a plan is laid out in
slices, each as large as all before it: the first runs begin at once, and laying out takes a small part of the time that
the runs take. How many cells there are, and how many different runs, is reckoned and not counted out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.factor_spec import comparable
from sanfang.lab.storage.rows import Planned
from sanfang.lab.storage.run_keys import run_keys

FIRST_SLICE = 500
"""Cells: less than a second, if each needs a scenario of its own."""

MAX_CHECKED_FIRST = 1_000
"""Scenarios at points that are made before the first run: about a second."""

MAX_KEYS_HELD = 100_000
"""Scenarios at points whose part of the key is kept for later replications; 60 MB."""


class Plan:
    """The plan of `experiment` with code of the version `code`. Raises InputError at a wrong point."""

    def __init__(self, experiment: Experiment, code: str) -> None:
        self.experiment, self.points, self._code = experiment, experiment.points(), code
        self._labels = sorted(experiment.bases)  # as the store orders them
        self._key_of = lru_cache(MAX_KEYS_HELD)(self._new_key_of)

    @property
    def first(self) -> int:
        """Cells of the first replications, which are always made."""
        return len(self.points) * len(self._labels) * self.experiment.replications.min

    def slice_after(self, laid_out: int) -> range:
        """Numbers of the cells to lay out next, of the first replications, when so many are there."""
        return range(laid_out, min(self.first, laid_out + max(laid_out, FIRST_SLICE)))

    def cells(self, numbers: range) -> Iterator[Planned]:
        """Cells of the first replications by number: replication by replication, then point by point."""
        each = len(self._labels) * len(self.points)
        for number in numbers:
            replication, cell = divmod(number, each)
            point, label = divmod(cell, len(self._labels))
            yield self._cell(replication, point, self._labels[label])

    def more(self, wanted: Iterable[tuple[int, int, int]]) -> Iterator[Planned]:
        """Cells for (point, first replication, end of replications), replication by replication."""
        wanted = list(wanted)
        begin, stop = min((item[1] for item in wanted), default=0), max((item[2] for item in wanted), default=0)
        for replication in range(begin, stop):
            for point, first, end in wanted:
                if first <= replication < end:
                    yield from (self._cell(replication, point, label) for label in self._labels)

    def _cell(self, replication: int, point: int, label: str) -> Planned:
        seed = self.experiment.seed + replication
        return Planned(replication, point, label, seed, self._key_of(point, label)(seed))

    def _new_key_of(self, point: int, label: str) -> Callable[[int], str]:
        scenario = self.experiment.scenario(label, self.points[point])
        days = self.experiment.days or scenario.run.days
        return run_keys(scenario.digest(), days, self.experiment.scale, self._code)

    # --- Before the first run -----------------------------------------------------------------------------

    def check(self) -> None:
        """Make scenarios before the first run. Raises InputError at a wrong one.

        All of them, if they are at most `MAX_CHECKED_FIRST`. Of more, those at points that tell most: where a factor
        is at an end or takes a word or list for the first time, then where two factors together are as near as points
        come to the corners of their ranges. That finds what a single value does wrong anywhere, and what two do; what
        only three or more values do together is found when their slice is laid out.
        """
        for point in self._telling()[: max(1, MAX_CHECKED_FIRST // len(self._labels))]:
            for label in self._labels:
                self._key_of(point, label)

    def _telling(self) -> list[int]:
        """Numbers of points, those that tell most first."""
        if len(self.points) * len(self._labels) <= MAX_CHECKED_FIRST:
            return list(range(len(self.points)))
        numbers = dict.fromkeys([0, len(self.points) - 1])
        places: list[NDArray[np.float64]] = []
        for factor in self.experiment.factors:
            values = [point[factor.name] for point in self.points]
            met: dict[Any, int] = {}
            for number, value in enumerate(values):
                if not _is_number(value):
                    met.setdefault(comparable(value), number)
            numbers |= dict.fromkeys(met.values())
            if len(met) < len(values):
                places.append(_between_ends(values))
                numbers |= dict.fromkeys([int(np.nanargmin(places[-1])), int(np.nanargmax(places[-1]))])
        for first, second in combinations(places, 2):
            if len(numbers) * len(self._labels) >= MAX_CHECKED_FIRST:
                break
            for together in (first + second, first - second):
                if not np.isnan(together).all():
                    numbers |= dict.fromkeys([int(np.nanargmin(together)), int(np.nanargmax(together))])
        return list(numbers)

    def distinct(self, report: Callable[[int, int], object] = lambda done, total: None) -> int:
        """How many different runs the first replications take: cells may share one.

        Where all points set the same parameters, to numbers, these alone tell points apart, and scenarios that are the
        same at one point are the same at all: one of each is made. Else all are, which `report` is told of.
        """
        settings = [self.experiment.settings_of(point) for point in self.points]
        replications = self.experiment.replications.min
        numbers = all(_is_number(value) for setting in settings for value in setting.values())
        if numbers and all(setting.keys() == settings[0].keys() for setting in settings):
            different = len({tuple(setting.items()) for setting in settings})
            return different * len({self._key_of(0, label)(0) for label in self._labels}) * replications
        keys = set()
        for number in range(len(self.points)):
            report(number, len(self.points))
            keys |= {self._key_of(number, label)(0) for label in self._labels}
        return len(keys) * replications


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _between_ends(values: list[Any]) -> NDArray[np.float64]:
    """Numbers as places between the lowest, 0, and the highest, 1; NaN for everything else."""
    numbers = np.array([value if _is_number(value) else np.nan for value in values], np.float64)
    low, high = np.nanmin(numbers), np.nanmax(numbers)
    return (numbers - low) / ((high - low) or 1.0)
