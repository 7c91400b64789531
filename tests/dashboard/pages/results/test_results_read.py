"""What the Results page opens and refuses: sweeps, exported runs, and files that are damaged, foreign or too large."""

from __future__ import annotations

import sqlite3
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from result_sweeps import GRID, page
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import show
from sanfang.dashboard.pages.results.listing import Openable, listed, pick
from sanfang.dashboard.pages.results.reading import Unreadable
from sanfang.dashboard.pages.results.runs import open_runs, status_of
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.faults import STORE
from sanfang.lab.storage.results import Results
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.sweep import sweep


def test_a_sweep_is_listed_and_says_what_was_varied(made: Any) -> None:
    opened = made(GRID)
    assert [one.id for one in listed()] == ["results/grid"]
    assert opened.factors == ("casework.bounce", "tasks.load")
    assert (opened.runs, opened.replications, len(opened.points)) == (36, 3, 6)
    assert (opened.baseline, opened.design) == ("before", "full")
    shown = show(opened.entry, listed())
    facts = dict(result_texts.facts(shown, "en"))
    assert facts["Runs done / planned"] == "36 / 36"
    assert "0.3, 0.45, 0.6" in facts["Varied"]
    assert facts["Size reached"] == "12 of 12 communities, 20,000 residents"
    assert result_texts.heading(shown, "zh") == "网格"


def test_values_are_those_of_the_store(made: Any) -> None:
    opened = made(GRID)
    with Results(opened.entry.path.parent) as results:
        runs = results.runs()
    for (scenario, point, replication), row in runs.set_index(["scenario", "point", "replication"]).iterrows():
        cell = opened.scenarios.index(scenario), point, replication
        assert opened.values("satisfaction")[cell] == row["satisfaction"]
    with pytest.raises(ValueError, match="read-only"):
        opened.values("satisfaction")[0, 0, 0] = 1.0


def test_exported_runs_show_the_same_as_their_sweep(made: Any) -> None:
    opened = made(GRID)
    folder = opened.entry.path.parent
    before = {kind: opened.values("satisfaction").copy() for kind in ("csv", "parquet")}
    for kind, values in before.items():
        with Results(folder) as results:
            (path,) = results.export(kind, folder.parent / f"exported-{kind}")  # type: ignore[arg-type]
        (path.parent / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
        found = pick(listed(), f"results/exported-{kind}")
        assert found is not None
        again = open_runs(found)
        assert again.factors == opened.factors
        assert again.baseline == "before"
        np.testing.assert_allclose(again.values("satisfaction"), values, rtol=1e-12)


def test_a_sweep_that_goes_on_is_read_anew(made: Any, home: Path) -> None:
    first = made(GRID, limit=10)
    assert first.runs == 10
    sweep(Experiment.from_dict(GRID), home / "results" / "grid", jobs=1, reuse=False)
    assert open_runs(first.entry).runs == 36
    assert not np.isnan(open_runs(first.entry).values("satisfaction")).any()


def test_a_sweep_that_is_being_written_is_read_and_said_to_be(made: Any, home: Path) -> None:

    opened = made(GRID)
    with Store(home / "results" / "grid"):
        shown = show(opened.entry, listed())
    assert shown.status is not None and shown.status.running
    assert shown.opened is not None and shown.opened.runs == 36


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (STORE, b"this is no database, not at all" * 100),
        (STORE, b""),
        ("runs.csv", b"a,b\n1,2\n"),
        ("runs.csv", b"\xff\xfe\x00\x01" * 50),
        ("runs.csv", b"scenario,replication,satisfaction\n"),
        ("runs.csv", b"scenario,replication,satisfaction\nx,0,1\nx,0,2\n"),
        ("runs.parquet", b"PAR1 not really"),
    ],
)
def test_a_damaged_or_foreign_file_is_a_message_without_a_path(home: Path, name: str, content: bytes) -> None:
    folder = home / "results" / "bad"
    folder.mkdir()
    (folder / name).write_bytes(content)
    found = listed()[0]
    shown = show(found, [found])
    if shown.opened is None:
        problem = shown.problems[0]
    else:
        with pytest.raises(Unreadable) as error:
            shown.opened.values("satisfaction")
        problem = str(error.value)
    assert problem and str(home) not in problem and "Traceback" not in problem
    page("zh", experiment=found.id)


def test_a_store_of_another_program_is_a_message(home: Path) -> None:
    (home / "results" / "foreign").mkdir()
    with sqlite3.connect(home / "results" / "foreign" / STORE) as db:
        db.execute("CREATE TABLE about (name TEXT)")
    db.close()
    (found,) = listed()
    assert "no sweep" in show(found, [found]).problems[0]


def test_nothing_outside_the_folders_is_opened(made: Any, home: Path) -> None:
    opened = made(GRID)
    outside = home / "elsewhere"
    opened.entry.path.parent.rename(outside)
    (home / "results" / "link").symlink_to(outside, target_is_directory=True)
    (home / "results" / "file").mkdir()
    (home / "results" / "file" / STORE).symlink_to(outside / STORE)
    (home / "experiments" / "link.toml").symlink_to("/etc/hostname")
    assert listed() == []
    with pytest.raises(Unreadable, match="outside"):
        status_of(Openable("results/file", home / "results" / "file" / STORE, (home / "results").resolve()))


@pytest.mark.parametrize("wanted", ["results/../elsewhere", "/etc/passwd", "results/grid/sweep.sqlite", "grid", ""])
def test_only_names_of_the_listing_are_taken(made: Any, wanted: str) -> None:
    made(GRID)
    assert pick(listed(), wanted) is None


@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("runs.parquet", 5_000_000, 1), ("runs.csv", 2, 30_000), ("runs.parquet", 2, 30_000)]
)
def test_a_small_file_that_claims_much_is_refused_before_it_is_read(
    home: Path, name: str, rows: int, columns: int
) -> None:
    folder = home / "results" / "bomb"
    folder.mkdir()
    table = pyarrow.table(
        {"scenario": pyarrow.array(["a"]).take(pyarrow.array(np.zeros(rows, np.int8)))}
        | {f"x{number}": pyarrow.array(np.zeros(rows, np.float32)) for number in range(columns)}
    )
    if name.endswith(".csv"):
        table.to_pandas().to_csv(folder / name, index=False)
    else:
        parquet.write_table(table, folder / name)
    assert (folder / name).stat().st_size < 20_000_000
    (found,) = listed()
    del table
    tracemalloc.start()
    with pytest.raises(Unreadable, match="a page shows at most"):
        open_runs(found)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_a_text_in_a_table_is_kept_once(home: Path) -> None:
    """A million runs with one long text are a small file, and stay so."""
    folder = home / "results" / "long"
    folder.mkdir()
    rows = 200_000
    texts = pyarrow.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pyarrow.array(["a" * 100_000]))
    table = pyarrow.table({"scenario": texts, "replication": np.arange(rows), "satisfaction": np.zeros(rows)})
    parquet.write_table(table, folder / "runs.parquet")
    (found,) = listed()
    assert open_runs(found).runs == rows
