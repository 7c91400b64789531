"""A store loses nothing, refuses what it cannot keep safe, and says in plain words what is wrong."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sanfang.lab.storage import database, schema
from sanfang.lab.storage import store as store_module
from sanfang.lab.storage.faults import STORE, StoreError
from sanfang.lab.storage.locking import is_being_written
from sanfang.lab.storage.results import Results
from sanfang.lab.storage.rows import Daily, Failure, Planned, Result
from sanfang.lab.storage.run_keys import run_keys
from sanfang.lab.storage.schema import METRIC_NAMES
from sanfang.lab.storage.store import Store
from sanfang.scenario.errors import InputError

ABOUT = {"name": "made up", "daily": False, "metrics": [], "factors": ["x"], "scenarios": {"a": "1"}, "baseline": "a"}


def plan(number: int) -> list[Planned]:
    return [Planned(n, 0, "a", 1 + n, f"{n:032x}") for n in range(number)]


def result(number: int, value: float = 0.1) -> Result:
    metrics = dict.fromkeys(METRIC_NAMES, value) | {"resolution_days_p90": math.nan}
    return Result(f"{number:032x}", metrics, 0.5, Daily("x y", 1, b"zzz"))


def filled(folder: Path, number: int = 5) -> Path:
    with Store(folder) as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(number))
        store.begin_session({"code": "c"})
        store.add([result(n, 0.1 * n) for n in range(number)])
    return folder


# --- Keeping --------------------------------------------------------------------------------------------


def test_what_is_stored_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    runs = Results(filled(tmp_path)).runs()
    assert runs["satisfaction"].tolist() == [0.1 * n for n in range(5)]
    assert runs["resolution_days_p90"].isna().all()
    assert runs["seed"].tolist() == [1, 2, 3, 4, 5]
    assert runs["x"].tolist() == [1.0] * 5
    assert set(METRIC_NAMES) <= set(runs.columns)


def test_a_closed_store_is_one_plain_file(tmp_path: Path) -> None:
    filled(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - {"sweep.lock"} == {STORE}
    (tmp_path / STORE).chmod(0o444)
    assert Results(tmp_path).status().done == 5


def test_what_is_missing_is_told_in_order_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanfang.lab.storage.store.PAGE_ROWS", 3)
    with Store(tmp_path) as store:
        store.set_plan(ABOUT, [{"x": 1.0}], reversed(plan(20)))
        store.add([result(4), result(9)], [Failure(f"{11:032x}", "e", "", 2)])
        assert [cell.replication for cell in store.missing()] == [n for n in range(20) if n not in (4, 9, 11)]
        assert (store.planned(), store.done(), store.failed()) == (20, 2, 1)


def test_runs_without_series_are_missing_where_series_are_wanted(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(2))
        store.add([result(0), result(1)._replace(daily=None)])
        assert [cell.replication for cell in store.missing("daily")] == [1]
        assert list(store.missing()) == []


def test_a_run_that_succeeds_later_is_no_failure_any_more(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(1))
        store.add([], [Failure(f"{0:032x}", "e", "", 2)])
        store.add([result(0)])
        assert (store.failed(), store.done()) == (0, 1)


def run_key(digest: str, seed: int, days: int, scale: float, code: str) -> str:
    return run_keys(digest, days, scale, code)(seed)


def test_the_key_depends_on_all_that_decides_a_run() -> None:
    usual = ("digest", 1, 365, 0.1, "code")
    others = [("other", 1, 365, 0.1, "code"), ("digest", 2, 365, 0.1, "code"), ("digest", 1, 364, 0.1, "code")]
    others += [("digest", 1, 365, 0.2, "code"), ("digest", 1, 365, 0.1, "new")]
    assert len({run_key(*usual), *(run_key(*other) for other in others)}) == 6
    assert run_key(*usual) == run_key(*usual)
    text = '["digest", 1, 365, 0.1, "code"]'
    assert run_key(*usual) == hashlib.sha256(text.encode()).hexdigest()[:32], "keys of stores that are there stay"


def test_a_metric_newer_than_the_file_gets_a_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        for module in (database, store_module):
            before.setattr(module, "METRIC_NAMES", tuple(name for name in METRIC_NAMES if name != "backlog"))
        before.setattr(database, "SCHEMA", schema.SCHEMA.replace('"backlog" REAL, ', ""))
        filled(tmp_path)
    with Store(tmp_path) as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(6))
        store.add([result(5, 0.7)])
    backlog = Results(tmp_path).runs()["backlog"]
    assert backlog.isna().sum() == 5 and backlog.max() == 0.7


# --- Accidents ------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from test_store import ABOUT, plan, result
from sanfang.lab.storage.store import Store
store = Store(Path({folder!r}))
store.set_plan(ABOUT, [{{"x": 1.0}}], plan(2_000))
for number in range(2_000):
    store.add([result(number)])
    print(number, flush=True)
"""


