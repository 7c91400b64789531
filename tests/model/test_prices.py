"""Every price is paid exactly: what happened, counted, times the price of one, under the heading that is declared."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from hand_made import HAMLET, Hamlet
from model_runs import demo
from plain_metrics import WorkingTime
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import payment, routing
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.catalogue import levers
from sanfang.scenario.policy import lever_names

LEVEL = 0.75
QUIET: dict[str, Any] = {
    **{f"domains.{name}.hazard": 0.0 for name in demo().domains},
    "tasks.load": 0.0, "tasks.street_load": 0.0, "tasks.own_load": 0.0,
    "staffing.street_per_10k": 60.0, **{f"departments.{name}.posts_per_100k": 1000.0 for name in demo().departments},
    "workforce.leaving_base": 0.0, "workforce.leaving_office": 0.0, "workforce.fatigue_slows": 0.0,
}  # fmt: skip
"""Nothing happens but what the levers ask for, nobody is slower than another, and each office has posts to move."""
DAYS = 40
"""From the first of January: two months are paid for."""


@cache
def quiet_run(**policy: float) -> Run:
    levels = {f"policy.{name}": level for name, level in policy.items()}
    return simulate(demo(**HAMLET, **QUIET, **levels, **{"run.warm_up": 0}), days=DAYS)


@cache
def busy_run(**changes: Any) -> Run:
    """A hamlet with all its troubles, in which some levers are at work."""
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    return simulate(demo(**(HAMLET | {"run.warm_up": 0} | changes)), days=60, keep_requests=True)


def booked(run: Run, resource: str, *headings: str) -> float:
    ledger = run.ledger
    return float(ledger[(ledger["resource"] == resource) & ledger["heading"].isin(headings)]["amount"].sum())


def fallen_due(run: Run, stations: slice, *headings: str) -> float:
    """Hours of small work that came up at some stations, whether or not anybody has done them."""
    assert run.model is not None
    work = run.model.world.office_work[stations][:, [h.HOUR_HEADINGS.index(name) for name in headings]]
    return float(work["owed"].sum() + work["due"].sum())


EVERYWHERE = slice(None)
WEEKLY = {
    "collective_income": ("collective_economy", "collective_hours"),
    "service_scope": ("service_desk", "desk_hours"),
    "department_accountability": ("assessment", "assessment_hours"),
    "local_proposals": ("proposals", "proposal_hours"),
    "need_identification": ("surveys", "survey_hours"),
    "data_discovery": ("data_entry", "entry_hours"),
    "digital_platform": ("data_entry", "platform_entry_hours"),
    "work_methods": ("methods", "method_hours"),
    "volunteers": ("volunteers", "volunteer_week_hours"),
    "contact_households": ("contact_households", "contact_week_hours"),
    "internal_resources": ("internal_resources", "pool_week_hours"),
    "collaboration": ("collaboration", "meeting_hours"),
}
"""Duties of each community, every week: lever, heading, price."""
BY_GRID_WORKERS = {"surveys", "data_entry", "contact_households"}
MONTHLY = {
    "self_service": (("terminals", "terminals_unused"), "terminal_yuan"),
    "social_organisations": (("contracts", "contracts_unused"), "contract_yuan"),
    "collaboration": (("contracts", "contracts_unused"), "collaboration_yuan"),
    "data_discovery": (("data_system",), "data_yuan"),
    "digital_platform": (("digital_platform",), "platform_yuan"),
}
"""Yuan per resident and year, paid every month: lever, headings, price."""
BY_EVENT = {
    "staff_devolution", "fund_devolution", "one_window", "market_services", "authority", "clear_lists",
    "admission_control", "resources_follow_tasks", "staff_recognition", "tailoring", "triage", "case_management",
    "consultation",
}  # fmt: skip
"""Levers whose price is tried by a test of its own, here or among the worked examples."""


def test_the_price_of_every_lever_is_tried() -> None:
    assert set(WEEKLY) | set(MONTHLY) | BY_EVENT == set(lever_names())
    declared = {one.name: one.heading for one in levers()}
    for lever, (heading, _) in WEEKLY.items():
        assert declared[lever] in {heading, *MONTHLY.get(lever, ((), ""))[0]}, lever


def working_days(run: Run) -> float:
    return WorkingTime(run.scenario, DAYS).at(DAYS) / run.scenario.calendar.shift_hours


@pytest.mark.parametrize("lever", WEEKLY)
def test_duties_of_a_week_are_level_times_price_in_five_days(lever: str) -> None:
    heading, price = WEEKLY[lever]
    run = quiet_run(**{lever: LEVEL})
    weeks = working_days(run) / 5
    expected = 2 * getattr(run.scenario.prices, price) * LEVEL * weeks
    stations = slice(0, 2) if heading in BY_GRID_WORKERS else slice(2, 4)
    assert fallen_due(run, stations, heading) == pytest.approx(expected, rel=1e-9)
    assert fallen_due(run, EVERYWHERE, heading) == pytest.approx(expected, rel=1e-9)
    done = (
        booked(run, "hours", heading, "data_entry_in_vain")
        if heading == "data_entry"
        else booked(run, "hours", heading)
    )
    assert done == pytest.approx(expected, abs=2 * 2.0), "but for jobs of two hours not yet gathered, one at each place"
    assert done % 2.0 == pytest.approx(0.0, abs=1e-9) or done % 2.0 == pytest.approx(2.0, abs=1e-9)


def test_training_is_paid_for_each_officer() -> None:
    run = quiet_run(one_window=LEVEL)
    officers = 600 * run.scenario.staffing.officers_per_10k / 10_000
    expected = officers * run.scenario.prices.training_hours * LEVEL * working_days(run) / 5
    assert fallen_due(run, EVERYWHERE, "training") == pytest.approx(expected, rel=1e-9)


def test_lists_are_kept_at_communities_and_at_streets() -> None:
    run = quiet_run(clear_lists=LEVEL)
    a_place = run.scenario.prices.list_hours * LEVEL * working_days(run) / 5
    for station in (2, 3, 4):
        assert fallen_due(run, slice(station, station + 1), "list_upkeep") == pytest.approx(a_place, rel=1e-9)
    assert fallen_due(run, EVERYWHERE, "list_upkeep") == pytest.approx(3 * a_place, rel=1e-9)


@pytest.mark.parametrize("lever", MONTHLY)
def test_fees_of_a_month_are_level_times_price_per_resident(lever: str) -> None:
    headings, price = MONTHLY[lever]
    run = quiet_run(**{lever: LEVEL})
    assert booked(run, "yuan", *headings) == pytest.approx(
        600 * getattr(run.scenario.prices, price) / 12 * 2 * LEVEL, rel=1e-9
    )


def test_recognition_is_paid_for_each_post_at_the_base_also_for_those_that_moved_there() -> None:
    for moved in (0.0, 1.0):
        run = quiet_run(staff_recognition=LEVEL, staff_devolution=moved)
        assert run.model is not None
        posts = int((run.model.engine.workers["home"] < 4).sum())
        assert booked(run, "yuan", "recognition") == pytest.approx(
            posts * run.scenario.prices.recognition_yuan / 12 * 2 * LEVEL, rel=1e-9
        )
    at_home = int((run.model.world.persons["tier"] <= s.COMMUNITY).sum())  # type: ignore[union-attr]
    assert posts > at_home


def test_collective_income_is_per_resident_and_wealth_as_far_as_it_is_raised() -> None:
    run = quiet_run(collective_income=LEVEL)
    assert run.model is not None
    wealth, people = run.model.map.wealth, run.model.map.population
    a_month = run.scenario.prices.collective_yuan / 12 * LEVEL * float(wealth @ people)
    assert booked(run, "outside_yuan", "cases", "collective_economy") == pytest.approx(2 * a_month, rel=0.15)
    assert booked(run, "outside_yuan", "collective_economy") <= 2 * a_month * (1 + 1e-9)


def test_wages_are_hours_times_the_wage_and_money_is_what_is_handed_out() -> None:
    run = busy_run(**{"workforce__leaving_base": 2.0, "workforce__leaving_office": 2.0})
    wage, hours = run.scenario.staffing.wage, run.metrics["hours_supplied"]
    vacant = booked(run, "hours", "vacant")
    assert vacant > 0
    assert booked(run, "yuan", "wages") == pytest.approx((hours - vacant) * wage, rel=1e-9)
    assert booked(run, "yuan", "vacant") == pytest.approx(vacant * wage, rel=1e-9)
    months = 3
    money = 600 * run.scenario.money.operating / 12 * months
    handed_out = run.ledger[run.ledger["resource"] == "yuan"]["amount"].sum()
    assert handed_out == pytest.approx(money + hours * wage, rel=1e-9)


def test_services_get_their_share_of_what_the_reform_leaves() -> None:
    run = quiet_run(data_discovery=LEVEL)
    money = run.scenario.money
    left = 600 * 2 * (money.operating / 12 - run.scenario.prices.data_yuan / 12 * LEVEL)
    services = booked(run, "yuan", "services", "services_oversupplied")
    assert services == pytest.approx(left * money.service_share, rel=1e-9)
    assert booked(run, "yuan", "stranded", "unspent") == pytest.approx(left * (1 - money.service_share), rel=1e-9)


# --- Events of cases ----------------------------------------------------------------------------------------


def test_intake_is_paid_for_each_request_that_no_terminal_finishes_where_it_comes_in() -> None:
    run = busy_run(**{"policy__self_service": 1.0, "discovery__patrol": 1.0})
    requests, working = run.requests[run.requests["voiced"].notna()], WorkingTime(run.scenario, run.days)
    came_in = requests["voiced"].map(working.at) < working.at(run.days)
    by_staff = requests[came_in & (requests["tier"] != "terminal")]
    assert len(by_staff) < came_in.sum()
    hotline, at_department = by_staff["channel"] == "hotline", by_staff["channel"] == "department_window"
    for stations, count in (
        (slice(2, 4), (~hotline & ~at_department).sum()),
        (slice(4, 5), hotline.sum()),
        (slice(5, None), at_department.sum()),
    ):
        assert count > 0
        assert fallen_due(run, stations, "intake") == pytest.approx(
            count * run.scenario.casework.intake_hours, rel=1e-9
        )


def test_a_firm_is_paid_by_the_hour() -> None:
    run = busy_run(**{"policy__market_services": 1.0, **{f"domains__{name}__market": 1.0 for name in demo().domains}})
    hours = booked(run, "outside_hours", "partners")
    assert hours > 0
    assert booked(run, "yuan", "market_services") == pytest.approx(hours * run.scenario.prices.market_yuan, rel=1e-9)


def test_forums_are_paid_for_whether_or_not_they_agree() -> None:
    run = busy_run(**{"policy__consultation": 1.0, "conflicts__forum_share": 1.0, "conflicts__forum_days": 3.0})
    prices = run.scenario.prices
    forums = booked(run, "outside_hours", "residents_in_forums") / prices.forum_resident_hours
    assert forums == pytest.approx(round(forums)) and forums > 3
    paid = fallen_due(run, EVERYWHERE, "consultation", "forums_without_agreement")
    assert paid == pytest.approx(forums * prices.forum_hours, rel=1e-9)


def test_each_pooled_hour_is_found_and_organised() -> None:
    run = busy_run(
        **{"policy__internal_resources": 1.0, **{f"domains__{name}__simple": 1.0 for name in demo().domains}}
    )
    weeks = WorkingTime(run.scenario, run.days).at(run.days) / run.scenario.calendar.shift_hours / 5
    hours = booked(run, "outside_hours", "internal_resources")
    assert hours > 0
    expected = hours * run.scenario.prices.pool_part_hours + 2 * weeks * run.scenario.prices.pool_week_hours
    assert fallen_due(run, EVERYWHERE, "internal_resources") == pytest.approx(expected, rel=1e-6)


def test_a_devolved_decision_is_reported() -> None:
    """A part above the community's own level that the community finishes; and one of its own, which is not."""
    hamlet = Hamlet(**{"prices.coordination_hours": 0.3})
    state = (hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting)
    for level, expected in ((s.COMMUNITY, 0.0), (s.DEPARTMENT, 0.3)):
        hamlet.state.domains["level"] = level
        hamlet.state.communities["fund"] = 1000.0
        job_id = hamlet.job(hamlet.case(), tier=s.COMMUNITY, target=s.COMMUNITY)
        routing.advance(*state, job_id, 0)
        assert hamlet.owed(hamlet.office, h.COORDINATION) == pytest.approx(expected)


