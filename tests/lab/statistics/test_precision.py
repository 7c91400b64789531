"""The replications needed are the smallest number that is enough, and a sweep's rule stops there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from run_tables import NAN, table
from sanfang.lab.statistics import intervals, precision
from sanfang.scenario.errors import InputError

# --- Replications needed -------------------------------------------------------------------------------------


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


# --- The stopping rule of a sweep ----------------------------------------------------------------------------


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
