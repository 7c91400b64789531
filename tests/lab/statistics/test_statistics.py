"""Statistics of many runs agree with textbooks and with scipy, and their intervals cover what they promise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from run_tables import table, with_points
from sanfang.lab.files import to_json
from sanfang.lab.statistics import intervals, precision, ranking
from sanfang.lab.statistics.warm_up import detect
from sanfang.scenario.errors import InputError

NAN = math.nan


def difference(runs: pd.DataFrame, metric: str) -> pd.Series:
    found = intervals.differences(runs, "a")
    return found[found["metric"] == metric].iloc[0]


def pairs(experiments: int, n: int, shared: float = 1.0, own: float = 0.5, seed: int = 1) -> pd.DataFrame:
    """Many experiments, each at a point of its own: `b` is 1 above `a`; both share luck and have noise of their own."""
    rng = np.random.default_rng(seed)
    luck = rng.normal(0, shared, (experiments, n))
    noise = rng.normal(0, own, (2, experiments, n))
    return with_points("satisfaction", a=luck + noise[0], b=luck + noise[1] + 1)


def coverage(low: pd.Series, high: pd.Series, truth: float) -> float:
    return float(((low <= truth) & (truth <= high)).mean())


def within_luck(share: float, expected: float, experiments: int) -> bool:
    """Whether a share agrees with what is expected, by four standard errors of its own."""
    return abs(share - expected) <= 4 * math.sqrt(expected * (1 - expected) / experiments)


# --- Means and paired differences ---------------------------------------------------------------------


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


# --- What intervals promise ---------------------------------------------------------------------------


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


# --- Ranking ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [0.0, 0.7, 2.0])
def test_the_probability_of_being_best_is_that_of_two_normals(gap: float) -> None:
    """Paired differences of mean `gap` standard errors: Phi(gap). The normal scores have no luck of their own."""
    n = 400
    scores = stats.norm.ppf((np.arange(n) + 0.5) / n)
    scores = (scores - scores.mean()) / scores.std(ddof=1)
    luck = np.random.default_rng(4).normal(0, 3, n)
    runs = table(satisfaction={"a": list(luck), "b": list(luck + scores + gap / math.sqrt(n))})
    found = ranking.rank(runs, "satisfaction").set_index("scenario")
    assert within_luck(found.loc["b", "probability_best"], stats.norm.cdf(gap), intervals.RESAMPLES)
    assert found["probability_best"].sum() == pytest.approx(1)


def test_among_equals_the_probability_of_being_best_is_any_number_with_equal_chance() -> None:
    """It is then a p-value: uniform over experiments (Kolmogorov and Smirnov, at one in ten thousand)."""
    rng = np.random.default_rng(6)
    found = []
    for _ in range(150):
        luck, noise = rng.normal(size=60), rng.normal(size=(2, 60))
        runs = table(satisfaction={"a": list(luck + noise[0]), "b": list(luck + noise[1])})
        ranked = ranking.rank(runs, "satisfaction", resamples=399).set_index("scenario")
        found.append(ranked.loc["a", "probability_best"])
    assert stats.kstest(found, "uniform").pvalue > 1e-4


def test_one_replication_fewer_is_drawn_for_the_probability_of_being_best() -> None:
    """Rao and Wu by hand: of two replications one is drawn. In the first `a` is ahead by 2, in the second behind by 1,
    so it is best in half of the resamples; if two were drawn, in three quarters."""
    shares = ranking._probability_best(np.array([[3.0, 0.0], [1.0, 1.0]]), 4000, seed=1)
    assert abs(shares[0] - 0.5) < 4 * 0.5 / math.sqrt(4000)


def test_the_ranking_follows_what_the_metric_calls_better() -> None:
    values = {"a": [1.0, 1.1, 0.9], "b": [2.0, 2.2, 2.1], "c": [3.0, 3.1, 3.3]}
    runs = table(satisfaction=values, waste_share=values, utilisation=values)
    assert ranking.rank(runs, "satisfaction")["scenario"].tolist() == ["c", "b", "a"]
    lowest = ranking.rank(runs, "waste_share")
    assert lowest["scenario"].tolist() == ["a", "b", "c"]
    assert lowest["probability_best"].tolist() == [1, 0, 0]
    assert lowest["difference_to_best"].tolist() == pytest.approx([0, 1.1, 2.1333], abs=1e-4)
    with pytest.raises(InputError, match=r"'utilisation' has no better direction.*satisfaction"):
        ranking.rank(runs, "utilisation")


def test_two_equal_policies_share_the_first_place() -> None:
    runs = table(satisfaction={"a": [1.0, 2.0, 4.0], "b": [1.0, 2.0, 4.0], "c": [0.0, 1.0, 3.0]})
    found = ranking.rank(runs, "satisfaction")
    assert found["rank"].tolist() == [1, 1, 3]
    assert within_luck(found["probability_best"][0], 0.5, intervals.RESAMPLES)
    assert found["probability_best"][2] == 0


def test_intervals_to_the_best_hold_together_whichever_policy_leads() -> None:
    """Five equal policies: in at least 95 of 100 experiments no interval misses zero."""
    rng = np.random.default_rng(8)
    missed = 0
    for _ in range(300):
        luck = rng.normal(size=10)
        runs = table(satisfaction={name: list(luck + rng.normal(size=10)) for name in "abcde"})
        found = ranking.rank(runs, "satisfaction", resamples=2).iloc[1:]
        missed += bool(((found["low"] > 0) | (found["high"] < 0)).any())
    assert missed / 300 <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 300)


def test_intervals_to_the_best_are_bonferroni_s_over_all_pairs() -> None:
    """Four policies are six pairs: differences 0, 1, 2 have 1 +- t(1 - 0.05 / 12, 2) / sqrt(3), t = 10.886."""
    values = np.array([[5.0, 5.0, 5.0], [5.0, 6.0, 7.0], [5.0, 6.0, 7.0], [5.0, 6.0, 7.0]])
    low, high = ranking._intervals_to_first(values, 0)
    assert low[1:] == pytest.approx(1 - 10.886 / math.sqrt(3), abs=1e-3)
    assert high[1:] == pytest.approx(1 + 10.886 / math.sqrt(3), abs=1e-3)


def test_scenarios_are_ranked_over_all_points_and_cells_by_themselves() -> None:
    a, b = np.array([[1.0, 1.1], [5.0, 5.1]]), np.array([[2.0, 2.1], [3.0, 3.1]])
    runs = with_points("satisfaction", a=a, b=b)
    scenarios = ranking.rank(runs, "satisfaction")
    assert scenarios["scenario"].tolist() == ["a", "b"]
    assert scenarios["mean"].tolist() == pytest.approx([3.05, 2.55])
    cells = ranking.rank(runs, "satisfaction", of="cell")
    assert cells[["scenario", "point"]].values.tolist() == [["a", 1], ["b", 1], ["b", 0], ["a", 0]]


def test_a_ranking_uses_replications_that_all_policies_have() -> None:
    runs = table(satisfaction={"a": [1.0, 2.0, NAN, 4.0], "b": [3.0, NAN, 9.0, 5.0]})
    found = ranking.rank(runs, "satisfaction").set_index("scenario")
    assert found["n"].tolist() == [2, 2]
    assert found.loc["b", "mean"] == 4
    with pytest.raises(InputError, match="in only 1 of 3 replications"):
        ranking.rank(table(satisfaction={"a": [1.0, 2.0, NAN], "b": [1.0, NAN, 3.0]}), "satisfaction")


# --- Replications needed ------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [0.05, 0.3, 0.5, 1.0, 2.0, 11.0])
def test_the_replications_needed_are_the_smallest_number_that_is_enough(ratio: float) -> None:
    def half_width(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1)) / math.sqrt(n)

    expected = next(n for n in range(2, 10_000) if half_width(n) <= ratio)
    assert precision.smallest_number(np.array([3.0]), np.array([3.0 * ratio])).tolist() == [expected]


def test_the_replications_needed_agree_with_the_textbook() -> None:
    """A standard deviation of 1, a half-width of 0.5: 18 (normal quantile 16)."""
    scores = stats.norm.ppf((np.arange(20) + 0.5) / 20)
    runs = table(satisfaction={"a": list(scores / scores.std(ddof=1))})
    row = precision.replications_needed(runs, "satisfaction", half_width=0.5).iloc[0]
    assert (row["n"], row["sd"], row["needed"], row["more"]) == (20, pytest.approx(1), 18, 0)
    finer = precision.replications_needed(runs, "satisfaction", half_width=0.25).iloc[0]
    assert (finer["needed"], finer["more"]) == (64, 44)


def test_precision_is_relative_to_the_mean_and_of_a_difference_to_the_baseline_s() -> None:
    runs = table(satisfaction={"a": [9.0, 10.0, 11.0], "b": [30.5, 30.0, 29.5]})
    assert precision.replications_needed(runs, "satisfaction", relative=0.1)["target"].tolist() == [1, 3]
    of_difference = precision.replications_needed(
        runs, "satisfaction", relative=0.1, of="difference", baseline="a"
    ).iloc[0]
    assert of_difference["target"] == 1
    assert of_difference["sd"] == pytest.approx(1.5)


def test_precision_that_cannot_be_had_or_told_is_not_made_up() -> None:
    runs = table(satisfaction={"zero": [-1.0, 1.0], "one": [1.0, NAN], "constant": [5.0, 5.0]})
    found = precision.replications_needed(runs, "satisfaction", relative=0.1).set_index("scenario")["needed"]
    assert found["zero"] == math.inf
    assert math.isnan(found["one"])
    assert found["constant"] == 2
    with pytest.raises(InputError, match="exactly one"):
        precision.replications_needed(runs, "satisfaction")
    with pytest.raises(InputError, match="above 0"):
        precision.replications_needed(runs, "satisfaction", half_width=0)


# --- The stopping rule of a sweep ---------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    min: int = 4
    max: int = 30
    step: int = 3
    half_width: float | None = 0.5
    relative: float | None = None
    of: str = "difference"


def cell_of(n: int, seed: int = 1) -> dict[str, np.ndarray]:
    luck, noise = np.random.default_rng(seed).normal(size=(2, n))
    return {"a": luck, "b": luck + noise}


def test_the_rule_is_met_at_the_first_step_whose_interval_is_narrow_enough() -> None:
    cell = cell_of(100)
    delta = cell["b"] - cell["a"]

    def half_width(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1) * delta[:n].std(ddof=1) / math.sqrt(n))

    expected = next(n for n in range(4, 31, 3) if half_width(n) <= 0.5)
    assert 4 < expected < 30
    assert precision.required(cell, "a", Rule()) == expected


def test_later_runs_do_not_change_when_the_rule_was_met() -> None:
    cell = cell_of(60)
    met = precision.required(cell, "a", Rule())
    for there in range(met, 60, 5):
        assert precision.required({name: values[:there] for name, values in cell.items()}, "a", Rule()) == met


def test_where_the_data_end_the_next_step_is_asked_for() -> None:
    strict = Rule(half_width=1e-6)
    asked = [precision.required(cell_of(there), "a", strict) for there in (0, 3, 4, 6, 7, 28, 30, 80)]
    assert asked == [4, 4, 7, 7, 10, 30, 30, 30]


def test_failed_runs_do_not_count_towards_the_interval() -> None:
    cell = {"a": np.zeros(4), "b": np.array([1.0, NAN, NAN, NAN])}
    assert not precision.narrow_enough(cell, "a", Rule())
    assert precision.narrow_enough({"a": np.zeros(4), "b": np.array([1.0, NAN, 1.0, NAN])}, "a", Rule())


def test_every_scenario_must_be_narrow_enough() -> None:
    wide = np.array([0.0, 9.0, -9.0, 3.0])
    cell = {"a": np.zeros(4), "b": np.ones(4), "c": wide}
    assert not precision.narrow_enough(cell, "a", Rule())
    assert precision.narrow_enough({"a": wide, "b": wide + 1}, "a", Rule())
    assert not precision.narrow_enough({"a": wide, "b": wide + 1}, "a", Rule(of="mean"))


def test_stopping_early_costs_little_of_what_the_interval_promises() -> None:
    """Looking again and again stops a little early by luck: coverage stays above 91 % at a minimum of 10."""
    rng, rule = np.random.default_rng(12), Rule(min=10, max=200, step=5, half_width=0.35, of="mean")
    covered = 0
    for _ in range(400):
        values = rng.normal(size=200)
        n = precision.required({"a": values}, "a", rule)
        low, high = intervals.t_interval(values[None, :n])
        covered += bool(low[0] <= 0 <= high[0])
    assert covered / 400 >= 0.91 - 2 * math.sqrt(0.91 * 0.09 / 400)


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


# --- Warm-up ------------------------------------------------------------------------------------------


def autoregression(replications: int, days: int, seed: int, start: float = 0.0) -> np.ndarray:
    """AR(1) with coefficient 0.8 and standard deviation 1: what is left of `start` after day t is 0.8 ** t."""
    rng = np.random.default_rng(seed)
    values = np.empty((replications, days))
    values[:, 0] = start + rng.normal(size=replications)
    for day in range(1, days):
        values[:, day] = 0.8 * values[:, day - 1] + rng.normal(0, 0.6, replications)
    return values


@pytest.mark.parametrize("batch", [5, 7])
def test_the_warm_up_of_an_autoregression_ends_when_its_start_is_forgotten(batch: int) -> None:
    """From 20 down to half of the noise of a mean over ten (0.16) takes 22 days; the cut lies around it."""
    cuts = [detect(autoregression(10, 365, seed, start=20.0), batch) for seed in range(60)]
    days = [cut.day for cut in cuts]
    assert 15 <= float(np.median(days)) <= 30
    assert all(20 * 0.8**day < 1 for day in days), "a twentieth of the start is left"
    distrusted = sum(not cut.trusted for cut in cuts) / len(cuts)
    assert distrusted <= 0.08 + 4 * math.sqrt(0.08 * 0.92 / len(cuts)), "without cause, MSER cuts late now and then"


def test_the_cut_is_where_mser_by_hand_is_smallest() -> None:
    """MSER is the sum of squares about the mean over n^2 (White 1997). The last 11 of these weeks have a sum of 21
    and of squares 57: (57 - 21^2 / 11) / 121 = 0.1397; the last 7 have 15 and 39: (39 - 15^2 / 7) / 49 = 0.1399. All
    other cuts give more, so 9 weeks are cut off. With n (n + 1) or n (n - 1) it would be 13 or 1."""
    weeks = [0.0, 4, 5, 4, 2, 5, 1, 5, 5, 3, 0, 3, 0, 3, 3, 0, 2, 2, 2, 3]
    assert (sum(weeks[9:]), sum(week**2 for week in weeks[9:])) == (21, 57)
    assert detect(np.repeat(weeks, 7)).day == 9 * 7


def test_a_settled_series_keeps_most_of_its_days() -> None:
    days = [detect(autoregression(10, 365, seed)).day for seed in range(40)]
    assert float(np.median(days)) <= 20


def test_a_weekly_rhythm_does_not_move_the_cut() -> None:
    weekend = np.where(np.arange(364) % 7 < 5, 2.0, -5.0)
    for seed in range(20):
        series = autoregression(10, 364, seed, start=20.0)
        assert detect(series + weekend) == detect(series)


@pytest.mark.parametrize("slope", [0.02, -0.02])
def test_a_trend_has_no_warm_up_to_be_trusted(slope: float) -> None:
    found = detect(autoregression(10, 365, 1) + slope * np.arange(365))
    assert not found.trusted
    assert "second half" in found.reason


def test_too_short_a_series_and_one_without_values_are_told() -> None:
    assert not detect(np.zeros((3, 60))).trusted
    assert "at least 140" in detect(np.zeros((3, 60))).reason
    with pytest.raises(InputError, match="day 7"):
        detect(np.where(np.arange(200) == 7, NAN, 1.0))


# --- On the command line ------------------------------------------------------------------------------


def test_the_analysis_prints_what_its_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.cli.analysis import AnalysisInput, document
    from sanfang.cli.analysis_tables import print_analysis

    runs = pairs(2, 30).assign(**{"policy.authority": lambda rows: rows["point"] / 2, "utilisation": 0.5})
    results = AnalysisInput(runs, "a", ("policy.authority",), ("satisfaction", "utilisation"), half_width=0.1)
    found = document(results)
    assert found["points"] == [{"point": 0, "policy.authority": 0}, {"point": 1, "policy.authority": 0.5}]
    assert {row["metric"] for row in found["ranking"]} == {"satisfaction"}, "utilisation has no better direction"
    assert len(found["means"]) == 8
    to_json(found)
    print_analysis(results)
    shown = capsys.readouterr().out
    ratios = [row["variance_ratio"] for row in found["differences"] if row["metric"] == "satisfaction"]
    assert f"the work of {np.median(ratios):.1f} times as many independent runs" in shown
    needed = max(row["needed"] for row in found["replications_needed"] if row["metric"] == "satisfaction")
    assert f"  {needed:.0f}  " in shown
    assert "policy.authority" in shown


def test_an_analysis_of_few_runs_says_what_it_cannot_tell(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.cli.analysis import AnalysisInput, document
    from sanfang.cli.analysis_tables import print_analysis

    print_analysis(AnalysisInput(table(satisfaction={"a": [1.0], "b": [NAN]}), "a"))
    assert "cannot be told" in capsys.readouterr().out
    alone = document(AnalysisInput(table(satisfaction={"a": [1.0, 2.0, 3.0]}), "a"))
    assert "differences" not in alone
    print_analysis(AnalysisInput(table(satisfaction={"a": [1.0, 2.0, 3.0]}), "a"))
    with pytest.raises(InputError, match="did you mean 'satisfaction'"):
        document(AnalysisInput(pairs(1, 2), "a", metrics=("satisfactoin",)))


def test_a_half_width_is_asked_for_in_one_unit() -> None:
    from sanfang.cli.analysis import AnalysisInput, document

    values = {"a": [1.0, 2.0, 3.0], "b": [2.0, 2.5, 4.0]}
    runs = table(satisfaction=values, resolution_days_mean=values)
    with pytest.raises(InputError, match=r"half-width = 0.5: is in a metric's unit.*0-1, calendar days"):
        document(AnalysisInput(runs, "a", half_width=0.5))
    assert document(AnalysisInput(runs, "a", metrics=("satisfaction",), half_width=0.5))["replications_needed"]
    assert document(AnalysisInput(runs, "a", relative=0.1))["replications_needed"], "a share has no unit"


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(0.00021, 0.00087, 5), (-0.1, 0.1, 2), (11.0, 13.0, 1), (1_000.0, 9_000.0, 0), (2.0, 2.0, None), (NAN, NAN, None),
     (1.0, math.inf, None), (1e-14, 3e-14, 9)],
)  # fmt: skip
def test_numbers_have_as_many_digits_as_their_interval(low: float, high: float, decimals: int | None) -> None:
    """Two of its half-width: of [0.00021, 0.00087], which is 0.00033, the fifth decimal."""
    from sanfang.metrics.numbers import decimals_of

    assert decimals_of(low, high) == decimals


def test_an_effect_in_the_fourth_decimal_is_printed_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.cli.analysis import AnalysisInput
    from sanfang.cli.analysis_tables import print_analysis

    base = [0.5 + 0.01 * n for n in range(12)]
    runs = table(satisfaction={"a": base, "b": [value + 0.0005 + 0.0001 * (-1) ** n for n, value in enumerate(base)]})
    print_analysis(AnalysisInput(runs, "a", metrics=("satisfaction",)))
    shown = capsys.readouterr().out
    assert "+0.000500  [+0.000434, +0.000566]" in shown
    assert "Seeds 1 to 12" in shown


@pytest.mark.parametrize(("runs", "shown"), [(4, False), (30, True)])
def test_what_pairing_was_worth_is_printed_from_ten_pairs_on(
    runs: int, shown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four runs may show a ratio of a thousand by luck."""
    from sanfang.cli.analysis import AnalysisInput
    from sanfang.cli.analysis_tables import print_analysis

    print_analysis(AnalysisInput(pairs(1, runs, own=0.02), "a", metrics=("satisfaction",)))
    found = capsys.readouterr().out
    assert (" x\n" in found) is shown
    assert ("What pairing was worth cannot be told" in found) is not shown


def test_a_metric_that_is_asked_for_twice_is_shown_once() -> None:
    from sanfang.cli.analysis import AnalysisInput, document

    means = [document(AnalysisInput(pairs(1, 3), "a", metrics=("satisfaction",) * n))["means"] for n in (1, 3)]
    pd.testing.assert_frame_equal(pd.DataFrame(means[0]), pd.DataFrame(means[1]))
