"""A percentile that a run does not reach is longer than could be seen: it counts so, and is never left out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from run_tables import table, with_points
from sanfang.lab.statistics import effects, intervals, order, pairwise, precision, ranking
from sanfang.lab.statistics.run_table import RunTable
from sanfang.metrics.catalogue import METRICS, seen
from sanfang.scenario.errors import InputError

NAN, INF = math.nan, math.inf
P90 = "resolution_days_p90"
ERROR = 1e-6  # chance that a right program fails a test of coverage


def censored(worse: np.ndarray, better: np.ndarray, share: float) -> dict[str, list[float]]:
    """Both policies as seen up to the time that leaves `share` of all their values unseen; those are missing."""
    bound = np.quantile(np.concatenate([worse, better]), 1 - share)
    return {name: list(np.where(values <= bound, values, NAN)) for name, values in (("a", worse), ("b", better))}


# --- What a missing value means ---------------------------------------------------------------------------


def test_percentiles_and_costs_are_open_ended_and_shares_are_not() -> None:
    found = {metric.name for metric in METRICS if metric.open_ended}
    assert {P90, "resolution_days_median", "first_response_hours_p90", "cost_per_resolved_need"} <= found
    assert not {"satisfaction", "waste_share", "repeat_rate", "vulnerable_gap"} & found
    assert all(metric.better == "lower" for metric in METRICS if metric.open_ended)


def test_not_reached_is_told_from_not_asked_for_and_from_failed() -> None:
    """Run 1 had requests and did not reach it, run 2 had none, run 3 failed and is not in the table."""
    runs = table(**{P90: {"a": [5.0, NAN, NAN]}, "trips_per_request": {"a": [1.0, 1.2, NAN]}})
    values = RunTable(runs).values(P90)[0, 0]
    assert values[:2].tolist() == [5.0, INF]
    assert math.isnan(values[2])
    assert (seen(P90, None), seen(P90, 3.0)) == (INF, 3.0)
    assert math.isnan(seen("repeat_rate", None))


# --- Means, medians and differences -----------------------------------------------------------------------


@pytest.mark.parametrize(("n", "k"), [(6, 1), (10, 2), (20, 6), (40, 14)])
def test_the_interval_of_the_median_is_that_of_the_sign_test_in_textbooks(n: int, k: int) -> None:
    """Conover (1999), table A3: of 20 values from the 6th smallest to the 6th largest, which holds it in 95.9 %."""
    values = np.arange(1.0, n + 1)[None]
    _, low, high = order.median_interval(values, values, 0.95)
    assert (low[0], high[0]) == (k, n + 1 - k)


def test_fewer_than_six_values_have_no_interval_of_the_median() -> None:
    middle, low, high = order.median_interval(np.arange(5.0)[None], np.arange(5.0)[None], 0.95)
    assert middle[0] == 2 and math.isnan(low[0]) and math.isnan(high[0])


def test_runs_that_did_not_reach_it_count_in_the_median_and_leave_no_mean() -> None:
    row = intervals.means(table(**{P90: {"a": [10.0, 20.0, 30.0, 40.0, NAN, NAN, NAN]}})).iloc[0]
    assert (row["n"], row["not_reached"], row["median"]) == (7, 3, 40)
    assert (row["median_low"], row["median_high"]) == (10, INF)
    assert all(math.isnan(row[name]) for name in ("mean", "sd", "low", "high"))


def test_paired_differences_by_hand_with_some_not_reached() -> None:
    """b less a: +5, +1, longer by an unknown time, shorter by an unknown time, not to be told."""
    runs = table(**{P90: {"a": [10.0, 20.0, 30.0, NAN, NAN], "b": [15.0, 21.0, NAN, 40.0, NAN]}})
    row = intervals.differences(runs, "a").iloc[0]
    assert row[["n", "not_reached", "baseline_not_reached", "runs_higher", "runs_lower"]].tolist() == [5, 2, 2, 3, 1]
    assert all(math.isnan(row[name]) for name in ("difference", "low", "high", "p_value", "variance_ratio"))
    assert math.isnan(row["median"]), "with the fifth pair it is 1 or 5"


def test_the_sign_test_takes_what_cannot_be_told_against_what_is_seen() -> None:
    """Nine of nine: 2 / 512. With three more that may be the other way, nine of twelve or more: 2 x 299 / 4096."""
    reached = [float(n) for n in range(1, 10)]
    runs = table(**{P90: {"a": [*reached, NAN, NAN, NAN], "b": [*(n + 1 for n in reached), NAN, NAN, NAN]}})
    assert intervals.differences(runs, "a").iloc[0]["sign_p"] == pytest.approx(598 / 4096)
    whole = runs[runs["replication"] < 9]
    assert intervals.differences(whole, "a").iloc[0]["sign_p"] == pytest.approx(2 / 512)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.95])
def test_the_interval_of_a_median_difference_holds_the_truth_at_any_share_not_reached(share: float) -> None:
    """Of 1,000 studies of 20 pairs it may miss in 5 of 100; how many more luck allows is a binomial's business."""
    rng = np.random.default_rng(3)
    luck, own = rng.exponential(50, (1000, 20)), rng.normal(4, 10, (1000, 20))
    studies = [censored(base + more, base, share) for base, more in zip(luck, own, strict=True)]
    runs = with_points(P90, a=[one["a"] for one in studies], b=[one["b"] for one in studies])
    found = intervals.differences(runs, "b")
    missed = 1000 - ((found["median_low"] <= 4) & (found["median_high"] >= 4)).sum()
    assert missed <= stats.binom.isf(ERROR, 1000, 0.05)


