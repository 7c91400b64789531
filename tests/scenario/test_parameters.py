"""Every parameter is declared once, with all that a reader needs to judge it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanfang import Scenario
from sanfang.lab.storage.schema import METRIC_NAMES
from sanfang.scenario.catalogue import ANY, Parameter, find, known_at, levers, parameters, values
from sanfang.scenario.checks import MIN_YEAR
from sanfang.scenario.declare import EARLIEST, LATEST, level_on
from sanfang.scenario.merging import nested
from sanfang.scenario.policy import lever_names

LEVERS = {
    "staff_devolution": "F1a",
    "fund_devolution": "F1b",
    "collective_income": "F1c",
    "one_window": "F2a",
    "self_service": "F2b",
    "service_scope": "F2c",
    "market_services": "F2d",
    "social_organisations": "F2e",
    "authority": "F3a, F3c",
    "clear_lists": "F3a",
    "admission_control": "F3b",
    "resources_follow_tasks": "F3c",
    "department_accountability": "F3d",
    "local_proposals": "F3e",
    "staff_recognition": "F3f",
    "need_identification": "H1a",
    "tailoring": "H1b",
    "data_discovery": "H1c",
    "triage": "H2a",
    "case_management": "H2b",
    "work_methods": "H2c",
    "volunteers": "C1",
    "contact_households": "C2",
    "internal_resources": "M1",
    "collaboration": "M2a",
    "consultation": "M2b",
    "digital_platform": "M3",
}
SMALL: dict[str, Any] = {
    "district": {"name": "small", "population": 3000, "sub_districts": 2, "communities": 6},
    "domains": {"care": {"department": "civil"}, "noise": {"department": "environment"}},
    "departments": {"civil": {}, "environment": {}},
}
PARAMETERS = list(parameters())


def test_the_levers_are_those_of_the_article_with_their_ids() -> None:
    assert {lever.name: lever.ids for lever in levers(extensions=False)} == LEVERS
    assert lever_names()[: len(LEVERS)] == tuple(LEVERS), "extensions come after them"


def test_no_two_levers_share_a_ledger_heading_or_lack_a_sentence() -> None:
    assert len({lever.heading for lever in levers()}) == len(levers())
    for lever in levers():
        assert lever.acts.endswith("."), lever.path
        assert (lever.default, lever.ge, lever.le) == (0.0, 0.0, 1.0), lever.path


def test_a_lever_names_what_it_costs_and_what_it_must_move() -> None:
    """A lever that moves posts has no price of its own: its price is that they are missing where they were."""
    for lever in levers():
        assert lever.price or lever.name == "staff_devolution", lever.path
        for path in lever.price:
            found = find(path)
            assert found is not None and re.match("hours|yuan", found.unit), path
        metric, direction = lever.signature
        assert metric in METRIC_NAMES and direction in ("higher", "lower"), lever.path


def test_every_price_is_that_of_a_lever() -> None:
    priced = {path for lever in levers() for path in lever.price}
    declared = {one.path for one in PARAMETERS if one.section == "prices" and re.match("hours|yuan", one.unit)}
    others = {"prices.collective_yuan", "prices.forum_resident_hours", "prices.campaign_hours"}
    assert declared - priced == others, "income, residents' time, and telling of whatever is new"


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.path)
def test_a_parameter_has_unit_range_source_and_labels_in_two_languages(parameter: Parameter) -> None:
    assert parameter.unit
    assert parameter.source
    assert re.search("[A-Za-z]", parameter.label_en)
    assert re.search("[\u4e00-\u9fff]", parameter.label_zh)
    assert (parameter.role == "lever") == (parameter.kind == "lever")
    if parameter.kind in ("number", "whole number", "lever"):
        assert parameter.ge is not None and parameter.le is not None
        assert parameter.ge <= parameter.default <= parameter.le
        assert parameter.ge < parameter.le
    if parameter.kind == "choice":
        assert parameter.default in parameter.choices


def test_the_catalogue_finds_every_parameter_by_its_path() -> None:
    assert len({parameter.path for parameter in PARAMETERS}) == len(PARAMETERS)
    for parameter in PARAMETERS:
        assert find(parameter.path.replace(ANY, "some")) == parameter
    assert find("policy") is find("policy.nothing") is find("policy.triage.more") is find("") is None
    assert known_at("run") == ["days", "start", "warm_up", "replicate"]
    assert known_at("present") == list(lever_names()) and find("present.triage") is not None
    assert known_at("policy_by_community.c001") == list(lever_names())
    assert known_at("domains") == known_at("run.days") == known_at("nothing") == []


def test_a_scenario_has_a_value_for_every_parameter() -> None:
    scenario = Scenario.from_dict({**SMALL, "policy_by_community": {"c001": dict.fromkeys(lever_names(), 0.5)}})
    found = {parameter.path for _, parameter, _ in values(scenario)}
    assert found == {parameter.path for parameter in PARAMETERS}
    assert all(scenario.origin(path) in ("default", "document") for path, _, _ in values(scenario))


def test_an_unknown_parameter_has_no_origin_but_a_near_one() -> None:
    with pytest.raises(ValueError, match=r"'policy\.triag': is not a parameter; did you mean 'policy\.triage'\?"):
        Scenario.from_dict(SMALL).origin("policy.triag")


def test_a_schedule_gives_the_level_of_its_last_step_begun() -> None:
    schedule = ((10, 0.5), (20, 1.0))
    assert [level_on(schedule, day) for day in (0, 9, 10, 19, 20, 99)] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
    assert level_on(0.3, 5) == 0.3


def test_shares_that_were_rounded_are_made_to_sum_to_one_once_and_not_again() -> None:
    kinds = [0.2511, 0.0342, 0.6567, 0.0581]  # a second division would change the last digits of these
    scenario = Scenario.from_dict({**SMALL, "domains": {"care": {"department": "civil", "kinds": kinds}}})
    once = scenario.domains["care"].kinds
    assert sum(once) == pytest.approx(1, abs=1e-15)
    assert once == pytest.approx(kinds, abs=1e-4)
    assert scenario.with_({}).domains["care"].kinds == once


# --- Any valid document -------------------------------------------------------------------------------

levels = st.floats(0, 1)
schedules = st.dictionaries(st.integers(0, 3650), levels, min_size=1, max_size=4).map(
    lambda steps: [[day, steps[day]] for day in sorted(steps)]
)
scopes = st.sampled_from([["care"], ["noise", "care"], 0, 1])


def shares(length: int) -> st.SearchStrategy[list[float]]:
    weights = st.lists(st.floats(0.01, 1), min_size=length, max_size=length)
    return weights.map(lambda parts: [part / sum(parts) for part in parts])


def valid(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Any value that the declaration of a parameter allows."""
    match parameter.kind:
        case "lever":
            return scopes if parameter.name == "service_scope" else levels | schedules
        case "number":
            return st.floats(parameter.ge, parameter.le)
        case "whole number":
            return st.integers(int(parameter.ge or 0), int(parameter.le or 0))
        case "shares":
            return shares(len(parameter.default))
        case "choice":
            return st.sampled_from(parameter.choices)
        case "date":
            return st.dates(EARLIEST, LATEST)
        case "dates":
            return st.lists(st.dates(EARLIEST, LATEST), max_size=3)
        case "text":
            texts = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=20)
            return texts.filter(str.strip) if parameter.name == "name" else texts


