"""Queues, times and metrics hang together: what a run reports can be counted again from its own records."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from model_runs import FULL_REFORM, SCENARIOS, demo, run
from sanfang.metrics.catalogue import BY_NAME
from sanfang.metrics.residents import gini
from sanfang.metrics.survival import quantile, restricted_mean, survival
from sanfang.model import state as s
from sanfang.model.books.headings import WASTED_HOURS, WASTED_YUAN
from sanfang.model.books.observation import observe
from sanfang.model.books.tables import daily_table
from sanfang.model.kernel.engine_arrays import CLASSES, NONE, Engine
from sanfang.model.kernel.worktime import clock_starts, to_calendar, to_working, to_working_each, working_days
from sanfang.model.model import DistrictModel
from sanfang.model.state import TIME_NAMES
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.scenario import Scenario

DAYS = 120
WARM_UP = 30
POLICIES = ("before", "unfunded", FULL_REFORM)


def measured(name: str) -> Run:
    return run(demo(name, **{"run.warm_up": WARM_UP}), DAYS)


# --- Queues -----------------------------------------------------------------------------------------------


def waiting_jobs(engine: Engine, station: int) -> list[int]:
    """Jobs in a station's queues, in order of service, found by following the links."""
    jobs: list[int] = []
    for class_ in range(CLASSES):
        index = int(engine.stations["head"][station, class_])
        while index != NONE:
            jobs.append(index)
            index = int(engine.jobs["next"][index])
    return jobs


@pytest.mark.parametrize("name", POLICIES)
def test_littles_law_holds_at_every_station(name: str) -> None:
    """L = rate x W: the length of a queue over time is the sum of the waits, of those still waiting included."""
    model = measured(name).model
    assert model is not None
    engine, now = model.engine, float(model.engine.clock["now"][0])
    busy = 0
    for station, record in enumerate(engine.stations):
        jobs = waiting_jobs(engine, station)
        assert len(jobs) == record["waiting"]
        area = record["area"] + record["waiting"] * (now - record["area_since"])
        so_far = record["waited"] + (now - engine.jobs["queued"][jobs]).sum()
        assert area == pytest.approx(so_far, rel=1e-9, abs=1e-6)
        busy += record["joined"] > 100
    assert busy > 0.8 * len(engine.stations)


@pytest.mark.parametrize("name", POLICIES)
def test_no_worker_of_a_station_rests_while_work_waits_there(name: str) -> None:
    model = measured(name).model
    assert model is not None
    for record in model.engine.stations:
        assert record["waiting"] == 0 or record["idle"] == NONE


def test_queues_serve_higher_classes_first_and_keep_the_order_of_arrival() -> None:
    model = measured("before").model
    assert model is not None
    waits = 0
    for station in range(len(model.engine.stations)):
        jobs = model.engine.jobs[waiting_jobs(model.engine, station)]
        waits += len(jobs)
        assert (np.diff(jobs["class_"]) >= 0).all()
        for class_ in range(CLASSES):
            assert (np.diff(jobs["queued"][jobs["class_"] == class_]) >= 0).all()
    assert waits > 10


def test_waiting_hours_are_those_of_the_jobs_that_wait() -> None:
    model = measured(FULL_REFORM).model
    assert model is not None
    counted = np.zeros_like(model.world.waiting_hours)
    for station in range(len(model.engine.stations)):
        for job in model.engine.jobs[waiting_jobs(model.engine, station)]:
            if job["phase"] == s.HANDLING:
                counted[station, job["domain"]] += job["hours"]
    np.testing.assert_allclose(model.world.waiting_hours, counted, atol=1e-6)


# --- Times of a request -----------------------------------------------------------------------------------


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


# --- Metrics ------------------------------------------------------------------------------------------------


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


# --- Staff --------------------------------------------------------------------------------------------------


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


# --- Small examples -----------------------------------------------------------------------------------------

REMISSION = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
RELAPSED = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
"""Weeks in remission under 6-mercaptopurine (Freireich and others 1963), the textbook case of censoring."""


def test_quantiles_of_censored_durations_are_those_of_the_textbook() -> None:
    """Kaplan and Meier's curve of Freireich's patients: 0.857 at 6, 0.753 at 10, 0.448 at 23 weeks and after."""
    weeks, done = np.array(REMISSION, float), np.array(RELAPSED, bool)
    assert [quantile(survival(weeks, done), level) for level in (0.10, 0.20, 0.5)] == [6.0, 10.0, 23.0]
    assert math.isnan(quantile(survival(weeks, done), 0.9)), "never reached"


def test_the_curve_is_scipys_to_the_last_bit() -> None:
    """Durations that tie, and whole days at which some end and others are censored, among them."""
    random = np.random.default_rng(7)
    days = random.exponential(20.0, 5_000)
    days = np.where(random.random(5_000) < 0.4, np.floor(days), days)
    done = random.random(5_000) < 0.6
    curve = ecdf(CensoredData(uncensored=days[done], right=days[~done])).sf
    found = survival(days, done)
    assert np.array_equal(found.times, curve.quantiles)
    assert np.array_equal(found.remaining, curve.probabilities)


