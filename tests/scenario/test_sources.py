"""A value carries the source of the place that set it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.scenario.catalogue import find, json_schema
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.sources import SourceSummary

CENSUS = "Qingdao, Seventh National Population Census 2020"
SURVEY = "own survey of 2026"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mine(here: Path, text: str) -> Scenario:
    (here / "mine.toml").write_text(f'extends = "before"\n{text}\n')
    return Scenario.load("mine.toml", "licang")


def explained(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["scenario", "explain", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return {row["key"]: row["source"] for row in json.loads(result.stdout)}


def test_a_share_of_ones_own_is_not_shown_as_from_a_census(here: Path) -> None:
    declared = find("district.share_elderly")
    assert declared and declared.source == CENSUS, "which is that of the default"
    mine(here, "district.share_elderly = 0.31")
    assert explained("mine.toml", "district.share_elderly") == {
        "district.share_elderly": "set in mine.toml, no source given"
    }


def test_the_published_population_of_licang_is_not_shown_as_assumed() -> None:
    source = explained("before", "district.population", "--district", "licang")["district.population"]
    assert source == "published: Licang, census of November 2020"


def test_a_file_gives_a_source_beside_the_value(here: Path) -> None:
    scenario = mine(here, f'district.share_elderly = {{ value = 0.31, source = "{SURVEY}" }}')
    assert scenario.district.share_elderly == 0.31
    assert explained("mine.toml", "district.share_elderly") == {"district.share_elderly": SURVEY}
    plain = mine(here, "district.share_elderly = 0.31")
    assert (scenario, scenario.digest()) == (plain, plain.digest()), "a source changes no run"


def test_the_last_place_that_sets_a_value_says_its_source(here: Path) -> None:
    scenario = mine(here, f'district.share_elderly = {{ value = 0.31, source = "{SURVEY}" }}')
    path = "district.share_elderly"
    assert scenario.with_({"policy.authority": 1.0}).source(path) == SURVEY
    assert scenario.with_({path: 0.2}).source(path) == "set by with_, no source given"
    assert scenario.with_({path: {"value": 0.2, "source": "guess"}}).source(path) == "guess"
    assert Scenario.load("mine.toml", "licang", [f"{path}=0.3"]).source(path) == "set by --set, no source given"
    given = [f'{path}={{ value = 0.3, source = "told by telephone" }}']
    assert Scenario.load("mine.toml", "licang", given).source(path) == "told by telephone"
    (here / "again.toml").write_text('extends = "./mine.toml"\ndistrict.share_elderly = 0.3\n')
    assert Scenario.load("again.toml", "licang").source(path) == "set in again.toml, no source given"


def test_defaults_and_levers_keep_the_source_of_their_declaration(here: Path) -> None:
    scenario = mine(here, "policy.authority = 0.5")
    for path in ("mind.erosion", "policy.authority", "policy.triage"):
        declared = find(path)
        assert declared and scenario.source(path) == declared.source
    with pytest.raises(InputError, match=r"did you mean 'policy.authority'"):
        scenario.source("policy.authorty")


def test_what_is_read_by_other_ways_takes_sources_too(here: Path) -> None:
    from sanfang.lab.experiments.experiment import Experiment

    sourced = {"value": 0.5, "source": "guess"}
    scenario = Scenario.from_dict({"extends": "before", "tasks": {"load": sourced}}, "demo")
    assert (scenario.tasks.load, scenario.source("tasks.load")) == (0.5, "guess")
    document = {"scenarios": ["before"], "district": "demo"}
    for settings in ({"tasks.load": sourced}, {"tasks": {"load": sourced}}):
        base = Experiment.from_dict(document | {"settings": settings}).bases["before"]
        assert (base.tasks.load, base.source("tasks.load")) == (0.5, "guess")
    mine(here, 'policy.triage = { value = 1.0, source = "the office of Example Street" }')
    factor = {"overlay": "./mine.toml", "values": [0, 1]}
    assert Experiment.from_dict(document | {"factors": {"all": factor}}).settings_of({"all": 1}) == {"policy.triage": 1}


def test_a_saved_scenario_keeps_its_sources(here: Path) -> None:
    scenario = mine(here, f'district.share_elderly = {{ value = 0.31, source = "{SURVEY}" }}\ntasks.load = 0.5')
    scenario.save("saved.toml")
    again = Scenario.load("saved.toml")
    assert again == scenario
    assert SourceSummary.of(again).to_dict()["assumed_keys"] == SourceSummary.of(scenario).to_dict()["assumed_keys"]
    assert again.source("district.share_elderly") == SURVEY
    assert again.source("mind.erosion") == scenario.source("mind.erosion")
    assert again.source("tasks.load") == "set in saved.toml, no source given"


@pytest.mark.parametrize("source", ["1", '""', '"  "', f'"{"x" * 501}"', '"two\\nlines"', "[]"])
def test_a_source_is_one_line_of_text(here: Path, source: str) -> None:
    with pytest.raises(InputError, match=r"(?s)mine\.toml: tasks\.load\.source = .*must be one line of at most 500"):
        mine(here, f"tasks.load = {{ value = 0.5, source = {source} }}")


@pytest.mark.parametrize("value", ["{ value = 0.5 }", '{ source = "x" }', '{ value = 0.5, source = "x", unit = "y" }'])
def test_a_value_with_something_else_beside_it_is_refused(here: Path, value: str) -> None:
    with pytest.raises(InputError, match=r"mine\.toml: tasks\.load"):
        mine(here, f"tasks.load = {value}")


def test_validate_says_what_is_assumed_and_what_has_no_source(here: Path) -> None:
    """Before: none of Licang's values is without a source. Two more are given without one, of which one was assumed."""
    before = SourceSummary.of(Scenario.load("before", "licang"))
    assert before.without_source == []
    assert "district.elderly_alone" in before.assumed and "district.share_elderly" not in before.assumed
    mine(here, "district.share_elderly = 0.31\ndistrict.elderly_alone = 0.2\npolicy.authority = 1.0")
    result = CliRunner().invoke(app, ["scenario", "validate", "mine.toml", "--district", "licang"])
    lines = result.stdout.splitlines()
    values, assumed = len(before.values), len(before.assumed) - 1
    assert lines[0] == f"mine.toml: valid; of {values:,} values {assumed:,} are assumed and 2 have no source"
    assert lines[3] == "  without a source: district.share_elderly, district.elderly_alone"
    found = json.loads(CliRunner().invoke(app, ["scenario", "validate", "mine.toml", "--json"]).stdout)[0]
    assert (found["values"], found["assumed"], found["without_source"]) == (values, assumed, 2)
    assert found["without_source_keys"] == ["district.share_elderly", "district.elderly_alone"]
    assert set(found["assumed_keys"]) == {*before.assumed} - {"district.elderly_alone"}


def test_validate_says_whose_the_values_are(here: Path) -> None:
    """A district that builds on another has that one's values, published ones too, where it gives none of its own."""
    (here / "harbour.toml").write_text('extends = "licang"\ndistrict = { name = "Harbour", population = 50_000 }\n')
    lines = CliRunner().invoke(app, ["scenario", "validate", "harbour.toml"]).stdout.splitlines()
    origins = dict(one.rsplit(" ", 1) for one in lines[1].removeprefix("  values from: ").split(", "))
    assert list(origins) == ["districts/licang.toml", "default", "harbour.toml"]
    assert origins["harbour.toml"] == "1", "a name is no value"
    found = json.loads(CliRunner().invoke(app, ["scenario", "validate", "harbour.toml", "--json"]).stdout)[0]
    assert found["origins"] == {name: int(number.replace(",", "")) for name, number in origins.items()}
    assert sum(found["origins"].values()) == found["values"]


def test_editors_know_that_a_source_may_stand_beside_a_value() -> None:
    population = json_schema()["$defs"]["District"]["properties"]["population"]["anyOf"]
    assert population[0]["type"] == "integer"
    assert population[1]["required"] == ["value", "source"]
