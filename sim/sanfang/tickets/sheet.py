"""A table as it stands in a file: headings, and cells as trimmed texts, a missing one where nothing is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sanfang.tickets.words import missing_words

MAX_COLUMNS = 2_000
TEXT = pd.StringDtype("pyarrow", na_value=float("nan"))
_BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff\0"


@dataclass(frozen=True)
class Format:
    """How a file was read; a mapping may set each of these."""

    kind: str
    """csv, excel, json, json-lines, geojson, or parquet."""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    headings: int = 0
    """First line of the headings, counted from 1; 0 where the format has names of its own."""
    heading_lines: int = 1
    """In how many lines the headings stand; 0 if there are none."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, all of them counted: `rows` is what stands below the headings."""

    table: pd.DataFrame
    """Texts by heading; headings are unique."""
    form: Format
    unread: dict[str, int] = field(default_factory=dict)
    """Rows that are no rows of a table, by reason: `empty`, `broken`."""
    doubts: tuple[tuple[str, dict[str, object]], ...] = ()
    named: bool = True
    """False if the file has no headings, or none that is known to be one: then columns are called by number."""

    @property
    def rows(self) -> int:
        """All rows below the headings."""
        return len(self.table) + sum(self.unread.values())

    def with_doubts(self, *doubts: tuple[str, dict[str, object]]) -> Sheet:
        """The same, with doubts added."""
        return replace(self, doubts=(*self.doubts, *doubts))


def unique_names(headings: Sequence[str]) -> list[str]:
    """Headings on one line, an empty one called by its number, a second one of a name numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for place, heading in enumerate(headings, 1):
        name = " ".join(heading.strip(_BLANKS).split())[:100] or f"column {place}"
        number, base = 2, name
        while name in taken:
            name = f"{base} ({number})"
            number += 1
        taken.add(name)
        names.append(name)
    return names


class Columns:
    """Collects rows of texts, a chunk at a time, and packs them: a million rows of twenty columns fit into memory."""

    CHUNK = 20_000

    def __init__(self, width: int) -> None:
        self.width = width
        self.empty = self.broken = self.short = 0
        self._rows: list[list[str]] = []
        self._chunks: list[list[pa.Array]] = [[] for _ in range(width)]

    def add(self, row: list[str]) -> None:
        """Take a row in, or count why it is none: no cell says anything, or there are more cells than headings."""
        width = len(row)
        if width != self.width:
            if not any(cell.strip(_BLANKS) for cell in row):
                self.empty += 1
                return
            if width > self.width:
                if any(cell.strip(_BLANKS) for cell in row[self.width :]):
                    self.broken += 1
                    return
                row = row[: self.width]
            else:
                self.short += 1
                row = row + [""] * (self.width - width)
        self._rows.append(row)
        if len(self._rows) >= self.CHUNK:
            self._pack()

    def add_all(self, rows: Iterable[list[str]]) -> None:
        """Take many rows in."""
        for row in rows:
            self.add(row)

    def table(self, names: Sequence[str]) -> pd.DataFrame:
        """All rows, trimmed. Rows in which nothing is left are counted as empty and left out."""
        self._pack()
        arrays = [pa.chunked_array(chunks, type=pa.large_string()) for chunks in self._chunks]
        del self._chunks
        table, empty = tidy(dict(zip(names, arrays, strict=True)))
        self.empty += empty
        return table

    def unread(self) -> dict[str, int]:
        """Rows that were not taken in, by reason."""
        return {"empty": self.empty, "broken": self.broken}

    def _pack(self) -> None:
        if self._rows:
            for chunks, cells in zip(self._chunks, zip(*self._rows, strict=True), strict=True):
                chunks.append(pa.array(cells, type=pa.large_string()))
            self._rows = []


def tidy(arrays: dict[str, pa.ChunkedArray]) -> tuple[pd.DataFrame, int]:
    """Trim all cells, take words such as `N/A` for missing, leave rows out that say nothing; and how many those are."""
    said = None
    cells: dict[str, pa.ChunkedArray] = {}
    for name, array in arrays.items():
        trimmed = pc.utf8_trim(array, characters=_BLANKS)
        nothing = pc.or_(pc.equal(trimmed, ""), _is_missing_word(trimmed))
        cells[name] = pc.if_else(pc.fill_null(nothing, True), pa.scalar(None, pa.large_string()), trimmed)
        given = pc.is_valid(cells[name])
        said = given if said is None else pc.or_(said, given)
    if said is None or pc.all(said).as_py() is not False:
        kept, empty = cells, 0
    else:
        kept = {name: array.filter(said) for name, array in cells.items()}
        empty = len(said) - (pc.sum(said).as_py() or 0)
    return pd.DataFrame({name: pd.Series(array, dtype=TEXT) for name, array in kept.items()}), empty


def _is_missing_word(array: pa.ChunkedArray) -> pa.ChunkedArray:
    longest = max(map(len, missing_words()))
    short = pc.less_equal(pc.binary_length(array), 4 * longest)
    words = pa.array(missing_words(), type=pa.large_string())
    if not pc.any(short).as_py():
        return short
    return pc.and_(short, pc.is_in(pc.utf8_lower(array), value_set=words))
