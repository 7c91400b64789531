"""Factors: what an experiment varies, each one parameter or several together.

A factor is known by where it lies between its ends: 0 is the lowest value, 1 the highest, and its distribution
says what lies in between. Designs place points on that scale; `Factor.at` turns places into values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from keyword import iskeyword
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from sanfang.scenario import catalogue
from sanfang.scenario.catalogue import Parameter
from sanfang.scenario.checks import INCONSISTENT
from sanfang.scenario.content import find_scenario
from sanfang.scenario.declare import Section
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.merging import nested
from sanfang.scenario.messages import input_error
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.sources import parted
from sanfang.scenario.telling import in_words
from sanfang.scenario.toml import read_toml

Distribution = Literal["uniform", "log-uniform", "triangular", "normal"]
TAKES: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "log-uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd", "low", "high"),
}
"""The keys that each distribution takes; all but low and high must be given."""

COLUMNS = {
    *("scenario", "point", "replication", "seed", "first_day", "last_day", "seconds", "key", "finished", "day"),
    *("checksum", "formulas"),
    *("metric", "quantity", "n", "mean", "sd", "low", "high", "difference", "estimate", "standard_error", "half_width"),
    *("baseline_mean", "p_value", "effect_size", "correlation", "variance_reduction", "variance_ratio", "ratio_low"),
    *("ratio_high", "independent_half_width", "rank", "of", "probability_best", "difference_to_best", "target"),
    *("needed", "more", "error", "trace", "attempts", "baseline", "term"),
    *("not_reached", "baseline_not_reached", "median", "median_low", "median_high", "sign_p", "rank_to", "verdict"),
    *("worlds", "average", "lower", "higher", "lowest", "highest", "runs_lower", "runs_higher"),
    *("surely_lower", "surely_higher"),
}
"""What tables of results and of their analysis have beside factors and metrics."""

LARGEST = 1e15
"""Of a value that others are taken times: databases and tables hold it exactly."""

NUMERIC = ("number", "whole number", "lever")
HALF = 0.5  # what is rounded to a whole number lies within
DIGITS = 12  # of a drawn value: enough for any parameter, and the same on machines that differ in the last bit


class FactorSpec(Section):
    """A factor as a file gives it. Low and high are by default the ends of the parameter's declared range."""

    values: Annotated[tuple[Any, ...], Strict(False)] | None = Field(None, min_length=1, description="Values to take")
    steps: int | None = Field(None, ge=2, le=1000, description="How many values between low and high, both included")
    distribution: Distribution | None = Field(None, description="How values lie between low and high; default uniform")
    low: float | None = Field(None, description="Lowest value")
    high: float | None = Field(None, description="Highest value")
    mode: float | None = Field(None, description="Most likely value of a triangular distribution")
    mean: float | None = Field(None, description="Mean of a normal distribution, before it is cut at low and high")
    sd: float | None = Field(None, gt=0, description="Standard deviation of a normal distribution, before the cut")
    sets: dict[str, Any] | None = Field(None, min_length=1, description="Parameters to set, each to value x number")
    overlay: str | None = Field(None, description="Scenario file whose own levers to set, each to value x its level")

    @model_validator(mode="after")
    def _keys_fit(self) -> FactorSpec:
        given = self.model_fields_set
        if {"sets", "overlay"} <= given:
            raise _wrong("takes sets or overlay, not both")
        between = sorted(given - {"values", "sets", "overlay"})
        if "values" in given and between:
            raise _wrong(f"takes values or {' and '.join(between)}, not both")
        taken, kind = TAKES[self.distribution or "uniform"], self.distribution or "uniform"
        for key in between:
            if key not in (*taken, "steps", "distribution"):
                raise _wrong(f"{key} is not used by a {kind} distribution, which takes {', '.join(taken)}")
        missing = [key for key in taken if key not in ("low", "high") and getattr(self, key) is None]
        if missing:
            raise _wrong(f"a {kind} distribution needs {' and '.join(missing)}")
        met: set[Any] = set()
        for item in self.values or ():
            if comparable(item) in met:
                raise _wrong(f"names the value {in_words(item)} twice")
            met.add(comparable(item))
        return self


def names_of_columns() -> frozenset[str]:
    """The names that no factor may have. A database takes `Seed` and `seed` for the same."""
    from sanfang.metrics.catalogue import BY_NAME  # numpy comes with it

    return frozenset({*COLUMNS, *BY_NAME})