def killed_writer(folder: Path, rows: int) -> int:
    """Start a process that stores runs one by one, kill it after `rows`; the last number that it had confirmed."""
    script = WRITER.format(paths=sys.path, folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        for line in writer.stdout:
            if int(line) >= rows:
                os.kill(writer.pid, signal.SIGKILL)
                break
        rest = writer.stdout.read().split()
    return int(rest[-1]) if rest else rows


def test_a_killed_writer_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    confirmed = killed_writer(tmp_path, 50)
    with Store(tmp_path) as store:
        done = store.done()
    assert confirmed + 1 <= done <= confirmed + 2, "one more may be stored and not yet told"


def test_a_sweep_that_has_no_plan_yet_is_told_by_its_readers(tmp_path: Path) -> None:
    (tmp_path / STORE).touch()  # as it is for a moment
    with pytest.raises(InputError, match="no plan yet"):
        Results(tmp_path)
    with Store(tmp_path):
        with pytest.raises(InputError, match="no plan yet"):
            Results(tmp_path)
        assert is_being_written(tmp_path)


def test_two_sweeps_cannot_write_to_one_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanfang.lab.storage.locking.LOCK_SECONDS", 0.1)
    with Store(tmp_path) as first:
        first.set_plan(ABOUT, [{"x": 1.0}], plan(1))
        assert is_being_written(tmp_path)
        code = f"from pathlib import Path; from sanfang.lab.storage.store import Store; Store(Path({str(tmp_path)!r}))"
        second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "another sweep is writing to it" in second.stderr
        assert Results(tmp_path).status().running, "reading is always possible"
    assert not is_being_written(tmp_path)


def test_a_full_disk_is_told_and_what_was_stored_is_safe(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store(tmp_path) as store:
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match=r"full.*Free some space.*safe"):
            store.add([result(n)._replace(daily=Daily("x", 1, bytes(50_000))) for n in range(100, 120)])
        assert store.done() == 5
    assert len(Results(tmp_path).runs()) == 5


def test_a_store_of_another_format_is_left_as_it_is(tmp_path: Path) -> None:
    filled(tmp_path)
    with sqlite3.connect(tmp_path / STORE) as db:
        db.execute("PRAGMA user_version = 0")
    before = (tmp_path / STORE).read_bytes()
    for opening in (Store, Results):
        with pytest.raises(InputError, match=r"older version of Sanfang \(format 0"):
            opening(tmp_path)
    assert (tmp_path / STORE).read_bytes() == before


def test_a_database_that_is_no_sweep_is_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / STORE) as db:
        db.execute("CREATE TABLE diary (day)")
    before = (tmp_path / STORE).read_bytes()
    with pytest.raises(InputError, match="but no sweep"):
        Store(tmp_path)
    assert (tmp_path / STORE).read_bytes() == before


