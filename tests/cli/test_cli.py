"""The command line: exit status, one JSON document on standard output, nothing written on wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sanfang
from command_lines import call

pytestmark = pytest.mark.usefixtures("made_up_simulation")


@pytest.fixture
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two scenario files in a folder of their own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("one.toml").write_text('name = "one"\n', "utf-8")
    Path("two.toml").write_text('name = "two"\n[policy]\nauthority = 1.0\n', "utf-8")
    Path("bad.toml").write_text('name = "bad"\n[policy]\nauthority = 0.666\n', "utf-8")
    return ["one.toml", "two.toml"]


def only(document: str) -> dict:
    """The one JSON document; NaN would not be JSON."""
    found = json.loads(document, parse_constant=pytest.fail)
    assert isinstance(found, dict)
    return found


def test_run_prints_metrics_with_units_and_the_ledger(scenarios: list[str]) -> None:
    result = call("run", scenarios[1])
    assert result.exit_code == 0, result.output
    assert "Satisfaction of residents" in result.stdout
    assert "calendar days" in result.stdout
    assert "rework" in result.stdout and "40.0%" in result.stdout
    assert result.stderr == ""


def test_run_json_is_one_document_with_null_for_nan(scenarios: list[str]) -> None:
    result = call("run", scenarios[0], "--json", "--seed", "4", "--scale", "0.5", "--set", "policy.authority=1")
    document = only(result.stdout)
    assert document["metrics"]["resolution_days_p90"] is None
    assert document["metrics"]["hours_supplied"] == 500
    assert (document["seed"], document["scale"]) == (4, 0.5)


def test_run_saves_its_tables(scenarios: list[str], tmp_path: Path) -> None:
    result = call("run", scenarios[0], "--out", "made", "--keep-requests")
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "made").iterdir()}
    assert names == {"metrics.json", "daily.csv", "ledger.csv", "requests.csv", "saved.json"}
    assert "Saved in made" in result.stdout


def test_compare_prints_and_saves(scenarios: list[str], tmp_path: Path) -> None:
    result = call("compare", *scenarios, "--reps", "3", "--jobs", "1", "--out", "made", "--baseline", "two.toml")
    assert result.exit_code == 0, result.output
    assert "-0.100" in result.stdout
    assert "equal in all scenarios" in result.stdout
    assert "comparison.png" in result.stdout
    assert len(list((tmp_path / "made").iterdir())) == 8


def test_compare_json_is_one_document(scenarios: list[str]) -> None:
    document = only(call("compare", *scenarios, "--reps", "1", "--json").stdout)
    assert document["differences"][0]["difference"] == pytest.approx(0.1)
    assert document["differences"][0]["low"] is None
    assert document["baseline"] == "one"


WRONG = {
    "no such scenario": ["run", "nowhere-at-all"],
    "misspelt key": ["run", "one.toml", "--set", "policy.autority=1"],
    "value out of range": ["run", "one.toml", "--set", "policy.authority=2"],
    "days": ["run", "one.toml", "--days", "0"],
    "too many days": ["run", "one.toml", "--days", "3651"],
    "scale of zero": ["run", "one.toml", "--scale", "0"],
    "scale above one": ["run", "one.toml", "--scale", "1.5"],
    "scale that is no number": ["run", "one.toml", "--scale", "nan"],
    "requests without a folder": ["run", "one.toml", "--keep-requests"],
    "folder that is a file": ["run", "one.toml", "--out", "one.toml"],
    "reps": ["compare", "one.toml", "two.toml", "--reps", "0"],
    "jobs": ["compare", "one.toml", "two.toml", "--jobs", "0"],
    "baseline": ["compare", "one.toml", "two.toml", "--baseline", "three"],
    "no scenarios": ["compare"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_wrong_input_ends_with_status_2_and_writes_nothing(
    arguments: list[str], scenarios: list[str], tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    extra = [] if "--out" in arguments or "--keep-requests" in arguments else ["--out", "made"]
    result = call(*arguments, *extra, "--json")
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip()) > 10
    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_that_fails_ends_with_status_1_and_is_named(scenarios: list[str]) -> None:
    result = call("compare", "one.toml", "bad.toml", "--reps", "1", "--jobs", "1")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "error: the run of scenario 'bad' with seed 1 failed: ZeroDivisionError: made up" in result.stderr


def test_version_is_printed() -> None:
    assert call("--version").stdout.strip() == sanfang.__version__
