"""The points of an experiment's design that pass its constraints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sanfang.lab.experiments import designs
from sanfang.scenario import catalogue
from sanfang.scenario.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.lab.experiments.experiment import Experiment

Point = dict[str, Any]
"""The value of each factor by name; None leaves it as each scenario has it."""


def as_points(table: pd.DataFrame) -> list[Point]:
    """The rows of a table of points, as plain Python objects."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.to_numpy(dtype=object).tolist()]


def passing(experiment: Experiment) -> pd.DataFrame:
    """The points that pass all constraints, under the numbers that they have in the design. Raises InputError if
    there is none."""
    table = designs.design(experiment.design, experiment.factors, experiment.seed)
    if not experiment.constraints:
        return table
    unmoved = _unmoved(experiment)
    passed = table[[_passes(experiment, point, unmoved) for point in as_points(table)]]
    if passed.empty:
        raise InputError(f"{experiment.origin.name}: constraints: none of {len(table):,} points passes them")
    return passed


def _passes(experiment: Experiment, point: Point, unmoved: Mapping[str, Any]) -> bool:
    values = {name: unmoved[name] if value is None else value for name, value in point.items()}
    return all(constraint.holds(values) for constraint in experiment.constraints)


def _unmoved(experiment: Experiment) -> dict[str, Any]:
    """What constraints take a factor for that a point leaves as it is: the baseline's value, 0 for a package."""
    held = {path: value for path, _, value in catalogue.values(experiment.bases[experiment.baseline])}
    return {factor.name: held.get(factor.name, 0.0) for factor in experiment.factors}
