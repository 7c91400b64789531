"""Every row of the article's list has one experiment, with a claim and a published result, and a place on the page."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from model_runs import ROOT, demo, run
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.reproduce import findings
from sanfang.metrics.catalogue import PUBLISHED_HEADLINES
from sanfang.report.mechanism_figures import FIGURES, interval_figure
from sanfang.report.mechanism_table import EFFECTS, mechanism_table
from sanfang.report.mechanisms import AS_EXPECTED, Mechanism, mechanisms
from sanfang.scenario.catalogue import levers

IDS = (
    "D1a", "D1b", "D1c", "D2a", "D2b", "D2c", "D2d", "D2e", "D3a", "D3b", "D3c", "D3d",
    "F1a", "F1b", "F1c", "F2a", "F2b", "F2c", "F2d", "F2e", "F3a", "F3b", "F3c", "F3d", "F3e", "F3f",
    "H1a", "H1b", "H1c", "H2a", "H2b", "H2c", "C1", "C2", "M1", "M2a", "M2b", "M3",
)  # fmt: skip
"""The article's list: dilemmas, three devolutions, two refinements, cases, mechanisms for the future."""

REPLICATIONS = 40
ROWS = mechanisms()
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


# --- The files ----------------------------------------------------------------------------------------------


def test_every_row_of_the_article_has_one_file() -> None:
    files = sorted(path.stem for path in (ROOT / "experiments" / "mechanisms").glob("*.toml"))
    assert files == sorted(IDS)
    assert [row.experiment.name for row in ROWS] == [row.id for row in ROWS]


@each_row
def test_a_row_publishes_its_signature_and_its_effects(row: Mechanism) -> None:
    experiment = row.experiment
    assert experiment.replications.fixed and experiment.replications.min == REPLICATIONS
    assert (experiment.file.district, experiment.scale, experiment.days) == ("demo", 1.0, None), "runs can be shared"
    for name in (row.claim.metric, *EFFECTS):
        found = row.finding(name)
        assert found is not None and found.replications == REPLICATIONS, name
        assert found.low <= found.difference <= found.high, name


@each_row
def test_a_signature_is_no_headline_and_what_is_not_as_expected_is_discussed(row: Mechanism) -> None:
    assert row.claim.metric not in PUBLISHED_HEADLINES
    assert row.verdict == AS_EXPECTED or row.claim.comment


@each_row
def test_a_row_changes_what_bears_its_name(row: Mechanism) -> None:
    """A mechanism pulls levers of its own, fully; a dilemma starts from the state before the reform."""
    if row.is_dilemma:
        assert row.experiment.baseline == "without" and not row.levers
        return
    assert row.experiment.baseline == "before"
    assert len(row.levers) == len(row.settings) and set(row.settings.values()) == {1.0}
    assert all(row.id in one.ids.split(", ") for one in row.levers)


def test_every_lever_is_pulled_in_some_row() -> None:
    assert {one.path for row in ROWS for one in row.levers} == {one.path for one in levers(extensions=False)}


def test_a_row_claims_what_its_lever_says_that_it_moves() -> None:
    for row in ROWS:
        if len(row.levers) == 1:
            assert row.levers[0].signature == (row.claim.metric, row.claim.expected), row.id


def test_every_dilemma_relaxes_a_condition_that_the_state_before_the_reform_names() -> None:
    text = (ROOT / "scenarios" / "before.toml").read_text("utf-8")
    named = re.findall(r"^#   ([\w.]+) = .*?\[([^\]]+)\]", text, flags=re.MULTILINE)
    conditions = {id_: {path for path, ids in named if id_ in ids.split(", ")} for id_ in IDS}
    for row in (row for row in ROWS if row.is_dilemma):
        assert conditions[row.id] & set(row.settings), row.id


# --- Off is off ---------------------------------------------------------------------------------------------


def test_a_lever_at_zero_is_the_same_scenario_as_no_lever() -> None:
    """The same digest, so the same key of the same run."""
    for lever in levers():
        assert demo(**{lever.path: 0.0}).digest() == demo().digest(), lever.path


def test_levers_that_step_from_zero_to_zero_change_no_bit() -> None:
    """Schedules go through the whole machinery of a policy that changes, and change nothing."""
    idle = {lever.path: [[0, 0.0], [20, 0.0]] for lever in levers()}
    plain, stepped = (run(demo(**changes), 40) for changes in ({}, idle))
    assert plain.scenario.digest() != stepped.scenario.digest()
    assert repr(plain.metrics) == repr(stepped.metrics), "repr, since a metric may be NaN"
    assert plain.requests.equals(stepped.requests)
    assert plain.ledger.equals(stepped.ledger)


# --- The page -----------------------------------------------------------------------------------------------


def test_the_page_is_up_to_date() -> None:
    hint = "write it anew: python -m sanfang.report.mechanism_table > docs/mechanisms.md"
    assert (ROOT / "docs" / "mechanisms.md").read_text("utf-8") == mechanism_table(ROWS), hint


def test_the_figures_are_up_to_date_and_small() -> None:
    assert sorted(path.stem for path in FIGURES.glob("*.svg")) == sorted(IDS)
    for row in ROWS:
        kept = (FIGURES / f"{row.id}.svg").read_bytes()
        drawn, anew = shown_by(kept), shown_by(interval_figure(row))
        assert [kind for kind, _ in drawn] == [kind for kind, _ in anew], f"{row.id}: write it anew with the page"
        for (_, places), (_, now) in zip(drawn, anew, strict=True):
            assert places == pytest.approx(now, abs=0.05), f"{row.id}: write it anew with the page"
        assert len(kept) < 10_000


def shown_by(svg: bytes) -> list[tuple[tuple[str, str], list[float]]]:
    """What a figure shows: its lines and marks in order, with their colours, and where they are (points). Not how it is
    written down, which differs from one version of matplotlib to another."""
    shown = []
    for element in ElementTree.fromstring(svg).iter():
        tag = element.tag.rpartition("}")[2]
        if tag in ("path", "use"):
            text = " ".join(element.get(name, "") for name in ("d", "x", "y", "transform"))
            colours = re.findall(r"(?:fill|stroke): (#\w+|none)", element.get("style", ""))
            shown.append(((tag, " ".join(colours)), [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]))
    return shown


def test_a_figure_with_another_interval_shows_something_else() -> None:
    wide, narrow = (interval_figure(row) for row in ROWS[:2])
    assert shown_by(wide) != shown_by(narrow)
    assert len(shown_by(wide)) >= 6, "band, better side, zero, interval with two ends, mark"


# --- A result made again ------------------------------------------------------------------------------------


def test_a_row_made_again_shows_what_it_published(tmp_path: Path) -> None:
    """F2a in short: eight months, three replications, and windows send fewer people on than before."""
    row = next(row for row in ROWS if row.id == "F2a")
    short = {"days": 240, "replications": 3}
    experiment = Experiment.from_dict(row.experiment.to_dict() | short)
    ((_, found),) = findings([experiment], tmp_path, jobs=1)
    now = next(one for one in found if one.metric == row.claim.metric)
    assert now.replications == 3
    assert now.high < 0
    assert now.difference == pytest.approx(row.main.difference, rel=0.2)
