"""How scenarios are found, merged, changed and kept."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from sanfang import Scenario
from sanfang.cli.scenario import scenario_app
from sanfang.scenario import content
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


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, empty except for `small.toml`, a district of two domains."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(Path(__file__).parents[1] / "data" / "small.toml", tmp_path)
    return tmp_path


# --- The scenarios of this repository -----------------------------------------------------------------


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


# --- Merging ------------------------------------------------------------------------------------------


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_settings_win_over_the_scenario_over_its_bases_over_the_district_over_the_declared(here: Path) -> None:
    write(
        here / "place.toml",
        (here / "small.toml").read_text() + "[tasks]\nload = 0.1\nhours = 1\nuseful = 0.1\neffect = 0.2\n",
    )
    write(here / "base.toml", "[tasks]\nload = 0.2\nhours = 2\nuseful = 0.2\n")
    write(here / "top.toml", 'extends = "base"\n[tasks]\nload = 0.3\nhours = 3\n')
    scenario = Scenario.load("top.toml", district="place.toml", settings=["tasks.load=0.4"])
    expected = {
        "load": (0.4, "--set"),
        "hours": (3.0, "top.toml"),
        "useful": (0.2, "base.toml"),
        "effect": (0.2, "place.toml"),
        "memory_days": (60.0, "default"),
    }
    for name, (value, origin) in expected.items():
        assert getattr(scenario.tasks, name) == value
        assert scenario.origin(f"tasks.{name}") == origin


def test_of_several_bases_the_later_wins(here: Path) -> None:
    write(here / "a.toml", "[policy]\ntriage = 0.1\nauthority = 0.1\n")
    write(here / "b.toml", "[policy]\ntriage = 0.2\n")
    for extends, triage in (('["a", "b"]', 0.2), ('["b", "a"]', 0.1)):
        write(here / "top.toml", f"extends = {extends}\n")
        policy = Scenario.load("top.toml", district="small.toml").policy
        assert (policy.triage, policy.authority) == (triage, 0.1)


def test_a_base_that_two_share_does_not_undo_the_first(here: Path) -> None:
    write(here / "zero.toml", "[policy]\ntriage = 0\nauthority = 0\n")
    write(here / "a.toml", 'extends = "zero"\n[policy]\ntriage = 1\n')
    write(here / "b.toml", 'extends = "zero"\n[policy]\nauthority = 1\n')
    write(here / "top.toml", 'extends = ["a", "b"]\n')
    policy = Scenario.load("top.toml", district="small.toml").policy
    assert (policy.triage, policy.authority) == (1.0, 1.0)


def test_lists_replace_and_tables_merge(here: Path) -> None:
    write(here / "top.toml", "[domains.care]\nkinds = [1, 0, 0, 0]\n[domains.more]\ndepartment = 'civil'\n")
    scenario = Scenario.load("top.toml", district="small.toml")
    assert scenario.domains["care"].kinds == (1.0, 0.0, 0.0, 0.0)
    assert scenario.domains["care"].hazard == 0.5
    assert list(scenario.domains) == ["care", "more", "noise"]
    assert scenario.origin("domains.care.kinds") == "top.toml"
    assert scenario.origin("domains.care.hazard") == "small.toml"


def test_what_a_scenario_says_about_itself_is_not_inherited(here: Path) -> None:
    write(here / "top.toml", 'extends = "three-devolutions"\n')
    scenario = Scenario.load("top.toml", district="small.toml")
    assert (scenario.name, scenario.label_zh, scenario.description) == ("top", "", "")
    assert Scenario.load("three-devolutions", district="small.toml").label_zh == "三放"


# --- Finding ------------------------------------------------------------------------------------------


def test_scenarios_of_the_current_directory_come_before_those_of_the_repository(here: Path) -> None:
    write(here / "scenarios" / "before.toml", "[policy]\ntriage = 0.7\n")
    write(here / "scenarios" / "own.toml", 'extends = ["resources", "part/deep"]\n')
    write(here / "scenarios" / "part" / "deep.toml", 'extends = "../near.toml"\n[policy]\nauthority = 0.2\n')
    write(here / "scenarios" / "near.toml", "[policy]\nauthority = 0.1\nclear_lists = 0.3\n")
    with pytest.raises(ValueError, match="part/deep"):
        Scenario.load("own", district="small.toml")
    write(here / "scenarios" / "own.toml", 'extends = ["resources", "part/deep.toml"]\n')
    scenario = Scenario.load("own", district="small.toml")
    assert (scenario.policy.triage, scenario.origin("policy.triage")) == (0.7, "scenarios/before.toml")
    assert (scenario.policy.authority, scenario.policy.clear_lists) == (0.2, 0.3)
    assert scenario.policy.staff_devolution == 1.0
    assert scenario.origin("policy.staff_devolution") == "scenarios/resources.toml"


def test_content_inside_an_installed_package_is_found(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = here / "lib" / "python" / "sanfang"
    write(package / "_content" / "scenarios" / "packed.toml", "[policy]\ntriage = 1\n")
    monkeypatch.setattr(content, "PACKAGE", package)
    assert content.names() == ["packed"]
    assert Scenario.load("packed", district="small.toml").policy.triage == 1.0


def test_a_bare_district_name_is_the_district_with_neutral_policy(here: Path) -> None:
    write(here / "scenarios" / "districts" / "tiny.toml", (here / "small.toml").read_text())
    scenario = Scenario.load("tiny")
    assert scenario == Scenario.load("tiny", district="tiny")
    assert scenario.name == "tiny"
    assert scenario.origin("district.population") == "districts/tiny.toml"
    assert set(scenario.policy.model_dump().values()) == {0.0}
    assert Scenario.load("before", district="tiny").policy == scenario.policy


def test_a_mark_that_windows_editors_put_in_front_is_no_error(here: Path) -> None:
    (here / "top.toml").write_bytes(b"\xef\xbb\xbf[policy]\r\ntriage = 1\r\n")
    assert Scenario.load("top.toml", district="small.toml").policy.triage == 1.0


# --- Changing and keeping -------------------------------------------------------------------------------


def test_with_gives_another_scenario_and_leaves_the_first(here: Path) -> None:
    scenario = Scenario.load("before", district="small.toml")
    text = repr(scenario)
    other = scenario.with_(
        {
            "policy.authority": [[0, 0], [180, 1]],
            "domains.care.hazard": 0.4,
            "policy_by_community.c002.triage": 0.5,
            "calendar.holidays": ["2025-05-01"],
        }
    )
    assert repr(scenario) == text
    assert other.policy.authority == ((0, 0.0), (180, 1.0))
    assert other.domains["care"].hazard == 0.4
    assert other.origin("policy.authority") == other.origin("domains.care.hazard") == "with_"
    assert other.origin("policy.triage") == "scenarios/before.toml"
    assert other.origin("domains.care.kinds") == "small.toml"
    assert other.policy_for("c001") == other.policy
    assert other.policy_for("c002") == other.policy.model_copy(update={"triage": 0.5})
    assert other.with_({"policy_by_community.c002.authority": 1}).policy_for("c002").triage == 0.5
    assert other.with_({}) == other != scenario


def test_a_scenario_cannot_be_assigned_to(here: Path) -> None:
    scenario = Scenario.load("small.toml")
    with pytest.raises(ValidationError, match="frozen"):
        scenario.name = "x"
    with pytest.raises(ValidationError, match="frozen"):
        scenario.policy.triage = 1.0


def test_settings_take_toml_values_and_bare_words(here: Path) -> None:
    settings = [
        "policy.triage=0.3",
        "policy.triage = 0.4",
        "policy.service_scope=['care']",
        "policy.authority=[[0, 0], [90, 1]]",
        "calendar.start=2025-03-01",
        "domains.care.hours_distribution=exponential",
        "label_zh=试点",
    ]
    scenario = Scenario.load("before", district="small.toml", settings=settings)
    assert scenario.policy.triage == 0.4
    assert scenario.policy.service_scope == ("care",)
    assert scenario.policy.authority == ((0, 0.0), (90, 1.0))
    assert scenario.calendar.start.isoformat() == "2025-03-01"
    assert scenario.domains["care"].hours_distribution == "exponential"
    assert scenario.label_zh == "试点"


def test_a_saved_scenario_is_read_as_an_equal_one_with_its_own_district(here: Path) -> None:
    scenario = Scenario.load("three-devolutions", district="small.toml").with_(
        {"policy_by_community.c003.service_scope": ["care"], "calendar.holidays": ["2025-05-01"]}
    )
    scenario.save("saved.toml")
    again = Scenario.load("saved.toml")
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert again.digest() == scenario.digest()
    assert again.origin("policy.authority") == "saved.toml"
    write(here / "more.toml", 'extends = "saved"\n[policy]\ntriage = 1\n')
    assert Scenario.load("more.toml").district.name == "small"
    with pytest.raises(ValueError, match="cannot be written"):
        scenario.save(here / "no" / "folder.toml")


def test_a_dict_makes_an_equal_scenario_also_after_json(here: Path) -> None:
    scenario = Scenario.load("resources", district="small.toml").with_({"calendar.holidays": ["2025-05-01"]})
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert Scenario.from_dict(json.loads(json.dumps(scenario.to_dict(), default=str))) == scenario
    based = Scenario.from_dict({"name": "mine", "extends": "resources"}, district="small.toml")
    assert based.policy == scenario.policy
    assert based.origin("policy.staff_devolution") == "scenarios/resources.toml"


def test_the_digest_tells_values_apart_but_not_names_labels_origins_or_the_order_of_domains(here: Path) -> None:
    scenario = Scenario.load("before", district="small.toml")
    same = {
        "name": "x",
        "label_en": "x",
        "label_zh": "x",
        "description": "x",
        "domains.care.label_zh": "养老",
        "policy.triage": 0,
    }
    assert scenario.with_(same).digest() == scenario.digest()
    for change in ({"policy.triage": 0.1}, {"district.name": "x"}, {"policy_by_community.c001.triage": 0.1}):
        assert scenario.with_(change).digest() != scenario.digest()
    turned = scenario.to_dict()
    turned["domains"] = dict(reversed(turned["domains"].items()))
    assert list(Scenario.from_dict(turned).domains) == list(scenario.domains)
    assert len(scenario.digest()) == 64


def test_where_a_value_came_from_does_not_matter_to_equality(here: Path) -> None:
    scenario = Scenario.load("before", district="small.toml")
    changed = scenario.with_({"policy.triage": 0.0})
    assert (changed.origin("policy.triage"), scenario.origin("policy.triage")) == ("with_", "scenarios/before.toml")
    assert changed == scenario


def test_a_scenario_travels_to_other_processes(here: Path) -> None:
    scenario = Scenario.load("before", district="small.toml")
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario
    assert again.origin("policy.triage") == "scenarios/before.toml"


def test_ids_of_communities_have_three_digits_and_four_where_needed(here: Path) -> None:
    scenario = Scenario.load("small.toml")
    assert scenario.community_ids == ("c001", "c002", "c003", "c004", "c005", "c006")
    large = scenario.with_({"district.population": 100_000, "district.communities": 1000})
    assert (large.community_ids[0], large.community_ids[-1], len(large.community_ids)) == ("c0001", "c1000", 1000)
    assert large.policy_for("c1000") == large.policy


# --- The command line -----------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    result = CliRunner().invoke(scenario_app, list(arguments))
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_explain_tells_value_unit_range_origin_and_source(here: Path) -> None:
    arguments = ("explain", "resources", "policy.staff_devolution", "--district", "small.toml")
    words = run(*arguments)
    for word in (
        "1.0",
        "0 - 1",
        "scenarios/resources.toml",
        "the article, F1a",
        "Staff moved to communities",
        "Posts of",
    ):
        assert word in words
    assert "人员下沉" in run(*arguments, "--lang", "zh")
    (record,) = json.loads(run(*arguments, "--json"))
    assert record["value"] == 1.0
    assert record["heading"] == "idle_while_others_wait"
    everything = json.loads(run("explain", "small.toml", "--json"))
    assert len(everything) > 200
    (wage,) = [record for record in everything if record["key"] == "staffing.wage"]
    assert (wage["unit"], wage["ge"], wage["le"], wage["origin"]) == ("yuan per hour", 1, 1000, "default")


def test_diff_shows_only_what_differs(here: Path) -> None:
    arguments = ("diff", "before", "precision", "--district", "small.toml")
    changed = json.loads(run(*arguments, "--json"))["changed"]
    assert changed == [
        {"key": f"policy.{name}", "unit": "0-1", "a": 0.0, "b": 1.0}
        for name in ("need_identification", "tailoring", "data_discovery")
    ]
    words = run(*arguments)
    assert "policy.tailoring" in words
    assert "policy.triage" not in words
    assert json.loads(run("diff", "before", "before", "--district", "small.toml", "--json"))["changed"] == []


def test_validate_prints_one_json_document(here: Path) -> None:
    (result,) = json.loads(run("validate", "before", "--district", "small.toml", "--json"))
    assert result["valid"] is True
    assert result["digest"] == Scenario.load("before", district="small.toml").digest()


def test_the_schema_knows_every_section_and_extends() -> None:
    schema = json.loads(run("schema"))
    assert set(schema["properties"]) == {*Scenario.model_fields, "extends"}
    assert schema["additionalProperties"] is False
    authority = schema["$defs"]["Policy"]["properties"]["authority"]
    assert authority["label_zh"] == "社区决定权"
    assert authority["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 1}


def test_checking_a_scenario_loads_none_of_the_heavy_libraries(here: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from sanfang.cli.scenario import scenario_app as app\n"
        "result = CliRunner().invoke(app, ['validate', 'before', '--district', 'small.toml'])\n"
        "heavy = {'mesa', 'numba', 'numpy', 'scipy', 'pandas', 'matplotlib', 'networkx'} & set(sys.modules)\n"
        "assert result.exit_code == 0 and not heavy, (result.output, heavy)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
