"""Scenarios with other conditions are told as two steady states, or as a shock on day 0."""

from __future__ import annotations

from sanfang.lab.conditions import notes_on_conditions
from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario.scenario import Scenario

BEFORE = Scenario.load("before", district="demo")
REFORM = Scenario.load("three-devolutions", district="demo")
STRAINED = BEFORE.with_({"tasks.load": 0.6})


def told(**scenarios: Scenario) -> list[str]:
    return list(notes_on_conditions({"before": BEFORE, **scenarios}, "before"))


def test_policies_are_forks_of_one_start_and_need_no_word() -> None:
    assert told(reform=REFORM, named=BEFORE.with_({"name": "other", "run.days": 30})) == []


def test_other_conditions_are_levels_without_a_transition() -> None:
    assert told(reform=REFORM, strained=STRAINED) == [
        "levels, no transition: strained has other conditions than before (tasks.load); "
        "each begins in a steady state of its own"
    ]


def test_a_shock_is_told_as_one() -> None:
    shock = STRAINED.with_({"years_before.tasks.load": BEFORE.tasks.load})
    assert told(shock=shock) == ["a shock on day 0: shock has other conditions than before from then on (tasks.load)"]


def test_an_experiment_says_so_of_its_factors() -> None:
    document = {"scenarios": ["before"], "district": "demo", "factors": {"tasks.load": {"values": [0.3, 0.6]}}}
    notes = Experiment.from_dict(document).notes
    assert any(note.startswith("levels, no transition: factors set conditions (tasks.load)") for note in notes)
    levers = document | {"factors": {"policy.triage": {"values": [0.0, 1.0]}}}
    assert not any("levels" in note for note in Experiment.from_dict(levers).notes)
