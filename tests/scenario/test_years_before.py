"""Conditions before day 0 are otherwise only if a file says so, and only what can change on a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from sanfang.scenario.catalogue import find, values
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.years_before import REFUSED, REFUSED_KEYS, SECTIONS, YEARS_BEFORE, refusal, shocks

SHOCK = """
policy = "present"
[workforce]
leaving_base = 0.3
[years_before]
"workforce.leaving_base" = 0.15
domains.care.hazard = { value = 0.2, source = "assumed, 0.1 to 0.3" }
"""


def load(name: str | Path, *settings: str) -> Scenario:
    return Scenario.load(name, district="demo", settings=settings)


@pytest.fixture
def shock(tmp_path: Path) -> Path:
    """A file with conditions of before, one written as a dotted path and one as a table."""
    path = tmp_path / "shock.toml"
    path.write_text(SHOCK)
    return path


def test_the_years_before_are_played_under_them_and_day_0_on_as_stated(shock: Path) -> None:
    scenario = load(shock)
    before = scenario.under_present_policy()
    assert (scenario.workforce.leaving_base, before.workforce.leaving_base) == (0.3, 0.15)
    assert before.domains["care"].hazard == 0.2 != scenario.domains["care"].hazard
    assert before.years_before == {}
    stated = load("before", "domains.care.hazard=0.2", "workforce.leaving_base=0.15").under_present_policy()
    assert before.digest() == stated.digest(), "it shares its start with a scenario that states these conditions"


def test_without_it_nothing_of_a_scenario_changes() -> None:
    before = load("before")
    assert before.years_before == {} and shocks(before) == []
    stated = {name: getattr(before, name) for name in SECTIONS}
    assert {name: getattr(before.under_present_policy(), name) for name in SECTIONS} == stated


def test_a_shock_is_part_of_what_a_run_depends_on(shock: Path) -> None:
    scenario, without = load(shock), load("before", "workforce.leaving_base=0.3")
    assert scenario.digest() != without.digest() and scenario != without
    by_setting = load("before", "workforce.leaving_base=0.3", "years_before.workforce.leaving_base=0.15")
    by_path = load("before").with_({"workforce.leaving_base": 0.3, YEARS_BEFORE: {"workforce.leaving_base": 0.15}})
    assert by_setting == by_path and by_setting.digest() == by_path.digest()


def test_it_is_saved_and_read_and_says_where_it_comes_from(shock: Path, tmp_path: Path) -> None:
    scenario = load(shock)
    scenario.save(tmp_path / "saved.toml")
    assert Scenario.load(tmp_path / "saved.toml") == scenario
    assert scenario.origin("years_before.workforce.leaving_base") == str(shock)
    assert scenario.source("years_before.domains.care.hazard") == "assumed, 0.1 to 0.3"
    assert {path for path, _, _ in values(scenario) if path.startswith(YEARS_BEFORE)} == {
        "years_before.workforce.leaving_base", "years_before.domains.care.hazard",
    }  # fmt: skip
    assert "on day 0 workforce.leaving_base goes from 0.15 to 0.3" in shocks(scenario)


@pytest.mark.parametrize("section", sorted(REFUSED))
def test_what_exists_on_day_0_and_what_is_no_condition_is_refused_with_a_reason(section: str) -> None:
    with pytest.raises(InputError) as wrong:
        load("before").with_({f"{YEARS_BEFORE}.{section}.anything": 1})
    assert "cannot be otherwise before day 0" in str(wrong.value) and REFUSED[section] in str(wrong.value)


@pytest.mark.parametrize("path", sorted(REFUSED_KEYS))
def test_what_is_carried_into_day_0_is_refused_with_a_reason(path: str) -> None:
    path = path.replace("*", "care")
    assert find(path) is not None and find(f"{YEARS_BEFORE}.{path}") is None
    with pytest.raises(InputError, match="cannot be otherwise before day 0"):
        load("before").with_({f"{YEARS_BEFORE}.{path}": 0.5})


def test_every_section_is_allowed_or_refused() -> None:
    sections = {name for name, field in Scenario.model_fields.items() if field.annotation is not str}
    told = set(SECTIONS) | set(REFUSED)
    assert sections - {YEARS_BEFORE} - told == {name for name in sections if "label" in name or "name" in name
                                                or "description" in name}  # fmt: skip
    assert not any(refusal(name) for name in SECTIONS)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            "workforce.leaving_base=7",
            "years_before.workforce.leaving_base = 7: must be a number from 0 to 2 (per year)",
        ),
        (
            "workforce.leaving_bas=1",
            "years_before.workforce.leaving_bas = 1: unknown key; did you mean 'leaving_base'?",
        ),
        ("domains.dragons.hazard=0.1", "years_before.domains.dragons: there is no domain 'dragons'"),
    ],
)
def test_a_wrong_condition_is_told_as_any_other(setting: str, told: str) -> None:
    with pytest.raises(InputError) as wrong:
        load("before", f"years_before.{setting}")
    assert f"--set: {told}" in str(wrong.value)


def test_an_empty_start_has_no_years_before() -> None:
    with pytest.raises(InputError, match="there are none with"):
        load("before", "years_before.tasks.load=0.1", "run.start=empty")
