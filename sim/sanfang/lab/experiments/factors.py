"""Factors: what an experiment varies, each one parameter or several together.

A factor is known by where it lies between its ends: 0 is the lowest value, 1 the highest, and its distribution
says what lies in between. Designs place points on that scale; `Factor.at` turns positions into values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sanfang.lab.experiments.factor_spec import Distribution
from sanfang.scenario import catalogue

HALF = 0.5  # what is rounded to a whole number lies within
DIGITS = 12  # of a drawn value: enough for any parameter, and the same on machines that differ in the last bit


@dataclass(frozen=True)
class Factor:
    """A factor that is ready to use: every default is filled in, every name and value has been checked.

    `sets` says what it sets: a parameter's path, and what the factor's value is multiplied with (None: the
    value is taken as it is). `values` is empty if the factor runs from `low` to `high`.
    """

    name: str
    sets: Mapping[str, Any]
    values: tuple[Any, ...] = ()
    steps: int | None = None
    distribution: Distribution = "uniform"
    low: float = 0.0
    high: float = 1.0
    mode: float | None = None
    mean: float | None = None
    sd: float | None = None
    ends_given: bool = field(default=True, compare=False)
    whole: bool = False

    def at(self, positions: Sequence[float]) -> list[Any]:
        """The values at `positions` from 0 to 1; None where the position is NaN, which leaves the scenario as it is."""
        import numpy as np

        given = np.asarray(positions, dtype=float)
        there = ~np.isnan(given)
        taken: list[Any] = [None] * len(given)
        values = self._value_at(given[there]) if self.values else self._number_at(given[there])
        for position, value in zip(np.flatnonzero(there), values, strict=True):
            taken[position] = value
        return taken

    def _value_at(self, positions: Any) -> list[Any]:
        """Each value holds an equal part of the scale. The trifle keeps 2/3 x 3 from falling below 2."""
        last = len(self.values) - 1
        return [self.values[min(int(position * (last + 1) + 1e-9), last)] for position in positions]

    def _number_at(self, positions: Any) -> list[float | int]:
        numbers = [_rounded(number) for number in self._frozen(HALF * self.whole).ppf(positions)]
        if self.whole:
            return [min(max(round(number), math.ceil(self.low)), math.floor(self.high)) for number in numbers]
        return [min(max(number, self.low), self.high) for number in numbers]

    def _frozen(self, beyond: float = 0.0) -> Any:
        """The distribution as scipy knows it, going on for `beyond` at both ends.

        A whole number stands for all that is rounded to it. Rounded between the ends alone, these would have half the
        weight of those between; so what is rounded goes on for a half beyond.
        """
        from scipy import stats

        low, high = self.low - beyond, self.high + beyond
        width = high - low
        if self.distribution == "log-uniform":
            return stats.loguniform(low, high)
        if self.distribution == "triangular":
            assert self.mode is not None
            return stats.triang((self.mode - low) / width, low, width)
        if self.distribution == "normal":
            assert self.mean is not None and self.sd is not None
            return stats.truncnorm((low - self.mean) / self.sd, (high - self.mean) / self.sd, self.mean, self.sd)
        return stats.uniform(low, width)

    def levels(self, steps: int | None = None) -> list[float]:
        """The positions of its values, or of `steps` values from end to end (its own number if it has one)."""
        if self.values:
            return [(number + 0.5) / len(self.values) for number in range(len(self.values))]
        number = self.steps or steps
        assert number is not None, self.name
        positions = [step / (number - 1) for step in range(number)]
        return [self._position_of_whole(position) for position in positions] if self.whole else positions

    def _position_of_whole(self, position: float) -> float:
        """The position that gives the whole number nearest to what lies at `position` between the ends."""
        return position if position in (0, 1) else float(self._frozen(HALF).cdf(round(self._frozen().ppf(position))))

    def settings(self, value: Any) -> dict[str, Any]:
        """What a value of this factor sets, by dotted path. Nothing for None."""
        if value is None:
            return {}
        return {path: _times(path, value, amount) for path, amount in self.sets.items()}

    def salib(self) -> tuple[list[float], str]:
        """Bounds and name of its distribution, as SALib's problem wants them; a list of values counts as uniform."""
        if self.values:
            numbers = [item for item in self.values if isinstance(item, int | float)]
            whole = len(numbers) == len(self.values)
            return ([float(min(numbers)), float(max(numbers))] if whole else [0.0, len(self.values) - 1.0]), "unif"
        if self.mode is not None:
            return [self.low, self.high, (self.mode - self.low) / (self.high - self.low)], "triang"
        if self.mean is not None and self.sd is not None:
            return [self.low, self.high, self.mean, self.sd], "truncnorm"
        return [self.low, self.high], "logunif" if self.distribution == "log-uniform" else "unif"

    def content(self) -> dict[str, Any]:
        """All that decides its values, for a digest."""
        content = asdict(self)
        del content["ends_given"]
        if self.whole and not self.values:
            content["rounded_from"] = HALF  # beyond the ends; older versions rounded from within
        return content | {"values": [float(item) if is_number(item) else item for item in self.values]}


def _times(path: str, value: Any, amount: Any) -> Any:
    """`amount`, a number or a schedule, times `value`; whole where the parameter is whole."""
    if amount is None:
        return value
    if isinstance(amount, list | tuple):
        return [[day, _rounded(value * level)] for day, level in amount]
    parameter = catalogue.find(path)
    product = _rounded(value * amount)
    return round(product) if parameter and parameter.kind == "whole number" else product


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
