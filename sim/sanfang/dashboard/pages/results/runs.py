"""Runs as the Results page reads them, from a sweep's store or an exported table. What is read is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.dashboard.pages.results.exported import MAX_BYTES, check_count, read_exported
from sanfang.dashboard.pages.results.listing import Openable
from sanfang.dashboard.pages.results.reading import Stamp, Unreadable, safely, stamp
from sanfang.lab.statistics.run_table import KEYS, RunTable
from sanfang.lab.storage import faults
from sanfang.lab.storage.results import Results, Status
from sanfang.lab.storage.unpacking import GROUP_COLUMNS
from sanfang.lab.windows import windows_in, windows_said
from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.declare import Metric
from sanfang.metrics.groups import DIMENSIONS
from sanfang.scenario.errors import InputError
from sanfang.scenario.window import Window

MAX_GROUPS = 2_000_000
"""Values of one metric by the groups of a dimension."""

Cube = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Opened:
    """Runs, as far as they are needed to choose what to show; their metrics come one by one from `values`.

    `points` has one row a point and one column a factor, `point` being the row's number in the store; `document` is
    the experiment (empty if the file does not say). `replications` counts those of which some run is there.
    """

    entry: Openable
    stamp: Stamp
    name: str
    document: dict[str, Any]
    baseline: str
    factors: tuple[str, ...]
    scenarios: tuple[str, ...]
    points: pd.DataFrame
    metrics: tuple[str, ...]
    runs: int
    replications: int
    windows: dict[str, Window]
    """Evaluation windows by scenario; empty if the file does not say."""
    reached: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How much of the district the runs simulate, by scenario: see `run.reach`; empty if the file does not say."""
    own: tuple[Metric, ...] = ()
    """Metrics that the experiment had of its own, as the store declares them; their code is not there."""
    made: Mapping[str, str] = field(default_factory=dict)
    """Of results that ship: `date`, `version` and `commit` with which they were made, and the `command`."""
    by: tuple[str, ...] = ()
    """The dimensions by whose groups metrics are kept; none of an exported table."""

    @property
    def design(self) -> str:
        """Kind of the design."""
        return str((self.document.get("design") or {}).get("kind", "full" if self.document else "table"))

    def values(self, metric: str) -> Cube:
        """Scenarios x points x replications of one metric, NaN where there is no run; read-only. Raises Unreadable."""
        if metric not in self.metrics:
            raise Unreadable(f"{metric}: is not among the metrics of these runs")
        with_points = (self.scenarios, tuple(self.points["point"].tolist()))
        return _values(self.entry, self.stamp, metric, *with_points)

    def groups(self, dimension: str, metric: str) -> pd.DataFrame:
        """One metric by the groups of a dimension: the columns of `Results.groups`. Raises Unreadable."""
        return _groups(self.entry, self.stamp, dimension, metric)


def open_runs(entry: Openable) -> Opened:
    """The runs in a store or an exported table. Raises Unreadable."""
    return _opened(entry, stamp(entry.path))


def status_of(entry: Openable) -> Status | None:
    """How far a sweep is; None for an exported table, of which that is not known. Raises Unreadable."""
    if entry.path.name != faults.STORE:
        return None
    with safely(entry), Results(entry.path.parent) as results:
        return results.status()


def all_runs(entry: Openable, most: int) -> pd.DataFrame:
    """All runs with all metrics, as `sanfang export` writes them. Raises Unreadable if there are more than `most`."""
    if open_runs(entry).runs > most:
        raise Unreadable(f"has more than {most:,} runs: write them with `sanfang export`")
    with safely(entry):
        if entry.path.name != faults.STORE:
            return read_exported(entry.path)
        with Results(entry.path.parent) as results:
            return results.runs()


@lru_cache(maxsize=256)
def about_runs(entry: Openable, _: Stamp) -> dict[str, Any]:
    """What a store, or a file beside an exported table, says of its runs. Raises Unreadable."""
    with safely(entry):
        if entry.path.name != faults.STORE:
            return _said_beside(entry)
        with Results(entry.path.parent) as results:
            return results.about


def _said_beside(entry: Openable) -> dict[str, Any]:
    """What a manifest or a comparison beside an exported table says of it."""
    for name in ("manifest.json", "comparison.json"):
        path = entry.path.with_name(name)
        if path.is_file() and path.resolve().is_relative_to(entry.root) and path.stat().st_size < MAX_BYTES:
            said = json.loads(path.read_text("utf-8"))
            if isinstance(said, dict):
                return {name: said.get(name) for name in ("baseline", "experiment", "made")} | {"name": entry.name}
    return {}