@pytest.mark.parametrize("harm", ["head", "middle", "cut"])
def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path, harm: str) -> None:
    filled(tmp_path, 200)
    path = tmp_path / STORE
    content = bytearray(path.read_bytes())
    if harm == "head":
        content[:16] = b"not a database!!"
    elif harm == "middle":
        content[len(content) // 2 :: 7] = bytes(len(content[len(content) // 2 :: 7]))
    else:
        del content[len(content) // 2 :]
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"is damaged.*left as it is"):
        Store(tmp_path)
    assert path.read_bytes() == content


def test_a_folder_without_a_sweep_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no sweep"):
        Results(tmp_path)


def test_a_failed_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store(tmp_path) as store:
        with pytest.raises(StoreError):
            store.add([result(7), result(8)._replace(key=object())])  # type: ignore[arg-type]
        assert store.done() == 5
        store.set_plan(ABOUT, [{"x": 1.0}], plan(9))
        assert store.done() == 5, "run 7 was not stored either"


# --- Taking over ----------------------------------------------------------------------------------------


def test_runs_of_another_store_are_taken_over_if_the_plan_wants_them(tmp_path: Path) -> None:
    filled(tmp_path / "old", 5)
    with Store(tmp_path / "new") as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(8)[3:])
        assert store.reuse(tmp_path / "old", "daily") == 2
        assert [cell.replication for cell in store.missing("daily")] == [5, 6, 7]
        assert store.reuse(tmp_path / "old", "daily") == 0
    assert Results(tmp_path / "new").runs()["satisfaction"].tolist() == [0.1 * 3, 0.1 * 4]


def test_a_failed_run_that_is_taken_over_is_no_failure_any_more(tmp_path: Path) -> None:
    filled(tmp_path / "old", 1)
    with Store(tmp_path / "new") as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(1))
        store.add([], [Failure(f"{0:032x}", "e", "", 2)])
        assert store.reuse(tmp_path / "old") == 1
        assert (store.done(), store.failed()) == (1, 0)


@pytest.mark.parametrize("content", [b"", b"rubbish" * 1000])
def test_a_store_that_cannot_be_read_has_nothing_to_give(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / STORE).write_bytes(content)
    with Store(tmp_path / "new") as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(3))
        assert store.reuse(tmp_path / "old") == 0
        store.add([result(0)])
        assert store.done() == 1


def test_an_error_with_half_a_letter_is_stored(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.set_plan(ABOUT, [{"x": 1.0}], plan(1))
        store.add([], [Failure(f"{0:032x}", "OSError: x\udcff", "at x\udcff", 1)])
    assert Results(tmp_path).failures()["error"].tolist() == ["OSError: x\\udcff"]


@pytest.mark.parametrize("names", [["seed"], ["Point"], ["satisfaction"], ["key"], ["a", "A"]])
def test_a_factor_cannot_have_the_name_of_another_column(tmp_path: Path, names: list[str]) -> None:
    with Store(tmp_path) as store, pytest.raises(InputError, match=rf"factors\.{names[-1]}: another column"):
        store.set_plan(ABOUT, [dict.fromkeys(names, 1.0)], plan(1))


def test_sessions_tell_who_wrote_how_much(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store(tmp_path) as store:
        store.begin_session({"code": "d"})
        store.add([result(9)], [Failure("f", "e", "", 1)])
    first, second = Results(tmp_path).sessions()
    assert (first["runs"], first["code"], second["runs"], second["failures"]) == (5, "c", 1, 1)
    assert json.dumps(first) and first["ended"] <= second["began"]


def test_the_schema_is_the_one_that_this_format_number_stands_for() -> None:
    """Whoever changes the tables must raise FORMAT, or older files would be read wrongly."""
    tables = re.sub(r'"\w+" REAL(, )?|PRAGMA.*|\s', "", schema.SCHEMA)
    assert (schema.FORMAT, hashlib.sha256(tables.encode()).hexdigest()[:8]) == (4, "013fff3c")
