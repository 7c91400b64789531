"""What a store gives is what was written to it: damage is told in one message, left out, and made again.

The file is long because it tries one thing, reading what was harmed, on each of the tables of a store.
"""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from soak import bit_rot
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.faults import STORE
from sanfang.lab.storage.results import Results
from sanfang.lab.storage.rows import Daily, Failure, Planned, Result
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.sweep import sweep
from sanfang.scenario.errors import InputError, Notice

ABOUT = {"name": "made up", "daily": True, "metrics": [], "factors": ["x"], "scenarios": {"a": "1"}, "baseline": "a"}
DAYS = 30
RUNS = 6


def key(number: int) -> str:
    return f"{number:032x}"


def made(number: int) -> Result:
    series = zlib.compress(bytes([number]) * (4 * DAYS * 2))
    return Result(key(number), {"satisfaction": 0.1 * number, "backlog": 3.0}, 0.5, Daily("x y", DAYS, series))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with six runs that have daily series, and one that failed."""
    with Store(tmp_path / "sweep") as store:
        plan = [Planned(n, 0, "a", 1 + n, key(n)) for n in range(RUNS + 1)]
        store.set_plan(ABOUT, [{"x": 1.0}], plan)
        store.begin_session({"code": "c"})
        store.add([made(n) for n in range(RUNS)], [Failure(key(RUNS), "ValueError: made up", "", 1)])
    return tmp_path / "sweep"


def harm(folder: Path, *statements: str) -> None:
    """Change the file behind the store's back."""
    with sqlite3.connect(folder / STORE) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def without_checksums(folder: Path) -> Path:
    """As it was written before there were any."""
    tables = [f"ALTER TABLE {table} DROP COLUMN checksum" for table in ("runs", "daily", "failures")]
    harm(folder, *tables, "DROP TABLE checksums", "PRAGMA user_version = 1")
    return folder


def all_read(folder: Path) -> list[Any]:
    with Results(folder) as results:
        return [
            results.about, results.status(), results.runs(), results.daily("a"), results.failures(), results.sessions(),
        ]  # fmt: skip


# --- Runs -----------------------------------------------------------------------------------------------

ONE_RUN = f"WHERE key = '{key(2)}'"
HARMED_RUNS = {
    "another number": f"UPDATE runs SET satisfaction = 0.21 {ONE_RUN}",
    "two numbers swapped": f"UPDATE runs SET satisfaction = backlog, backlog = satisfaction {ONE_RUN}",
    "a number lost": f"UPDATE runs SET backlog = NULL {ONE_RUN}",
    "a number from nowhere": f"UPDATE runs SET utilisation = 0.5 {ONE_RUN}",
    "infinite": f"UPDATE runs SET satisfaction = 9e999 {ONE_RUN}",
    "words for a number": f"UPDATE runs SET satisfaction = 'nearly' {ONE_RUN}",
    "bytes for a number": f"UPDATE runs SET satisfaction = x'ff00' {ONE_RUN}",
    "seconds": f"UPDATE runs SET seconds = 9000 {ONE_RUN}",
    "another end": f"UPDATE runs SET finished = '2001-01-01' {ONE_RUN}",
    "bad UTF-8": f"UPDATE runs SET finished = CAST(x'ff41' AS TEXT) {ONE_RUN}",
    "no checksum": f"UPDATE runs SET checksum = NULL {ONE_RUN}",
}
HARMED_SERIES = {
    "other series": f"UPDATE daily SET series = (SELECT series FROM daily WHERE key = '{key(3)}') {ONE_RUN}",
    "other names": f"UPDATE daily SET columns = 'y x' {ONE_RUN}",
    "more days": f"UPDATE daily SET days = 3650 {ONE_RUN}",
    "words for days": f"UPDATE daily SET days = 'many' {ONE_RUN}",
    "rubbish": f"UPDATE daily SET series = x'0123456789' {ONE_RUN}",
    "words for a series": f"UPDATE daily SET series = 'rubbish' {ONE_RUN}",
    "a number for a series": f"UPDATE daily SET series = 7 {ONE_RUN}",
    "bad UTF-8": f"UPDATE daily SET columns = CAST(x'ff' AS TEXT) {ONE_RUN}",
}


