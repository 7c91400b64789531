"""The screening of conditions finds what a made-up difference depends on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import morris

from sanfang.lab.experiments.experiment import Experiment
from sanfang.studies.screening import differences, elementary_effects

FACTORS = {"casework.bounce": {"low": 0.1, "high": 0.5}, "mind.erosion": {"low": 0.0, "high": 0.004},
           "tasks.load": {"low": 0.4, "high": 0.6}}  # fmt: skip


def experiment() -> Experiment:
    return Experiment.from_dict({
        "name": "made", "scenarios": ["before", "three-devolutions"], "district": "demo", "replications": 1,
        "design": {"kind": "morris", "trajectories": 8, "levels": 4}, "factors": FACTORS,
    })  # fmt: skip


def test_effects_are_those_of_a_linear_function_over_the_whole_range() -> None:
    """y = 3 bounce - 1 erosion, each from 0 to 1 over its range: effects 3, -1 and 0, whatever the trajectory."""
    one = experiment()
    unit = one.unit_points().to_numpy()
    found = elementary_effects(one, 3 * unit[:, 0] - unit[:, 1]).set_index("factor")
    assert found["mean"].to_dict() == pytest.approx({"casework.bounce": 3, "mind.erosion": -1, "tasks.load": 0})
    assert found["mean_absolute"].to_dict() == pytest.approx({"casework.bounce": 3, "mind.erosion": 1, "tasks.load": 0})
    assert list(found.index[:2]) == ["casework.bounce", "mind.erosion"] and np.allclose(found["sd"], 0)


def test_what_depends_on_another_condition_has_a_spread() -> None:
    one = experiment()
    unit = one.unit_points().to_numpy()
    found = elementary_effects(one, unit[:, 0] * unit[:, 2]).set_index("factor")
    assert found["sd"]["casework.bounce"] > 0.1 and found["sd"]["mind.erosion"] == pytest.approx(0)


def test_differences_are_paired_and_averaged_by_point() -> None:
    rows = [(0, 0, "a", 1.0), (0, 0, "b", 1.5), (0, 1, "a", 2.0), (0, 1, "b", 2.1), (1, 0, "a", 0.0), (1, 0, "b", None)]
    runs = pd.DataFrame(rows, columns=["point", "replication", "scenario", "trouble_days"])
    found = differences(runs, "b", "trouble_days", "a")
    assert found[0] == pytest.approx(0.3) and np.isnan(found[1])


def test_effects_are_those_of_salib_where_every_point_has_a_value() -> None:
    one = experiment()
    unit = one.unit_points().to_numpy()
    values = np.sin(3 * unit[:, 0]) * (1 + unit[:, 1]) - unit[:, 2] ** 2
    names = list(FACTORS)
    problem = {"num_vars": 3, "names": names, "bounds": [[0.0, 1.0]] * 3}
    theirs = morris.analyze(problem, unit, values, num_levels=4, seed=1)
    ours = elementary_effects(one, values).set_index("factor").loc[names]
    for column, name in (("mean", "mu"), ("mean_absolute", "mu_star"), ("sd", "sigma")):
        np.testing.assert_allclose(ours[column], theirs[name])
    assert (ours["n"] == 8).all() and (ours["low"] <= ours["mean_absolute"]).all()


def test_a_point_without_a_value_takes_away_its_own_steps_only() -> None:
    one = experiment()
    unit = one.unit_points().to_numpy()
    values = 3 * unit[:, 0] - unit[:, 1]
    values[1] = np.nan  # the second point of the first trajectory: two of its three steps
    found = elementary_effects(one, values).set_index("factor")
    assert found["n"].sum() == 22
    assert found["mean"].to_dict() == pytest.approx({"casework.bounce": 3, "mind.erosion": -1, "tasks.load": 0})
    nothing = elementary_effects(one, np.full(len(unit), np.nan))
    assert nothing["mean_absolute"].isna().all() and (nothing["n"] == 0).all()
