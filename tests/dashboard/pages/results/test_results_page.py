"""What the Results page shows: views in both languages, published findings, labels, its address and its recipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from result_sweeps import GRID, page, revalued, shown_of, texts
from sanfang.dashboard.address import Address
from sanfang.dashboard.declare import recipe
from sanfang.dashboard.pages.results import published as result_published
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import VIEWS, choose, show
from sanfang.dashboard.pages.results.figure_view import plot_of
from sanfang.dashboard.pages.results.listing import listed, pick
from sanfang.dashboard.pages.results.options import MAX_ACROSS, colour_of, ink_on, limits, luminance, option
from sanfang.dashboard.pages.results.pictures import picture
from sanfang.dashboard.pages.results.tables import cells
from sanfang.dashboard.widgets import viewer
from sanfang.lab.experiments.experiment import Experiment


def test_a_large_store_is_thinned_for_the_browser(home: Path) -> None:
    count = 100_000
    random = np.random.default_rng(1)
    runs = pd.DataFrame({
        "scenario": "before", "point": np.arange(count), "tasks.load": random.random(count), "replication": 0,
        "seed": 1, "satisfaction": random.random(count), "waste_share": random.random(count),
    })  # fmt: skip
    (home / "results" / "large").mkdir()
    runs.to_parquet(home / "results" / "large" / "runs.parquet")
    (found,) = listed()
    shown = show(found, [found])
    for view in ("surface", "effects", "tradeoff"):
        drawn = option(plot_of(shown, choose(shown, {"view": view}), [], "en"))
        assert sum(len(series["data"]) for series in drawn["series"]) <= 2_000
    page("en", experiment="results/large", view="table")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("view", ["surface", "effects", "tradeoff", "table", "groups"])
def test_every_view_is_drawn_in_both_languages(made: Any, view: str, lang: str) -> None:
    shown = shown_of(made(GRID | {"by": ["age", "channel"]}))
    assert view in shown.views()
    page(lang, experiment="results/grid", view=view, statistic="difference", which="three-devolutions")
    if view == "table":
        return
    choice = choose(shown, {"view": view, "statistic": "difference", "which": "three-devolutions"})
    plot = plot_of(shown, choice, [], lang)
    json.dumps(option(plot), allow_nan=False)  # no function and no NaN reaches the browser
    assert picture(lambda drawn: plot_of(shown, choice, [], drawn), result_texts.heading(shown, lang), lang).startswith(
        b"\x89PNG"
    )
    heads, rows = result_texts.figure_table(plot, lang)
    assert all(len(row) == len(heads) for row in rows) and rows


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_published_findings_are_shown_as_they_stand_in_the_files(home: Path, lang: str) -> None:
    mechanisms = home / "experiments" / "mechanisms"
    mechanisms.mkdir()
    source = Path(__file__).resolve().parents[4] / "experiments" / "mechanisms"
    for name in ("D3a", "F2a", "D1b"):
        (mechanisms / f"{name}.toml").write_bytes((source / f"{name}.toml").read_bytes())
    found = listed()
    chosen = pick(found, "experiments/mechanisms/D3a")
    assert chosen is not None
    shown = show(chosen, found)
    assert shown.views() == ["published"]
    choice = choose(shown, {})
    plot = plot_of(shown, choice, found, lang)
    wanted = next(one for one in Experiment.load(chosen.path).found if one.metric == choice.metric)
    assert plot.estimates[plot.strong] == wanted.difference  # type: ignore[union-attr]
    assert len(plot.labels) >= 3  # type: ignore[union-attr]
    assert len(set(plot.labels)) == len(plot.labels)  # type: ignore[union-attr]
    page(lang, experiment=chosen.id)
    assert "sanfang reproduce mechanisms/D3a" in recipe("/results", viewer.address.value).shell


def test_the_verdict_is_where_the_interval_lies() -> None:
    experiment = Experiment.load("mechanisms/D3a")
    assert experiment.claim is not None
    assert result_published.verdict(experiment.claim, experiment.found) == "results_as_expected"
    other = experiment.claim.model_copy(update={"expected": "lower"})
    assert result_published.verdict(other, experiment.found) == "results_against"
    assert result_published.verdict(other, ()) == ""


def test_an_experiment_finds_its_runs_and_without_any_gives_the_command(made: Any, home: Path) -> None:
    text = 'scenarios = ["before", "three-devolutions"]\nlabel_en = "Grid"\n'
    for name in ("grid", "not-run"):
        (home / "experiments" / f"{name}.toml").write_text(text)
    made(GRID)
    found = listed()
    run, missing = (pick(found, f"experiments/{name}") for name in ("grid", "not-run"))
    assert run is not None and missing is not None
    assert show(run, found).opened is not None
    assert show(missing, found).views() == []
    page("en", experiment="experiments/not-run")
    assert recipe("/results", viewer.address.value).shell == "sanfang sweep not-run"


def test_without_any_results_the_page_says_where_it_looked(home: Path) -> None:
    notes = [note["text"] for one in texts(page("en"), "notes") for note in one]
    assert any(str(home / "results") in note for note in notes)


def test_labels_of_a_file_cannot_bring_html_into_the_page(made: Any) -> None:
    made({**GRID, "label_en": "<script>alert(1)</script>"})
    html = " ".join(texts(page("en", experiment="results/grid"), "unsafe_innerHTML"))
    assert "<script>" not in html and "<b>it</b>" not in html
    assert "&lt;script&gt;" in html


def test_an_address_is_taken_as_far_as_it_is_there(made: Any) -> None:
    shown = shown_of(made(GRID))
    wild = {
        "view": "x",
        "metric": "DROP TABLE",
        "against": "../..",
        "x": "nope",
        "y": "nope",
        "which": "?",
        "statistic": "?",
    }
    choice = choose(shown, wild)
    assert choice == choose(shown, {})
    assert choice.view in VIEWS and choice.metric == "satisfaction" and choice.which == "three-devolutions"
    assert {choice.x, choice.y} == {"casework.bounce", "tasks.load"}


def test_the_recipe_gives_the_numbers_of_the_page(made: Any, capsys: pytest.CaptureFixture[str]) -> None:
    opened = revalued(made(GRID), lambda row: 0.123457 * (row["scenario"] != "before"))
    address = Address(other={"experiment": "results/grid", "metric": "satisfaction"})
    found = recipe("/results", address)
    assert "sanfang analyse results/grid --metric satisfaction" in found.shell
    with pd.option_context("display.max_columns", 100, "display.width", 1_000):
        exec(found.python, {})
    told = capsys.readouterr().out
    difference = cells(opened, ["satisfaction"])["difference_satisfaction"].dropna().iloc[0]
    assert difference == 0.123457
    assert f"{difference:g}" in told


@pytest.mark.parametrize("values", [[0.0], [0.5911, 0.5922], [-3, 700], [float("nan")], [1e-9, 2e-9]])
def test_axes_hold_their_values_between_round_ends(values: list[float]) -> None:
    low, high, step = limits(values)
    assert low < high and step > 0
    assert all(low <= value <= high for value in values if value == value)
    assert (high - low) / step <= MAX_ACROSS


def test_text_on_a_heat_map_keeps_its_contrast(made: Any) -> None:
    shown = shown_of(made(GRID))
    plot = plot_of(shown, choose(shown, {}), [], "en")
    low, high = plot.ends  # type: ignore[union-attr]
    for value in np.linspace(low, high, 40):
        ground = colour_of(plot, float(value))  # type: ignore[arg-type]
        light = sorted((luminance(ground), luminance(ink_on(ground))))
        assert (light[1] + 0.05) / (light[0] + 0.05) >= 4.5
