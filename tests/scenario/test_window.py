"""The evaluation window: which days metrics look at, and that scenarios with different ones are told apart."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from typer.testing import CliRunner

from model_runs import SMALL, demo
from sanfang.cli.app import app
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.presenters import views
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.lab.comparison import compare
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.files import to_json
from sanfang.lab.statistics.run_table import values_of
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.lab.windows import in_sentences, windows_in, windows_said
from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.reasons import reasons
from sanfang.report.comparison_figure import comparison_figure
from sanfang.run import series
from sanfang.run.simulation import simulate
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import Window

NEEDS = {metric.name: metric.needs for metric in METRICS if metric.needs.days > 1}


# --- Which days ----------------------------------------------------------------------------------------------


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


# --- Windows that differ -------------------------------------------------------------------------------------


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
settings = {{ "run.start" = "empty" }}
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


# --- Where it is told ----------------------------------------------------------------------------------------


def invoked(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, "--district", "demo", "--scale", "0.17", "--set", "run.start=empty"])


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
    address = Address(district="demo", size=0.25, days=200, start="empty")
    session = PageSession(address, LinkedWorld())
    session.step(90)
    for card in views.figures(session, lang):
        assert words in card["change"] and card["verdict"] == card["since"] == ""
    session.step(10)
    first = next(card for card in views.figures(session, lang) if card["id"] == "open")
    values = series.series(session, "open")
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
