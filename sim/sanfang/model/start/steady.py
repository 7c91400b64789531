"""The steady start of a run: the state of its district on the eve of day 0, under its present policy."""

from __future__ import annotations

from collections.abc import Callable

from sanfang.model.start import snapshots
from sanfang.model.start.carried import Carried
from sanfang.model.start.lead_in import LeadIn
from sanfang.model.start.snapshots import keep, kept, key_of
from sanfang.scenario.scenario import Scenario

Progress = Callable[[int, int], object]
"""Called with (day, days) of the years before day 0; what it raises ends the making."""


def steady_start(scenario: Scenario, seed: int, scale: float, progress: Progress | None = None) -> Carried:
    """What the district of `scenario` carries into day 0 in its steady state; made once, and kept.

    It is the same for every policy: each begins where the present one has led. The arrays are shared and must not be
    changed.
    """
    present = scenario.under_present_policy()
    key = key_of(present, seed, scale)
    start = _latest.get(key)
    if start is None:
        start = kept(key, lambda mark: _made(LeadIn(present, seed, scale), mark, progress))
        _remember(key, start)
    return start


def steady_start_again(scenario: Scenario, seed: int, scale: float) -> Carried:
    """As `steady_start`, where what is kept turns out to be something else: it is made again."""
    key = start_key(scenario, seed, scale)
    _latest.pop(key, None)
    snapshots.forget(key)
    return steady_start(scenario, seed, scale)


def _made(years: LeadIn, mark: Callable[[], None], progress: Progress | None) -> Carried:
    while years.day < years.days:
        years.step()
        mark()
        if progress is not None:
            progress(years.day, years.days)
    return years.carried()


class YearsBefore:
    """The making of a start by hand, some days at a time; `end` keeps it."""

    def __init__(self, scenario: Scenario, seed: int, scale: float) -> None:
        present = scenario.under_present_policy()
        self.key = key_of(present, seed, scale)
        self._model = LeadIn(present, seed, scale)
        self.days = self._model.days

    def step(self, days: int) -> None:
        """Play so many days."""
        for _ in range(days):
            self._model.step()

    def end(self) -> None:
        """Keep the start, after all days."""
        start = self._model.carried()
        keep(self.key, start)
        _remember(self.key, start)


def is_kept(scenario: Scenario, seed: int, scale: float) -> bool:
    """Whether the start has been made before, and can be had: it is read, since a file may be damaged."""
    key = start_key(scenario, seed, scale)
    if key not in _latest and (start := snapshots.read(key)) is not None:
        _remember(key, start)
    return key in _latest


def start_key(scenario: Scenario, seed: int, scale: float) -> str:
    """Which start it is: equal for all scenarios that share it."""
    return key_of(scenario.under_present_policy(), seed, scale)


_latest: dict[str, Carried] = {}
"""The start that was asked for last: scenarios that share it mostly follow each other."""


def _remember(key: str, start: Carried) -> None:
    _latest.clear()
    _latest[key] = start
