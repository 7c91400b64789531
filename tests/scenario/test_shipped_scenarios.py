"""The scenarios of this repository set what their names say, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sanfang import Scenario
from sanfang.scenario.catalogue import levers
from sanfang.scenario.reading import ABOUT

REPOSITORY = Path(__file__).resolve().parents[2]

GROUPS = {
    "before": set(),
    "resources": {"resources"},
    "services": {"services"},
    "management": {"management"},
    "unfunded": {"services", "management"},
    "three-devolutions": {"resources", "services", "management"},
    "precision": {"precision"},
    "refinement": {"refinement"},
    "two-refinements": {"precision", "refinement"},
    "three-devolutions-two-refinements": {"resources", "services", "management", "precision", "refinement"},
}

MECHANISMS = {
    "internal-resources": "internal_resources",
    "collaboration": "collaboration",
    "consultation": "consultation",
    "technology": "digital_platform",
}
"""Scenarios of one lever each."""

CASES = {"shangliu-jiayuan": "volunteers", "yanchuan-road": "contact_households"}
"""Scenarios of one lever in one community."""

KEPT_OFF = {"collective_income"}
"""Money from outside: off in every scenario that is compared on equal means."""


# --- The scenarios of this repository ------------------------------------------------------------------------


@pytest.mark.parametrize("name", GROUPS)
def test_a_scenario_sets_exactly_the_levers_of_its_groups(here: Path, name: str) -> None:
    policy = Scenario.load(name, district="small.toml").policy
    off = KEPT_OFF | ({"resources_follow_tasks"} if name == "unfunded" else set())
    expected = {lever.name: float(lever.group in GROUPS[name] and lever.name not in off) for lever in levers()}
    assert policy.model_dump() == expected


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_mechanism_s_scenario_sets_its_lever_alone(here: Path, name: str) -> None:
    policy = Scenario.load(name, district="small.toml").policy
    assert policy.model_dump() == {lever.name: float(lever.name == MECHANISMS[name]) for lever in levers()}


@pytest.mark.parametrize("name", CASES)
def test_a_case_s_scenario_sets_its_lever_in_one_community(here: Path, name: str) -> None:
    scenario = Scenario.load(name, district="small.toml")
    assert set(scenario.policy.model_dump().values()) == {0.0}
    assert [set(own.items()) for own in scenario.policy_by_community.values()] == [{(CASES[name], 1.0)}]


def test_every_scenario_of_the_repository_is_named_above() -> None:
    assert {path.stem for path in (REPOSITORY / "scenarios").glob("*.toml")} == {*GROUPS, *MECHANISMS, *CASES}


def test_scenarios_change_nothing_but_the_policy(here: Path) -> None:
    neutral = Scenario.load("small.toml").to_dict()
    for name in (*GROUPS, *MECHANISMS, *CASES):
        scenario = Scenario.load(name, district="small.toml").to_dict()
        changed = {key for key in neutral if scenario[key] != neutral[key]}
        assert changed <= {*ABOUT, "policy", "policy_by_community"}


def test_the_conditions_listed_in_before_are_those_declared(here: Path) -> None:
    before = Scenario.load("before", district="small.toml")
    lines = (REPOSITORY / "scenarios" / "before.toml").read_text(encoding="utf-8").splitlines()
    settings = [line.strip("# ").partition("#")[0].strip() for line in lines if line.startswith("#   ")]
    assert len(settings) == 13
    told = Scenario.load("before", district="small.toml", settings=settings)
    assert told == before


@pytest.mark.parametrize("name", ["licang", "demo"])
def test_the_districts_of_the_repository_carry_every_scenario(name: str) -> None:
    if not (REPOSITORY / "scenarios" / "districts" / f"{name}.toml").exists():
        pytest.skip("this district is not there yet")
    neutral = Scenario.load(name)
    assert neutral.name == name
    assert neutral.origin("district.population") == f"districts/{name}.toml"
    assert set(neutral.policy.model_dump().values()) == {0.0}
    for scenario in GROUPS:
        assert Scenario.load(scenario, district=name).digest()
