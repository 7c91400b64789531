"""Each window is censored at its own end: a year of a long run is what a run that ends with it shows, bit for bit."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from model_runs import demo
from sanfang.cli.app import app
from sanfang.metrics.catalogue import BY_NAME, measure
from sanfang.run.session import Session
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.errors import InputError
from sanfang.scenario.window import YEAR, Window

SMALL: dict[str, Any] = {"district.population": 2_000, "district.communities": 2, "district.sub_districts": 1}
POLICIES = ("before", "three-devolutions", "three-devolutions-two-refinements")


@cache
def run_of(policy: str, years: int, warm_up: int = 0) -> Run:
    return simulate(demo(policy, **SMALL, **{"run.warm_up": warm_up}), seed=3, days=years * YEAR)


def exactly(row: pd.Series, metrics: dict[str, float]) -> None:
    pd.testing.assert_series_equal(row, pd.Series(metrics), check_exact=True, check_names=False)


@pytest.mark.parametrize("policy", POLICIES)
def test_each_year_of_three_is_that_of_a_run_that_ends_with_it(policy: str) -> None:
    long = run_of(policy, 3)
    assert list(long.by_year.index) == [1, 2, 3] and list(long.by_year) == list(BY_NAME)
    exactly(long.by_year.loc[1], run_of(policy, 1).metrics)
    exactly(long.by_year.loc[2], run_of(policy, 2).evaluate(YEAR))
    exactly(long.by_year.loc[3], long.evaluate(2 * YEAR))


def test_years_are_groups_of_which_every_metric_can_be_had() -> None:
    long = run_of("before", 3)
    table = long.by_group("year")
    assert set(table["metric"]) == set(BY_NAME) and set(table["n"]) == {YEAR}
    wide = table.pivot(index="group", columns="metric", values="value").rename(index=int)[list(BY_NAME)]
    pd.testing.assert_frame_equal(wide, long.by_year, check_exact=True, check_names=False)


def test_the_first_year_of_a_run_with_a_warm_up_is_without_it() -> None:
    long, short = run_of("before", 2, warm_up=90), run_of("before", 1, warm_up=90)
    exactly(long.by_year.loc[1], short.metrics)
    assert short.window == Window(90, YEAR)


def test_what_the_long_run_knows_by_then_is_not_what_it_knows_later() -> None:
    """A window that ends before the observation would count as ended what was open: it is refused."""
    left = run_of("before", 2).observation
    assert left is not None
    with pytest.raises(ValueError, match="a window ends where the run was observed, on day 730, not 365"):
        measure(left, Window(0, YEAR))


def test_a_session_looks_at_any_window_that_ends_today() -> None:
    session = Session(demo(**SMALL, **{"run.warm_up": 0}), seed=3, days=2 * YEAR)
    with pytest.raises(InputError, match="no day has been played"):
        session.evaluate(0)
    session.step(200)
    part = simulate(session.scenario, seed=3, days=200)
    assert session.by_year.empty and session.evaluate(100) == pytest.approx(part.evaluate(100), nan_ok=True, rel=0)
    assert session.evaluate(100)["requests"] < session.evaluate(0)["requests"]
    with pytest.raises(InputError, match="first: must be"):
        session.evaluate(200)
    session.step(YEAR - 200)
    exactly(session.by_year.loc[1], run_of("before", 1).metrics)
    pd.testing.assert_frame_equal(session.so_far().by_year, session.by_year)
    session.rewind(300)
    assert session.by_year.empty


def test_the_command_prints_and_gives_each_year() -> None:
    call = ["run", "before", "--district", "demo", "--days", str(2 * YEAR), "--scale", "0.05", "--by-year"]
    shown = CliRunner().invoke(app, call)
    assert "year 1" in shown.stdout and "year 2" in shown.stdout and "censored there" in shown.stdout
    document = json.loads(CliRunner().invoke(app, [*call, "--json"]).stdout)
    assert [row["year"] for row in document["by_year"]] == [1, 2]
    assert document["by_year"][1]["carried_open"] > 0
    refused = CliRunner().invoke(app, ["run", "before", "--district", "demo", "--days", "200", "--by-year"])
    assert refused.exit_code == 2 and "a year has 365 days, and the run only 200" in refused.stderr
