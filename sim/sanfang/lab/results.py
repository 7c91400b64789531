"""Reading a sweep: how far it is, its runs as a table, its daily series, its failures; and taking them elsewhere.

Reading never changes a store and is safe while a sweep writes to it. Tables come in pieces, so that results larger than
memory can be worked through.
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from sanfang.lab import database
from sanfang.lab.database import METRIC_NAMES, plainly
from sanfang.lab.files import write_atomically
from sanfang.lab.store import is_being_written
from sanfang.scenario.errors import InputError

ROWS_AT_ONCE = 10_000
SERIES_AT_ONCE = 100

Format = Literal["csv", "parquet"]


@dataclass(frozen=True)
class Status:
    """How far a sweep is. Counts are cells of the plan: a replication of a scenario at a point.

    `running`: a process writes to it now. `seconds` is the mean elapsed time of a run, NaN before the first.
    """

    name: str
    planned: int
    done: int
    failed: int
    running: bool
    seconds: float
    last: str
    errors: dict[str, int]

    @property
    def missing(self) -> int:
        """Cells without a run, failed ones not counted."""
        return self.planned - self.done - self.failed


class Results:
    """The results in the folder of a sweep, in a `with` block or for as long as the object lives.

    Raises InputError if the folder holds no sweep, a damaged one, or one of another format.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._db = database.open_for_reading(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._db.close()

    @cached_property
    def about(self) -> dict[str, Any]:
        """What the sweep is: name, experiment, scenarios with digests, factors, baseline, code version."""
        with self._reading():
            return database.about(self._db)

    def status(self) -> Status:
        """How far it is."""
        with self._reading():
            seconds, last = self._db.execute("SELECT avg(seconds), max(finished) FROM runs").fetchone()
            errors = self._db.execute(
                "SELECT error, count(*) FROM plan JOIN failures USING (key) GROUP BY error ORDER BY 2 DESC"
            )
            return Status(
                name=self.about["name"],
                planned=database.planned(self._db),
                done=database.done(self._db, self.about["daily"]),
                failed=database.failed(self._db, self.about["daily"]),
                running=is_being_written(self.folder),
                seconds=float("nan") if seconds is None else seconds,
                last=last or "",
                errors=dict(errors),
            )

    def runs(self) -> pd.DataFrame:
        """One row a run of the plan: scenario, point, factor values, replication, seed, metrics, seconds, key.

        In order of scenario (as the experiment lists them), point and replication.
        """
        pieces = list(self.runs_in_pieces())
        table = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()
        if table.empty:
            raise InputError(f"{self.folder}: has no results yet")
        return table

    def runs_in_pieces(self, rows: int = ROWS_AT_ONCE) -> Iterator[pd.DataFrame]:
        """The table of `runs`, `rows` at a time."""
        metrics = self.about["metrics"] or list(METRIC_NAMES)
        keys = ["scenario", "point", *self.about["factors"], "replication", "seed"]
        names = ", ".join(f'"{name}"' for name in [*keys, *metrics, "seconds", "key"])
        types = dict.fromkeys([*metrics, "seconds"], "float64") | self._factor_types()
        for label in self.about["scenarios"]:
            query = f"SELECT {names} FROM results WHERE scenario = ? ORDER BY point, replication"
            with self._reading():
                pieces = pd.read_sql_query(query, self._db, params=(label,), chunksize=rows, dtype=types)
                yield from (piece for piece in pieces if len(piece))

    def daily_in_pieces(self, runs: int = SERIES_AT_ONCE) -> Iterator[pd.DataFrame]:
        """Daily series of `runs` runs at a time: scenario, point, replication, day, and one column a series."""
        yield from self._series("ORDER BY point, scenario, replication", (), runs)

    def daily(self, scenario: str, point: int = 0) -> pd.DataFrame:
        """Daily series of all replications of one scenario at one point; empty if there are none."""
        pieces = list(self._series("WHERE scenario = ? AND point = ? ORDER BY replication", (scenario, point)))
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()

    def _series(self, which: str, values: tuple[Any, ...], runs: int = SERIES_AT_ONCE) -> Iterator[pd.DataFrame]:
        query = "SELECT scenario, point, replication, columns, days, series FROM plan JOIN daily USING (key)"
        with self._reading():
            cursor = self._db.execute(f"{query} {which}", values)
            while rows := cursor.fetchmany(runs):
                yield pd.concat([_unpacked(*row) for row in rows], ignore_index=True)

    def failures(self) -> pd.DataFrame:
        """Runs that failed: scenario, point, replication, seed, error, trace, attempts, finished."""
        query = (
            "SELECT scenario, point, replication, seed, error, trace, attempts, finished"
            " FROM plan JOIN failures USING (key) ORDER BY point, scenario, replication"
        )
        with self._reading():
            return pd.read_sql_query(query, self._db)

    def sessions(self) -> list[dict[str, Any]]:
        """Who wrote when, with what code on which machine."""
        with self._reading():
            return database.sessions(self._db)

    def export(self, kind: Format, out: Path | None = None) -> list[Path]:
        """Write runs, and daily series if kept, to `out` (default: the sweep's folder); returns the files.

        Memory does not grow with the number of runs. A file is complete or not there.
        """
        out = out or self.folder
        tables: dict[str, Callable[[], Iterator[pd.DataFrame]]] = {"runs": self.runs_in_pieces}
        if self.about["daily"]:
            tables["daily"] = self.daily_in_pieces
        if not self.status().done:
            raise InputError(f"{self.folder}: has no results yet")
        writers = {"csv": _write_csv, "parquet": _write_parquet}
        paths = []
        for name, pieces in tables.items():
            write, path = writers[kind], out / f"{name}.{kind}"
            with plainly(out):
                paths.append(write_atomically(path, lambda path, write=write, pieces=pieces: write(path, pieces())))  # type: ignore[misc]
        return paths

    def _factor_types(self) -> dict[str, str]:
        """Numbers or text, as the store has declared the factor's column: the same in every piece of the table."""
        with self._reading():
            declared = {row[1]: row[2] for row in self._db.execute("PRAGMA table_info(points)")}
        return {name: "float64" if declared[name] == "REAL" else "str" for name in self.about["factors"]}

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with plainly(self.folder):
            try:
                yield
            except pd.errors.DatabaseError as error:  # pandas hides SQLite's own error behind it
                raise error.__cause__ if isinstance(error.__cause__, sqlite3.Error) else error from None


def _unpacked(scenario: str, point: int, replication: int, columns: str, days: int, series: bytes) -> pd.DataFrame:
    names = columns.split(" ")
    values = np.frombuffer(zlib.decompress(series), np.float32).reshape(days, len(names))
    table = pd.DataFrame(values, columns=names)
    keys: dict[str, Any] = {"scenario": scenario, "point": point, "replication": replication, "day": np.arange(days)}
    for place, (name, value) in enumerate(keys.items()):
        table.insert(place, name, value)
    return table


def _write_csv(path: Path, pieces: Iterator[pd.DataFrame]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, piece in enumerate(pieces):
            piece.to_csv(file, index=False, header=number == 0)


def _write_parquet(path: Path, pieces: Iterator[pd.DataFrame]) -> None:
    import pyarrow
    import pyarrow.parquet

    with contextlib.ExitStack() as stack:
        writer = None
        for piece in pieces:
            table = pyarrow.Table.from_pandas(piece, preserve_index=False)
            if writer is None:
                writer = stack.enter_context(pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd"))
            writer.write_table(table.cast(writer.schema))
