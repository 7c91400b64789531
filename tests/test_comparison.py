"""A comparison is paired, its intervals are scipy's, and unequal resources do not pass in silence."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sanfang.lab import intervals, runner
from sanfang.lab.comparison import compare, resource_gaps
from sanfang.lab.runner import Job, RunFailed, run_all, run_each
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario


def table(**metrics: dict[str, list[float]]) -> pd.DataFrame:
    """A table of runs from values by metric and scenario."""
    rows = []
    for scenario in next(iter(metrics.values())):
        for rep in range(len(next(iter(metrics.values()))[scenario])):
            values = {name: by_scenario[scenario][rep] for name, by_scenario in metrics.items()}
            rows.append({"scenario": scenario, "replication": rep, "seed": 1 + rep, **values})
    return pd.DataFrame(rows)


def difference(runs: pd.DataFrame, metric: str) -> pd.Series:
    found = intervals.differences(runs, "a")
    return found[found["metric"] == metric].iloc[0]


@pytest.fixture
def before() -> Scenario:
    return Scenario.from_dict({"name": "before"}, district="licang")


# --- Statistics ---------------------------------------------------------------------------------------


def test_the_interval_of_a_mean_is_the_textbook_t_interval() -> None:
    """Four values 1, 2, 3, 4: mean 2.5, sd 1.29099, t(0.975, 3) = 3.18245, half-width 2.05426."""
    row = intervals.means(table(x={"a": [1.0, 2.0, 3.0, 4.0]})).iloc[0]
    assert row["n"] == 4
    assert row["mean"] == 2.5
    assert row["low"] == pytest.approx(2.5 - 2.05426, abs=1e-4)
    assert row["high"] == pytest.approx(2.5 + 2.05426, abs=1e-4)


def test_differences_are_paired_as_in_scipy() -> None:
    rng = np.random.default_rng(7)
    base = rng.normal(10, 3, 12)
    other = base + rng.normal(1, 0.5, 12)
    row = difference(table(x={"a": list(base), "b": list(other)}), "x")
    expected = stats.ttest_rel(other, base)
    low, high = expected.confidence_interval(0.95)
    assert row["difference"] == pytest.approx(np.mean(other - base))
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert row["p_value"] == pytest.approx(expected.pvalue)
    assert row["correlation"] == pytest.approx(stats.pearsonr(base, other).statistic)


def test_pairing_takes_away_the_luck_that_both_scenarios_share() -> None:
    """Same luck, constant effect of 1: the difference is exact, all variance is gone, d is 1 over the sd."""
    row = difference(table(x={"a": [1.0, 5.0, 9.0], "b": [2.0, 6.0, 10.0]}), "x")
    assert row["difference"] == row["low"] == row["high"] == 1
    assert row["variance_reduction"] == 1
    assert row["correlation"] == pytest.approx(1)
    assert row["effect_size"] == pytest.approx(1 / 4)


def test_opposite_luck_makes_pairing_worse_than_independent_seeds() -> None:
    row = difference(table(x={"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]}), "x")
    assert row["variance_reduction"] == pytest.approx(-1)


def test_a_pair_with_a_missing_value_is_dropped_and_n_says_so() -> None:
    nan = math.nan
    runs = table(x={"a": [1.0, nan, 3.0, 4.0], "b": [2.0, 5.0, nan, 7.0]})
    row = difference(runs, "x")
    assert row["n"] == 2
    assert row["difference"] == 2
    assert row["baseline_mean"] == 2.5
    assert list(intervals.means(runs)["n"]) == [3, 3]


def test_a_metric_without_any_value_gives_nan_and_no_crash() -> None:
    runs = table(x={"a": [math.nan] * 2, "b": [1.0, 2.0]})
    row = difference(runs, "x")
    assert row["n"] == 0
    assert math.isnan(row["difference"])
    assert intervals.means(runs).iloc[0]["n"] == 0


def test_one_replication_gives_a_difference_without_interval() -> None:
    row = difference(table(x={"a": [1.0], "b": [3.0]}), "x")
    assert row["difference"] == 2
    assert all(math.isnan(row[name]) for name in ("low", "high", "p_value", "effect_size", "correlation"))


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
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_fails_is_reported_with_scenario_and_seed(before: Scenario, workers: int) -> None:
    bad = before.with_({"name": "bad", "policy.authority": 0.666})
    jobs = [Job(before, 1), Job(bad, 2), Job(before, 3)]
    with pytest.raises(RunFailed, match=r"scenario 'bad' with seed 2 failed: ZeroDivisionError: made up"):
        run_all(jobs, keep_seed, workers=workers)
    outcomes = sorted(run_each(jobs, keep_seed, workers=workers), key=lambda outcome: outcome.index)
    assert [outcome.result for outcome in outcomes] == [1, None, 3]


@pytest.mark.usefixtures("made_up_simulation")
def test_a_worker_that_dies_is_reported_and_later_runs_go_on(before: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "QUEUED_PER_WORKER", 1)
    outcomes = list(run_each([Job(before, seed) for seed in range(60)], die_on_seed_1, workers=2))
    by_index = {outcome.index: outcome for outcome in outcomes}
    assert sorted(by_index) == list(range(60)) and len(outcomes) == 60
    lost = {index for index, outcome in by_index.items() if outcome.error}
    assert "died" in by_index[1].error
    assert len(lost) <= 6, "only what was under way or queued when the worker died"
    assert all(by_index[index].result == index for index in set(range(60)) - lost)


def keep_seed(run: object) -> int:
    return int(run.seed)  # type: ignore[attr-defined]


def die_on_seed_1(run: object) -> int:
    if keep_seed(run) == 1:
        import os

        os._exit(1)
    return keep_seed(run)


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
    names = ["runs.csv", "means.csv", "differences.csv", "comparison.json", "comparison.png"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in (tmp_path / "deep" / "er").iterdir()) == sorted(names)
    document = json.loads(paths[3].read_text("utf-8"), parse_constant=pytest.fail)
    assert document["scenarios"][1] == {"label": "after", "name": "after", "digest": after.digest()}
    assert (document["scale"], document["seed"], document["equal_resources"]) == (0.5, 1, True)
    assert pd.read_csv(paths[0]).shape[0] == 4


@pytest.mark.parametrize(
    ("low", "high", "metric", "verdict"),
    [
        (0.1, 0.3, "satisfaction", "BETTER"),
        (-0.3, -0.1, "satisfaction", "WORSE"),
        (-0.3, -0.1, "waste_share", "BETTER"),
        (-0.1, 0.3, "waste_share", "UNSURE"),
        (math.nan, math.nan, "waste_share", "UNSURE"),
    ],
)
def test_the_figure_calls_better_only_what_the_whole_interval_shows(
    low: float, high: float, metric: str, verdict: str
) -> None:
    from sanfang.lab.metrics import BY_NAME
    from sanfang.report import comparison_figure as figure

    value = 0.1 if math.isnan(low) else (low + high) / 2
    assert figure.verdict_colour(value, low, high, BY_NAME[metric]) == getattr(figure, verdict)
