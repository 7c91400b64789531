"""The SQLite file of a sweep: its tables, opening it, and what is wrong with it in words."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sanfang.lab.metrics import METRICS
from sanfang.scenario.errors import InputError

STORE = "sweep.sqlite"
FORMAT = 1
APPLICATION = 0x53464C42  # in the head of the file: this SQLite file is a sweep of ours
BUSY_SECONDS = 30

METRIC_NAMES = tuple(metric.name for metric in METRICS)

SCHEMA = f"""
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE sessions (began TEXT, ended TEXT, provenance TEXT, runs INTEGER, failures INTEGER);
CREATE TABLE points (point INTEGER PRIMARY KEY);
CREATE TABLE plan (
    replication INTEGER, point INTEGER, scenario TEXT, seed INTEGER, key TEXT,
    PRIMARY KEY (replication, point, scenario)
) WITHOUT ROWID;
CREATE INDEX plan_key ON plan (key);
CREATE TABLE runs (key TEXT PRIMARY KEY, seconds REAL, finished TEXT,
    {", ".join(f'"{name}" REAL' for name in METRIC_NAMES)});
CREATE TABLE daily (key TEXT PRIMARY KEY, columns TEXT, days INTEGER, series BLOB);
CREATE TABLE failures (key TEXT PRIMARY KEY, error TEXT, trace TEXT, attempts INTEGER, finished TEXT);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
"""


class StoreError(RuntimeError):
    """The store cannot go on: a full disk, a file taken away. What was stored before is safe."""


def open_for_writing(folder: Path) -> sqlite3.Connection:
    """A connection to the store in `folder`, which is made if there is none. Raises InputError if it is unfit."""
    with plainly(folder):
        connection = sqlite3.connect(folder / STORE, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            new = _is_empty(connection)
            if not new:
                check_format(folder, connection)
                _check_sound(folder, connection)
            connection.execute("PRAGMA journal_mode = WAL")  # others read while we write, be it the first tables
            connection.execute("PRAGMA synchronous = FULL")  # what is confirmed outlives a power cut
            if new:
                connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")
            for name in sorted(set(METRIC_NAMES) - columns(connection, "main", "runs")):
                connection.execute(f'ALTER TABLE runs ADD COLUMN "{name}" REAL')  # a metric newer than the file
        except BaseException:
            connection.close()
            raise
    return connection


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """A connection that cannot change the store in `folder`. Raises InputError if there is none or it is unfit."""
    if not (folder / STORE).is_file():
        raise InputError(f"{folder}: holds no sweep (no file {STORE})")
    with plainly(folder):
        connection = sqlite3.connect(read_only(folder), uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            empty = _is_empty(connection)
            if not empty:
                check_format(folder, connection)
            if empty or not about(connection):
                raise InputError(f"{folder}: its sweep has no plan yet, or was ended before it had one; start it again")
        except BaseException:
            connection.close()
            raise
    return connection


def read_only(folder: Path) -> str:
    """The address under which SQLite opens the store in `folder` without changing it."""
    return f"{(folder / STORE).resolve().as_uri()}?mode=ro"


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the file has no tables, as in the first moment of a store."""
    return bool(connection.execute("PRAGMA schema_version").fetchone()[0] == 0)


def check_format(folder: Path, connection: sqlite3.Connection) -> None:
    """Raises InputError unless the file is a sweep in the format of this version."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    number = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise InputError(f"{folder / STORE}: is a database, but no sweep; it was left as it is. Use another --out")
    if number != FORMAT:
        older = "an older" if number < FORMAT else "a newer"
        raise InputError(
            f"{folder / STORE}: was written by {older} version of Sanfang (format {number}, this one reads {FORMAT});"
            " it was left as it is. Export it with that version, or use another --out"
        )


def _check_sound(folder: Path, connection: sqlite3.Connection) -> None:
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise sqlite3.DatabaseError(problem)


@contextlib.contextmanager
def plainly(folder: Path) -> Iterator[None]:
    """SQLite's errors in words of ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        reason = " ".join(str(error).replace("***", "").split())
        message = f"{folder / STORE}: {reason}"
        if code == sqlite3.SQLITE_FULL:
            raise StoreError(f"{message}. Free some space and start again: what was stored is safe") from None
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or type(error) is sqlite3.DatabaseError:
            raise InputError(
                f"{folder / STORE}: is damaged ({reason}); it was left as it is. Move it away and start again, or save"
                " what can be read with: sqlite3 sweep.sqlite .dump"
            ) from None
        raise StoreError(f"{message}. What was stored is safe; start again to go on") from None
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}. What was stored is safe") from None


# --- Reading --------------------------------------------------------------------------------------------


def about(connection: sqlite3.Connection) -> dict[str, Any]:
    """What the store says of its sweep; empty when new."""
    return {name: json.loads(value) for name, value in connection.execute("SELECT name, value FROM about")}


def planned(connection: sqlite3.Connection) -> int:
    """Cells in the plan."""
    return int(connection.execute("SELECT count(*) FROM plan").fetchone()[0])


def done(connection: sqlite3.Connection, daily: bool) -> int:
    """Cells of the plan whose run is there, with its daily series if `daily`."""
    more = " JOIN daily USING (key)" if daily else ""
    return int(connection.execute(f"SELECT count(*) FROM plan JOIN runs USING (key){more}").fetchone()[0])


def failed(connection: sqlite3.Connection, daily: bool) -> int:
    """Cells of the plan whose run failed and has not been made, with its daily series if `daily`."""
    kept = "daily" if daily else "runs"
    query = f"SELECT count(*) FROM plan JOIN failures USING (key) LEFT JOIN {kept} AS kept USING (key)"
    return int(connection.execute(f"{query} WHERE kept.rowid IS NULL").fetchone()[0])


def sessions(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Who wrote when, with what code on which machine, and how many runs it made."""
    rows = connection.execute("SELECT began, ended, provenance, runs, failures FROM sessions ORDER BY rowid")
    return [
        {"began": began, "ended": ended, "runs": runs, "failures": failures, **json.loads(text)}
        for began, ended, text, runs, failures in rows
    ]


def columns(connection: sqlite3.Connection, schema: str, table: str) -> set[str]:
    """The names of a table's columns."""
    return {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({table})")}
