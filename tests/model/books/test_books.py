"""Every hour and every yuan is booked once, under a heading that is not negative, and every need is somewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_runs import FULL_REFORM, SCENARIOS, demo, run
from sanfang.lab.verification.district import supply
from sanfang.metrics.catalogue import EQUAL_BETWEEN_SCENARIOS
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.headings import HOUR_HEADINGS, YUAN_HEADINGS
from sanfang.model.kernel.worktime import working_days
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.policy import lever_names

DAYS = 120


def assert_books_balance(found: Run) -> None:
    assert found.model is not None
    booked = found.ledger.groupby("resource")["amount"].sum()
    for resource, amount in supply(found.scenario, found.days, len(found.model.workers)).items():
        assert booked[resource] == pytest.approx(amount, rel=1e-9), resource
        own = found.ledger[found.ledger["resource"] == resource]
        assert own["amount"].min() >= -1e-9 * amount, own.loc[own["amount"].idxmin()].to_dict()
    outside = found.ledger[found.ledger["resource"].str.startswith("outside")]
    assert (outside["amount"] >= -1e-9).all()
    assert not found.ledger.duplicated(["resource", "tier", "heading"]).any()
    assert set(found.ledger.query("resource == 'hours'")["heading"]) <= set(HOUR_HEADINGS)
    assert set(found.ledger.query("resource == 'yuan'")["heading"]) <= set(YUAN_HEADINGS)


def flow_of(model: DistrictModel) -> np.ndarray:
    """Needs by community, domain and state, counted one by one from the cases that live and the records of the ended.

    A need that waits to be brought back has not ended: it is unresolved, as its resident sees it.
    """
    found = np.zeros_like(model.world.flow)
    used = int(model.world.counts["cases_used"][0])
    live = model.world.states[:used]
    live = live[np.isin(live["state"], (s.LATENT, s.OPEN, s.UNRESOLVED))]
    ended = model.world.records[: int(model.world.counts["records"][0])]
    np.add.at(found, (live["community"], live["domain"], live["state"]), 1)
    np.add.at(found, (ended["community"], ended["domain"], ended["outcome"]), 1)
    found[:, :, s.ARISEN] = found[:, :, : s.ARISEN].sum(axis=2)
    return found


# --- Hours and money ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_books_of_every_scenario_balance(name: str) -> None:
    assert_books_balance(run(demo(name), DAYS))


def test_the_books_balance_across_the_end_of_a_year() -> None:
    """Money left lapses at the year's end; it stays booked."""
    scenario = demo(FULL_REFORM)
    found = run(scenario, 400, scale=0.25)
    assert found.model is not None
    booked = found.ledger.groupby("resource")["amount"].sum()
    assert booked["hours"] == pytest.approx(len(found.model.workers) * found.model.world.clock_start[400], rel=1e-9)
    money = scenario.money.operating / 12 * 14 * len(found.model.residents.trust)
    assert booked["yuan"] == pytest.approx(money + booked["hours"] * scenario.staffing.wage, rel=1e-9)


EVERY_LEVER: dict[str, Any] = {f"policy.{name}": 0.7 for name in lever_names()} | {"prices.contract_months": 2.0}


@pytest.mark.parametrize("days", [10, 31, 45, 50, 59])
def test_a_run_that_ends_on_a_day_has_the_ledger_that_a_longer_one_shows_on_it(days: int) -> None:
    longer = DistrictModel(demo(**EVERY_LEVER), days=90, scale=0.35)
    while longer.day < days:
        longer.step()
    alone = simulate(demo(**EVERY_LEVER), days=days, scale=0.35)
    assert {"contracts_unused", "terminals_unused"} <= set(alone.ledger["heading"])
    pd.testing.assert_frame_equal(alone.ledger, longer.ledger(), check_exact=True)


