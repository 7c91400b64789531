"""One run: `simulate` builds a model, steps it to its last day, and gathers what it shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sanfang.lab.reach import check_reach
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.needs import reasons
from sanfang.model.books.outcomes import measure
from sanfang.model.cases.lifecycle import write_unended
from sanfang.model.compiled import note_complete
from sanfang.model.model import DistrictModel
from sanfang.model.world import refer_world
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import MOST_DAYS, MOST_SEED, whole_number
from sanfang.scenario.place import KINDS
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words
from sanfang.scenario.window import Window


@dataclass(frozen=True)
class Run:
    """What one run shows.

    metrics: by name, of the days in `window`, see `sanfang.lab.metrics`; NaN where there is no value, and `reasons`
    says why if it is for want of days; daily: one row a day; ledger: resource, tier, heading, amount; requests: one row
    a request with its times and path, empty unless kept; model: the Mesa model after its last day (not carried to
    another process).
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

    @property
    def window(self) -> Window:
        """The evaluation window: the days that the metrics look at."""
        return Window.of(self.scenario, self.days)

    @property
    def reasons(self) -> dict[str, str]:
        """By metric, why it has no value: of those that need more days than the window has."""
        return reasons(self.metrics, self.window)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"model": None}


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
    model = DistrictModel(scenario, seed=seed, days=days, scale=scale)
    while model.day < model.days:
        model.step()
        if progress is not None:
            progress(model.day, model.days)
    records = all_records(model)
    note_complete()
    return Run(
        scenario=scenario,
        seed=seed,
        days=model.days,
        scale=scale,
        metrics=measure(model, records),
        daily=daily_table(model),
        ledger=model.ledger(),
        requests=request_table(model, records) if keep_requests else pd.DataFrame(),
        model=model,
    )


def check_run(seed: object, days: object, scale: object) -> None:
    """Raise `InputError` for a seed, days (None: the scenario's own) or scale that no run can have."""
    whole_number("seed", seed, 0, MOST_SEED)
    if days is not None:
        whole_number("days", days, 1, MOST_DAYS)
    if not isinstance(scale, int | float) or not 0 < scale <= 1:
        raise InputError(f"scale: must be a number above 0 and at most 1, not {in_words(scale)}")


def all_records(model: DistrictModel) -> np.ndarray:
    """Records of all needs so far; those latent or open now are among them, with that outcome.

    A view, valid until the model's next step.
    """
    counts = model.world.counts
    ended = int(counts["records"][0])
    model.make_room()
    write_unended(refer_world(*model.world))
    records = model.world.records[: int(counts["records"][0])]
    counts["records"] = ended
    return records


def daily_table(model: DistrictModel) -> pd.DataFrame:
    """Daily series: stocks at the end of the day, flows of the day, hours by heading."""
    days, diary, size = model.day, model.diary, model.world.communities["size"]
    start = model.scenario_run.calendar.start
    booked = np.array([by_tier.sum(axis=0) for by_tier in diary.hours]).reshape(days, len(h.HOUR_HEADINGS))
    hours = np.diff(booked, axis=0, prepend=0.0)
    weak = np.add.reduceat(model.residents.vulnerable.astype(np.int64), model.world.communities["first"])
    columns: dict[str, Any] = {
        "day": np.arange(days),
        "date": [start + dt.timedelta(days=n) for n in range(days)],
        "satisfaction": diary.satisfaction[:days] @ size / size.sum(),
        "satisfaction_vulnerable": diary.satisfaction_vulnerable(weak),
        "latent": diary.latent[:days],
        "open": diary.open[:days],
    }
    columns |= {name: model.world.daily[:days, n] for n, name in enumerate(s.DAILY)}
    columns["leavers"] = np.diff(diary.leavers[:days].sum(axis=1), prepend=0)
    columns["rated"], columns["rated_satisfied"] = diary.rated[:days].T
    columns |= {f"hours_{name}": hours[:, n] for n, name in enumerate(h.HOUR_HEADINGS)}
    return pd.DataFrame(columns)


def request_table(model: DistrictModel, records: np.ndarray) -> pd.DataFrame:
    """One row a need: who, where, what; calendar days of each stage; working hours by what they were spent on."""
    places, scenario = model.map.ids, model.scenario_run
    columns: dict[str, Any] = {
        "id": [f"{key:016x}" for key in records["key"]],
        "root": [f"{key:016x}" for key in records["root"]],
        "ordinal": records["ordinal"],
        "resident": records["resident"],
        "vulnerable": records["vulnerable"].astype(bool),
        "community": np.array(places)[records["community"]],
        "domain": np.array(list(scenario.domains))[records["domain"]],
        "kind": np.array(KINDS)[records["kind"]],
        "outcome": np.array(s.STATE_NAMES)[records["outcome"]],
        "channel": np.where(np.isnan(records["voiced"]), "", np.array(s.CHANNEL_NAMES)[records["channel"]]),
        "tier": np.where(np.isnan(records["first_at"]), "", np.array(s.TIER_NAMES)[records["tier"]]),
    }
    for name in ("arose", "voiced", "first_at", "closed", "first_hours", "parts", "attempts", "trips", "handoffs"):
        columns[name] = records[name]
    for name in ("quality", "experience", "rated", "yuan"):
        columns[name] = records[name]
    columns |= {f"{name}_hours": records["spent"][:, n] for n, name in enumerate(s.TIME_NAMES)}
    return pd.DataFrame(columns)
