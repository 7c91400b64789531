"""No lever is free, and each works through what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model_runs import demo, run
from sanfang.model.books.headings import HOUR_HEADINGS, YUAN_HEADINGS
from sanfang.run.simulation import Run
from sanfang.scenario.catalogue import levers
from sanfang.scenario.policy import Policy, lever_names

LEVERS = frozenset(lever_names())
EXTENSIONS = {one.name: one.signature for one in levers() if not one.ids}
"""Levers that are not the article's, and what each must move."""
DAYS = 120
SETTINGS = {"run.warm_up": 30, "tasks.street_load": 0.35}
"""Street offices are busy: where they have hours to spare, nobody who is moved from them is missed."""


def with_lever(name: str) -> Run:
    return run(demo(**(SETTINGS | {f"policy.{name}": 1.0})), DAYS)


@pytest.fixture(scope="module")
def before() -> Run:
    return run(demo(**SETTINGS), DAYS)


def heading_of(lever: str) -> str:
    extra = Policy.model_fields[lever].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["heading"])


def booked(found: Run, heading: str, resources: tuple[str, ...] = ("hours", "yuan")) -> float:
    rows = found.ledger["resource"].isin(resources) & (found.ledger["heading"] == heading)
    return float(found.ledger.loc[rows, "amount"].sum())


@pytest.mark.parametrize("lever", lever_names())
def test_the_price_of_a_lever_shows_under_its_heading(lever: str, before: Run) -> None:
    """In public hours or yuan, where it was nothing or less before; moved staff are missed where they were."""
    heading = heading_of(lever)
    assert heading in HOUR_HEADINGS + YUAN_HEADINGS
    paid, unpaid = booked(with_lever(lever), heading), booked(before, heading)
    assert paid > 1.2 * unpaid + 1.0


def _share(column: str, value: str) -> Callable[[Run], float]:
    return lambda found: float((found.requests[column] == value).mean())


def _hours(*headings: str) -> Callable[[Run], float]:
    return lambda found: sum(booked(found, heading) for heading in headings)


def _metric(name: str) -> Callable[[Run], float]:
    return lambda found: found.metrics[name]


def _base_hours(found: Run) -> float:
    rows = found.ledger["tier"].isin(["grid", "community"]) & (found.ledger["resource"] == "hours")
    return float(found.ledger.loc[rows, "amount"].sum())


def _written(found: Run) -> float:
    assert found.model is not None
    return float(found.model.world.community_domain["methods"].mean())


def _agreed(found: Run) -> float:
    assert found.model is not None
    return float(found.model.world.community_domain["conventions"].mean())


def _urgent_wait(found: Run) -> float:
    return float(found.requests.loc[found.requests["kind"] == "urgent", "wait_staff_hours"].mean())


def _fund_cases(found: Run) -> float:
    rows = (
        found.ledger["tier"].eq("community") & found.ledger["heading"].eq("cases") & found.ledger["resource"].eq("yuan")
    )
    return float(found.ledger.loc[rows, "amount"].sum())


WORKS_THROUGH: dict[str, tuple[Callable[[Run], float], int]] = {
    "staff_devolution": (_base_hours, 1),
    "fund_devolution": (_fund_cases, 1),
    "collective_income": (_metric("outside_money"), 1),
    "one_window": (_metric("trips_per_request"), -1),
    "self_service": (_share("tier", "terminal"), 1),
    "service_scope": (_metric("trips_per_request"), -1),
    "market_services": (_metric("outside_hours"), 1),
    "social_organisations": (_metric("outside_hours"), 1),
    "authority": (_metric("handoffs_per_request"), -1),
    "clear_lists": (_hours("bounced"), -1),
    "admission_control": (_hours("tasks_form"), -1),
    "resources_follow_tasks": (_metric("tasks_from_above_share"), -1),
    "local_proposals": (_hours("services_oversupplied"), -1),
    "need_identification": (_hours("misdirected"), -1),
    "data_discovery": (_share("channel", "data"), 1),
    "triage": (_urgent_wait, -1),
    "case_management": (_metric("case_wait_share"), -1),
    "work_methods": (_written, 1),
    "volunteers": (_metric("latent_needs_vulnerable"), -1),
    "contact_households": (_share("channel", "contact"), 1),
    "internal_resources": (_metric("outside_hours"), 1),
    "collaboration": (_metric("handoffs_per_request"), -1),
    "consultation": (_agreed, 1),
    "digital_platform": (_metric("trips_per_request"), -1),
}
"""What a lever changes first, and in which direction: capacity, information, routing, authority, money or time."""

TESTED_APART = {"tailoring", "department_accountability", "staff_recognition"}
"""Levers whose effect needs more of something than the district has, for a short run to show it."""


@pytest.mark.parametrize("lever", WORKS_THROUGH)
def test_a_lever_works_through_what_it_says(lever: str, before: Run) -> None:
    """By a twentieth of what it was or more: hours moved about for its price change other things by less."""
    measure, sign = WORKS_THROUGH[lever]
    base = measure(before)
    assert sign * (measure(with_lever(lever)) - base) > 0.05 * abs(base)


def test_no_lever_goes_untested() -> None:
    assert WORKS_THROUGH.keys() | TESTED_APART == LEVERS - set(EXTENSIONS)


@pytest.mark.parametrize("lever", EXTENSIONS)
def test_an_extension_moves_what_it_says(lever: str, before: Run) -> None:
    metric, direction = EXTENSIONS[lever]
    change = with_lever(lever).metrics[metric] - before.metrics[metric]
    assert change > 0 if direction == "higher" else change < 0


def test_recognition_keeps_staff() -> None:
    """Where many would leave, the lever (F3f) keeps some of them, each post by its own draws."""
    often = {"workforce.leaving_base": 2.0}
    plain, praised = (run(demo(**(often | {"policy.staff_recognition": level})), DAYS) for level in (0.0, 1.0))
    assert praised.daily["leavers"].sum() < 0.85 * plain.daily["leavers"].sum()


def test_personal_plans_treat_causes() -> None:
    """With every need a chronic one, plans (H1b) leave fewer to come back."""
    chronic = {f"domains.{domain}.kinds": [0.0, 0.0, 1.0, 0.0] for domain in demo().domains}
    quick = chronic | {"needs.recurrence_days": 10.0}
    plain, planned = (run(demo(**(quick | {"policy.tailoring": level})), 60) for level in (0.0, 1.0))
    share = [found.daily["recurred"].sum() / found.daily["resolved"].sum() for found in (plain, planned)]
    assert share[1] < share[0]


def test_departments_that_answer_to_the_base_put_its_requests_first() -> None:
    """With departments overloaded, what communities send up waits less (F3d)."""
    busy = {"tasks.own_load": 0.9}
    runs = [run(demo(**(busy | {"policy.department_accountability": level})), 60) for level in (0.0, 1.0)]
    waits = [found.requests.loc[found.requests["tier"] == "department", "wait_staff_hours"].mean() for found in runs]
    assert waits[1] < waits[0]


@pytest.mark.parametrize("lever", lever_names())
def test_a_lever_makes_no_public_hour_or_yuan(lever: str, before: Run) -> None:
    found = with_lever(lever).metrics
    for name in ("hours_supplied", "money_supplied"):
        assert found[name] == pytest.approx(before.metrics[name], rel=1e-9)
