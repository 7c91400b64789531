"""The tables of a sweep's SQLite file, in the formats that are read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sanfang.metrics.catalogue import METRICS
from sanfang.scenario.errors import InputError

FORMAT = 4
WITHOUT_GROUPS = 3  # the format before metrics by group were kept
WITHOUT_FORMULAS = 2  # the format before it was noted which formulas gave the values, and before records were kept
WITHOUT_CHECKSUMS = 1  # the one before there were checksums, which can still be read
APPLICATION = 0x53464C42  # in the head of the file: this SQLite file is a sweep of ours

METRIC_NAMES = tuple(metric.name for metric in METRICS)

FORMULAS = "formulas"
"""The column of `runs` that says which formulas gave its values: the number of a row of the table of that name."""

SINCE_FORMULAS = """
CREATE TABLE formulas (number INTEGER PRIMARY KEY, digests TEXT);
CREATE TABLE records (key TEXT PRIMARY KEY, content BLOB, checksum TEXT);
"""

SINCE_GROUPS = """
CREATE TABLE by_group (
    key TEXT, dimension TEXT, formulas INTEGER, names TEXT, numbers BLOB, checksum TEXT, PRIMARY KEY (key, dimension)
);
"""

SCHEMA = f"""
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE sessions (began TEXT, ended TEXT, provenance TEXT, runs INTEGER, failures INTEGER);
CREATE TABLE points (point INTEGER PRIMARY KEY);
CREATE TABLE plan (
    replication INTEGER, point INTEGER, scenario TEXT, seed INTEGER, key TEXT,
    PRIMARY KEY (replication, point, scenario)
) WITHOUT ROWID;
CREATE INDEX plan_key ON plan (key);
CREATE TABLE runs (key TEXT PRIMARY KEY, checksum TEXT, seconds REAL, finished TEXT, {FORMULAS} REAL,
    {", ".join(f'"{name}" REAL' for name in METRIC_NAMES)});
CREATE TABLE daily (key TEXT PRIMARY KEY, columns TEXT, days INTEGER, series BLOB, checksum TEXT);
CREATE TABLE failures (
    key TEXT PRIMARY KEY, error TEXT, trace TEXT, attempts INTEGER, finished TEXT, checksum TEXT
);
CREATE TABLE checksums (name TEXT PRIMARY KEY, checksum TEXT) WITHOUT ROWID;
{SINCE_FORMULAS}
{SINCE_GROUPS}
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
"""

NEEDED = {
    "about": {"name", "value"},
    "sessions": {"began", "ended", "provenance", "runs", "failures"},
    "points": {"point"},
    "plan": {"replication", "point", "scenario", "seed", "key"},
    "runs": {"key", "seconds", "finished"},
    "daily": {"key", "columns", "days", "series"},
    "failures": {"key", "error", "trace", "attempts", "finished"},
}
"""Columns without which nothing can be read. Metrics and factors differ between stores."""

NEEDED_SINCE_FORMULAS = {"formulas": {"number", "digests"}, "records": {"key", "content"}}

NEEDED_SINCE_GROUPS = {"by_group": {"key", "dimension", "formulas", "names", "numbers"}}


def format_of(connection: sqlite3.Connection) -> int:
    """The number of the format that a file is in."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def columns(connection: sqlite3.Connection, schema: str, table: str) -> set[str]:
    """The names of a table's columns."""
    return {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({table})")}


def quoted(name: str) -> str:
    """The name of a column, for a query."""
    return '"' + name.replace('"', '""') + '"'


def quoted_list(names: Iterable[str]) -> str:
    """The names of columns, for a query."""
    return ", ".join(quoted(name) for name in names)


def check_names(factors: Sequence[str], metrics: Sequence[str]) -> None:
    """Raises InputError for a factor with the name of another column, whatever the case of their letters."""
    taken = {name.lower() for name in ("scenario", "point", "replication", "seed", "seconds", "key", *metrics)}
    for name in factors:
        if name.lower() in taken:
            raise InputError(f"factors.{name}: another column of the results has this name already; call it otherwise")
        taken.add(name.lower())


def cell_of(value: Any) -> Any:
    """A factor's value as a column can hold it: numbers and words as they are, lists as JSON."""
    return value if value is None or isinstance(value, int | float | str) else json.dumps(value)


def column_type(values: Iterable[Any]) -> str:
    """The column type of a factor, for tools that need one: REAL where all values are numbers, else TEXT."""
    return "REAL" if all(value is None or isinstance(value, int | float) for value in values) else "TEXT"
