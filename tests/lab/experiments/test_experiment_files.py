"""Experiment files say what they mean: what they run is known, and every wrong one ends in one clear message."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from sanfang import Scenario
from sanfang.lab.experiments.designs import KINDS
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.experiment_file import ExperimentFile, ReplicationRule
from sanfang.lab.experiments.factor_spec import FactorSpec
from sanfang.scenario.catalogue import levers
from sanfang.scenario.content import experiment_names
from sanfang.scenario.errors import InputError

REPOSITORY = Path(__file__).resolve().parents[3]
TWO = {"scenarios": ["before", "three-devolutions"]}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(factors: dict[str, Any] | None = None, **keys: Any) -> Experiment:
    return Experiment.from_dict(TWO | keys | ({"factors": factors} if factors else {}))


def written(folder: Path, text: str, name: str = "mine.toml") -> Experiment:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return Experiment.load(folder / name)


# --- The experiments of this repository -------------------------------------------------------------------


@pytest.mark.parametrize("name", experiment_names())
def test_an_experiment_of_the_repository_is_right_at_every_point(name: str) -> None:
    experiment = Experiment.load(name)
    experiment.check_points()
    assert experiment.label_en and experiment.label_zh and experiment.description, "it says what it is for"


def test_the_headline_is_the_comparison_that_the_demo_makes() -> None:
    demo = (REPOSITORY / "Makefile").read_text("utf-8").partition("sanfang compare ")[2].partition("--out")[0].split()
    experiment = Experiment.load("headline")
    assert list(experiment.bases) == [word for word in demo[: demo.index("--district")] if word != "\\"]
    assert (experiment.baseline, experiment.scale, experiment.days) == ("before", 0.1, 365)
    assert experiment.replications.fixed and experiment.replications.min == 20
    assert experiment.points() == [{}]


def test_the_screening_moves_every_lever() -> None:
    assert {factor.name for factor in Experiment.load("screening").factors} == {
        lever.path for lever in levers(extensions=False)
    }


def test_the_assumptions_move_no_lever() -> None:
    assert not [one.name for one in Experiment.load("assumptions").factors if one.name.startswith("policy")]


def test_the_number_of_runs_is_told_right_in_the_list_of_experiments() -> None:
    page = (REPOSITORY / "experiments" / "README.md").read_text("utf-8")
    told = dict(re.findall(r"\]\((\S+)\.toml\).*?([\d,]+) \|$", page, flags=re.MULTILINE))
    for name in (name for name in experiment_names() if "/" not in name):
        one = Experiment.load(name)
        runs = len(one.points()) * len(one.bases) * one.replications.max
        assert told[name] == f"{runs:,}", name


# --- The manual -------------------------------------------------------------------------------------------

MANUAL = (REPOSITORY / "docs" / "experiments.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", MANUAL, flags=re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_manual_is_right_at_every_point(here: Path, example: str) -> None:
    written(here, example).check_points()


def test_a_factor_of_the_manual_is_right() -> None:
    rows = re.findall(r"^\| `(\".+? = .+?)` \|", MANUAL, flags=re.MULTILINE)
    assert len(rows) >= 7
    for row in rows:
        text = re.sub(r", steps = \d+", "", row)
        document = {"scenarios": ["before"], "design": {"kind": "latin-hypercube", "samples": 4}}
        Experiment.from_dict(document | {"factors": tomllib.loads(text)}).check_points()


def test_the_manual_tells_every_key_and_kind() -> None:
    sections = [ExperimentFile, ReplicationRule, FactorSpec, *KINDS.values()]
    keys = {key for section in sections for key in section.model_fields} | set(KINDS)
    assert sorted(key for key in keys if not re.search(rf"(`|\b){key}\b", MANUAL)) == []


# --- What a file says -------------------------------------------------------------------------------------


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


# --- Replications -----------------------------------------------------------------------------------------


def test_a_number_of_replications_is_fixed() -> None:
    rule = made(replications=7).replications
    assert (rule.min, rule.max, rule.fixed, rule.metric) == (7, 7, True, None)


def test_a_rule_of_replications_has_sensible_defaults() -> None:
    rule = made(replications={"min": 24, "max": 100, "metric": "satisfaction", "half_width": 0.002}).replications
    assert (rule.step, rule.of, rule.fixed, rule.relative) == (2, "difference", False, None)
    few = {"min": 2, "max": 9, "metric": "backlog", "relative": 0.1}
    alone = Experiment.from_dict({"scenarios": ["before"], "replications": few}).replications
    assert (alone.step, alone.of) == (1, "mean")


# --- Constraints ------------------------------------------------------------------------------------------


def kept(constraints: list[str], **factors: list[Any]) -> list[tuple[Any, ...]]:
    names = {"a": "policy.authority", "c": "policy.clear_lists"}
    experiment = made({names[key]: values for key, values in factors.items()}, constraints=constraints)
    return [tuple(point.values()) for point in experiment.points()]


@pytest.mark.parametrize(
    ("constraint", "passes"),
    [
        ("policy.authority <= policy.clear_lists", lambda a, c: a <= c),
        ("policy.authority + policy.clear_lists < 0.9", lambda a, c: a + c < 0.9),
        ("0.2 < policy.authority <= 0.6", lambda a, c: 0.2 < a <= 0.6),
        ("policy.authority == 0 or not policy.clear_lists > 0.5", lambda a, c: a == 0 or not c > 0.5),
        ("max(policy.authority, policy.clear_lists) >= 0.5 and abs(-1) == 1", lambda a, c: max(a, c) >= 0.5),
    ],
)
def test_points_that_break_a_constraint_are_dropped(constraint: str, passes: Callable[..., bool]) -> None:
    levels = [0, 0.25, 0.5, 1]
    expected = [(a, c) for a in levels for c in levels if passes(a, c)]
    assert 0 < len(expected) < 16
    experiment = made({"policy.authority": levels, "policy.clear_lists": levels}, constraints=[constraint])
    assert [tuple(point.values()) for point in experiment.points()] == expected
    assert experiment.dropped == 16 - len(expected)
    assert len(experiment.unit_points()) == len(expected)


TENTHS = {"low": 0, "high": 1, "steps": 11}


@pytest.mark.parametrize(
    ("constraint", "passes"),
    [
        ("policy.authority + policy.clear_lists <= 0.3", lambda a, c: a + c <= 3),
        ("policy.authority + policy.clear_lists < 0.3", lambda a, c: a + c < 3),
        ("policy.authority + policy.clear_lists == 0.3", lambda a, c: a + c == 3),
        ("policy.authority + policy.clear_lists != 0.3", lambda a, c: a + c != 3),
        ("policy.authority - policy.clear_lists >= 0.1", lambda a, c: a - c >= 1),
        ("0.3 - policy.authority - policy.clear_lists >= 0", lambda a, c: 3 - a - c >= 0),
        ("policy.authority * 3 > policy.clear_lists", lambda a, c: 3 * a > c),
        ("abs(policy.authority - policy.clear_lists) > 0.1", lambda a, c: abs(a - c) > 1),
        ("max(policy.authority, policy.clear_lists) - 0.1 <= 0.2", lambda a, c: max(a, c) <= 3),
    ],
)
def test_sums_of_tenths_count_as_on_paper(constraint: str, passes: Callable[..., bool]) -> None:
    """Counted in whole tenths: the computer's own 0.1 + 0.2 is above 0.3."""
    experiment = made({"policy.authority": TENTHS, "policy.clear_lists": TENTHS}, constraints=[constraint])
    points = [tuple(round(10 * value) for value in point.values()) for point in experiment.points()]
    assert points == [(a, c) for a in range(11) for c in range(11) if passes(a, c)]


