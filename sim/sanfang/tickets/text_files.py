"""CSV and its relatives: delimiter, quotation, headings anywhere in the first lines, every record counted."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from sanfang.scenario.errors import InputError
from sanfang.tickets.encodings import encoding_of
from sanfang.tickets.headings import LOOKED_AT, Headings, find_headings
from sanfang.tickets.sheet import MAX_COLUMNS, Columns, Format, Sheet, unique_names

DELIMITERS = (",", ";", "\t", "|", "，", "^")
QUOTED: Literal[0] = csv.QUOTE_MINIMAL
PLAIN: Literal[3] = csv.QUOTE_NONE

MAX_CELL = 1_000_000
"""Characters of one cell."""

MANY_LINES = 3
"""Lines of one cell that look like rows: then a quotation mark is missing before them."""

Progress = Callable[[int, int], object]


class QuotationTrouble(Exception):
    """A quoted cell seems to run over rows of the table."""


def read_text_file(path: Path, where: str, wanted: Format | None, progress: Progress | None) -> Sheet:
    """The table in a text file. What `wanted` says of it (encoding, delimiter, lines of headings) is obeyed.

    Raises `InputError` for a file that is no table, and OSError.
    """
    if wanted and wanted.encoding:
        utf8 = codecs.lookup(wanted.encoding).name == "utf-8"
        encoding, wrong = "utf-8-sig" if utf8 else wanted.encoding, 0  # a mark may stand in front, or not
    else:
        encoding, wrong = encoding_of(path)
    delimiter = (wanted and wanted.delimiter) or _delimiter(path, encoding, where)
    try:
        sheet = _read(path, where, encoding, delimiter, wanted, progress, QUOTED)
    except QuotationTrouble:
        try:
            sheet = _read(path, where, encoding, delimiter, wanted, progress, PLAIN)
        except QuotationTrouble:
            raise InputError(f"{where}: has a cell of more than {MAX_CELL:,} characters, so it is no table") from None
        sheet = sheet.with_doubts(("quotation", {}))
    return sheet.with_doubts(("damaged", {"n": wrong, "encoding": encoding})) if wrong else sheet


def _delimiter(path: Path, encoding: str, where: str) -> str:
    """The sign that divides the most records into equally many cells."""
    with path.open("r", encoding=encoding, errors="replace", newline="") as file:
        text = "".join(islice(file, 200))[:500_000]
    if text[:4].lower() == "sep=" and len(text) > 4:
        return text[4]
    best, most = "", 0.0
    for delimiter in DELIMITERS:
        try:
            rows = [
                row
                for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
                if row
            ]
        except csv.Error:
            continue
        widths = Counter(map(len, rows))
        width, times = max(widths.items(), key=lambda item: (item[0] > 1) * item[1] * item[0] ** 0.3, default=(0, 0))
        score = times / max(1, len(rows)) * (width - 1) ** 0.5 if width > 1 else 0.0
        if score > most * 1.05:
            best, most = delimiter, score
    if not best:
        raise InputError(
            f"{where}: has one column only; if a sign other than comma, semicolon, tab or | divides its columns, "
            "say so in the mapping: [file] delimiter"
        )
    return best


def _read(
    path: Path,
    where: str,
    encoding: str,
    delimiter: str,
    wanted: Format | None,
    progress: Progress | None,
    quoting: Literal[0, 3],
) -> Sheet:
    csv.field_size_limit(MAX_CELL)
    size = path.stat().st_size
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, errors="replace", newline="") as text:
        records = _records(csv.reader(text, delimiter=delimiter, skipinitialspace=True, quoting=quoting), delimiter)
        first = list(islice(records, LOOKED_AT))
        if first and 1 <= len(first[0]) <= 2 and first[0][0][:4].lower() == "sep=":
            first[0] = [""]
        found = find_headings(first, wanted) if first else Headings([], 0, 0)
        width = len(found.names)
        if not width:
            raise InputError(f"{where}: is empty")
        if width > MAX_COLUMNS:
            raise InputError(f"{where}: has more than {MAX_COLUMNS:,} columns, so it is no table of requests")
        columns = Columns(width)
        columns.add_all(first[found.line + found.lines :])
        for done, row in enumerate(records, 1):
            columns.add(row)
            if progress and done % Columns.CHUNK == 0:
                progress(min(raw.tell(), size), size)
    names = [name.strip('"') for name in found.names] if quoting == PLAIN else found.names
    table = columns.table(unique_names(names))
    if quoting == PLAIN:
        table = table.apply(lambda column: column.str.strip('" '))
    form = Format("csv", encoding, delimiter, "", found.line + 1 if found.lines else 0, found.lines)
    return Sheet(table, form, columns.unread(), found.doubts, found.lines > 0)


def _records(reader: Iterator[list[str]], delimiter: str) -> Iterator[list[str]]:
    """All records. Raises `QuotationTrouble` where a cell holds what looks like rows."""
    before, width = 0, 0
    try:
        for row in reader:
            line = reader.line_num  # type: ignore[attr-defined]
            if line - before > MANY_LINES and _holds_rows(row, delimiter, width):
                raise QuotationTrouble
            before, width = line, max(width, len(row)) if width < 2 else width
            yield row
    except csv.Error:
        raise QuotationTrouble from None


def _holds_rows(row: list[str], delimiter: str, width: int) -> bool:
    return any(
        sum(line.count(delimiter) >= max(1, width - 1) for line in cell.splitlines()) >= MANY_LINES
        for cell in row
        if "\n" in cell or "\r" in cell
    )
