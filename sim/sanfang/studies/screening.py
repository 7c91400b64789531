"""Which assumed conditions decide whether the reform helps: Morris's elementary effects on the paired differences.

Reads the sweep of `experiments/conditions.toml`. At each point the reform is compared with the present policy in the
steady state of that point; what is screened is that difference, not the levels (Morris 1991; Campolongo, Cariboni and
Saltelli 2007). The design is SALib's; its analysis is not used, as it takes no design with holes, and some conditions
leave a district without a steady state.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results

EXPERIMENT = "conditions"
COLUMNS = ("factor", "mean", "mean_absolute", "low", "high", "sd", "n")
RESAMPLES = 1000


def differences(runs: pd.DataFrame, scenario: str, metric: str, baseline: str) -> pd.Series:
    """The paired difference at each point, by its number: the mean over replications that have it; NaN where none."""
    wide = runs.pivot_table(index=["point", "replication"], columns="scenario", values=metric, dropna=False)
    return (wide[scenario] - wide[baseline]).groupby("point").mean()


def elementary_effects(experiment: Experiment, values: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """`COLUMNS`, one row a factor, the largest mean absolute effect first: the change of `values`, one a point of the
    design, over the whole range of the factor. `low` and `high` are percentiles of a bootstrap over the `n` absolute
    effects (`seed`), of a handful of effects a rough spread; a large `sd` says that the effect depends on the other
    factors.

    A step of a trajectory to or from a point without a value (NaN) has no effect to tell and is left out; a factor of
    which none is left has NaN.
    """
    rng = np.random.default_rng(seed)
    rows = [
        (factor.name, *_summary(effects, rng))
        for factor, effects in zip(experiment.factors, _steps(experiment, values), strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("mean_absolute", ascending=False, ignore_index=True)


def _steps(experiment: Experiment, values: np.ndarray) -> list[np.ndarray]:
    """The effects of each factor: a step's change of `values` over its share of the range."""
    points = experiment.unit_points().to_numpy(float)
    count = points.shape[1]
    moves, changes = np.diff(points, axis=0), np.diff(values)
    within = np.arange(1, len(points)) % (count + 1) != 0  # not from one trajectory to the next
    effects = []
    for factor in range(count):
        steps = within & (moves[:, factor] != 0) & ~np.isnan(changes)
        effects.append(changes[steps] / moves[steps, factor])
    return effects


def _summary(effects: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float, float, float, int]:
    """Mean, mean absolute effect with its interval, sd, and how many there are."""
    n = len(effects)
    if n == 0:
        return (np.nan,) * 5 + (0,)
    absolute = np.abs(effects)
    low, high = np.quantile(rng.choice(absolute, (RESAMPLES, n)).mean(axis=1), (0.025, 0.975))
    sd = float(effects.std(ddof=1)) if n > 1 else np.nan
    return float(effects.mean()), float(absolute.mean()), float(low), float(high), sd, n


def screened(folder: Path, scenario: str, metric: str) -> pd.DataFrame:
    """The elementary effects of all conditions on what `scenario` does to `metric`, from the sweep in `folder`."""
    return elementary_effects(Experiment.load(EXPERIMENT), by_point(folder, scenario, metric))


def by_point(folder: Path, scenario: str, metric: str) -> np.ndarray:
    """What `scenario` does to `metric` at each point of the sweep in `folder`: `[point]`, NaN where there is none."""
    experiment = Experiment.load(EXPERIMENT)
    with Results(folder) as results:
        runs = results.runs()
    found = differences(runs, scenario, metric, experiment.baseline)
    return found.reindex(range(len(experiment.points()))).to_numpy(float)
