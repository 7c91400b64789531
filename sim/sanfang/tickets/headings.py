"""Where the headings of a table stand: below titles, in one line or two, with merged and empty cells, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sanfang.scenario.errors import InputError
from sanfang.tickets.privacy import looks_personal
from sanfang.tickets.sheet import Format
from sanfang.tickets.words import is_known

LOOKED_AT = 60
"""Records at the top of a file among which headings are looked for."""

MAX_HEADING = 60
"""Characters: what is longer is a text and no heading."""


@dataclass(frozen=True)
class Headings:
    """Names of all columns, the first record that they stand in (from 0), in how many, and doubts."""

    names: list[str]
    line: int
    lines: int
    doubts: tuple[tuple[str, dict[str, object]], ...] = ()


def find_headings(records: Sequence[Sequence[str]], wanted: Format | None = None) -> Headings:
    """The headings among the first records of a file. What `wanted` says of their lines is obeyed."""
    width = _width(records)
    if wanted is not None and wanted.heading_lines == 0:
        return Headings([""] * width, max(0, wanted.headings - 1), 0)
    if wanted is not None and wanted.headings:
        if wanted.headings > len(records):
            raise InputError(f"[file] headings: line {wanted.headings} is beyond the first {len(records)} lines")
        return _at(records, wanted.headings - 1, wanted.heading_lines, width)
    scores = [_score(record) for record in records]
    best = max(range(len(records)), key=lambda place: (scores[place], -place), default=0)
    if scores and scores[best] > 0:
        return _with_neighbours(records, best, width)
    return _unknown(records, width)


def _width(records: Sequence[Sequence[str]]) -> int:
    """Cells of most records; more, where headings or several records have more that say something."""
    said = [_last(record) for record in records]
    usual = Counter(filter(None, said))
    often = [width for width, times in usual.items() if times >= max(min(2, len(records) - 1), 0.05 * len(records))]
    return max(often, default=max(map(len, records), default=0))


def _last(record: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(record, 1) if cell.strip()), default=0)


def _is_data(cell: str) -> bool:
    """Whether a cell is a number, a date or the like: half of its signs are digits."""
    signs = cell.strip()
    return bool(signs) and 2 * sum(sign.isdigit() for sign in signs) >= len(signs)


def _score(record: Sequence[str]) -> float:
    cells = {cell.strip() for cell in record if cell.strip()}
    known = sum(len(cell) <= MAX_HEADING and not _is_data(cell) and is_known(cell) for cell in cells)
    return known - 2 * sum(map(_is_data, cells)) if len(cells) > 1 else 0


def _is_heady(record: Sequence[str]) -> bool:
    cells = [cell for cell in record if cell.strip()]
    return len({*cells}) > 1 and not any(_is_data(cell) or len(cell.strip()) > MAX_HEADING for cell in cells)


def _with_neighbours(records: Sequence[Sequence[str]], best: int, width: int) -> Headings:
    """Headings in `best`, and in the line above or below it where that one is needed to tell columns apart."""
    lacking = _lacking(records[best], width)
    if lacking and best > 0 and _is_heady(records[best - 1]):
        return _at(records, best - 1, 2, width)
    below = records[best + 1] if best + 1 < len(records) else []
    filled = [place for place in lacking if place < len(below) and below[place].strip()]
    if filled and _is_heady(below) and any(is_known(below[place]) for place in filled):
        return _at(records, best, 2, width)
    return _at(records, best, 1, width)


def _lacking(record: Sequence[str], width: int) -> list[int]:
    """Places without a heading, or with one that stands elsewhere, too."""
    cells = [*(cell.strip() for cell in record), *[""] * (width - len(record))][:width]
    times = Counter(cells)
    return [place for place, cell in enumerate(cells) if not cell or times[cell] > 1]


def _at(records: Sequence[Sequence[str]], line: int, lines: int, width: int) -> Headings:
    """Names from so many lines. Below a merged heading, which is written once, its columns share it."""
    rows = [_cells(record, width) for record in records[line : line + lines]]
    if not rows:
        return Headings([""] * width, line, 0)
    names, own = list(rows[-1]), Counter(rows[-1])
    for upper in reversed(rows[:-1]):
        shared = ""
        for place, cell in enumerate(upper):
            shared = cell or shared
            if not names[place]:
                names[place] = cell
            elif own[rows[-1][place]] > 1 and shared:
                names[place] = f"{shared} / {names[place]}"
    return Headings([_harmless(name) for name in names], line, len(rows))


def _cells(record: Sequence[str], width: int) -> list[str]:
    width = max(width, _last(record))
    return [" ".join(cell.split()) for cell in [*record, *[""] * (width - len(record))][:width]]


def _harmless(name: str) -> str:
    """A heading is written into files, so that it may be no cell of a person: then the column has only its number."""
    return "" if len(name) > 2 * MAX_HEADING or re.search(r"\d{5,}|@", name) else name


def _unknown(records: Sequence[Sequence[str]], width: int) -> Headings:
    """No word is known: the first full line is one of headings, if it has neither numbers nor dates nor persons."""
    for place, record in enumerate(records):
        cells = [cell.strip() for cell in record if cell.strip()]
        if len(cells) < 0.6 * width or (len(cells) < 2 and width > 1):
            continue
        later = {cell.strip() for below in records[place + 1 :] for cell in below}
        repeated = sum(cell in later for cell in cells)
        if any(map(_is_data, cells)) or any(map(looks_personal, cells)) or len({*cells}) < len(cells) or repeated:
            return Headings([""] * width, place, 0, (("no_headings", {}),))
        found = _at(records, place, 1, width)
        return Headings(found.names, found.line, found.lines, (("unknown_headings", {}),))
    return Headings([""] * width, 0, 0, (("no_headings", {}),))
