"""Designs place points as their inventors say: known counts, balance, strata and sensitivity indices.

The file is long because each kind of design is held against its own theory, and all against the same rules.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from scipy import stats

from sanfang.lab.experiments.designs import (
    Design,
    Fractional,
    Full,
    LatinHypercube,
    Morris,
    OneAtATime,
    Sobol,
    Table,
    design,
    size,
    unit_design,
)
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.factors import Factor
from sanfang.scenario.errors import InputError

X = Factor("x", {"x": None}, values=(0, 0.5, 1))
WORD = Factor("word", {"word": None}, values=("a", "b"))
WIDE = Factor("wide", {"wide": None}, low=10.0, high=30.0)
WHOLE = Factor("whole", {"whole": None}, low=2.0, high=6.0, whole=True)
TILTED = Factor("tilted", {"tilted": None}, distribution="triangular", low=0.0, mode=3.0, high=4.0)
SCALED = Factor("scaled", {"scaled": None}, distribution="log-uniform", low=0.01, high=100.0)
NORMAL = Factor("normal", {"normal": None}, distribution="normal", low=0.0, high=1.0, mean=0.4, sd=0.2)
DRAWN = (WIDE, TILTED, SCALED, NORMAL)
ISHIGAMI_FIRST = (0.3139, 0.4424, 0.0)  # Ishigami and Homma (1990), a = 7, b = 0.1
ISHIGAMI_TOTAL = (0.5576, 0.4424, 0.2437)
EVERY_KIND: list[Design] = [
    Full(),
    Fractional(kind="fractional"),
    LatinHypercube(kind="latin-hypercube", samples=7),
    Sobol(kind="sobol", samples=4),
    Sobol(kind="sobol", samples=4, second_order=True),
    Morris(kind="morris", trajectories=3),
    OneAtATime(kind="one-at-a-time"),
]


def rows(kind: Design, factors: tuple[Factor, ...], seed: int = 1) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in design(kind, factors, seed).to_numpy(dtype=object).tolist()]


def experiment(kind: dict[str, Any], factors: dict[str, Any]) -> Experiment:
    return Experiment.from_dict({"scenarios": ["before"], "design": kind, "factors": factors})


# --- Which points -----------------------------------------------------------------------------------------


def test_a_full_design_is_every_combination_and_the_last_factor_changes_first() -> None:
    stepped = Factor("stepped", {"stepped": None}, low=1.0, high=2.0, steps=3)
    found = rows(Full(), (X, WORD, stepped))
    assert found == list(product((0, 0.5, 1), ("a", "b"), (1.0, 1.5, 2.0)))


def test_a_latin_hypercube_has_one_point_in_each_stratum_of_each_factor() -> None:
    number = 20
    places = unit_design(LatinHypercube(kind="latin-hypercube", samples=number), DRAWN, seed=3)
    for factor in DRAWN:
        assert sorted(np.floor(places[factor.name] * number)) == list(range(number)), factor.name


@pytest.mark.parametrize("number", [1, 3, 4, 5, 9])
def test_a_fractional_design_is_balanced_and_confounds_main_effects_with_nothing_of_second_order(number: int) -> None:
    factors = tuple(Factor(f"f{one}", {"x": None}, low=-1.0, high=1.0) for one in range(number))
    columns = design(Fractional(kind="fractional"), factors, seed=1).to_numpy(dtype=float)
    runs = len(columns)
    assert runs == 2 * 2 ** int(np.ceil(np.log2(number)))
    assert set(columns.ravel()) == {-1.0, 1.0}
    assert np.array_equal(columns.sum(axis=0), np.zeros(number)), "each factor is low as often as high"
    assert np.array_equal(columns.T @ columns, runs * np.eye(number)), "main effects are not confounded"
    for first, second in product(range(number), repeat=2):
        pair = columns[:, first] * columns[:, second]
        assert np.array_equal(columns.T @ pair, np.zeros(number)), "nor with effects of two factors together"


@pytest.mark.parametrize(("second_order", "per_sample"), [(False, 5), (True, 8)])
def test_saltellis_scheme_has_n_times_d_plus_2_points_or_n_times_2d_plus_2(second_order: bool, per_sample: int) -> None:
    kind = Sobol(kind="sobol", samples=16, second_order=second_order)
    assert len(design(kind, DRAWN[:3], seed=1)) == 16 * per_sample


def test_a_morris_trajectory_moves_one_factor_at_a_time_by_a_large_step() -> None:
    levels = 4
    places = unit_design(Morris(kind="morris", trajectories=6, levels=levels), DRAWN, seed=1).to_numpy()
    assert set(np.round(places.ravel() * (levels - 1), 9)) <= set(range(levels))
    for trajectory in places.reshape(6, len(DRAWN) + 1, len(DRAWN)):
        steps = np.abs(np.diff(trajectory, axis=0))
        assert np.allclose(np.sort(steps, axis=1)[:, :-1], 0), "one factor moves"
        assert np.allclose(steps.sum(axis=0), levels / (2 * (levels - 1))), "each moves once, by p / (2 (p - 1))"


def test_one_at_a_time_leaves_all_others_as_they_are() -> None:
    stepped = Factor("stepped", {"stepped": None}, low=1.0, high=2.0, steps=3)
    found = rows(OneAtATime(kind="one-at-a-time"), (WORD, WIDE, stepped))
    assert found[0] == (None, None, None), "the scenario as it is"
    assert found[1:] == [
        ("a", None, None),
        ("b", None, None),
        (None, 10.0, None),
        (None, 30.0, None),
        *((None, None, value) for value in (1.0, 1.5, 2.0)),
    ]


def test_a_table_is_taken_as_it_is() -> None:
    points = ({"x": 0.5, "word": "b"}, {"x": [[0, 0.0], [180, 1.0]]})
    assert rows(Table(kind="table", points=points), (X, WORD)) == [(0.5, "b"), ([[0, 0.0], [180, 1.0]], None)]
    with pytest.raises(ValueError, match="no positions"):
        unit_design(Table(kind="table", points=points), (X, WORD), seed=1)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=str)
def test_the_number_of_points_is_known_before_they_are_made(kind: Design) -> None:
    for factors in ((WORD,), (WORD, Factor("wide", {"x": None}, high=2.0, steps=4))):
        assert size(kind, factors) == len(design(kind, factors, seed=1))


@pytest.mark.parametrize("kind", EVERY_KIND, ids=str)
def test_the_same_seed_gives_the_same_points_and_values_lie_between_the_ends(kind: Design) -> None:
    factors = (WORD, Factor("x", {"x": None}, low=0.1, high=0.3, steps=5))
    first = rows(kind, factors, seed=0)
    assert first == rows(kind, factors, seed=0)
    assert all(value is None or 0.1 <= value <= 0.3 for _, value in first)
    if "seed" in type(kind).model_fields:
        assert first != rows(kind, factors, seed=1)
        own = kind.model_copy(update={"seed": 0})
        assert rows(own, factors, seed=1) == first, "the design's own seed counts"


# --- From places to values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "theory"),
    [
        (WIDE, stats.uniform(10, 20)),
        (TILTED, stats.triang(0.75, 0, 4)),
        (SCALED, stats.loguniform(0.01, 100)),
        (NORMAL, stats.truncnorm(-2, 3, 0.4, 0.2)),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_drawn_values_follow_the_distribution(factor: Factor, theory: Any) -> None:
    values = design(LatinHypercube(kind="latin-hypercube", samples=500), (factor,), seed=1)[factor.name]
    assert stats.kstest(values.astype(float), theory.cdf).statistic < 1 / 500, "within one stratum of theory"


def test_values_in_a_list_share_the_scale_equally_and_keep_their_type() -> None:
    values = design(LatinHypercube(kind="latin-hypercube", samples=30), (X, WORD), seed=1)
    assert values["x"].value_counts().to_dict() == {0: 10, 0.5: 10, 1: 10}
    assert set(values["word"]) == {"a", "b"}
    assert [X.at([place]) for place in (0, 1 / 3, 2 / 3, 1)] == [[0], [0.5], [1], [1]]


@pytest.mark.parametrize(("low", "high"), [(1, 3), (0, 1), (2, 6), (-2, 1)])
def test_whole_numbers_of_a_uniform_factor_have_equal_weight(low: int, high: int) -> None:
    """Of 300 strata each of k whole numbers gets 300 / k, the ends too."""
    factor = Factor("whole", {"whole": None}, low=float(low), high=float(high), whole=True)
    values = design(LatinHypercube(kind="latin-hypercube", samples=300), (factor,), seed=1)["whole"]
    number = high - low + 1
    assert values.value_counts().to_dict() == dict.fromkeys(range(low, high + 1), 300 // number)


@pytest.mark.parametrize("steps", [2, 3, 5, 9])
def test_steps_of_a_whole_factor_go_from_end_to_end_as_evenly_as_whole_numbers_do(steps: int) -> None:
    factor = Factor("whole", {"whole": None}, low=2.0, high=18.0, steps=steps, whole=True)
    assert factor.at(factor.levels()) == list(range(2, 19, 16 // (steps - 1)))


def test_ends_of_whole_numbers_are_reached_by_designs_that_go_to_the_ends() -> None:
    for kind in (
        Fractional(kind="fractional"),
        OneAtATime(kind="one-at-a-time"),
        Morris(kind="morris", trajectories=4),
    ):
        values = {value for value in design(kind, (WHOLE,), seed=1)["whole"] if value is not None}
        assert {2, 6} <= values <= set(range(2, 7)), kind


@pytest.mark.parametrize(
    "points",
    [
        [{"tasks.load": 0.5}, {"tasks.load": 0.6}, {"tasks.load": 0.5}],
        [{"policy.authority": 1}, {"policy.authority": 1.0}],
        [{"policy.authority": 0.0, "tasks.load": 0.5}, {"tasks.load": 0.5}],
        [{"policy.authority": [[0, 0.0], [9, 1.0]]}, {"policy.authority": [[0, 0], [9, 1]]}],
        [{"casework.bounce": 0.1}, {"casework.bounce": 0.1, "policy.authority": 0}],
    ],
)
def test_a_point_that_a_table_names_twice_is_refused(points: list[dict[str, Any]]) -> None:
    with pytest.raises(InputError, match=f"point {len(points)} is the same as point 1"):
        experiment({"kind": "table", "points": points}, {})


def test_points_that_differ_in_one_of_the_scenarios_are_two() -> None:
    """The first scenario has no authority anyway, the second has: leaving it out is another point there."""
    document = {"scenarios": ["before", "three-devolutions"], "design": {"kind": "table"}}
    document["design"]["points"] = [{"policy.authority": 0.0, "tasks.load": 0.5}, {"tasks.load": 0.5}]  # type: ignore[index]
    assert len(Experiment.from_dict(document).points()) == 2


def test_whole_numbers_are_whole_and_numbers_are_plain() -> None:
    values = design(LatinHypercube(kind="latin-hypercube", samples=40), (WHOLE, WIDE), seed=1)
    assert set(values["whole"]) == {2, 3, 4, 5, 6}
    assert {type(value) for value in values["whole"]} == {int}
    assert {type(value) for value in values["wide"]} == {float}
    third = Factor("x", {"x": None}, low=0.1, high=0.5, steps=5)
    assert third.at(third.levels()) == [0.1, 0.2, 0.3, 0.4, 0.5], "as one would write them"


# --- What the designs are for -----------------------------------------------------------------------------


def ishigami(places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    x = np.pi * (2 * places - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


@pytest.mark.parametrize("second_order", [False, True])
def test_a_sobol_design_recovers_the_indices_of_the_ishigami_function(second_order: bool) -> None:
    names = ["policy.authority", "policy.clear_lists", "policy.triage"]
    made = experiment({"kind": "sobol", "samples": 2048, "second_order": second_order}, {name: {} for name in names})
    points = np.array([[point[name] for name in names] for point in made.points()])
    found = sobol_analysis.analyze(made.problem(), ishigami(points), calc_second_order=second_order, seed=1)
    assert found["S1"] == pytest.approx(ISHIGAMI_FIRST, abs=0.02)
    assert found["ST"] == pytest.approx(ISHIGAMI_TOTAL, abs=0.02)
    if second_order:
        assert found["S2"][0, 2] == pytest.approx(0.2437, abs=0.03)


def test_a_morris_design_ranks_the_factors_of_a_function_with_known_effects() -> None:
    effects = {"policy.authority": 5.0, "policy.clear_lists": 0.0, "policy.triage": -2.0, "tasks.load": 1.5}
    made = experiment({"kind": "morris", "trajectories": 10}, {name: {} for name in effects})
    values = np.array([[point[name] for name in effects] for point in made.points()])
    found = morris_analysis.analyze(
        made.problem(), made.unit_points().to_numpy(), values @ np.array(list(effects.values())), seed=1
    )
    sizes = dict(zip(found["names"], found["mu_star"], strict=True))
    widths = {"tasks.load": 1.5}  # its declared range; levers run from 0 to 1
    expected = {name: abs(effect) * widths.get(name, 1.0) for name, effect in effects.items()}
    assert sizes == pytest.approx(expected), "an elementary effect is that of the whole range"
    assert found["sigma"] == pytest.approx(np.zeros(4), abs=1e-9), "a linear function has no interactions"


def test_a_fractional_design_finds_main_effects_in_spite_of_interactions() -> None:
    names = [f"policy.{name}" for name in ("authority", "clear_lists", "triage", "tailoring", "one_window")]
    made = experiment({"kind": "fractional"}, {name: {} for name in names})
    points = made.points()
    response = np.array([3 * p[names[0]] - p[names[2]] + 4 * p[names[1]] * p[names[3]] for p in points])
    for name, expected in zip(names, (3, 2, -1, 2, 0), strict=True):
        high = np.array([point[name] == 1 for point in points])
        assert response[high].mean() - response[~high].mean() == pytest.approx(expected), name


def test_a_problem_tells_the_distributions_in_salibs_words() -> None:
    made = experiment(
        {"kind": "latin-hypercube", "samples": 4},
        {
            "policy.authority": [0, 0.5, 1],
            "domains.care.hours_distribution": ["lognormal", "exponential", "deterministic"],
            "casework.bounce": {},
            "tasks.load": {"distribution": "triangular", "low": 0.2, "mode": 0.3, "high": 0.6},
            "tasks.hours": {"distribution": "log-uniform", "low": 0.5, "high": 8},
            "mind.erosion": {"distribution": "normal", "mean": 0.002, "sd": 0.001},
        },
    )
    problem = made.problem()
    told = {
        name: (kind, bounds)
        for name, kind, bounds in zip(problem["names"], problem["dists"], problem["bounds"], strict=True)
    }
    assert problem["num_vars"] == 6
    assert told == {
        "casework.bounce": ("unif", [0.0, 0.95]),
        "domains.care.hours_distribution": ("unif", [0.0, 2.0]),
        "mind.erosion": ("truncnorm", [0.0, 0.1, 0.002, 0.001]),
        "policy.authority": ("unif", [0.0, 1.0]),
        "tasks.hours": ("logunif", [0.5, 8.0]),
        "tasks.load": ("triang", [0.2, 0.6, pytest.approx(0.25)]),
    }


def test_salib_places_numbers_where_this_project_does() -> None:
    from SALib.util import scale_samples

    kind = LatinHypercube(kind="latin-hypercube", samples=50)
    bounds, dists = zip(*(factor.salib() for factor in DRAWN), strict=True)
    problem = {"num_vars": 4, "names": [f.name for f in DRAWN], "bounds": list(bounds), "dists": list(dists)}
    theirs = scale_samples(unit_design(kind, DRAWN, seed=1).to_numpy(), problem)
    assert theirs == pytest.approx(design(kind, DRAWN, seed=1).to_numpy(dtype=float), rel=1e-9)
