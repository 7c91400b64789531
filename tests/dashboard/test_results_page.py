"""The Results page: what it opens and refuses, its numbers against the library's, its figures, its texts."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
import solara
from pyarrow import parquet

from sanfang.dashboard.address import Address
from sanfang.dashboard.declare import recipe
from sanfang.dashboard.pages.results import files as result_files
from sanfang.dashboard.pages.results import published as result_published
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import VIEWS, ResultChoice, Shown, choose, show
from sanfang.dashboard.pages.results.effects import factor_effects, scenario_effects
from sanfang.dashboard.pages.results.figures import BETTER, Bars, tornado
from sanfang.dashboard.pages.results.files import Openable, Opened, Unreadable
from sanfang.dashboard.pages.results.groups import by_group, groups_table
from sanfang.dashboard.pages.results.labels import group_label
from sanfang.dashboard.pages.results.options import MAX_ACROSS, colour_of, ink_on, limits, luminance, option
from sanfang.dashboard.pages.results.page import ResultsPage, plot_of
from sanfang.dashboard.pages.results.pictures import picture
from sanfang.dashboard.pages.results.tables import NothingToShow, axes, cells, front, summary, surface, thinned
from sanfang.dashboard.widgets import viewer
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.statistics import intervals
from sanfang.lab.storage.faults import STORE
from sanfang.lab.storage.results import Results
from sanfang.lab.storage.rows import Result
from sanfang.lab.storage.schema import METRIC_NAMES
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.measuring import shipped_digests
from sanfang.lab.sweeps.sweep import sweep

GRID = {
    "name": "grid",
    "label_en": "A grid",
    "label_zh": "网格",
    "description": "What <b>it</b> is for.",
    "scenarios": ["before", "three-devolutions"],
    "district": "demo",
    "replications": 3,
    "factors": {"tasks.load": [0.3, 0.45, 0.6], "casework.bounce": [0.1, 0.2]},
}
ONE = {"scenarios": ["before"], "district": "demo", "replications": 3}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own as the only place of results and experiments."""
    for kind in ("results", "experiments"):
        (tmp_path / kind).mkdir()
    monkeypatch.setattr(result_files, "folders", lambda kind: [tmp_path.resolve() / kind])
    monkeypatch.setattr(result_files, "places", lambda: [tmp_path / "results"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def made(place: Path, made_up_simulation: None) -> Callable[[dict[str, Any]], Opened]:
    """Makes a sweep of made-up runs and opens it."""

    def make(document: dict[str, Any], **options: Any) -> Opened:
        experiment = Experiment.from_dict({"name": "one", **document})
        sweep(experiment, place / "results" / experiment.name, jobs=1, reuse=False, **options)
        found = result_files.pick(result_files.listed(), f"results/{experiment.name}")
        assert found is not None
        return result_files.opened(found)

    return make


def revalued(opened: Opened, value: Callable[[pd.Series], float]) -> Opened:
    """The same sweep with satisfaction worked out from each run of the plan."""
    with Results(opened.found.path.parent) as results:
        runs = results.runs()
    with Store(opened.found.path.parent) as store:
        store.measured_with(shipped_digests())
        store.add(
            [
                Result(row["key"], {**row[list(METRIC_NAMES)], "satisfaction": float(value(row))}, 0.5)
                for _, row in runs.iterrows()
            ]
        )
    return result_files.opened(opened.found)


# --- What it opens --------------------------------------------------------------------------------------


def test_a_sweep_is_listed_and_says_what_was_varied(made: Any) -> None:
    opened = made(GRID)
    assert [one.id for one in result_files.listed()] == ["results/grid"]
    assert opened.factors == ("casework.bounce", "tasks.load")
    assert (opened.runs, opened.replications, len(opened.points)) == (36, 3, 6)
    assert (opened.baseline, opened.design) == ("before", "full")
    shown = show(opened.found, result_files.listed())
    facts = dict(result_texts.facts(shown, "en"))
    assert facts["Runs done / planned"] == "36 / 36"
    assert "0.3, 0.45, 0.6" in facts["Varied"]
    assert facts["Size reached"] == "12 of 12 communities, 20,000 residents"
    assert result_texts.heading(shown, "zh") == "网格"


def test_colours_are_those_of_the_verdicts_and_what_they_mean_is_said(made: Any) -> None:
    """+0.0004 with a narrow interval is too small to matter, +0.004 is not; the second alone is coloured."""
    for size, colour in ((0.0004, ""), (0.004, "better")):
        opened = revalued(
            made({**GRID, "replications": 20}),
            lambda row, size=size: 0.5 + (size + row["replication"] * 1e-6) * (row["scenario"] != "before"),
        )
        _, rows = result_texts.table(opened, cells(opened, ["satisfaction"]), ["satisfaction"], "", False, "en")
        found = {cell["verdict"] for row in rows for cell in row if isinstance(cell, dict) and cell["text"][0] == "+"}
        assert found == {colour}
        plot = tornado(opened, scenario_effects(opened, "satisfaction"), "satisfaction", "", "en")
        assert (set(plot.colours) == {BETTER}) == (colour == "better") and "0.001 (0-1)" in plot.note


def test_values_are_those_of_the_store(made: Any) -> None:
    opened = made(GRID)
    with Results(opened.found.path.parent) as results:
        runs = results.runs()
    for (scenario, point, replication), row in runs.set_index(["scenario", "point", "replication"]).iterrows():
        place = opened.scenarios.index(scenario), point, replication
        assert opened.values("satisfaction")[place] == row["satisfaction"]
    with pytest.raises(ValueError, match="read-only"):
        opened.values("satisfaction")[0, 0, 0] = 1.0


def test_exported_runs_show_the_same_as_their_sweep(made: Any) -> None:
    opened = made(GRID)
    folder = opened.found.path.parent
    before = {kind: opened.values("satisfaction").copy() for kind in ("csv", "parquet")}
    for kind, values in before.items():
        with Results(folder) as results:
            (path,) = results.export(kind, folder.parent / f"exported-{kind}")  # type: ignore[arg-type]
        (path.parent / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
        found = result_files.pick(result_files.listed(), f"results/exported-{kind}")
        assert found is not None
        again = result_files.opened(found)
        assert again.factors == opened.factors
        assert again.baseline == "before"
        np.testing.assert_allclose(again.values("satisfaction"), values, rtol=1e-12)


def test_a_sweep_that_goes_on_is_read_anew(made: Any, place: Path) -> None:
    first = made(GRID, limit=10)
    assert first.runs == 10
    sweep(Experiment.from_dict(GRID), place / "results" / "grid", jobs=1, reuse=False)
    assert result_files.opened(first.found).runs == 36
    assert not np.isnan(result_files.opened(first.found).values("satisfaction")).any()


def test_a_sweep_that_is_being_written_is_read_and_said_to_be(made: Any, place: Path) -> None:
    from sanfang.lab.storage.store import Store

    opened = made(GRID)
    with Store(place / "results" / "grid"):
        shown = show(opened.found, result_files.listed())
    assert shown.status is not None and shown.status.running
    assert shown.opened is not None and shown.opened.runs == 36


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (STORE, b"this is no database, not at all" * 100),
        (STORE, b""),
        ("runs.csv", b"a,b\n1,2\n"),
        ("runs.csv", b"\xff\xfe\x00\x01" * 50),
        ("runs.csv", b"scenario,replication,satisfaction\n"),
        ("runs.csv", b"scenario,replication,satisfaction\nx,0,1\nx,0,2\n"),
        ("runs.parquet", b"PAR1 not really"),
    ],
)
def test_a_damaged_or_foreign_file_is_a_message_without_a_path(place: Path, name: str, content: bytes) -> None:
    folder = place / "results" / "bad"
    folder.mkdir()
    (folder / name).write_bytes(content)
    found = result_files.listed()[0]
    shown = show(found, [found])
    if shown.opened is None:
        problem = shown.problems[0]
    else:
        with pytest.raises(Unreadable) as error:
            shown.opened.values("satisfaction")
        problem = str(error.value)
    assert problem and str(place) not in problem and "Traceback" not in problem
    page("zh", experiment=found.id)


def test_a_store_of_another_program_is_a_message(place: Path) -> None:
    (place / "results" / "foreign").mkdir()
    with sqlite3.connect(place / "results" / "foreign" / STORE) as db:
        db.execute("CREATE TABLE about (name TEXT)")
    db.close()
    (found,) = result_files.listed()
    assert "no sweep" in show(found, [found]).problems[0]


def test_nothing_outside_the_folders_is_opened(made: Any, place: Path) -> None:
    opened = made(GRID)
    outside = place / "elsewhere"
    opened.found.path.parent.rename(outside)
    (place / "results" / "link").symlink_to(outside, target_is_directory=True)
    (place / "results" / "file").mkdir()
    (place / "results" / "file" / STORE).symlink_to(outside / STORE)
    (place / "experiments" / "link.toml").symlink_to("/etc/hostname")
    assert result_files.listed() == []
    with pytest.raises(Unreadable, match="outside"):
        result_files.status(Openable("results/file", place / "results" / "file" / STORE, (place / "results").resolve()))


@pytest.mark.parametrize("wanted", ["results/../elsewhere", "/etc/passwd", "results/grid/sweep.sqlite", "grid", ""])
def test_only_names_of_the_listing_are_taken(made: Any, wanted: str) -> None:
    made(GRID)
    assert result_files.pick(result_files.listed(), wanted) is None


# --- Its numbers ----------------------------------------------------------------------------------------


def test_cells_equal_the_tables_of_the_analysis(made: Any) -> None:
    opened = made(GRID)
    with Results(opened.found.path.parent) as results:
        runs = results.runs()[["scenario", "point", *opened.factors, "replication", "satisfaction"]]
    table = cells(opened, ["satisfaction"]).set_index(["scenario", "point"])
    means = intervals.means(runs, opened.factors).set_index(["scenario", "point"])
    for mine, theirs in (("satisfaction", "mean"), ("low_satisfaction", "low"), ("high_satisfaction", "high")):
        np.testing.assert_allclose(table[mine], means[theirs].loc[table.index], rtol=1e-9)
    found = intervals.differences(runs, "before", opened.factors).set_index(["scenario", "point"])
    mine = table.loc[found.index]
    np.testing.assert_allclose(mine["difference_satisfaction"], found["difference"], rtol=1e-9)
    np.testing.assert_allclose(mine["difference_low_satisfaction"], found["low"], atol=1e-9)


def test_a_surface_is_the_mean_of_its_cells_and_averages_over_other_factors(made: Any) -> None:
    opened = made(GRID)
    opened = revalued(opened, lambda row: row["tasks.load"] + 10 * row["casework.bounce"] + row["replication"])
    found = surface(opened, "satisfaction", "tasks.load", "casework.bounce", "mean", "before")
    frame = found.frame.set_index(["x", "y"])
    assert frame.loc[(2, 1), "estimate"] == pytest.approx(0.6 + 2.0 + 1)
    assert frame.loc[(0, 0), "n"] == 3
    assert found.averaged == ()
    over = surface(opened, "satisfaction", "tasks.load", "scenario", "mean", "before")
    assert over.averaged == ("casework.bounce",)
    assert over.frame.loc[0, "estimate"] == pytest.approx(0.3 + 1.5 + 1)
    assert over.frame.loc[0, "runs"] == 6


def test_differences_are_to_the_baseline_or_else_to_the_lowest_levels(made: Any) -> None:
    reform = revalued(made(GRID), lambda row: row["tasks.load"] * (2 if row["scenario"] != "before" else 1))
    found = surface(reform, "satisfaction", "tasks.load", "casework.bounce", "difference", "three-devolutions")
    assert found.reference is None
    assert found.frame["estimate"].tolist() == pytest.approx([0.3, 0.45, 0.6] * 2)
    alone = revalued(made({**GRID, "name": "alone", "scenarios": ["before"]}), lambda row: row["tasks.load"])
    found = surface(alone, "satisfaction", "tasks.load", "casework.bounce", "difference", "before")
    assert found.reference == 0
    assert found.frame["estimate"].tolist() == pytest.approx([0, 0.15, 0.3] * 2)


def test_scattered_points_are_put_into_boxes_and_said_to_be(made: Any) -> None:
    ranges = {"tasks.load": {"low": 0.3, "high": 0.6}, "casework.bounce": {"low": 0.1, "high": 0.3}}
    document = {**ONE, "design": {"kind": "latin-hypercube", "samples": 40}, "factors": ranges}
    opened = revalued(made(document), lambda row: row["tasks.load"])
    found = surface(opened, "satisfaction", "tasks.load", "casework.bounce", "mean", "before")
    assert found.x.binned and len(found.x.levels) == 8
    assert found.frame["runs"].sum() == 120
    for row in found.frame.dropna().itertuples():
        low, high = found.x.levels[row.x]
        assert low <= row.estimate <= high
    note = plot_of(
        show(opened.found, []), ResultChoice("surface", "satisfaction", "", *axes(opened), which="before"), [], "en"
    )
    assert "nothing is interpolated" in note.note


@pytest.mark.parametrize(
    ("design", "method"),
    [
        ({"kind": "latin-hypercube", "samples": 24}, "regression"),
        ({"kind": "morris", "trajectories": 6}, "morris"),
        ({"kind": "fractional"}, "ends"),
        ({"kind": "sobol", "samples": 8}, "regression"),
    ],
)
def test_effects_of_a_straight_line_are_its_slopes_in_every_design(made: Any, design: Any, method: str) -> None:
    ranges = {"tasks.load": {"low": 0.3, "high": 0.6}, "casework.bounce": {"low": 0.1, "high": 0.3}}
    ranges |= {name: {"low": 0.1, "high": 0.3} for name in ("tasks.street_load", "tasks.own_load")}
    opened = made({**ONE, "replications": 2, "design": design, "factors": ranges})
    opened = revalued(opened, lambda row: 2 * row["tasks.load"] - 5 * row["casework.bounce"] + row["replication"])
    found = factor_effects(opened, "satisfaction", "before")
    assert found.method == method
    table = opened.points[list(opened.factors)]
    span = table.max() - table.min()
    estimates = found.frame.set_index("name")["estimate"]
    assert estimates["tasks.load"] == pytest.approx(2 * span["tasks.load"])
    assert estimates["casework.bounce"] == pytest.approx(-5 * span["casework.bounce"])
    assert found.frame["name"].tolist()[:2] == ["casework.bounce", "tasks.load"]  # the larger first
    assert estimates.iloc[2:].tolist() == pytest.approx([0, 0], abs=1e-9)


def test_factors_that_are_off_or_on_show_their_interactions(made: Any) -> None:
    opened = made({**ONE, "factors": {"policy.authority": [0, 1], "policy.one_window": [0, 1]}})
    opened = revalued(opened, lambda row: row["policy.authority"] * row["policy.one_window"] + 0.1 * row["replication"])
    found = factor_effects(opened, "satisfaction", "before")
    assert found.method == "factorial"
    assert found.frame.set_index("name")["estimate"].to_dict() == pytest.approx({
        "policy.authority": 0.5, "policy.one_window": 0.5, "policy.authority x policy.one_window": 0.5,
    })  # fmt: skip


def test_cases_are_compared_with_the_first(made: Any) -> None:
    design = {"kind": "one-at-a-time"}
    factors = {"tasks.load": [0.3, 0.6], "casework.bounce": [0.1]}
    opened = made({**ONE, "design": design, "factors": factors})
    opened = revalued(opened, lambda row: row["point"])
    found = factor_effects(opened, "satisfaction", "before")
    assert found.method == "cases"
    rows = {(row.name, row.level): row.estimate for row in found.frame.itertuples(index=False)}
    assert rows == {("casework.bounce", 0.1): 1.0, ("tasks.load", 0.3): 2.0, ("tasks.load", 0.6): 3.0}


def test_scenarios_are_compared_with_the_baseline_in_pairs(made: Any) -> None:
    opened = revalued(made(GRID), lambda row: row["replication"] + (row["scenario"] != "before") * row["tasks.load"])
    found = scenario_effects(opened, "satisfaction").frame
    assert found["name"].tolist() == ["three-devolutions"]
    assert found.loc[0, "estimate"] == pytest.approx(0.45)
    assert found.loc[0, "high"] - found.loc[0, "low"] == pytest.approx(0, abs=1e-9)
    with pytest.raises(NothingToShow):
        scenario_effects(made({**GRID, "name": "alone", "scenarios": ["before"]}), "satisfaction")


def test_the_front_holds_what_no_other_cell_beats() -> None:
    random = np.random.default_rng(1)
    first, second = random.integers(0, 12, (2, 200)).astype(float)
    found = front(first, second, "higher", "lower")
    for row in range(200):
        as_good = (first >= first[row]) & (second <= second[row])
        better = (first > first[row]) | (second < second[row])
        assert found[row] == (not (as_good & better).any())
    assert not front(first, second, None, "lower").any()
    first[found] = np.nan
    assert not front(first, second, "higher", "lower")[found].any()


def test_thinning_keeps_the_front() -> None:
    best = np.zeros(5_000, dtype=bool)
    best[[3, 4_999]] = True
    rows = thinned(best, 100)
    assert len(rows) <= 100 and {3, 4_999} <= set(rows.tolist())


def test_a_single_run_has_no_interval() -> None:
    found = summary(np.array([[1.0], [np.nan]]))
    assert found["estimate"][0] == 1.0 and np.isnan(found["low"][0])
    assert found["n"].tolist() == [1, 0] and np.isnan(found["estimate"][1])


def test_a_large_store_is_thinned_for_the_browser(place: Path) -> None:
    count = 100_000
    random = np.random.default_rng(1)
    runs = pd.DataFrame({
        "scenario": "before", "point": np.arange(count), "tasks.load": random.random(count), "replication": 0,
        "seed": 1, "satisfaction": random.random(count), "waste_share": random.random(count),
    })  # fmt: skip
    (place / "results" / "large").mkdir()
    runs.to_parquet(place / "results" / "large" / "runs.parquet")
    (found,) = result_files.listed()
    shown = show(found, [found])
    for view in ("surface", "effects", "tradeoff"):
        drawn = option(plot_of(shown, choose(shown, {"view": view}), [], "en"))
        assert sum(len(series["data"]) for series in drawn["series"]) <= 2_000
    page("en", experiment="results/large", view="table")


@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("runs.parquet", 5_000_000, 1), ("runs.csv", 2, 30_000), ("runs.parquet", 2, 30_000)]
)
def test_a_small_file_that_claims_much_is_refused_before_it_is_read(
    place: Path, name: str, rows: int, columns: int
) -> None:
    folder = place / "results" / "bomb"
    folder.mkdir()
    table = pyarrow.table(
        {"scenario": pyarrow.array(["a"]).take(pyarrow.array(np.zeros(rows, np.int8)))}
        | {f"x{number}": pyarrow.array(np.zeros(rows, np.float32)) for number in range(columns)}
    )
    if name.endswith(".csv"):
        table.to_pandas().to_csv(folder / name, index=False)
    else:
        parquet.write_table(table, folder / name)
    assert (folder / name).stat().st_size < 20_000_000
    (found,) = result_files.listed()
    del table
    tracemalloc.start()
    with pytest.raises(Unreadable, match="a page shows at most"):
        result_files.opened(found)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_a_text_in_a_table_is_kept_once(place: Path) -> None:
    """A million runs with one long text are a small file, and stay so."""
    folder = place / "results" / "long"
    folder.mkdir()
    rows = 200_000
    texts = pyarrow.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pyarrow.array(["a" * 100_000]))
    table = pyarrow.table({"scenario": texts, "replication": np.arange(rows), "satisfaction": np.zeros(rows)})
    parquet.write_table(table, folder / "runs.parquet")
    (found,) = result_files.listed()
    assert result_files.opened(found).runs == rows


