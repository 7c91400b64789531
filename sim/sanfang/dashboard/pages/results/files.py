"""What the Results page can open: sweeps and exported runs below `results/`, and the experiments.

Files are found by listing these folders, never by a path that a visitor sends; a file that lies outside them, be it
behind a link, is not opened. Reading never changes anything. What is read is kept, and read anew when the file changes.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.lab.experiments.experiment_file import ExperimentFile
from sanfang.lab.experiments.experiment_reading import Origin, parse
from sanfang.lab.statistics.run_table import KEYS, RunTable
from sanfang.lab.storage import faults
from sanfang.lab.storage.results import Results, Status
from sanfang.lab.storage.unpacking import GROUP_COLUMNS
from sanfang.lab.windows import windows_in, windows_said
from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.declare import Metric
from sanfang.metrics.groups import DIMENSIONS
from sanfang.scenario.content import EXPERIMENTS, PACKAGE, Source, folders
from sanfang.scenario.errors import InputError
from sanfang.scenario.toml import read_toml
from sanfang.scenario.window import Window

RESULTS = "results"
TABLES = ("runs.parquet", "runs.csv")
DEEPEST = 4  # folders below results/
MAX_FOLDERS = 2_000  # looked into
MAX_RUNS = 1_000_000
MAX_BYTES = 300_000_000  # of an exported table
MAX_COLUMNS = 2_000
MAX_VALUES = 100_000_000  # numbers or texts in it
MAX_GROUPS = 2_000_000  # values of one metric by the groups of a dimension
MAX_HEAD = 200_000  # characters of the line that names its columns

Stamp = tuple[int, ...]
Cube = NDArray[np.float64]


class Unreadable(Exception):
    """A result that cannot be shown; the message is for the visitor, in English."""


@dataclass(frozen=True)
class Openable:
    """Something to open: `id` is how addresses name it, `path` the store, the table of runs or the experiment's file,
    `root` the folder in which it was found."""

    id: str
    path: Path
    root: Path

    @property
    def is_experiment(self) -> bool:
        """Whether it is an experiment's file rather than its runs."""
        return self.path.suffix == ".toml"

    @property
    def collection(self) -> str:
        """`results`, `experiments`, or a folder of experiments such as `experiments/mechanisms`."""
        return self.id.rpartition("/")[0] if self.is_experiment else RESULTS

    @property
    def name(self) -> str:
        """Without the folder of the collection."""
        return self.id.removeprefix(f"{self.collection}/")


@dataclass(frozen=True, eq=False)
class Opened:
    """Runs, as far as they are needed to choose what to show; their metrics come one by one from `values`.

    `points` has one row a point and one column a factor, `point` being the row's number in the store; `document` is
    the experiment (empty if the file does not say). `replications` counts those of which some run is there.
    """

    found: Openable
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
        return _values(self.found, self.stamp, metric, *with_points)

    def groups(self, dimension: str, metric: str) -> pd.DataFrame:
        """One metric by the groups of a dimension: the columns of `Results.groups`. Raises Unreadable."""
        return _groups(self.found, self.stamp, dimension, metric)


# --- Listing --------------------------------------------------------------------------------------------


def places() -> list[Path]:
    """Where results are looked for, whether or not the folders are there."""
    return list(dict.fromkeys([Path.cwd() / RESULTS, PACKAGE.parents[1] / RESULTS]))


def listed() -> list[Openable]:
    """All that can be opened: results first, then experiments, by name. Of two with the same id the first root wins."""
    found: dict[str, Openable] = {}
    for root in folders(RESULTS):
        for path in _tables(root):
            found.setdefault(f"{RESULTS}/{path.parent.relative_to(root).as_posix()}", Openable("", path, root))
    for root in folders(EXPERIMENTS):
        for path in sorted(root.rglob("*.toml")):
            if path.resolve().is_relative_to(root):
                name = path.relative_to(root).with_suffix("").as_posix()
                found.setdefault(f"{EXPERIMENTS}/{name}", Openable("", path, root))
    return [Openable(id_, one.path, one.root) for id_, one in sorted(found.items(), key=lambda item: _order(item[0]))]


def _order(id_: str) -> tuple[bool, int, str]:
    return not id_.startswith(f"{RESULTS}/"), id_.count("/"), id_


def _tables(root: Path) -> Iterator[Path]:
    """In each folder below `root` the store, or else the exported table of runs."""
    for number, (folder, below, files) in enumerate(os.walk(root, followlinks=False)):
        here = Path(folder)
        if number >= MAX_FOLDERS:
            return
        below[:] = sorted(name for name in below if not name.startswith("."))
        if len(here.relative_to(root).parts) >= DEEPEST:
            below.clear()
        name = next((name for name in (faults.STORE, *TABLES) if name in files), None)
        if name and here != root and (here / name).resolve().is_relative_to(root):
            yield here / name


def pick(found: list[Openable], wanted: str) -> Openable | None:
    """The one that an address names; addresses carry 80 characters."""
    return next((one for one in found if wanted and one.id[:80] == wanted[:80]), None)