def comparable(value: Any) -> Any:
    """A value as sets and dicts can hold it, equal where the values are equal."""
    if isinstance(value, list | tuple):
        return tuple(comparable(item) for item in value)
    if isinstance(value, Mapping):
        return frozenset((key, comparable(item)) for key, item in value.items())
    return value if isinstance(value, Hashable) else repr(value)


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("factor", "{message}", {"message": message})


def _as_table(value: Any) -> Any:
    return {"values": value} if isinstance(value, list | tuple) else value


GivenFactor = Annotated[FactorSpec, BeforeValidator(_as_table, json_schema_input_type=FactorSpec | list[Any])]
"""A table, or just the list of values."""


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

    def at(self, places: Sequence[float]) -> list[Any]:
        """The values at `places` from 0 to 1; None where the place is NaN, which leaves the scenario as it is."""
        import numpy as np

        given = np.asarray(places, dtype=float)
        there = ~np.isnan(given)
        found: list[Any] = [None] * len(given)
        values = self._value_at(given[there]) if self.values else self._number_at(given[there])
        for place, value in zip(np.flatnonzero(there), values, strict=True):
            found[place] = value
        return found

    def _value_at(self, places: Any) -> list[Any]:
        """Each value holds an equal part of the scale. The trifle keeps 2/3 x 3 from falling below 2."""
        last = len(self.values) - 1
        return [self.values[min(int(place * (last + 1) + 1e-9), last)] for place in places]

    def _number_at(self, places: Any) -> list[float | int]:
        numbers = [_rounded(number) for number in self._frozen(HALF * self.whole).ppf(places)]
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
        """The places of its values, or of `steps` values from end to end (its own number if it has one)."""
        if self.values:
            return [(number + 0.5) / len(self.values) for number in range(len(self.values))]
        number = self.steps or steps
        assert number is not None, self.name
        places = [step / (number - 1) for step in range(number)]
        return [self._place_of_whole(place) for place in places] if self.whole else places

    def _place_of_whole(self, place: float) -> float:
        """The place that gives the whole number nearest to what lies at `place` between the ends."""
        return place if place in (0, 1) else float(self._frozen(HALF).cdf(round(self._frozen().ppf(place))))

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
        return content | {"values": [float(item) if _is_number(item) else item for item in self.values]}


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


# --- From the file to a factor that is ready ----------------------------------------------------------


