"""Worked examples of docs/model.md on money and services, and what is waste."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
import pytest

from hand_made import Hamlet, Told
from model_runs import demo
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.ledger import _mismatched, close_day
from sanfang.model.district.finance import (
    Finance,
    _fund_cases,
    _pay_reform,
    _supply_services,
    allocate_month,
    lapse,
    settle_month,
    unused_so_far,
)
from sanfang.model.model import DistrictModel
from sanfang.scenario.dates import month_left


def test_example_half_a_month(told: Told) -> None:
    """A platform for 5 yuan a resident and month is the bill; the rest goes to services and pots."""
    model = DistrictModel(demo(**{"calendar.start": "2025-04-16", "money.operating": 240.0}), days=40)
    model.policy.yuan["digital_platform"] = np.full(len(model.map.ids), 5.0)
    part = month_left(model.scenario_run.calendar, 0)
    allocate_month(
        model.scenario_run, model.map, model.world, model.finance, model.policy, model._base_posts(), part
    )  # fmt: skip
    told.is_next(model.finance.supplied)
    told.is_next(model.world.spent[:, h.Y_PLATFORM].sum())


def test_example_case_money(told: Told) -> None:
    """Two domains, of which one may be decided below: what communities get comes from its department."""
    hamlet = Hamlet()
    world = hamlet.state
    count = len(world.domains)
    needed, matched = np.zeros(count), np.zeros(count)
    needed[:2], matched[0] = (0.6, 0.4), 0.3
    finance = Finance(
        demand=np.ones((2, count)), error=np.zeros((2, count)), service_share=np.full(count, 1 / count),
        needed=needed, matched=matched, people=np.array([400.0, 200.0]), maturity=np.zeros(2), fee=np.zeros(2),
    )  # fmt: skip
    policy = hamlet.model.policy
    policy.funds[:] = 0.2
    world.communities["fund"], world.budget[:] = 0.0, 0.0
    world.domains["department"][:2] = 0, 1
    _fund_cases(world, finance, policy, 3000.0)
    told.is_next(world.communities["fund"][0])
    told.is_next(world.communities["fund"][1])
    told.is_next(world.budget[0])
    told.is_next(world.budget[1])
    policy.funds[:] = 0.7
    world.communities["fund"], world.budget[:] = 0.0, 0.0
    _fund_cases(world, finance, policy, 3000.0)
    told.is_next(world.communities["fund"].sum())
    told.is_next(world.budget[0])


def test_example_services(told: Told) -> None:
    """One domain, two communities: the centre's plan by heads, a tenth of which reaches the neighbour."""
    hamlet = Hamlet(**{f"domains.{name}.spillover": 0.1 for name in demo().domains})
    scenario, world, map_ = hamlet.model.scenario_run, hamlet.state, hamlet.model.map
    count = len(world.domains)
    share = np.zeros(count)
    share[0] = 1.0
    demand = np.full((2, count), 1e-9)
    demand[:, 0] = 500.0, 800.0
    finance = Finance(
        demand=demand, error=np.zeros((2, count)), service_share=share, needed=share, matched=share,
        people=np.array([400.0, 200.0]), maturity=np.zeros(2), fee=np.zeros(2),
    )  # fmt: skip
    policy = hamlet.model.policy
    policy.funds[:], policy.proposals[:], policy.precision[:] = 0.0, 0.0, 0.0
    _supply_services(scenario, map_, world, finance, policy, 1200.0)
    told.is_next(world.community_domain["covered"][1, 0])
    assert world.community_domain["covered"][0, 0] == 1.0
    told.is_next(world.spent[s.DEPARTMENT, h.Y_OVERSUPPLY])
    told.is_next(world.spent[s.DEPARTMENT, h.Y_SERVICES])
    policy.proposals[:] = 1.0
    exact = scenario.with_({"supply.estimate_error": 0.0})
    _supply_services(exact, map_, world, finance, policy, 1200.0)
    told.is_next(world.community_domain["covered"][1, 0])


def finance_of(hamlet: Hamlet, people: tuple[float, float], demand: tuple[float, float], **fields: Any) -> Finance:
    """The plan of a hamlet whose services are all of its first domain."""
    count = len(hamlet.state.domains)
    share, needed = np.zeros(count), np.full((2, count), 1e-9)
    share[0], needed[:, 0] = 1.0, demand
    plan = Finance(
        demand=needed, error=np.zeros((2, count)), service_share=share, needed=share, matched=share,
        people=np.array(people), maturity=np.zeros(2), fee=np.zeros(2),
    )  # fmt: skip
    for name, value in fields.items():
        setattr(plan, name, value)
    return plan


