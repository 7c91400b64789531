"""From the keys of an experiment's file to its parts: scenarios, baseline, factors, constraints, metrics of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanfang.lab.experiments.constraints import Constraint, read_constraint
from sanfang.lab.experiments.designs import BALANCED, Table
from sanfang.lab.experiments.experiment_file import ExperimentFile
from sanfang.lab.experiments.experiment_reading import Origin
from sanfang.lab.experiments.factor_binding import Binder
from sanfang.lab.experiments.factor_spec import FactorSpec, comparable
from sanfang.lab.experiments.factors import Factor
from sanfang.lab.experiments.own_metrics import NONE, OwnMetrics, read_own_metrics
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words, listed


def bases_of(file: ExperimentFile, origin: Origin) -> dict[str, Scenario]:
    """The scenarios by name, on the experiment's district and with its settings."""
    district = None if file.district is None else origin.locate(file.district)
    settings = ({"run.replicate": file.replicate} if file.replicate else {}) | file.settings
    bases: dict[str, Scenario] = {}
    names: dict[str, str] = {}
    for name in file.scenarios:
        try:
            scenario = Scenario.load(origin.locate(name), district=district)
        except InputError as error:
            raise InputError(f"{origin.name}: scenarios: {error}") from None
        if scenario.name in bases:
            earlier = next(other for other in names if names[other] == scenario.name)
            problem = f"{earlier} and {name} both have the name {scenario.name!r}; give one another name"
            raise InputError(f"{origin.name}: scenarios: {problem}")
        names[name] = scenario.name
        bases[scenario.name] = scenario.with_(settings, f"{origin.name}: settings") if settings else scenario
    first = next(iter(bases.values()))
    for name, changes in file.variants.items():
        if name in bases:
            raise InputError(f"{origin.name}: variants.{name}: a scenario of that name is there already")
        try:
            bases[name] = first.with_({**changes, "name": name}, f"{origin.name}: variants.{name}")
        except InputError as error:
            raise InputError(f"{origin.name}: variants.{name}: {error}") from None
    return bases


def own_metrics_of(file: ExperimentFile, origin: Origin) -> OwnMetrics:
    """What the file of metrics declares that lies beside the experiment. Nothing of it is run."""
    name = file.metrics_file
    if name is None:
        return NONE
    if Path(name).name != name or not name.endswith(".py"):
        rule = "must be the name of a .py file that lies beside the experiment, such as metrics.py"
        raise InputError(f"{origin.name}: metrics_file = {in_words(name)}: {rule}")
    return read_own_metrics((origin.folder or Path()) / name, name)


def baseline_of(file: ExperimentFile, labels: list[str], origin: Origin) -> str:
    """The label of the scenario that others are compared with."""
    if file.baseline is None:
        return labels[0]
    if file.baseline not in labels:
        none = f"is none of the scenarios {listed(labels)}{nearest(file.baseline, labels)}"
        raise InputError(f"{origin.name}: baseline = {in_words(file.baseline)}: {none}")
    return file.baseline


def factors_of(file: ExperimentFile, binder: Binder, origin: Origin) -> tuple[Factor, ...]:
    """The factors, sorted by name, so that the order in which a file lists them cannot matter."""
    specs = dict(file.factors)
    if isinstance(file.design, Table):
        specs = _tabled(file.design, specs, binder)
    met: dict[str, str] = {}
    for name in sorted(specs):
        if met.setdefault(name.lower(), name) != name:
            alike = f"differs from {met[name.lower()]!r} in capitals only, which a database takes for the same"
            raise binder.error(name, f"{alike}; give it another name")
    return tuple(binder.bind(name, spec) for name, spec in sorted(specs.items()))


def _tabled(table: Table, specs: Mapping[str, FactorSpec], binder: Binder) -> dict[str, FactorSpec]:
    """Factors of a table: its columns, each with the values that it takes; packages are told in [factors]."""
    taken: dict[str, dict[Any, Any]] = {}
    for point in table.points or ():
        for name, value in point.items():
            taken.setdefault(name, {}).setdefault(comparable(value), value)
    for name, spec in specs.items():
        if spec.model_fields_set - {"sets", "overlay"}:
            raise binder.error(name, "takes sets or overlay alone here: the table of points gives the values")
        if name not in taken:
            raise binder.error(name, "no point of the table gives it a value")
    return {
        name: FactorSpec(
            values=tuple(values.values()), **(specs[name].model_dump(exclude_unset=True) if name in specs else {})
        )
        for name, values in taken.items()
    }


def constraints_of(file: ExperimentFile, factors: tuple[Factor, ...], origin: Origin) -> tuple[Constraint, ...]:
    """The constraints, read; none for a design that would lose its balance."""
    if file.constraints and isinstance(file.design, BALANCED):
        kind = file.design.kind
        broken = f'a design of kind "{kind}" would lose its balance if points were dropped'
        raise InputError(f"{origin.name}: constraints: {broken}; take latin-hypercube, full or one-at-a-time")
    names = [factor.name for factor in factors]
    return tuple(read_constraint(text, names, origin.name) for text in file.constraints)
