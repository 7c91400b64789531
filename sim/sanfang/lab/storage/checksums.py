"""Checksums of what a store holds: whoever reads it knows that it is what was written.

Damage to a file may leave it well-formed, with another number in it. So each row carries a checksum over its other
columns, and a table that must be whole one over all its rows.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

BYTES = 8

WHOLE = {
    "about": "name",
    "points": "point",
    "plan": "replication, point, scenario",
    "sessions": "rowid",
    "formulas": "number",
}
"""Tables of which no row may be missing or changed, and the order of their rows: `checksums` has one over each. The
rows of the others have their own, and what is missing there is made again."""


def of_rows(rows: Iterable[Sequence[Any]], content: bytes = b"") -> str:
    """Over rows of numbers, words and None, in their order, and over `content`."""
    digest = hashlib.blake2b(digest_size=BYTES)
    for row in rows:
        digest.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    digest.update(content)
    return digest.hexdigest()


def of_runs(texts: Sequence[tuple[Any, ...]], names: Sequence[str], values: NDArray[np.float64]) -> list[str]:
    """One for each run: over its `texts`, and its `values` (runs x names) with their names.

    NaN is no value: a column that is added later, and says nothing of older runs, changes nothing.
    """
    values = np.asarray(values, "<f8") + 0.0  # SQLite knows no negative zero
    known = ~np.isnan(values)
    heads: dict[bytes, bytes] = {}
    sums = []
    for text, numbers, there in zip(texts, values, known, strict=True):
        head = heads.get(there.tobytes())
        if head is None:
            named = [name for name, has_value in zip(names, there, strict=True) if has_value]
            head = heads[there.tobytes()] = repr(named).encode("utf-8", "surrogatepass")
        content = head + repr(text).encode("utf-8", "surrogatepass") + numbers[there].tobytes()
        sums.append(hashlib.blake2b(content, digest_size=BYTES).hexdigest())
    return sums


def of_records(key: str, content: Any) -> str:
    """Over what is kept of a run to measure it again; what is in its place may be anything."""
    return of_rows([(key,)], content) if isinstance(content, bytes) else of_rows([(key, content)])


def of_daily(key: str, columns: str, days: int, series: Any) -> str:
    """Over a run's daily series, as they are stored; what is in the place of `series` may be anything."""
    return of_rows([(key, columns, days)], series) if isinstance(series, bytes) else of_rows([(key, series)])


def of_groups(key: str, dimension: Any, formulas: Any, names: Any, numbers: Any) -> str:
    """Over a run's metrics by the groups of a dimension; what is in the place of `numbers` may be anything."""
    content = numbers if isinstance(numbers, bytes) else b""
    return of_rows([(key, dimension, formulas, names), (() if isinstance(numbers, bytes) else (numbers,))], content)


BESIDE: dict[str, tuple[str, Callable[..., str]]] = {
    "daily": ("columns, days, series", of_daily),
    "records": ("content", of_records),
    "by_group": ("dimension, formulas, names, numbers", of_groups),
}
"""Tables that may hold more of a run: their columns, and the checksum of a row."""


# --- Runs of a store ---------------------------------------------------------------------------------------


def number_columns(connection: sqlite3.Connection, schema: str = "main") -> list[str]:
    """The columns of `runs` that hold numbers: metrics, known to this version or not, seconds, and which formulas."""
    names = {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info(runs)")}
    return sorted(names - {"key", "checksum", "finished"})


def sound_runs(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The values (runs x names) of `rows`, and which rows are sound.

    A row begins with key, checksum, finished and `names`. What is no number becomes NaN, as nothing does.
    """
    cells = [row[3 : 3 + len(names)] for row in rows]
    try:
        values = np.array(cells, np.float64)
    except (ValueError, TypeError, OverflowError):
        values = np.array([[_number(cell) for cell in row] for row in cells], np.float64)
    values = values.reshape(len(rows), len(names))
    sums = of_runs([(row[0], row[2]) for row in rows], names, values)
    return values, np.array([row[1] == sum_ for row, sum_ in zip(rows, sums, strict=True)], np.bool_)


def _number(cell: Any) -> float:
    return float(cell) if isinstance(cell, float) else math.nan


# --- Whole tables ------------------------------------------------------------------------------------------


def seal(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Store the checksums of tables that were written, in the same transaction."""
    sums = [(table, _of_table(connection, table)) for table in tables]
    connection.executemany("INSERT OR REPLACE INTO checksums VALUES (?, ?)", sums)


def unsound(connection: sqlite3.Connection, tables: Iterable[str]) -> list[str]:
    """Those of `tables` that do not read as they were written."""
    sums = dict(connection.execute("SELECT name, checksum FROM checksums"))
    return [table for table in tables if sums.get(table) != _of_table(connection, table)]


def _of_table(connection: sqlite3.Connection, table: str) -> str:
    rows = connection.execute(f"SELECT * FROM {table} ORDER BY {WHOLE[table]}")
    return of_rows(chain([[column[0] for column in rows.description]], rows))
