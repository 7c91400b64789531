"""Metrics by group in a sweep: kept with each run, asked for later, damaged, taken over, exported."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from model_runs import demo
from sanfang.cli.app import app
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.statistics.run_table import unfollowed_as_none
from sanfang.lab.storage.faults import STORE
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.metrics.groups import groups_of
from sanfang.run.simulation import simulate
from sanfang.scenario.errors import InputError, Notice

SCALE, DAYS = 0.05, 70
ASKED: dict[str, Any] = {
    "name": "asked",
    "scenarios": ["before", "services"],
    "district": "demo",
    "scale": SCALE,
    "days": DAYS,
    "replications": 2,
    "settings": {"run.warm_up": 0, "run.start": "empty"},
}


def made(here: Path, reuse: bool = False, **changes: Any) -> Any:
    return sweep(Experiment.from_dict(ASKED | changes), here, jobs=1, reuse=reuse)


def groups_in(here: Path) -> pd.DataFrame:
    with Results(here) as results:
        return results.groups()


def wanted(scenario: str, replication: int, *dimensions: str) -> pd.DataFrame:
    run = simulate(demo(scenario, **{"run.warm_up": 0}), seed=1 + replication, days=DAYS, scale=SCALE)
    return run.by_group(*dimensions).drop(columns="reason")


def assert_is_wanted(found: pd.DataFrame, *dimensions: str) -> None:
    """The groups of every run, to the last bit."""
    assert set(found["dimension"]) == set(dimensions)
    for (scenario, replication), own in found.groupby(["scenario", "replication"]):
        expected = unfollowed_as_none(wanted(str(scenario), int(replication), *dimensions))
        pd.testing.assert_frame_equal(own[list(expected)].reset_index(drop=True), expected, check_exact=True)
    assert len(found.groupby(["scenario", "replication"])) == 4


def test_a_sweep_keeps_the_groups_that_its_file_asks_for(tmp_path: Path) -> None:
    assert made(tmp_path, by=["age", "domain"]).made == 4
    found = groups_in(tmp_path)
    assert list(found) == ["scenario", "point", "replication", "dimension", "group", "metric", "value", "n"]
    assert_is_wanted(found, "age", "domain")
    assert made(tmp_path, by=["age", "domain"]).made == 0


def test_groups_asked_for_later_are_computed_from_records_without_a_run(tmp_path: Path) -> None:
    made(tmp_path, records=True, by=["age"])
    end = made(tmp_path, records=True, by=["age", "vulnerable", "community"])
    assert (end.made, end.measured_again, end.complete) == (0, 4, True)
    assert_is_wanted(groups_in(tmp_path), "age", "vulnerable", "community")


def test_groups_asked_for_later_without_records_are_run_again_and_nothing_is_lost(tmp_path: Path) -> None:
    made(tmp_path, by=["age"])
    with pytest.warns(Notice, match="lack a metric or a group"):
        end = made(tmp_path, by=["kind"])
    assert (end.made, end.complete) == (4, True)
    assert_is_wanted(groups_in(tmp_path), "kind")
    again = made(tmp_path, by=["age", "kind"])
    assert again.made == 0, "what an earlier plan asked for is still there"
    assert_is_wanted(groups_in(tmp_path), "age", "kind")


def test_years_are_kept_as_groups_and_made_again_where_records_do_not_show_them(tmp_path: Path) -> None:
    """A year is seen on its own last day: what a longer run left behind does not show it."""
    two_years: dict[str, Any] = {"days": 730, "scenarios": ["services"], "replications": 1, "records": True}
    assert made(tmp_path, **two_years, by=["age"]).made == 1
    assert made(tmp_path, **two_years, by=["year"]).made == 1
    found = groups_in(tmp_path).set_index(["group", "metric"])["value"]
    run = simulate(demo("services", **{"run.warm_up": 0}), seed=1, days=730, scale=SCALE)
    for year in (1, 2):
        for name in ("satisfaction", "trouble_days", "waste_share", "money_supplied"):
            assert found[str(year), name] == run.by_year.loc[year, name]
    assert made(tmp_path, **two_years, by=["year"]).made == 0


def test_communities_of_maps_drawn_anew_are_not_compared() -> None:
    with pytest.raises(InputError, match="by: community: each replication draws another map"):
        Experiment.from_dict(ASKED | {"by": ["community"], "replicate": "map"})


def test_an_experiment_by_years_needs_a_whole_one() -> None:
    with pytest.raises(InputError, match="by: year: runs have 70 days, and no year is over"):
        Experiment.from_dict(ASKED | {"by": ["year"]})


def test_a_sweep_that_asks_for_no_groups_takes_the_same_runs_and_keeps_what_is_there(tmp_path: Path) -> None:
    made(tmp_path, by=["age"])
    assert made(tmp_path).made == 0
    assert groups_in(tmp_path).empty
    assert made(tmp_path, by=["age"]).made == 0


@pytest.mark.parametrize("column", ["names", "numbers", "formulas"])
def test_damaged_groups_are_left_out_told_and_made_again(tmp_path: Path, column: str) -> None:
    made(tmp_path, by=["age"])
    before = groups_in(tmp_path)
    with sqlite3.connect(tmp_path / STORE) as db:
        key = db.execute("SELECT min(key) FROM by_group").fetchone()[0]
        other = "formulas" if column == "formulas" else f"(SELECT {column} FROM by_group WHERE key <> '{key}' LIMIT 1)"
        other = f"{other} || ' '" if column == "names" else f"{other} + 1" if column == "formulas" else other
        db.execute(f"UPDATE by_group SET {column} = {other} WHERE key = '{key}'")
    db.close()
    with Results(tmp_path) as results:
        assert results.status().done == 3
    if column != "formulas":  # groups of formulas that are not known are simply not there
        with pytest.warns(Notice, match="do not read as they were written"):
            assert len(groups_in(tmp_path)) == len(before) * 3 / 4
    with pytest.warns(Notice, match="taken out"):
        assert made(tmp_path, by=["age"]).made == 1
    pd.testing.assert_frame_equal(groups_in(tmp_path), before)


def test_a_store_from_before_there_were_groups_is_read_and_goes_on(tmp_path: Path) -> None:
    made(tmp_path)
    with sqlite3.connect(tmp_path / STORE) as db:
        db.executescript("DROP TABLE by_group; PRAGMA user_version = 3;")
    db.close()
    with Results(tmp_path) as results:
        assert len(results.runs()) == 4 and results.groups().empty and results.status().done == 4
    assert made(tmp_path).made == 0
    with pytest.warns(Notice, match="lack a metric or a group"):
        assert made(tmp_path, by=["age"]).made == 4
    assert_is_wanted(groups_in(tmp_path), "age")


def test_groups_are_taken_over_from_a_sweep_beside_it_that_has_them(tmp_path: Path) -> None:
    made(tmp_path / "with", by=["age", "kind"])
    made(tmp_path / "without")
    end = made(tmp_path / "new", reuse=True, by=["kind"])
    assert (end.made, end.reused) == (0, 4)
    assert_is_wanted(groups_in(tmp_path / "new"), "kind")
    other = made(tmp_path / "other", reuse=True, by=["channel"])
    assert (other.made, other.reused) == (4, 0)


def test_another_way_to_split_groups_measures_them_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sanfang.lab.sweeps import measuring, stored_plan
    from sanfang.lab.sweeps import sweep as sweep_module

    made(tmp_path, records=True, by=["age"])
    for module in (measuring, stored_plan, sweep_module):
        monkeypatch.setattr(module, "group_digests", lambda: {"by group": "another"})
    end = made(tmp_path, records=True, by=["age"])
    assert (end.made, end.measured_again) == (0, 4)
    assert made(tmp_path, records=True).measured_again == 0, "the district's own values are what they were"


def test_groups_are_exported_as_one_long_table(tmp_path: Path) -> None:
    made(tmp_path, by=["vulnerable", "channel"], metrics=["satisfaction", "withdrawn_rate"])
    with Results(tmp_path) as results:
        paths = results.export("csv", tmp_path / "csv") + results.export("parquet", tmp_path / "parquet")
    assert [path.name for path in paths] == ["runs.csv", "groups.csv", "runs.parquet", "groups.parquet"]
    found, parquet = pd.read_csv(paths[1], float_precision="round_trip"), pd.read_parquet(paths[3])
    assert list(found) == ["scenario", "point", "replication", "dimension", "group", "metric", "value", "n"]
    assert set(found["metric"]) == {"satisfaction", "withdrawn_rate"}
    assert set(found[found["dimension"] == "channel"]["metric"]) == {"withdrawn_rate"}
    nobody = found[found["n"] == 0]
    assert len(nobody) and nobody["value"].isna().all()
    np.testing.assert_array_equal(found["value"], parquet["value"])


def test_a_dimension_that_is_none_is_told_with_the_file_and_its_key() -> None:
    with pytest.raises(InputError, match=r'experiment: by = "domains": is no dimension.*did you mean .domain'):
        Experiment.from_dict(ASKED | {"by": ["domains"]})


def test_the_district_is_measured_as_it_would_be_without_groups() -> None:
    run = simulate(demo(), days=100, scale=SCALE)
    before = dict(run.metrics)
    run.by_group("community", "domain")
    from sanfang.metrics.catalogue import measure

    assert run.observation is not None
    groups_of(run.observation, ["kind"])
    after = measure(run.observation)
    assert {name: value for name, value in after.items() if value == value} == {
        name: value for name, value in before.items() if value == value
    }


def test_an_analysis_tells_who_gains_point_by_point(tmp_path: Path) -> None:
    made(tmp_path, by=["age", "community"], factors={"casework.relay_hours": {"values": [0.3, 0.5]}})
    result = CliRunner().invoke(app, ["analyse", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["gains"]
    assert {(row["point"], row["dimension"]) for row in rows} == {(p, d) for p in (0, 1) for d in ("age", "community")}
    shown = CliRunner().invoke(app, ["analyse", str(tmp_path), "--metric", "need_days_mean"])
    assert "Who gains, who loses" in shown.stdout and "by community, Days from arising to resolution" in shown.stdout
