"""From a sheet and what its columns mean to `Tickets`: each row is used, or counted under exactly one reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import listed
from sanfang.tickets import words
from sanfang.tickets.columns import DISTRICT
from sanfang.tickets.guess import Doubt, Guess, date_texts
from sanfang.tickets.mapping import Mapping
from sanfang.tickets.ratings import ratings
from sanfang.tickets.sheet import Sheet
from sanfang.tickets.status import meanings, reopened, transfers
from sanfang.tickets.tickets import STATUSES
from sanfang.tickets.times import Times, read_times

REASONS = ("empty", "broken", "no_created", "unreadable_created", "impossible_created", "repeated", "event")
"""Why a row of a file is not used."""

FIRST_YEAR = 1990
"""Of a creation date that is possible: no ticket system is older."""

INFORMATION = np.timedelta64(3, "m")
"""A request closed within that is mostly a question answered on the telephone."""

ENDED = ("closed", "solved", "unsolved", "referred", "duplicate", "cancelled")
"""Statuses of a request on which nobody works any more."""


@dataclass
class Made:
    """What a file has become: columns of `Tickets.table` with some more, and what was counted on the way."""

    table: pd.DataFrame
    """Rows that are used, in the order of registration; `Tickets.table` with `changed` and `solved` beside."""
    reasons: dict[str, int]
    marks: dict[str, int] = field(default_factory=dict)
    """Of the rows used; one row may have several."""
    has: set[str] = field(default_factory=set)
    created: Times | None = None
    closed: Times | None = None
    hours_known: bool = True
    """False where times are in UTC and nobody has said where the district is."""
    doubts: list[Doubt] = field(default_factory=list)


def check_columns(sheet: Sheet, guess: Guess) -> None:
    """Raises `InputError` if a mapping names a heading that the file does not have."""
    known = set(sheet.table.columns)
    for role, names in guess.columns.items():
        for name in names:
            if name not in known:
                have = f"; it has {listed(sheet.table.columns)}"
                raise InputError(f"mapping: columns.{role}: the file has no column of that name{have}")


def make(sheet: Sheet, guess: Guess, mapping: Mapping | None = None) -> Made:
    """The rows of a sheet as tickets. Raises `InputError` for a mapping that does not fit the file."""
    mapping = mapping or Mapping()
    check_columns(sheet, guess)
    if not guess.columns["created"]:
        raise InputError("no column tells when a request was registered")
    table = sheet.table
    made = Made(pd.DataFrame(), {reason: sheet.unread.get(reason, 0) for reason in REASONS})
    keep, stamps = _kept(made, table, guess, mapping)
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(stamps["created"].to_numpy()[rows], kind="stable")]
    _fill(made, table, guess, mapping, rows, {role: series.iloc[rows] for role, series in stamps.items()})
    return made


# --- Which rows are used -------------------------------------------------------------------------------------------


def _read(table: pd.DataFrame, guess: Guess, mapping: Mapping, role: str) -> Times | None:
    names = guess.columns[role]
    if not names:
        return None
    order, known = guess.orders.get(role, ""), guess.times.get(role)
    if known is not None and known.order == order:
        return known
    return read_times(date_texts(table, names), order, mapping.zones.local, mapping.zones.stored)


def _kept(made: Made, table: pd.DataFrame, guess: Guess, mapping: Mapping) -> tuple[np.ndarray, dict[str, pd.Series]]:
    """A mask of the rows that are used, and the dates of all. The others are counted, each under its first reason."""
    read = {role: _read(table, guess, mapping, role) for role in words.DATES}
    made.created, made.closed = read["created"], read["closed"]
    stamps = {role: found.values for role, found in read.items() if found is not None}
    ids = table[guess.columns["id"][0]] if guess.columns["id"] else None
    keep = np.ones(len(table), bool)
    later = np.zeros(len(table), bool)
    if guess.events and ids is not None:
        later = _collapse(made, table, guess, ids, stamps)
    text = table[guess.columns["created"][0]]
    created = stamps["created"]
    for reason, wrong in (
        ("event", later),
        ("no_created", text.isna().to_numpy()),
        ("unreadable_created", created.isna().to_numpy()),
        ("impossible_created", ~_is_possible(created)),
        ("repeated", _repeated(made, guess, ids, created)),
    ):
        found = keep & wrong
        made.reasons[reason] += int(found.sum())
        keep = keep & ~wrong
    _doubt_times(made, read, mapping)
    return keep, stamps


def _is_possible(stamps: pd.Series) -> np.ndarray:
    """From the first year of ticket systems to the day after tomorrow, which it may be elsewhere already."""
    end = np.datetime64(dt.date.today(), "us") + np.timedelta64(2, "D")
    values = stamps.to_numpy()
    return (values >= np.datetime64(f"{FIRST_YEAR}-01-01", "us")) & (values < end)


def _repeated(made: Made, guess: Guess, ids: pd.Series | None, created: pd.Series) -> np.ndarray:
    """Rows of a request that has been there before: the same number, registered at the same time."""
    none = np.zeros(len(created), bool)
    if ids is None or guess.events:
        return none
    both = pd.DataFrame({"id": ids.to_numpy(), "created": created.to_numpy()})
    again = both.duplicated().to_numpy() & ids.notna().to_numpy()
    if again.any() and again.mean() > 0.01:
        made.doubts.append(("repeated_rows", {"share": float(again.mean())}))
    return again


def _collapse(
    made: Made, table: pd.DataFrame, guess: Guess, ids: pd.Series, stamps: dict[str, pd.Series]
) -> np.ndarray:
    """Rows that are not the last of their request. The last one gets the first registration of all its rows, and, if
    the file has no closing of its own, the time of the last event that means an end."""
    clock = stamps.get("event_time", stamps.get("changed", stamps["created"]))
    order = pd.DataFrame({"id": ids.to_numpy(), "at": clock.to_numpy(), "place": np.arange(len(table))})
    order = order[order["id"].notna()].sort_values(["at", "place"], kind="stable", na_position="first")
    last = order.drop_duplicates("id", keep="last")
    later = np.zeros(len(table), bool)
    later[order["place"].to_numpy()] = True
    later[last["place"].to_numpy()] = False
    first = stamps["created"].groupby(ids.to_numpy()).min()
    stamps["created"] = _put(stamps["created"], last, first)
    event = guess.columns["event"] or guess.columns["status"]
    if "closed" not in stamps and event:
        means = table[event[0]].map({one: words.status_of(one) for one in table[event[0]].dropna().unique()})
        ends = clock.where(means.isin(ENDED).to_numpy()).groupby(ids.to_numpy()).max()
        nowhere = pd.Series(np.full(len(table), np.datetime64("NaT", "us")), index=table.index)
        stamps["closed"] = _put(nowhere, last, ends)
        made.doubts.append(("closed_by_event", {}))
    elif "closed" in stamps:
        stamps["closed"] = _put(stamps["closed"], last, stamps["closed"].groupby(ids.to_numpy()).max())
    return later


def _put(stamps: pd.Series, last: pd.DataFrame, by_id: pd.Series) -> pd.Series:
    """The dates, with that of each request in its last row."""
    values = stamps.to_numpy().copy()
    values[last["place"].to_numpy()] = last["id"].map(by_id).to_numpy()
    return pd.Series(values, index=stamps.index)


def _doubt_times(made: Made, read: dict[str, Times | None], mapping: Mapping) -> None:
    created = read["created"]
    assert created is not None
    if created.zone == "utc" and not mapping.zones.local:
        made.hours_known = False
        made.doubts.append(("utc", {"role": "created"}))
    for role, found in read.items():
        if found is None:
            continue
        if found.twelve_hours:
            made.doubts.append(("twelve_hours", {"role": role}))
        if found.roc:
            made.doubts.append(("roc", {"role": role}))
        if found.serial:
            made.doubts.append(("serial", {"role": role}))


# --- What is known of them -----------------------------------------------------------------------------------------


def _fill(
    made: Made, table: pd.DataFrame, guess: Guess, mapping: Mapping, rows: np.ndarray, stamps: dict[str, pd.Series]
) -> None:
    """The columns of the tickets, row by row in the order of registration."""

    def cells(role: str) -> pd.Series | None:
        names = guess.columns[role]
        return table[names[0]].iloc[rows].reset_index(drop=True) if names else None

    found = pd.DataFrame(index=pd.RangeIndex(len(rows)))
    nat = np.full(len(rows), np.datetime64("NaT", "us"))
    for role in ("created", "closed", "due", "changed"):
        values = stamps[role].to_numpy() if role in stamps else nat
        found[role] = values.astype("datetime64[us]")
    places = cells("neighbourhood")
    if guess.district_of_address and places is not None:
        places = places.str.extract(DISTRICT, expand=False)
    kinds = cells("category")
    if kinds is not None and guess.separator:
        kinds = kinds.str.split(guess.separator, n=1).str[0].str.strip()
    named = {"category": kinds, "department": cells("department"), "neighbourhood": places, "channel": cells("channel")}
    for role, texts in named.items():
        found[role] = _category(texts, len(rows))
    found["domain"] = _domains(found["category"], mapping)
    found["rating"] = ratings(cells("rating"), len(rows), mapping, made.doubts)
    found["status"] = meanings(cells("status"), cells("solved"), len(rows), mapping, made.doubts)
    found["transfers"] = transfers(cells("transfers"), len(rows))
    found["reopened"] = reopened(cells("reopened"), len(rows))
    closings(made, found, guess)
    _links(found, cells("id"), cells("earlier"))
    for role in ("created", "closed", "due", *named, "domain", "rating", "status", "transfers"):
        if found[role].notna().any():
            made.has.add(role)
    for role in ("duplicate_of", "repeats"):
        if guess.columns["earlier"] and (found["duplicate_of"].ge(0) | found["repeats"].ge(0)).any():
            made.has.add(role)
    made.table = found


def _category(texts: pd.Series | None, count: int) -> pd.Series:
    if texts is None:
        return pd.Series(pd.Categorical([None] * count, categories=pd.Index([], dtype="str")))
    return texts.astype("category")


def _domains(categories: pd.Series, mapping: Mapping) -> pd.Series:
    """The domain of each category, by what the mapping says, else by the word list."""
    known = categories.cat.categories
    means = [mapping.domains.get(str(one), words.domain_of(str(one))) or None for one in known]
    names = list(dict.fromkeys([*words.domains(), *filter(None, means)]))
    codes = np.array([names.index(one) if one else -1 for one in means] or [-1])
    own = categories.cat.codes.to_numpy()
    return pd.Series(pd.Categorical.from_codes(np.where(own >= 0, codes[own], -1), categories=pd.Index(names)))


def closings(made: Made, found: pd.DataFrame, guess: Guess) -> None:
    """Closing dates that can be: never before the registration, never in the future; what cannot be is not known."""
    created, closed, status = found["created"], found["closed"].copy(), found["status"].astype(object)
    marks = made.marks
    if guess.columns["closed"] and guess.columns["closed"] == guess.columns["changed"]:
        closed = closed.where(status.isin(ENDED))
    given = closed.notna().to_numpy()
    possible = _is_possible(closed) | ~given
    marks["closed_impossible"] = int((~possible).sum())
    closed = closed.where(possible)
    dated = made.closed is not None and not made.closed.has_time
    if dated:  # a closing without a time, on the day of the registration or later
        early = (closed.dt.normalize() < created.dt.normalize()).to_numpy()
        same = closed.notna().to_numpy() & ~early & (closed < created).to_numpy()
        closed = closed.where(~same, created)
    else:
        early = (closed < created).to_numpy()
        if made.created is not None and not made.created.has_time:
            early = early & (closed.dt.normalize() < created).to_numpy()
    marks["closed_before_created"] = int(early.sum())
    closed = closed.where(~early)
    if given.sum() >= 20 and early.sum() > 0.05 * given.sum():
        made.doubts.append(("many_negative", {"share": float(early.sum() / given.sum())}))
    status = status.where(~(early & ~status.isin(ENDED).to_numpy()), "closed")  # closed, though nobody knows when
    found["closed"] = closed
    found["status"] = pd.Categorical(status, categories=list(STATUSES))


def _links(found: pd.DataFrame, ids: pd.Series | None, earlier: pd.Series | None) -> None:
    """Places of the requests that a column names as earlier ones: still open then, or closed before."""
    count = len(found)
    found["duplicate_of"] = np.full(count, -1, np.int64)
    found["repeats"] = np.full(count, -1, np.int64)
    if ids is None or earlier is None or not count:
        return
    places = pd.Series(np.arange(count), index=ids.to_numpy())
    places = places[places.index.notna() & ~places.index.duplicated()]
    linked = earlier.map(places).to_numpy(float)
    own = np.arange(count)
    known = ~np.isnan(linked) & (linked != own)
    target = np.where(known, linked, 0).astype(np.int64)
    closed = found["closed"].to_numpy()[target]
    was_open = np.isnat(closed) | (closed > found["created"].to_numpy())
    found.loc[known & was_open, "duplicate_of"] = target[known & was_open]
    found.loc[known & ~was_open, "repeats"] = target[known & ~was_open]
