"""The evaluation window: which days metrics look at, what a short one cannot tell, and no jump when it grows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from scipy import stats
from typer.testing import CliRunner

from model_runs import demo
from sanfang.cli.app import app
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.presenters import views
from sanfang.dashboard.worlds.played import PlayedWorld
from sanfang.lab.comparison import compare
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.files import to_json
from sanfang.lab.statistics.run_table import values_of
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.lab.windows import in_sentences, windows_in, windows_said
from sanfang.metrics.catalogue import METRICS, measure
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.reasons import reasons
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.observation import observe
from sanfang.model.books.window_money import Pots, shares_of_months, yuan_of
from sanfang.model.model import DistrictModel
from sanfang.report.comparison_figure import comparison_figure
from sanfang.run import series
from sanfang.run.simulation import simulate
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import Window

SMALL = 0.17
NEEDS = {metric.name: metric.needs for metric in METRICS if metric.needs.days > 1}


@cache
def quiet(days: int, warm_up: int) -> DistrictModel:
    """A district in which nobody ever needs anything, after its last day."""
    nothing: dict[str, Any] = {f"domains.{name}.hazard": 0.0 for name in demo().domains}
    model = DistrictModel(demo(**nothing, **{"run.warm_up": warm_up}), days=days, scale=SMALL)
    model.run()
    return model


def stream(model: DistrictModel, took: float, never: int = 0) -> np.ndarray:
    """Records of two requests a day, at noon: each is resolved after `took` days, but of each two `never` of them not.

    Those whose time has not come when the model ends are open.
    """
    records = np.zeros(2 * model.day, model.world.records.dtype)
    records["arose"] = records["voiced"] = np.repeat(np.arange(model.day), 2) + 0.5
    ends = records["voiced"] + took
    done = (ends <= model.day) & (np.arange(len(records)) % 2 >= never)
    for column in ("closed", "gone", "first_at"):
        records[column] = np.where(done, ends, np.nan)
    records["outcome"] = np.where(done, s.RESOLVED, s.OPEN)
    return records


def measured(model: DistrictModel, records: np.ndarray) -> dict[str, float]:
    """The metrics of a model, as if it had left these records."""
    return measure(dataclasses.replace(observe(model), records=records))


# --- Which days ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("warm_up", "days", "first", "length"), [(90, 365, 90, 275), (0, 90, 0, 90), (90, 91, 90, 1), (30, 1000, 30, 970)]
)
def test_the_window_runs_from_the_warm_up_to_the_last_day(warm_up: int, days: int, first: int, length: int) -> None:
    window = Window.of(demo(**{"run.warm_up": warm_up}), days)
    assert (window.first, window.last, window.days, window.is_empty) == (first, days - 1, length, False)
    assert Window.of(demo(**{"run.warm_up": warm_up, "run.days": days})) == window


@pytest.mark.parametrize("days", [1, 60, 90])
def test_a_run_that_ends_with_the_warm_up_runs_and_has_no_metric_but_the_reason(days: int) -> None:
    run = simulate(demo(), days=days, scale=SMALL)
    assert len(run.daily) == days and run.ledger["amount"].sum() > 0
    assert run.window.is_empty
    assert set(run.metrics) == {metric.name for metric in METRICS}
    assert all(math.isnan(value) for value in run.metrics.values())
    assert set(run.reasons) == set(run.metrics)
    for told in run.reasons.values():
        assert "no day is left after the warm-up of 90 days" in told
        assert "--days" in told and "--set run.warm_up=0" in told
    assert "起步期" in reasons(run.metrics, run.window, "zh")["satisfaction"]


def test_the_first_day_after_the_warm_up_is_a_window_of_one_day() -> None:
    """Its satisfaction is that of the day; what follows requests, or money, needs more days and says how many."""
    run = simulate(demo(), days=91, scale=SMALL)
    assert run.metrics["satisfaction"] == pytest.approx(run.daily["satisfaction"].iloc[-1], rel=1e-12)
    for name, need in NEEDS.items():
        assert math.isnan(run.metrics[name])
        assert f"at least {need.days}: " in run.reasons[name] and "has 1 days" in run.reasons[name]
    assert set(run.reasons) == set(NEEDS)


def test_a_window_of_ninety_days_is_long_enough_for_every_metric() -> None:
    run = simulate(demo(**{"run.warm_up": 10}), days=100)
    assert run.reasons == {}
    assert not any(math.isnan(run.metrics[name]) for name in NEEDS if not name.endswith("_p90"))


def test_how_many_requests_were_made_in_the_window_is_told() -> None:
    run = simulate(demo(**{"run.warm_up": 20}), days=80, scale=SMALL, keep_requests=True)
    assert run.metrics["requests"] == (run.requests["voiced"] >= 20).sum() > 0


# --- Means of durations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [*range(60, 65), 89, 90, 91, 92, 120])
@pytest.mark.parametrize(("took", "never", "mean"), [(10.0, 0, 10.0), (10.0, 1, 35.0), (70.0, 0, 60.0), (1.0, 2, 60.0)])
def test_the_mean_of_a_known_stream_is_the_same_in_every_window(
    days: int, took: float, never: int, mean: float
) -> None:
    """Ten days each; ten days for half and never for the others, who count 60; seventy count 60; and never at all."""
    model = quiet(days, 0)
    found = measured(model, stream(model, took, never))
    assert found["resolution_days_mean"] == pytest.approx(mean, rel=1e-9)
    assert found["need_days_mean"] == found["trouble_days"] == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("days", [1, 30, 59])
def test_a_window_of_less_than_sixty_days_has_no_mean_up_to_sixty(days: int) -> None:
    model = quiet(90 + days, 90)
    records = stream(model, 10.0)
    found = measured(model, records)
    assert math.isnan(found["resolution_days_mean"]) and math.isnan(found["trouble_days"])
    told = reasons(found, Window.of(model.scenario_run, model.day))["resolution_days_mean"]
    assert f"the window has {days} days" in told and "at least 60" in told


def test_where_the_first_request_comes_late_nobody_was_followed_for_sixty_days() -> None:
    """Six days, then one request a day that takes a day: of 65 days, 59 are followed, of 66 there are 60."""
    for days, mean in ((65, math.nan), (66, 1.0)):
        model = quiet(days, 0)
        records = stream(model, 1.0)
        found = measured(model, records[records["voiced"] > 6])
        assert found["resolution_days_mean"] == pytest.approx(mean, nan_ok=True)
        told = reasons(found, Window.of(model.scenario_run, days)).get("resolution_days_mean", "")
        assert ("was followed for 60 days" in told) == math.isnan(mean)


def hours_from(model: DistrictModel, working_hours: float) -> np.ndarray:
    """Records of a request on every working day, voiced when offices open and answered after so many working hours."""
    clock, opening = model.world.clock_start, model.scenario_run.calendar.opening_hour / 24
    open_days = np.flatnonzero(np.diff(clock[: model.day + 1]) > 0)
    records = np.zeros(len(open_days), model.world.records.dtype)
    due = clock[open_days] + working_hours
    day = np.searchsorted(clock[: model.day + 1], due, side="right") - 1
    answered = day < model.day
    records["voiced"] = records["arose"] = open_days + opening
    records["first_at"] = np.where(answered, day + opening + (due - clock[day]) / 24, np.nan)
    records["first_hours"] = np.where(answered, working_hours, np.nan)
    records["closed"] = records["gone"] = np.nan
    records["outcome"] = s.OPEN
    return records


@pytest.mark.parametrize("working_hours", [100.0, 300.0, 340.0])
def test_a_mean_of_working_hours_is_right_or_missing_where_holidays_fall_into_the_window(working_hours: float) -> None:
    """Sixty days from New Year have 36 working days, 288 hours: less than the 342.9 up to which answers are counted."""
    known = {}
    for days in (60, 62, 66, 69, 71, 75, 90, 120):
        model = quiet(days, 0)
        found = measured(model, hours_from(model, working_hours))
        value = known[days] = found["first_response_hours_mean"]
        assert math.isnan(value) or value == pytest.approx(working_hours, rel=1e-6), days
        told = reasons(found, Window.of(model.scenario_run, days)).get("first_response_hours_mean", "")
        assert ("working hours of 60 days" in told) == math.isnan(value), days
    assert math.isnan(known[60]) and not math.isnan(known[75])


# --- What requests go through ---------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [60, 61, 75, 90, 140, 200])
def test_trips_handoffs_and_giving_up_of_a_known_stream_are_the_same_in_every_window(days: int) -> None:
    """Of each two requests one is given up after ten days, with two trips and four hand-offs by then; the other after
    seventy, which is too late to count, with one trip and none. Those of the last days have most still before them."""
    model = quiet(days, 0)
    records = stream(model, took=2.0, never=1)
    early = records["outcome"] == s.RESOLVED
    early |= np.arange(len(records)) % 2 == np.flatnonzero(early)[0] % 2
    ends = records["voiced"] + np.where(early, 10.0, 70.0)
    ended = ends < days
    records["outcome"] = np.where(ended, s.WITHDRAWN, s.OPEN)
    records["closed"] = np.where(ended, ends, np.nan)
    records["trips"] = np.where(early & ended, 2, 1)
    records["handoffs"] = np.where(early & ended, 4, 0)
    found = measured(model, records)
    assert (found["withdrawn_rate"], found["trips_per_request"], found["handoffs_per_request"]) == (0.5, 1.5, 2.0)


# --- Shares in time -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [*range(60, 68), 75, 90, 200])
def test_the_shares_in_time_of_a_known_stream_are_the_same_in_every_window(days: int) -> None:
    """Of each two requests one is done after two days and the other never."""
    model = quiet(days, 0)
    records = stream(model, took=2.0, never=1)
    for kind in (s.URGENT, s.HARD, s.CHRONIC, s.HOPED):
        records["kind"] = kind
        found = measured(model, records)
        assert found["on_time_rate"] == 0.5
        assert found["response_rate"] == (0.0 if kind == s.URGENT else 0.5), "an urgent one is to be answered in a day"


@pytest.mark.parametrize("days", [60, 90, 200])
def test_kinds_with_a_short_limit_count_for_no_more_days_than_the_others(days: int) -> None:
    """Of each two requests one is urgent and never done, the other may take fifteen days and takes two."""
    model = quiet(days, 0)
    records = stream(model, took=2.0, never=1)
    records["kind"] = np.tile([s.URGENT, s.HOPED], days)
    done = records["outcome"] == s.RESOLVED
    assert set(records["kind"][done]) == {s.HOPED}
    assert measured(model, records)["on_time_rate"] == 0.5


def test_the_share_in_time_of_random_durations_is_their_chance_to_be_in_time() -> None:
    """Durations of mean 20 days against a limit of 15; 45 of 60 days count."""
    model, rng, many = quiet(60, 0), np.random.default_rng(1), 40_000
    records = np.zeros(many, model.world.records.dtype)
    records["voiced"] = records["arose"] = rng.uniform(0, 60, many)
    ends = records["voiced"] + rng.exponential(20.0, many)
    records["kind"], records["outcome"] = s.HARD, np.where(ends <= 60, s.RESOLVED, s.OPEN)
    for column in ("closed", "gone", "first_at"):
        records[column] = np.where(ends <= 60, ends, np.nan)
    chance = 1 - math.exp(-15 / 20)
    counted = (records["voiced"] <= 45).sum()
    low, high = stats.binom.interval(1 - 1e-6, counted, chance)
    assert low <= measured(model, records)["on_time_rate"] * counted <= high


def test_where_no_limit_has_passed_there_is_no_share_in_time_but_the_reason() -> None:
    scenario = demo(**{"run.warm_up": 0, "limits.resolve_hoped": 80.0})
    run = simulate(scenario, days=70, scale=SMALL)
    assert math.isnan(run.metrics["on_time_rate"]) and not math.isnan(run.metrics["response_rate"])
    assert "longest limit has passed" in run.reasons["on_time_rate"]


# --- Money ------------------------------------------------------------------------------------------------------

START = dt.date(2025, 1, 1)
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
    found = yuan_of(*months(begun), START, first, end, Pots(moved, held, waiting))
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
    shares = shares_of_months(dt.date(2025, 1, 20), 3, 6, 20)
    assert shares == pytest.approx([6 / 12, 8 / 28, 0])
    assert shares_of_months(dt.date(2025, 1, 20), 3, 20, None) == pytest.approx([0, 20 / 28, 1])


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


# --- Windows that differ ----------------------------------------------------------------------------------------


def short_warm_up(days: int = 30) -> Scenario:
    return demo().with_({"name": "short", "run.warm_up": days})


def test_scenarios_with_different_windows_are_not_compared_unless_asked_for() -> None:
    with pytest.raises(InputError) as told:
        compare([demo(), short_warm_up()], reps=2, days=200, scale=SMALL, jobs=1)
    for words in ("'before' has days 90 to 199", "'short' has days 30 to 199", "--allow-different-windows"):
        assert words in str(told.value)
    with pytest.raises(InputError, match="'short' has none of 365 days"):
        compare([demo(), short_warm_up(365)], reps=2, scale=SMALL, jobs=1)
    with pytest.raises(InputError, match="'before' has days 90 to 364, 'long' has days 90 to 399"):
        compare([demo(), demo().with_({"name": "long", "run.days": 400})], reps=2, scale=SMALL, jobs=1)
    found = compare([demo(), short_warm_up()], reps=2, days=95, scale=SMALL, jobs=1, allow_different_windows=True)
    assert found.windows == {"before": Window(90, 95), "short": Window(30, 95)}
    assert any("evaluation windows differ" in note for note in found.notes)
    assert found.runs.groupby("scenario")["first_day"].unique().map(list).to_dict() == {"before": [90], "short": [30]}
    said = json.loads(to_json(found.to_dict()))
    assert said["windows"]["before"] == {"first": 90, "last": 94, "days": 5}
    assert "at least 60" in said["reasons"]["before"]["resolution_days_mean"]
    assert "resolution_days_mean" not in said["reasons"]["short"]


def test_the_window_goes_with_what_is_saved(tmp_path: Path) -> None:
    found = compare([demo(), demo("services")], reps=2, days=95, scale=SMALL, jobs=1)
    found.save(tmp_path)
    assert (pd.read_csv(tmp_path / "runs.csv")[["first_day", "last_day"]] == [90, 94]).all(axis=None)
    said = json.loads((tmp_path / "saved.json").read_text("utf-8"))["compare"]["windows"]
    assert said == {name: {"first": 90, "last": 94, "days": 5} for name in ("before", "services")}


FILE = """
scenarios = ["before", "resources"]
district = "demo"
days = 100
scale = 0.17
replications = 2
metrics = ["satisfaction", "resolution_days_mean"]
{more}
"""


def experiment(more: str = "", **changes: Any) -> Experiment:
    return Experiment.from_dict(tomllib.loads(FILE.format(more=more)) | changes)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[variants.early]\n'run.warm_up' = 10", "'before' has days 90 to 99, 'early' has days 10 to 99"),
        ("[factors]\n'run.warm_up' = [10, 90]", "factors.run.warm_up: changes the days that are evaluated"),
        ("[factors.a]\nvalues = [1, 2]\nsets = { 'run.warm_up' = 20 }", "factors.a: changes the days"),
    ],
)
def test_an_experiment_with_different_windows_says_that_it_means_it(more: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        experiment(more)
    assert "allow_different_windows" in str(error.value)
    assert experiment(more, allow_different_windows=True).file.allow_different_windows


def test_a_sweep_and_its_exports_carry_the_days_that_were_evaluated(tmp_path: Path) -> None:
    """The table of its runs, the CSV and its manifest, and what is printed of it, in words and as JSON."""
    folder = tmp_path / "short"
    sweep(experiment(), folder, jobs=1)
    with Results(folder) as results:
        runs = results.runs()
        assert (
            windows_in(runs) == windows_said(results.about) == dict.fromkeys(("before", "resources"), Window(90, 100))
        )
    assert (runs[["first_day", "last_day"]] == [90, 99]).all(axis=None)
    commands = (["export", str(folder)], ["analyse", str(folder)], ["analyse", str(folder), "--json"])
    printed = " ".join("".join(CliRunner().invoke(app, command).stdout for command in commands).split())
    assert "Evaluation window: days 90 to 99 (10 days" in printed and "must have at least 60" in printed
    assert '"windows"' in printed
    assert list(pd.read_csv(folder / "runs.csv").columns[:6]) == [*runs.columns[:6]]
    assert json.loads((folder / "saved.json").read_text("utf-8"))["export"]["windows"]["before"]["first"] == 90


def test_points_that_are_evaluated_on_other_days_are_told_apart(tmp_path: Path) -> None:
    one = experiment("[factors]\n'run.warm_up' = [10, 90]", allow_different_windows=True)
    sweep(one, tmp_path / "apart", jobs=1)
    with Results(tmp_path / "apart") as results:
        runs = results.runs()
    assert (runs["first_day"] == runs["run.warm_up"]).all() and set(runs["first_day"]) == {10, 90}
    assert any("What is compared is not the policies alone" in line for line in in_sentences(windows_in(runs)))


def test_what_is_too_short_is_no_value_that_was_not_reached(tmp_path: Path) -> None:
    """An open-ended metric without a value is above all that was seen, but not where nobody looked long enough."""
    found = compare([demo(), demo("services")], reps=2, days=95, scale=SMALL, jobs=1)
    assert math.isnan(found.runs["resolution_days_p90"].iloc[0])
    assert np.isnan(values_of(found.runs, "resolution_days_p90")).all()
    assert np.isnan(values_of(found.runs, "cost_per_resolved_need")).all()


# --- Where it is told -------------------------------------------------------------------------------------------


def invoked(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, "--district", "demo", "--scale", "0.17"])


def test_run_and_compare_print_the_window_and_why_there_is_no_value() -> None:
    run = invoked("run", "before", "--days", "90")
    assert run.exit_code == 0
    assert "No metric has a value: no day is left after the warm-up of 90 days" in " ".join(run.stdout.split())
    document = json.loads(invoked("run", "before", "--days", "100", "--json").stdout)
    assert document["window"] == {"first": 90, "last": 99, "days": 10}
    assert document["metrics"]["resolution_days_mean"] is None
    assert "at least 60" in document["reasons"]["resolution_days_mean"]
    told = " ".join(
        invoked("compare", "before", "services", "--reps", "2", "--jobs", "1", "--days", "90").stdout.split()
    )
    assert "No metric has a value" in told and "are equal in all scenarios" not in told


def test_the_command_line_refuses_different_windows_with_one_message(tmp_path: Path) -> None:
    other = tmp_path / "short.toml"
    other.write_text('extends = "before"\nname = "short"\n[run]\nwarm_up = 30\n', "utf-8")
    for command in ("compare", "why"):
        found = invoked(command, "before", str(other), "--reps", "2", "--jobs", "1", "--days", "95")
        assert found.exit_code == 2
        assert found.stderr.count("error:") == 1 and "--allow-different-windows" in found.stderr
        asked = invoked(
            command, "before", str(other), "--reps", "2", "--jobs", "1", "--days", "95", "--allow-different-windows"
        )
        assert asked.exit_code == 0, asked.stderr
        assert "What is compared is not the policies alone" in " ".join(asked.stdout.split())


@pytest.mark.parametrize(("lang", "words"), [("en", "warm-up until day 90"), ("zh", "第 90 天前为起步期")])
def test_cards_of_a_day_in_the_warm_up_say_so_and_show_no_change(lang: str, words: str) -> None:
    address = Address(district="demo", size=0.25, days=200)
    played = PlayedWorld(address, LinkedWorld())
    played.step(90)
    for card in views.figures(played, lang):
        assert words in card["change"] and card["verdict"] == card["since"] == ""
    played.step(10)
    first = next(card for card in views.figures(played, lang) if card["id"] == "open")
    values = series.series(played, "open")
    assert views.signed(float(values[-1] - values[90]), series.MEASURES["open"]) in first["change"]
    assert "91" in first["since"]


def test_a_figure_says_which_days_it_shows_and_why_a_panel_is_empty() -> None:
    found = compare([demo(), demo("services")], reps=2, days=95, scale=SMALL, jobs=1)
    for lang, days, empty in (
        ("en", "days 90 to 94 of 95 evaluated", "no value: needs 60 days to evaluate, has 5"),
        ("zh", "评价第 90–94 天", "无值：评价期至少 60 天，现为 5 天"),
    ):
        figure = comparison_figure(found, lang)
        texts = [text.get_text() for text in figure.findobj(Text)]
        if lang == "zh" and not any("评价" in text for text in texts):
            continue  # no Chinese font here
        assert any(days in text for text in texts)
        assert texts.count(empty) == 2
