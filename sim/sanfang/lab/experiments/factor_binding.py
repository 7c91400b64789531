"""From a factor as a file gives it to one that is ready: defaults filled in, every name and value checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from pydantic import ValidationError

from sanfang.lab.experiments.factor_spec import FactorSpec
from sanfang.lab.experiments.factors import Factor, is_number
from sanfang.lab.experiments.reserved_names import names_of_columns
from sanfang.scenario import catalogue
from sanfang.scenario.catalogue import Parameter
from sanfang.scenario.checks import INCONSISTENT
from sanfang.scenario.content import find_scenario
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.merging import nested
from sanfang.scenario.messages import input_error
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.sources import parted
from sanfang.scenario.telling import in_words
from sanfang.scenario.toml import read_toml

LARGEST = 1e15
"""Of a value that others are taken times: databases and tables hold it exactly."""

NUMERIC = ("number", "whole number", "lever")


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
        given = levers if isinstance(levers, Mapping) else {}  # "present" names none
        sets = {f"policy.{lever}": level for lever, level in given.items() if level != 0}
        if not sets:
            files = "name a file that sets levers, not one that only extends others"
            raise self.error(name, f"overlay = {in_words(scenario)}: this file sets no lever above 0 itself; {files}")
        return sets

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
            known = [other.path for other in catalogue.parameters()]
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
    return next(float(candidate) for candidate in candidates if candidate is not None)


def _telling(values: tuple[Any, ...]) -> list[Any]:
    """The values to check: of many numbers the lowest and highest, since what a parameter may be is one range.

    Whole numbers and others are told apart, because a parameter may take whole ones only.
    """
    kinds = [[value for value in values if type(value) is kind and value == value] for kind in (int, float)]
    ends = [end for numbers in kinds if numbers for end in (min(numbers), max(numbers))]
    return [*ends, *(value for value in values if type(value) not in (int, float) or value != value)]


def _whole(factor: Factor, end: float) -> float | int:
    return int(end) if factor.whole and end.is_integer() else end


def _is_amount(value: Any) -> bool:
    """A number, or a schedule of levels, that can be multiplied."""
    if isinstance(value, list | tuple):
        return all(isinstance(step, list | tuple) and len(step) == 2 and _is_amount(step[1]) for step in value)
    return is_number(value) and -LARGEST <= value <= LARGEST
