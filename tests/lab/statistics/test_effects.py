"""Effects and Shapley values agree with answers that are known beforehand."""

from __future__ import annotations

import re
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.statistics import effects
from sanfang.lab.verification import pooling
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.studies import findings, pilots, shapley


def cube(function, players: int, replications: int = 3) -> np.ndarray:
    """The cube of a function of who takes part, the same in all replications."""
    values = np.empty((replications, *[2] * players))
    for cell in product((0, 1), repeat=players):
        values[(slice(None), *cell)] = function(*cell)
    return values


def noise(players: int, replications: int = 6) -> np.ndarray:
    """A game without any structure."""
    return np.random.default_rng(7).normal(size=(replications, *[2] * players))


def effect(table: pd.DataFrame, name: str) -> float:
    return float(table.set_index("effect")["estimate"][name])


def runs_of(values: np.ndarray, names: list[str], levels: tuple[float, float] = (0, 1)) -> pd.DataFrame:
    """The table of runs that a sweep gives, in shuffled order."""
    rows = [
        {"scenario": "s", "replication": r, "metric": values[(r, *cell)]}
        | {name: levels[level] for name, level in zip(names, cell, strict=True)}
        for r in range(len(values))
        for cell in product((0, 1), repeat=len(names))
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=1)


def test_a_replication_without_a_value_does_not_count() -> None:
    table = effects.estimates(np.array([[1.0, 5.0], [3.0, np.nan], [np.nan, np.nan]]), ["a", "b"]).set_index("effect")
    assert table["n"].tolist() == [2, 1] and table["estimate"].tolist() == [2.0, 5.0]
    assert np.isfinite(table.loc["a", ["low", "high"]].astype(float)).all() and np.isnan(table.loc["b", "low"])


# --- Factorial effects ----------------------------------------------------------------------------------


def test_effects_of_a_sum_are_its_terms_and_nothing_interacts() -> None:
    table = effects.factorial_effects(cube(lambda a, b, c: 5 + 2 * a - 3 * b, 3), ["a", "b", "c"])
    assert effect(table, "a") == pytest.approx(2)
    assert effect(table, "b") == pytest.approx(-3)
    rest = table[~table["effect"].isin(["a", "b"])]["estimate"]
    assert len(rest) == 5 and np.allclose(rest, 0)


def test_effects_of_a_product_are_spread_over_its_factors_and_their_interaction() -> None:
    table = effects.factorial_effects(cube(lambda a, b: 4 * a * b, 2), ["a", "b"])
    assert [effect(table, name) for name in ("a", "b", "a x b")] == pytest.approx([2, 2, 2])


def test_effects_equal_the_coefficients_of_a_regression_on_plus_and_minus_one() -> None:
    values, names = noise(4, 1), ["a", "b", "c", "d"]
    cells = np.array(list(product((-1, 1), repeat=4)))
    columns = [np.prod(cells[:, [names.index(part) for part in name.split(effects.TIMES)]], axis=1)
               for name in effects.factorial_effects(values, names)["effect"]]  # fmt: skip
    fit = np.linalg.lstsq(np.column_stack([np.ones(16), *columns]), values.ravel(), rcond=None)[0]
    assert np.allclose(effects.factorial_effects(values, names)["estimate"], 2 * fit[1:])


def test_the_interval_of_an_effect_is_students() -> None:
    values = noise(2, 8)
    row = effects.factorial_effects(values, ["a", "b"], order=1).iloc[0]
    samples = values[:, 1].mean(axis=1) - values[:, 0].mean(axis=1)
    half = 2.364624 * samples.std(ddof=1) / np.sqrt(8)  # the 97.5 % quantile of t with 7 degrees of freedom
    assert (row["low"], row["high"]) == pytest.approx((samples.mean() - half, samples.mean() + half), rel=1e-5)


def test_one_replication_has_an_effect_but_no_interval() -> None:
    row = effects.factorial_effects(noise(2, 1), ["a", "b"]).iloc[0]
    assert np.isfinite(row["estimate"]) and np.isnan(row["low"])


def test_a_cube_is_read_from_runs_in_any_order_and_with_any_two_levels() -> None:
    values = noise(3)
    for levels in ((0, 1), (-2.5, 7)):
        assert np.array_equal(effects.cube(runs_of(values, ["a", "b", "c"], levels), ["a", "b", "c"], "metric"), values)


def test_a_replication_without_a_value_in_some_cell_is_left_out() -> None:
    values = noise(2)
    runs = runs_of(values, ["a", "b"])
    runs.loc[(runs["replication"] == 2) & (runs["a"] == 1) & (runs["b"] == 0), "metric"] = np.nan
    assert np.array_equal(effects.cube(runs, ["a", "b"], "metric"), np.delete(values, 2, axis=0))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda runs: runs.rename(columns={"a": "aa"}), "'a' is not a column"),
        (lambda runs: runs.assign(a=0), "factors.a: takes 1 values"),
        (lambda runs: pd.concat([runs, runs]), "twice"),
        (lambda runs: runs[(runs["a"] == 0) | (runs["b"] == 0)], "all 4 cells"),
    ],
)
def test_runs_that_are_no_factorial_are_refused(spoil, said: str) -> None:
    with pytest.raises(InputError, match=said):
        effects.cube(spoil(runs_of(noise(2), ["a", "b"])), ["a", "b"], "metric")


