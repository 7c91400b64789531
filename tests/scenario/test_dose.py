"""A name with a dose is that scenario with its levers so far on their way from the present policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from sanfang.scenario.errors import InputError
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario


def load(name: str, *settings: str) -> Scenario:
    return Scenario.load(name, district="demo", settings=settings)


def levels(scenario: Scenario) -> dict[str, object]:
    return {name: getattr(scenario.policy, name) for name in lever_names()}


def test_a_dose_is_a_share_of_the_way() -> None:
    full, half = levels(load("three-devolutions")), levels(load("three-devolutions@0.5"))
    assert half == {name: 0.5 * level for name, level in full.items()}
    assert levels(load("three-devolutions@1")) == full
    assert levels(load("three-devolutions@0")) == levels(load("before"))


def test_the_way_begins_at_the_present_policy() -> None:
    half = load("three-devolutions@0.5", "present.authority=0.2", "present.triage=0.4").policy
    assert half.authority == pytest.approx(0.6) and half.triage == pytest.approx(0.2)


def test_what_is_set_beside_it_is_as_given() -> None:
    assert load("three-devolutions@0.5", "policy.authority=0.9").policy.authority == 0.9


def test_a_schedule_has_a_dose_at_each_step(tmp_path: Path) -> None:
    file = tmp_path / "later.toml"
    file.write_text("[policy]\nauthority = [[0, 0.0], [30, 1.0]]\n")
    assert load(f"{file}@0.25").policy.authority == ((0, 0.0), (30, 0.25))


def test_it_says_its_dose() -> None:
    scenario = load("three-devolutions@0.5")
    assert (scenario.name, scenario.label_en) == ("three-devolutions@0.5", "Three devolutions, dose 0.5")


@pytest.mark.parametrize(
    "dose", ["2", "-0.1", "+0.1", "nan", "inf", "1e-1", "0_1", "0,5", " 0.5", "0.5 ", "1.", "1.01", "０.5", "٠.٥"]
)
def test_what_is_no_dose_is_refused(dose: str) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        load(f"three-devolutions@{dose}")


def test_one_dose_has_one_name_and_two_doses_have_two() -> None:
    written = ["0.5", "0.50", ".5", "00.5", "0.123456", "0.1234561", "0.12345610", "1", "1.0", "0", "0.0"]
    names = [load(f"three-devolutions@{dose}").name.partition("@")[2] for dose in written]
    assert names == ["0.5"] * 4 + ["0.123456", "0.1234561", "0.1234561", "1", "1", "0", "0"]


PRESENT = ("present.authority=0.2", "present.triage=0.4")
SCHEDULED = """
[policy]
authority = [[30, 1.0]]
triage = [[0, 0.0], [60, 0.8]]
[policy_by_community.c001]
authority = [[90, 0.7]]
"""


def test_before_its_first_step_a_schedule_has_the_present_level_at_every_dose(tmp_path: Path) -> None:
    file = tmp_path / "later.toml"
    file.write_text(SCHEDULED)
    half = load(f"{file}@0.5", *PRESENT)
    assert half.policy.authority == ((0, 0.2), (30, pytest.approx(0.6)))
    assert half.policy.triage == ((0, 0.2), (60, pytest.approx(0.6)))
    assert half.policy_by_community["c001"]["authority"] == ((0, 0.2), (90, pytest.approx(0.45)))


def test_dose_0_is_the_present_policy_and_dose_1_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "later.toml"
    file.write_text(SCHEDULED)
    assert load(f"{file}@0", *PRESENT).digest() == load("before", *PRESENT).digest()
    assert load(f"{file}@1", *PRESENT).digest() == load(str(file), *PRESENT).digest()
    listed = tmp_path / "lists.toml"
    listed.write_text('[policy]\nservice_scope = ["property"]\n')
    assert load(f"{listed}@0", *PRESENT).digest() == load("before", *PRESENT).digest()


def test_a_list_of_domains_has_no_dose(tmp_path: Path) -> None:
    file = tmp_path / "lists.toml"
    file.write_text('[policy]\nservice_scope = ["property"]\n')
    with pytest.raises(InputError, match="has no dose"):
        load(f"{file}@0.5")
    assert load(f"{file}@1").policy.service_scope == ("property",)


def test_a_file_whose_name_has_the_mark_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "policy@0.5"
    file.write_text("[policy]\nauthority = 1.0\n")
    assert load(str(file)).policy.authority == 1.0


def test_a_present_policy_has_no_schedule() -> None:
    with pytest.raises(InputError, match="not a schedule"):
        load("before", "present.authority=[[0, 0.0], [30, 1.0]]")
