"""A comparison meets the same seeds in every scenario, and unequal resources do not pass in silence."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from run_tables import table
from sanfang.lab.comparison import compare, resource_gaps
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario


@pytest.fixture
def before() -> Scenario:
    return Scenario.from_dict({"name": "before"}, district="licang")


# --- Equal resources ----------------------------------------------------------------------------------


def test_rounding_of_sums_is_no_difference_in_resources() -> None:
    hours = {"a": [1e6, 1e6], "b": [1e6 * (1 + 1e-12), 1e6]}
    assert resource_gaps(table(hours_supplied=hours, money_supplied=hours), "a").empty


def test_unequal_resources_are_reported_with_their_size() -> None:
    gaps = resource_gaps(table(hours_supplied={"a": [100.0, 100.0], "b": [100.0, 101.0]}), "a")
    assert gaps[["scenario", "metric"]].values.tolist() == [["b", "hours_supplied"]]
    assert gaps["relative"].iloc[0] == pytest.approx(0.01)


# --- Running ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_scenario_meets_the_same_seeds_whatever_the_number_of_processes(before: Scenario, jobs: int) -> None:
    after = before.with_({"name": "after", "policy.authority": 1.0})
    seen: list[tuple[int, int]] = []
    result = compare(
        [before, after], reps=3, seed=5, jobs=jobs, progress=lambda done, total: seen.append((done, total))
    )
    assert result.runs[["scenario", "seed"]].values.tolist() == [
        [name, seed] for name in ("before", "after") for seed in (5, 6, 7)
    ]
    found = result.differences.set_index("metric").loc["satisfaction"]
    assert found["difference"] == pytest.approx(0.1)
    assert found["low"] == pytest.approx(found["high"])
    assert seen[0] == (0, 6)
    assert seen[-1] == (6, 6)


@pytest.mark.usefixtures("made_up_simulation")
def test_wrong_arguments_of_a_comparison_are_told(before: Scenario) -> None:
    with pytest.raises(InputError, match="did you mean 'before'"):
        compare([before], reps=1, baseline="befor")
    with pytest.raises(InputError, match="at least 1"):
        compare([before], reps=0)
    with pytest.raises(InputError, match="at least one"):
        compare([])


@pytest.mark.usefixtures("made_up_simulation")
def test_two_scenarios_of_one_name_stay_apart(before: Scenario) -> None:
    result = compare([before, before.with_({"policy.authority": 1.0})], reps=2, jobs=1)
    assert list(result.means["scenario"].unique()) == ["before", "before (2)"]


# --- Saving -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.filterwarnings("ignore:no Chinese font")
def test_saved_files_hold_what_was_compared_and_nothing_half_written(before: Scenario, tmp_path, lang: str) -> None:
    from sanfang.report.comparison_figure import comparison_figure

    after = before.with_({"name": "after", "policy.authority": 1.0})
    result = compare([before, after], reps=2, jobs=1, scale=0.5)
    paths = result.save(tmp_path / "deep" / "er", draw=lambda comparison: comparison_figure(comparison, lang))
    names = ["runs.csv", "means.csv", "differences.csv", "groups.csv", "gains.csv", "comparison.json", "comparison.png"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in (tmp_path / "deep" / "er").iterdir()) == sorted([*names, "saved.json"])
    document = json.loads(paths[5].read_text("utf-8"), parse_constant=pytest.fail)
    assert document["scenarios"][1] == {"label": "after", "name": "after", "digest": after.digest()}
    assert (document["scale"], document["seed"], document["equal_resources"]) == (0.5, 1, True)
    assert pd.read_csv(paths[0]).shape[0] == 4


@pytest.mark.parametrize(
    ("verdict", "metric", "colour"),
    [
        ("higher", "satisfaction", "BETTER"),
        ("lower", "satisfaction", "WORSE"),
        ("lower", "waste_share", "BETTER"),
        ("negligible", "waste_share", "UNSURE"),
        ("undecided", "waste_share", "UNSURE"),
        ("higher", "hours_supplied", "UNSURE"),
    ],
)
def test_the_figure_calls_better_only_what_a_verdict_calls_so(verdict: str, metric: str, colour: str) -> None:
    from sanfang.metrics.catalogue import BY_NAME
    from sanfang.report import verdict_colours

    assert verdict_colours.verdict_colour(verdict, BY_NAME[metric]) == getattr(verdict_colours, colour)
