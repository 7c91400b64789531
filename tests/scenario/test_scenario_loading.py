"""How scenarios are found, merged, changed and kept."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from sanfang import Scenario
from sanfang.scenario import content

# --- Merging -------------------------------------------------------------------------------------------------


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


# --- Finding -------------------------------------------------------------------------------------------------


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


# --- Changing and keeping ------------------------------------------------------------------------------------


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
