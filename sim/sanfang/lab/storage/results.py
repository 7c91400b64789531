"""Reading a sweep: how far it is, its runs as a table, its daily series, its failures; and taking them elsewhere.

Reading never changes a store and is safe while a sweep writes to it. Tables come in pieces, so that results larger than
memory can be worked through. What does not read as it was written is left out, and that is said once, as a `Notice`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.lab.experiments.own_metrics import declared
from sanfang.lab.files import write_atomically
from sanfang.lab.statistics.run_table import FOLLOWED, unfollowed_as_none
from sanfang.lab.storage.export import Format, write_csv, write_parquet
from sanfang.lab.storage.faults import plainly, reading
from sanfang.lab.storage.locking import is_being_written
from sanfang.lab.storage.queries import BY, beside, by_dimensions, cells_planned
from sanfang.lab.storage.schema import METRIC_NAMES
from sanfang.lab.storage.sound_rows import Row, SoundRows
from sanfang.lab.storage.unpacking import GROUP_COLUMNS, unpacked_groups, unpacked_series
from sanfang.metrics.catalogue import BY_NAME, TELLS_REQUESTS
from sanfang.metrics.declare import Metric
from sanfang.scenario.errors import InputError

ROWS_AT_ONCE = 10_000
SERIES_AT_ONCE = 100

type Windows = list[list[int]]
"""Of each point, or one for all: the first day that metrics look at, the day after the last one, and more."""


@dataclass(frozen=True)
class Status:
    """How far a sweep is. Counts are cells of the plan: a replication of a scenario at a point.

    `running`: a process writes to it now. `seconds` is the mean elapsed time of a run, NaN before the first. `damaged`
    cells have a run, or daily series, that does not read as it was written; they are among the missing ones, and the
    sweep makes them again. `laid_out`: cells of the plan that the store knows; of others a run may be there from an
    earlier plan, which is found when the sweep goes on.
    """

    name: str
    planned: int
    done: int
    failed: int
    running: bool
    seconds: float
    last: str
    errors: dict[str, int]
    damaged: int = 0
    laid_out: int = 0

    @property
    def missing(self) -> int:
        """Cells without a run that can be used, failed ones not counted."""
        return self.planned - self.done - self.failed


class Results:
    """The results in the folder of a sweep, in a `with` block or for as long as the object lives.

    Raises InputError if the folder holds no sweep, a damaged one, or one of another format.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._rows = SoundRows(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._rows.close()

    @cached_property
    def about(self) -> dict[str, Any]:
        """What the sweep is: name, experiment, scenarios with digests, factors, baseline, code version."""
        return self._rows.about()

    @cached_property
    def own_metrics(self) -> tuple[Metric, ...]:
        """The metrics that the experiment has of its own, as it declared them. No code of theirs is read or run."""
        with reading(self.folder):
            return declared(self.about)

    def status(self) -> Status:
        """How far it is."""
        failing = self._rows.failing()
        laid_out = done = damaged = 0
        seconds, last, errors = 0.0, "", Counter[str]()
        with reading(self.folder):
            for key, took, finished, is_sound in self._rows.cells(beside(self.about)):
                laid_out += 1
                if is_sound:
                    done, seconds, last = done + 1, seconds + took, max(last, finished)
                elif key in failing:
                    errors[failing[key][0]] += 1
                else:
                    damaged += is_sound is False
        return Status(
            name=self.about["name"],
            planned=cells_planned(self.about, laid_out),
            done=done,
            failed=errors.total(),
            running=is_being_written(self.folder),
            seconds=seconds / done if done else float("nan"),
            last=last,
            errors=dict(errors.most_common()),
            damaged=damaged,
            laid_out=laid_out,
        )

    def runs(self) -> pd.DataFrame:
        """One row a run of the plan: scenario, point, factor values, replication, seed, first and last day of
        the evaluation window, metrics, seconds, key; `followed`, too, where some open-ended metrics are wanted but not
        all (see `run_table`).

        In order of scenario (as the experiment lists them), point and replication.
        """
        pieces = list(self.runs_in_pieces())
        table = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()
        if table.empty:
            raise InputError(f"{self.folder}: has no results yet")
        return table

    def runs_in_pieces(self, rows: int = ROWS_AT_ONCE) -> Iterator[pd.DataFrame]:
        """The table of `runs`, `rows` at a time."""
        points = self.points().set_index("point")
        for label in self.about["scenarios"]:
            for cells, values in self._rows.runs(label, rows):
                with reading(self.folder):
                    yield self._table(label, cells, values, points)
        self._rows.tell()

    def count(self) -> int:
        """How many cells of the plan have a run, sound or not: counted quickly."""
        return self._rows.count()

    def unsound(self) -> frozenset[str]:
        """The keys of runs that do not read as they were written."""
        with reading(self.folder):
            return frozenset(key for key, _, _, is_sound in self._rows.cells() if is_sound is False)

    def one_metric(self, name: str, unsound: frozenset[str]) -> pd.DataFrame:
        """Scenario, point, replication and one metric, or `seconds`, without the runs that `unsound` has found; of an
        open-ended one what tells whether it could be reached, too.

        Quicker than `runs` where metrics are wanted one by one.
        """
        beside = [TELLS_REQUESTS] if self._asks_who_was_followed([name]) else []
        with reading(self.folder):
            rows = [row[1:] for row in self._rows.numbers_of(name, *beside) if row[0] not in unsound]
            table = pd.DataFrame(rows, columns=["scenario", "point", "replication", name, *beside])
            types = {"scenario": "str", "point": "int64", "replication": "int64", name: "float64"}
            table = table.astype(types | dict.fromkeys(beside, "float64"))
            return table.assign(**{FOLLOWED: table.pop(TELLS_REQUESTS).notna()}) if beside else table

    def _asks_who_was_followed(self, names: Sequence[str]) -> bool:
        """Whether it must be told beside these metrics that a run had requests which could be followed."""
        if TELLS_REQUESTS in names or TELLS_REQUESTS not in self._rows.numbers:
            return False
        own = {metric.name: metric for metric in self.own_metrics}
        return any(metric.open_ended for name in names if (metric := BY_NAME.get(name) or own.get(name)))

    @property
    def numbers(self) -> list[str]:
        """The metrics that the store has a column for, and `seconds`."""
        return self._rows.numbers

    def points(self) -> pd.DataFrame:
        """One row a point: its number and the factor values, which are numbers or text as the store declares them."""
        declared, rows = self._rows.points()
        with reading(self.folder):
            types = {name: "float64" if declared[name] == "REAL" else "str" for name in self.about["factors"]}
            return pd.DataFrame(rows, columns=list(declared)).astype({"point": "int64", **types})

    def _table(self, label: str, cells: list[Row], values: NDArray[np.float64], points: pd.DataFrame) -> pd.DataFrame:
        keys, numbers, replications, seeds = zip(*cells, strict=True)
        factors = points.loc[list(numbers), self.about["factors"]]
        columns: dict[str, Any] = {"scenario": label, "point": np.array(numbers, np.int64)}
        columns |= {name: factors[name].array for name in factors}
        columns |= {"replication": np.array(replications, np.int64), "seed": np.array(seeds, np.int64)}
        columns |= self._days(label, numbers)
        known = self.about["metrics"] or [*METRIC_NAMES, *(metric.name for metric in self.own_metrics)]
        wanted = [name for name in known if name in self._rows.numbers]
        if self._asks_who_was_followed(wanted):
            columns[FOLLOWED] = ~np.isnan(values[:, self._rows.numbers.index(TELLS_REQUESTS)])
        columns |= {name: values[:, self._rows.numbers.index(name)] for name in [*wanted, "seconds"]}
        return pd.DataFrame({**columns, "key": pd.array(keys, dtype="str")}, index=range(len(cells)))

    def _days(self, label: str, points: tuple[int, ...]) -> dict[str, Any]:
        """The days that metrics look at, by run; nothing where the store does not say."""
        windows = self._windows(label)
        if not windows:
            return {}
        bounds = np.array([_of_point(windows, point) for point in points], np.int64)
        return {"first_day": bounds[:, 0], "last_day": bounds[:, 1] - 1}

    def _windows(self, label: str) -> Windows:
        """The windows of a scenario's runs, one for all points or one for each; none where the store does not say."""
        return self.about.get("windows", {}).get(label) or []

    def daily_in_pieces(self, runs: int = SERIES_AT_ONCE) -> Iterator[pd.DataFrame]:
        """Daily series of `runs` runs at a time: scenario, point, replication, day, and one column a series."""
        yield from self._series("ORDER BY point, scenario, replication", (), runs)

    def daily(self, scenario: str, point: int = 0) -> pd.DataFrame:
        """Daily series of all replications of one scenario at one point; empty if there are none."""
        pieces = list(self._series("WHERE scenario = ? AND point = ? ORDER BY replication", (scenario, point)))
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()

    def _series(self, which: str, values: Row, runs: int = SERIES_AT_ONCE) -> Iterator[pd.DataFrame]:
        for rows in self._rows.daily(which, values, runs):
            with reading(self.folder):
                yield pd.concat([self._unpacked(row) for row in rows], ignore_index=True)
        self._rows.tell()

    def _unpacked(self, row: Row) -> pd.DataFrame:
        scenario, point, replication, columns, days, series = row
        windows = self._windows(scenario)
        end = _of_point(windows, point)[1] if windows else None
        return unpacked_series(scenario, point, replication, columns, days, series, end)

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions by whose groups metrics are kept."""
        return tuple(name.removeprefix(BY) for name in by_dimensions(self.about))

    def groups_in_pieces(self, by: Sequence[str] = ()) -> Iterator[pd.DataFrame]:
        """Metrics by group of some runs at a time, dimension by dimension (`by`, or all that are kept): scenario,
        point, replication, dimension, group, metric, value, n; of the metrics of interest. `n` counts what a value is
        over; 0 where there is none."""
        for dimension in by or self.by:
            for rows in self._rows.groups(dimension, SERIES_AT_ONCE):
                with reading(self.folder):
                    wanted = self.about["metrics"]
                    table = unfollowed_as_none(pd.concat([unpacked_groups(*row) for row in rows], ignore_index=True))
                    yield table[table["metric"].isin(wanted)] if wanted else table
        self._rows.tell()

    def groups(self, metrics: Collection[str] = ()) -> pd.DataFrame:
        """All of them, or those of some metrics, in one table; empty if none are kept."""
        pieces = [piece[piece["metric"].isin(metrics)] if metrics else piece for piece in self.groups_in_pieces()]
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=list(GROUP_COLUMNS))

    def failures(self) -> pd.DataFrame:
        """Runs that failed: scenario, point, replication, seed, error, trace, attempts, finished."""
        names = ["scenario", "point", "replication", "seed", "error", "trace", "attempts", "finished"]
        rows = self._rows.failures()
        self._rows.tell()
        return pd.DataFrame(rows, columns=names)

    def sessions(self) -> list[dict[str, Any]]:
        """Who wrote when, with what code on which machine."""
        return self._rows.sessions()

    def export(self, kind: Format, out: Path | None = None) -> list[Path]:
        """Write runs, and daily series and metrics by group if kept, to `out` (default: the sweep's folder).

        Returns the files. Memory does not grow with the number of runs. A file is complete or not there.
        """
        out = out or self.folder
        tables: dict[str, Callable[[], Iterator[pd.DataFrame]]] = {"runs": self._some_runs}
        if self.about["daily"]:
            tables["daily"] = self.daily_in_pieces
        if self.by:
            tables["groups"] = self._some_groups
        writers = {"csv": write_csv, "parquet": write_parquet}
        paths = []
        for name, pieces in tables.items():
            write, path = writers[kind], out / f"{name}.{kind}"
            with plainly(out):
                paths.append(write_atomically(path, lambda path, write=write, pieces=pieces: write(path, pieces())))  # type: ignore[misc]
        return paths

    def _some_runs(self) -> Iterator[pd.DataFrame]:
        pieces = self.runs_in_pieces()
        first = next(pieces, None)
        if first is None:
            raise InputError(f"{self.folder}: has no results yet")
        yield first
        yield from pieces

    def _some_groups(self) -> Iterator[pd.DataFrame]:
        pieces = self.groups_in_pieces()
        yield next(pieces, pd.DataFrame(columns=list(GROUP_COLUMNS)))
        yield from pieces


def _of_point(windows: Windows, point: int) -> tuple[int, int]:
    """The first day that metrics look at in a run at a point, and the day after the last one."""
    first, end, *_ = windows[point if len(windows) > 1 else 0]
    return first, end