@pytest.mark.parametrize("statement", HARMED_RUNS.values(), ids=HARMED_RUNS)
def test_a_damaged_run_is_left_out_and_told_once(folder: Path, statement: str) -> None:
    harm(folder, statement)
    with Results(folder) as results:
        with pytest.warns(Notice, match=r"is damaged: 1 of its runs.*start the sweep again") as told:
            runs = results.runs()
            results.runs()
        assert len(told) == 1
        assert sorted(runs["replication"]) == [0, 1, 3, 4, 5]
        assert runs["satisfaction"].tolist() == [0.1 * n for n in (0, 1, 3, 4, 5)]
        status = results.status()
    assert (status.done, status.damaged, status.missing, status.failed, status.seconds) == (5, 1, 1, 1, 0.5)


@pytest.mark.parametrize("statement", HARMED_SERIES.values(), ids=HARMED_SERIES)
def test_damaged_daily_series_are_left_out_and_told_once(folder: Path, statement: str) -> None:
    harm(folder, statement)
    with Results(folder) as results:
        with pytest.warns(Notice, match=r"is damaged: 1 of its runs, failures or daily series") as told:
            series = results.daily("a")
        assert len(told) == 1 and sorted(series["replication"].unique()) == [0, 1, 3, 4, 5]
        status = results.status()
    assert (status.done, status.damaged) == (5, 1)


@pytest.mark.parametrize("statement", [HARMED_RUNS["another number"], HARMED_SERIES["other series"]])
def test_a_damaged_run_is_missing_to_the_sweep_that_goes_on(folder: Path, statement: str) -> None:
    harm(folder, statement)
    with pytest.warns(Notice, match=r"was damaged: what does not read as it was written has been taken out.*1 of its"):
        store = Store(folder)
    with store:
        assert [cell.replication for cell in store.missing("daily")] == [2]
        store.add([made(2)])
    with warnings.catch_warnings(), Results(folder) as results:
        warnings.simplefilter("error")
        assert results.status().done == RUNS and results.runs()["satisfaction"].tolist() == [0.1 * n for n in range(6)]


def test_a_damaged_run_is_not_taken_over_by_other_sweeps(folder: Path, tmp_path: Path) -> None:
    harm(folder, HARMED_RUNS["another number"], HARMED_SERIES["other series"].replace(key(2), key(4)))
    with Store(tmp_path / "new") as store:
        store.set_plan(ABOUT, [{"x": 1.0}], [Planned(n, 0, "a", 1 + n, key(n)) for n in range(RUNS)])
        store.reuse(folder, "daily")
        assert [cell.replication for cell in store.missing("daily")] == [2, 4]


def test_export_leaves_a_damaged_run_out_and_says_so(folder: Path) -> None:
    harm(folder, HARMED_RUNS["another number"])
    ended = CliRunner().invoke(app, ["export", str(folder)])
    assert ended.exit_code == 0 and len(pd.read_csv(folder / "runs.csv")) == RUNS - 1
    assert ended.stderr.startswith("note: ") and ended.stderr.count("\n") == 1
    assert f"{folder / STORE}: is damaged: 1 of its runs" in ended.stderr


def test_status_counts_what_is_damaged(folder: Path) -> None:
    harm(folder, HARMED_RUNS["another number"])
    ended = CliRunner().invoke(app, ["status", str(folder)])
    assert ended.exit_code == 0 and "1 of these do not read as they were written" in ended.stdout
    assert json.loads(CliRunner().invoke(app, ["status", str(folder), "--json"]).stdout)["damaged"] == 1


# --- The tables around them -----------------------------------------------------------------------------