@dataclass(frozen=True)
class Binder:
    """Makes factors ready. `base` is the baseline scenario, `origin` the file as messages call it, and `locate`
    finds a file that another names."""

    base: Scenario
    origin: str
    locate: Callable[[str], str]

    def bind(self, name: str, spec: FactorSpec) -> Factor:
        """The factor `name`. Raises `InputError` for unknown parameters and values outside their range."""
        if spec.sets is not None or spec.overlay is not None:
            return self._package(name, spec)
        parameter = self.parameter(name, name)
        if spec.values is None and parameter.kind not in NUMERIC:
            raise self.error(name, f"is {parameter.allowed}, not a number: give a list of values")
        low, high = (None, None) if parameter.kind not in NUMERIC else (parameter.ge, parameter.le)
        return self._checked(name, spec, {name: None}, low, high, parameter.kind == "whole number")

    def _package(self, name: str, spec: FactorSpec) -> Factor:
        if not name.isidentifier() or iskeyword(name) or name in catalogue.tree():
            rule = "must be one word of letters, digits and _, no section of parameters, and not and, or, not, in"
            raise self.error(name, f"is no name for a factor that sets several parameters: it {rule}")
        if name.lower() in names_of_columns():
            raise self.error(name, f"tables of results have a column {name.lower()!r}; give the factor another name")
        sets = self._overlaid(name, spec.overlay) if spec.overlay is not None else spec.sets or {}
        for path, amount in sets.items():
            if self.parameter(name, path).kind not in NUMERIC or not _is_amount(amount):
                raise self.error(name, f"{path} = {in_words(amount)} is not a number that a value can be taken times")
        odd = [item for item in spec.values or () if isinstance(item, list | tuple) or not _is_amount(item)]
        if odd:
            raise self.error(name, f"the value {in_words(odd[0])} is not a number from -1e15 to 1e15")
        return self._checked(name, spec, sets, 0.0, 1.0, whole=False)

    def _overlaid(self, name: str, scenario: str | None) -> dict[str, Any]:
        """The levers that a scenario file itself sets, beside what it extends."""
        try:
            source = find_scenario(self.locate(scenario or ""))
            levers = parted(read_toml(source), source.label)[0].get("policy", {})
        except InputError as error:
            raise self.error(name, f"overlay: {error}") from None
        found = {f"policy.{lever}": level for lever, level in levers.items() if level != 0}
        if not found:
            files = "name a file that sets levers, not one that only extends others"
            raise self.error(name, f"overlay = {in_words(scenario)}: this file sets no lever above 0 itself; {files}")
        return found

    def _checked(
        self, name: str, spec: FactorSpec, sets: Mapping[str, Any], low: float | None, high: float | None, whole: bool
    ) -> Factor:
        ends_given = spec.low is not None and spec.high is not None
        factor = Factor(
            name=name,
            sets=dict(sorted(sets.items())),
            values=spec.values or (),
            steps=spec.steps,
            distribution=spec.distribution or "uniform",
            low=_first(spec.low, low, 0.0),
            high=_first(spec.high, high, 1.0),
            mode=spec.mode,
            mean=spec.mean,
            sd=spec.sd,
            ends_given=ends_given or spec.distribution != "normal",
            whole=whole,
        )
        if not factor.values:
            self._check_ends(factor)
        for value in _telling(factor.values) or (_whole(factor, factor.low), _whole(factor, factor.high)):
            self.check(factor, value)
        return factor

    def _check_ends(self, factor: Factor) -> None:
        low, high = f"low = {in_words(factor.low)}", f"high = {in_words(factor.high)}"
        if factor.low >= factor.high:
            raise self.error(factor.name, f"{low} must be below {high}")
        if factor.distribution == "log-uniform" and factor.low <= 0:
            raise self.error(factor.name, f"{low} must be above 0 in a log-uniform distribution")
        if factor.mode is not None and not factor.low <= factor.mode <= factor.high:
            raise self.error(factor.name, f"mode = {in_words(factor.mode)} must lie between {low} and {high}")
        if factor.whole and factor.steps and len(set(factor.at(factor.levels()))) < factor.steps:
            most = round(factor.high - factor.low) + 1
            raise self.error(factor.name, f"steps = {factor.steps}: there are only {most} whole numbers")

    def check(self, factor: Factor, value: Any) -> None:
        """Raise `InputError` if a parameter that `value` sets may not be so, whatever the others are."""
        document = nested(factor.settings(value))
        try:
            Scenario.model_validate(document)  # complains of a missing district if the value itself is right
        except ValidationError as error:
            if error.errors()[0]["type"] != INCONSISTENT:
                where = f"{self.origin}: factors.{factor.name}"
                raise input_error(error, document, dict.fromkeys(factor.sets, where)) from None

    def parameter(self, factor: str, path: str) -> Parameter:
        """The declaration of the parameter at `path`, which the baseline scenario must have."""
        parameter = catalogue.find(path)
        if parameter is None:
            known = [one.path for one in catalogue.parameters()]
            raise self.error(
                factor, f"{'' if path == factor else f'{path!r} '}is not a parameter{nearest(path, known)}"
            )
        chosen = [part for part, declared in zip(path.split("."), parameter.path.split("."), strict=True)
                  if declared == catalogue.ANY]  # fmt: skip
        section = path.partition(".")[0]
        known = list(self.base.community_ids if section == "policy_by_community" else getattr(self.base, section, ()))
        for part in chosen:
            if part not in known:
                raise self.error(factor, f"there is no {part!r} in {section}{nearest(part, known)}")
        return parameter

    def error(self, factor: str, message: str) -> InputError:
        """An error about a factor."""
        return InputError(f"{self.origin}: factors.{factor}: {message}")


def _first(*candidates: float | None) -> float:
    return next(float(one) for one in candidates if one is not None)


def _telling(values: tuple[Any, ...]) -> list[Any]:
    """The values to check: of many numbers the lowest and highest, since what a parameter may be is one range.

    Whole numbers and others are told apart, because a parameter may take whole ones only.
    """
    kinds = [[value for value in values if type(value) is kind and value == value] for kind in (int, float)]
    ends = [end for found in kinds if found for end in (min(found), max(found))]
    return [*ends, *(value for value in values if type(value) not in (int, float) or value != value)]


def _whole(factor: Factor, end: float) -> float | int:
    return int(end) if factor.whole and end.is_integer() else end


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    """A number, or a schedule of levels, that can be multiplied."""
    if isinstance(value, list | tuple):
        return all(isinstance(step, list | tuple) and len(step) == 2 and _is_amount(step[1]) for step in value)
    return _is_number(value) and -LARGEST <= value <= LARGEST
