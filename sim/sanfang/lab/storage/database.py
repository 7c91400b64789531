"""The SQLite file of a sweep: its tables, opening it, and what is wrong with it in words."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sanfang.lab.storage.checksums import WHOLE, seal
from sanfang.metrics.catalogue import METRICS
from sanfang.scenario.errors import InputError

STORE = "sweep.sqlite"
FORMAT = 4
WITHOUT_GROUPS = 3  # the format before metrics by group were kept
WITHOUT_FORMULAS = 2  # the format before it was noted which formulas gave the values, and before records were kept
WITHOUT_CHECKSUMS = 1  # the one before there were checksums, which can still be read
APPLICATION = 0x53464C42  # in the head of the file: this SQLite file is a sweep of ours
BUSY_SECONDS = 30

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

BY = "by "
"""Before the name of a dimension: what is kept `beside` a run may be a table, or the metrics by its groups."""

SAID = {"name": str, "daily": bool, "baseline": str, "metrics": list, "factors": list, "scenarios": dict}
"""What `about` says of every sweep, and as what."""

MAX_CELL = 100_000_000  # bytes; a damaged file may claim any length
NO_DAMAGE = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_AUTH,
)  # fmt: skip
"""Errors while reading that say nothing of what the file holds."""


class StoreError(RuntimeError):
    """The store cannot go on: a full disk, a file taken away. What was stored before is safe."""


# --- Opening --------------------------------------------------------------------------------------------


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
            elif (older := _format(connection)) < FORMAT:
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
    number = _format(connection)
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


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def without_checksums(connection: sqlite3.Connection) -> bool:
    """Whether the store is from a time before there were checksums."""
    return _format(connection) == WITHOUT_CHECKSUMS


def _check_sound(folder: Path, connection: sqlite3.Connection) -> None:
    """Raises InputError where SQLite finds a fault; but its indexes can be made again."""
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise damaged(folder, problem)
    for table in NEEDED:
        if connection.execute(f"PRAGMA integrity_check('{table}')").fetchone()[0] != "ok":
            connection.execute("REINDEX")
            return


# --- What is wrong with it, in words ---------------------------------------------------------------------


def damaged(folder: Path, reason: str) -> InputError:
    """That a file cannot be used at all."""
    reason = " ".join(reason.replace("***", "").split())[:200]
    return InputError(
        f"{folder / STORE}: is damaged ({reason}); it was left as it is. Move it away and start again, or save"
        " what can be read with: sqlite3 sweep.sqlite .dump"
    )


@contextlib.contextmanager
def plainly(folder: Path) -> Iterator[None]:
    """SQLite's errors in words of ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        reason = " ".join(str(error).split())
        message = f"{folder / STORE}: {reason}"
        if code == sqlite3.SQLITE_FULL:
            raise StoreError(f"{message}. Free some space and start again: what was stored is safe") from None
        if _primary(code) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or type(error) is sqlite3.DatabaseError:
            raise damaged(folder, reason) from None
        raise StoreError(f"{message}. What was stored is safe; start again to go on") from None
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}. What was stored is safe") from None
    except UnicodeDecodeError:  # SQLite's own message holds a name from the file that is no text any more
        raise damaged(folder, "a name in it is no text") from None


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[None]:
    """As `plainly`, where nothing but the file can be at fault: whatever its content leads to is damage."""
    with plainly(folder):
        try:
            yield
        except InputError:
            raise
        except sqlite3.Error as error:
            if _primary(getattr(error, "sqlite_errorcode", None)) in NO_DAMAGE:
                raise
            raise damaged(folder, str(error)) from error
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, zlib.error) as error:
            raise damaged(folder, f"{type(error).__name__}: {error}") from error
        except MemoryError:
            raise damaged(folder, "or there is too little memory to read it") from None


def _primary(code: int | None) -> int | None:
    return None if code is None else code & 0xFF


# --- Reading --------------------------------------------------------------------------------------------


def about(connection: sqlite3.Connection) -> dict[str, Any]:
    """What the store says of its sweep; empty when new. Raises ValueError or TypeError if it says no such thing."""
    said = {name: json.loads(value) for name, value in connection.execute("SELECT name, value FROM about")}
    for name, kind in SAID.items() if said else ():
        if not isinstance(said.get(name), kind):
            raise ValueError(f"it does not say {name!r}")
    return said