def test_what_a_month_bought_in_vain_grows_by_the_day_and_does_not_leap_at_its_end() -> None:
    """Nobody needs anything: all of every payment is in vain, and each day of a month has an equal part of it."""
    nothing = {f"domains.{name}.hazard": 0.0 for name in demo().domains}
    model = DistrictModel(demo(**EVERY_LEVER, **nothing), days=70, scale=0.35)
    months = np.repeat([0, 1, 2], [31, 28, 11])
    unused = np.zeros((71, 2))
    for day in range(70):
        model.step()
        yuan = model.ledger().groupby("heading")["amount"].sum()
        unused[day + 1] = yuan["contracts_unused"], yuan["terminals_unused"]
    for month, length in enumerate((31, 28, 31)):
        daily = np.diff(unused, axis=0)[months == month]
        assert (daily > 0).all()
        np.testing.assert_allclose(daily, np.broadcast_to(daily[0], daily.shape), rtol=1e-6)
        fees = model.finance.months[month].ahead.sum(axis=0)
        if month < 2:
            paid = fees[[h.Y_CONTRACTS_UNUSED, h.Y_TERMINALS_UNUSED]] + fees[[h.Y_CONTRACTS, h.Y_TERMINALS]]
            np.testing.assert_allclose(daily[0] * length, paid, rtol=1e-6)


def test_hours_and_money_are_equal_in_all_scenarios() -> None:
    base = run(demo("before"), DAYS).metrics
    for name in SCENARIOS:
        found = run(demo(name), DAYS).metrics
        for metric in EQUAL_BETWEEN_SCENARIOS:
            assert found[metric] == pytest.approx(base[metric], rel=1e-9), (name, metric)


@pytest.mark.parametrize("name", ["before", FULL_REFORM])
def test_hours_of_each_day_are_those_of_the_posts(name: str) -> None:
    found = run(demo(name), DAYS)
    assert found.model is not None
    of_day = found.daily.filter(like="hours_").sum(axis=1)
    calendar = found.scenario.calendar
    expected = working_days(calendar, DAYS) * calendar.shift_hours * len(found.model.workers)
    assert of_day.to_numpy() == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_outside_money_is_booked_apart() -> None:
    """Income of the collective economy adds to no public total; the hours that raise it come out of the posts'."""
    base, earning = run(demo(), DAYS), run(demo(**{"policy.collective_income": 1.0}), DAYS)
    assert base.metrics["outside_money"] == 0.0
    assert earning.metrics["outside_money"] > 0.0
    for metric in EQUAL_BETWEEN_SCENARIOS:
        assert earning.metrics[metric] == pytest.approx(base.metrics[metric], rel=1e-9)
    assert_books_balance(earning)
    booked = earning.ledger.query("resource == 'outside_yuan'")["amount"].sum()
    assert booked == pytest.approx(earning.metrics["outside_money"])
    assert earning.model is not None
    wealth, people = earning.model.map.wealth, earning.model.map.population
    months = 4
    income = earning.scenario.prices.collective_yuan / 12 * months * float(wealth @ people)
    assert booked <= income * (1 + 1e-9), "hours not yet spent on it can only lower the income"
    assert booked > 0.5 * income


def test_outside_hours_are_partners_hours_and_no_posts() -> None:
    base, helped = run(demo(), DAYS), run(demo(**{"policy.social_organisations": 1.0}), DAYS)
    assert base.metrics["outside_hours"] == 0.0
    assert helped.metrics["outside_hours"] > 0.0
    assert helped.metrics["hours_supplied"] == pytest.approx(base.metrics["hours_supplied"], rel=1e-9)
    paid = helped.ledger.query("resource == 'yuan' and heading == 'contracts'")["amount"].sum()
    assert helped.metrics["outside_hours"] <= paid / helped.scenario.prices.contract_rate * (1 + 1e-9)


def test_vacancy_is_the_product_of_leaving_and_the_time_a_post_stays_empty() -> None:
    often = {"workforce.leaving_base": 2.0, "workforce.leaving_office": 2.0, "workforce.vacancy_days": 10.0}
    found = run(demo(**often), DAYS, seed=2)
    ledger = found.ledger.query("resource == 'hours'")
    vacant = ledger[ledger["heading"] == "vacant"]["amount"].sum() / ledger["amount"].sum()
    leavers = found.daily["leavers"].sum()
    assert found.model is not None
    expected = leavers * 10.5 / DAYS / len(found.model.workers)  # posts are filled in the morning
    assert leavers > 25
    assert vacant == pytest.approx(expected, rel=0.35)
    none = run(demo(**{"workforce.leaving_base": 0.0, "workforce.leaving_office": 0.0}), DAYS)
    assert not (none.ledger["heading"] == "vacant").any()