def test_three_thirds_are_one() -> None:
    thirds = {"low": 0, "high": 1, "steps": 4}
    experiment = made({"policy.authority": thirds}, constraints=["policy.authority * 1.5 <= 1"])
    assert len(experiment.points()) == 3, "0, 1/3 and 2/3, which is written 0.666666666667"


def test_a_division_by_what_should_be_zero_has_no_answer() -> None:
    with pytest.raises(InputError, match=r"has no answer at policy.authority = 0.3: division by zero"):
        made({"policy.authority": [0.3]}, constraints=["1 / (0.1 + 0.2 - policy.authority) > 1"]).points()


def test_a_package_of_schedules_has_levels_as_on_paper() -> None:
    package = {"sets": {"policy.authority": [[0, 0.1]]}, "values": [3.0]}
    experiment = made({"package": package})
    assert experiment.settings_of({"package": 3.0}) == {"policy.authority": [[0, 0.3]]}


def test_all_constraints_must_hold() -> None:
    both = ["policy.authority >= 0.5", "policy.clear_lists >= 0.5"]
    assert kept(both, a=[0, 0.5, 1], c=[0, 1]) == [(0.5, 1), (1, 1)]


def test_a_factor_that_a_point_leaves_alone_counts_as_the_baseline_has_it() -> None:
    experiment = made(
        {"policy.authority": [0.2, 0.8], "casework.bounce": [0.1, 0.5]},
        design={"kind": "one-at-a-time"},
        constraints=["policy.authority + casework.bounce < 0.9"],
    )
    assert Scenario.load("before").casework.bounce == 0.2, "with it an authority of 0.8 is too much"
    moved = [{name: value for name, value in point.items() if value is not None} for point in experiment.points()]
    assert moved == [{}, {"casework.bounce": 0.1}, {"casework.bounce": 0.5}, {"policy.authority": 0.2}]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__ == 1",
        "[a for a in (1, 2)] == 1",
        "(lambda: 1)() == 1",
        "open('x') == 1",
        "policy.authority.__class__ == 1",
        "2 ** 9 ** 9 ** 9 > policy.authority",
        "policy.authority in [1]",
        "f'{policy.authority}' == 1",
    ],
)
def test_a_constraint_runs_nothing(text: str) -> None:
    with pytest.raises(InputError, match="constraints: "):
        made({"policy.authority": [0, 1]}, constraints=[text])


