"""Tables of runs from values, for tests of statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


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