def assembled(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes over the small district, made to fit together."""
    document = Scenario.from_dict(SMALL).to_dict()
    for path, value in changes.items():
        section = document
        *parts, last = path.split(".")
        for part in parts:
            section = section.setdefault(part, {})
        section[last] = value
    district = document["district"]
    district["sub_districts"] = min(district["sub_districts"], district["communities"])
    district["population"] = max(district["population"], 50 * district["communities"])
    district["share_young"] = min(district["share_young"], 1 - district["share_elderly"])
    calendar = document["calendar"]
    if calendar["start"].day != 1 or calendar["start"].year < MIN_YEAR:
        document["run"]["start"] = "empty"
    calendar["opening_hour"] = min(calendar["opening_hour"], 24 - calendar["shift_hours"])
    if calendar["reference_year"] < EARLIEST.year:
        calendar["reference_year"] = 0
    weekends = [date for date in calendar["working_weekends"] if date.weekday() >= 5]
    calendar["working_weekends"] = [date for date in weekends if date not in calendar["holidays"]]
    document["domains"]["care"]["department"] = "civil"
    if district["communities"] > 999 and "c001" in document["policy_by_community"]:
        document["policy_by_community"] = {"c0001": document["policy_by_community"]["c001"]}
    return document


def named(parameter: Parameter) -> str:
    path = parameter.path.replace("policy_by_community.*", "policy_by_community.c001")
    return path.replace("domains.*", "domains.care").replace("departments.*", "departments.civil")


documents = (
    st.lists(st.sampled_from(PARAMETERS), max_size=12, unique_by=lambda parameter: parameter.path)
    .flatmap(lambda chosen: st.fixed_dictionaries({named(parameter): valid(parameter) for parameter in chosen}))
    .map(assembled)
)


@settings(max_examples=150)
@given(document=documents)
def test_any_valid_document_is_read_and_kept_without_change(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    scenario = Scenario.from_dict(document)
    path = tmp_path_factory.mktemp("saved") / "saved.toml"
    scenario.save(path)
    again = Scenario.load(path)
    assert again == scenario
    assert again.digest() == scenario.digest()
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert scenario.with_({}) == scenario


@settings(max_examples=100)
@given(data=st.data())
def test_any_number_outside_its_range_is_refused_by_name(data: st.DataObject) -> None:
    numbers = [parameter for parameter in PARAMETERS if parameter.kind in ("number", "whole number", "lever")]
    parameter = data.draw(st.sampled_from(numbers))
    assert parameter.ge is not None and parameter.le is not None
    whole = parameter.kind == "whole number"
    too_low = (
        st.integers(max_value=int(parameter.ge) - 1) if whole else st.floats(max_value=parameter.ge, exclude_max=True)
    )
    too_high = st.integers(int(parameter.le) + 1) if whole else st.floats(min_value=parameter.le, exclude_min=True)
    value = data.draw(too_low | too_high | st.booleans() | st.just(float("nan")))
    document = nested({named(parameter): value})
    small = {key: dict(below) for key, below in SMALL.items()}
    for section, below in document.items():
        small[section] = {**small.get(section, {}), **below}
    small["domains"]["care"] = {"department": "civil", **document.get("domains", {}).get("care", {})}
    with pytest.raises(ValueError, match=re.escape(f"document: {named(parameter)} = ")):
        Scenario.from_dict(small)
