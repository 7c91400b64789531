"""What 0.1.0 left behind, kept in `data/first-edition`, is read, or refused in a sentence that says why."""

from __future__ import annotations

import math
import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sanfang import Scenario
from sanfang.cli.app import app
from sanfang.dashboard.address import LinkedWorld, read
from sanfang.model.kernel.worktime import working_days

HERE = Path(__file__).with_name("data") / "first-edition"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A copy of the store of eight runs."""
    shutil.copy(HERE / "sweep.sqlite", tmp_path)
    return tmp_path


def test_a_store_is_read_to_the_last_digit_and_says_what_it_lacks(store: Path) -> None:
    done = CliRunner().invoke(app, ["export", str(store), "--format", "csv"])
    assert done.exit_code == 0, done.output
    assert "no checksums" in done.output or "before stores had checksums" in done.output
    runs = pd.read_csv(store / "runs.csv")
    with sqlite3.connect(store / "sweep.sqlite") as plain:
        stored = [value for (value,) in plain.execute("SELECT satisfaction FROM runs")]
    assert sorted(runs["satisfaction"]) == sorted(stored) and len(stored) == 8
    assert CliRunner().invoke(app, ["analyse", str(store)]).exit_code == 0


def test_no_sweep_goes_on_in_a_store_that_has_no_checksums(store: Path) -> None:
    before = (store / "sweep.sqlite").read_bytes()
    done = CliRunner().invoke(app, ["sweep", str(HERE / "experiment.toml"), "--out", str(store)])
    assert done.exit_code == 2
    (line,) = [line for line in done.output.splitlines() if line.startswith("error: ")]
    assert "checksums" in line and "--out" in line
    assert (store / "sweep.sqlite").read_bytes() == before


def test_a_saved_scenario_means_what_it_meant() -> None:
    loaded = Scenario.load(HERE / "scenario.toml")
    assert (loaded.name, loaded.policy.authority, loaded.tasks.load) == ("three-devolutions", 0.5, 0.4)
    assert loaded.policy.one_window == 1.0 and loaded.run.warm_up == 90
    assert math.isclose(loaded.district.share_elderly, 0.2028)
    assert loaded.calendar.country == "none" and loaded.calendar.reference_year == 0
    assert working_days(loaded.calendar, 365).sum() == 243, "weekdays of 2025 but the 18 that it lists"


def test_a_link_opens_what_it_opened() -> None:
    link = "lang=en&district=demo&size=0.5&seed=7&days=200&day=40&a=three-devolutions"
    address, problems = read(f"{link}&a.levers=triage:0.5&a.moves=20:authority:0.25&b=before")
    assert problems == []
    assert (address.district, address.size, address.seed, address.days, address.day) == ("demo", 0.5, 7, 200, 40)
    reform = LinkedWorld("three-devolutions", (("triage", 0.5),), ((20, "authority", 0.25),))
    assert address.worlds == (reform, LinkedWorld("before"))
