"""The same trouble, and the same resident, in several worlds: what became of them under each policy.

A trouble is a need with all its returns: the records of a run that share a root. Needs have the same ids in all
worlds of one seed, so a trouble is found again in each, unless a policy prevents it there or causes it only there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sanfang.model.model import DistrictModel
from sanfang.run.time_split import CAUSES, HOURS

LETTERS = "abc"
"""Of worlds beside one another, in their order: in the names of columns, and in links."""

WHO = ["resident", "vulnerable", "community", "domain", "kind"]
OVER = ("resolved", "healed")
ORDERS = ("gain", "loss", "solved_other", "solved_first", "longest", "only_first", "only_other", "latest")
"""How troubles may be sorted; see `chosen`."""

STAGES = ("silent", "first", "hand")
"""The parts of a record's time: before it is voiced, until it is first handled, from there to its close."""


@dataclass(frozen=True)
class Troubles:
    """All troubles of several worlds on the same day.

    `table` has a row for each, by root: `WHO`, and for each world its letter's `_days` (from arising to its solution,
    or to today where it is not solved), `_solved`, `_outcome` (of its last record) and `_times` (records), NaN or None
    where it did not arise. `requests` are the tables of the runs.
    """

    day: int
    table: pd.DataFrame
    requests: tuple[pd.DataFrame, ...]


def troubles(requests: Sequence[pd.DataFrame], day: int) -> Troubles:
    """The troubles in the tables of requests of several worlds, as they stand on `day`.

    One that was there before day 0 counts from the first of its records in the run.
    """
    columns: list[pd.DataFrame | pd.Series[Any]] = []
    who: list[pd.DataFrame] = []
    for letter, table in zip(LETTERS, requests, strict=False):
        ordered = table.sort_values("ordinal", kind="stable")
        first = ordered.drop_duplicates("root").set_index("root")
        last = ordered.drop_duplicates("root", keep="last").set_index("root")
        outcome, closed = last["outcome"], last["closed"]
        times = ordered.groupby("root").size().astype(float)
        solved = (outcome == OVER[0]) | (outcome == OVER[1])
        columns.append(
            pd.DataFrame(
                {
                    f"{letter}_days": closed.where(solved, float(day)) - first["arose"],
                    f"{letter}_solved": solved.astype(object),
                    f"{letter}_outcome": outcome,
                    f"{letter}_times": times,
                }
            )
        )
        who.append(first[[*WHO, "arose"]])
    known = pd.concat(who)
    known = known[~known.index.duplicated()]
    return Troubles(day, known.join(columns), tuple(requests))


def chosen(
    troubles: Troubles, order: str, other: int = 1, domain: str = "", community: str = "", most: int = 40
) -> pd.DataFrame:
    """At most `most` rows of `found.table` that fit, sorted.

    `order`, one of `ORDERS`: "gain" days that the `other` world saves against the first among troubles resolved in
    both, "loss" that it costs; "solved_other" and "solved_first" troubles resolved in one of the two and lasting in
    the other; "longest" in
    the first world; "only_first" and "only_other" those that arose in one alone; "latest" to arise.
    """
    table = troubles.table
    if domain:
        table = table[table["domain"] == domain]
    if community:
        table = table[table["community"] == community]
    rank = _ranked(table, order, LETTERS[0], LETTERS[other]).dropna()
    return table.loc[rank.sort_values(ascending=False, kind="stable").index[:most]]


def _ranked(table: pd.DataFrame, order: str, a: str, b: str) -> pd.Series[float]:
    """What `order` sorts by, for the rows that it takes."""
    here, there = table[f"{a}_days"], table[f"{b}_days"]
    resolved = {world: table[f"{world}_outcome"] == OVER[0] for world in (a, b)}
    lasting = {world: table[f"{world}_solved"] == False for world in (a, b)}  # noqa: E712  NaN is neither
    if order == "only_first":
        return here[there.isna()]
    if order == "only_other":
        return there[here.isna()]
    if order == "longest":
        return here
    if order == "latest":
        return table["arose"]
    if order == "solved_other":
        return here[resolved[b] & lasting[a]]
    if order == "solved_first":
        return there[resolved[a] & lasting[b]]
    saved = (here - there if order == "gain" else there - here)[resolved[a] & resolved[b]]
    return saved[saved > 0]


def life(requests: pd.DataFrame, root: str, day: int) -> dict[str, Any] | None:
    """What became of one trouble in one world up to `day`; None if it did not arise there.

    `begin` and `end` in days of the run, `days` from one to the other, `solved`, `outcome`; `records` in their order,
    each a dict of its columns with `segments`, a list of (stage, from, to); `hours` by cause over all records.
    """
    rows = requests[requests["root"] == root].sort_values("ordinal")
    if rows.empty:
        return None
    records: list[dict[str, Any]] = [
        {**{str(name): value for name, value in row.items()}, "segments": segments(row, day)}
        for row in rows.drop(columns=list(HOURS)).to_dict("records")
    ]
    solved = records[-1]["outcome"] in OVER
    begin = float(records[0]["arose"])
    end = float(records[-1]["closed"]) if solved else float(day)
    hours = rows[list(HOURS)].to_numpy(float).sum(axis=0)
    return {
        "begin": begin, "end": end, "days": end - begin, "solved": solved, "outcome": str(records[-1]["outcome"]),
        "records": records, "hours": dict(zip(CAUSES, hours.tolist(), strict=True)),
    }  # fmt: skip


def segments(row: Any, day: int) -> list[tuple[str, float, float]]:
    """The parts of a record's time as (one of `STAGES`, from, to) in days; what has not happened ends on `day`."""
    until = float(day) if np.isnan(row["closed"]) else float(row["closed"])
    marks = [row["arose"], row["voiced"], row["first_at"], until]
    parts = []
    for stage, begin, end in zip(STAGES, marks, marks[1:], strict=False):
        if np.isnan(begin):
            continue
        # The first later mark that there is: one given up before it was handled goes from voiced to closed.
        later = [mark for mark in marks[marks.index(begin) + 1 :] if not np.isnan(mark)] if np.isnan(end) else [end]
        parts.append((stage, float(begin), float(min(later[0], until))))
    return [part for part in parts if part[2] > part[1] or part[0] == "silent"]


def last_record(troubles: Troubles, number: int, root: str) -> Any:
    """Row label of the last record of a trouble in a world's table of requests; None if it did not arise there."""
    table = troubles.requests[number]
    rows = table[table["root"] == root].sort_values("ordinal")
    return rows.index[-1] if len(rows) else None


def minds(model: DistrictModel, resident: int) -> dict[str, float]:
    """What a resident thinks today: satisfaction, trust (0-1), and the wait that they expect, in days."""
    view = model.resident(resident)
    return {"satisfaction": view.satisfaction, "trust": view.trust, "expectation": view.expectation}


def of_resident(troubles: Troubles, resident: int) -> pd.DataFrame:
    """The troubles of one resident in any world, by day of arising."""
    table = troubles.table
    return table[table["resident"] == resident].sort_values("arose")


def most_changed(models: Sequence[DistrictModel], other: int, gained: bool) -> int:
    """The resident whose satisfaction is the most above (or below) that in the first world."""
    delta = models[other].residents.satisfaction - models[0].residents.satisfaction
    return int(np.argmax(delta) if gained else np.argmin(delta))
