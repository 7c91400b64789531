"""The tables of a run, made from what it has left behind: one row a day, one row a request."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.observation import Observation, mean_of_vulnerable
from sanfang.scenario.dates import date_of, dates_of
from sanfang.scenario.place import KINDS


def daily_table(run: Observation) -> pd.DataFrame:
    """Daily series: stocks at the end of the day, flows of the day, hours by heading; days below 0 are of the year
    before, if the run began in a steady state."""
    table = _since_day_zero(run)
    if run.year_before is None:
        return table
    before = pd.DataFrame.from_records(run.year_before)
    before.insert(1, "date", [date_of(run.scenario.calendar, int(day)) for day in before["day"]])
    return pd.concat([before, table], ignore_index=True)


def daily_columns() -> list[str]:
    """The columns of daily series, but for the dates."""
    stocks = ["satisfaction", "satisfaction_vulnerable", "latent", "open"]
    people = ["leavers", "rated", "rated_satisfied"]
    return ["day", *stocks, *s.DAILY, *people, *(f"hours_{name}" for name in h.HOUR_HEADINGS)]


def _since_day_zero(run: Observation) -> pd.DataFrame:
    days, size = run.days, run.community_size
    booked = np.array([by_tier.sum(axis=0) for by_tier in run.hours_so_far]).reshape(days, len(h.HOUR_HEADINGS))
    hours = np.diff(booked, axis=0, prepend=0.0)
    columns: dict[str, Any] = {
        "day": np.arange(days),
        "date": dates_of(run.scenario.calendar, 0, days),
        "satisfaction": run.satisfaction @ size / size.sum(),
        "satisfaction_vulnerable": mean_of_vulnerable(run.satisfaction_vulnerable, run.community_vulnerable),
        "latent": run.latent,
        "open": run.open,
    }
    columns |= {name: run.counters[:, n] for n, name in enumerate(s.DAILY)}
    columns["leavers"] = np.diff(run.leavers.sum(axis=1), prepend=0)
    columns["rated"], columns["rated_satisfied"] = run.rated.T
    columns |= {f"hours_{name}": hours[:, n] for n, name in enumerate(h.HOUR_HEADINGS)}
    return pd.DataFrame(columns)


def request_table(run: Observation) -> pd.DataFrame:
    """One row a need: who, where, what; calendar days of each stage; working hours by what they were spent on."""
    records = run.records
    columns: dict[str, Any] = {
        "id": [f"{key:016x}" for key in records["key"]],
        "root": [f"{key:016x}" for key in records["root"]],
        "ordinal": records["ordinal"],
        "resident": records["resident"],
        "vulnerable": records["vulnerable"].astype(bool),
        "community": np.array(run.communities)[records["community"]],
        "domain": np.array(list(run.scenario.domains))[records["domain"]],
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