HARMED_TABLES = {
    "about, bad UTF-8": "UPDATE about SET value = CAST(x'ff22' AS TEXT) WHERE name = 'name'",
    "about, bad JSON": "UPDATE about SET value = '{' WHERE name = 'experiment' OR name = 'name'",
    "about, other words": "UPDATE about SET value = '\"b\"' WHERE name = 'baseline'",
    "about, a name lost": "DELETE FROM about WHERE name = 'factors'",
    "about, bytes": "UPDATE about SET value = x'00' WHERE name = 'scenarios'",
    "plan, another seed": "UPDATE plan SET seed = 7 WHERE replication = 2",
    "plan, another run": f"UPDATE plan SET key = '{key(1)}' WHERE replication = 2",
    "plan, a cell lost": "DELETE FROM plan WHERE replication = 2",
    "plan, one more cell": f"INSERT INTO plan VALUES (9, 0, 'a', 1, '{key(1)}')",
    "points, another value": "UPDATE points SET x = 2",
    "points, another name": "ALTER TABLE points RENAME COLUMN x TO y",
    "checksums lost": "DELETE FROM checksums",
}


@pytest.mark.parametrize("statement", HARMED_TABLES.values(), ids=HARMED_TABLES)
def test_a_damaged_plan_or_description_is_refused_and_written_anew_by_the_sweep(folder: Path, statement: str) -> None:
    harm(folder, statement)
    with pytest.raises(InputError, match=r"its table '\w+' does not read as it was written: start the sweep again"):
        all_read(folder)
    with pytest.warns(Notice, match="was damaged"):
        store = Store(folder)
    with store:
        assert store.about() == {}, "so that the sweep plans anew"
        store.set_plan(ABOUT, [{"x": 1.0}], [Planned(n, 0, "a", 1 + n, key(n)) for n in range(RUNS + 1)])
        assert (store.done("daily"), store.failed("daily")) == (RUNS, 1)


def test_a_damaged_failure_is_no_failure(folder: Path) -> None:
    harm(folder, "UPDATE failures SET error = 'another'")
    with Results(folder) as results, pytest.warns(Notice, match="1 of its runs, failures"):
        assert results.status().failed == 0 and results.failures().empty
    with pytest.warns(Notice), Store(folder) as store:
        assert [cell.replication for cell in store.missing("daily")] == [RUNS]


def test_a_damaged_list_of_sessions_keeps_nothing_else_from_being_read(folder: Path) -> None:
    harm(folder, "UPDATE sessions SET runs = 7")
    with Results(folder) as results:
        assert len(results.runs()) == RUNS
        with pytest.raises(InputError, match="'sessions' does not read as it was written"):
            results.sessions()
    with pytest.warns(Notice, match="its sessions"), Store(folder) as store:
        assert store.sessions() == [] and store.done("daily") == RUNS


@pytest.mark.parametrize("table", ["about", "plan", "points", "runs", "daily", "failures", "sessions", "checksums"])
def test_a_table_that_is_missing_is_told(folder: Path, table: str) -> None:
    harm(folder, f"ALTER TABLE {table} RENAME TO other")
    for opening in (Results, Store):
        with pytest.raises(InputError, match=r"is damaged .*left as it is"):
            opening(folder)


@pytest.mark.parametrize(
    "statements",
    [
        ("ALTER TABLE runs RENAME TO r", "CREATE VIEW runs AS SELECT * FROM r"),
        ("ALTER TABLE runs RENAME COLUMN finished TO ended",),
        ("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END",),
        ("PRAGMA user_version = 1",),
    ],
    ids=["a view", "a column", "a trigger", "an older format"],
)
def test_tables_other_than_those_written_are_told(folder: Path, statements: tuple[str, ...]) -> None:
    harm(folder, *statements)
    for opening in (Results, Store):
        with pytest.raises(InputError, match=r"is damaged \(its .*left as it is"):
            opening(folder)


def test_a_message_of_sqlite_that_is_no_text_is_told(folder: Path) -> None:
    """SQLite names the table whose declaration it cannot read, and the name itself is damaged."""
    content = (folder / STORE).read_bytes()
    harmed = content.replace(b"failuresfailures", b"f\xbciluresfailures").replace(b"TABLE failures", b"TABXE failures")
    assert harmed != content
    (folder / STORE).write_bytes(harmed)
    for opening in (Results, Store):
        with pytest.raises(InputError, match=r"is damaged .*left as it is"):
            opening(folder)


