"""A window has its days' share of the months' money, and no metric jumps when it grows by a day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model_runs import SMALL, demo
from sanfang.metrics.evaluation import Evaluation
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.window_money import Pots, shares_of_months, yuan_of
from sanfang.run.simulation import simulate
from sanfang.scenario.place import Calendar

YEAR = Calendar(start=dt.date(2025, 1, 1))

LENGTHS = (31, 28, 31, 30)

COMMUNITY = s.COMMUNITY


def months(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Each day of a month brings 10 yuan for cases and 2 for services to communities, all on the month's first day."""
    ahead, pots = np.zeros((count, s.DEPARTMENT + 1, len(h.YUAN_HEADINGS))), np.zeros((count, s.DEPARTMENT + 1))
    ahead[:, COMMUNITY, h.Y_SERVICES] = 2.0 * np.array(LENGTHS[:count])
    pots[:, COMMUNITY] = 10.0 * np.array(LENGTHS[:count])
    return ahead, pots


def yuan_in(first: int, end: int, paid: float, waiting: float = 0.0) -> dict[str, float]:
    """Of days `first` to `end` - 1 of the months above, of which each pays so much for cases."""
    begun = sum(end > begin for begin in np.cumsum([0, *LENGTHS[:-1]]))
    moved = np.zeros((s.DEPARTMENT + 1, len(h.YUAN_HEADINGS)))
    moved[COMMUNITY, h.Y_CASES] = paid * (end - first)
    held = np.zeros(s.DEPARTMENT + 1)
    held[COMMUNITY] = 10.0 * sum(LENGTHS[:begun]) - paid * end
    found = yuan_of(*months(begun), YEAR, first, end, Pots(moved, held, waiting))
    assert (found >= 0).all()
    return {name: float(found[:, place].sum()) for place, name in enumerate(h.YUAN_HEADINGS)}


def test_a_window_within_months_has_its_days_share_of_their_money() -> None:
    """11 January to 10 February: 31 days bring 310 yuan for cases and 62 of services. 5 a day were paid: 50 yuan were
    left from before, and paid for the first ten days; 105 of the window's own money were paid, and 205 are left."""
    found = yuan_in(10, 41, paid=5.0)
    assert found["services"] == pytest.approx(62)
    assert found["cases"] == pytest.approx(155 - 50)
    assert found["unspent"] == pytest.approx(205)
    assert found["stranded"] == 0.0


def test_what_is_left_is_stranded_as_far_as_cases_wait() -> None:
    found = yuan_in(10, 41, paid=5.0, waiting=41.0)
    assert (found["stranded"], found["unspent"]) == (pytest.approx(41), pytest.approx(164))
    assert yuan_in(10, 41, paid=5.0, waiting=1e6)["stranded"] == pytest.approx(205)


def test_money_from_before_that_pays_for_all_cases_leaves_all_of_the_windows_own() -> None:
    """Of 500 yuan given before day 50, one a day was paid: 450 are left and pay for 60 days. The window's 600 stay."""
    found = yuan_in(50, 110, paid=1.0)
    assert found["cases"] == pytest.approx(0, abs=1e-9)
    assert found["unspent"] == pytest.approx(600)


@pytest.mark.parametrize("first", [0, 10, 31, 40])
@pytest.mark.parametrize("paid", [0.0, 4.0, 9.0, 10.0])
def test_each_day_more_brings_one_day_of_money_across_the_ends_of_months(first: int, paid: float) -> None:
    before = {}
    for end in range(first + 1, 120):
        found = yuan_in(first, end, paid)
        assert sum(found.values()) == pytest.approx(12.0 * (end - first))
        for name, value in found.items():
            assert abs(value - before.get(name, 0.0)) <= 12.0 + 1e-9, (end, name)
        before = found


def test_the_first_month_of_a_run_may_begin_within_a_month() -> None:
    """From 20 January its money is for 12 days."""
    calendar = Calendar(start=dt.date(2025, 1, 20))
    shares = shares_of_months(calendar, 3, 6, 20)
    assert shares == pytest.approx([6 / 12, 8 / 28, 0])
    assert shares_of_months(calendar, 3, 20, None) == pytest.approx([0, 20 / 28, 1])


def test_the_money_of_the_whole_run_is_that_of_the_ledger() -> None:
    """A run of whole months that is evaluated from its first day: heading by heading, what the ledger says."""
    run = simulate(demo("three-devolutions", **{"run.warm_up": 0}), days=90)
    booked = run.ledger[run.ledger["resource"] == "yuan"].groupby("heading")["amount"].sum()
    money = booked.drop(["wages", "vacant"], errors="ignore").sum()
    wasted = [name for name in ("services_oversupplied", "terminals_unused", "contracts_unused") if name in booked]
    assert wasted
    for name in wasted:
        assert run.metrics[f"wasted_{name}"] == pytest.approx(booked[name] / money, rel=1e-9)
    cost = (booked.sum()) / run.daily["resolved"].sum()
    assert run.metrics["cost_per_resolved_need"] == pytest.approx(cost, rel=1e-9)


@pytest.mark.parametrize("name", ["before", "three-devolutions"])
def test_the_yuan_of_all_days_are_those_of_the_ledger_tier_by_tier(name: str) -> None:
    """Of whole months, across the end of a year, with money that departments have sent down to communities."""
    run = simulate(demo(name, **{"run.warm_up": 0}), days=396, scale=SMALL)
    assert run.observation is not None
    found = Evaluation.of(run.observation, 0, 396).yuan
    ledger = run.ledger[run.ledger["resource"] == "yuan"].set_index(["tier", "heading"])["amount"]
    booked = [[ledger.get((tier, heading), 0.0) for heading in h.YUAN_HEADINGS] for tier in s.TIER_NAMES[:4]]
    np.testing.assert_allclose(found, booked, rtol=1e-9, atol=1e-4)


@pytest.mark.parametrize("end", [151, 181])
def test_no_metric_of_waste_or_cost_jumps_when_the_window_grows_by_a_day(end: int) -> None:
    """Around the end of a month: a day more of at least 60 moves a share by no more than its part."""
    before: dict[str, float] = {}
    for days in range(end - 1, end + 3):
        found = simulate(demo("three-devolutions"), days=days, scale=SMALL).metrics
        for name in ("waste_share", "waste_share_money", "waste_share_hours") if before else ():
            assert abs(found[name] - before[name]) <= 1.0 / (days - 90), (days, name)
        if before:
            part = 4.0 / (days - 90)
            assert found["cost_per_resolved_need"] == pytest.approx(before["cost_per_resolved_need"], rel=part)
        before = found
