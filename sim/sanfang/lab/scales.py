"""Where an effect at a share of a district is known not to be that of the whole: for those who choose a scale.

A share of the communities has smaller departments and streets, in which less is pooled. What that does to the headline
was measured over districts drawn anew (`sanfang.studies.scales`) and is kept beside the district, in `NAME_scales.csv`.
It is told of the conditions under which it was measured alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.lab.conditions import changed
from sanfang.metrics.catalogue import metric
from sanfang.metrics.numbers import difference
from sanfang.scenario.content import folders
from sanfang.scenario.scenario import Scenario

FULL = 1.0
NEAR = 2.0
"""A scale this many times as large or small may show other effects: nothing is said of it."""

SUFFIX = "_scales.csv"
type Effect = Mapping[Any, Any]
"""A row of the table: `COLUMNS`."""

COLUMNS = ("scenario", "metric", "scale", "maps", "difference", "low", "high")


def notes_on_scale(scenarios: Iterable[Scenario], scale: float) -> Iterator[str]:
    """A sentence for each effect of these scenarios that is surely one at full size, and surely another one at the
    measured scale that is nearest, if one is near."""
    if scale >= FULL:
        return
    for scenario in scenarios:
        found = _measured(scenario)
        own = found[found["scenario"] == scenario.name]
        if own.empty:
            continue
        shares = own["scale"].unique()
        near = shares[np.abs(np.log(shares / scale)).argmin()]
        if not scale / NEAR <= near <= scale * NEAR:
            continue
        whole = {row["metric"]: row for row in own[own["scale"] == FULL].to_dict("records")}
        for row in own[(own["scale"] == near) & (near < FULL)].to_dict("records"):
            name, full = str(row["metric"]), whole[row["metric"]]
            if surely_one(full, metric(name).smallest) and shifted(row, full):
                yield (
                    f"scale {scale:g}: at {near:g} of {scenario.district.name}, {scenario.name} changes"
                    f" {metric(name).en} by {difference(row)}, and by {difference(full)} at full size"
                    " (against before, three years; docs/second-edition.md)"
                )


def surely_one(effect: Effect, smallest: float) -> bool:
    """Whether an effect is surely larger than the smallest difference of interest."""
    return bool(effect["low"] > smallest or effect["high"] < -smallest)


def shifted(effect: Effect, whole: Effect) -> bool:
    """Whether an effect at a scale is surely another one than that of the whole: Welch's 95 % interval of the
    difference between the two, each over districts of its own, leaves out 0."""
    errors = [_standard_error(one) for one in (effect, whole)]
    variance = sum(error**2 for error in errors)
    if variance == 0:
        return bool(effect["difference"] != whole["difference"])
    free = variance**2 / sum(error**4 / (one["maps"] - 1) for error, one in zip(errors, (effect, whole), strict=True))
    half = float(stats.t.ppf(0.975, free)) * variance**0.5
    return bool(abs(effect["difference"] - whole["difference"]) > half)


def _standard_error(effect: Effect) -> float:
    return float((effect["high"] - effect["low"]) / 2 / stats.t.ppf(0.975, effect["maps"] - 1))


def _measured(scenario: Scenario) -> pd.DataFrame:
    """What was measured of the district that has the conditions of a scenario; empty if none has."""
    for path in (path for folder in folders() for path in sorted((folder / "districts").glob("*" + SUFFIX))):
        district = Scenario.load("before", district=path.with_name(path.name.removesuffix(SUFFIX) + ".toml"))
        if not changed(scenario, district):
            return pd.read_csv(path)
    return pd.DataFrame(columns=list(COLUMNS))
