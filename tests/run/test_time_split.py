"""Every working hour from voicing to close is split by cause without remainder, for a request, a domain, a scenario."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from command_lines import call
from model_runs import FULL_REFORM, SCENARIOS, demo, run
from sanfang.report.time_split_figure import COLOURS, time_split_figure
from sanfang.run.simulation import Run
from sanfang.run.time_split import (
    ALL,
    CAUSES,
    HOURS,
    SHARES,
    by_domain,
    by_scenario,
    durations,
    of_request,
    pooled,
    remainders,
    split_of,
)
from sanfang.scenario.errors import InputError

DAYS, WARM_UP = 120, 30  # as in test_books, whose runs are taken again


def measured(name: str) -> Run:
    return run(demo(name, **{"run.warm_up": WARM_UP}), DAYS)


# --- No remainder -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_hour_of_a_request_is_left_without_a_cause(name: str) -> None:
    """Each request that ended, of one part or several: its parts times its duration, to single precision."""
    found = measured(name)
    left = remainders(found.requests, found.scenario.calendar, DAYS)
    ended = found.requests.loc[left.index]
    assert (ended["parts"] == 1).sum() > 1_000 and (ended["parts"] > 1).sum() > 100
    allowed = 1e-6 * ended[list(HOURS)].to_numpy(float).sum(axis=1) + 1e-3
    assert (left.abs() < allowed).all()


@pytest.mark.parametrize("name", ["before", FULL_REFORM])
def test_an_open_request_has_never_more_hours_booked_than_have_passed(name: str) -> None:
    found = measured(name)
    still = found.requests[found.requests["outcome"] == "open"]
    booked = still[list(HOURS)].to_numpy(float).sum(axis=1)
    passed = still["parts"] * durations(still, found.scenario.calendar, DAYS)
    assert len(still) > 50
    assert (booked <= passed + 1e-3).all()


# --- Tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["before", FULL_REFORM])
def test_domains_sum_to_the_whole_and_causes_to_the_hours(name: str) -> None:
    table = by_domain(measured(name).requests)
    rows, last = table[table["domain"] != ALL], table[table["domain"] == ALL].iloc[0]
    assert len(rows) == len(demo().domains)
    for column in ("requests", "parts", "hours", *HOURS):
        assert rows[column].sum() == pytest.approx(last[column], rel=1e-12)
    np.testing.assert_allclose(table[list(HOURS)].sum(axis=1), table["hours"], rtol=1e-12)
    np.testing.assert_allclose(table[list(SHARES)].sum(axis=1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("name", ["before", FULL_REFORM])
def test_the_split_of_all_domains_is_that_of_the_metrics(name: str) -> None:
    found = measured(name)
    last = split_of(found).set_index("domain").loc[ALL]
    for share in SHARES:
        assert last[share] == pytest.approx(found.metrics[share], rel=1e-6), share


def test_a_domain_has_the_hours_of_its_own_requests() -> None:
    """Counted again, duration by duration, and not from what was booked."""
    found = measured("before")
    requests = found.requests[found.requests["outcome"].isin(["resolved", "unresolved"])]
    requests = requests[requests["voiced"] >= WARM_UP]
    hours = requests["parts"] * durations(requests, found.scenario.calendar, DAYS)
    table = split_of(found).set_index("domain")
    for domain, expected in hours.groupby(requests["domain"]):
        assert table.loc[domain, "hours"] == pytest.approx(expected.sum(), rel=1e-6)
        assert table.loc[domain, "requests"] == (requests["domain"] == domain).sum()


def test_scenarios_stand_under_one_another_and_replications_add_up() -> None:
    runs = {name: measured(name) for name in ("before", FULL_REFORM)}
    table = by_scenario(runs)
    assert list(table["scenario"].unique()) == list(runs)
    for name, found in runs.items():
        own = table[table["scenario"] == name].drop(columns="scenario").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, split_of(found))
    together = pooled(table)
    assert together.iloc[-1]["domain"] == ALL
    assert together.iloc[-1]["hours"] == pytest.approx(table.loc[table["domain"] == ALL, "hours"].sum())
    np.testing.assert_allclose(together[list(SHARES)].sum(axis=1), 1.0, rtol=1e-12)


def test_a_run_that_kept_no_requests_has_the_same_split() -> None:
    found = measured("before")
    bare = Run(**(found.__dict__ | {"requests": pd.DataFrame()}))
    pd.testing.assert_frame_equal(split_of(bare), split_of(found))


def test_nothing_closed_gives_a_table_without_shares() -> None:
    table = by_domain(measured("before").requests, since=DAYS)
    assert table["domain"].tolist() == [ALL]
    assert table["requests"].tolist() == [0]
    assert table[list(SHARES)].isna().all(axis=None)


# --- What causes mean -------------------------------------------------------------------------------------


def test_without_money_trouble_no_hour_is_short_of_money() -> None:
    free = demo(**{f"domains.{name}.yuan": 0.0 for name in demo().domains})
    assert split_of(run(free, 60))["shortage_hours"].max() == 0.0 < split_of(run(demo(), 60))["shortage_hours"].max()


def test_requests_of_one_part_never_wait_for_other_parts() -> None:
    requests = measured("before").requests
    assert requests.loc[requests["parts"] == 1, "case_wait_hours"].max() == 0.0
    assert requests.loc[requests["parts"] > 1, "case_wait_hours"].max() > 0.0


def test_a_right_diagnosis_at_the_right_window_loses_no_time_to_information() -> None:
    informed = demo(**{"casework.diagnosis": 1.0, "casework.wrong_window": 0.0})
    assert split_of(run(informed, 60))["information_hours"].max() == 0.0


# --- One request ------------------------------------------------------------------------------------------


def test_a_request_is_found_by_its_id_or_the_beginning_of_it() -> None:
    requests = measured("before").requests
    one = requests[requests["outcome"] == "resolved"].iloc[7]
    split = of_request(requests, one["id"])
    assert split["cause"].tolist() == list(CAUSES)
    assert split["hours"].tolist() == one[list(HOURS)].tolist()
    assert split["share"].sum() == pytest.approx(1.0)
    pd.testing.assert_frame_equal(of_request(requests, one["id"][:12].upper()), split)


@pytest.mark.parametrize(("id_", "told"), [("", "write more of it"), ("0", "ids begin with '0'"), ("xyz", "no need")])
def test_an_id_that_names_no_single_request_is_refused(id_: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        of_request(measured("before").requests, id_)


# --- Command line and figure --------------------------------------------------------------------------------

SHORT = ("--district", "demo", "--days", "60", "--scale", "0.2", "--set", "run.warm_up=10")


def test_trace_tells_the_slowest_first_and_each_again_by_its_id() -> None:
    result = call("trace", "before", *SHORT, "--slowest", "3", "--json")
    assert result.exit_code == 0, result.output
    lives = json.loads(result.stdout, parse_constant=pytest.fail)["requests"]
    hours = [life["duration_hours"] for life in lives]
    assert len(lives) == 3 and hours == sorted(hours, reverse=True)
    for life in lives:
        booked = sum(item["hours"] for item in life["split"])
        assert booked == pytest.approx(life["parts"] * life["duration_hours"], rel=1e-5)
    again = call("trace", "before", *SHORT, "--request", lives[1]["id"])
    assert again.exit_code == 0
    assert lives[1]["id"] in again.stdout and "first handled" in again.stdout and "█" in again.stdout


def test_trace_tells_for_how_long_a_request_was_none() -> None:
    """Where troubles are voiced again, a life has times in which it is no request; no office's time is booked then."""
    with_pauses = (*SHORT, "--set", "voice.again=0.2", "--set", "assessment.held=1")
    lives = json.loads(call("trace", "before", *with_pauses, "--slowest", "20", "--json").stdout)["requests"]
    paused = [life for life in lives if life["between_hours"] > 0]
    assert paused
    for life in paused:
        booked = sum(item["hours"] for item in life["split"])
        at_offices = life["parts"] * (life["duration_hours"] - life["between_hours"])
        assert booked == pytest.approx(at_offices, abs=1e-3) and life["attempts"] > 0
    told = call("trace", "before", *with_pauses, "--request", paused[0]["id"]).stdout
    assert f"for {paused[0]['between_hours']:.1f} of these hours" in told


