"""Metrics by group: what they are of each group, and how the groups make the whole."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_plain_metrics import EACH_CLOSED_ONCE, EVERY_REQUEST, observed

from model_runs import demo
from plain_metrics import (
    Shown,
    closed_requests,
    counted_from_records,
    of_durations,
    of_needs,
    of_requests,
    of_residents,
    of_time,
)
from sanfang.metrics.catalogue import BY_NAME, METRICS, evaluate
from sanfang.metrics.declare import FROM_RESIDENTS
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.groups import DIMENSIONS, Groups, by_group, restricted
from sanfang.metrics.reasons import EMPTY
from sanfang.metrics.residents import residents
from sanfang.metrics.waste import waste_share
from sanfang.run.session import Session
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.errors import InputError

DAYS = 130
AGES = np.array(["young", "adult", "elderly"])
CURVES = {
    name
    for name in BY_NAME
    if name.startswith(("resolution_days", "first_response_hours")) or name.endswith(("_30", "_60", "_90"))
} | {"trouble_days", "need_days_mean", "silent_days_mean", "resolved_days_median", "resolved_days_p90"}
"""Of curves and quantiles: that of a whole is no mean of those of its parts (of curves, where somebody is censored)."""
ALWAYS = ("requests", "backlog", "carried_open")
"""Numbers of requests per resident: 0 where there are none."""
GROUPS = {name: one for name, one in DIMENSIONS.items() if isinstance(one, Groups)}
CASES: dict[str, dict[str, Any]] = {"before": {}, "everything": EVERY_REQUEST}


@cache
def run_of(case: str, once: bool = False) -> Run:
    return simulate(scenario_of(case, once), seed=2, days=DAYS, scale=0.25)


def scenario_of(case: str, once: bool) -> Any:
    return demo(**({"run.warm_up": 20} | CASES[case] | (EACH_CLOSED_ONCE if once else {})))


def evaluation_of(run: Run) -> Evaluation:
    assert run.observation is not None
    return evaluate(run.observation)


# --- The whole and its parts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", GROUPS)
@pytest.mark.parametrize("case", CASES)
def test_groups_weighted_by_their_counts_make_the_district(case: str, dimension: str) -> None:
    """Means and shares by their counts; numbers, and rates of the same residents, by their sum."""
    run = run_of(case)
    found, wrong = by_group(evaluation_of(run), GROUPS[dimension]), {}
    for place, name in enumerate(found.metrics):
        values, n = found.values[:, place][found.n[:, place] > 0], found.n[:, place][found.n[:, place] > 0]
        of = BY_NAME[name].of
        same_people = of is not None and of.count is residents and GROUPS[dimension].splits != "residents"
        together = values.sum() if name == "requests" or same_people else (values * n).sum() / n.sum()
        if name not in CURVES and together != pytest.approx(run.metrics[name], rel=1e-9):
            wrong[name] = (together, run.metrics[name])
    assert not wrong
    assert len(found.metrics) > 20


@pytest.mark.parametrize("dimension", GROUPS)
def test_means_up_to_sixty_days_are_weighted_means_where_nobody_is_censored_before(dimension: str) -> None:
    """A restricted mean is then the plain mean of durations up to its horizon (Irwin 1949)."""
    run = evaluation_of(run_of("before"))
    seen_through = run.records[run.records["arose"] < run.end - 61]
    voiced = seen_through["voiced"]
    run = replace(run, records=seen_through[~(voiced >= run.end - 61)], found={})
    found = by_group(run, GROUPS[dimension])
    curves = {"resolution_days_mean", "trouble_days", "need_days_mean", "silent_days_mean", "resolved_60", "healed_30"}
    for name in curves & set(found.metrics):
        metric, place = BY_NAME[name], found.metrics.index(name)
        assert metric.formula is not None
        together = np.nansum(found.values[:, place] * found.n[:, place]) / found.n[:, place].sum()
        assert together == pytest.approx(metric.formula(run), rel=1e-9)


# --- Each group by the plain program -------------------------------------------------------------------------


@cache
def shown(case: str) -> tuple[Shown, pd.DataFrame, np.ndarray]:
    """What the run shows, its closed requests, and the age of each resident."""
    _, found = observed(scenario_of(case, True), DAYS, 2, 0.25)
    model = run_of(case, True).model
    assert model is not None
    return found, closed_requests(found), AGES[model.residents.age]


def plain_group(case: str, dimension: str, group: str) -> dict[str, float]:
    """Metrics of a group by the plain program, from the records and residents that belong to it."""
    found, closed, age = shown(case)
    names = run_of(case, True).observation.communities  # type: ignore[union-attr]
    of_people = {
        "age": age,
        "vulnerable": np.where(found.vulnerable, "vulnerable", "others"),
        "community": np.array(names)[found.community],
    }
    if dimension in of_people:
        people = of_people[dimension] == group
        kept, kept_closed = (people[table["resident"]] for table in (found.requests, closed))
        found = replace(
            found,
            satisfaction=found.satisfaction[:, people],
            community=found.community[people],
            vulnerable=found.vulnerable[people],
        )
    else:
        kept, kept_closed = (table[dimension] == group for table in (found.requests, closed))
    found = replace(found, requests=found.requests[kept])
    found = replace(found, daily=counted_from_records(found, closed[kept_closed]))
    return {**of_residents(found), **of_needs(found), **of_requests(found), **of_durations(found), **of_time(found)}


@pytest.mark.parametrize("dimension", GROUPS)
@pytest.mark.parametrize("case", CASES)
def test_metrics_of_each_group_are_those_of_the_plain_program(case: str, dimension: str) -> None:
    """Where each closing has its record: which of several closings came when, records do not tell."""
    found = by_group(evaluation_of(run_of(case, True)), GROUPS[dimension])
    wrong, compared = {}, 0
    for group, values, n in zip(found.groups, found.values, found.n, strict=True):
        asked = n[[name not in ALWAYS for name in found.metrics]].any()
        plain = plain_group(case, dimension, group) if asked else dict.fromkeys(ALWAYS, 0.0)
        for name, value, count in zip(found.metrics, values, n, strict=True):
            if not count:
                assert math.isnan(value), (group, name)
                continue
            compared += 1
            if value != pytest.approx(plain[name], rel=1e-6, abs=1e-6, nan_ok=True):
                wrong[group, name] = (value, plain[name])
    assert not wrong
    assert compared > 40


def test_closings_are_booked_as_often_as_a_request_closes() -> None:
    """Also where requests are brought back, whose records have the last closing only."""
    run = evaluation_of(run_of("everything"))
    (whole,) = restricted(replace(run, found={}), replace(GROUPS["age"], number=nobody_apart, people=None), 1)
    assert (run.closings["reopened"] >= 0).sum() > 10
    for name in ("latent", "open", "rated"):
        assert np.array_equal(getattr(whole, name), getattr(run, name)), name
    assert (run.counters[:, whole.counters.any(axis=0)] == whole.counters[:, whole.counters.any(axis=0)]).all()
    assert whole.counters.any(axis=0).sum() == 3


def nobody_apart(run: Any, rows: Any) -> np.ndarray:
    return np.zeros(len(rows), np.int64)


# --- What makes sense of a group -----------------------------------------------------------------------------


def test_which_metrics_a_dimension_splits_follows_from_what_they_are_of() -> None:
    of = {metric.name: metric.of.of for metric in METRICS if metric.of}
    assert (
        not {"vulnerable_gap", "community_inequality", "waste_share", "cost_per_resolved_need", "utilisation"}
        & of.keys()
    )
    assert not {metric.name for metric in METRICS if metric.group in ("waste", "workforce", "resources")} & of.keys()
    for dimension in GROUPS.values():
        level = FROM_RESIDENTS.index(dimension.splits)
        split = {name for name, one in of.items() if FROM_RESIDENTS.index(one) >= level}
        assert {metric.name for metric in dimension.metrics} == split
    assert "satisfaction" not in {metric.name for metric in DIMENSIONS["domain"].metrics}
    assert not {"need_days_mean", "resolved_30"} & {metric.name for metric in DIMENSIONS["channel"].metrics}


def test_a_formula_that_asks_for_hours_and_money_fails_in_a_group() -> None:
    run = evaluation_of(run_of("before"))
    group = next(restricted(run, GROUPS["domain"], len(run.scenario.domains)))
    with pytest.raises((IndexError, ValueError)):
        waste_share(group)


def test_an_empty_group_has_no_value_and_the_reason() -> None:
    """Nobody is vulnerable, and nobody writes to the app: no number, and above all no zero."""
    changes = {"district.share_disabled": 0.0, "district.share_low_income": 0.0, "district.elderly_alone": 0.0}
    run = simulate(demo(**changes | {"run.warm_up": 0, "voice.app": 0.0}), days=100, scale=0.05)
    table = run.by_group("vulnerable", "channel")
    nobody = table[(table["group"] == "vulnerable")]
    assert nobody["value"].isna().all() and (nobody["n"] == 0).all()
    assert set(nobody["reason"]) == {text for text, _ in EMPTY.values()}
    others = table[table["group"] == "others"].set_index("metric")["value"]
    assert others["satisfaction"] == pytest.approx(run.metrics["satisfaction"], rel=1e-12)
    forum = table[table["group"] == "forum"].set_index("metric")
    assert math.isnan(forum["value"]["withdrawn_rate"]) and forum["reason"]["withdrawn_rate"]
    assert forum["value"]["requests"] == 0.0, "a number of requests is a number, of a channel that exists"


def test_a_window_too_short_for_a_metric_is_so_for_each_group() -> None:
    run = simulate(demo(**{"run.warm_up": 0}), days=40, scale=0.05)
    table = run.by_group("kind").set_index(["group", "metric"])
    assert math.isnan(table["value"]["hard", "resolution_days_p90"]) and table["n"]["hard", "resolution_days_p90"] > 0
    assert "must have at least 60" in table["reason"]["hard", "resolution_days_p90"]


# --- As a table ------------------------------------------------------------------------------------------------


def test_a_session_gives_the_groups_of_the_days_so_far() -> None:
    scenario = demo(**{"run.warm_up": 0})
    session = Session(scenario, seed=2, days=60, scale=0.05)
    session.step(30)
    part = simulate(scenario, seed=2, days=30, scale=0.05)
    pd.testing.assert_frame_equal(session.by_group("domain", "age"), part.by_group("domain", "age"))
    assert list(session.by_group("age")) == ["dimension", "group", "metric", "value", "n", "reason"]


def test_a_dimension_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r'by = "domains": is no dimension of groups; did you mean .domain.'):
        run_of("before").by_group("domains")
    with pytest.raises(InputError, match="known here: year, age, vulnerable, community, domain, kind, channel"):
        run_of("before").by_group("sex")