def stamp(path: Path) -> Stamp:
    """Changes whenever the file does, or what SQLite keeps beside it while a sweep writes. Raises Unreadable."""
    try:
        parts = [path, *(path.with_name(path.name + end) for end in ("-wal",))]
        stats = [part.stat() for part in parts if part.exists()]
    except OSError as error:
        raise Unreadable(str(error.strerror or error)) from None
    if not stats:
        raise Unreadable("is no longer there")
    return tuple(number for one in stats for number in (one.st_mtime_ns, one.st_size))


# --- Experiments ----------------------------------------------------------------------------------------


def experiment(found: Openable) -> ExperimentFile:
    """What an experiment's file says. Raises Unreadable."""
    return _experiment(found, stamp(found.path))


@lru_cache(maxsize=256)
def _experiment(found: Openable, _: Stamp) -> ExperimentFile:
    _inside(found)
    with _plain(found):
        source = Source(found.path, found.id)
        return parse(read_toml(source), Origin(found.id, found.path.parent))


def runs_of(found: Openable, among: list[Openable]) -> Openable | None:
    """The runs of an experiment that are stored here, if there are any."""
    wanted = experiment(found).name or found.path.stem
    return next((one for one in among if not one.is_experiment and title(one)[0] == wanted), None)


def experiment_of(opened: Opened, among: list[Openable]) -> Openable | None:
    """The experiment whose runs these are, if its file is here."""
    return next((one for one in among if one.is_experiment and one.path.stem == opened.name), None)


def title(found: Openable) -> tuple[str, str, str]:
    """Name, English label and Chinese label; the labels may be empty. Of an unreadable file the name alone."""
    try:
        if found.is_experiment:
            file = experiment(found)
            return file.name or found.path.stem, file.label_en, file.label_zh
        about = _about(found, stamp(found.path))
    except Unreadable:
        return found.name, "", ""
    document = about.get("experiment") or {}
    return str(about.get("name") or found.name), document.get("label_en") or "", document.get("label_zh") or ""


# --- Runs -----------------------------------------------------------------------------------------------


def opened(found: Openable) -> Opened:
    """The runs in a store or an exported table. Raises Unreadable."""
    return _opened(found, stamp(found.path))


def status(found: Openable) -> Status | None:
    """How far a sweep is; None for an exported table, of which that is not known. Raises Unreadable."""
    if found.path.name != faults.STORE:
        return None
    _inside(found)
    with _plain(found), Results(found.path.parent) as results:
        return results.status()


def all_runs(found: Openable, most: int) -> pd.DataFrame:
    """All runs with all metrics, as `sanfang export` writes them. Raises Unreadable if there are more than `most`."""
    if opened(found).runs > most:
        raise Unreadable(f"has more than {most:,} runs: write them with `sanfang export`")
    with _plain(found):
        if found.path.name != faults.STORE:
            return _table(found.path)
        with Results(found.path.parent) as results:
            return results.runs()


@lru_cache(maxsize=256)
def _about(found: Openable, _: Stamp) -> dict[str, Any]:
    _inside(found)
    with _plain(found):
        if found.path.name != faults.STORE:
            return _said_beside(found)
        with Results(found.path.parent) as results:
            return results.about


def _said_beside(found: Openable) -> dict[str, Any]:
    """What a manifest or a comparison beside an exported table says of it."""
    for name in ("manifest.json", "comparison.json"):
        path = found.path.with_name(name)
        if path.is_file() and path.resolve().is_relative_to(found.root) and path.stat().st_size < MAX_BYTES:
            said = json.loads(path.read_text("utf-8"))
            if isinstance(said, dict):
                return {"name": found.name, "baseline": said.get("baseline"), "experiment": said.get("experiment")}
    return {}


@lru_cache(maxsize=32)
def _opened(found: Openable, stamp: Stamp) -> Opened:
    about = _about(found, stamp)
    with _plain(found):
        return _from_store(found, stamp, about) if found.path.name == faults.STORE else _from_table(found, stamp)


