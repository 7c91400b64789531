"""Excel and OpenDocument sheets: dates as dates, merged titles, sheets that claim rows which are empty."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import python_calamine

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import listed
from sanfang.tickets.headings import LOOKED_AT, find_headings
from sanfang.tickets.sheet import MAX_COLUMNS, Columns, Format, Sheet, unique_names
from sanfang.tickets.text_files import Progress

MAX_UNPACKED = 2_000_000_000
"""Bytes that a workbook may have when it is unpacked: a small file can claim far more than any memory."""


def read_excel_file(path: Path, where: str, wanted: Format | None, progress: Progress | None) -> Sheet:
    """The table in a workbook: the sheet that `wanted` names, else the one with the most rows. Raises `InputError`."""
    _check_size(path, where)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if wanted and wanted.sheet:
            if wanted.sheet not in names:
                raise InputError(f"{where}: has no sheet of the name that the mapping gives; it has {listed(names)}")
            chosen = [wanted.sheet]
        else:
            chosen = names
        read = {name: _rows(book, name) for name in chosen}
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile):
        raise InputError(
            f"{where}: is damaged, protected by a password, or no workbook; open it in Excel and save it as .xlsx"
        ) from None
    sizes = {name: sum(any(cell != "" for cell in row) for row in rows) for name, rows in read.items()}
    if not any(sizes.values()):
        raise InputError(f"{where}: is empty")
    name = max(sizes, key=lambda one: sizes[one])
    rows = read[name]
    del read
    doubts: list[tuple[str, dict[str, object]]] = []
    others = [other for other, size in sizes.items() if other != name and size > 1]
    if others:
        doubts.append(("other_sheets", {"n": len(others)}))
    first = [_texts(row) for row in rows[:LOOKED_AT]]
    found = find_headings(first, wanted)
    if len(found.names) > MAX_COLUMNS:
        raise InputError(f"{where}: has more than {MAX_COLUMNS:,} columns, so it is no table of requests")
    columns = Columns(len(found.names))
    for place in range(found.line + found.lines, len(rows)):
        columns.add(_texts(rows[place]))
        if progress and place % Columns.CHUNK == 0:
            progress(place, len(rows))
    table = columns.table(unique_names(found.names))
    form = Format("excel", sheet=name, headings=found.line + 1 if found.lines else 0, heading_lines=found.lines)
    return Sheet(table, form, columns.unread(), (*found.doubts, *doubts), found.lines > 0)


def _check_size(path: Path, where: str) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise InputError(f"{where}: is damaged: the workbook cannot be unpacked") from None
    if size > MAX_UNPACKED:
        raise InputError(f"{where}: takes more than {MAX_UNPACKED / 1e9:.0f} GB when it is unpacked")


def _rows(book: python_calamine.CalamineWorkbook, name: str) -> list[list[Any]]:
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _texts(row: list[Any]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """A cell as its text: whole numbers without a fraction, dates and times in the international form."""
    if isinstance(cell, str):
        return cell.encode("utf-8", "replace").decode("utf-8")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e17 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)