def test_example_estimates(told: Told) -> None:
    hamlet = Hamlet(
        **{f"domains.{name}.spillover": 0.0 for name in demo().domains},
        **{"supply.estimate_error": 0.5, "supply.known_requests": 500.0, "supply.precise_estimate": 0.6},
        **{"policy.need_identification": 0.5},
    )
    world, policy = hamlet.state, hamlet.model.policy
    finance = finance_of(hamlet, (300.0, 300.0), (1000.0, 1000.0))
    finance.error[:, 0] = 1.0, -1.0
    world.flow[:] = 0
    world.flow[:, 0, s.ARISEN], world.flow[:, 0, s.LATENT], world.flow[:, 0, s.HEALED] = 700, 150, 50
    policy.funds[:], policy.proposals[:] = 0.0, 1.0
    _supply_services(hamlet.model.scenario_run, hamlet.model.map, world, finance, policy, 1000.0)
    told.is_next(world.community_domain["covered"][0, 0])


def test_example_contracts(told: Told) -> None:
    hamlet = Hamlet(**{"prices.contract_rate": 50.0, "prices.contract_months": 6.0})
    scenario, world, community = hamlet.model.scenario_run, hamlet.state, hamlet.state.communities
    finance = finance_of(hamlet, (300.0, 300.0), (1.0, 1.0))
    policy = dataclasses.replace(hamlet.model.policy, yuan=bill(contracts=np.array([2.0, 0.0])))
    for month in range(2):
        _pay_reform(scenario, world, finance, policy, np.zeros(2), 1e6)
        told.is_next(community["contract"][0])
        assert world.spent[s.COMMUNITY, h.Y_CONTRACTS] == pytest.approx(600.0 * (month + 1))
        if month == 0:
            first = world.spent.copy()
            community["contract"][0], community["contract_used"][0] = 1.0, 1.0
            settle_month(scenario, world, finance)
            unused = float(world.spent[s.COMMUNITY, h.Y_CONTRACTS_UNUSED])
            assert world.outside_hours[h.O_PARTNERS] == 1.0
            in_a_third = []
            for used in (0.5, 1.0):
                finance.fee = np.array([600.0, 0.0])
                community["contract"][0], community["contract_used"][0] = 2.0 - used, used
                in_a_third.append(unused_so_far(scenario, world, finance, 1 / 3)[s.COMMUNITY, h.Y_CONTRACTS_UNUSED])
            world.spent[:], finance.fee = first, np.array([600.0, 0.0])
    for yuan in (unused, *in_a_third):
        told.is_next(yuan)


def test_example_terminals_unused(told: Told) -> None:
    hamlet = Hamlet(**{"prices.terminal_yuan": 6.0, "prices.terminal_capacity": 0.8})
    world, finance = hamlet.state, finance_of(hamlet, (300.0, 300.0), (1.0, 1.0))
    policy = dataclasses.replace(hamlet.model.policy, yuan=bill(terminals=np.full(2, 0.5)))
    world.counts["terminal_uses"] = 5
    finance.terminal_uses = 5
    _pay_reform(hamlet.model.scenario_run, world, finance, policy, np.zeros(2), 1e6)
    world.counts["terminal_uses"] = 15
    in_a_third = unused_so_far(hamlet.model.scenario_run, world, finance, 1 / 3)[s.COMMUNITY]
    settle_month(hamlet.model.scenario_run, world, finance)
    told.is_next(world.spent[s.COMMUNITY, h.Y_TERMINALS_UNUSED])
    assert world.spent[s.COMMUNITY, h.Y_TERMINALS] == pytest.approx(300.0 - 225.0)
    told.is_next(in_a_third[h.Y_TERMINALS_UNUSED])
    assert in_a_third[h.Y_TERMINALS] == -in_a_third[h.Y_TERMINALS_UNUSED]


