"""Which scenario, district or experiment a name means: never another one in silence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.lab.comparison import compare
from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario import content
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
PILOT = 'extends = "before"\nname = "pilot"\npolicy.authority = {authority}\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pilot.toml").write_text(PILOT.format(authority=1.0))
    (tmp_path / "copy.toml").write_text(PILOT.format(authority=0.0))
    return tmp_path


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def compared(*arguments: str) -> dict[str, Any]:
    short = ["--district", "demo", "--reps", "2", "--jobs", "1", "--json"]
    result = invoke("compare", *arguments, *short)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def differences(document: dict[str, Any]) -> dict[str, float]:
    """Satisfaction minus the baseline's. The made-up runs give 0.1 for authority, and nothing else."""
    rows = [row for row in document["differences"] if row["metric"] == "satisfaction"]
    return {row["scenario"]: round(row["difference"], 12) for row in rows}


# --- Two scenarios of one name ------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up_simulation", "here")
def test_the_baseline_is_the_file_that_was_named_though_a_copy_kept_the_name_inside() -> None:
    document = compared("pilot.toml", "copy.toml", "--baseline", "copy.toml")
    assert document["baseline"] == "copy.toml"
    assert differences(document) == {"pilot.toml": 0.1}
    assert [one["label"] for one in document["scenarios"]] == ["pilot.toml", "copy.toml"]
    assert differences(compared("pilot.toml", "copy.toml", "--baseline", "pilot.toml")) == {"copy.toml": -0.1}


@pytest.mark.usefixtures("made_up_simulation", "here")
def test_that_scenarios_are_called_by_their_files_is_said() -> None:
    result = invoke("compare", "pilot.toml", "copy.toml", "--district", "demo", "--reps", "2", "--jobs", "1")
    assert "note: two scenarios have one name; they are called by their files" in result.stderr


@pytest.mark.usefixtures("made_up_simulation", "here")
def test_a_name_that_two_files_hold_is_no_baseline() -> None:
    result = invoke("compare", "pilot.toml", "copy.toml", "--baseline", "pilot", "--district", "demo")
    assert result.exit_code == 2
    assert "baseline: 'pilot' may be any of pilot.toml, copy.toml; give the file" in result.stderr


@pytest.mark.usefixtures("made_up_simulation")
def test_a_file_and_the_name_of_another_are_not_mixed_up(here: Path) -> None:
    (here / "mine.toml").write_text('extends = "before"\nname = "copy.toml"\npolicy.authority = 1.0\n')
    result = invoke("compare", "mine.toml", "copy.toml", "--baseline", "copy.toml", "--district", "demo")
    assert result.exit_code == 2
    assert "baseline: 'copy.toml' may be any of copy.toml, pilot; give the file" in result.stderr


@pytest.mark.usefixtures("made_up_simulation")
def test_a_copy_beside_the_shipped_scenario_is_told_apart_from_it(here: Path) -> None:
    (here / "before.toml").write_text('name = "before"\npolicy.authority = 1.0\n')
    assert differences(compared("before.toml", "before", "--baseline", "before")) == {"before.toml": 0.1}


@pytest.mark.usefixtures("made_up_simulation", "here")
@pytest.mark.parametrize("command", ["compare", "why"])
def test_one_file_given_twice_is_refused(command: str) -> None:
    result = invoke(command, "pilot.toml", "pilot.toml", "--district", "demo", "--reps", "2")
    assert result.exit_code == 2
    assert "'pilot.toml' is given twice" in result.stderr


@pytest.mark.usefixtures("made_up_simulation")
def test_in_python_a_name_of_two_is_no_baseline_and_labels_tell_them_apart() -> None:
    before = Scenario.load("before", district="demo")
    devolved = before.with_({"policy.authority": 1.0})
    with pytest.raises(InputError, match="baseline: several scenarios are called 'before'"):
        compare([devolved, before], reps=2, jobs=1, baseline="before")
    found = compare({"with": devolved, "without": before}, reps=2, jobs=1, baseline="without").differences
    satisfaction = found[found["metric"] == "satisfaction"]
    assert satisfaction["difference"].tolist() == pytest.approx([0.1])
    assert satisfaction["scenario"].tolist() == ["with"]


def test_an_experiment_says_which_two_files_have_one_name(here: Path) -> None:
    (here / "two.toml").write_text('scenarios = ["./pilot.toml", "./copy.toml"]\ndistrict = "demo"\n')
    with pytest.raises(InputError, match=r"\./pilot\.toml and \./copy\.toml both have the name 'pilot'"):
        Experiment.load("two.toml")


# --- A file of the working folder that hides a shipped one -------------------------------------------


def shadow(here: Path, inside: str, text: str = "", kind: str = "scenarios") -> None:
    """Put a changed copy of a shipped file into the working folder."""
    mine = here / kind / inside
    mine.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / kind / inside, mine)
    mine.write_text(mine.read_text("utf-8") + text, "utf-8")


USED = "note: {} in the working folder is used, not the shipped file of that name\n"


def test_a_scenario_that_hides_a_shipped_one_is_told_once(here: Path) -> None:
    shadow(here, "before.toml", "\n# mine\n")
    result = invoke("scenario", "validate", "before", "--district", "demo")
    assert result.stderr == USED.format("scenarios/before.toml")
    assert Scenario.load("before", "demo").notes == Scenario.load("before", "demo").with_({"run.days": 5}).notes


def test_a_scenario_that_another_extends_and_a_district_are_told_too(here: Path) -> None:
    shadow(here, "before.toml", "\n# mine\n")
    shadow(here, "districts/licang.toml", "\n# mine\n")
    result = invoke("scenario", "explain", "pilot.toml", "policy.authority", "--district", "licang")
    assert USED.format("scenarios/before.toml") in result.stderr
    assert USED.format("districts/licang.toml") in result.stderr
    document = invoke("scenario", "validate", "pilot.toml", "--district", "licang", "--json")
    assert len(json.loads(document.stdout)[0]["notes"]) == 2


def test_a_scenario_that_hides_a_district_is_told(here: Path) -> None:
    (here / "scenarios").mkdir()
    (here / "scenarios" / "demo.toml").write_text('extends = "before"\n')
    assert "scenarios/demo.toml in the working folder is used" in content.find_scenario("demo").note


def test_an_experiment_that_hides_a_shipped_one_is_told(here: Path) -> None:
    shadow(here, "demo-grid.toml", "\n# mine\n", kind="experiments")
    assert "experiments/demo-grid.toml in the working folder is used" in Experiment.load("demo-grid").notes[0]
    assert [note for note in content.hiding() if "demo-grid" in note]


def test_an_experiment_tells_of_its_scenarios(here: Path) -> None:
    shadow(here, "before.toml", "\n# mine\n")
    experiment = Experiment.from_dict({"scenarios": ["before"], "district": "demo"})
    assert experiment.notes == (
        "scenarios/before.toml in the working folder is used, not the shipped file of that name",
    )


def test_an_equal_copy_hides_nothing(here: Path) -> None:
    shadow(here, "before.toml")
    assert Scenario.load("before", "demo").notes == ()
    assert content.hiding() == []


def test_a_file_beside_the_one_that_extends_its_name_is_not_taken_in_silence(here: Path) -> None:
    (here / "before.toml").write_text("policy.authority = 0.5\n")
    scenario = Scenario.load("pilot.toml", "demo")
    assert scenario.notes == ("'before' is scenarios/before.toml, not the file of that name beside pilot.toml",)