# --- From before there were checksums -------------------------------------------------------------------


def test_a_store_from_before_there_were_checksums_is_read_with_a_note(folder: Path) -> None:
    whole = all_read(folder)
    without_checksums(folder)
    with pytest.warns(Notice, match="before stores had checksums") as told:
        found = all_read(folder)
    assert len(told) == 1
    for one, other in zip(whole, found, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        else:
            assert one == other


def test_no_sweep_goes_on_in_a_store_from_before_there_were_checksums(folder: Path, tmp_path: Path) -> None:
    before = (without_checksums(folder) / STORE).read_bytes()
    with pytest.raises(InputError, match=r"before stores had checksums.*Use another --out"):
        Store(folder)
    with Store(tmp_path / "new") as store:
        store.set_plan(ABOUT, [{"x": 1.0}], [Planned(0, 0, "a", 1, key(0))])
        assert store.reuse(folder) == 0
    assert (folder / STORE).read_bytes() == before


BOMB = zlib.compress(bytes(300_000_000)).hex()
UNREADABLE = {
    **{f"daily, {name}": statement for name, statement in HARMED_SERIES.items() if not name.startswith("other")},
    **{f"runs, {name}": HARMED_RUNS[name] for name in ("words for a number", "bytes for a number")},
    **{name: HARMED_TABLES[name] for name in HARMED_TABLES if name.startswith("about") and "other" not in name},
    "daily, a bomb": f"UPDATE daily SET series = x'{BOMB}' {ONE_RUN}",
    "daily, a long text for a number": f"UPDATE daily SET days = 1e300 {ONE_RUN}",
    "daily, less than no day": f"UPDATE daily SET days = -1 {ONE_RUN}",
    "plan, words": "UPDATE plan SET seed = 'x' WHERE replication = 2",
    "plan, nothing": "UPDATE plan SET seed = NULL WHERE replication = 2",
    "points, words": "UPDATE points SET x = 'x'",
    "sessions, bad JSON": "UPDATE sessions SET provenance = '['",
    "sessions, deep": "UPDATE sessions SET provenance = printf('%.*c', 100000, '[')",
}  # fmt: skip


@pytest.mark.parametrize("statement", UNREADABLE.values(), ids=UNREADABLE)
def test_whatever_cannot_be_read_ends_in_words_even_without_checksums(folder: Path, statement: str) -> None:
    harm(without_checksums(folder), statement)
    tracemalloc.start()
    with (
        warnings.catch_warnings(),
        pytest.raises(InputError, match=r"sweep\.sqlite: is damaged \([^\n]*\); it was left"),
    ):
        warnings.simplefilter("ignore", Notice)
        all_read(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6


# --- Bit rot ----------------------------------------------------------------------------------------------


def test_bit_rot_is_told_or_harmless_and_never_gives_a_number_that_was_not_stored(tmp_path: Path) -> None:
    """A small part of `python -m soak.bit_rot`."""
    found = list(bit_rot.campaign(24, 11, tmp_path))
    assert [case for case in found if case.end not in bit_rot.GOOD_ENDS] == []
    assert len({case.end for case in found}) == len(bit_rot.GOOD_ENDS), "all kinds of ends are among them"


def test_a_sweep_mends_what_rot_has_damaged(tmp_path: Path) -> None:
    sound = bit_rot.read(bit_rot.sound(tmp_path / "sound"))
    folder = bit_rot.sound(tmp_path / "damaged")
    harm(folder, "UPDATE runs SET backlog = 7 WHERE rowid % 3 = 0", "UPDATE plan SET seed = 9 WHERE point = 2")
    with bit_rot.made_up_simulation(), pytest.warns(Notice):
        end = sweep(Experiment.from_dict(bit_rot.EXPERIMENT), folder, jobs=1, reuse=False)
    assert end.made == len(sound.rows["runs"]) // 3
    mended = bit_rot.read(folder)
    assert mended.rows["daily"] == sound.rows["daily"] and not mended.told
    columns: Callable[[list[str]], list[str]] = bit_rot.without_seconds
    assert columns(mended.rows["runs"]) == columns(sound.rows["runs"])