# --- What it shows --------------------------------------------------------------------------------------


def page(lang: str, **other: str) -> list[Any]:
    """All widgets of the page, rendered for an address."""
    viewer.address.set(Address(lang=lang, other=other))
    box, context = solara.render(ResultsPage(), handle_error=False)
    found: list[Any] = [box]
    for widget in found:
        found += [child for child in getattr(widget, "children", []) if not isinstance(child, str)]
    context.close()
    return found


def texts(widgets: list[Any], name: str) -> list[Any]:
    """What the widgets that have a trait of this name hold in it."""
    return [getattr(widget, name) for widget in widgets if widget.has_trait(name)]


def shown_of(opened: Opened) -> Shown:
    return show(opened.found, result_files.listed())


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


# --- By group -------------------------------------------------------------------------------------------


def test_the_groups_of_a_scenario_are_compared_with_those_of_the_baseline(made: Any) -> None:
    """Made-up runs: everybody of `some` gains 0.1 of satisfaction, and nobody belongs to `nobody`."""
    shown = shown_of(made(GRID | {"by": ["channel", "age"]}))
    choice = choose(shown, {"view": "groups", "by": "age"})
    assert (choice.metric, choice.which, choice.by) == ("satisfaction", "three-devolutions", "age")
    plot = plot_of(shown, choice, [], "en")
    assert isinstance(plot, Bars)
    assert (plot.labels, plot.colours, plot.estimates) == (["some"], [BETTER], [pytest.approx(0.1)])
    columns, rows = groups_table(shown.opened, "age", "satisfaction", "three-devolutions", "en")
    assert [column["label"] for column in columns][:2] == ["Group", "Counted over"]
    assert rows[0][-1] == "gains" and rows[0][-2]["verdict"] == "better"
    assert rows[1][:4] == ["nobody", "0", "–", "–"] and rows[1][-1] == "not told"
    widgets = page("en", experiment="results/grid", view="groups", by="age")
    (table,) = [rows for rows in texts(widgets, "rows") if rows and rows[0][0] == "some"]
    assert len(table) == 2


