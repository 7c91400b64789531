"""The ranking of policies, and how surely one is the best, agree with theory and with examples by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from run_tables import NAN, table, with_points, within_luck
from sanfang.lab.statistics import intervals, ranking
from sanfang.scenario.errors import InputError


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
