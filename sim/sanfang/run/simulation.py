"""One run from its first day to its last: `simulate` builds a model, steps it, and gathers what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sanfang.metrics.catalogue import measure
from sanfang.metrics.groups import tables
from sanfang.metrics.reasons import reasons
from sanfang.model.books.observation import Observation, observe
from sanfang.model.books.tables import daily_table, request_table
from sanfang.model.compiled import note_complete
from sanfang.model.model import DistrictModel
from sanfang.run.reach import check_reach
from sanfang.run.years import Years
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import MAX_DAYS, MAX_SEED, whole_number
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words
from sanfang.scenario.window import Window


@dataclass(frozen=True)
class Run:
    """What one run shows.

    metrics: by name, of the days in `window`, see `sanfang.metrics.catalogue`; NaN where there is no value, and
    `reasons` says why if it is for want of days; daily: one row a day; ledger: resource, tier, heading, amount;
    requests: one row a request with its times and path, empty unless kept; model: the Mesa model after its last day,
    and observation what it left behind, for more to be measured (neither is carried to another process); by_year: one
    row for each whole year after day 0 (the first without the warm-up), every metric of it as seen from its last day.
    """

    scenario: Scenario
    seed: int
    days: int
    scale: float
    metrics: dict[str, float]
    daily: pd.DataFrame
    ledger: pd.DataFrame
    requests: pd.DataFrame
    model: DistrictModel | None = field(default=None, repr=False, compare=False)
    observation: Observation | None = field(default=None, repr=False, compare=False)
    by_year: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def window(self) -> Window:
        """The evaluation window: the days that the metrics look at."""
        return Window.of(self.scenario, self.days)

    @property
    def reasons(self) -> dict[str, str]:
        """By metric, why it has no value: of those that need more days than the window has."""
        return reasons(self.metrics, self.window)

    def by_group(self, *dimensions: str) -> pd.DataFrame:
        """Metrics of each group of some dimensions (`metrics.groups.DIMENSIONS`: year, age, vulnerable, community,
        domain, kind, channel), as far as they make sense of a group.

        One row a group and metric: dimension, group, metric, value, n (the residents, needs or requests that it is
        over; of shares of time, hours), and the reason where there is no value. Raises InputError for what is no
        dimension, and for a run that comes from another process.
        """
        if self.observation is None:
            raise InputError("by_group: this run comes from another process, and what it left behind stayed there")
        return tables(self.observation, dimensions, self.years)

    @property
    def years(self) -> dict[int, dict[str, float]]:
        """What `by_year` shows, by the number of the year."""
        names = [str(name) for name in self.by_year]
        return {year: dict(zip(names, row, strict=True)) for year, *row in self.by_year.itertuples()}

    def evaluate(self, first: int) -> dict[str, float]:
        """All metrics of the days from `first` to the last one, by name; of other days `Session.evaluate` gives them.

        Raises InputError for a day that the run has not, and for a run that comes from another process.
        """
        if self.observation is None:
            raise InputError("evaluate: this run comes from another process, and what it left behind stayed there")
        return evaluate_from(self.observation, first)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"model": None, "observation": None}


def simulate(
    scenario: Scenario,
    seed: int = 1,
    days: int | None = None,
    scale: float = 1.0,
    keep_requests: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> Run:
    """Run a scenario for `days` (the scenario's own if None) on `scale` of the district.

    The same scenario, seed, days and scale give bit-identical results in any process. `progress`
    is called with (day, days) after each day. Raises InputError for days, seed or scale out of range, and for
    levers that the run does not reach (see `reach`).
    """
    check_run(seed, days, scale)
    check_reach(scenario, days, scale)
    model, years = DistrictModel(scenario, seed=seed, days=days, scale=scale), Years()
    while model.day < model.days:
        model.step()
        years.see(model)
        if progress is not None:
            progress(model.day, model.days)
    run = run_from(model, scale, keep_requests, years)
    note_complete()
    return run


def evaluate_from(run: Observation, first: int) -> dict[str, float]:
    """All metrics of the days from `first` to the last one of what has been observed. Raises InputError."""
    return measure(run, Window(whole_number("first", first, 0, run.days - 1), run.days))


def run_from(model: DistrictModel, scale: float, keep_requests: bool = True, years: Years | None = None) -> Run:
    """All that a model shows after the days that it has done, and its `years`, where they were seen.

    `scale` is that with which it was made. Before the first day has ended there are no metrics, and no rows in tables.
    """
    left = observe(model)
    return Run(
        scenario=model.scenario_run,
        seed=model.seed_run,
        days=model.day,
        scale=scale,
        metrics=measure(left) if model.day else {},
        daily=daily_table(left),
        ledger=left.ledger,
        requests=request_table(left) if keep_requests else pd.DataFrame(),
        by_year=(years or Years()).table(),
        model=model,
        observation=left,
    )


def check_run(seed: object, days: object, scale: object) -> None:
    """Raise `InputError` for a seed, days (None: the scenario's own) or scale that no run can have."""
    whole_number("seed", seed, 0, MAX_SEED)
    if days is not None:
        whole_number("days", days, 1, MAX_DAYS)
    if not isinstance(scale, int | float) or not 0 < scale <= 1:
        raise InputError(f"scale: must be a number above 0 and at most 1, not {in_words(scale)}")
