"""Times, metrics and hours hang together: what a run reports can be counted again from its own records."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model_runs import FULL_REFORM, SCENARIOS, demo, run
from policy_runs import DAYS, POLICIES, WARM_UP, measured
from sanfang.metrics.catalogue import BY_NAME
from sanfang.model.books.headings import WASTED_HOURS, WASTED_YUAN
from sanfang.model.kernel.worktime import to_working_each, working_days
from sanfang.model.state import TIME_NAMES

# --- Times of a request --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", POLICIES)
def test_hours_of_a_closed_request_are_its_parts_times_its_duration(name: str) -> None:
    """All working time from registration to close is spent on something, by each part, and only once."""
    found = measured(name)
    assert found.model is not None
    calendar, starts = found.scenario.calendar, found.model.world.clock_start
    done = found.requests[found.requests["outcome"].isin(["resolved", "unresolved", "withdrawn"])]
    spent = done[[f"{name}_hours" for name in TIME_NAMES]].to_numpy(float)
    voiced, closed = (
        to_working_each(done[column].to_numpy(), starts, calendar.opening_hour, calendar.shift_hours)
        for column in ("voiced", "closed")
    )
    assert (spent >= 0).all()
    assert len(done) > 1_000
    np.testing.assert_allclose(spent.sum(axis=1), done["parts"] * (closed - voiced), rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("name", POLICIES)
def test_stages_of_a_request_follow_one_another(name: str) -> None:
    """Arisen, voiced, first handled, closed; a request withdrawn was never handled."""
    requests = measured(name).requests
    voiced = requests[requests["voiced"].notna()]
    assert (voiced["voiced"] >= voiced["arose"]).all()
    answered = voiced[voiced["first_at"].notna()]
    assert (answered["first_at"] >= answered["voiced"]).all()
    assert (answered["first_hours"] >= 0).all()
    closed = answered[answered["closed"].notna()]
    assert (closed["closed"] >= closed["first_at"]).all()
    assert voiced.loc[voiced["outcome"] == "withdrawn", "first_at"].isna().all()
    assert voiced.loc[voiced["outcome"].isin(["resolved", "unresolved"]), "first_at"].notna().all()
    unvoiced = requests[requests["voiced"].isna()]
    assert set(unvoiced["outcome"]) <= {"latent", "healed"}
    assert (requests["arose"] >= 0).all() and (requests["arose"] < DAYS).all()


def test_first_response_is_the_working_time_from_voicing_to_first_handling() -> None:
    found = measured("before")
    assert found.model is not None
    calendar, starts = found.scenario.calendar, found.model.world.clock_start
    answered = found.requests[found.requests["first_at"].notna()]
    voiced, first = (
        to_working_each(answered[column].to_numpy(), starts, calendar.opening_hour, calendar.shift_hours)
        for column in ("voiced", "first_at")
    )
    np.testing.assert_allclose(answered["first_hours"], first - voiced, rtol=1e-5, atol=1e-3)


def test_nothing_is_handled_or_closed_while_offices_are_closed() -> None:
    """But for terminals, which finish a matter when it is brought."""
    found = measured(FULL_REFORM)
    calendar = found.scenario.calendar
    staffed = found.requests[found.requests["tier"] != "terminal"]
    open_days = working_days(calendar, DAYS)
    for column, rows in (("first_at", staffed), ("closed", staffed[staffed["outcome"] != "healed"])):
        times = rows[column].dropna().to_numpy()
        hours = (times % 1.0) * 24.0
        assert open_days[times.astype(int)].all()
        assert (hours >= calendar.opening_hour - 1e-6).all()
        assert (hours <= calendar.opening_hour + calendar.shift_hours + 1e-6).all()


# --- Metrics -------------------------------------------------------------------------------------------------


def test_every_declared_metric_is_measured() -> None:
    assert set(BY_NAME) == set(measured("before").metrics)


@pytest.mark.parametrize("name", SCENARIOS)
def test_shares_lie_between_zero_and_one_and_times_are_not_negative(name: str) -> None:
    for metric, value in measured(name).metrics.items():
        if math.isnan(value):
            continue
        if metric == "vulnerable_gap" or BY_NAME[metric].unit.name == "-1 to 1":
            assert -1 <= value <= 1
            continue
        assert value >= 0, metric
        if (metric.endswith(("_share", "_rate")) and metric != "turnover_rate") or BY_NAME[metric].unit.name == "0-1":
            assert value <= 1, metric


@pytest.mark.parametrize("name", SCENARIOS)
def test_shares_of_time_sum_to_one(name: str) -> None:
    metrics = measured(name).metrics
    assert sum(metrics[f"{part}_share"] for part in TIME_NAMES) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("name", POLICIES)
def test_quantiles_are_in_order(name: str) -> None:
    metrics = measured(name).metrics
    for stem in ("first_response_hours", "resolution_days"):
        median, p90 = metrics[f"{stem}_median"], metrics[f"{stem}_p90"]
        assert math.isnan(p90) or median <= p90
    assert metrics["resolution_days_mean"] <= 60.0
    assert metrics["on_time_rate"] <= 1.0 - metrics["withdrawn_rate"] + 0.05


@pytest.mark.parametrize("warm_up", [0, WARM_UP, DAYS - 60])
def test_metrics_look_at_the_days_after_the_warm_up(warm_up: int) -> None:
    """Counted again from the daily series and the requests."""
    found = run(demo(**{"run.warm_up": warm_up}), DAYS)
    window, metrics = found.daily[warm_up:], found.metrics
    made = found.requests[found.requests["voiced"] >= warm_up]
    assert found.model is not None
    people = len(found.model.residents.trust)
    assert metrics["satisfaction"] == pytest.approx(window["satisfaction"].mean(), rel=1e-9)
    assert metrics["backlog"] == pytest.approx(window["open"].mean() / people * 1000, rel=1e-9)
    assert metrics["latent_needs"] == pytest.approx(window["latent"].mean() / people * 1000, rel=1e-9)
    assert metrics["resolution_rate"] == pytest.approx(window["resolved"].sum() / window["closed"].sum(), rel=1e-9)
    old = made[made["voiced"] < DAYS - 60 + 1]
    given_up = (old["outcome"] == "withdrawn") & (old["closed"] - old["voiced"] <= 60)
    assert metrics["withdrawn_rate"] == pytest.approx(given_up.mean(), rel=1e-9)
    assert metrics["trips_per_request"] == pytest.approx(old["trips"].mean(), rel=1e-6)
    hours = window.filter(like="hours_").sum()
    wasted = ("rework", "misdirected", "relay", "bounced", "tasks_form", "idle_while_others_wait", "training_lost")
    wasted += ("vetting_wrong", "data_entry_in_vain")
    expected = sum(hours[f"hours_{heading}"] for heading in wasted) / hours.sum()
    assert metrics["waste_share_hours"] == pytest.approx(expected, rel=1e-6)
    for kind, names in (("hours", WASTED_HOURS), ("money", WASTED_YUAN)):
        assert sum(metrics[f"wasted_{name}"] for name in names) == pytest.approx(metrics[f"waste_share_{kind}"])
    closed = made[made["outcome"].isin(["resolved", "unresolved"])]
    waits = closed["wait_staff_hours"].sum() / closed[[f"{part}_hours" for part in TIME_NAMES]].to_numpy(float).sum()
    assert metrics["wait_staff_share"] == pytest.approx(waits, rel=1e-5)


def test_the_warm_up_changes_nothing_but_what_is_looked_at() -> None:
    first, other = (run(demo(**{"run.warm_up": days}), DAYS) for days in (0, WARM_UP))
    assert (first.daily["satisfaction"] == other.daily["satisfaction"]).all()
    assert first.metrics["satisfaction"] != other.metrics["satisfaction"]


def test_response_and_resolution_are_those_of_the_requests_in_the_window() -> None:
    """Open requests are censored at the end, the withdrawn and the unresolved never resolve."""
    found = measured(FULL_REFORM)
    made = found.requests[found.requests["voiced"] >= WARM_UP]
    resolved = (made["outcome"] == "resolved").to_numpy()
    days = np.where(resolved, made["closed"], DAYS) - made["voiced"]
    order = np.argsort(days, kind="stable")
    survival, reached, at_risk = 1.0, math.nan, len(days)
    for time, event in zip(np.asarray(days)[order], resolved[order], strict=True):
        if event:
            survival *= 1.0 - 1.0 / at_risk
            if survival <= 0.5:
                reached = float(time)
                break
        at_risk -= 1
    assert found.metrics["resolution_days_median"] == pytest.approx(reached, nan_ok=True, abs=1e-6)


# --- Staff ---------------------------------------------------------------------------------------------------


def test_more_posts_never_mean_fewer_hours() -> None:
    supplied = [run(demo(**{"staffing.officers_per_10k": n}), 20).metrics["hours_supplied"] for n in (8.0, 18.0, 40.0)]
    assert supplied == sorted(supplied)
    assert supplied[0] < supplied[-1]


def test_far_more_staff_wait_less() -> None:
    """Where staff are plentiful, hardly any of the time is waiting for staff."""
    many = {"staffing.officers_per_10k": 60.0, "staffing.street_per_10k": 40.0, "staffing.households_per_grid": 50}
    many |= {f"departments.{name}.posts_per_100k": 300.0 for name in demo().departments}
    tasks = {"tasks.load": 0.05, "tasks.own_load": 0.05, "tasks.street_load": 0.05}
    plenty, usual = run(demo(**many, **tasks), 80).metrics, run(demo(), 80).metrics
    assert plenty["wait_staff_share"] < 0.02 < usual["wait_staff_share"]
    assert plenty["first_response_hours_mean"] < usual["first_response_hours_mean"]


def test_nobody_works_more_than_the_day_is_long() -> None:
    """The hours of a station never exceed those of the people at it; moved staff count where they are."""
    model = measured("resources").model
    assert model is not None
    hours = model.engine.hours.sum(axis=1)
    now = float(model.engine.clock["now"][0])
    home = np.bincount(model.engine.workers["home"], minlength=len(hours)) * now
    assert hours.sum() == pytest.approx(home.sum(), rel=1e-9)
    np.testing.assert_allclose(hours, home, rtol=0.05, atol=60.0)
