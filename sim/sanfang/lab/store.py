"""The results of a sweep: one SQLite file, one writer, any number of readers.

SQLite, because it is in Python, loses nothing that it has confirmed when a process or a machine dies, lets others
read while it is written, and is read by pandas, DuckDB, R and most tools. A run is stored under a key made of all that
decides it, so that a run that is there need never be made again.

Tables: `runs` (one row a run: key, every metric, seconds), `daily` (compressed series, where kept), `failures`, `plan`
(which run stands for which scenario, point and replication), `points` (factor values), `sessions` (who wrote when,
with what), `about`, `checksums`. The view `results` joins plan, points and runs: it is what most people want to read.

Whoever opens a store to write to it takes out what does not read as it was written: the sweep makes it again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import filelock
import numpy as np

from sanfang.lab import checksums, damage, database
from sanfang.lab.checksums import seal
from sanfang.lab.database import METRIC_NAMES, STORE, StoreError, columns, plainly, quoted
from sanfang.scenario.errors import InputError, Notice

LOCK = "sweep.lock"
LOCK_SECONDS = 3  # the workers of a writer that was killed may hold its lock for a moment
PAGE_ROWS = 1000
WANTED = "key IN (SELECT key FROM wanted)"


class Planned(NamedTuple):
    """One cell of the plan: which run stands for a replication of a scenario at a point."""

    replication: int
    point: int
    scenario: str
    seed: int
    key: str


class Daily(NamedTuple):
    """The daily series of a run: names of its columns, and days x columns as compressed 32-bit floats."""

    columns: str
    days: int
    series: bytes


class Result(NamedTuple):
    """A finished run, ready to store."""

    key: str
    metrics: Mapping[str, float]
    seconds: float
    daily: Daily | None = None


class Failure(NamedTuple):
    """A run that failed, ready to store."""

    key: str
    error: str
    trace: str
    attempts: int


def run_key(digest: str, seed: int, days: int, scale: float, code: str) -> str:
    """The name of a run's content: 32 hex digits over the scenario's digest, seed, days, scale and code version."""
    text = json.dumps([digest, seed, days, scale, code])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Store:
    """A store that is open for writing, in a `with` block. There is one writer at a time.

    Raises InputError if it cannot be opened: another sweep writes to it, it is damaged, or has another format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._session = 0
        with plainly(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = filelock.FileLock(folder / LOCK)
        try:
            self._lock.acquire(timeout=LOCK_SECONDS)
        except filelock.Timeout:
            raise InputError(f"{folder}: another sweep is writing to it; wait for its end, or use --out") from None
        except OSError as error:
            raise InputError(f"{folder}: cannot be written to: {error.strerror}") from None
        try:
            self._db = database.open_for_writing(folder)
            try:
                self._take_out_damage()
            except BaseException:
                self._db.close()
                raise
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        with contextlib.suppress(sqlite3.Error):  # a reader is there, or the disk is full: it stays as it is
            self._db.execute("PRAGMA journal_mode = DELETE")  # one plain file, readable on a read-only disk too
        self._db.close()
        self._lock.release()

    def _take_out_damage(self) -> None:
        """Take out runs, series, failures and a plan that do not read as they were written, and say so."""
        with database.reading(self.folder):
            found = damage.find(self._db)
        if found:
            with self._writing() as db:
                damage.take_out(db, found)
            message = "was damaged: what does not read as it was written has been taken out, and is made again"
            warnings.warn(Notice(f"{self.folder / STORE}: {message} ({found})"), stacklevel=3)

    # --- Plan -------------------------------------------------------------------------------------

    def about(self) -> dict[str, Any]:
        """What the store says of its sweep; empty when new, or when its plan was damaged."""
        return database.about(self._db)

    def set_plan(self, about: Mapping[str, Any], points: Sequence[Mapping[str, Any]], plan: Iterable[Planned]) -> None:
        """Put a new plan in the place of the old one; runs stay. `points` are the factor values by point."""
        factors = list(points[0]) if points else []
        named = "".join(f", {quoted(name)}" for name in factors)
        typed = "".join(f", {quoted(name)} {_type_of(point[name] for point in points)}" for name in factors)
        with self._writing() as db:
            db.execute("DELETE FROM about")
            db.execute("DELETE FROM plan")
            db.execute("DROP VIEW IF EXISTS results")
            db.execute("DROP TABLE points")
            db.execute(f"CREATE TABLE points (point INTEGER PRIMARY KEY{typed})")
            db.executemany("INSERT INTO about VALUES (?, ?)", [(name, json.dumps(v)) for name, v in about.items()])
            rows = ([number, *(_cell(point[name]) for name in factors)] for number, point in enumerate(points))
            db.executemany(f"INSERT INTO points VALUES ({_marks(1 + len(factors))})", rows)
            db.executemany("INSERT INTO plan VALUES (?, ?, ?, ?, ?)", plan)
            metrics = ", ".join(f"runs.{quoted(name)}" for name in METRIC_NAMES)
            db.execute(
                f"CREATE VIEW results AS SELECT plan.scenario, plan.point{named}, plan.replication, plan.seed,"
                f" {metrics}, runs.seconds, plan.key FROM plan JOIN points USING (point) JOIN runs USING (key)"
            )
            seal(db, damage.PLAN)

    def extend_plan(self, plan: Iterable[Planned]) -> None:
        """Add to the plan."""
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO plan VALUES (?, ?, ?, ?, ?)", plan)
            seal(db, ["plan"])

    def planned(self) -> int:
        """Cells in the plan."""
        return database.planned(self._db)

    def done(self, daily: bool) -> int:
        """Cells of the plan whose run is there, with its daily series if `daily`."""
        return database.done(self._db, daily)

    def failed(self, daily: bool) -> int:
        """Cells of the plan whose run failed and has not been made since, with its daily series if `daily`."""
        return database.failed(self._db, daily)

    def missing(self, daily: bool) -> Iterator[Planned]:
        """Cells of the plan whose run is neither there nor failed, in order of replication; read page by page."""
        with_daily = "LEFT JOIN daily USING (key)" if daily else ""
        query = (
            f"SELECT replication, point, scenario, seed, key FROM plan"
            f" LEFT JOIN runs USING (key) LEFT JOIN failures USING (key) {with_daily}"
            f" WHERE (replication, point, scenario) > (?, ?, ?) AND failures.error IS NULL"
            f" AND (runs.finished IS NULL {'OR daily.days IS NULL' if daily else ''})"
            f" ORDER BY replication, point, scenario LIMIT {PAGE_ROWS}"
        )
        last: tuple[int, int, str] = (-1, -1, "")
        while page := [Planned(*row) for row in self._db.execute(query, last)]:
            yield from page
            last = page[-1][:3]

    def cells_of(self, key: str) -> int:
        """How many cells of the plan a run stands for."""
        return int(self._db.execute("SELECT count(*) FROM plan WHERE key = ?", (key,)).fetchone()[0])

    def replications_by_point(self) -> dict[int, int]:
        """Replications that the plan has at each point."""
        return dict(self._db.execute("SELECT point, max(replication) + 1 FROM plan GROUP BY point"))

    def sessions(self) -> list[dict[str, Any]]:
        """Who wrote when, with what."""
        return database.sessions(self._db)

    def values(self, metric: str) -> Iterator[tuple[int, str, int, float | None]]:
        """(point, scenario, replication, value) of one metric for all cells of the plan that are done."""
        query = f"SELECT point, scenario, replication, {quoted(metric)} FROM plan JOIN runs USING (key)"
        yield from self._db.execute(query)

    # --- Results ----------------------------------------------------------------------------------

    def begin_session(self, provenance: Mapping[str, Any]) -> None:
        """Note who writes from now on, with what code on which machine."""
        with self._writing() as db:
            row = (_now(), None, json.dumps({**provenance, "process": os.getpid()}), 0, 0)
            self._session = db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row).lastrowid or 0
            seal(db, ["sessions"])

    def add(self, results: Sequence[Result], failures: Sequence[Failure] = ()) -> None:
        """Store finished and failed runs. When this returns they survive whatever happens to process or machine."""
        now = _now()
        names = sorted(["seconds", *METRIC_NAMES])
        rows = [[{**r.metrics, "seconds": r.seconds}.get(name) for name in names] for r in results]
        values = np.array(rows, np.float64).reshape(len(rows), len(names))
        sums = checksums.of_runs([(r.key, now) for r in results], names, values)
        insert = f"INSERT OR REPLACE INTO runs ({_listed(('key', 'finished', 'checksum', *names))}) VALUES"
        runs = [(r.key, now, sum_, *row) for r, sum_, row in zip(results, sums, values.tolist(), strict=True)]
        daily = [(r.key, *r.daily, checksums.of_daily(r.key, *r.daily)) for r in results if r.daily is not None]
        failed = [(*f, now, checksums.of_rows([(*f, now)])) for f in failures]
        with self._writing() as db:
            db.executemany(f"{insert} ({_marks(3 + len(names))})", runs)
            db.executemany("INSERT OR REPLACE INTO daily VALUES (?, ?, ?, ?, ?)", daily)
            db.executemany("DELETE FROM failures WHERE key = ?", [(r.key,) for r in results])
            db.executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?)", failed)
            db.execute(
                "UPDATE sessions SET ended = ?, runs = runs + ?, failures = failures + ? WHERE rowid = ?",
                (now, len(results), len(failures), self._session),
            )
            seal(db, ["sessions"])

    def forget_failures(self) -> int:
        """Let failed runs be tried again; returns how many there were."""
        with self._writing() as db:
            return db.execute("DELETE FROM failures").rowcount

    def reuse(self, other: Path, daily: bool) -> int:
        """Copy runs of the plan that are missing here from the store in the folder `other`; returns how many.

        A store that cannot be read, or has another format, has nothing to give, and a damaged run is left there.
        """
        before = self.done(daily)
        try:
            with contextlib.closing(database.open_for_reading(other)) as theirs:
                if database.without_checksums(theirs):
                    return 0
            self._db.execute("ATTACH ? AS other", (database.address(other, "ro"),))
        except (InputError, StoreError, sqlite3.Error):
            return 0
        try:
            with self._writing() as db:
                self._copy(db, daily)
        except (InputError, StoreError):
            return 0
        finally:
            self._db.execute("DETACH other")
        return self.done(daily) - before

    def _copy(self, db: sqlite3.Connection, daily: bool) -> None:
        tables = ("runs", "daily") if daily else ("runs",)
        last = tables[-1]
        db.execute(
            f"CREATE TEMP TABLE wanted AS SELECT DISTINCT plan.key FROM plan JOIN other.{last} USING (key)"
            f" WHERE plan.key NOT IN (SELECT key FROM main.{last})"
        )
        for table in tables:
            names = _listed(sorted(columns(db, "main", table) & columns(db, "other", table)))
            wanted = f"SELECT {names} FROM other.{table} WHERE {WANTED}"
            db.execute(f"INSERT OR REPLACE INTO main.{table} ({names}) {wanted}")
        damage.take_out(db, damage.find(db, WANTED))
        db.execute(f"DELETE FROM failures WHERE {WANTED} AND key IN (SELECT key FROM main.{last})")
        db.execute("DROP TABLE wanted")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is stored, or nothing."""
        with plainly(self.folder):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # after some errors SQLite has rolled back already
                    self._db.execute("ROLLBACK")
                raise


def is_being_written(folder: Path) -> bool:
    """Whether a sweep is writing to the store in `folder` now."""
    if not (folder / LOCK).exists():
        return False
    lock = filelock.FileLock(folder / LOCK)
    try:
        with lock.acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
    except OSError:  # a folder that we may not write to, and nobody else on this machine either
        return False


def stores_beside(folder: Path) -> list[Path]:
    """The folders beside `folder` that hold a sweep as well."""
    return sorted(path.parent for path in folder.parent.glob(f"*/{STORE}") if path.parent.resolve() != folder.resolve())


def _cell(value: Any) -> Any:
    """A factor's value as a column can hold it: numbers and words as they are, lists as JSON."""
    return value if value is None or isinstance(value, int | float | str) else json.dumps(value)


def _type_of(values: Iterable[Any]) -> str:
    """The column type of a factor, for tools that need one: REAL where all values are numbers, else TEXT."""
    return "REAL" if all(value is None or isinstance(value, int | float) for value in values) else "TEXT"


def _marks(number: int) -> str:
    return ", ".join("?" * number)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
