"""Where the time of requests went: every working hour from voicing to close, split by cause without remainder.

The model books the time of each part of a request under one cause at a time (`sanfang.model.state.TIME_NAMES`), so
the hours of a closed request sum to its parts times its duration. `remainders` shows what is not booked. The causes
are those of the metrics `wait_staff_share` and so on, which count the same requests.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sanfang.metrics.catalogue import metric
from sanfang.model.books.observation import observe
from sanfang.model.books.tables import request_table
from sanfang.model.kernel.worktime import clock_starts, to_working_each
from sanfang.model.state import TIME_NAMES
from sanfang.run.simulation import Run
from sanfang.scenario.errors import InputError
from sanfang.scenario.place import Calendar
from sanfang.scenario.telling import in_words

CAUSES: tuple[str, ...] = TIME_NAMES
HOURS: tuple[str, ...] = tuple(f"{cause}_hours" for cause in CAUSES)
SHARES: tuple[str, ...] = tuple(f"{cause}_share" for cause in CAUSES)
CLOSED = ("resolved", "unresolved")
ALL = "all"
"""The row of a table by domain that sums the others."""


def cause_label(cause: str, lang: str = "en") -> str:
    """The name of a cause in `lang`: "en" or "zh"."""
    return metric(f"{cause}_share").label(lang)


# --- One request --------------------------------------------------------------------------------------


def of_request(requests: pd.DataFrame, id_: str) -> pd.DataFrame:
    """Where the time of one request went: cause, hours (working hours, summed over its parts), share (0-1).

    `id_` is its id or an unambiguous beginning of it. Shares are NaN where no time was booked. Raises InputError.
    """
    row = requests.loc[find(requests, id_)]
    hours = row[list(HOURS)].to_numpy(float)
    total = float(hours.sum())
    return pd.DataFrame({"cause": CAUSES, "hours": hours, "share": hours / total if total else np.nan})


def find(requests: pd.DataFrame, id_: str) -> Any:
    """The row label of the request with this id, or with the only id that begins so. Raises InputError."""
    if not isinstance(id_, str):
        raise InputError(f"request: an id is a text such as 6b130b71, not {in_words(id_)}")
    rows = requests.index[requests["id"].str.startswith(id_.lower())]
    if len(rows) == 1:
        return rows[0]
    if not id_ or len(rows) > 1:
        raise InputError(f"request: {len(rows):,} ids begin with {id_!r}; write more of it")
    raise InputError(f"request: no need of this run has the id {id_!r}; ids belong to scenario, seed and scale")


def durations(requests: pd.DataFrame, calendar: Calendar, days: int) -> pd.Series[float]:
    """Working hours from voicing to close, or to the end of a run of `days` where a request is still open.

    NaN for needs that were never voiced.
    """
    until = requests["closed"].fillna(float(days))
    voiced = requests["voiced"].notna()
    first = min(0, math.floor(requests["voiced"].min())) if voiced.any() else 0  # some were voiced before day 0
    starts = clock_starts(calendar, days - first, first)
    begin, end = (
        to_working_each(column[voiced].to_numpy(float) - first, starts, calendar.opening_hour, calendar.shift_hours)
        for column in (requests["voiced"], until)
    )
    spans = pd.Series(np.nan, index=requests.index)
    spans[voiced] = end - begin
    return spans


def remainders(requests: pd.DataFrame, calendar: Calendar, days: int) -> pd.Series[float]:
    """Parts times duration, less the hours booked, for each request that has ended (closed or given up).

    0 but for the rounding of single precision. Time of requests still open is booked at their next event, so they
    are left out.
    """
    ended = requests[requests["outcome"].isin([*CLOSED, "withdrawn"])]
    booked = ended[list(HOURS)].to_numpy(float).sum(axis=1)
    return durations(ended, calendar, days).mul(ended["parts"]).sub(booked)


# --- Many requests ------------------------------------------------------------------------------------


def by_domain(requests: pd.DataFrame, since: float = 0.0) -> pd.DataFrame:
    """The split of closed requests voiced from day `since` on: one row a domain, then `all`.

    Columns: domain, requests, parts, hours (all of them, summed over parts), `<cause>_hours`, which sum to hours,
    and `<cause>_share`, which sum to 1. Domains without a closed request have no row. The domain is that in which a
    request was voiced; further parts of it may lie in others.
    """
    closed = _closed(requests, since)
    amounts = closed[["parts", *HOURS]].astype(float).assign(domain=closed["domain"], requests=1.0)
    sums = amounts.groupby("domain", sort=True)[["requests", "parts", *HOURS]].sum()
    return _with_shares(pd.concat([sums, sums.sum().to_frame(ALL).T]).rename_axis("domain").reset_index())


def by_scenario(runs: Mapping[str, Run]) -> pd.DataFrame:
    """`by_domain` of several runs, each after its warm-up, under one another; the first column is `scenario`."""
    tables = [split_of(run) for run in runs.values()]
    for name, table in zip(runs, tables, strict=True):
        table.insert(0, "scenario", name)
    return pd.concat(tables, ignore_index=True)


def split_of(run: Run) -> pd.DataFrame:
    """`by_domain` of a run after its warm-up. A run that kept no requests makes their table anew from its model."""
    return by_domain(closed_after_warm_up(run))


def closed_after_warm_up(run: Run) -> pd.DataFrame:
    """The requests that metrics of time count: closed, and voiced in the evaluation window."""
    return _closed(_requests(run), run.window.first)


def closed_to_follow(run: Run) -> pd.DataFrame:
    """Requests among which to choose one to look at: those of `closed_after_warm_up`, or all that were closed where no
    day is left after the warm-up: one life is no measurement."""
    return _closed(_requests(run), 0 if run.window.is_empty else run.window.first)


def _requests(run: Run) -> pd.DataFrame:
    if run.requests.empty and run.model is not None:
        return request_table(observe(run.model))
    return run.requests


def _closed(requests: pd.DataFrame, since: float) -> pd.DataFrame:
    return requests[requests["outcome"].isin(CLOSED) & (requests["voiced"] >= since)]


def pooled(tables: pd.DataFrame) -> pd.DataFrame:
    """Tables of `by_domain` of several replications, under one another, added up to one such table."""
    sums = tables.groupby("domain", sort=True)[["requests", "parts", *HOURS]].sum().reset_index()
    last = sums["domain"] == ALL
    return _with_shares(pd.concat([sums[~last], sums[last]], ignore_index=True))


def _with_shares(sums: pd.DataFrame) -> pd.DataFrame:
    hours = sums[list(HOURS)].to_numpy(float)
    total = hours.sum(axis=1)
    with np.errstate(invalid="ignore"):
        shares = hours / total[:, None]
    counts = sums[["domain", "requests", "parts"]].astype({"requests": int, "parts": int}).assign(hours=total)
    return pd.concat([counts, sums[list(HOURS)], pd.DataFrame(shares, columns=list(SHARES))], axis=1)