def test_wages_of_vacant_posts_are_not_spent() -> None:
    found = run(demo(), DAYS)
    hours = found.ledger.query("resource == 'hours' and heading == 'vacant'")["amount"].sum()
    yuan = found.ledger.query("resource == 'yuan' and heading == 'vacant'")["amount"].sum()
    assert yuan == pytest.approx(hours * found.scenario.staffing.wage, rel=1e-9)
    assert 0 < hours < 0.25 * found.metrics["hours_supplied"]


def test_with_no_work_all_hours_are_idle_patrol_or_vacant() -> None:
    nothing = {f"domains.{domain}.hazard": 0.0 for domain in demo().domains}
    nothing |= {"tasks.load": 0.0, "tasks.own_load": 0.0, "tasks.street_load": 0.0}
    found = run(demo(**nothing), 30)
    headings = set(found.ledger.query("resource == 'hours'")["heading"])
    assert headings <= {"idle", "patrol", "vacant"}
    assert found.requests.empty
    assert found.metrics["waste_share_hours"] == 0.0


def test_overload_leaves_nobody_idle() -> None:
    found = run(demo(**{"tasks.load": 1.5, "tasks.own_load": 1.5, "tasks.street_load": 1.5}), 60)
    hours = found.ledger.query("resource == 'hours'").groupby("heading")["amount"].sum()
    unused = hours.reindex(["idle", "idle_while_others_wait", "patrol"]).fillna(0.0).sum()
    assert unused < 0.05 * hours.sum()


# --- Needs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["before", "unfunded", FULL_REFORM])
def test_every_need_is_in_one_state_on_every_day(name: str) -> None:
    model = DistrictModel(demo(name), seed=3, days=75)
    while model.day < model.days:
        model.step()
        np.testing.assert_array_equal(flow_of(model), model.world.flow, err_msg=f"day {model.day}")
    arisen = model.world.daily[:, s.D_ARISEN].sum()
    assert model.world.flow[:, :, s.ARISEN].sum() == arisen > 0


def test_a_need_has_one_record_and_a_request_one_end() -> None:
    found = run(demo(FULL_REFORM), DAYS)
    assert found.requests["id"].is_unique
    ended = found.requests["outcome"].isin(["healed", "resolved", "unresolved", "withdrawn"])
    assert (found.requests["closed"].notna() | ~ended).all()
    assert len(found.requests) == found.daily["arisen"].sum()


@pytest.mark.parametrize("name", ["before", FULL_REFORM])
def test_the_burden_of_residents_is_their_troubles_not_yet_gone(name: str) -> None:
    """Where nothing vanishes by itself, all but resolved needs burden: also those given up or closed in vain."""
    lasting = {f"needs.heal_{kind}": 0.0 for kind in ("urgent", "hard", "chronic", "hoped")}
    found = run(demo(name, **lasting, **{"needs.met_by_service": 0.0}), DAYS)
    assert found.model is not None
    there = found.requests[found.requests["outcome"] != "resolved"]
    counted = np.bincount(there["resident"], minlength=len(found.model.residents.burden))
    np.testing.assert_array_equal(found.model.residents.burden, counted)


# --- Any policy -----------------------------------------------------------------------------------------

LEVEL = st.sampled_from([0.0, 0.25, 0.5, 1.0])
SCHEDULE = st.lists(st.tuples(st.integers(0, 44), LEVEL), min_size=1, max_size=3, unique_by=lambda step: step[0]).map(
    lambda steps: [list(step) for step in sorted(steps)]
)
LEVER = st.one_of(LEVEL, SCHEDULE)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    """Changes that set any levers, here and there to schedules, and a few communities apart."""
    names = list(lever_names())
    changes: dict[str, Any] = {f"policy.{name}": draw(LEVER) for name in names}
    for community in draw(st.lists(st.sampled_from(demo().community_ids), max_size=3, unique=True)):
        for name in draw(st.lists(st.sampled_from(names), max_size=4, unique=True)):
            changes[f"policy_by_community.{community}.{name}"] = draw(LEVER)
    return changes


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(changes=policies(), seed=st.integers(1, 1_000))
def test_the_books_of_any_policy_balance(changes: dict[str, Any], seed: int) -> None:
    found = simulate(demo("before", **changes), seed=seed, days=45)
    assert_books_balance(found)
    assert found.model is not None
    np.testing.assert_array_equal(flow_of(found.model), found.model.world.flow)