def test_groups_are_averaged_over_points_that_are_all_there(made: Any) -> None:
    """In each replication all six points or none: of a sweep that stopped on the way the first replication counts."""
    whole = made(GRID | {"by": ["age"]})
    part = made(GRID | {"by": ["age"], "name": "part"}, limit=12 + 12 + 5)
    every, some = (
        by_group(one, "age", "satisfaction", "three-devolutions").set_index("group") for one in (whole, part)
    )
    runs = Results(part.found.path.parent).runs()
    counted = runs.groupby(["scenario", "replication"]).size()
    there = [r for r in range(3) if all(counted.get((name, r), 0) == 6 for name in ("before", "three-devolutions"))]
    assert 0 < len(there) < 3 and every["mean"]["some"] != some["mean"]["some"]
    of_reform = runs[(runs["scenario"] == "three-devolutions") & runs["replication"].isin(there)]
    assert some["mean"]["some"] == pytest.approx(of_reform["satisfaction"].mean(), rel=1e-12)


def test_groups_offer_the_metrics_that_make_sense_of_them(made: Any) -> None:
    shown = shown_of(made(GRID | {"by": ["channel"]}))
    choice = choose(shown, {"view": "groups", "metric": "satisfaction"})
    assert choice.metric == "resolution_days_mean", "satisfaction is of residents, whom a channel does not split"
    asked_by = [field for fields in texts(page("en", view="groups"), "fields") for field in fields]
    metrics = next(field for field in asked_by if field["id"] == "metric")
    assert {"satisfaction", "waste_share"}.isdisjoint(option["value"] for option in metrics["options"])


