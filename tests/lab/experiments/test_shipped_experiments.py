"""The experiments of this repository and the examples of the manual are right at every point."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from made_experiments import written
from sanfang.lab.experiments.designs import KINDS
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.experiment_file import ExperimentFile, ReplicationRule
from sanfang.lab.experiments.factor_spec import FactorSpec
from sanfang.scenario.catalogue import levers
from sanfang.scenario.content import experiment_names

REPOSITORY = Path(__file__).resolve().parents[3]


# --- The experiments of this repository ----------------------------------------------------------------------


@pytest.mark.parametrize("name", experiment_names())
def test_an_experiment_of_the_repository_is_right_at_every_point(name: str) -> None:
    experiment = Experiment.load(name)
    experiment.check_points()
    assert experiment.label_en and experiment.label_zh and experiment.description, "it says what it is for"


def test_the_headline_is_the_comparison_that_the_demo_makes() -> None:
    demo = (REPOSITORY / "Makefile").read_text("utf-8").partition("sanfang compare ")[2].partition("--out")[0].split()
    experiment = Experiment.load("headline")
    assert list(experiment.bases) == [word for word in demo[: demo.index("--district")] if word != "\\"]
    assert (experiment.baseline, experiment.days) == ("before", int(demo[demo.index("--days") + 1]))
    assert (experiment.scale, experiment.file.replicate) == (1.0, "map"), "a claim about districts of this size"
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


# --- The manual ----------------------------------------------------------------------------------------------

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