@lru_cache(maxsize=32)
def _opened(entry: Openable, stamp: Stamp) -> Opened:
    about = about_runs(entry, stamp)
    with safely(entry):
        return _from_store(entry, stamp, about) if entry.path.name == faults.STORE else _from_table(entry, stamp)


def _from_store(entry: Openable, stamp: Stamp, about: dict[str, Any]) -> Opened:
    factors = tuple(about["factors"])
    with Results(entry.path.parent) as results:
        check_count(results.count())
        points = results.points()[["point", *factors]]
        table = results.one_metric("seconds", _unsound(entry, stamp))
        known, own, by = results.numbers, results.own_metrics, results.by
    check_count(len(table))
    counts = table["scenario"].value_counts()
    names = about["metrics"] or [metric.name for metric in (*METRICS, *own)]
    return Opened(
        entry=entry, stamp=stamp, name=str(about["name"]), document=about.get("experiment") or {},
        baseline=about["baseline"], factors=factors, points=points,
        scenarios=tuple(label for label in about["scenarios"] if counts.get(label)), runs=len(table),
        metrics=tuple(name for name in names if name in known), replications=int(table["replication"].nunique()),
        windows=windows_said(about),
        reached=about.get("reached", {}),
        own=own, by=tuple(name for name in by if name in DIMENSIONS),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _unsound(entry: Openable, _: Stamp) -> frozenset[str]:
    with Results(entry.path.parent) as results:
        return results.unsound()


def _from_table(entry: Openable, stamp: Stamp) -> Opened:
    runs, about = read_exported(entry.path), about_runs(entry, stamp)
    for name in ("scenario", "replication"):
        if name not in runs:
            raise InputError(f"is no table of runs: it has no column {name!r}")
    check_count(len(runs))
    document = about.get("experiment") or {}
    names = [str(name) for name in runs.columns]
    named = document.get("factors") or [name for name in names[: names.index("replication")] if name not in KEYS]
    factors = tuple(name for name in names if name in named)
    points = runs.assign(point=runs.get("point", 0))[["point", *factors]].drop_duplicates("point").sort_values("point")
    scenarios = tuple(str(name) for name in runs["scenario"].unique())
    numbers = runs.select_dtypes("number").columns
    baseline = about.get("baseline")
    return Opened(
        entry=entry, stamp=stamp, name=str(about.get("name") or entry.name), document=document,
        baseline=baseline if baseline in scenarios else scenarios[0], factors=factors, scenarios=scenarios,
        points=points.reset_index(drop=True), runs=len(runs), replications=int(runs["replication"].nunique()),
        metrics=tuple(name for name in numbers if name not in KEYS and name not in factors),
        windows=windows_in(runs),
        made={str(key): str(value) for key, value in (about.get("made") or {}).items()},
    )  # fmt: skip


@lru_cache(maxsize=24)
def _values(entry: Openable, stamp: Stamp, metric: str, scenarios: tuple[str, ...], points: tuple[int, ...]) -> Cube:
    with safely(entry):
        if entry.path.name == faults.STORE:
            with Results(entry.path.parent) as results:
                runs = results.one_metric(metric, _unsound(entry, stamp))
        else:
            runs = read_exported(entry.path, metric)
        table = RunTable(runs)
        values = np.full((len(scenarios), len(points), len(table.replications)), np.nan)
        rows = [scenarios.index(name) for name in table.scenarios if name in scenarios]
        columns = pd.Index(points).get_indexer(pd.Index(table.points))
        kept = [table.scenarios.index(scenarios[row]) for row in rows]
        values[np.ix_(rows, columns[columns >= 0])] = table.values(metric)[np.ix_(kept, np.nonzero(columns >= 0)[0])]
    values[np.isinf(values).any(axis=2)] = np.nan  # a cell with a run that has not reached the metric has no mean
    values.flags.writeable = False
    return values


@lru_cache(maxsize=24)
def _groups(entry: Openable, _: Stamp, dimension: str, metric: str) -> pd.DataFrame:
    with safely(entry), Results(entry.path.parent) as results:
        pieces, rows = [], 0
        for piece in results.groups_in_pieces([dimension]):
            pieces.append(piece[piece["metric"] == metric])
            rows += len(pieces[-1])
            if rows > MAX_GROUPS:
                raise InputError(f"has more than {MAX_GROUPS:,} values by group: use `sanfang analyse`")
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=list(GROUP_COLUMNS))
