"""What does nothing in a run is refused or told, and the size of a run is the one that was reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.lab.comparison import compare
from sanfang.lab.experiments.experiment import Experiment
from sanfang.run.reach import communities_at, notes_on_runs, reach, steps_not_reached
from sanfang.run.simulation import simulate
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def demo(**changes: Any) -> Scenario:
    """Twelve communities, c001 to c012."""
    return Scenario.load("before", district="demo").with_({"name": "pilot", **changes})


# --- Communities that the scale leaves out ------------------------------------------------------------


def test_a_half_of_twelve_communities_is_every_second_one() -> None:
    """The middles of six equal parts of twelve: places 1, 3, ... counted from 0."""
    assert communities_at(demo(), 0.5) == ("c002", "c004", "c006", "c008", "c010", "c012")
    assert communities_at(demo(), 1.0) == demo().community_ids
    assert communities_at(demo(), 0.001) == ("c007",)


LEFT_OUT = "policy_by_community.c001: the community is left out at scale 0.5, where these are in: c002, c004, c006"


def test_a_lever_for_a_community_that_is_left_out_is_refused_wherever_runs_begin() -> None:
    pilot = demo(**{"policy_by_community.c001.authority": 1.0})
    with pytest.raises(InputError, match=LEFT_OUT):
        simulate(pilot, days=3, scale=0.5)
    with pytest.raises(InputError, match=LEFT_OUT):
        compare([demo(name="other"), pilot], reps=2, days=3, scale=0.5, jobs=1)
    document: dict[str, Any] = {"scenarios": ["before"], "district": "demo", "scale": 0.5}
    with pytest.raises(InputError, match=LEFT_OUT):
        Experiment.from_dict(document | {"settings": {"policy_by_community.c001.authority": 1.0}})
    varied = Experiment.from_dict(document | {"factors": {"policy_by_community.c001.authority": [0, 1]}})
    with pytest.raises(InputError, match=LEFT_OUT):
        varied.check_points()


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("command", ["compare", "why"])
def test_a_command_refuses_it_before_any_run(command: str) -> None:
    setting = ["--set", "policy_by_community.c001.authority=1", "--district", "demo", "--scale", "0.5"]
    result = CliRunner().invoke(app, [command, "before", "resources", *setting])
    assert result.exit_code == 2
    assert LEFT_OUT in result.stderr


def test_a_lever_for_a_community_that_is_in_is_taken() -> None:
    pilot = demo(**{"policy_by_community.c002.authority": 1.0})
    assert simulate(pilot, days=2, scale=0.5).model is not None
    with_empty = demo(**{"policy_by_community.c002.authority": 1.0}).with_({"policy_by_community.c002": False})
    assert with_empty == demo()


@pytest.mark.usefixtures("made_up_simulation")
def test_the_pages_say_what_does_nothing() -> None:
    from sanfang.dashboard.address import Address, LinkedWorld, not_reached

    address = Address(district="demo", size=0.25, worlds=(LinkedWorld("before"), LinkedWorld("yanchuan-road")))
    assert "c006" not in communities_at(demo(), 0.25)
    assert ["c006: the community is left out at scale 0.25" in what for what in not_reached(address)] == [True]


# --- The size that was reached ------------------------------------------------------------------------


def test_scales_below_one_community_say_that_they_mean_one() -> None:
    """20,000 residents in twelve communities, of which 0.04, 0.01 and 0.0001 all keep the same one."""
    found = [reach(demo(), scale) for scale in (0.04, 0.01, 0.0001)]
    assert [(one.communities, one.of) for one in found] == [(1, 12)] * 3
    assert found[0] == found[1] == found[2]
    assert found[0].residents == len(simulate(demo(), days=1, scale=0.0001).model.residents.satisfaction)  # type: ignore[union-attr]
    assert reach(demo(), 1.0).residents == 20_000


def test_results_say_the_size_that_was_reached() -> None:
    short = ["before", "--district", "demo", "--days", "2", "--scale", "0.01"]
    one = reach(demo(), 0.01)
    document = json.loads(CliRunner().invoke(app, ["run", *short, "--json"]).stdout)
    assert document["reached"] == {"communities": 1, "of": 12, "residents": one.residents}
    assert f"1 of 12 communities, {one.residents:,} residents" in CliRunner().invoke(app, ["run", *short]).stdout


@pytest.mark.usefixtures("made_up_simulation")
def test_comparisons_and_forecasts_say_the_size_that_was_reached(tmp_path: Path) -> None:
    told = f"Scale 0.01: {reach(demo(), 0.01)}"
    short = ["compare", "before", "--district", "demo", "--scale", "0.01", "--reps", "2", "--jobs", "1"]
    assert told in CliRunner().invoke(app, short).stdout
    document = json.loads(CliRunner().invoke(app, [*short, "--json"]).stdout)
    assert document["reached"]["before"]["communities"] == 1
    (tmp_path / "small.toml").write_text('scenarios = ["before"]\ndistrict = "demo"\nscale = 0.01\nreplications = 2\n')
    sweep = ["sweep", "small.toml", "--jobs", "1"]
    assert told.replace("S", "s") in CliRunner().invoke(app, [*sweep, "--dry-run"]).stdout
    CliRunner().invoke(app, [*sweep, "--out", "made"])
    manifest = json.loads((tmp_path / "made" / "manifest.json").read_text("utf-8"))
    assert manifest["reached"] == document["reached"]


def test_the_pages_offer_each_number_of_communities_once() -> None:
    from sanfang.dashboard import limits

    found = [limits.reached("demo", size).communities for size in limits.sizes("demo")]
    assert found == sorted(set(found))


# --- Schedules and the last day -----------------------------------------------------------------------


@pytest.mark.parametrize("schedule", [[[60, 1.0]], [[0, 0.0], [60, 1.0]], [[0, 0.0], [90, 0.5], [120, 1.0]]])
def test_a_schedule_that_begins_after_the_last_day_is_refused(schedule: list[Any]) -> None:
    late = demo(**{"policy.authority": schedule})
    begins = next(day for day, level in schedule if level > 0)
    with pytest.raises(InputError, match=f"policy.authority: begins on day {begins}, but the run ends with day 59"):
        simulate(late, days=60)
    with pytest.raises(InputError, match=rf"policy_by_community.c001.authority: begins on day {begins}"):
        compare([demo(**{"policy_by_community.c001.authority": schedule})], reps=1, days=60)
    document: dict[str, Any] = {"scenarios": ["before"], "district": "demo", "days": 60}
    with pytest.raises(InputError, match="begins on day"):
        Experiment.from_dict(document | {"settings": {"policy.authority": schedule}})


def test_a_schedule_that_begins_on_the_last_day_is_taken() -> None:
    assert simulate(demo(**{"policy.authority": [[2, 1.0]]}), days=3).days == 3


def test_a_step_that_never_comes_is_told() -> None:
    phased = demo(**{"policy.authority": [[0, 0.5], [90, 1.0]]})
    told = "pilot: policy.authority: its step on day 90 never comes in 60 days"
    assert steps_not_reached([phased], 60) == [told]
    assert steps_not_reached([phased], 91) == []
    setting = ["--set", "policy.authority=[[0, 0.5], [90, 1.0]]", "--days", "2", "--district", "demo", "--json"]
    result = CliRunner().invoke(app, ["run", "before", *setting])
    told = "before: policy.authority: its step on day 90 never comes in 2 days"
    assert f"note: {told}\n" in result.stderr
    assert json.loads(result.stdout)["notes"] == [told]


# --- Domains taken out --------------------------------------------------------------------------------


def test_a_domain_is_taken_out_by_false(tmp_path: Path) -> None:
    before = Scenario.load("before", "demo")
    (tmp_path / "without.toml").write_text('extends = "before"\n[domains]\nproperty = false\n')
    for made in (
        Scenario.load("without.toml", "demo"),
        before.with_({"domains.property": False}),
        Scenario.load("before", "demo", ["domains.property=false"]),
        Scenario.from_dict({"extends": "before", "domains": {"property": False}}, "demo"),
    ):
        assert set(before.domains) - set(made.domains) == {"property"}
        assert made.without_policy() == before.with_({"domains.property": False}).without_policy()
    run = simulate(Scenario.load("without.toml", "demo"), days=40, scale=0.2, keep_requests=True)
    assert "property" not in set(run.requests["domain"])


def test_a_district_takes_a_domain_out_of_the_one_it_builds_on(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios" / "districts"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('extends = "./licang.toml"\ndistrict.name = "mine"\ndomains.care = false\n')
    (folder / "licang.toml").write_text(_licang())
    scenario = Scenario.load("before", "mine")
    assert "care" not in scenario.domains
    scenario.save("saved.toml")
    assert Scenario.load("saved.toml") == scenario


def _licang() -> str:
    return (Path(__file__).resolve().parents[2] / "scenarios/districts/licang.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("domains.property = {}", "domains.property = {}: changes nothing; to take it out, write domains.property = f"),
        ("domains = {}", "domains = {}: changes nothing; to take an entry out, write domains.NAME = false"),
        ("domains.proprety = false", "domains.proprety = false: there is none to take out; did you mean 'property'?"),
        ("domains.property = 0", "domains.property = 0: must be a table"),
        ("departments.police = false", "there is no department 'police'"),
        (
            'domains.property = false\npolicy.service_scope = ["property"]',
            "policy.service_scope .*there is no domain 'property'",
        ),
        (
            'domains.property = false\npolicy_by_community.c001.service_scope = ["property"]',
            "policy_by_community.c001.service_scope.*there is no domain 'property'",
        ),
        ("policy_by_community.c001 = false", "policy_by_community.c001 = false: there is none to take out"),
        ("run = false", "run = false: must be a table"),
    ],
)
def test_what_takes_nothing_out_or_leaves_something_hanging_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wrong.toml").write_text(f'extends = "before"\n{text}\n')
    with pytest.raises(InputError, match=message):
        Scenario.load("wrong.toml", "licang")


def test_what_one_file_takes_out_another_does_not_half_give_back(tmp_path: Path) -> None:
    (tmp_path / "without.toml").write_text('extends = "before"\ndomains.property = false\n')
    (tmp_path / "again.toml").write_text('extends = "./without.toml"\ndomains.property.hazard = 0.1\n')
    with pytest.raises(InputError, match=r"again\.toml: domains\.property: was taken out by \S*without\.toml"):
        Scenario.load("again.toml", "demo")


def test_all_departments_and_domains_that_refer_to_one_another_can_go_together(tmp_path: Path) -> None:
    scenario = Scenario.load("before", "licang")
    gone = next(iter(scenario.departments))
    changes: dict[str, Any] = {f"departments.{gone}": False}
    changes |= {f"domains.{name}": False for name, domain in scenario.domains.items() if domain.department == gone}
    assert gone not in scenario.with_(changes).departments
    with pytest.raises(InputError, match=f"there is no department '{gone}'"):
        scenario.with_({f"departments.{gone}": False})


def test_a_warm_up_after_a_steady_start_is_told_to_do_nothing() -> None:
    steady = demo(**{"run.start": "steady", "run.warm_up": 100})
    assert "leaves out nothing" in notes_on_runs([steady])[0]
    assert notes_on_runs([demo(**{"run.start": "empty", "run.warm_up": 100})]) == []


def test_a_scenario_that_takes_away_what_the_district_has_is_told() -> None:
    """A policy is complete: what it does not name is off, whatever the present one has."""
    there = demo(**{"present.triage": 0.5, "present.authority": 0.5, "policy.triage": 0.0})
    assert [note for note in notes_on_runs([there]) if "lowers" in note] == [
        "pilot: lowers what the present policy has: triage from 0.5 to 0"
    ]
    assert notes_on_runs([demo(**{"present.triage": 0.5})]) == []