def test_a_payment_from_the_fund_is_booked_that_of_a_department_is_not() -> None:
    hamlet = Hamlet(**{"prices.fund_admin_hours": 0.15, "prices.market_yuan": 70.0})
    hamlet.state.communities["fund"], hamlet.state.budget[:] = 100.0, 1000.0
    jobs = hamlet.model.engine.jobs
    for expected in (0.15, 0.15):
        job = jobs[hamlet.job(hamlet.case(), target=s.COMMUNITY)]
        assert payment._pay_firm(hamlet.world, hamlet.setting, job, 1.0)
        assert hamlet.owed(hamlet.office, h.FUND_ADMIN) == pytest.approx(expected)
    assert hamlet.state.spent[s.DEPARTMENT, h.Y_MARKET] == hamlet.state.spent[s.COMMUNITY, h.Y_MARKET] == 70.0


def test_posts_that_move_down_leave_their_office() -> None:
    """F1a has no price but what is lost there: the movable share of posts is at community offices from then on."""
    run = quiet_run(staff_devolution=1.0)
    assert run.model is not None
    persons, home = run.model.world.persons, run.model.engine.workers["home"]
    staffing = run.scenario.staffing
    for tier, share in ((s.STREET, staffing.street_movable), (s.DEPARTMENT, staffing.department_movable)):
        for station in np.unique(persons["post_home"][persons["tier"] == tier]):
            mine = persons["post_home"] == station
            assert (home[mine] < 4).sum() == round(share * mine.sum())
            assert (home[mine] != 0).all() and (home[mine] != 1).all(), "not to grid workers"
