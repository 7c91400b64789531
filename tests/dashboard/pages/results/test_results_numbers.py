"""The numbers of the Results page against those of the library, and against worked examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from result_sweeps import GRID, ONE, revalued
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import ResultChoice, show
from sanfang.dashboard.pages.results.effects import factor_effects, scenario_effects
from sanfang.dashboard.pages.results.figure_view import plot_of
from sanfang.dashboard.pages.results.figures import BETTER, tornado
from sanfang.dashboard.pages.results.tables import NothingToShow, axes, cells, front, summary, surface, thinned
from sanfang.lab.statistics import intervals
from sanfang.lab.storage.results import Results


def test_cells_equal_the_tables_of_the_analysis(made: Any) -> None:
    opened = made(GRID)
    with Results(opened.entry.path.parent) as results:
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
        show(opened.entry, []), ResultChoice("surface", "satisfaction", "", *axes(opened), which="before"), [], "en"
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