def test_a_contrast_is_the_paired_difference_to_the_cell_with_the_reference_values() -> None:
    values = noise(2)
    runs = runs_of(values, ["a", "b"])
    table = effects.contrasts(runs, ["a", "b"], {"a": 0}, ["metric"]).set_index(["a", "b"])
    assert table["estimate"][1, 1] == pytest.approx((values[:, 1, 1] - values[:, 0, 1]).mean())
    assert (table["estimate"][0, 0], table["low"][0, 0], table["high"][0, 0]) == (0, 0, 0)
    both = effects.contrasts(runs, ["a", "b"], {"a": 0, "b": 0}, ["metric"]).set_index(["a", "b"])
    assert both["estimate"][1, 1] == pytest.approx((values[:, 1, 1] - values[:, 0, 0]).mean())


def test_complements_gain_more_together_and_substitutes_less() -> None:
    assert np.allclose(effects.complementarity(cube(lambda a, b, c: a + b + c, 3)), 0)
    assert np.allclose(effects.complementarity(cube(lambda a, b, c: a * b * c, 3)), 1)
    assert np.allclose(effects.complementarity(cube(lambda a, b, c: max(a, b, c), 3)), -2)


def test_a_gain_alone_and_one_after_all_others_differ_by_what_is_complementary() -> None:
    values = cube(lambda a, b: a - 2 * b + 10 * a * b, 2)
    assert effects.single_gains(values)[0].tolist() == [1, -2]
    assert effects.last_gains(values)[0].tolist() == [11, 8]


def test_grouped_factors_move_together_and_others_stay_off() -> None:
    small = effects.grouped(cube(lambda a, b, c, d: a + 10 * b + 100 * c + 1000 * d, 4), [(0, 2), (3,)])
    assert small[0].tolist() == [[0, 1000], [101, 1101]]


# --- Shapley values -------------------------------------------------------------------------------------


def test_shapley_values_of_a_sum_are_its_terms_and_a_dummy_gets_nothing() -> None:
    assert np.allclose(effects.shapley(cube(lambda a, b, c: 2 * a - 3 * b, 3)), [2, -3, 0])


def test_symmetric_players_share_alike() -> None:
    assert np.allclose(effects.shapley(cube(lambda a, b, c: 6 * a * b * c, 3)), 2)


def test_the_only_right_glove_is_worth_two_thirds() -> None:
    assert np.allclose(effects.shapley(cube(lambda a, b, c: min(a + b, c), 3)), [1 / 6, 1 / 6, 2 / 3])


def test_exact_shapley_values_are_the_means_over_all_orders_and_sum_to_the_gain() -> None:
    values = noise(4)
    gains = np.zeros((len(values), 4))
    for order in permutations(range(4)):
        cell = [0] * 4
        for player in order:
            before = values[(slice(None), *cell)]
            cell[player] = 1
            gains[:, player] += (values[(slice(None), *cell)] - before) / 24
    found = effects.shapley(values)
    assert np.allclose(found, gains)
    assert np.allclose(found.sum(axis=1), effects.together(values))


