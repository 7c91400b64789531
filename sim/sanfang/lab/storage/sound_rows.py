"""Rows of a store that read as they were written. What does not is left out, and that is said once, as a `Notice`.

Rows are looked up from the plan, whose own checksum is checked first, and each is compared with its checksum under the
plan's key: an index that is damaged, too, can only lose a row, not give a wrong one.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sanfang.lab.storage import checksums, database, faults, queries, schema
from sanfang.lab.storage.faults import STORE, reading
from sanfang.scenario.errors import InputError, Notice

PLAN = "plan INDEXED BY sqlite_autoindex_plan_1"  # the table itself, which is what its checksum is over
ROWS_AT_ONCE = 1_000
NOT_WHOLE = "does not read as it was written: start the sweep again (sanfang sweep), and it is written anew"

Row = tuple[Any, ...]


class SoundRows:
    """A store that is open for reading. Raises InputError, from all methods, where it is damaged as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._db = database.open_for_reading(folder)
        self._damaged: set[str] = set()
        self._found_whole: set[str] = set()
        self._told = False
        with reading(folder):
            self._has_checksums = not database.without_checksums(self._db)
            self._numbers = checksums.number_columns(self._db)
            self._plan = ("plan", "formulas") if schema.FORMULAS in self._numbers else ("plan",)
        self.numbers = [name for name in self._numbers if name != schema.FORMULAS]
        """The columns of `runs` that hold a number of the run: metrics and seconds."""
        if not self._has_checksums:
            self._say("is from a time before stores had checksums: damage to its numbers cannot be noticed")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def about(self) -> dict[str, Any]:
        """What the store says of its sweep."""
        with self._whole("about") as db:
            return queries.about(db)

    def sessions(self) -> list[dict[str, Any]]:
        """Who wrote when, with what."""
        with self._whole("sessions") as db:
            return queries.sessions(db)

    def points(self) -> tuple[dict[str, str], list[Row]]:
        """Columns of the table of points with their declared types, and its rows in order."""
        with self._whole("points") as db:
            declared = {row[1]: row[2] for row in db.execute("PRAGMA table_info(points)")}
            return declared, db.execute("SELECT * FROM points ORDER BY point").fetchall()

    def cells(self, beside: Sequence[str] = ()) -> Iterator[tuple[str, float, str, bool | None]]:
        """Of each cell of the plan the key, seconds and end of its run, and whether the run, with what is to be kept
        in the tables `beside`, is sound; None if it is not there as the plan wants it."""
        with self._whole(*self._plan) as db:
            query = (
                f"SELECT plan.key, {self._checksum('runs')}, runs.finished, {self._values()},"
                f" {queries.is_there(db, beside)} FROM {PLAN} LEFT JOIN runs USING (key)"
            )
            took = 3 + self._numbers.index("seconds")
            unsound = {key for name in beside for key in self._unsound(db, name)}
            for rows, _, sound in self._runs(db, query, (), ROWS_AT_ONCE):
                for row, is_sound in zip(rows, sound.tolist(), strict=True):
                    yield row[0], row[took], row[2], is_sound and row[0] not in unsound if row[-1] else None

    def runs(self, scenario: str, size: int) -> Iterator[tuple[list[Row], NDArray[np.float64]]]:
        """Runs of one scenario in order of point and replication, `size` at a time: rows of key, point, replication and
        seed, and the values of `numbers`."""
        with self._whole(*self._plan) as db:
            query = (
                f"SELECT plan.key, {self._checksum('runs')}, runs.finished, {self._values()}, point, replication, seed"
                f" FROM {PLAN} CROSS JOIN runs USING (key) WHERE scenario = ? AND {queries.is_there(db, ())}"
                " ORDER BY point, replication"
            )
            kept_columns = [self._numbers.index(name) for name in self.numbers]
            for rows, values, sound in self._runs(db, query, (scenario,), size):
                kept = [(row[0], *row[-3:]) for row, is_sound in zip(rows, sound.tolist(), strict=True) if is_sound]
                self._damaged.update(row[0] for row, is_sound in zip(rows, sound.tolist(), strict=True) if not is_sound)
                if kept:
                    yield kept, values[sound][:, kept_columns]

    def numbers_of(self, *names: str) -> Iterator[Row]:
        """Key, scenario, point, replication and some of `numbers` of each run, unchecked: see `cells`."""
        for name in names:
            if name not in self.numbers:
                raise InputError(f"{self.folder / STORE}: has no metric {name!r}")
        columns = ", ".join(
            ["plan.key, scenario, point, replication", *(f"runs.{schema.quoted(name)}" for name in names)]
        )
        with self._whole(*self._plan) as db:
            where = queries.is_there(db, ())
            yield from db.execute(f"SELECT {columns} FROM {PLAN} CROSS JOIN runs USING (key) WHERE {where}")

    def count(self) -> int:
        """How many cells of the plan have a run, sound or not."""
        with self._whole() as db:
            return queries.done(db)

    def daily(self, which: str, values: Row, size: int) -> Iterator[list[Row]]:
        """Scenario, point, replication, columns, days, series; which and in what order is said in SQL."""
        query = (
            f"SELECT plan.key, {self._checksum('daily')}, columns, days, series, scenario, point, replication"
            f" FROM {PLAN} CROSS JOIN daily USING (key) {which}"
        )
        with self._whole("plan") as db:
            cursor = db.execute(query, values)
            while rows := cursor.fetchmany(size):
                kept = [row for row in rows if self._is_sound(row, checksums.of_daily(row[0], *row[2:5]))]
                if kept:
                    yield [(*row[5:], *row[2:5]) for row in kept]

    def groups(self, dimension: str, size: int) -> Iterator[list[Row]]:
        """Scenario, point, replication, dimension, names, numbers of runs measured by the groups of a dimension as the
        plan wants it, in order of point, scenario and replication."""
        with self._whole(*self._plan) as db:
            of_dimension = queries.grouped(db, f"{queries.BY}{dimension}")
            cursor = db.execute(
                "SELECT plan.key, by_group.checksum, dimension, formulas, names, numbers, scenario, point, replication"
                f" FROM {PLAN} CROSS JOIN (SELECT * FROM {of_dimension}) AS by_group USING (key)"
                " ORDER BY point, scenario, replication"
            )
            while rows := cursor.fetchmany(size):
                kept = [row for row in rows if self._is_sound(row, checksums.of_groups(row[0], *row[2:6]))]
                if kept:
                    yield [(*row[6:], row[2], *row[4:6]) for row in kept]

    def failures(self) -> list[Row]:
        """Scenario, point, replication, seed, error, trace, attempts, finished, in order of point."""
        failing = self.failing()
        query = f"SELECT key, scenario, point, replication, seed FROM {PLAN} ORDER BY point, scenario, replication"
        with self._whole("plan") as db:
            return [(*row[1:], *failing[row[0]]) for row in db.execute(query) if row[0] in failing]

    def failing(self) -> dict[str, Row]:
        """Error, trace, attempts and end of runs that failed, by key."""
        query = f"SELECT key, {self._checksum('failures')}, error, trace, attempts, finished FROM failures NOT INDEXED"
        with reading(self.folder):
            rows = self._db.execute(query)
            return {row[0]: row[2:] for row in rows if self._is_sound(row, checksums.of_rows([(row[0], *row[2:])]))}

    def tell(self) -> None:
        """Say what has been left out, once."""
        if self._damaged and not self._told:
            self._told = True
            message = "do not read as they were written, and are left out: start the sweep again, and it makes them"
            self._say(f"is damaged: {len(self._damaged):,} of its runs, failures or daily series {message}")

    # --- As it was written ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _whole(self, *tables: str) -> Iterator[Any]:
        """Reading, after tables that must be whole have been found so."""
        with reading(self.folder):
            unknown = [table for table in tables if table not in self._found_whole] if self._has_checksums else []
            if unknown:
                self._db.execute("BEGIN")  # the sweep may be extending its plan: sums and rows of one moment
                try:
                    unsound = checksums.unsound(self._db, unknown)
                finally:
                    self._db.execute("COMMIT")
                if unsound:
                    raise InputError(f"{self.folder / STORE}: its table {unsound[0]!r} {NOT_WHOLE}")
                self._found_whole.update(unknown)
            yield self._db

    def _runs(
        self, db: Any, query: str, values: Row, size: int
    ) -> Iterator[tuple[list[Row], NDArray[np.float64], NDArray[np.bool_]]]:
        cursor = db.execute(query, values)
        while rows := cursor.fetchmany(size):
            numbers, sound = checksums.sound_runs(rows, self._numbers)
            if not self._has_checksums:
                self._refuse_words(rows)
                sound = np.ones_like(sound)
            yield rows, numbers, sound

    def _refuse_words(self, rows: Iterable[Row]) -> None:
        """Where no checksum tells it: words in the place of numbers are damage, not numbers that are missing."""
        for row in rows:
            for name, cell in zip(self._numbers, row[3:], strict=False):
                if not isinstance(cell, int | float | None):
                    raise faults.damaged(self.folder, f"a value of {name!r} is no number")

    def _unsound(self, db: Any, name: str) -> set[str]:
        """Keys of what is damaged in a table beside the runs, or of a dimension of groups."""
        table = "by_group" if queries.is_dimension(name) else name
        columns, checksum = checksums.BESIDE[table]
        query = f"SELECT plan.key, {self._checksum(table)}, {columns} FROM {PLAN} CROSS JOIN"
        query += f" (SELECT * FROM {queries.grouped(db, name)}) AS by_group" if table != name else f" {table}"
        query += " USING (key)"
        sums = ((row, checksum(row[0], *row[2:])) for row in db.execute(query))
        return {row[0] for row, expected in sums if self._has_checksums and row[1] != expected}

    def _is_sound(self, row: Row, checksum: str) -> bool:
        """Whether a row of key, checksum and more agrees with the checksum found."""
        if not self._has_checksums or row[1] == checksum:
            return True
        self._damaged.add(row[0])
        return False

    def _checksum(self, table: str) -> str:
        return f"{table}.checksum" if self._has_checksums else "NULL"

    def _values(self) -> str:
        return ", ".join(f"runs.{schema.quoted(name)}" for name in self._numbers)

    def _say(self, message: str) -> None:
        warnings.warn(Notice(f"{self.folder / STORE}: {message}"), stacklevel=3)
