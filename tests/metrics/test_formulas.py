"""A stored value is kept as long as its formula; a changed or added one costs no run where the records are there."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sanfang import Scenario, simulate
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.faults import STORE
from sanfang.lab.storage.kept_records import pack, unpack
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps import forecast as forecast_module
from sanfang.lab.sweeps import measuring
from sanfang.lab.sweeps.sweep import sweep
from sanfang.metrics import formula
from sanfang.metrics.catalogue import BY_NAME, METRICS, measure
from sanfang.metrics.ends import SHARES
from sanfang.metrics.incidence import HORIZONS
from sanfang.model import code_version
from sanfang.model.books.headings import WASTED_YUAN
from sanfang.model.books.tables import daily_table, request_table
from sanfang.scenario.errors import Notice

SMALL = Path(__file__).parents[1] / "data" / "small.toml"
ASKED: dict[str, Any] = {
    "name": "asked",
    "scenarios": [str(SMALL)],
    "replications": 2,
    "days": 40,
    "settings": {"run.warm_up": 5},
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder without sweeps beside it."""
    return tmp_path / "results" / "asked"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the metrics' sources, of which digests are taken."""
    copy = tmp_path / "metrics"
    shutil.copytree(formula.HERE, copy)
    monkeypatch.setattr(formula, "HERE", copy)
    forget()
    yield copy
    forget()


def forget() -> None:
    for kept in (formula.formula_digest, formula._tree, formula._definitions):
        kept.cache_clear()


def digests() -> dict[str, str]:
    forget()
    return {metric.name: formula.formula_digest(metric) for metric in METRICS}


def changed(sources: Path, file: str, old: str, new: str) -> set[str]:
    """The metrics whose digest is another after a change of the sources."""
    before, text = digests(), (sources / file).read_text("utf-8")
    assert old in text
    (sources / file).write_text(text.replace(old, new), "utf-8")
    after = digests()
    return {name for name in before if before[name] != after[name]}


