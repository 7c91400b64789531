"""Every metric of a run is what a second, plain program makes of its requests, its daily series and its ledger."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hand_made import HAMLET
from model_runs import SCENARIOS, demo
from plain_metrics import CAUSES, Shown, by_day, closed_requests, counted_from_records, metrics_of
from sanfang.metrics.catalogue import BY_NAME
from sanfang.model.books.headings import YUAN_HEADINGS
from sanfang.model.books.observation import all_records
from sanfang.model.model import DistrictModel
from sanfang.model.state import CHANNEL_NAMES, STATE_NAMES, TIER_NAMES
from sanfang.run.simulation import simulate
from sanfang.scenario.place import KINDS
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

EVERY_LEVER: dict[str, Any] = {f"policy.{name}": 0.8 for name in lever_names()}
EVERY_REQUEST: dict[str, Any] = EVERY_LEVER | {
    "conflicts.forum_share": 0.5,
    "conflicts.reveals": 0.3,
    "discovery.patrol": 1.0,
    "discovery.data": 0.2,
    "helpers.visit_tells": 1.0,
    "helpers.contact_tells": 0.5,
    "workforce.leaving_base": 1.0,
    "money.operating": 60.0,
}
"""All levers, and a district short of money in which whatever can happen to a need happens."""

EACH_CLOSED_ONCE: dict[str, Any] = {"casework.comes_back": 0.0, "needs.recurrence_days": 20.0}
"""No closed request is brought back, so that each closing has its record; troubles recur soon."""


@cache
def observed(scenario: Scenario, days: int, seed: int, scale: float) -> tuple[dict[str, float], Shown]:
    """A run's metrics, and what the run shows; residents are watched in a second, equal run."""
    run = simulate(scenario, seed=seed, days=days, scale=scale, keep_requests=True)
    assert run.model is not None
    again, first, before = DistrictModel(scenario, seed=seed, days=days, scale=scale), scenario.run.warm_up, None
    satisfaction, spent = [], np.zeros_like(again.world.spent)
    while again.day < days:
        if again.day == first > 0:
            before, spent = again.ledger(), again.world.spent.copy()
        again.step()
        satisfaction.append(np.array(again.residents.satisfaction, dtype=float))
    records = all_records(run.model)
    return run.metrics, Shown(
        scenario=scenario,
        first=first,
        end=days,
        requests=run.requests.assign(gone=records["gone"].copy(), met=records["met"].copy()),
        daily=run.daily,
        ledger=run.ledger,
        ledger_before=before,
        months=[(headed(one.ahead).sum(), pd.Series(one.pots)) for one in again.finance.months],
        moved=headed((again.world.spent - spent)[: len(again.finance.months[0].pots)]),
        held=pd.Series([0.0, again.world.communities["fund"].sum(), 0.0, again.world.budget.sum()]),
        waiting=again.waiting_yuan(),
        satisfaction=np.array(satisfaction),
        community=np.array(run.model.residents.community),
        vulnerable=np.array(run.model.residents.vulnerable),
        posts=len(run.model.workers),
    )


