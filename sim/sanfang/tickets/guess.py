"""A first guess of what each column of an export is, from its heading and from what stands in it, with doubts."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sanfang.tickets.columns import Column, column_of
from sanfang.tickets.mapping import ORDERS, Mapping, ZoneTable
from sanfang.tickets.sheet import Sheet
from sanfang.tickets.times import Times, joined, read_times
from sanfang.tickets.words import DATES, PART, ROLES, TOKEN, WHOLE, plain, words_of

NEAR = 0.8
"""Two headings whose scores differ by less may mean the same."""

NAMES = {order: name for name, order in ORDERS.items()}

Doubt = tuple[str, dict[str, object]]


@dataclass
class Guess:
    """Headings by role, two for a date and its time of day; an empty tuple where the file has no such column."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    """dmy, mdy or ymd, of dates whose parts are numbers."""
    doubts: list[Doubt] = field(default_factory=list)
    times: dict[str, Times] = field(default_factory=dict)
    """Dates that have been read already, in the order that they show by themselves."""
    events: bool = False
    district_of_address: bool = False
    separator: str = ""

    def doubts_of(self, role: str) -> list[Doubt]:
        """Doubts that belong to a role."""
        return [doubt for doubt in self.doubts if doubt[1].get("role") == role]


def guess(sheet: Sheet, given: Mapping | None = None) -> Guess:
    """The mapping of a sheet; what `given` says is taken as it is, a heading that is not there included."""
    table = sheet.table
    result = Guess()
    fixed = dict(given.columns) if given else {}
    columns = [column_of(name, table[name]) for name in table.columns]
    taken = {name for names in fixed.values() for name in names}
    free = [column for column in columns if column.name not in taken]
    by_name = {column.name: column for column in columns}
    for role in ROLES:
        result.columns[role] = tuple(fixed.get(role, ()))
    _by_headings(result, free, [role for role in ROLES if role not in fixed])
    _times_of_day(result, columns, table, fixed)
    _first_event(result, table, fixed)
    _dates_alone(result, columns, fixed)
    _place_in_address(result, columns, fixed, given)
    _tell_empty(result, by_name)
    _orders(result, table, given)
    _events(result, table, given)
    _last_change_for_closing(result, table, fixed)
    _several_values(result, table, given)
    result.doubts += sheet.doubts
    return result


def date_texts(table: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """The texts of a date, with those of its time of day behind."""
    return joined(table[names[0]], table[names[1]]) if len(names) > 1 else table[names[0]]


# --- By headings ---------------------------------------------------------------------------------------------------


def _by_headings(result: Guess, columns: list[Column], roles: list[str]) -> None:
    """The best pairs of column and role first; each column and each role once."""
    pairs: list[tuple[float, int, Column, str]] = []
    for place, column in enumerate(columns):
        for role in roles:
            score = _score(column, role)
            if score > 0:
                pairs.append((score, place, column, role))
    pairs.sort(key=lambda pair: (-pair[0], pair[1]))
    used: dict[str, str] = {}
    for score, _, column, role in pairs:
        if result.columns[role] or column.name in used:
            continue
        result.columns[role] = (column.name,)
        used[column.name] = role
        if score < PART:
            result.doubts.append(("weak_heading", {"role": role, "column": column.name}))
    for role in roles:
        chosen = next((pair for pair in pairs if pair[3] == role and result.columns[role] == (pair[2].name,)), None)
        others = [
            pair[2].name
            for pair in pairs
            if chosen and pair[3] == role and pair[2].name not in used and pair[0] > chosen[0] - NEAR
        ]
        if others and role in (*DATES, "category", "status", "rating"):
            result.doubts.append(("also", {"role": role, "columns": ", ".join(others[:4])}))


def _score(column: Column, role: str) -> float:
    """How much heading and content speak for a role; 0 where the content rules it out."""
    heading = words_of(role).score(column.name)
    if heading <= 0:
        return 0.0
    if column.empty:
        return heading - 3.0 if heading > WHOLE - 1 else 0.0
    if not _fits(column, role, heading):
        return 0.0
    return heading - 1.5 * column.missing


def _fits(column: Column, role: str, heading: float) -> bool:
    if role in DATES:
        return column.dates >= 0.6 and (column.written or heading >= TOKEN)
    if column.written and column.dates >= 0.6:
        return False
    if role == "id":
        return column.longest <= 60 and not column.long_text
    if role in ("transfers", "reopened"):
        return column.numbers >= 0.8 or column.few
    if role == "earlier":
        return column.longest <= 60
    if role == "rating":
        return column.few and not column.long_text
    if role in ("status", "channel", "solved", "event"):
        return column.few and not column.long_text and not column.personal
    return column.recurring and not column.long_text and not column.personal


# --- What headings alone do not tell ---------------------------------------------------------------------------------


def _times_of_day(
    result: Guess, columns: list[Column], table: pd.DataFrame, fixed: AnyMapping[str, tuple[str, ...]]
) -> None:
    """Give a date without a time the column of times that belongs to it: of the same name, or the next one."""
    places = {column.name: place for place, column in enumerate(columns)}
    used = {name for names in result.columns.values() for name in names}
    for role in DATES:
        names = result.columns[role]
        if len(names) != 1 or role in fixed or names[0] not in places:
            continue
        own = columns[places[names[0]]]
        if own.empty or own.timed:
            continue
        stem = _stem(own.name)
        candidates = [
            column
            for column in columns
            if column.clock and column.name not in used and words_of("clock").score(column.name) > 0
        ]
        same = [column for column in candidates if stem and _stem(column.name) == stem]
        next_to = [column for column in candidates if places[column.name] == places[own.name] + 1]
        fitting = same or [column for column in next_to if not _stem(column.name)]
        if not fitting:
            continue
        chosen = fitting[0]
        result.columns[role] = (own.name, chosen.name)
        used.add(chosen.name)
        for other, taken in result.columns.items():
            if other != role and chosen.name in taken:
                result.columns[other] = tuple(name for name in taken if name != chosen.name)


def _stem(heading: str) -> str:
    stem = plain(heading)
    for word in ("datetime", "date", "time", "日期", "时间", "時間", "时刻", "時刻", "data", "hora", "fecha"):
        stem = stem.replace(word, "")
    return stem


def _first_event(result: Guess, table: pd.DataFrame, fixed: AnyMapping[str, tuple[str, ...]]) -> None:
    """A log of events without a date of registration: the first event of a request is taken for it."""
    own, events = result.columns["id"], result.columns["event_time"]
    if result.columns["created"] or "created" in fixed or not own or not events or own[0] not in table:
        return
    if table[own[0]].duplicated().any():
        result.columns["created"] = events
        result.doubts.append(("created_by_events", {"role": "created", "column": events[0]}))


def _dates_alone(result: Guess, columns: list[Column], fixed: AnyMapping[str, tuple[str, ...]]) -> None:
    """Where no heading says when a request was registered, a column of dates that means nothing else is taken."""
    used = {name for names in result.columns.values() for name in names}
    free = [column for column in columns if column.name not in used and column.written and column.dates >= 0.8]
    if not result.columns["created"] and "created" not in fixed and free:
        free.sort(key=lambda column: (round(column.missing, 1), column.middle))
        result.columns["created"] = (free[0].name,)
        others = [column.name for column in free[1:]]
        result.doubts.append(("created_by_content", {"role": "created", "others": len(others)}))


def _place_in_address(
    result: Guess, columns: list[Column], fixed: AnyMapping[str, tuple[str, ...]], given: Mapping | None
) -> None:
    """An address that begins with a district serves for the neighbourhood: nothing but the district is taken."""
    if given is not None and given.district_of_address is not None:
        result.district_of_address = given.district_of_address
        return
    if result.columns["neighbourhood"] or "neighbourhood" in fixed:
        return
    used = {name for names in result.columns.values() for name in names}
    for column in columns:
        if column.districts >= 0.8 and column.name not in used:
            result.columns["neighbourhood"] = (column.name,)
            result.district_of_address = True
            result.doubts.append(("district_of_address", {"role": "neighbourhood", "column": column.name}))
            return


def _tell_empty(result: Guess, columns: AnyMapping[str, Column]) -> None:
    for role, names in result.columns.items():
        for name in names:
            if name in columns and columns[name].empty:
                result.doubts.append(("empty_column", {"role": role, "column": name}))


def _orders(result: Guess, table: pd.DataFrame, given: Mapping | None) -> None:
    """The order of day and month in each column of dates. One that is open follows one of the same file that is not."""
    found: dict[str, Times] = {}
    open_: dict[str, Times] = {}
    zones = given.zones if given else ZoneTable()
    for role in DATES:
        names = result.columns[role]
        if not names or any(name not in table for name in names):
            continue
        if given and given.dates.get(role):
            result.orders[role] = ORDERS[given.dates[role]]
            continue
        read = read_times(date_texts(table, names), "", zones.local, zones.stored)
        result.times[role] = read
        if read.order:
            result.orders[role] = read.order
            (open_ if read.ambiguous else found)[role] = read
    sure = {read.order for read in found.values()}
    together = {
        order: sum(dict(read.orders).get(order, np.inf) for read in open_.values()) for order in ("mdy", "dmy", "ymd")
    }
    for role, read in open_.items():
        fits = dict(read.orders)
        if len(sure) == 1 and (order := next(iter(sure))) in fits:
            result.orders[role] = order
            result.doubts.append(("order_as_others", {"role": role, "order": NAMES[order]}))
            continue
        best = min(together, key=lambda order: (round(together[order], 3), order != read.order))
        result.orders[role] = best if best in fits else read.order
        all_ = " / ".join(NAMES[order] for order in fits)
        result.doubts.append(("order", {"role": role, "order": NAMES[result.orders[role]], "orders": all_}))


def _events(result: Guess, table: pd.DataFrame, given: Mapping | None) -> None:
    """A file has one row an event where most requests stand in several rows that are not all alike."""
    if given is not None and given.file.rows:
        result.events = given.file.rows == "event"
        return
    names = result.columns["id"]
    if not names or names[0] not in table:
        return
    ids = table[names[0]].dropna()
    if len(ids) < 10 or ids.nunique() > 0.8 * len(ids):
        return
    repeated = table[table[names[0]].duplicated(keep=False) & table[names[0]].notna()]
    facts = [name for role in ROLES for name in result.columns[role] if name in table]
    alike = repeated.duplicated(subset=list(dict.fromkeys(facts)), keep="first").mean()
    if alike < 0.5 * (1 - repeated[names[0]].nunique() / len(repeated)):
        result.events = True
        result.doubts.append(("events", {"n": int(ids.nunique()), "rows": len(ids)}))


def _last_change_for_closing(result: Guess, table: pd.DataFrame, fixed: AnyMapping[str, tuple[str, ...]]) -> None:
    """Where a file has no closing but a last change and a status that says closed, the change stands in, with doubt."""
    from sanfang.tickets.words import status_of

    changed, status = result.columns["changed"], result.columns["status"]
    if result.columns["closed"] or "closed" in fixed or not changed or not status or status[0] not in table:
        if result.columns["closed"] and result.columns["closed"] == changed:
            result.doubts.append(("last_change", {"role": "closed", "column": changed[0]}))
        return
    if result.events:
        return
    values = table[status[0]].dropna().unique()[:500]
    if any(status_of(value) in ("closed", "solved", "unsolved") for value in values):
        result.columns["closed"] = changed
        result.orders["closed"] = result.orders.get("changed", "")
        result.doubts.append(("last_change", {"role": "closed", "column": changed[0]}))


def _several_values(result: Guess, table: pd.DataFrame, given: Mapping | None) -> None:
    """A sign between categories, where cells taken apart give far fewer different ones."""
    names = result.columns["category"]
    if given is not None and given.several_values:
        result.separator = given.several_values
    elif names and names[0] in table:
        values = table[names[0]].dropna()
        values = (
            values.iloc[np.linspace(0, len(values) - 1, min(len(values), 5000)).astype(int)] if len(values) else values
        )
        for sign in (",", ";", "；", "、", "|"):
            inside = values.str.contains(sign, regex=False)
            if inside.mean() < 0.05:
                continue
            parts = values[inside].str.split(sign).explode().str.strip()
            alone = parts.isin(set(values[~inside].unique())).mean()
            if alone > 0.8 or (alone > 0.4 and parts.nunique() < 0.5 * values[inside].nunique()):
                result.separator = sign
                result.doubts.append(("several_values", {"role": "category", "sign": sign}))
                return