def now_measured_otherwise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an edit of the formula of one metric."""
    digests = measuring.shipped_digests() | {name: "another formula"}
    monkeypatch.setattr(measuring, "shipped_digests", lambda: digests)


def made(here: Path, **changes: Any) -> Any:
    return sweep(Experiment.from_dict(ASKED | changes), here, jobs=1)


# --- The digest of a formula --------------------------------------------------------------------------------


def test_a_formula_and_all_that_it_uses_decide_its_digest_and_no_other(sources: Path) -> None:
    assert changed(sources, "requests.py", "run.counted(s.D_RESOLVED), closed", "run.counted(s.D_CLOSED), closed") == {
        "resolution_rate"
    }
    assert changed(sources, "survival.py", "1.0 - level + 1e-12", "1.0 - level + 1e-9") == {
        f"{stem}_{kind}"
        for stem in ("resolution_days", "resolved_days", "first_response_hours")
        for kind in ("median", "p90")
    }
    old = "before * ended / at_risk"
    assert changed(sources, "survival.py", old, old.replace("before", "remaining")) == {
        f"{end}_{days}" for end in SHARES for days in HORIZONS
    }
    assert changed(sources, "needs.py", "MEAN_WITHIN_DAYS = 60.0", "MEAN_WITHIN_DAYS = 90.0") == {
        "resolution_days_mean", "first_response_hours_mean", "need_days_mean", "trouble_days", "silent_days_mean",
        "carried_resolved", "trips_per_request", "handoffs_per_request", "withdrawn_rate",
    }  # fmt: skip
    loop = changed(sources, "loops.py", "if record.voiced >= first:", "if record.voiced > first:")
    assert {"withdrawn_rate", "handoff_share", "on_time_rate"} <= loop and not {"backlog", "waste_share"} & loop
    hours = changed(sources, "evaluation.py", "self.hours_booked - self", "self.hours_booked + self")
    assert {"waste_share", "utilisation", "cost_per_resolved_need"} <= hours and "satisfaction" not in hours
    old = "return ratio(yuan_under(run.yuan, (heading,))"
    family = changed(sources, "waste.py", old, old.replace("ratio", "2 * ratio"))
    assert family == {f"wasted_{name}" for name in WASTED_YUAN}


def test_which_days_are_evaluated_decides_every_digest(sources: Path) -> None:
    old, new = "window.first, window.end", "window.first + 1, window.end"
    assert changed(sources, "catalogue.py", old, new) == set(BY_NAME)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("residents.py", '"Satisfaction of residents"', '"How residents feel"'),
        ("residents.py", '"""Mean over residents and days."""', '"""Mean."""\n    # of all'),
        ("units.py", "smallest=0.001", "smallest=0.002"),
        ("requests.py", '@metric(COUNT, "lower", "requests", "Trips', '@metric(COUNT, None, "residents", "Trips'),
    ],
)
def test_words_units_and_comments_decide_nothing(sources: Path, file: str, old: str, new: str) -> None:
    assert changed(sources, file, old, new) == set()


def test_a_change_of_a_metric_is_no_change_of_what_decides_a_run() -> None:
    decides = {path for pattern in code_version.DECIDE_A_RUN for path in code_version.PACKAGE.glob(pattern)}
    assert {path.name for path in decides} >= {"engine.py", "observation.py", "simulation.py"}
    assert not [path for path in decides if path.is_relative_to(code_version.PACKAGE / "metrics")]


# --- What a run leaves behind --------------------------------------------------------------------------------


def test_what_is_packed_comes_back_with_every_metric_and_table_to_the_last_bit() -> None:
    run = simulate(
        Scenario.load(str(SMALL)).with_({"run.warm_up": 5, "run.start": "empty"}), days=40, keep_requests=True
    )
    assert run.observation is not None
    packed = pack(run.observation)
    back = unpack(packed, run.scenario)
    pd.testing.assert_series_equal(pd.Series(measure(back)), pd.Series(run.metrics), check_exact=True)
    pd.testing.assert_frame_equal(request_table(back), run.requests, check_exact=True)
    pd.testing.assert_frame_equal(daily_table(back), run.daily, check_exact=True)
    pd.testing.assert_frame_equal(back.ledger, run.ledger, check_exact=True, check_dtype=False)
    for damaged in (packed[:-5], packed[: len(packed) // 2], b"", b"rubbish"):
        with pytest.raises(Exception, match=r".") as problem:
            unpack(damaged, run.scenario)
        assert not isinstance(problem.value, MemoryError)


# --- A store whose formulas change ----------------------------------------------------------------------------


def test_a_changed_formula_costs_no_run_where_records_are_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(here, records=True).made == 2
    before = Results(here).runs()
    now_measured_otherwise("backlog", monkeypatch)
    end = made(here, records=True)
    assert (end.made, end.measured_again, end.complete) == (0, 2, True)
    pd.testing.assert_frame_equal(Results(here).runs(), before, check_exact=True)


def test_without_records_only_runs_with_another_formula_are_made_again_and_that_is_said(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made(here).made == 2
    now_measured_otherwise("backlog", monkeypatch)
    with pytest.warns(
        Notice, match=r"2 stored runs were measured with other formulas.*records were not kept.*made again"
    ):
        end = sweep(Experiment.from_dict(ASKED | {"replications": 3}), here, jobs=1, limit=1)
    assert end.made == 1 and Results(here).status().missing == 2
    assert made(here, replications=3).made == 2
    assert made(here, replications=3).made == 0


def test_a_formula_that_the_experiment_does_not_ask_for_changes_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"metrics": ["satisfaction", "repeat_rate"]}
    assert made(here, **asked).made == 2
    now_measured_otherwise("backlog", monkeypatch)
    assert made(here, **asked).made == 0
    now_measured_otherwise("satisfaction", monkeypatch)
    with pytest.warns(Notice, match="2 stored runs"):
        assert made(here, **asked).made == 2


def test_values_of_another_formula_are_shown_nowhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in tables, nor in the view for other tools, nor in the rule that decides on more replications."""
    made(here)
    now_measured_otherwise("backlog", monkeypatch)
    with pytest.warns(Notice):
        sweep(Experiment.from_dict(ASKED), here, jobs=1, limit=1)
    assert len(Results(here).runs()) == 1 and Results(here).count() == 1
    assert len(Results(here).one_metric("backlog", frozenset())) == 1
    with sqlite3.connect(here / STORE) as db:
        assert db.execute("SELECT count(*) FROM results").fetchone()[0] == 1
        assert db.execute("SELECT count(*) FROM runs").fetchone()[0] == 2, "and nothing is thrown away"