def headed(yuan: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(yuan, columns=pd.Index(YUAN_HEADINGS))


def hamlet(name: str = "before", days: int = 130, seed: int = 1, **changes: Any) -> tuple[dict[str, float], Shown]:
    return observed(demo(name, **(HAMLET | {"run.warm_up": 20} | changes)), days, seed, 1.0)


def assert_same(found: dict[str, float], plain: dict[str, float]) -> None:
    assert set(found) == set(plain) == set(BY_NAME)
    wrong = {
        name: (found[name], value)
        for name, value in plain.items()
        if found[name] != pytest.approx(value, rel=1e-6, abs=1e-6, nan_ok=True)
    }
    assert not wrong


@pytest.mark.parametrize(
    ("name", "changes"),
    [("before", {}), ("three-devolutions-two-refinements", {}), ("before", EVERY_REQUEST)],
    ids=["before", "reform", "everything"],
)
def test_metrics_of_a_hamlet_are_those_of_the_plain_program(name: str, changes: dict[str, Any]) -> None:
    found, shown = hamlet(name, **changes)
    assert_same(found, metrics_of(shown))


def test_metrics_of_a_short_window_with_holidays_are_those_of_the_plain_program() -> None:
    """From 21 January for 62 days, of which the spring festival takes six working days."""
    found, shown = hamlet(days=82)
    assert np.isnan(found["first_response_hours_mean"]) and not np.isnan(found["resolution_days_mean"])
    too_long = {name: np.nan for name, metric in BY_NAME.items() if metric.needs.days > 62}
    assert_same(found, metrics_of(shown) | too_long)


@pytest.mark.parametrize("name", SCENARIOS)
def test_metrics_of_every_policy_are_those_of_the_plain_program(name: str) -> None:
    """Each with a seed of its own; those with pilots at full size, which the pilots need."""
    scale = 1.0 if demo(name).policy_by_community else 0.2
    found, shown = observed(demo(name), 200, SCENARIOS.index(name) + 1, scale)
    assert_same(found, metrics_of(shown))


def test_the_plain_program_has_seen_every_kind_of_request() -> None:
    """Every kind, channel, outcome and tier, composite and brought back, rated and not, with and without money."""
    shown = [hamlet(name, **changes)[1] for name, changes in (("before", {}), ("before", EVERY_REQUEST))]
    requests = pd.concat([one.requests for one in shown])
    assert set(requests["kind"]) == set(KINDS)
    assert set(requests["channel"]) - {""} == set(CHANNEL_NAMES)
    assert set(requests["outcome"]) == set(STATE_NAMES)
    assert set(requests["tier"]) - {""} == set(TIER_NAMES)
    for name in ("parts", "attempts", "ordinal", "handoffs", "trips", "rated"):
        assert requests[name].nunique() >= 3, name
    assert (requests[[f"{cause}_hours" for cause in CAUSES]] > 0).any().all()
    assert set(pd.concat([one.ledger for one in shown])["resource"]) == {
        "hours", "yuan", "outside_hours", "outside_yuan",
    }  # fmt: skip


# --- The daily series --------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, EVERY_REQUEST], ids=["before", "everything"])
def test_the_series_of_needs_are_counted_from_the_records(changes: dict[str, Any]) -> None:
    """Arisen, voiced, found, given up, and latent at the end of each day."""
    _, shown = hamlet("before", **changes)
    needs, daily = shown.requests, shown.daily
    found = needs["channel"].isin(["patrol", "data", "visit", "contact", "forum"])
    assert np.array_equal(daily["arisen"], by_day(needs["arose"], shown.end))
    assert np.array_equal(daily["voiced"], by_day(needs["voiced"][~found], shown.end))
    assert np.array_equal(daily["discovered"], by_day(needs["voiced"][found], shown.end))
    assert np.array_equal(daily["data_found"], by_day(needs["voiced"][needs["channel"] == "data"], shown.end))
    assert np.array_equal(daily["withdrawn"], by_day(needs["closed"][needs["outcome"] == "withdrawn"], shown.end))
    assert np.array_equal(daily["recurred"], by_day(needs["arose"][needs["ordinal"] > 0], shown.end))
    healed = needs["closed"][needs["outcome"] == "healed"]
    latent = by_day(needs["arose"], shown.end) - by_day(needs["voiced"], shown.end) - by_day(healed, shown.end)
    assert np.array_equal(daily["latent"], latent.cumsum())


@pytest.mark.parametrize("changes", [{}, EVERY_REQUEST], ids=["before", "everything"])
def test_closings_repeats_and_ratings_are_counted_from_the_records(changes: dict[str, Any]) -> None:
    """Where no closed case is brought back, so that each closing has its record: 30 days make a repeat."""
    _, shown = hamlet("before", **changes | EACH_CLOSED_ONCE)
    closed = closed_requests(shown)
    counted, recurred = counted_from_records(shown, closed), shown.requests["ordinal"] > 0
    for name in counted.columns.drop("day"):
        assert np.array_equal(shown.daily[name], counted[name]), name
    assert 0 < counted["repeats"].sum() < (recurred & shown.requests["voiced"].notna()).sum()


@pytest.mark.parametrize(("reached", "polite"), [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
def test_ratings_are_of_those_who_were_reached(reached: float, polite: float) -> None:
    """Satisfied is who says so politely, or whose experience is worth at least 0.6; given up requests are not rated."""
    conditions = {"mind.reached": reached, "mind.polite": polite, "mind.satisfied_from": 0.6}
    _, shown = hamlet("before", 60, **conditions)
    ended = shown.requests[shown.requests["outcome"].isin(["resolved", "unresolved", "withdrawn"])]
    closed = ended["experience"].notna() & (ended["outcome"] != "withdrawn")
    assert (ended["rated"][~closed] == -1).all()
    assert ((ended["rated"][closed] >= 0) == (reached == 1.0)).all()
    if reached:
        satisfied = (ended["experience"] >= 0.6) | (polite == 1.0)
        assert (ended["rated"][closed] == satisfied[closed]).all()
        assert closed.sum() > 0 and (polite or not satisfied[closed].all())


def test_hours_of_the_daily_series_sum_to_the_ledger() -> None:
    _, shown = hamlet("before", **EVERY_REQUEST)
    book = shown.ledger[shown.ledger["resource"] == "hours"].groupby("heading")["amount"].sum()
    daily = shown.daily.filter(like="hours_").sum()
    for heading, amount in book.items():
        assert daily[f"hours_{heading}"] == pytest.approx(amount, rel=1e-9, abs=1e-9), heading
    assert daily.sum() == pytest.approx(book.sum(), rel=1e-9)


def test_what_a_request_cost_is_what_the_pots_paid() -> None:
    """The money of all requests together, fees to firms included, is what the ledger has for cases and firms."""
    _, shown = hamlet("before", **EVERY_REQUEST)
    ledger = shown.ledger[shown.ledger["resource"].isin(["yuan", "outside_yuan"])]
    paid = ledger[ledger["heading"].isin(["cases", "market_services"])]["amount"].sum()
    assert shown.requests["yuan"].astype(float).sum() == pytest.approx(paid, rel=1e-6)
    assert shown.requests["quality"].between(0, 1).all()


def test_contracted_hours_of_the_running_month_are_shown() -> None:
    """A month that has not ended is settled later; what organisations have worked in it is shown already."""
    changes = {f"domains.{name}.social": 1.0 for name in demo().domains} | {"policy.social_organisations": 1.0}
    model = DistrictModel(demo(**HAMLET, **changes, **{"prices.contract_months": 1.0}), days=60)
    while model.day < 28:
        model.step()
    used = float(model.world.communities["contract_used"].sum())
    ledger = model.ledger()
    assert used > 0
    assert ledger[ledger["resource"] == "outside_hours"]["amount"].sum() == pytest.approx(used)
