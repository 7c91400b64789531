"""The results of a sweep: one SQLite file, one writer, any number of readers.

SQLite, because it is in Python, loses nothing that it has confirmed when a process or a machine dies, lets others
read while it is written, and is read by pandas, DuckDB, R and most tools. A run is stored under a key made of all that
decides it, so that a run that is there need never be made again.

Tables: `runs` (one row a run: key, every metric, seconds), `daily` (compressed series, where kept), `records` (what a
run has left behind, where kept), `by_group` (metrics by group, a row a run and dimension), `failures`, `plan`
(which run stands for which scenario, point and replication), `points` (factor values), `sessions` (who wrote when,
with what), `about`, `checksums`. The view `results` joins plan, points and runs: it is what most people want to read.

Whoever opens a store to write to it takes out what does not read as it was written: the sweep makes it again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from sanfang.lab.storage import checksums, damage, database, faults, queries, schema, taking_over
from sanfang.lab.storage.checksums import seal
from sanfang.lab.storage.faults import STORE, StoreError, plainly
from sanfang.lab.storage.locking import locked
from sanfang.lab.storage.rows import Failure, Planned, Result
from sanfang.lab.storage.schema import METRIC_NAMES, cell_of, check_names, column_type, quoted, quoted_list
from sanfang.scenario.errors import InputError, Notice
from sanfang.scenario.limits import MAX_REPLICATIONS

PAGE_ROWS = 1000
PAGE_RECORDS = 20


class Store:
    """A store that is open for writing, in a `with` block. There is one writer at a time.

    Raises InputError if it cannot be opened: another sweep writes to it, it is damaged, or has another format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._session = 0
        self._metrics: tuple[str, ...] = METRIC_NAMES
        self._formulas: int | None = None
        self._lock = locked(folder)
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
        with faults.reading(self.folder):
            harm = damage.find(self._db)
        if harm:
            with self._writing() as db:
                damage.take_out(db, harm)
            message = "was damaged: what does not read as it was written has been taken out, and is made again"
            warnings.warn(Notice(f"{self.folder / STORE}: {message} ({harm})"), stacklevel=3)

    # --- Plan -------------------------------------------------------------------------------------

    def about(self) -> dict[str, Any]:
        """What the store says of its sweep; empty when new, or when its plan was damaged."""
        return queries.about(self._db)

    def measured_with(self, digests: Mapping[str, str], of_groups: Mapping[str, str] | None = None) -> None:
        """From now on, results have been measured with formulas of these digests, by metric; those of how groups are
        split are apart."""
        self._metrics = tuple(dict.fromkeys([*METRIC_NAMES, *digests]))
        used = {**digests, **(of_groups or {})}
        self._formulas = queries.number_of(used)
        with self._writing() as db:
            database.add_columns(db, self._metrics)
            row = (self._formulas, queries.formulas_text(used))
            db.execute("INSERT OR REPLACE INTO formulas VALUES (?, ?)", row)
            seal(db, ["formulas"])

    def set_plan(self, about: Mapping[str, Any], points: Sequence[Mapping[str, Any]], plan: Iterable[Planned]) -> None:
        """Put a new plan in the place of the old one; runs stay. `points` are the factor values by point. Of `plan`,
        its cells, the first may be enough: `extend_plan` adds the others, and `about` says as "planned" how many.

        Raises InputError for a factor with the name of another column of the results.
        """
        factors = list(points[0]) if points else []
        check_names(factors, self._metrics)
        typed = "".join(f", {quoted(name)} {column_type(point[name] for point in points)}" for name in factors)
        with self._writing() as db:
            db.execute("DELETE FROM about")
            db.execute("DELETE FROM plan")
            db.execute("DROP VIEW IF EXISTS results")
            db.execute("DROP TABLE points")
            db.execute(f"CREATE TABLE points (point INTEGER PRIMARY KEY{typed})")
            db.executemany("INSERT INTO about VALUES (?, ?)", [(name, json.dumps(v)) for name, v in about.items()])
            rows = ([number, *(cell_of(point[name]) for name in factors)] for number, point in enumerate(points))
            db.executemany(f"INSERT INTO points VALUES ({_marks(1 + len(factors))})", rows)
            db.executemany("INSERT INTO plan VALUES (?, ?, ?, ?, ?)", plan)
            self._show_results(db)
            seal(db, damage.PLAN)

    def _show_results(self, db: sqlite3.Connection) -> None:
        """Make the view of results, of runs that are there as the plan wants them."""
        factors = [str(row[1]) for row in db.execute("PRAGMA table_info(points)")][1:]
        named = "".join(f", points.{quoted(name)}" for name in factors)
        metrics = ", ".join(f"runs.{quoted(name)}" for name in self._metrics)
        db.execute("DROP VIEW IF EXISTS results")
        db.execute(
            f"CREATE VIEW results AS SELECT scenario, point{named}, replication, seed, {metrics}, runs.seconds, key"
            f" FROM plan JOIN points USING (point) JOIN runs USING (key) WHERE {queries.is_there(db, ())}"
        )

    def extend_plan(self, plan: Iterable[Planned]) -> None:
        """Add to the plan."""
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO plan VALUES (?, ?, ?, ?, ?)", plan)
            seal(db, ["plan"])

    def planned(self) -> int:
        """Cells of the plan, be they laid out or not."""
        return queries.planned(self._db)

    def laid_out(self, replications: int = MAX_REPLICATIONS) -> int:
        """Cells of the plan that are in the store, of so many first replications."""
        query = "SELECT count(*) FROM plan WHERE replication < ?"
        return int(self._db.execute(query, (replications,)).fetchone()[0])

    def holds_more(self) -> bool:
        """Whether it holds runs for which no cell stands that is laid out: of an earlier plan."""
        query = "SELECT EXISTS (SELECT 1 FROM runs WHERE key NOT IN (SELECT key FROM plan))"
        return bool(self._db.execute(query).fetchone()[0])

    def done(self, *beside: str) -> int:
        """Cells of the plan whose run is there as the plan wants it, with what is to be kept in tables `beside`."""
        return queries.done(self._db, beside)

    def failed(self, *beside: str) -> int:
        """Cells of the plan whose run failed and has not been made since."""
        return queries.failed(self._db, beside)

    def missing(self, *beside: str) -> Iterator[Planned]:
        """Cells of the plan whose run is neither there nor failed, in order of replication; read page by page."""
        query = (
            f"SELECT replication, point, scenario, seed, key FROM plan"
            f" LEFT JOIN runs USING (key) LEFT JOIN failures USING (key)"
            f" WHERE (replication, point, scenario) > (?, ?, ?) AND failures.error IS NULL"
            f" AND NOT {queries.is_there(self._db, beside)}"
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
        return queries.sessions(self._db)

    def values(self, metric: str) -> Iterator[tuple[int, str, int, float | None]]:
        """(point, scenario, replication, value) of one metric for all cells of the plan that are done."""
        query = f"SELECT point, scenario, replication, {quoted(metric)} FROM plan JOIN runs USING (key)"
        yield from self._db.execute(f"{query} WHERE {queries.is_there(self._db, ())}")

    def measured_otherwise(self, *groups: str) -> Iterator[tuple[Planned, float, str, bytes | None]]:
        """Runs of the plan that are there, but not measured with the plan's formulas or by `groups`: a cell, the
        seconds and the end of its run, and the records, where they are kept. Read page by page: they may be measured
        again meanwhile."""
        query = (
            "SELECT min(replication), point, scenario, seed, key, seconds, finished, content FROM plan"
            " JOIN runs USING (key) LEFT JOIN records USING (key)"
            f" WHERE key > ? AND NOT {queries.is_there(self._db, groups)}"
            f" GROUP BY key ORDER BY key LIMIT {PAGE_RECORDS}"
        )
        last = ""
        while page := self._db.execute(query, (last,)).fetchall():
            yield from ((Planned(*row[:5]), *row[5:]) for row in page)
            last = page[-1][4]

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
        names = sorted(["seconds", schema.FORMULAS, *self._metrics])
        more = {schema.FORMULAS: self._formulas}
        rows = [[{**r.metrics, "seconds": r.seconds, **more}.get(name) for name in names] for r in results]
        values = np.array(rows, np.float64).reshape(len(rows), len(names))
        sums = checksums.of_runs([(r.key, now) for r in results], names, values)
        insert = f"INSERT OR REPLACE INTO runs ({quoted_list(('key', 'finished', 'checksum', *names))}) VALUES"
        runs = [(r.key, now, sum_, *row) for r, sum_, row in zip(results, sums, values.tolist(), strict=True)]
        daily = [(r.key, *r.daily, checksums.of_daily(r.key, *r.daily)) for r in results if r.daily is not None]
        records = [(r.key, r.records, checksums.of_records(r.key, r.records)) for r in results if r.records is not None]
        groups = [
            (r.key, group.dimension, self._formulas, group.names, group.numbers) for r in results for group in r.groups
        ]
        grouped = [(*row, checksums.of_groups(*row)) for row in groups]
        storable = [Failure(f.key, _storable(f.error), _storable(f.trace), f.attempts) for f in failures]
        failed = [(*f, now, checksums.of_rows([(*f, now)])) for f in storable]
        with self._writing() as db:
            db.executemany(f"{insert} ({_marks(3 + len(names))})", runs)
            db.executemany("INSERT OR REPLACE INTO daily VALUES (?, ?, ?, ?, ?)", daily)
            db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", records)
            db.executemany("INSERT OR REPLACE INTO by_group VALUES (?, ?, ?, ?, ?, ?)", grouped)
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

    def reuse(self, other: Path, *beside: str) -> int:
        """Copy runs of the plan that are missing here from the store in the folder `other`; returns how many.

        A store that cannot be read, or has another format, has nothing to give, and a damaged run is left there.
        """
        before = self.done(*beside)
        try:
            with contextlib.closing(database.open_for_reading(other)) as theirs:
                if database.without_checksums(theirs):
                    return 0
            self._db.execute("ATTACH ? AS other", (database.address(other, "ro"),))
        except (InputError, StoreError, sqlite3.Error):
            return 0
        try:
            with self._writing() as db:
                taking_over.copy(db, beside)
                self._show_results(db)
        except (InputError, StoreError):
            return 0
        finally:
            self._db.execute("DETACH other")
        return self.done(*beside) - before

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


def _storable(text: str) -> str:
    """An error's text as SQLite takes it: parts of letters, as names of files may have, are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _marks(number: int) -> str:
    return ", ".join("?" * number)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