def test_damaged_records_are_made_again(here: Path) -> None:
    made(here, records=True)
    with sqlite3.connect(here / STORE) as db:
        db.execute("UPDATE records SET content = zeroblob(100) WHERE rowid = 1")
    db.close()
    assert Results(here).status().damaged == 1
    with pytest.warns(Notice, match="1 of its records"):
        assert made(here, records=True).made == 1


def test_records_are_asked_for_later_by_making_the_runs_again(here: Path) -> None:
    made(here)
    assert made(here, records=True).made == 2
    assert made(here).made == 0, "and who does not ask for them takes runs that have them"


def test_runs_of_a_sweep_beside_it_are_taken_over_with_their_records_and_measured(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(here.with_name("first"), name="first", records=True)
    now_measured_otherwise("backlog", monkeypatch)
    end = made(here, records=True)
    assert (end.made, end.reused, end.complete) == (0, 2, True)
    assert made(here.with_name("third"), name="third").reused == 2, "what has been measured so is taken as it is"


def test_a_store_of_format_2_is_read_and_gone_on_with(here: Path) -> None:
    made(here)
    before = Results(here).runs()
    with sqlite3.connect(here / STORE) as db:
        about = "DELETE FROM about WHERE name IN ('formulas', 'records', 'own_metrics')"
        for statement in (
            "DROP VIEW results", "DROP TABLE formulas", "DROP TABLE records", "DROP TABLE by_group", about,
            "DELETE FROM checksums WHERE name = 'formulas'",
        ):  # fmt: skip
            db.execute(statement)
        db.execute("ALTER TABLE runs DROP COLUMN formulas")
        resealed(db)
        db.execute("PRAGMA user_version = 2")
    db.close()
    old = Results(here).runs()
    pd.testing.assert_frame_equal(old, before, check_exact=True)
    assert Results(here).status().done == 2
    with pytest.warns(Notice, match="2 stored runs"):
        assert made(here).made == 2
    columns = [name for name in before.columns if name != "seconds"]
    pd.testing.assert_frame_equal(Results(here).runs()[columns], before[columns], check_exact=True)


def resealed(db: sqlite3.Connection) -> None:
    """Checksums as version 2 wrote them."""
    from sanfang.lab.storage import checksums

    names = checksums.number_columns(db)
    listed = ", ".join(f'"{name}"' for name in names)
    rows = db.execute(f"SELECT key, checksum, finished, {listed} FROM runs").fetchall()
    values, _ = checksums.sound_runs(rows, names)
    sums = checksums.of_runs([(row[0], row[2]) for row in rows], names, values)
    db.executemany(
        "UPDATE runs SET checksum = ? WHERE key = ?", [(s, row[0]) for s, row in zip(sums, rows, strict=True)]
    )
    checksums.seal(db, ["about"])


def test_the_dry_run_says_what_records_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast_module, "SAMPLE_ROWS", 20)
    plain = forecast_module.forecast(Experiment.from_dict(ASKED), 1)
    kept = forecast_module.forecast(Experiment.from_dict(ASKED).with_records(), 1)
    assert plain.record_megabytes == 0 < kept.record_megabytes
    assert kept.megabytes - plain.megabytes == pytest.approx(2 * kept.record_megabytes, rel=0.2)
