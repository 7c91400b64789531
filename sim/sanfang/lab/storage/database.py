"""Opening the SQLite file of a sweep, for writing or for reading, once it is known to be one that can be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sanfang.lab.storage.checksums import WHOLE, seal
from sanfang.lab.storage.faults import STORE, damaged, plainly, reading
from sanfang.lab.storage.schema import (
    APPLICATION,
    FORMAT,
    FORMULAS,
    METRIC_NAMES,
    NEEDED,
    NEEDED_SINCE_FORMULAS,
    NEEDED_SINCE_GROUPS,
    SCHEMA,
    SINCE_FORMULAS,
    SINCE_GROUPS,
    WITHOUT_CHECKSUMS,
    WITHOUT_FORMULAS,
    WITHOUT_GROUPS,
    columns,
    format_of,
    quoted,
)
from sanfang.scenario.errors import InputError

BUSY_SECONDS = 30

MAX_CELL = 100_000_000  # bytes; a damaged file may claim any length


def open_for_writing(folder: Path) -> sqlite3.Connection:
    """A connection to the store in `folder`, which is made if there is none. Raises InputError if it is unfit.

    A store that is a link to another place is none: it would be written there, under the lock of this folder.
    """
    if (folder / STORE).is_symlink():
        raise InputError(f"{folder / STORE}: is a link; a sweep writes to a file of its own. Use another --out")
    with plainly(folder):
        connection = _connection(folder, "rwc")
        try:
            new = _is_empty(connection)
            if not new:
                check_format(folder, connection)
                if without_checksums(connection):
                    raise InputError(
                        f"{folder / STORE}: is from a time before stores had checksums; it can be read (status,"
                        " analyse, export), but no sweep can go on in it. Use another --out"
                    )
                _check_sound(folder, connection)
            connection.execute("PRAGMA journal_mode = WAL")  # others read while we write, be it the first tables
            connection.execute("PRAGMA synchronous = FULL")  # what is confirmed outlives a power cut
            if new:
                connection.executescript(f"BEGIN; {SCHEMA}")
                seal(connection, WHOLE)
                connection.execute("COMMIT")
            elif (older := format_of(connection)) < FORMAT:
                added = f"ALTER TABLE runs ADD COLUMN {FORMULAS} REAL; {SINCE_FORMULAS}"
                added = SINCE_GROUPS if older == WITHOUT_GROUPS else added + SINCE_GROUPS
                connection.executescript(f"BEGIN; {added} PRAGMA user_version = {FORMAT};")
                seal(connection, ["formulas"])
                connection.execute("COMMIT")
            add_columns(connection, METRIC_NAMES)  # a metric may be newer than the file
        except BaseException:
            connection.close()
            raise
    return connection


def add_columns(connection: sqlite3.Connection, metrics: Iterable[str]) -> None:
    """Give `runs` a column for each of `metrics` that has none."""
    for name in sorted(set(metrics) - columns(connection, "main", "runs")):
        connection.execute(f"ALTER TABLE runs ADD COLUMN {quoted(name)} REAL")


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """A connection that cannot change the store in `folder`. Raises InputError if there is none or it is unfit."""
    if not (folder / STORE).is_file():
        raise InputError(f"{folder}: holds no sweep (no file {STORE})")
    with reading(folder):
        connection = _connection(folder, "ro")
        try:
            empty = _is_empty(connection)
            if not empty:
                check_format(folder, connection)
            if empty or not connection.execute("SELECT count(*) FROM about").fetchone()[0]:
                raise InputError(f"{folder}: its sweep has no plan yet, or was ended before it had one; start it again")
        except BaseException:
            connection.close()
            raise
    return connection


def _connection(folder: Path, mode: str) -> sqlite3.Connection:
    """A connection that takes nothing in the file for granted."""
    connection = sqlite3.connect(address(folder, mode), uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    connection.text_factory = _text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_DQS_DML, False)  # a column that is not there is no text
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_TRUSTED_SCHEMA, False)
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _text(content: bytes) -> str:
    """Text as it is stored; what is no text any more will not agree with its checksum."""
    return content.decode("utf-8", "replace")


def address(folder: Path, mode: str) -> str:
    """The address under which SQLite opens the store in `folder`: `ro` to read it, `rwc` to write or make it."""
    return f"{(folder / STORE).resolve().as_uri()}?mode={mode}"


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the file has no tables, as in the first moment of a store."""
    return bool(connection.execute("PRAGMA schema_version").fetchone()[0] == 0)


def check_format(folder: Path, connection: sqlite3.Connection) -> None:
    """Raises InputError unless the file is a sweep in a format that this version reads."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    number = format_of(connection)
    if application != APPLICATION:
        raise InputError(f"{folder / STORE}: is a database, but no sweep; it was left as it is. Use another --out")
    if not WITHOUT_CHECKSUMS <= number <= FORMAT:
        older = "an older" if number < FORMAT else "a newer"
        reads = f"this one reads {WITHOUT_CHECKSUMS} to {FORMAT}"
        raise InputError(
            f"{folder / STORE}: was written by {older} version of Sanfang (format {number}, {reads}); it was left as it"
            " is. Export it with that version, or use another --out"
        )
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_schema WHERE rootpage > 0 OR type = 'trigger'"))
    if "trigger" in kinds.values() or ("checksums" in kinds) != (number > WITHOUT_CHECKSUMS):
        raise damaged(folder, "its list of tables is not as it was written")
    tables = NEEDED | (NEEDED_SINCE_FORMULAS if number > WITHOUT_FORMULAS else {})
    tables |= NEEDED_SINCE_GROUPS if number > WITHOUT_GROUPS else {}
    for table, needed in tables.items():
        missing = needed - columns(connection, "main", table) if kinds.get(table) == "table" else needed
        if missing:
            raise damaged(folder, f"its table {table!r} has no column {min(missing)!r}")


def without_checksums(connection: sqlite3.Connection) -> bool:
    """Whether the store is from a time before there were checksums."""
    return format_of(connection) == WITHOUT_CHECKSUMS


def _check_sound(folder: Path, connection: sqlite3.Connection) -> None:
    """Raises InputError where SQLite finds a fault; but its indexes can be made again."""
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise damaged(folder, problem)
    for table in NEEDED:
        if connection.execute(f"PRAGMA integrity_check('{table}')").fetchone()[0] != "ok":
            connection.execute("REINDEX")
            return