def walked(values: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Walks through the game of the first replication."""
    walks = np.empty((len(orders), orders.shape[1] + 1))
    for row, order in enumerate(orders):
        cell = [0] * len(order)
        walks[row, 0] = values[(0, *cell)]
        for step, player in enumerate(order, start=1):
            cell[player] = 1
            walks[row, step] = values[(0, *cell)]
    return walks


def test_sampled_shapley_values_sum_to_the_gain_in_every_pair_and_their_intervals_hold_the_exact_ones() -> None:
    values, orders = noise(5, 1), effects.mirrored_orders(5, 400, seed=3)
    samples = effects.shapley_sampled(orders, walked(values, orders))
    assert samples.shape == (400, 5)
    assert np.allclose(samples.sum(axis=1), effects.together(values)[0])
    deviation = samples.mean(axis=0) - effects.shapley(values)[0]
    assert np.all(np.abs(deviation) < 4 * samples.std(axis=0, ddof=1) / np.sqrt(400))


def test_orders_come_with_their_reverse_and_a_longer_list_begins_like_a_shorter() -> None:
    orders = effects.mirrored_orders(6, 5, seed=1)
    assert np.array_equal(orders[1::2], orders[::2, ::-1])
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(6), (10, 1)))
    assert np.array_equal(effects.mirrored_orders(6, 3, seed=1), orders[:6])


# --- The levers of the reform ---------------------------------------------------------------------------


def test_a_walk_leads_from_before_to_the_whole_reform_one_lever_at_a_time() -> None:
    base, reform = (Scenario.load(name, district="demo") for name in (shapley.BEFORE, shapley.REFORM))
    order = shapley.levers_of(reform)
    jobs = shapley.walk(base, reform, order[::-1], seed=4)
    assert jobs[0].scenario.policy == base.policy and jobs[-1].scenario.policy == reform.policy
    assert {job.seed for job in jobs} == {4}
    for lever, job, following in zip(order[::-1], jobs, jobs[1:], strict=False):
        moved = [
            name for name in order if getattr(job.scenario.policy, name) != getattr(following.scenario.policy, name)
        ]
        assert moved == [lever]


def test_credits_are_read_from_walks_with_both_orders_of_each_pair() -> None:
    worth = {"a": 1.0, "b": 2.0, "c": 4.0}
    rows = []
    for pair, order in enumerate((["a", "c", "b"], ["c", "b", "a"])):
        for number, names in enumerate((order, order[::-1])):
            for step, lever in enumerate(["", *names]):
                total = sum(worth[name] for name in names[:step])
                rows.append({"pair": pair, "order": number, "step": step, "lever": lever, "metric": total})
    found, names = shapley.values(pd.DataFrame(rows), "metric")
    assert names == ["a", "b", "c"] and np.allclose(found, [[1, 2, 4], [1, 2, 4]])


def test_the_five_groups_together_are_the_whole_reform() -> None:
    for name, dose in ((findings.FULL, 1), (findings.HALF, 0.5)):
        experiment = Experiment.load(f"interactions/{name}")
        whole = experiment.scenario("before", dict.fromkeys(findings.FACTORS, dose))
        assert {factor.name for factor in experiment.factors} == set(findings.FACTORS)
        assert whole.policy == Scenario.load(f"{shapley.REFORM}@{dose}", district=experiment.file.district).policy


def test_duties_and_means_complete_are_the_three_devolutions_and_without_means_they_are_unfunded() -> None:
    experiment = Experiment.load("tradeoffs/unfunded-gap")
    for means, name in ((1, "three-devolutions"), (0, "unfunded")):
        assert experiment.scenario("before", {"duties": 1, "means": means}).policy == Scenario.load(name).policy


# --- The page of findings -------------------------------------------------------------------------------


def test_a_table_of_the_page_is_made_anew_between_its_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(findings.TABLES, "gains", lambda results: "| new |")
    page = "before\n<!-- table gains -->\nold\n<!-- end -->\nafter\n"
    once = findings.written(page, Path())
    assert once == "before\n<!-- table gains -->\n\n| new |\n<!-- end -->\nafter\n"
    assert findings.written(once, Path()) == once


def test_every_table_stands_on_the_page_and_every_experiment_is_named_there() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "findings.md").read_text("utf-8")
    assert set(re.findall(r"<!-- table ([\w-]+) -->", page)) == set(findings.TABLES)
    assert [name for name in findings.DOSES if f"tradeoffs/{name}" not in page] == []


def test_a_table_shows_each_cell_once_with_its_interval_and_true_minus_signs() -> None:
    table = pd.DataFrame(
        [{"effect": name, "metric": "satisfaction", "n": 8, "estimate": value, "low": value - 0.1, "high": value + 0.1}
         for name, value in (("a", 0.5), ("b", -0.25))]
    )  # fmt: skip
    lines = findings.by_metric(table, ["effect"], ["Effect"]).splitlines()
    assert lines[2:4] == ["| a | +0.50 [+0.40, +0.60] | 8 |", "| b | −0.25 [−0.35, −0.15] | 8 |"]


# --- Pooling and pilots ---------------------------------------------------------------------------------


def test_five_pooled_servers_at_load_0_8_are_worth_local_staff_44_percent_faster() -> None:
    assert pooling.erlang_c(0.8, 5) == pytest.approx(0.5541, abs=5e-5)  # Erlang's tables
    assert pooling.break_even_speed(0.8, 5) == pytest.approx(1.4435, abs=5e-5)


def test_one_server_has_nothing_to_lose_by_standing_alone() -> None:
    assert pooling.erlang_c(0.7, 1) == pytest.approx(0.7)
    assert pooling.break_even_speed(0.7, 1) == pytest.approx(1)


def test_the_request_engine_breaks_even_where_theory_says() -> None:
    speed = pooling.break_even_speed(0.7, 4)
    at, below = (pooling.measured(0.7, 4, each, seeds=6, requests=40_000) for each in (speed, 0.9 * speed))
    spread = at.high - at.low
    assert abs(at.estimate) < 2 * spread and below.low > 0


def test_areas_are_the_pilot_its_neighbours_and_the_rest() -> None:
    near = tuple(np.array(rows) for rows in ([1], [0, 2], [1, 3], [2]))
    assert pilots.areas_of(("a", "b", "c", "d"), near, "b").tolist() == [1, 0, 1, 2]


def test_the_levers_of_a_pilot_are_set_in_one_community_alone() -> None:
    before = Scenario.load("before", district="licang").policy
    for name in pilots.REFORMS:
        pilot = pilots.scenarios()[name]
        assert pilot.policy_for(pilots.PILOT) == Scenario.load(name, district="licang").policy
        assert pilot.policy_for("c001") == pilot.policy == before
