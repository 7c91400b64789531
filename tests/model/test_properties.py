"""What holds in any district under any policy, however odd: books, flows, bounds, pairing. Drawn by hypothesis.

A few examples run with the suite, the same each time. `SANFANG_EXAMPLES=500 pytest tests/model/test_properties.py`
draws so many new ones; what fails is kept by hypothesis and tried first the next time. What is drawn and what must hold
of it stand in one file, although it is long: each is of no use without the other.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from calendar import monthrange
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_runs import demo
from plain_metrics import dates_of
from sanfang.metrics.catalogue import BY_NAME, measure
from sanfang.model.books.headings import WASTED_HOURS, WASTED_YUAN
from sanfang.model.books.observation import observe
from sanfang.model.kernel.worktime import working_days
from sanfang.model.model import DistrictModel
from sanfang.model.state import TIME_NAMES
from sanfang.run.simulation import Run, simulate
from sanfang.run.time_split import remainders
from sanfang.scenario.catalogue import ANY, Parameter, levers, parameters
from sanfang.scenario.scenario import Scenario

EXAMPLES = os.environ.get("SANFANG_EXAMPLES")
any_world = settings(
    max_examples=int(EXAMPLES or 15),
    derandomize=EXAMPLES is None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# --- Any policy, in any small district --------------------------------------------------------------------

MIN_DAYS, MAX_DAYS, MAX_COMMUNITIES = 20, 60, 6
SET_BY_HAND = {
    "district.population",
    "district.communities",
    "district.sub_districts",
    "district.name",
    "run.days",
    "run.warm_up",
    "run.start",
}
AT_MOST = {"domains.*.hazard": 5.0, "needs.hazard_cap": 12.0, "departments.*.posts_per_100k": 300.0}
"""Lower than what is declared, so that a tiny district takes a fraction of a second."""


KINDS = ("number", "whole number", "shares", "choice", "date")
CONDITIONS = [one for one in parameters() if one.kind in KINDS and one.path not in SET_BY_HAND]


@dataclass(frozen=True)
class Drawn:
    """A scenario with a drawn policy, the same place without one, and how to run them."""

    policy: Scenario
    none: Scenario
    seed: int
    days: int

    def run(self, scenario: Scenario) -> Run:
        return simulate(scenario, seed=self.seed, days=self.days, keep_requests=True)


levels = st.floats(0, 1) | st.sampled_from([0.0, 1.0])
steps = st.dictionaries(st.integers(0, MAX_DAYS), levels, min_size=1, max_size=3)
schedules = steps.map(lambda found: [[day, found[day]] for day in sorted(found)]).filter(
    lambda schedule: min((day for day, level in schedule if level > 0), default=0) < MIN_DAYS
)  # one that begins later is refused


def _values(lever: Parameter, domains: list[str]) -> st.SearchStrategy[Any]:
    """A level, a schedule or, where a lever takes one, a list of domains."""
    if lever.name == "service_scope":
        return levels | schedules | st.lists(st.sampled_from(domains), min_size=1, unique=True)
    return levels | schedules


@st.composite
def _some(draw: st.DrawFn, names: list[Any], at_least: int = 0) -> list[Any]:
    """Some of the names, in their order; any number of them is as likely as another."""
    count = draw(st.sampled_from(range(at_least, len(names) + 1)))
    return draw(st.permutations(names).map(lambda order: sorted(order[:count], key=names.index)))


@st.composite
def _policy(draw: st.DrawFn, domains: list[str]) -> dict[str, Any]:
    """Any of the levers, none or all of them."""
    return {lever.name: draw(_values(lever, domains)) for lever in draw(_some(levers()))}


@st.composite
def _place(draw: st.DrawFn) -> dict[str, Any]:
    """Some of the demonstration district's domains, its departments of any size, and few people."""
    document = demo().to_dict()
    communities = draw(st.sampled_from(range(1, MAX_COMMUNITIES + 1)))
    document["district"] |= {
        "name": draw(st.sampled_from(["A", "B", "C"])),
        "communities": communities,
        "sub_districts": draw(st.sampled_from(range(1, communities + 1))),
        "population": max(200, communities * draw(st.sampled_from([50, 77, 200, 500, 1000]))),
    }
    document["run"]["start"] = "empty"  # tables and books from the first day on
    document["run"]["warm_up"] = draw(st.sampled_from([0, 10]))
    chosen = draw(_some(sorted(document["domains"]), at_least=1))
    document["domains"] = {name: document["domains"][name] for name in sorted(chosen)}
    needed = {domain["department"] for domain in document["domains"].values()}
    spare = draw(_some(sorted(document["departments"])))
    document["departments"] = {name: document["departments"][name] for name in sorted(needed.union(spare))}
    return document