def test_trace_tells_of_needs_that_were_never_voiced_or_are_still_open() -> None:
    found = run(demo(**{"run.warm_up": 10}), 60, scale=0.2).requests
    for outcome, told in (("latent", "never voiced"), ("healed", "never voiced"), ("open", "still open")):
        id_ = found.loc[found["outcome"] == outcome, "id"].iloc[0]
        assert told in call("trace", "before", *SHORT, "--request", id_).stdout


def test_trace_keeps_to_a_domain() -> None:
    document = json.loads(call("trace", "before", *SHORT, "--domain", "utilities", "--json").stdout)
    assert {life["domain"] for life in document["requests"]} == {"utilities"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--domain", "utilitys"), "did you mean 'utilities'?"),
        (("--request", "nothing"), "no need of this run"),
        (("--request", "00", "--slowest", "2"), "--slowest and --domain say nothing beside it"),
        (("--days", "2", "--set", "run.start=empty"), "no request was closed by then"),
    ],
)
def test_trace_refuses_what_it_cannot_tell(arguments: tuple[str, ...], told: str) -> None:
    result = call("trace", "before", *SHORT, *arguments)
    assert result.exit_code == 2
    assert result.stdout == "" and told in result.stderr


def test_why_prints_and_saves_the_split_of_all_replications(tmp_path: Path) -> None:
    scenarios = ("before", FULL_REFORM)
    result = call("why", *scenarios, *SHORT, "--reps", "2", "--jobs", "1", "--out", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout, parse_constant=pytest.fail)
    table, runs = (pd.read_csv(tmp_path / name) for name in ("time_split.csv", "time_split_runs.csv"))
    assert list(table["scenario"].unique()) == list(scenarios)
    assert len(document["split"]) == len(table)
    sums = runs[runs["domain"] == ALL].groupby("scenario")["hours"].sum()
    for name in scenarios:
        whole = table[(table["scenario"] == name) & (table["domain"] == ALL)].iloc[0]
        assert whole["hours"] == pytest.approx(sums[name])
    assert (tmp_path / "time_split.png").stat().st_size > 10_000