def beside(said: Mapping[str, Any]) -> tuple[str, ...]:
    """What a sweep keeps beside each run, from what the store says of it: tables, and `BY` dimensions of groups."""
    return (*(table for table in ("daily", "records") if said.get(table)), *by_dimensions(said))


def by_dimensions(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Of these, the dimensions of groups."""
    return tuple(f"{BY}{name}" for name in said.get("by") or () if isinstance(name, str))


def is_dimension(one: str) -> bool:
    """Whether what is kept beside a run is a dimension of groups, and no table of its own."""
    return one.startswith(BY)


def planned(connection: sqlite3.Connection) -> int:
    """Cells of the plan. A sweep lays them out in slices, and says before how many there are."""
    return cells_planned(about(connection), int(connection.execute("SELECT count(*) FROM plan").fetchone()[0]))


def cells_planned(said: Mapping[str, Any], laid_out: int) -> int:
    """Cells of a plan, from what the store says of it and how many of them it holds. An adaptive sweep comes to hold
    more than it has said."""
    promised = said.get("planned", 0)
    return max(laid_out, promised) if isinstance(promised, int) else laid_out


def done(connection: sqlite3.Connection, beside: Iterable[str] = ()) -> int:
    """Cells of the plan whose run is there, measured as the plan wants it, with what is to be kept `beside` it."""
    query = f"SELECT count(*) FROM plan JOIN runs USING (key) WHERE {is_there(connection, beside)}"
    return int(connection.execute(query).fetchone()[0])


def failed(connection: sqlite3.Connection, beside: Iterable[str] = ()) -> int:
    """Cells of the plan whose run failed and has not been made as the plan wants it."""
    query = "SELECT count(*) FROM plan JOIN failures USING (key) LEFT JOIN runs USING (key)"
    return int(connection.execute(f"{query} WHERE NOT {is_there(connection, beside)}").fetchone()[0])


def is_there(connection: sqlite3.Connection, beside: Iterable[str]) -> str:
    """The condition that a row of `runs` is there, measured with the formulas of the plan, and has what is to be kept
    `beside` it. Never NULL."""
    kept = [f"runs.key IN (SELECT key FROM {grouped(connection, one)})" for one in beside if is_dimension(one)]
    kept += [f"runs.key IN (SELECT key FROM {table})" for table in beside if not is_dimension(table)]
    numbers = valid_formulas(connection)
    valid = "true" if numbers is None else f"coalesce({_among(f'runs.{FORMULAS}', numbers)}, false)"
    return " AND ".join(["(runs.key IS NOT NULL", valid, *kept]) + ")"


def grouped(connection: sqlite3.Connection, one: str = "", schema: str = "main") -> str:
    """The table of metrics by group, and the condition that a row was measured with the plan's formulas; only of the
    dimension `one` if it is named."""
    numbers = valid_formulas(connection, of_groups=True)
    where = ["true"] if numbers is None else [_among("formulas", numbers)]
    where += ["dimension = '{}'".format(one.removeprefix(BY).replace("'", "''"))] if one else []
    return f"{schema}.by_group WHERE {' AND '.join(where)}"


def _among(column: str, numbers: Iterable[int]) -> str:
    return f"{column} IN ({', '.join(map(str, numbers))})"


def number_of(digests: Mapping[str, str]) -> int:
    """The number under which stores keep which formulas, of these digests by metric, gave a value: the same in all."""
    return number_of_text(formulas_text(digests))


def formulas_text(digests: Mapping[str, str]) -> str:
    """Digests of formulas as a store keeps them."""
    return json.dumps(dict(digests), sort_keys=True)


def number_of_text(text: str) -> int:
    """See `number_of`."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:13], 16)  # 52 bits: a column of numbers holds it exactly


def valid_formulas(connection: sqlite3.Connection, of_groups: bool = False) -> list[int] | None:
    """The numbers of formulas that are those of the plan, `of_groups` also in how it splits groups; None where the plan
    says nothing of them."""
    said = about(connection)
    wanted = said.get("formulas")
    if not isinstance(wanted, dict) or _format(connection) <= WITHOUT_FORMULAS:
        return None
    more = said.get("formulas_of_groups") if of_groups else None
    wanted = wanted | (more if isinstance(more, dict) else {})
    rows = connection.execute("SELECT number, digests FROM formulas")
    return [number for number, digests in rows if wanted.items() <= json.loads(digests).items()]


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


def quoted(name: str) -> str:
    """The name of a column, for a query."""
    return '"' + name.replace('"', '""') + '"'
