"""Which assumed conditions decide whether the reform helps: Morris's elementary effects on the paired differences.

Reads the sweep of `experiments/conditions.toml`. At each point the reform is compared with the present policy in the
steady state of that point; what is screened is that difference, not the levels. SALib works out the effects (Morris
1991; Campolongo, Cariboni and Saltelli 2007).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from SALib.analyze import morris

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results

EXPERIMENT = "conditions"
COLUMNS = ("factor", "mean", "mean_absolute", "low", "high", "sd")


def differences(runs: pd.DataFrame, scenario: str, metric: str, baseline: str) -> pd.Series:
    """The paired difference at each point, by its number: the mean over replications; NaN where a run has no value."""
    wide = runs.pivot_table(index=["point", "replication"], columns="scenario", values=metric, dropna=False)
    return (wide[scenario] - wide[baseline]).groupby("point").mean()


def elementary_effects(experiment: Experiment, values: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """`COLUMNS`, one row a factor, the largest mean absolute effect first: the change of `values`, one a point of the
    design, over the whole range of the factor. `low` and `high` bound the mean absolute effect (95 %, bootstrap over
    trajectories, `seed`); a large `sd` says that the effect depends on the other factors.

    Raises ValueError where a point has no value: its trajectory would have to be left out.
    """
    if np.isnan(values).any():
        raise ValueError(f"{int(np.isnan(values).sum())} points have no value")
    names = [factor.name for factor in experiment.factors]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    levels = getattr(experiment.design, "levels", 4)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = morris.analyze(problem, experiment.unit_points().to_numpy(float), values, num_levels=levels, seed=seed)
    table = pd.DataFrame({
        "factor": names,
        "mean": found["mu"],
        "mean_absolute": found["mu_star"],
        "low": found["mu_star"] - found["mu_star_conf"],
        "high": found["mu_star"] + found["mu_star_conf"],
        "sd": found["sigma"],
    })  # fmt: skip
    return table.sort_values("mean_absolute", ascending=False, ignore_index=True)


def screened(folder: Path, scenario: str, metric: str) -> pd.DataFrame:
    """The elementary effects of all conditions on what `scenario` does to `metric`, from the sweep in `folder`."""
    experiment = Experiment.load(EXPERIMENT)
    with Results(folder) as results:
        runs = results.runs()
    by_point = differences(runs, scenario, metric, experiment.baseline)
    return elementary_effects(experiment, by_point.reindex(range(len(experiment.points()))).to_numpy(float))
