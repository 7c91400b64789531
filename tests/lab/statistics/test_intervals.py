"""Means and paired differences agree with textbooks and scipy, and their intervals cover what they promise."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from run_tables import NAN, coverage, pairs, table, with_points, within_luck
from sanfang.lab.statistics import intervals, precision, ranking
from sanfang.scenario.errors import InputError


def difference(runs: pd.DataFrame, metric: str) -> pd.Series:
    found = intervals.differences(runs, "a")
    return found[found["metric"] == metric].iloc[0]


# --- Means and paired differences ----------------------------------------------------------------------------


def test_the_interval_of_a_mean_is_the_textbook_t_interval() -> None:
    """Four values 1, 2, 3, 4: mean 2.5, sd 1.29099, t(0.975, 3) = 3.18245, half-width 2.05426."""
    row = intervals.means(table(x={"a": [1.0, 2.0, 3.0, 4.0]})).iloc[0]
    assert row["n"] == 4
    assert row["mean"] == 2.5
    assert row["sd"] == pytest.approx(1.29099, abs=1e-5)
    assert row["low"] == pytest.approx(2.5 - 2.05426, abs=1e-4)
    assert row["high"] == pytest.approx(2.5 + 2.05426, abs=1e-4)


def test_student_s_own_example_of_paired_differences() -> None:
    """Hours of sleep gained with two drugs (Student 1908, ten patients): t = 4.0621, p = 0.00283, mean 1.58."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    row = difference(table(x={"a": first, "b": second}), "x")
    assert row["difference"] == pytest.approx(1.58)
    assert row["p_value"] == pytest.approx(0.00283, abs=1e-5)
    assert (row["low"], row["high"]) == pytest.approx((0.7001, 2.4599), abs=1e-4)


def test_differences_are_paired_as_in_scipy() -> None:
    rng = np.random.default_rng(7)
    base = rng.normal(10, 3, 12)
    other = base + rng.normal(1, 0.5, 12)
    row = difference(table(x={"a": list(base), "b": list(other)}), "x")
    expected = stats.ttest_rel(other, base)
    apart = stats.ttest_ind(other, base, equal_var=False).confidence_interval(0.95)
    assert row["difference"] == pytest.approx(np.mean(other - base))
    assert (row["low"], row["high"]) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert row["p_value"] == pytest.approx(expected.pvalue)
    assert row["correlation"] == pytest.approx(stats.pearsonr(base, other).statistic)
    assert row["independent_half_width"] == pytest.approx((apart.high - apart.low) / 2)
    assert row["variance_ratio"] == pytest.approx((np.var(other) + np.var(base)) / np.var(other - base))


