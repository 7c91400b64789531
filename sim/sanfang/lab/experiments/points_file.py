"""The points of a design that are listed, in a .csv file beside the experiment or in the experiment itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanfang.scenario.errors import InputError
from sanfang.scenario.files import read_text
from sanfang.scenario.limits import MAX_POINT_VALUES, MAX_POINTS
from sanfang.scenario.telling import shortened
from sanfang.scenario.toml import check_size

MAX_TABLE_BYTES = 20_000_000
"""Of a table of points: a hundred thousand points with ten factors fit."""


def read_points(path: Path, origin: str) -> list[dict[str, Any]]:
    """The points in a .csv file: a row of factor names, then one row a point; an empty cell leaves the factor as it
    is. Cells are numbers, words, or lists as JSON writes them. `origin` is the experiment as messages call it. Raises
    `InputError`."""
    where = f"{origin}: design.file: {shortened(path.name)}"
    lines = io.StringIO(read_text(path, where, MAX_TABLE_BYTES), newline="")
    try:
        header, *rows = [row for row in csv.reader(lines) if any(cell.strip() for cell in row)] or [[]]
    except csv.Error as error:
        raise InputError(f"{where}: is not a table of comma-separated values: {error}") from None
    names = [name.strip() for name in header]
    if not rows or not all(names) or len(set(names)) < len(names):
        raise InputError(f"{where}: needs a first line of different factor names, and a line for each point")
    _check_shape(len(rows), len(names), where)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise InputError(f"{where}: point {number} has {len(row)} values, not {len(names)}")
    points = [{name: _cell(cell) for name, cell in zip(names, row, strict=True) if cell.strip()} for row in rows]
    check_points(points, where)
    return points


def check_points(points: Any, where: str) -> None:
    """The size of a table of points: in all, and each of its values."""
    rows = points if isinstance(points, list | tuple) else []
    _check_shape(len(rows), max((len(row) for row in rows if isinstance(row, Mapping)), default=0), where)
    for row in rows:
        check_size(row, where)


def _check_shape(points: int, factors: int, where: str) -> None:
    if points > MAX_POINTS or points * factors > MAX_POINT_VALUES:
        most = f"at most {MAX_POINTS:,}, and {MAX_POINT_VALUES:,} values"
        raise InputError(f"{where}: has {points:,} points of {factors:,} factors; {most} are read")


def _cell(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()
