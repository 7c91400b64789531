"""A mapping as the TOML file that people correct: each line with its doubts, and values only where many share them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sanfang.scenario.saving import to_toml
from sanfang.scenario.telling import printable
from sanfang.tickets import words
from sanfang.tickets.guess import NAMES, Doubt, Guess
from sanfang.tickets.making import Made
from sanfang.tickets.mapping import Mapping
from sanfang.tickets.privacy import SMALL, shape, shown
from sanfang.tickets.quality import counts_of
from sanfang.tickets.sheet import Sheet
from sanfang.tickets.telling import doubt, told

FEW = 30
"""Different values of a column whose values are shown."""

MOST = 300
"""Categories that are written out, those with most requests first."""

SHOWN_ROLES = ("category", "department", "neighbourhood", "channel", "rating", "status", "solved", "event")
"""Roles whose values may be shown: kinds, offices, places. Nobody's name belongs there."""


def mapping_text(
    sheet: Sheet, guess: Guess, made: Made | None, doubts: tuple[Doubt, ...], given: Mapping | None, lang: str = "en"
) -> str:
    """The whole file. `made` is None where no request could be made of the rows."""
    given = given or Mapping()
    parts = [
        *_comment(told("mapping", "head", lang)),
        "",
        *_plain(doubts, lang),
        f"selection = {to_toml(given.selection)}  # {told('mapping', 'selection', lang)}",
        f"several_values = {to_toml(guess.separator)}",
        f"district_of_address = {to_toml(guess.district_of_address)}",
        "",
        *_file(sheet, guess, lang),
        "",
        *_columns(sheet, guess, doubts, lang),
        "",
        *_dates(guess, doubts, lang),
        "",
        *_zones(given, doubts, lang),
        "",
        f"[rating]  # {told('mapping', 'rating', lang)}",
        f"worst = {given.rating.worst:g}",
        f"best = {given.rating.best:g}",
        "",
        *_statuses(sheet, guess, given, lang),
        "",
        *_domains(made, given, lang),
        "",
        *_unused(sheet, guess, lang),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _comment(text: str) -> list[str]:
    return [f"# {line}".rstrip() for line in printable(text.replace("\n", "\0")).replace("\\x00", "\n").split("\n")]


def _doubts(doubts: tuple[Doubt, ...], lang: str, keep: object) -> Iterator[str]:
    for one in doubts:
        if callable(keep) and keep(one):
            yield from _comment(f"{told('mapping', 'doubt', lang)}: {doubt(one, lang)}")


def _plain(doubts: tuple[Doubt, ...], lang: str) -> list[str]:
    return list(_doubts(doubts, lang, lambda one: "role" not in one[1]))


def _file(sheet: Sheet, guess: Guess, lang: str) -> Iterator[str]:
    form = sheet.form
    yield f"[file]  # {told('mapping', 'file', lang)}"
    if form.encoding:
        yield f"encoding = {to_toml(form.encoding)}"
    if form.delimiter:
        yield f"delimiter = {to_toml(form.delimiter)}"
    if form.sheet:
        yield f"sheet = {to_toml(form.sheet)}"
    if form.kind in ("csv", "excel"):
        yield f"headings = {form.headings}"
        yield f"heading_lines = {form.heading_lines}"
    yield f"rows = {to_toml('event' if guess.events else 'request')}"


def _columns(sheet: Sheet, guess: Guess, doubts: tuple[Doubt, ...], lang: str) -> Iterator[str]:
    yield f"[columns]  # {told('mapping', 'columns', lang)}"
    for role in words.ROLES:
        names = guess.columns[role]
        yield from _doubts(doubts, lang, lambda one, role=role: one[1].get("role") == role and one[0] not in _ELSEWHERE)
        value = f"[{', '.join(map(to_toml, names))}]" if len(names) > 1 else to_toml("".join(names))
        about = told("roles", role, lang)
        yield f"{role} = {value}  # {about}{_example(sheet, role, names, lang)}"


_ELSEWHERE = ("order", "order_as_others", "utc")
"""Doubts that stand beside another key than that of the column."""


def _example(sheet: Sheet, role: str, names: tuple[str, ...], lang: str) -> str:
    """Values that many requests share, of a role that may have its values shown; else the most frequent shape."""
    if not names or names[0] not in sheet.table:
        return ""
    cells = sheet.table[names[0]].dropna()
    if role in words.DATES or (role in SHOWN_ROLES and not words.is_personal(names[0])):
        values = _frequent(cells, role)
        if values:
            return f"; {told('mapping', 'values', lang)}: {', '.join(printable(value) for value in values)}"
    return f"; {told('mapping', 'shape', lang)}: {_shape(cells)}" if len(cells) else ""


def _frequent(cells: pd.Series, role: str) -> list[str]:
    counts = cells.value_counts()
    often = counts[counts >= SMALL]
    if role in words.DATES:
        return [value for value in often.index[:3] if len(value) <= 40 and not any(map(str.isalpha, value[:1]))]
    if len(counts) > FEW:
        return []
    return list(shown({str(name): int(count) for name, count in often.items()}))[:8]


def _shape(cells: pd.Series) -> str:
    places = np.linspace(0, len(cells) - 1, min(500, len(cells))).astype(int)
    shapes = cells.iloc[places].map(shape)
    return printable(str(shapes.value_counts().index[0]))


def _dates(guess: Guess, doubts: tuple[Doubt, ...], lang: str) -> Iterator[str]:
    yield f"[dates]  # {told('mapping', 'dates', lang)}"
    for role in words.DATES:
        if guess.columns[role]:
            yield from _doubts(
                doubts,
                lang,
                lambda one, role=role: one[1].get("role") == role and one[0] in ("order", "order_as_others"),
            )
            yield f"{role} = {to_toml(NAMES.get(guess.orders.get(role, ''), ''))}"


def _zones(given: Mapping, doubts: tuple[Doubt, ...], lang: str) -> Iterator[str]:
    yield f"[zones]  # {told('mapping', 'zones', lang)}"
    yield from _doubts(doubts, lang, lambda one: one[0] == "utc")
    yield f"stored = {to_toml(given.zones.stored)}"
    yield f"local = {to_toml(given.zones.local)}"


def _statuses(sheet: Sheet, guess: Guess, given: Mapping, lang: str) -> Iterator[str]:
    yield f"[statuses]  # {told('mapping', 'statuses', lang)}"
    names = guess.columns["status"]
    found = shown(counts_of(sheet.table[names[0]])) if names and names[0] in sheet.table else {}
    meanings = {value: given.statuses.get(value) or words.status_of(value) for value in found} | given.statuses
    for value, meaning in list(meanings.items())[:MOST]:
        yield f"{_key(value)} = {to_toml(meaning)}"


def _domains(made: Made | None, given: Mapping, lang: str) -> Iterator[str]:
    yield f"[domains]  # {told('mapping', 'domains', lang)}"
    counts = counts_of(made.table["category"]) if made is not None and len(made.table) else {}
    for value in given.domains:
        if value not in counts:
            yield f"{_key(value)} = {to_toml(given.domains[value])}"
    whole = max(1, sum(counts.values()))
    for value, count in list(shown(counts).items())[:MOST]:
        meaning = given.domains.get(value, words.domain_of(value)) or ""
        yield f"{_key(value)} = {to_toml(meaning)}  # {100 * count / whole:.1f} %"


def _key(value: str) -> str:
    return to_toml(value)


def _unused(sheet: Sheet, guess: Guess, lang: str) -> Iterator[str]:
    used = {name for names in guess.columns.values() for name in names}
    left = [name for name in sheet.table.columns if name not in used]
    if left:
        yield from _comment(told("mapping", "unused", lang))
        for name in left:
            cells = sheet.table[name].dropna()
            yield from _comment(f"  {name}: {_shape(cells) if len(cells) else '-'}")