def _from_store(found: Openable, stamp: Stamp, about: dict[str, Any]) -> Opened:
    factors = tuple(about["factors"])
    with Results(found.path.parent) as results:
        _refuse(results.count())
        points = results.points()[["point", *factors]]
        table = results.one_metric("seconds", _unsound(found, stamp))
        known, own, by = results.numbers, results.own_metrics, results.by
    _refuse(len(table))
    counts = table["scenario"].value_counts()
    names = about["metrics"] or [metric.name for metric in (*METRICS, *own)]
    return Opened(
        found=found, stamp=stamp, name=str(about["name"]), document=about.get("experiment") or {},
        baseline=about["baseline"], factors=factors, points=points,
        scenarios=tuple(label for label in about["scenarios"] if counts.get(label)), runs=len(table),
        metrics=tuple(name for name in names if name in known), replications=int(table["replication"].nunique()),
        windows=windows_said(about),
        reached=about.get("reached", {}),
        own=own, by=tuple(name for name in by if name in DIMENSIONS),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _unsound(found: Openable, _: Stamp) -> frozenset[str]:
    with Results(found.path.parent) as results:
        return results.unsound()


def _from_table(found: Openable, stamp: Stamp) -> Opened:
    runs, about = _table(found.path), _about(found, stamp)
    for name in ("scenario", "replication"):
        if name not in runs:
            raise InputError(f"is no table of runs: it has no column {name!r}")
    _refuse(len(runs))
    document = about.get("experiment") or {}
    names = [str(name) for name in runs.columns]
    named = document.get("factors") or [name for name in names[: names.index("replication")] if name not in KEYS]
    factors = tuple(name for name in names if name in named)
    points = runs.assign(point=runs.get("point", 0))[["point", *factors]].drop_duplicates("point").sort_values("point")
    scenarios = tuple(str(name) for name in runs["scenario"].unique())
    numbers = runs.select_dtypes("number").columns
    baseline = about.get("baseline")
    return Opened(
        found=found, stamp=stamp, name=str(about.get("name") or found.name), document=document,
        baseline=baseline if baseline in scenarios else scenarios[0], factors=factors, scenarios=scenarios,
        points=points.reset_index(drop=True), runs=len(runs), replications=int(runs["replication"].nunique()),
        metrics=tuple(name for name in numbers if name not in KEYS and name not in factors),
        windows=windows_in(runs),
    )  # fmt: skip


@lru_cache(maxsize=24)
def _values(found: Openable, stamp: Stamp, metric: str, scenarios: tuple[str, ...], points: tuple[int, ...]) -> Cube:
    with _plain(found):
        if found.path.name == faults.STORE:
            with Results(found.path.parent) as results:
                runs = results.one_metric(metric, _unsound(found, stamp))
        else:
            runs = _table(found.path, metric)
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
def _groups(found: Openable, _: Stamp, dimension: str, metric: str) -> pd.DataFrame:
    with _plain(found), Results(found.path.parent) as results:
        pieces, rows = [], 0
        for piece in results.groups_in_pieces([dimension]):
            pieces.append(piece[piece["metric"] == metric])
            rows += len(pieces[-1])
            if rows > MAX_GROUPS:
                raise InputError(f"has more than {MAX_GROUPS:,} values by group: use `sanfang analyse`")
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=list(GROUP_COLUMNS))


def _table(path: Path, metric: str = "") -> pd.DataFrame:
    """An exported table of runs, all columns or only what `metric` needs. How much is in it is asked before it is read:
    a small file may claim any number of rows."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES / 1e6:.0f} MB, which is more than a page can show")
    wanted = ("scenario", "point", "replication", metric) if metric else None
    return _parquet(path, wanted) if path.suffix == ".parquet" else _csv(path, wanted)


def _parquet(path: Path, wanted: Collection[str] | None) -> pd.DataFrame:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
    _refuse(rows)
    _refuse_columns(len(schema.names), rows)
    texts = [name for name in schema.names if str(schema.field(name).type) in ("string", "large_string")]
    columns = [name for name in schema.names if wanted is None or name in wanted]
    table = pyarrow.parquet.read_table(path, columns=columns, read_dictionary=texts)  # a text is kept once
    runs = table.to_pandas()
    return pd.DataFrame(runs.astype({name: "object" for name in texts if name in runs}))


def _csv(path: Path, wanted: Collection[str] | None) -> pd.DataFrame:
    with path.open(encoding="utf-8", errors="replace") as file:
        columns = file.readline(MAX_HEAD).count(",") + 1
    _refuse_columns(columns, 1)
    most = min(MAX_RUNS, MAX_VALUES // columns)
    runs = pd.read_csv(
        path,
        usecols=(lambda name: name in wanted) if wanted is not None else None,
        dtype={"scenario": "str"},
        nrows=most + 1,
    )
    _refuse(len(runs))
    _refuse_columns(columns, len(runs))
    return runs


# --- Safely ---------------------------------------------------------------------------------------------


def _inside(found: Openable) -> None:
    if not found.path.resolve().is_relative_to(found.root):
        raise Unreadable("lies outside the folders of results and experiments")


def _refuse_columns(columns: int, rows: int) -> None:
    if columns > MAX_COLUMNS or columns * rows > MAX_VALUES:
        raise InputError(
            f"has {columns:,} columns and {rows:,} runs or more; a page shows at most {MAX_COLUMNS:,} columns and"
            f" {MAX_VALUES:,} values: use `sanfang analyse`"
        )


def _refuse(runs: int) -> None:
    if not runs:
        raise InputError("has no runs yet")
    if runs > MAX_RUNS:
        raise InputError(f"has {runs:,} runs, and a page shows at most {MAX_RUNS:,}: use `sanfang analyse`")


@contextlib.contextmanager
def _plain(found: Openable) -> Iterator[None]:
    """Whatever is wrong with a file, as Unreadable, in words that do not tell where on the machine it lies."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as problem:  # a foreign file may break anything that reads it
        known = isinstance(problem, InputError | faults.StoreError)
        text = str(problem) if known else f"is damaged or was not written by Sanfang ({type(problem).__name__})"
        folder = found.path.parent
        for shown in (str(folder.resolve()), str(folder)):
            text = text.replace(f"{shown}/", "").replace(shown, found.id)
        raise Unreadable(text[:400]) from None