def test_a_bill_of_next_to_nothing_is_paid_without_a_warning() -> None:
    """As property tests find it: a lever so low that the money of the month is more than a number of times its bill."""
    hamlet = Hamlet()
    world, finance = hamlet.state, finance_of(hamlet, (300.0, 300.0), (1.0, 1.0))
    policy = dataclasses.replace(hamlet.model.policy, yuan=bill(data_system=np.full(2, 1e-320)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paid = _pay_reform(hamlet.model.scenario_run, world, finance, policy, np.zeros(2), 1e6)
    assert 0 < paid < 1e-300 and world.spent[s.COMMUNITY, h.Y_DATA] == paid
    policy = dataclasses.replace(hamlet.model.policy, yuan=bill(data_system=np.full(2, 1.0)))
    assert _pay_reform(hamlet.model.scenario_run, world, finance, policy, np.zeros(2), 150.0) == pytest.approx(150.0)
    assert world.spent[s.COMMUNITY, h.Y_DATA] == pytest.approx(150.0), "a bill of 600 is paid as far as there is money"


def bill(**items: np.ndarray) -> dict[str, np.ndarray]:
    """A month's bill of the reform, by resident."""
    nothing = np.zeros(2)
    return {"terminals": nothing, "contracts": nothing, "data_system": nothing, "recognition": nothing,
            "digital_platform": nothing} | items  # fmt: skip


def test_example_lapsing(told: Told) -> None:
    hamlet = Hamlet()
    world = hamlet.state
    world.communities["fund"], world.budget[:] = 150.0, 0.0
    world.budget[0] = 100.0
    lapse(world, 100.0)
    for heading in (h.Y_STRANDED, h.Y_UNSPENT):
        told.is_next(world.spent[s.COMMUNITY, heading])
        told.is_next(world.spent[s.DEPARTMENT, heading])
    assert world.budget.sum() == world.communities["fund"].sum() == 0.0


def test_example_idle_while_others_wait(told: Told) -> None:
    """Five idle hours at one community, three waiting at another where nobody rests: three are lost, none twice."""
    hamlet = Hamlet()
    world = hamlet.state
    world.waiting_hours[:], idle = 0.0, np.zeros(len(world.office_work))
    world.waiting_hours[1, 0], world.waiting_hours[1, 1] = 3.0, 1.0
    idle[hamlet.office] = 3.5
    lost = _mismatched(world, idle, idle)
    told.is_next(lost[hamlet.office])
    idle[hamlet.office] = 5.0
    told.is_next(_mismatched(world, idle, idle)[hamlet.office])
    idle[1] = 0.5
    told.is_next(_mismatched(world, idle, idle).sum())


def test_example_patrol_and_data_entry(told: Told) -> None:
    """Of six idle hours of one grid worker two and a half are patrol; entry on a day without a find was in vain."""
    hamlet = Hamlet(**{"discovery.patrol_cap": 2.5, "calendar.shift_hours": 8.0})
    model, world = hamlet.model, hamlet.state
    before = model.engine.hours.copy()
    posts = int((model.engine.workers["at"] == 0).sum())
    model.engine.hours[0, h.IDLE] += 6.0 * posts
    model.engine.hours[:2, h.DATA_ENTRY] += 1.5
    world.communities["found_today"][1] = 1
    world.waiting_hours[:] = 0.0
    close_day(model.scenario_run, model.engine, world, before, 8.0)
    booked = model.engine.hours - before
    told.is_next(booked[0, h.PATROL] / posts)
    told.is_next(booked[0, h.IDLE] / posts)
    told.is_next(booked[0, h.DATA_IN_VAIN])
    told.is_next(booked[1, h.DATA_IN_VAIN])
    told.is_next(booked[1, h.DATA_ENTRY])


def test_what_is_known_of_demand_is_forgotten_in_some_years() -> None:
    """Of 1,200 requests 1 / (12 x 2) are forgotten a month: with 100 a month more it tends to 2,400."""
    finance = finance_of(Hamlet(), (300.0, 300.0), (1.0, 1.0))
    flow = np.zeros((2, finance.known.shape[1], s.ARISEN + 1), np.int64)
    flow[:, :, s.ARISEN] = 1200
    assert (finance.learn(flow, 2.0) == 1200).all()
    flow[:, :, s.ARISEN] += 100
    assert finance.learn(flow, 2.0) == pytest.approx(1200 * 23 / 24 + 100)
    for _ in range(400):
        flow[:, :, s.ARISEN] += 100
        known = finance.learn(flow, 2.0)
    assert known == pytest.approx(2400.0, rel=1e-3)