def test_restricted_mean_is_the_area_under_the_curve() -> None:
    """23.29 weeks up to 35 for Freireich's patients; five cases, one censored: 1 + 0.8 + 2 x 0.6 + 0.3."""
    assert restricted_mean(survival(np.array(REMISSION, float), np.array(RELAPSED, bool)), 35.0) == pytest.approx(
        23.29, abs=0.01
    )
    days, done = np.array([1.0, 2, 3, 4, 5]), np.array([1, 1, 0, 1, 1], bool)
    assert restricted_mean(survival(days, done), 60.0) == pytest.approx(3.3)
    assert restricted_mean(survival(days, done), 2.5) == pytest.approx(1 + 0.8 + 0.5 * 0.6)
    assert restricted_mean(survival(days[:3], done[:3]), 5.0) == pytest.approx(1 + 2 / 3 + 3 / 3), (
        "the last third stays"
    )
    assert restricted_mean(survival(days, np.zeros(5, bool)), 5.0) == 5.0, "nobody is done"


def test_without_censoring_mean_and_quantiles_are_the_ordinary_ones() -> None:
    days = np.random.default_rng(5).exponential(10.0, 501)
    everyone = np.ones(501, bool)
    assert restricted_mean(survival(days, everyone), 8.0) == pytest.approx(np.minimum(days, 8.0).mean())
    assert restricted_mean(survival(days, everyone), np.inf) == pytest.approx(days.mean())
    assert [quantile(survival(days, everyone), level) for level in (0.5, 0.9)] == pytest.approx(
        np.quantile(days, (0.5, 0.9), method="inverted_cdf").tolist()
    )


def test_nothing_observed_has_no_duration() -> None:
    none = np.zeros(0)
    assert math.isnan(restricted_mean(survival(none, none.astype(bool)), 60.0))
    assert math.isnan(quantile(survival(np.array([1.0, 2.0]), np.zeros(2, bool)), 0.5))


@pytest.mark.parametrize(
    ("values", "expected"),
    [([2.0, 2.0, 2.0], 0.0), ([0.0, 0.0, 0.0, 1.0], 0.75), ([1.0, 3.0], 0.25), ([4.0, 1.0, 2.0, 3.0], 0.25)],
)
def test_gini_of_small_examples(values: list[float], expected: float) -> None:
    assert gini(np.array(values)) == pytest.approx(expected)


# --- Working time -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clock() -> tuple[np.ndarray, float, float, dict[str, int]]:
    """Working hours before each day of three weeks from a Monday, opening hour, shift, and some of the days."""
    start = dt.date(2025, 3, 3)
    changes = {"calendar.start": start, "calendar.holidays": [dt.date(2025, 3, 12)]}
    calendar = demo(**changes).calendar
    days = {"monday": 0, "friday": 4, "saturday": 5, "next_monday": 7, "holiday": 9}
    return clock_starts(calendar, 21), calendar.opening_hour, calendar.shift_hours, days


def test_the_clock_stands_still_on_weekends_and_holidays(clock: tuple) -> None:
    starts, opening, shift, days = clock
    assert starts[days["saturday"]] == 5 * shift == starts[days["next_monday"]]
    assert starts[days["holiday"]] == starts[days["holiday"] + 1] == 7 * shift
    assert starts[-1] == 14 * shift
    for day in (days["saturday"], days["saturday"] + 1, days["holiday"]):
        for time in (0.0, 0.5, 0.99):
            assert to_working(day + time, starts, opening, shift) == starts[day]


def test_before_opening_and_after_closing_no_time_passes(clock: tuple) -> None:
    starts, opening, shift, days = clock
    day = days["friday"]
    assert to_working(day + (opening - 1) / 24, starts, opening, shift) == starts[day]
    assert to_working(day + opening / 24, starts, opening, shift) == pytest.approx(starts[day])
    assert to_working(day + (opening + 1.5) / 24, starts, opening, shift) == pytest.approx(starts[day] + 1.5)
    assert to_working(day + (opening + shift + 1) / 24, starts, opening, shift) == starts[day + 1]


def test_working_and_calendar_time_are_inverse_while_offices_are_open(clock: tuple) -> None:
    starts, opening, shift, days = clock
    for day in (days["monday"], days["friday"], days["next_monday"]):
        for hours in (0.01, 1.0, shift / 2, shift - 0.01):
            time = to_calendar(starts[day] + hours, day, starts, opening)
            assert int(time) == day
            assert to_working(time, starts, opening, shift) == pytest.approx(starts[day] + hours, abs=1e-9)


def test_the_clock_never_runs_back(clock: tuple) -> None:
    starts, opening, shift, _ = clock
    times = np.linspace(0.0, 30.0, 7_000)
    hours = to_working_each(times, starts, opening, shift)
    assert (np.diff(hours) >= 0).all()
    assert hours[-1] == pytest.approx(starts[-1] + 9 * shift * 5 / 7), "beyond its end, five days of seven"


def test_a_run_without_a_working_day_ends_with_metrics_of_its_own() -> None:
    """The first of January is a holiday: no hour is worked, and shares of hours have no value."""
    metrics = simulate(Scenario.load("before", district="demo"), days=1, scale=0.2).metrics
    assert set(metrics) == set(BY_NAME)
    assert not 0 < metrics["wasted_relay"] <= 1


def test_before_the_first_day_the_daily_series_is_there_without_rows() -> None:
    model = DistrictModel(Scenario.load("before", district="demo"), days=2)
    before = daily_table(observe(model))
    model.step()
    assert len(before) == 0 and list(before.columns) == list(daily_table(observe(model)).columns)