def test_a_bootstrap_of_what_was_not_reached_is_not_made_up() -> None:
    runs = table(**{P90: {"a": [1.0, 2.0, 3.0], "b": [2.0, NAN, 4.0]}})
    found = intervals.bootstrap(runs, "a", resamples=99).set_index(["quantity", "scenario"])
    assert found.loc[("mean", "a"), "estimate"] == 2
    assert math.isnan(found.loc[("mean", "b"), "estimate"])
    assert math.isnan(found.loc[("difference", "b"), "estimate"])


def test_effects_of_factors_on_what_was_not_reached_are_refused() -> None:
    runs = pd.DataFrame({"replication": [0, 0, 1, 1], "x": [0, 1, 0, 1], P90: [1.0, 2.0, 1.0, NAN]})
    with pytest.raises(InputError, match="1 of 4 runs have not reached it"):
        effects.cube(runs, ["x"], P90)


# --- Ranking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.5, 0.7, 0.9, 0.95])
@pytest.mark.parametrize("seed", range(8))
def test_a_policy_that_is_worse_in_every_run_is_never_ranked_above(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    better = rng.exponential(60, 20)
    worse = better + rng.exponential(rng.choice([0.5, 20, 300]), 20) + 1e-6
    found = ranking.rank(table(**{P90: censored(worse, better, share)}), P90).set_index("scenario")
    assert found.loc["a", "rank"] >= found.loc["b", "rank"]
    assert found.loc["a", "rank_to"] >= found.loc["b", "rank_to"]
    assert found.loc["a", "probability_best"] <= found.loc["b", "probability_best"]
    if share:
        assert found["mean"].isna().all()
        assert found["not_reached"].sum() == pytest.approx(40 * share, abs=1)


def test_reaching_it_in_four_of_twenty_runs_does_not_make_a_policy_the_first() -> None:
    """Its four values are shorter than the other's; in the other sixteen runs it was longer than could be seen.

    It would be ahead with more than half of 19 runs drawn with a chance of one in five each.
    """
    few = [10.0] * 4 + [NAN] * 16
    found = ranking.rank(table(**{P90: {"few": few, "all": [100.0 + n for n in range(20)]}}), P90)
    assert found[["scenario", "rank", "rank_to"]].values.tolist() == [["all", 1, 1], ["few", 2, 2]]
    chance = stats.binom.sf(9, 19, 0.2)
    most = stats.binom.isf(ERROR, intervals.RESAMPLES, chance) / intervals.RESAMPLES
    assert found["probability_best"][1] <= most and found["probability_best"].sum() == pytest.approx(1)


def test_where_nothing_can_be_told_every_policy_may_have_every_rank(capsys: pytest.CaptureFixture[str]) -> None:
    """One run of twenty says that b is better; of the others nobody knows."""
    runs = table(**{P90: {"a": [50.0] + [NAN] * 19, "b": [40.0] + [NAN] * 19}})
    found = ranking.rank(runs, P90)
    assert found["rank"].tolist() == [1, 1] and found["rank_to"].tolist() == [2, 2]
    assert found["probability_best"].tolist() == [0, 0], "at least"
    shown = printed(runs, capsys)
    assert shown.count("cannot be told  ") >= 2
    assert "a 19 of 20 runs, b 19 of 20 runs" in shown
    assert "b: higher in 0 of 20 pairs, lower in 1" in shown


def test_worlds_are_compared_one_by_one() -> None:
    """At point 0 neither is reached, at point 1 b is better in every run: b leads, but not surely in the whole."""
    unseen, seen_ = [NAN] * 8, [5.0 + n for n in range(8)]
    apart = with_points(P90, a=[unseen, seen_], b=[unseen, [value - 1 for value in seen_]])
    assert ranking.rank(apart, P90)["rank_to"].tolist() == [2, 2]
    twice = with_points(P90, a=[unseen, seen_, seen_], b=[unseen, *[[value - 1 for value in seen_]] * 2])
    assert ranking.rank(twice, P90)["scenario"].tolist() == ["b", "a"]
    assert ranking.rank(twice, P90)["rank"].tolist() == [1, 2]


def test_the_difference_to_the_first_has_an_interval_by_order_and_none_by_t() -> None:
    runs = table(
        **{P90: {"a": [float(n) for n in range(1, 21)], "b": [float(n) + 2 for n in range(1, 16)] + [NAN] * 5}}
    )
    row = ranking.rank(runs, P90).set_index("scenario").loc["b"]
    assert (row["difference_to_best"], row["low"], row["high"]) == (2, 2, 2)


# --- How many runs ----------------------------------------------------------------------------------------


class Rule:
    min, max, step, half_width, relative = 10, 40, 10, 1000.0, None

    def __init__(self, of: str) -> None:
        self.of = of


@pytest.mark.parametrize("of", ["mean", "difference"])
def test_no_interval_is_narrow_enough_while_a_run_has_not_reached_it(of: str) -> None:
    few = np.array([10.0] * 4 + [INF] * 16)
    assert not precision.narrow_enough({"a": np.full(20, 50.0), "b": few}, "a", Rule(of))
    assert precision.required({"a": np.full(40, 50.0), "b": np.resize(few, 40)}, "a", Rule(of)) == 40


def test_the_replications_that_it_takes_are_not_told_from_runs_that_reached_it_alone() -> None:
    runs = table(**{P90: {"a": [1.0, 2.0, 3.0], "b": [2.0, NAN, 2.1]}})
    found = precision.replications_needed(runs, P90, half_width=1.0).set_index("scenario")
    assert found.loc["a", "needed"] > 3
    assert math.isnan(found.loc["b", "needed"])


def test_the_replications_printed_are_not_those_of_the_cells_that_reached_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = printed(table(**{P90: {"a": [1.0, 2.0, 3.0], "b": [2.0, NAN, 2.1], "c": [2.0, 3.5, 3.0]}}), capsys)
    (row,) = [line for line in shown.split("Replications needed")[1].splitlines() if "90th percentile" in line]
    assert row.split("percentile")[1].split() == ["–", "–", "–", "cannot", "be", "told", "–"]


@pytest.mark.usefixtures("made_up_simulation")
def test_a_sweep_with_a_rule_goes_on_to_its_end_where_runs_do_not_reach_it(tmp_path: Path) -> None:
    """The made-up run never reaches its 90th percentile."""
    from sanfang.lab.experiments.experiment import Experiment
    from sanfang.lab.storage.results import Results
    from sanfang.lab.sweeps.sweep import sweep

    rule = {"min": 2, "max": 4, "step": 1, "metric": P90, "half_width": 5.0, "of": "mean"}
    experiment = Experiment.from_dict({"name": "x", "scenarios": ["before"], "district": "demo", "replications": rule})
    assert sweep(experiment, tmp_path / "x", jobs=1).done == 4
    with Results(tmp_path / "x") as results:
        assert intervals.means(results.runs()).set_index("metric").loc[P90, "not_reached"] == 4


# --- What is printed --------------------------------------------------------------------------------------


def printed(runs: pd.DataFrame, capsys: Any) -> str:
    from sanfang.cli.analysis import AnalysisInput, document
    from sanfang.cli.analysis_tables import print_analysis
    from sanfang.lab.files import to_json

    results = AnalysisInput(runs, "a", metrics=(P90,), relative=0.1)
    to_json(document(results))
    print_analysis(results)
    return str(capsys.readouterr().out)


def test_the_analysis_prints_a_median_and_how_many_runs_did_not_reach_it(capsys: pytest.CaptureFixture[str]) -> None:
    values = [100.0 + n for n in range(20)]
    shown = printed(table(**{P90: {"a": values, "b": [value + 7 for value in values[:16]] + [NAN] * 4}}), capsys)
    assert "b 4 of 20 runs" in shown
    assert "median +7.00" in shown
    assert "b: higher in 20 of 20 pairs, lower in 0" in shown


def test_one_replication_fewer_is_drawn_than_there_are() -> None:
    """Rao and Wu by hand: two replications, each won by one policy. One is drawn, so one of the two is always ahead."""
    values = np.array([[[1.0, 2.0]], [[2.0, 1.0]]])
    shares = pairwise.best_at_least(values, 4000, seed=1)
    assert shares.sum() == 1.0, "with two draws half of the resamples would be ties"
    assert abs(shares[0] - 0.5) < 4 * 0.5 / np.sqrt(4000)


# --- What could not be reached at all -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beside", "value"),
    [
        ({"steady_start": 0.0}, NAN),
        ({"steady_start": 1.0}, INF),
        ({"steady_start": NAN}, INF),  # an empty start
        ({"first_day": 0, "last_day": 58}, NAN),  # the 90th percentile takes 60 days
        ({"first_day": 0, "last_day": 59}, INF),
        ({"followed": False}, NAN),
        ({"followed": True}, INF),
        ({"trips_per_request": NAN}, NAN),
        ({}, INF),
    ],
)
def test_what_a_run_could_not_reach_has_no_value_whichever_column_tells_it(
    beside: dict[str, float], value: float
) -> None:
    found = RunTable(table(**{P90: {"a": [NAN]}}).assign(**beside)).values(P90)
    assert np.array_equal(found, [[[value]]], equal_nan=True)


def test_the_analysis_of_one_metric_knows_what_the_columns_left_out_tell() -> None:
    from sanfang.cli.analysis import AnalysisInput, tables

    unsteady = table(**{P90: {"a": [NAN] * 3, "b": [NAN] * 3}, "steady_start": {"a": [0.0] * 3, "b": [0.0] * 3}})
    found = tables(AnalysisInput(unsteady, "a", metrics=(P90,)))
    assert (found["means"]["n"] == 0).all() and not (found["means"]["not_reached"] > 0).any()
    assert found["ranking"].empty