# --- Identity ---------------------------------------------------------------------------------------------

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


# --- What a user is told ----------------------------------------------------------------------------------

RULE = "[replications]\nmin = 4\nmax = 9\nmetric = 'backlog'\n"
LATIN = "[design]\nkind = 'latin-hypercube'\nsamples = 4\n"
WRONG: dict[str, tuple[str, str]] = {
    "no scenarios": ("seed = 1", "scenarios: is missing"),
    "scenarios empty": ("scenarios = []", "scenarios: must not be empty"),
    "scenarios one word": ('scenarios = "before"', 'scenarios = "before": must be a list'),
    "unknown scenario": (
        'scenarios = ["befor"]',
        "scenarios: 'befor': no scenario of that name; did you mean 'before'?",
    ),
    "one scenario twice": (
        'scenarios = ["before", "before"]',
        "scenarios: before and before both have the name 'before'; give one another name",
    ),
    "unknown district": ('district = "lican"', "'lican': no district of that name; did you mean 'licang'?"),
    "unknown baseline": ('baseline = "bfore"', 'baseline = "bfore": is none of the scenarios before, services; did'),
    "unknown key": ("replicatons = 5", "replicatons = 5: unknown key; did you mean 'replications'?"),
    "unknown key without a like": ("zzz = 5", "zzz = 5: unknown key; known here: name, label_en"),
    "days of zero": ("days = 0", "days = 0: must be at least 1"),
    "too many days": ("days = 9999", "days = 9999: must be at most 3650"),
    "days not whole": ("days = 2.5", "days = 2.5: must be a whole number"),
    "scale": ("scale = 0", "scale = 0: must be above 0"),
    "scale true": ("scale = true", "scale = true: must be a number"),
    "seed": ("seed = -1", "seed = -1: must be at least 0"),
    "daily": ('daily = "yes"', 'daily = "yes": must be true or false'),
    "label": ("label_en = 3", "label_en = 3: must be text in quotes"),
    "several problems": ("days = 0\nscale = 2", "days = 0: must be at least 1 (and 1 more problem)"),
    "unknown metric": (
        'metrics = ["satisfacton"]',
        "metrics = \"satisfacton\": is not a metric; did you mean 'satisfaction'?",
    ),
    "unknown setting": (
        "[settings]\n'policy.authorty' = 1",
        "policy.authorty = 1: unknown key; did you mean 'authority'?",
    ),
    "setting out of range": ("[settings]\n'tasks.load' = 9", "tasks.load = 9: must be a number from 0 to 1.5"),
    "key below a table": ("[settings]\nconstraints = []", "settings.constraints: belongs to the experiment itself"),
    "key below factors": (
        "[factors]\nconstraints = []",
        "factors.constraints: belongs to the experiment itself: write",
    ),
    "key below design": (
        "[design]\nconstraints = []",
        "design.constraints: belongs to the experiment itself: write it",
    ),
    # Replications
    "no replications": ("replications = 0", "replications.min = 0: must be at least 1"),
    "replications in words": ('replications = "many"', 'replications = "many": must be a table of keys'),
    "min above max": ("replications = { min = 5, max = 4 }", "replications: min = 5 must not be above max = 4"),
    "one replication": ("[replications]\nmin = 1\nmax = 4", "replications: min must be at least 2, since one"),
    "no metric": ("[replications]\nmin = 2\nmax = 4", "replications: metric is missing"),
    "no width": (RULE, "replications: needs half_width or relative, and not both"),
    "two widths": (RULE + "half_width = 1\nrelative = 0.1", "replications: needs half_width or relative, and not both"),
    "width of zero": (RULE + "half_width = 0", "replications.half_width = 0: must be above 0"),
    "unknown metric of the rule": (
        RULE.replace("backlog", "backlg") + "relative = 0.1",
        "replications.metric = \"backlg\": is not a metric; did you mean 'backlog'?",
    ),
    "metric that is not kept": (
        "metrics = ['satisfaction']\n" + RULE + "relative = 0.1",
        'replications.metric = "backlog": is not among metrics',
    ),
    "unknown of": (
        RULE + "relative = 0.1\nof = 'means'",
        "replications.of = \"means\": must be one of mean, difference; did you mean 'mean'?",
    ),
    "difference of one": (
        "scenarios = ['before']\n" + RULE + "relative = 0.1\nof = 'difference'",
        'replications.of = "difference": needs at least two scenarios',
    ),
    "unknown key of replications": (
        RULE + "halfwidth = 1",
        "replications.halfwidth = 1: unknown key; did you mean 'half_width'?",
    ),
    # Design
    "unknown kind": (
        "[design]\nkind = 'latin-hypercub'",
        'design.kind = "latin-hypercub": must be one of full, fractional, latin-hypercube, sobol, morris, '
        "one-at-a-time, table; did you mean 'latin-hypercube'?",
    ),
    "key of another kind": (
        "[design]\nkind = 'full'\nsamples = 5",
        'design.samples = 5: is not used by a design of kind "full", which takes kind',
    ),
    "unknown key of a design": (
        "[design]\nkind = 'sobol'\nsamples = 4\nsecond_ordr = true",
        "design.second_ordr = true: unknown key; did you mean 'second_order'?",
    ),
    "design without samples": ("[design]\nkind = 'sobol'", "design.samples: is missing"),
    "no power of 2": (
        "[design]\nkind = 'sobol'\nsamples = 12\n[factors]\n'tasks.load' = {}",
        "design.samples = 12: must be a power of 2, such as 8 or 16",
    ),
    "odd levels": ("[design]\nkind = 'morris'\nlevels = 5", "design.levels = 5: must be a multiple of 2"),
    "design without factors": (LATIN, 'factors: a design of kind "latin-hypercube" needs at least one'),
    "missing steps": (
        "[factors]\n'casework.bounce' = { low = 0.1, high = 0.5 }",
        "factors.casework.bounce: needs steps in a full design, or a list of values",
    ),
    "steps elsewhere": (
        LATIN + "[factors]\n'tasks.load' = { steps = 3 }",
        'factors.tasks.load: steps is not used by a design of kind "latin-hypercube"',
    ),
    "three levels in a fractional design": (
        "[design]\nkind = 'fractional'\n[factors]\n'policy.triage' = [0, 0.5, 1]",
        "factors.policy.triage: a fractional design takes two values, not 3",
    ),
    "no ends": (
        "[design]\nkind = 'morris'\n[factors]\n'tasks.load' = { distribution = 'normal', mean = 0.4, sd = 0.1 }",
        "factors.tasks.load: a normal distribution needs low and high in a design of kind",
    ),
    "too many points": (
        "[factors]\n" + "\n".join(f"'policy.{lever.name}' = {{ steps = 10 }}" for lever in levers()[:7]),
        "design: gives 10,000,000 points; at most 100,000",
    ),
    # Factors
    "unknown parameter": (
        "[factors]\n'policy.authorty' = [0, 1]",
        "factors.policy.authorty: is not a parameter; did you mean 'policy.authority'?",
    ),
    "unknown parameter without quotes": (
        "[factors]\npolicy.authorty = [0, 1]",
        "factors.policy.authorty: is not a parameter; did you mean 'policy.authority'?",
    ),
    "unknown domain": (
        "[factors]\n'domains.cre.hazard' = [0, 1]",
        "factors.domains.cre.hazard: there is no 'cre' in domains; did you mean 'care'?",
    ),
    "unknown community": (
        "[factors]\n'policy_by_community.c999.triage' = [0, 1]",
        "factors.policy_by_community.c999.triage: there is no 'c999' in policy_by_community",
    ),
    "value out of range": (
        "[factors]\n'policy.authority' = [0, 1.5]",
        "factors.policy.authority: policy.authority = 1.5: must be a number from 0 to 1",
    ),
    "value not whole": ("[factors]\n'mind.ties' = [2, 2.5]", "mind.ties = 2.5: must be a whole number from 0 to 10"),
    "unknown word": (
        "[factors]\n'domains.care.hours_distribution' = ['lognorml']",
        "must be one of lognormal, exponential, deterministic; did you mean 'lognormal'?",
    ),
    "schedule": ("[factors]\n'policy.triage' = [[[9, 0], [0, 1]]]", "a schedule's days must rise; day 0 follows day 9"),
    "end out of range": (
        LATIN + "[factors]\n'casework.bounce' = { high = 0.99 }",
        "factors.casework.bounce: casework.bounce = 0.99: must be a number from 0 to 0.95",
    ),
    "ends swapped": (
        LATIN + "[factors]\n'casework.bounce' = { low = 0.5, high = 0.1 }",
        "factors.casework.bounce: low = 0.5 must be below high = 0.1",
    ),
    "more steps than whole numbers": (
        "[factors]\n'mind.ties' = { low = 2, high = 4, steps = 5 }",
        "factors.mind.ties: steps = 5: there are only 3 whole numbers",
    ),
    "range of a word": (
        LATIN + "[factors]\n'domains.care.hours_distribution' = {}",
        "is one of lognormal, exponential, deterministic, not a number: give a list of values",
    ),
    "no values": ("[factors]\n'policy.triage' = []", "factors.policy.triage.values: must not be empty"),
    "one number": ("[factors]\n'policy.triage' = 1", "factors.policy.triage = 1: must be a table of keys"),
    "a value twice": ("[factors]\n'policy.triage' = [0, 1, 0]", "factors.policy.triage: names the value 0 twice"),
    "values and low": (
        "[factors]\n'policy.triage' = { values = [0, 1], low = 0 }",
        "factors.policy.triage: takes values or low, not both",
    ),
    "misspelt key of a factor": (
        LATIN + "[factors]\n'tasks.load' = { hgh = 0.5 }",
        "factors.tasks.load.hgh = 0.5: unknown key; did you mean 'high'?",
    ),
    "unknown distribution": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'lognormal' }",
        'factors.tasks.load.distribution = "lognormal": must be one of uniform, log-uniform, triangular, normal',
    ),
    "mode without triangle": (
        LATIN + "[factors]\n'tasks.load' = { mode = 0.5 }",
        "factors.tasks.load: mode is not used by a uniform distribution, which takes low, high",
    ),
    "triangle without mode": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'triangular' }",
        "factors.tasks.load: a triangular distribution needs mode",
    ),
    "mode outside": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'triangular', mode = 0.5, high = 0.4 }",
        "factors.tasks.load: mode = 0.5 must lie between low = 0.0 and high = 0.4",
    ),
    "logarithm of zero": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'log-uniform' }",
        "factors.tasks.load: low = 0.0 must be above 0 in a log-uniform distribution",
    ),
    "normal without sd": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'normal', mean = 0.5 }",
        "factors.tasks.load: a normal distribution needs sd",
    ),
    # Packages
    "sets and overlay": (
        "[factors.package]\nsets = { 'policy.triage' = 1 }\noverlay = 'services'",
        "factors.package: takes sets or overlay, not both",
    ),
    "package of an unknown parameter": (
        "[factors.package]\nsets = { 'policy.triag' = 1 }\nvalues = [0, 1]",
        "factors.package: 'policy.triag' is not a parameter; did you mean 'policy.triage'?",
    ),
    "package with the name of a section": (
        "[factors.'in kind']\nsets = { 'policy.triage' = 1 }\nvalues = [0, 1]",
        "factors.in kind: is no name for a factor that sets several parameters",
    ),
    "package of words": (
        "[factors.package]\nsets = { 'policy.service_scope' = ['care'] }\nvalues = [0, 1]",
        'factors.package: policy.service_scope = ["care"] is not a number that a value can be taken times',
    ),
    "level of a package": (
        "[factors.package]\nsets = { 'policy.triage' = 1 }\nvalues = [0, 'all']",
        'factors.package: the value "all" is not a number',
    ),
    "package out of range": (
        "[factors.package]\nsets = { 'policy.triage' = 0.8 }\nvalues = [0, 2]",
        "factors.package: policy.triage = 1.6: must be a number from 0 to 1",
    ),
    "overlay that does not exist": (
        "[factors.package]\noverlay = 'servces'\nvalues = [0, 1]",
        "factors.package: overlay: 'servces': no scenario of that name; did you mean 'services'?",
    ),
    "overlay that sets nothing": (
        "[factors.package]\noverlay = 'three-devolutions'\nvalues = [0, 1]",
        "this file sets no lever above 0 itself; name a file that sets levers, not one that only extends others",
    ),
    "two factors set the same": (
        "[factors]\n'policy.one_window' = [0, 1]\n[factors.package]\noverlay = 'services'\nvalues = [0, 1]",
        "factors.policy.one_window: sets policy.one_window, which factors.package sets as well",
    ),
    "a factor that is also fixed": (
        "[settings]\n'tasks.load' = 0.5\n[factors]\n'tasks.load' = [0.3, 0.4]",
        "factors.tasks.load: sets tasks.load, which settings sets as well",
    ),
    # Table
    "table without points": ("[design]\nkind = 'table'", "design: needs points or file, and not both"),
    "table with both": (
        "[design]\nkind = 'table'\nfile = 'points.csv'\npoints = [{ 'policy.triage' = 1 }]",
        "design: needs points or file, and not both",
    ),
    "file that does not exist": ("[design]\nkind = 'table'\nfile = 'no.csv'", "design.file: no.csv: cannot be read"),
    "ragged file": ("[design]\nkind = 'table'\nfile = 'ragged.csv'", "ragged.csv: point 2 has 1 values, not 2"),
    "file without points": ("[design]\nkind = 'table'\nfile = 'header.csv'", "header.csv: needs a first line of diff"),
    "unknown parameter in a table": (
        "[design]\nkind = 'table'\npoints = [{ 'policy.triag' = 1 }]",
        "factors.policy.triag: is not a parameter; did you mean 'policy.triage'?",
    ),
    "values beside a table": (
        "[design]\nkind = 'table'\npoints = [{ 'policy.triage' = 1 }]\n[factors]\n'policy.triage' = [0, 1]",
        "factors.policy.triage: takes sets or overlay alone here: the table of points gives the values",
    ),
    "factor that no point names": (
        "[design]\nkind = 'table'\npoints = [{ 'policy.triage' = 1 }]\n[factors.package]\noverlay = 'services'",
        "factors.package: no point of the table gives it a value",
    ),
    # Constraints
    "unknown factor in a constraint": (
        "constraints = ['policy.authorty < 1']\n[factors]\n'policy.authority' = [0, 1]",
        "constraints: policy.authorty < 1: 'policy.authorty' is no factor; did you mean 'policy.authority'?",
    ),
    "no comparison": (
        "constraints = ['policy.authority + 1']\n[factors]\n'policy.authority' = [0, 1]",
        "constraints: policy.authority + 1: is not a comparison such as policy.authority <= policy.clear_lists",
    ),
    "one equals sign": (
        "constraints = ['policy.authority = 1']\n[factors]\n'policy.authority' = [0, 1]",
        "constraints: policy.authority = 1: is not a comparison such as",
    ),
    "constraints of a balanced design": (
        "constraints = ['tasks.load < 0.5']\n[design]\nkind = 'morris'\n[factors]\n'tasks.load' = {}",
        'constraints: a design of kind "morris" would lose its balance if points were dropped',
    ),
    "not TOML": ("seed 1", "is not TOML"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_experiment_is_refused_with_file_key_value_and_what_is_allowed(here: Path, case: str) -> None:
    text, message = WRONG[case]
    (here / "points.csv").write_text("policy.triage\n1\n")
    (here / "ragged.csv").write_text("policy.triage,tasks.load\n1,0.5\n1\n")
    (here / "header.csv").write_text("policy.triage\n")
    start = "" if "scenarios" in text or case == "no scenarios" else 'scenarios = ["before", "services"]\n'
    (here / "wrong.toml").write_text(start + text, "utf-8")
    with pytest.raises(InputError) as told:
        Experiment.load("wrong.toml")
    assert str(told.value).startswith("wrong.toml: ")
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_an_impossible_point_is_told_with_its_factor_values() -> None:
    ages = {"district.share_elderly": [0.2, 0.6], "district.share_young": [0.1, 0.5]}
    with pytest.raises(InputError) as told:
        made(ages).check_points()
    assert "scenario 'before' at district.share_elderly = 0.6, district.share_young = 0.5: " in str(told.value)
    assert "together with district.share_young = 0.5 it is more than 1" in str(told.value)
    made(ages, constraints=["district.share_elderly + district.share_young <= 1"]).check_points()


def test_a_constraint_that_nothing_passes_or_that_has_no_answer_is_told() -> None:
    with pytest.raises(InputError, match="constraints: none of 2 points passes them"):
        made({"policy.authority": [0, 1]}, constraints=["policy.authority > 1"]).points()
    with pytest.raises(InputError, match=r"has no answer at policy\.authority = 0: .*division"):
        made({"policy.authority": [0, 1]}, constraints=["1 / policy.authority > 1"]).points()


@pytest.mark.parametrize("document", [[("scenarios", 1)], {}, {"scenarios": ["before"], 3: 1}])
def test_a_wrong_mapping_is_refused(document: Any) -> None:
    with pytest.raises(InputError, match=r"^experiment: "):
        Experiment.from_dict(document)