@st.composite
def _conditions(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """Up to twenty parameters anywhere in their declared ranges, by dotted path."""
    chosen = draw(st.lists(st.sampled_from(CONDITIONS), max_size=20, unique_by=lambda one: one.path))
    found = {}
    for parameter in chosen:
        section = parameter.path.split(".")[0]
        name = draw(st.sampled_from(sorted(document[section]))) if ANY in parameter.path else ""
        found[parameter.path.replace(ANY, name)] = draw(_within(parameter))
    return found


def _within(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Any value that the declaration allows, the ends of a range more often than others."""
    match parameter.kind:
        case "shares":
            return _shares(len(parameter.default))
        case "choice":
            return st.sampled_from(parameter.choices)
        case "date":
            return st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1))
    low, high = parameter.ge, parameter.le
    assert low is not None and high is not None
    if parameter.path == "calendar.reference_year":
        return st.sampled_from([0, 1900, 2024, 2025])
    if parameter.kind == "whole number":
        return st.integers(int(low), int(high))
    high = min(high, AT_MOST.get(parameter.path, high))
    return st.floats(low, high) | st.sampled_from([low, high])


def _shares(length: int) -> st.SearchStrategy[list[float]]:
    """Shares that sum to one; often some are zero, or one is everything."""
    weights = st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=length, max_size=length).filter(any)
    single = st.sampled_from(range(length)).map(lambda place: [float(place == n) for n in range(length)])
    return single | weights.map(lambda found: [part / sum(found) for part in found])


@st.composite
def worlds(draw: st.DrawFn) -> Drawn:
    """A place, its conditions and a policy that fit together."""
    document = draw(_place())
    for path, value in draw(_conditions(document)).items():
        *parts, last = path.split(".")
        section = document
        for part in parts:
            section = section[part]
        section[last] = value
    district, calendar = document["district"], document["calendar"]
    district["share_young"] = min(district["share_young"], 1 - district["share_elderly"])
    calendar["shift_hours"] = min(calendar["shift_hours"], 24 - calendar["opening_hour"])
    document["policy"], document["policy_by_community"] = {}, {}
    none = Scenario.from_dict(document)
    domains = list(none.domains)
    places = draw(st.dictionaries(st.sampled_from(none.community_ids), _policy(domains), max_size=2))
    own = {"policy": draw(_policy(domains)), "policy_by_community": places}
    return Drawn(
        none.with_(own),
        none,
        seed=draw(st.integers(0, 9)),
        days=draw(st.sampled_from([MIN_DAYS, 31, 45, MAX_DAYS])),
    )


# --- What holds ---------------------------------------------------------------------------------------------


def assert_books_balance(found: Run) -> None:
    """Every hour and yuan that was supplied is in the ledger once; what was supplied is counted here anew."""
    assert found.model is not None
    scenario, model = found.scenario, found.model
    sums = found.ledger.groupby("resource")["amount"].sum()
    days = int(working_days(scenario.calendar, found.days).sum())
    hours = len(model.world.persons) * days * scenario.calendar.shift_hours
    dates = dates_of(scenario.calendar, found.days)
    in_first = monthrange(dates[0].year, dates[0].month)[1]
    months = (in_first - dates[0].day + 1) / in_first + sum(date.day == 1 for date in dates[1:])
    money = scenario.money.operating / 12 * scenario.district.population * months
    assert sums.get("hours", 0.0) == pytest.approx(hours, rel=1e-9)
    assert sums.get("yuan", 0.0) == pytest.approx(money + hours * scenario.staffing.wage, rel=1e-9)
    smallest = found.ledger.groupby("resource")["amount"].min()
    assert (smallest >= -1e-9 * sums.abs().clip(lower=1.0)).all(), found.ledger[found.ledger["amount"] < 0]


def assert_needs_are_accounted_for(found: Run) -> None:
    """What arose is latent, open, or has ended once; daily flows sum to it."""
    requests, daily = found.requests, found.daily
    assert len(requests) == daily["arisen"].sum()
    assert requests["id"].is_unique
    ends = requests["outcome"].value_counts()
    assert ends.get("latent", 0) == daily["latent"].iloc[-1]
    assert ends.get("open", 0) == daily["open"].iloc[-1]
    assert requests["voiced"].notna().sum() == daily["voiced"].sum() + daily["discovered"].sum()
    assert ends.get("withdrawn", 0) == daily["withdrawn"].sum()
    assert ends.get("resolved", 0) == daily["resolved"].sum()


def assert_within_bounds(metrics: dict[str, float]) -> None:
    """Each metric keeps to its unit, and the shares of a whole sum to it."""
    assert set(metrics) == set(BY_NAME)
    for name, value in metrics.items():
        unit = BY_NAME[name].unit.name
        low = -1.0 if unit == "-1 to 1" or name == "vulnerable_gap" else 0.0
        high = 1.0 if unit in ("0-1", "-1 to 1") else math.inf
        assert math.isnan(value) or low - 1e-9 <= value <= high + 1e-9, f"{name} = {value}"
    shares = [metrics[f"{name}_share"] for name in TIME_NAMES]
    assert math.isnan(shares[0]) or sum(shares) == pytest.approx(1.0, abs=1e-6)
    for kind, names in (("hours", WASTED_HOURS), ("money", WASTED_YUAN)):
        parts = sum(metrics[f"wasted_{name}"] for name in names)
        assert parts == pytest.approx(metrics[f"waste_share_{kind}"], nan_ok=True)


def assert_minds_are_sound(found: Run) -> None:
    assert found.model is not None
    people, world = found.model.residents, found.model.world
    for name in ("satisfaction", "trust"):
        column = getattr(people, name)
        assert ((column >= 0) & (column <= 1)).all(), name
    assert (people.burden >= 0).all()
    assert ((world.skill > 0) & (world.skill <= 1)).all()
    assert ((world.persons["fatigue"] >= 0) & (world.persons["fatigue"] <= 1)).all()


def assert_patrol_is_bounded(found: Run) -> None:
    """Nobody patrols longer than the cap allows, on any day."""
    assert found.model is not None
    homes = found.model.world.persons["post_home"]
    posts = int((homes < found.model.world.layout.communities).sum())
    assert (found.daily["hours_patrol"] <= posts * found.scenario.discovery.patrol_cap + 1e-6).all()


@any_world
@given(drawn=worlds())
def test_any_run_keeps_its_books_its_needs_and_its_bounds(drawn: Drawn) -> None:
    """Flow identities are checked by the model itself each day, those of the ledger at the end."""
    found = drawn.run(drawn.policy)
    assert_books_balance(found)
    assert_needs_are_accounted_for(found)
    assert_within_bounds(found.metrics)
    assert_minds_are_sound(found)
    assert_patrol_is_bounded(found)
    left = remainders(found.requests, found.scenario.calendar, found.days)
    assert left.abs().max() < 1e-2 or left.empty


@any_world
@given(drawn=worlds())
def test_any_run_is_the_same_again(drawn: Drawn) -> None:
    first, again = drawn.run(drawn.policy), drawn.run(drawn.policy)
    assert np.array_equal(list(first.metrics.values()), list(again.metrics.values()), equal_nan=True)
    for name in ("daily", "ledger", "requests"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name), check_exact=True, obj=name)


@any_world
@given(drawn=worlds())
def test_any_policy_meets_the_same_residents_with_the_same_resources(drawn: Drawn) -> None:
    """To the last bit on the first morning; public hours and money are equal at the end."""
    born, other = (DistrictModel(one, seed=drawn.seed, days=drawn.days) for one in (drawn.policy, drawn.none))
    for name in born.residents._fields:
        np.testing.assert_array_equal(getattr(born.residents, name), getattr(other.residents, name), err_msg=name)
    np.testing.assert_array_equal(born.map.factor, other.map.factor)
    np.testing.assert_array_equal(born.world.persons["key"], other.world.persons["key"])
    np.testing.assert_array_equal(born.world.skill, other.world.skill)
    metrics = []
    for model in (born, other):
        model.run()
        metrics.append(measure(observe(model)))
    for name in ("hours_supplied", "money_supplied"):
        assert metrics[0][name] == pytest.approx(metrics[1][name], rel=1e-9), name


MORE = {
    "staffing.officers_per_10k": "hours",
    "staffing.street_per_10k": "hours",
    "departments.*.posts_per_100k": "hours",
    "calendar.shift_hours": "hours",
    "money.operating": "yuan",
    "staffing.wage": "yuan",
}
"""More of this never means less of that, supplied over a run."""
SUPPLY_DAYS = 4  # how much is supplied does not depend on what happens, so a few days show it


def _supplied(scenario: Scenario, seed: int, resource: str) -> float:
    model = DistrictModel(scenario, seed=seed, days=SUPPLY_DAYS)
    model.run()
    ledger = model.ledger()
    return float(ledger.loc[ledger["resource"] == resource, "amount"].sum())


@any_world
@given(drawn=worlds(), data=st.data())
def test_more_posts_hours_or_money_are_never_less_supply(drawn: Drawn, data: st.DataObject) -> None:
    """One after the other: posts of each kind, the length of the day, money and wages."""
    department = next(iter(drawn.policy.departments))
    for path, resource in MORE.items():
        allowed = _within(next(one for one in CONDITIONS if one.path == path))
        amounts = sorted(data.draw(st.tuples(allowed, allowed), label=path))
        if path == "calendar.shift_hours":
            amounts = [min(amount, 24 - drawn.policy.calendar.opening_hour) for amount in amounts]
        scenarios = [drawn.policy.with_({path.replace(ANY, department): amount}) for amount in amounts]
        fewer, more = (_supplied(scenario, drawn.seed, resource) for scenario in scenarios)
        assert more >= fewer * (1 - 1e-9), path