def test_why_by_scenario_has_a_row_for_each() -> None:
    result = call("why", "before", FULL_REFORM, *SHORT, "--reps", "1", "--jobs", "1", "--by", "scenario")
    assert result.exit_code == 0, result.output
    rows = [line.split()[0] for line in result.stdout.splitlines() if line.strip()]
    assert rows[rows.index("before") :][:2] == ["before", FULL_REFORM]


def test_why_refuses_two_scenarios_of_one_name() -> None:
    result = call("why", "before", "before", *SHORT)
    assert result.exit_code == 2 and "'before' is given twice" in result.stderr


@pytest.mark.parametrize("by", ["domain", "scenario"])
def test_bars_of_the_figure_are_as_long_as_the_hours_of_the_table(by: str) -> None:
    scenarios = {name: demo(name) for name in ("before", FULL_REFORM)}
    table = by_scenario({name: measured(name) for name in scenarios})
    figure = time_split_figure(table, scenarios, by)
    assert len(figure.axes) == (2 if by == "domain" else 1)
    drawn = sorted(
        sum(bars[row].get_width() for bars in axes.containers)
        for axes in figure.axes
        for row in range(len(axes.containers[0]))
    )
    rows = table if by == "domain" else table[table["domain"] == ALL]
    assert drawn == pytest.approx(sorted(rows["hours"] / rows["parts"]))


def test_every_cause_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == set(CAUSES)
    assert len(set(COLOURS.values())) == len(CAUSES)
