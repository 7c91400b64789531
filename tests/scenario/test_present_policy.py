"""The present policy reaches all that follows from it, by whatever way it is said, and in whatever order."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario.errors import InputError
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

DISTRICT = 'extends = "demo"\n[district]\nname = "with-present"\n[present]\nauthority = 0.4\ntriage = 0.6\n'


def load(name: str, *settings: str) -> Scenario:
    return Scenario.load(name, district="demo", settings=settings)


def on(scenario: Scenario) -> dict[str, Any]:
    """The levers that are not at 0."""
    levels = {name: getattr(scenario.policy, name) for name in lever_names()}
    return {name: level for name, level in levels.items() if level != 0.0}


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """A district that has some of a policy already."""
    path = tmp_path / "with-present.toml"
    path.write_text(DISTRICT)
    return path


def experiment(scenario: str, **more: Any) -> Experiment:
    return Experiment.from_dict({"scenarios": [scenario], "district": "demo", **more})


def by_settings(name: str, change: Mapping[str, float]) -> Scenario:
    return load(name, *(f"{path}={value}" for path, value in change.items()))


def by_with(name: str, change: Mapping[str, float]) -> Scenario:
    return load(name).with_(change)


def one_by_one(name: str, change: Mapping[str, float]) -> Scenario:
    scenario = load(name)
    for path in reversed(change):
        scenario = scenario.with_({path: change[path]})
    return scenario


def by_experiment(name: str, change: Mapping[str, float]) -> Scenario:
    return next(iter(experiment(name, settings=dict(change)).bases.values()))


def by_variant(name: str, change: Mapping[str, float]) -> Scenario:
    return experiment(name, variants={"changed": dict(change)}).bases["changed"]


def by_factor(name: str, change: Mapping[str, float]) -> Scenario:
    made = experiment(name, factors={path: {"values": [value, 0.0]} for path, value in change.items()})
    point = next(point for point in made.points() if all(point[path] == value for path, value in change.items()))
    return made.scenario(next(iter(made.bases)), point)


WAYS = [by_settings, by_with, one_by_one, by_experiment, by_variant, by_factor]


@pytest.mark.parametrize("way", WAYS)
def test_the_policy_that_follows_the_present_one_changes_with_it(way: Any) -> None:
    changed = way("before", {"present.authority": 0.5, "present.triage": 0.25})
    assert on(changed) == {"authority": 0.5, "triage": 0.25}
    assert changed == load("before", "present.authority=0.5", "present.triage=0.25").with_({"name": changed.name})


@pytest.mark.parametrize("way", WAYS)
def test_a_dose_begins_where_the_present_policy_is_changed_to(way: Any) -> None:
    changed = way("three-devolutions@0.5", {"present.authority": 0.2, "present.triage": 0.4})
    assert (changed.policy.authority, changed.policy.triage) == pytest.approx((0.6, 0.2))


@pytest.mark.parametrize("way", WAYS)
def test_what_is_given_stays_as_given_under_a_dose_and_over_the_present_policy(way: Any) -> None:
    change = {"policy.authority": 0.9, "present.authority": 0.2, "present.triage": 0.4}
    assert way("three-devolutions@0.5", change).policy.authority == 0.9
    assert on(way("before", change)) == {"authority": 0.9, "triage": 0.4}


def test_levers_join_the_present_policy_and_the_others_stay(district: Path) -> None:
    by_setting = Scenario.load("before", district, ["policy.volunteers=1"])
    assert on(by_setting) == {"authority": 0.4, "triage": 0.6, "volunteers": 1.0}
    before = Scenario.load("before", district)
    assert on(before) == {"authority": 0.4, "triage": 0.6}
    assert before.with_({"policy.volunteers": 1.0}) == by_setting
    assert before.with_({"policy": {"volunteers": 1.0}}) == by_setting


@pytest.mark.parametrize("turned", [False, True])
def test_the_present_policy_and_a_lever_are_set_in_either_order(district: Path, turned: bool) -> None:
    settings = ["policy=present", "policy.authority=1"]
    levers = {"authority": 1.0, "triage": 0.6}
    assert on(Scenario.load("three-devolutions", district, settings[:: -1 if turned else 1])) == levers
    changes = {"policy": "present", "policy.authority": 1.0}
    changes = dict(reversed(changes.items())) if turned else changes
    assert on(Scenario.load("three-devolutions", district).with_(changes)) == levers


def test_the_policy_of_a_file_is_complete_whatever_the_present_one_is(district: Path) -> None:
    assert "triage" not in on(Scenario.load("three-devolutions", district))


def test_a_scheduled_lever_is_at_its_present_level_until_its_first_step(district: Path) -> None:
    later = Scenario.load("before", district, ["policy.authority=[[30, 1.0]]"])
    assert later.policy.authority == ((0, 0.4), (30, 1.0))
    assert later.with_({"present.authority": 0.1}).policy.authority == ((0, 0.1), (30, 1.0))
    assert later.with_({"present.authority": 0.0}).policy.authority == ((30, 1.0),)
    assert Scenario.load("before", district, ["policy.authority=[[0, 0.0], [30, 1.0]]"]).policy.authority[0] == (0, 0.0)


def test_the_years_before_are_played_under_the_present_policy_alone(district: Path) -> None:
    reform = Scenario.load("before", district, ["policy.authority=1"])
    years = reform.under_present_policy().with_({"run.start": "empty"})
    assert on(years) == {"authority": 0.4, "triage": 0.6}
    doses = Scenario.load("three-devolutions@0.5", district).under_present_policy()
    assert on(doses.with_({"run.start": "empty"})) == on(years)


@pytest.mark.parametrize("name", ["before", "three-devolutions@0.5"])
def test_what_follows_is_carried_to_workers_and_written_to_files(name: str, tmp_path: Path) -> None:
    scenario = load(name, "present.triage=0.4")
    sent = pickle.loads(pickle.dumps(scenario))
    change = {"present.triage": 0.2}
    assert sent == scenario and sent.digest() == scenario.digest()
    assert sent.with_(change) == scenario.with_(change) != scenario
    scenario.save(tmp_path / "saved.toml")
    assert Scenario.load(tmp_path / "saved.toml").digest() == scenario.digest()


def test_origins_say_where_present_was_said_and_what_was_set_over_it() -> None:
    changed = load("before", "policy.authority=1").with_({"present.triage": 0.5}, "mine")
    assert changed.origin("policy.authority") == "--set"
    assert changed.origin("policy.triage") == "mine"
    assert changed.origin("present.triage") == "mine"
    half = load("three-devolutions@0.5", "policy.authority=1").with_({"policy.triage": 0.1}, "mine")
    assert [half.origin(f"policy.{name}") for name in ("authority", "triage", "volunteers")] == [
        "--set", "mine", "dose 0.5",
    ]  # fmt: skip


def test_a_name_that_is_given_is_not_told_with_the_dose() -> None:
    assert load("three-devolutions@0.5").with_({"name": "mine"}).name == "mine"
    assert load("three-devolutions@0.5").with_({"tasks.load": 0.4}).name == "three-devolutions@0.5"


def test_a_wrong_present_level_is_the_settings_fault() -> None:
    with pytest.raises(InputError) as wrong:
        load("before", "present.authority=1.5")
    assert str(wrong.value) == (
        "--set: present.authority = 1.5: must be a number from 0 to 1, or a schedule [[day, level], ...]"
    )


def test_a_schedule_of_the_present_policy_is_refused_in_the_programs_words() -> None:
    with pytest.raises(InputError) as wrong:
        load("before", "present.authority=[[0, 1.0]]")
    told = "--set: present.authority = [[0, 1.0]]: the present policy has a level, not a schedule"
    assert str(wrong.value) == told


def test_a_lever_of_the_present_policy_rests_on_what_the_district_says(tmp_path: Path) -> None:
    """Not on the row of the article, and not on the file that says that the policy is the present one."""
    town = tmp_path / "town.toml"
    levers = 'triage = 0.5\nauthority = { value = 0.25, source = "notice 12 of 2024" }'
    town.write_text(f'extends = "demo"\nname = "town"\n[present]\n{levers}\n', "utf-8")
    before = Scenario.load("before", district=town)
    assert before.origin("policy.triage") == str(town) and "no source" in before.source("policy.triage")
    assert before.source("policy.authority") == "notice 12 of 2024"
    assert before.source("policy.staff_devolution").startswith("the article")
    assert before.with_({"policy.triage": 1.0}).source("policy.triage").startswith("the article")
