"""An experiment file says what it means: what it runs is known, and it is the same wherever it is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from made_experiments import made, written
from sanfang import Scenario
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.experiment_file import ExperimentFile
from sanfang.scenario.content import experiment_names
from sanfang.scenario.errors import InputError

# --- What a file says ----------------------------------------------------------------------------------------


def test_defaults_are_those_of_a_comparison() -> None:
    experiment = Experiment.from_dict({"scenarios": ["before"]})
    assert (experiment.seed, experiment.scale, experiment.days, experiment.daily) == (1, 1.0, None, False)
    assert (experiment.metrics, experiment.baseline, experiment.source) == ((), "before", None)
    assert (experiment.replications.min, experiment.replications.max, experiment.replications.of) == (20, 20, "mean")
    assert (experiment.points(), experiment.dropped, experiment.settings_of({})) == ([{}], 0, {})
    assert experiment.scenario("before", {}) == Scenario.load("before")


def test_a_metric_that_is_named_twice_is_kept_once() -> None:
    names = ["backlog", "satisfaction", "backlog"]
    assert Experiment.from_dict({"scenarios": ["before"], "metrics": names}).metrics == ("backlog", "satisfaction")


def test_settings_and_district_hold_in_all_scenarios_and_the_policy_is_each_ones_own(here: Path) -> None:
    experiment = written(
        here, 'scenarios = ["before", "services"]\ndistrict = "demo"\n[settings]\n"tasks.load" = 0.5\nmind.ties = 2\n'
    )
    for label, base in experiment.bases.items():
        assert base == Scenario.load(label, district="demo").with_({"tasks.load": 0.5, "mind.ties": 2})
        assert base.origin("tasks.load").endswith("mine.toml: settings")


def test_a_scenario_at_a_point_has_the_points_values_and_says_so() -> None:
    experiment = made({"policy.authority": [0.5], "casework.bounce": [0.1, 0.3]})
    point = {"policy.authority": 0.5, "casework.bounce": 0.3}
    assert point in experiment.points()
    scenario = experiment.scenario("three-devolutions", point)
    assert scenario == Scenario.load("three-devolutions").with_(point)
    assert scenario.origin("casework.bounce") == "design"


def test_keys_need_no_quotes(here: Path) -> None:
    quoted = written(
        here, 'scenarios = ["before"]\n[settings]\n"mind.ties" = 2\n[factors]\n"tasks.load" = [0.3, 0.4]\n'
    )
    plain = written(
        here, 'scenarios = ["before"]\nsettings.mind.ties = 2\n[factors.tasks]\nload = [0.3, 0.4]\n', "plain.toml"
    )
    assert plain.points() == quoted.points() == [{"tasks.load": 0.3}, {"tasks.load": 0.4}]
    assert plain.digest() == quoted.digest()


def test_a_parameter_without_more_runs_over_its_declared_range() -> None:
    (factor,) = made({"casework.bounce": {}}, design={"kind": "latin-hypercube", "samples": 3}).factors
    assert (factor.low, factor.high, factor.distribution) == (0.0, 0.95, "uniform")


def test_words_lists_and_schedules_are_values() -> None:
    schedule = [[0, 0.0], [180, 1.0]]
    experiment = made(
        {
            "policy.authority": [0, schedule],
            "policy.service_scope": [["care", "certificates"], 1.0],
            "domains.care.hours_distribution": ["lognormal", "deterministic"],
        }
    )
    experiment.check_points()
    last = experiment.points()[3]
    assert last["policy.service_scope"] == 1.0 and last["policy.authority"] == schedule
    assert experiment.scenario("before", last).policy.authority == ((0, 0.0), (180, 1.0))


def test_a_factor_can_set_several_parameters_in_proportion() -> None:
    package = {"sets": {"policy.authority": 1.0, "policy.triage": 0.5, "mind.ties": 4}, "values": [0, 0.5, 1]}
    experiment = made({"package": package})
    assert experiment.settings_of({"package": 0.5}) == {"mind.ties": 2, "policy.authority": 0.5, "policy.triage": 0.25}
    assert experiment.settings_of({"package": None}) == {}
    (factor,) = made({"package": {"sets": {"policy.triage": 1}}}, design={"kind": "fractional"}).factors
    assert factor.at([0, 1]) == [0.0, 1.0], "from nothing to all if no more is said"


def test_an_overlay_sets_what_the_scenario_file_itself_sets(here: Path) -> None:
    experiment = made({"services": {"overlay": "services", "values": [0, 1]}})
    names = {"one_window", "self_service", "service_scope", "market_services", "social_organisations"}
    assert experiment.settings_of({"services": 1}) == {f"policy.{name}": 1.0 for name in names}
    before, point = Scenario.load("before"), {"services": 1}
    assert experiment.scenario("before", point).policy == Scenario.load("services").policy
    assert experiment.scenario("before", {"services": 0}).policy == before.policy
    text = 'extends = "services"\n[policy]\ntriage = 0.5\nauthority = [[0, 0], [100, 0.8]]\ntailoring = 0\n'
    (here / "own.toml").write_text(text)
    own = written(here, 'scenarios = ["before"]\n[factors.own]\noverlay = "own.toml"\nvalues = [0.5]\n')
    assert own.settings_of({"own": 0.5}) == {"policy.triage": 0.25, "policy.authority": [[0, 0.0], [100, 0.4]]}


def test_paths_are_relative_to_the_file(here: Path) -> None:
    (here / "deep").mkdir()
    (here / "deep" / "local.toml").write_text('extends = "before"\n[policy]\ntriage = 1\n')
    (here / "deep" / "points.csv").write_text("policy.authority,casework.bounce\n0.5,0.1\n1,\n")
    text = 'scenarios = ["before", "./local.toml"]\n[design]\nkind = "table"\nfile = "points.csv"\n'
    experiment = written(here, text, "deep/mine.toml")
    assert list(experiment.bases) == ["before", "local"]
    assert experiment.points() == [
        {"casework.bounce": 0.1, "policy.authority": 0.5},
        {"casework.bounce": None, "policy.authority": 1},
    ]
    assert experiment.settings_of(experiment.points()[1]) == {"policy.authority": 1}


def test_a_table_may_move_packages(here: Path) -> None:
    points = [{"services": 1, "policy.authority": 0.5}, {"services": 0}]
    experiment = made({"services": {"overlay": "services"}}, design={"kind": "table", "points": points})
    assert experiment.points() == [
        {"policy.authority": 0.5, "services": 1},
        {"policy.authority": None, "services": 0},
    ]


def test_experiments_are_found_by_name_in_folders_below_and_by_path(here: Path) -> None:
    written(here, 'scenarios = ["before"]\n', "experiments/mechanisms/F1a.toml")
    assert Experiment.load("mechanisms/F1a").name == "F1a"
    assert Experiment.load("mechanisms/F1a") == Experiment.load("experiments/mechanisms/F1a.toml")
    assert "mechanisms/F1a" in experiment_names()
    with pytest.raises(InputError, match=r"'F1a': no experiment of that name; did you mean 'mechanisms/F1a'\?"):
        Experiment.load("F1a")
    with pytest.raises(InputError, match=r"'headlin': no experiment of that name; did you mean 'headline'\?; exper"):
        Experiment.load("headlin")
    with pytest.raises(InputError, match=r"'no\.toml': no such file.*; experiments: .*headline"):
        Experiment.load("no.toml")


# --- Replications --------------------------------------------------------------------------------------------


def test_a_number_of_replications_is_fixed() -> None:
    rule = made(replications=7).replications
    assert (rule.min, rule.max, rule.fixed, rule.metric) == (7, 7, True, None)


def test_a_rule_of_replications_has_sensible_defaults() -> None:
    rule = made(replications={"min": 24, "max": 100, "metric": "satisfaction", "half_width": 0.002}).replications
    assert (rule.step, rule.of, rule.fixed, rule.relative) == (2, "difference", False, None)
    few = {"min": 2, "max": 9, "metric": "backlog", "relative": 0.1}
    alone = Experiment.from_dict({"scenarios": ["before"], "replications": few}).replications
    assert (alone.step, alone.of) == (1, "mean")


# --- Identity ------------------------------------------------------------------------------------------------

FULL_DOCUMENT: dict[str, Any] = {
    "name": "one",
    "label_en": "One",
    "description": "Why",
    "scenarios": ["before", "three-devolutions"],
    "district": "demo",
    "days": 100,
    "scale": 0.5,
    "seed": 3,
    "metrics": ["satisfaction", "backlog"],
    "settings": {"mind.ties": 2},
    "replications": {"min": 4, "max": 20, "metric": "backlog", "relative": 0.1},
    "design": {"kind": "latin-hypercube", "samples": 5},
    "factors": {
        "tasks.load": {"distribution": "triangular", "low": 0.2, "mode": 0.4, "high": 0.6},
        "policy.authority": [0, 0.5, 1],
        "services": {"overlay": "services"},
        "package": {"sets": {"policy.triage": 1.0}, "values": [0, 1]},
    },
    "constraints": ["tasks.load > 0.1"],
}


def test_a_saved_experiment_loads_to_an_equal_one(here: Path) -> None:
    experiment = Experiment.from_dict(FULL_DOCUMENT)
    from_json = Experiment.from_dict(json.loads(json.dumps(experiment.to_dict())))
    from_toml = written(here, tomli_w.dumps(experiment.to_dict()))
    for other in (from_json, from_toml):
        assert other == experiment
        assert hash(other) == hash(experiment)
        assert other.digest() == experiment.digest()
        assert other.points() == experiment.points()


def test_a_saved_experiment_finds_its_files_from_anywhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "local.toml").write_text('extends = "before"\n')
    (here / "points.csv").write_text("policy.authority\n0.5\n")
    text = 'scenarios = ["./local.toml"]\n[design]\nkind = "table"\nfile = "points.csv"\n'
    experiment = written(here, text)
    (here / "points.csv").unlink()
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    assert Experiment.from_dict(experiment.to_dict()).digest() == experiment.digest()


def test_the_order_of_factors_and_what_is_only_said_or_kept_do_not_change_the_digest() -> None:
    first = Experiment.from_dict(FULL_DOCUMENT)
    turned = {"factors": dict(reversed(FULL_DOCUMENT["factors"].items()))}
    assert Experiment.from_dict(FULL_DOCUMENT | turned).points() == first.points()
    for change in (
        turned,
        {"name": "two"},
        {"label_en": "Two"},
        {"label_zh": "二"},
        {"description": ""},
        {"metrics": ["backlog"]},
        {"daily": True},
        {"baseline": "before"},
        {"constraints": ["tasks.load>0.1", "tasks.load > 0.1"]},
        {"factors": FULL_DOCUMENT["factors"] | {"policy.authority": {"values": [0.0, 0.5, 1.0]}}},
    ):
        assert Experiment.from_dict(FULL_DOCUMENT | change).digest() == first.digest(), change


def test_everything_that_decides_the_runs_changes_the_digest() -> None:
    changes: list[dict[str, Any]] = [
        {"scenarios": ["before", "services"]},
        {"baseline": "three-devolutions"},
        {"district": "licang"},
        {"days": 101},
        {"scale": 0.4},
        {"seed": 4},
        {"settings": {"mind.ties": 4}},
        {"replications": 4},
        {"replications": {"min": 4, "max": 20, "metric": "backlog", "relative": 0.2}},
        {"design": {"kind": "latin-hypercube", "samples": 6}},
        {"design": {"kind": "latin-hypercube", "samples": 5, "seed": 4}},
        {"factors": FULL_DOCUMENT["factors"] | {"policy.authority": [0, 1]}},
        {"factors": FULL_DOCUMENT["factors"] | {"services": {"overlay": "resources"}}},
        {"constraints": ["tasks.load > 0.2"]},
    ]
    digests = [Experiment.from_dict(FULL_DOCUMENT | change).digest() for change in [{}, *changes]]
    assert len(set(digests)) == len(digests)


def test_an_own_seed_of_the_design_that_equals_the_experiments_changes_nothing() -> None:
    first = Experiment.from_dict(FULL_DOCUMENT)
    same = Experiment.from_dict(FULL_DOCUMENT | {"design": {"kind": "latin-hypercube", "samples": 5, "seed": 3}})
    assert (same.points(), same.digest()) == (first.points(), first.digest())


def test_the_schema_knows_every_key_and_describes_it() -> None:
    schema = Experiment.schema()
    assert set(schema["properties"]) == set(ExperimentFile.model_fields)
    assert [name for name, key in schema["properties"].items() if not key.get("description")] == []
    assert schema["additionalProperties"] is False


def test_reading_an_experiment_loads_neither_pandas_nor_salib() -> None:
    code = (
        "import sys\nfrom sanfang.lab.experiments.experiment import Experiment\n"
        "early = {'numba', 'mesa', 'scipy', 'pandas', 'SALib'} & set(sys.modules)\n"
        "Experiment.load('screening')\n"
        "sys.exit(f'{early}' if early or {'numba', 'mesa', 'pandas', 'SALib'} & set(sys.modules) else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