def test_the_effect_size_is_in_units_of_the_spread_between_replications() -> None:
    """Variances 1 and 4, difference 2: 2 / sqrt(2.5) = 1.2649."""
    row = difference(table(satisfaction={"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 6.0]}), "satisfaction")
    assert row["difference"] == 2.0
    assert row["effect_size"] == pytest.approx(1.2649, abs=1e-4)


def test_pairing_takes_away_the_luck_that_both_scenarios_share() -> None:
    """Same luck, constant effect of 1: the difference is exact, all variance is gone, d is 1 over the sd."""
    row = difference(table(x={"a": [1.0, 5.0, 9.0], "b": [2.0, 6.0, 10.0]}), "x")
    assert row["difference"] == row["low"] == row["high"] == 1
    assert row["variance_reduction"] == 1
    assert row["variance_ratio"] == math.inf
    assert row["correlation"] == pytest.approx(1)
    assert row["effect_size"] == pytest.approx(1 / 4)


def test_opposite_luck_makes_pairing_worse_than_independent_seeds() -> None:
    row = difference(table(x={"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]}), "x")
    assert row["variance_reduction"] == pytest.approx(-1)
    assert row["variance_ratio"] == pytest.approx(1 / 2)


def test_what_pairing_saves_is_what_independent_runs_would_have_cost() -> None:
    """With n times the ratio of independent runs, the standard error is the paired one."""
    found = intervals.differences(pairs(200, 200), "a")
    quantile = stats.t.ppf(0.975, 199)
    paired = (found["high"] - found["low"]) / 2 / quantile
    apart = found["independent_half_width"] / stats.t.ppf(0.975, 2 * 199)
    assert (apart / np.sqrt(found["variance_ratio"]) / paired).mean() == pytest.approx(1, rel=1e-3)


def test_a_pair_with_a_missing_value_is_dropped_and_n_says_so() -> None:
    runs = table(x={"a": [1.0, NAN, 3.0, 4.0], "b": [2.0, 5.0, NAN, 7.0]})
    row = difference(runs, "x")
    assert row["n"] == 2
    assert row["difference"] == 2
    assert row["baseline_mean"] == 2.5
    assert list(intervals.means(runs)["n"]) == [3, 3]


def test_a_run_that_failed_is_dropped_like_a_missing_value() -> None:
    whole = table(x={"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0, NAN, 5.0, 7.0]})
    pd.testing.assert_series_equal(difference(whole.dropna(), "x"), difference(whole, "x"))


def test_a_metric_without_any_value_gives_nan_and_no_crash() -> None:
    runs = table(x={"a": [NAN] * 2, "b": [1.0, 2.0]})
    row = difference(runs, "x")
    assert row["n"] == 0
    assert math.isnan(row["difference"])
    assert intervals.means(runs).iloc[0]["n"] == 0


def test_one_replication_gives_a_difference_without_interval() -> None:
    row = difference(table(x={"a": [1.0], "b": [3.0]}), "x")
    assert row["difference"] == 2
    missing = ("low", "high", "p_value", "effect_size", "correlation", "variance_ratio", "independent_half_width")
    assert all(math.isnan(row[name]) for name in missing)


def test_sums_in_another_order_are_no_difference() -> None:
    hours = [517104.0, 517104.00000000006, 517104.0]
    row = difference(table(hours_supplied={"a": hours, "b": hours[::-1][1:] + hours[:1]}), "hours_supplied")
    assert row["difference"] == row["low"] == row["high"] == 0
    assert all(math.isnan(row[name]) for name in ("correlation", "variance_ratio", "ratio_low", "effect_size"))


def test_each_point_is_a_study_of_its_own() -> None:
    runs = pairs(3, 6)
    found = intervals.differences(runs, "a")
    for point, part in runs.groupby("point"):
        alone = intervals.differences(part, "a")
        assert "point" not in alone.columns
        pd.testing.assert_frame_equal(
            found[found["point"] == point].drop(columns="point").reset_index(drop=True), alone
        )


def test_factors_are_not_taken_for_metrics() -> None:
    runs = pairs(2, 3).assign(**{"policy.authority": 0.5, "policy.service_scope": "all"})
    found = intervals.means(runs, ("policy.authority", "policy.service_scope"))
    assert found["metric"].unique().tolist() == ["satisfaction"]


def test_the_order_of_rows_and_of_cells_with_different_n_changes_no_number() -> None:
    runs = pairs(4, 7).assign(waste_share=lambda rows: rows["satisfaction"] ** 2)
    runs.loc[[3, 17, 30], "satisfaction"] = NAN
    runs = runs.drop(index=[5, 40])
    mixed = runs.sample(frac=1, random_state=3)
    for analyse in (
        intervals.means,
        lambda one: intervals.differences(one, "a"),
        lambda one: intervals.bootstrap(one, "a", resamples=199),
        lambda one: precision.replications_needed(one, "waste_share", 0.1, of="difference", baseline="a"),
        lambda one: ranking.rank(one, "satisfaction", resamples=199),
        lambda one: ranking.rank(one, "satisfaction", of="cell", resamples=199),
    ):
        found = [analyse(one) for one in (runs, mixed)]
        keys = [name for name in ("quantity", "scenario", "point", "metric") if name in found[0]]
        first, second = (one.sort_values(keys).reset_index(drop=True) for one in found)
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_wrong_tables_of_runs_are_told() -> None:
    runs = table(x={"a": [1.0, 2.0], "b": [1.0, 2.0]})
    with pytest.raises(InputError, match="replication 1 of 'b' is there more than once"):
        intervals.means(pd.concat([runs, runs.tail(1)]))
    with pytest.raises(InputError, match="'before' is none of the scenarios with runs"):
        intervals.differences(runs, "before")
    with pytest.raises(InputError, match="did you mean 'satisfaction'"):
        ranking.rank(pairs(1, 3), "satisfactio")


# --- What intervals promise ----------------------------------------------------------------------------------


def test_the_t_interval_of_a_paired_difference_covers_it_in_95_of_100_experiments() -> None:
    found = intervals.differences(pairs(4000, 8), "a")
    assert within_luck(coverage(found["low"], found["high"], 1.0), 0.95, 4000)


@pytest.mark.parametrize("n", [5, 30])
def test_the_interval_of_the_variance_ratio_covers_it_though_pairs_are_correlated(n: int) -> None:
    """Of normal pairs it is exact: (1.25 + 1.25) / (0.25 + 0.25) = 5."""
    found = intervals.differences(pairs(4000, n, seed=n), "a")
    assert within_luck(coverage(found["ratio_low"], found["ratio_high"], 5.0), 0.95, 4000)


def test_the_interval_of_the_variance_ratio_does_not_need_equal_variances() -> None:
    """Luck hits b twice as hard: (1.25 + 4.25) / (1 + 0.5) = 3.667."""
    rng = np.random.default_rng(11)
    luck, noise = rng.normal(size=(4000, 12)), rng.normal(0, 0.5, (2, 4000, 12))
    found = intervals.differences(with_points("x", a=luck + noise[0], b=2 * luck + noise[1]), "a")
    assert within_luck(coverage(found["ratio_low"], found["ratio_high"], 5.5 / 1.5), 0.95, 4000)


def test_the_bootstrap_agrees_with_t_on_normal_values_and_follows_skewed_ones() -> None:
    runs = pairs(1, 200).assign(waste_share=lambda rows: np.exp(2 * rows["satisfaction"]))
    plain = runs[runs["scenario"] == "a"]
    resampled = intervals.bootstrap(plain).set_index("metric")
    textbook = intervals.means(plain).set_index("metric")
    normal, skewed = resampled.loc["satisfaction"], resampled.loc["waste_share"]
    width = textbook.loc["satisfaction", "high"] - textbook.loc["satisfaction", "low"]
    assert normal["low"] == pytest.approx(textbook.loc["satisfaction", "low"], abs=0.05 * width)
    assert normal["high"] == pytest.approx(textbook.loc["satisfaction", "high"], abs=0.05 * width)
    assert skewed["high"] - skewed["estimate"] > 1.2 * (skewed["estimate"] - skewed["low"])


def test_the_bootstrap_of_a_paired_difference_covers_it_and_is_narrower_than_unpaired() -> None:
    found = intervals.bootstrap(pairs(400, 40, seed=2), "a", resamples=499)
    paired = found[found["quantity"] == "difference"]
    assert abs(coverage(paired["low"], paired["high"], 1.0) - 0.94) < 0.045  # four standard errors, one point less
    apart = found[found["quantity"] == "mean"]["standard_error"].mean() * math.sqrt(2)
    assert apart / paired["standard_error"].mean() == pytest.approx(math.sqrt(5), rel=0.05)


def test_the_bootstrap_of_a_constant_is_a_point_and_of_one_value_has_no_interval() -> None:
    found = intervals.bootstrap(table(x={"a": [2.0] * 4, "b": [1.0, NAN, NAN, NAN]})).set_index("scenario")
    assert found.loc["a", ["estimate", "low", "high"]].tolist() == [2, 2, 2]
    assert found.loc["b", "estimate"] == 1
    assert math.isnan(found.loc["b", "low"])


# --- The stopping rule of a sweep ----------------------------------------------------------------------------


def test_the_interval_of_the_variance_ratio_of_a_pair_by_hand() -> None:
    """Five pairs, their sums and differences uncorrelated: a ratio of variances F has the interval F (K - root) to
    F (K + root) with K = 1 + 2 t^2 / 3, t(0.975, 3) = 3.18245, root = sqrt(K^2 - 1) (Pitman 1939)."""
    together, apart = np.array([4.0, -4.0, 0.0, 4.0, -4.0]), np.array([1.0, 1.0, 0.0, -1.0, -1.0])
    runs = table(satisfaction={"a": ((together - apart) / 2).tolist(), "b": ((together + apart) / 2).tolist()})
    row = difference(runs, "satisfaction")
    ratio, spread = 16.0, 1 + 2 * 3.18245**2 / 3
    root = math.sqrt(spread**2 - 1)
    assert row["variance_ratio"] == pytest.approx((1 + ratio) / 2)
    assert row["ratio_low"] == pytest.approx((1 + ratio * (spread - root)) / 2, rel=1e-4)
    assert row["ratio_high"] == pytest.approx((1 + ratio * (spread + root)) / 2, rel=1e-4)