def test_without_groups_in_the_store_there_is_no_such_view(made: Any) -> None:
    assert "groups" not in shown_of(made(GRID)).views()
    assert choose(shown_of(made(GRID)), {"view": "groups"}).view == "surface"


def test_of_one_scenario_groups_show_what_they_have(made: Any) -> None:
    shown = shown_of(made(ONE | {"by": ["vulnerable"]}))
    choice = choose(shown, {"view": "groups", "metric": "backlog"})
    plot = plot_of(shown, choice, [], "zh")
    with Results(shown.chosen.path.parent) as results:
        assert plot.estimates == [pytest.approx(results.runs()["backlog"].mean())]


@pytest.mark.parametrize(
    ("dimension", "group", "en", "zh"),
    [
        ("age", "elderly", "60 and over", "60岁及以上"),
        ("vulnerable", "others", "Other residents", "其他居民"),
        ("community", "c016", "Community 16", "16号社区"),
        ("kind", "urgent", "Urgent (急)", "急"),
        ("channel", "hotline", "Hotline", None),
        ("domain", "care", None, None),
        ("age", "unheard-of", "unheard-of", "unheard-of"),
    ],
)
def test_groups_have_labels_in_both_languages(made: Any, dimension: str, group: str, en: str, zh: str) -> None:
    opened = made(ONE)
    found = {lang: group_label(opened, dimension, group, lang) for lang in ("en", "zh")}
    assert en is None or found["en"] == en
    assert zh is None or found["zh"] == zh
    assert group == "unheard-of" or found["zh"] != group


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_published_findings_are_shown_as_they_stand_in_the_files(place: Path, lang: str) -> None:
    mechanisms = place / "experiments" / "mechanisms"
    mechanisms.mkdir()
    source = Path(__file__).resolve().parents[2] / "experiments" / "mechanisms"
    for name in ("D3a", "F2a", "D1b"):
        (mechanisms / f"{name}.toml").write_bytes((source / f"{name}.toml").read_bytes())
    found = result_files.listed()
    chosen = result_files.pick(found, "experiments/mechanisms/D3a")
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


def test_an_experiment_finds_its_runs_and_without_any_gives_the_command(made: Any, place: Path) -> None:
    text = 'scenarios = ["before", "three-devolutions"]\nlabel_en = "Grid"\n'
    for name in ("grid", "not-run"):
        (place / "experiments" / f"{name}.toml").write_text(text)
    made(GRID)
    found = result_files.listed()
    run, missing = (result_files.pick(found, f"experiments/{name}") for name in ("grid", "not-run"))
    assert run is not None and missing is not None
    assert show(run, found).opened is not None
    assert show(missing, found).views() == []
    page("en", experiment="experiments/not-run")
    assert recipe("/results", viewer.address.value).shell == "sanfang sweep not-run"


def test_without_any_results_the_page_says_where_it_looked(place: Path) -> None:
    notes = [note["text"] for one in texts(page("en"), "notes") for note in one]
    assert any(str(place / "results") in note for note in notes)


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
