"""Tables of runs from values, and what intervals over many of them cover, for tests of statistics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

NAN = math.nan


def table(**metrics: dict[str, list[float]]) -> pd.DataFrame:
    """A table of runs from values by metric and scenario, one for each replication."""
    rows = []
    for scenario in next(iter(metrics.values())):
        for rep in range(len(next(iter(metrics.values()))[scenario])):
            values = {name: by_scenario[scenario][rep] for name, by_scenario in metrics.items()}
            rows.append({"scenario": scenario, "replication": rep, "seed": 1 + rep, **values})
    return pd.DataFrame(rows)


def with_points(metric: str, **values: Any) -> pd.DataFrame:
    """A table of runs of one metric, from an array of points x replications for each scenario."""
    parts = []
    for scenario, array in values.items():
        points, replications = np.shape(array)
        keys = {"scenario": scenario, "point": np.repeat(np.arange(points), replications)}
        keys["replication"] = np.tile(np.arange(replications), points)
        parts.append(pd.DataFrame(keys | {metric: np.ravel(array)}))
    return pd.concat(parts, ignore_index=True)


def pairs(experiments: int, n: int, shared: float = 1.0, own: float = 0.5, seed: int = 1) -> pd.DataFrame:
    """Many experiments, each at a point of its own: `b` is 1 above `a`; both share luck and have noise of their own."""
    rng = np.random.default_rng(seed)
    luck = rng.normal(0, shared, (experiments, n))
    noise = rng.normal(0, own, (2, experiments, n))
    return with_points("satisfaction", a=luck + noise[0], b=luck + noise[1] + 1)


def coverage(low: pd.Series, high: pd.Series, truth: float) -> float:
    """The share of intervals in which the truth lies."""
    return float(((low <= truth) & (truth <= high)).mean())


def within_luck(share: float, expected: float, experiments: int) -> bool:
    """Whether a share agrees with what is expected, by four standard errors of its own."""
    return abs(share - expected) <= 4 * math.sqrt(expected * (1 - expected) / experiments)
