"""What a model shows at the end of any day: metrics, daily series, ledger, requests; together they are a `Run`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.outcomes import measure
from sanfang.model.cases.lifecycle import write_unended
from sanfang.model.model import DistrictModel
from sanfang.model.world import refer_world
from sanfang.scenario.place import KINDS
from sanfang.scenario.scenario import Scenario


@dataclass(frozen=True)
class Run:
    """What one run shows.

    metrics: by name, see `sanfang.lab.metrics`; daily: one row a day; ledger: resource, tier, heading,
    amount; requests: one row a request with its times and path, empty unless kept; model: the Mesa model after
    its last day (not carried to another process).
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

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"model": None}


def observe(model: DistrictModel, scale: float, keep_requests: bool = True) -> Run:
    """All that a model shows after the days that it has done. `scale` is that with which it was made.

    Before the first day has ended there are no metrics, and tables have no rows.
    """
    records = all_records(model)
    return Run(
        scenario=model.scenario_run,
        seed=model.seed_run,
        days=model.day,
        scale=scale,
        metrics=measure(model, records) if model.day else {},
        daily=daily_table(model),
        ledger=ledger_of(model),
        requests=request_table(model, records) if keep_requests else pd.DataFrame(),
        model=model,
    )


def metrics_of(model: DistrictModel) -> dict[str, float]:
    """All metrics by name, of the days so far; none before the first day has ended."""
    return measure(model, all_records(model)) if model.day else {}


def ledger_of(model: DistrictModel) -> pd.DataFrame:
    """Resource, tier, heading, amount; without rows before the first day has ended."""
    return model.ledger() if model.day else pd.DataFrame(columns=["resource", "tier", "heading", "amount"])


def requests_of(model: DistrictModel) -> pd.DataFrame:
    """The `request_table` of all needs so far; those latent or open now are among them."""
    return request_table(model, all_records(model))


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
