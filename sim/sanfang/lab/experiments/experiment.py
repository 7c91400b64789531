"""An experiment: which scenarios run, at which points, how often, and with what seeds. Frozen, like a scenario.

The file's keys are declared in `experiment_file`; here they become scenarios and points.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanfang.lab.experiments import designs
from sanfang.lab.experiments.constraints import Constraint, read_constraint
from sanfang.lab.experiments.designs import BALANCED, Design, Table
from sanfang.lab.experiments.experiment_file import Claim, ExperimentFile, Finding, Replications
from sanfang.lab.experiments.experiment_reading import Origin, parse, read_experiment
from sanfang.lab.experiments.factor_binding import Binder
from sanfang.lab.experiments.factor_spec import FactorSpec, comparable
from sanfang.lab.experiments.factors import Factor
from sanfang.lab.experiments.own_metrics import NONE, OwnMetrics, read_own_metrics
from sanfang.metrics.catalogue import BY_NAME
from sanfang.metrics.groups import dimensions
from sanfang.run.reach import check_reach, steps_not_reached
from sanfang.scenario import catalogue
from sanfang.scenario.content import Source, is_bare
from sanfang.scenario.errors import InputError, nearest, while_reading
from sanfang.scenario.files import unfit_for_a_path
from sanfang.scenario.limits import (
    MAX_POINT_VALUES,
    MAX_POINTS,
    MAX_REPLICATIONS,
    MAX_RUNS,
    first_seed,
    whole_number,
)
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words, listed
from sanfang.scenario.window import HOW_TO_ALLOW, Window, check_alike, windows_of

if TYPE_CHECKING:
    import pandas as pd

MOVE_THE_WINDOW = frozenset({"run.warm_up", "run.days"})
"""Parameters that decide which days of a run are evaluated."""

Point = dict[str, Any]
"""The value of each factor by name; None leaves it as each scenario has it."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """Scenarios by label, factors, design and replications, all checked.

    `bases` are the scenarios on their district with the experiment's settings; `source` is the file, None if
    there is none. `load` and `from_dict` make one.
    """

    file: ExperimentFile
    name: str
    bases: Mapping[str, Scenario]
    baseline: str
    replications: Replications
    factors: tuple[Factor, ...]
    constraints: tuple[Constraint, ...]
    origin: Origin
    source: Path | None = None
    own: OwnMetrics = NONE
    """Metrics of its own, as their file declares them."""
    notes: tuple[str, ...] = ()
    """What a user should know of the files it was read from, such as one that hides a shipped one."""

    # --- Making one -----------------------------------------------------------------------------------

    @classmethod
    def load(cls, name_or_path: str | Path) -> Experiment:
        """The experiment with a name, such as `headline` or `mechanisms/F1a`, or in a file. Raises `InputError`."""
        with while_reading(str(name_or_path)):
            document, source = read_experiment(name_or_path)
            return cls._made(document, Origin(source.label, source.path.parent), source)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Experiment:
        """The experiment that a mapping describes; paths in it are relative to the current directory."""
        with while_reading("experiment"):
            return cls._made(document, Origin("experiment"), None)

    @classmethod
    def _made(cls, document: Mapping[str, Any], origin: Origin, source: Source | None) -> Experiment:
        file = parse(document, origin)
        name = file.name or (source.path.stem if source else "experiment")
        unfit = unfit_for_a_path(name)
        if unfit:
            told = f"{unfit}; results are kept in a folder of this name"
            raise InputError(f"{origin.name}: name = {in_words(name)}: {told}")
        bases = _bases(file, origin)
        baseline = _baseline(file, list(bases), origin)
        factors = _factors(file, Binder(bases[baseline], origin.name, origin.locate), origin)
        notes = [source.note] if source and source.note else []
        notes += [note for base in bases.values() for note in base.notes]
        notes += steps_not_reached(bases.values(), file.days)
        experiment = cls(
            file=file,
            name=name,
            bases=bases,
            baseline=baseline,
            replications=file.replications.filled(len(bases), origin.name),
            factors=factors,
            constraints=_constraints(file, factors, origin),
            origin=origin,
            own=_own(file, origin),
            source=source.path if source else None,
            notes=tuple(dict.fromkeys(notes)),
        )
        experiment._check()
        return experiment

    def _check(self) -> None:
        """What must hold between keys, and not only for each of them."""
        origin = self.origin.name
        unfit = designs.problem_of(self.design, self.factors)
        if unfit:
            raise InputError(f"{origin}: {unfit}")
        self._check_size()

        dimensions(self.by, f"{origin}: by")
        known = [*BY_NAME, *self.own.names]
        for factor in self.factors:
            if factor.name.lower() in self.own.names:
                raise InputError(f"{origin}: factors.{factor.name}: {self.own.file} has a metric of that name")
        first_seed(f"{origin}: seed", self.seed, self.replications.max)
        for key, names in (("metrics", self.metrics), ("replications.metric", [self.replications.metric])):
            for name in names:
                if name is not None and name not in known:
                    raise InputError(f"{origin}: {key} = {in_words(name)}: is not a metric{nearest(name, known)}")
        watched = self.replications.metric
        if watched is not None and self.metrics and watched not in self.metrics:
            raise InputError(f"{origin}: replications.metric = {in_words(watched)}: is not among metrics; add it there")
        claimed = [self.file.claim.metric] if self.file.claim else []
        for name in [*claimed, *(finding.metric for finding in self.file.found)]:
            if name not in known:
                raise InputError(f"{origin}: claim or found: {in_words(name)}: is not a metric{nearest(name, known)}")
        for finding in self.file.found:
            if finding.scenario not in self.bases or finding.scenario == self.baseline:
                raise InputError(f"{origin}: found: {in_words(finding.scenario)}: is not compared with the baseline")
        _check_clashes(self.factors, self.file.settings, origin)
        if not self.file.allow_different_windows:
            self._check_windows()
        for label in self.bases if not self.factors else ():
            self.scenario(label, {})
        self._check_table()

    def _check_size(self) -> None:
        """How many points and runs there are, before any list of them is made."""
        points = designs.size(self.design, self.factors)
        runs = points * len(self.bases) * self.replications.min
        shorter = "take fewer values, or a latin-hypercube design"
        for key, number, most, what in (
            ("design", points, MAX_POINTS, f"points; at most {MAX_POINTS:,}: {shorter}"),
            ("design", points * len(self.factors), MAX_POINT_VALUES,
             f"values, points x factors; at most {MAX_POINT_VALUES:,}: {shorter}"),
            ("replications", runs, MAX_RUNS, f"runs, points x scenarios x replications; at most {MAX_RUNS:,}"),
        ):  # fmt: skip
            if number > most:
                shown = f"{number:,}" if number < 10**18 else in_words(number)
                raise InputError(f"{self.origin.name}: {key}: gives {shown} {what}")

    def _check_windows(self) -> None:
        """Scenarios and points must be evaluated on the same days."""
        try:
            check_alike(windows_of(self.bases, self.days))
        except InputError as error:
            raise InputError(f"{self.origin.name}: {error}") from None
        moves = [factor for factor in self.factors if MOVE_THE_WINDOW & set(factor.sets)]
        if moves:
            told = "changes the days that are evaluated, so its points cannot be compared; fix it, or"
            raise InputError(f"{self.origin.name}: factors.{moves[0].name}: {told} {HOW_TO_ALLOW}")

    def _check_table(self) -> None:
        """A table may not name a point twice: it would count twice. What a point leaves as it is has its value too."""
        if not isinstance(self.design, Table):
            return
        held = [{path: value for path, _, value in catalogue.values(base)} for base in self.bases.values()]
        met: dict[str, int] = {}
        for number, point in enumerate(self.points(), start=1):
            values = [[own.get(name) if point[name] is None else point[name] for name in sorted(point)] for own in held]
            first = met.setdefault(json.dumps(_as_floats(values), default=str), number)
            if first != number:
                raise InputError(
                    f"{self.origin.name}: design: point {number} is the same as point {first}; name it once"
                )

    def with_replications(self, number: int) -> Experiment:
        """The same experiment with so many replications, the first ones, in every cell."""
        whole_number("replications", number, 1, MAX_REPLICATIONS)
        fixed = replace(self.replications, min=number, max=number)
        return replace(self, replications=fixed)

    def with_records(self) -> Experiment:
        """The same experiment, keeping records and ledger of its runs."""
        return replace(self, file=self.file.model_copy(update={"records": True}))

    def with_seed(self, seed: int) -> Experiment:
        """The same experiment at the same points, whose replication 0 has another seed."""
        design = self.design
        if getattr(design, "seed", 0) is None:
            design = design.model_copy(update={"seed": self.seed})
        return replace(self, file=self.file.model_copy(update={"seed": seed, "design": design}))

    def with_settings(self, settings: Mapping[str, Any]) -> Experiment:
        """The same experiment with parameters changed in all of its scenarios, by dotted path or section. Raises
        `InputError`, also where a scenario of its own or a factor sets one of them: the change would not reach it."""
        document = self.to_dict()
        document["settings"] = {**document.get("settings", {}), **settings}
        with while_reading(self.origin.name):
            changed = Experiment._made(document, self.origin, None)
        for name, own in self.file.variants.items():
            for path, value in changed.file.settings.items():
                if path in own and self.file.settings.get(path) != value:
                    told = f"is what the scenario {name!r} of this experiment is about; change another"
                    raise InputError(f"{self.origin.name}: {path}: {told}")
        return changed

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The JSON schema of an experiment file, for editors that check while one types."""
        schema = ExperimentFile.model_json_schema()
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

    # --- What the file says ---------------------------------------------------------------------------

    @property
    def label_en(self) -> str:
        """English name."""
        return self.file.label_en

    @property
    def label_zh(self) -> str:
        """Chinese name."""
        return self.file.label_zh

    @property
    def description(self) -> str:
        """What the experiment is for."""
        return self.file.description

    @property
    def claim(self) -> Claim | None:
        """What the article says, and where it should show."""
        return self.file.claim

    @property
    def found(self) -> tuple[Finding, ...]:
        """Published results."""
        return self.file.found

    @property
    def seed(self) -> int:
        """Seed of replication 0; replication r has seed + r in every scenario and at every point."""
        return self.file.seed

    @property
    def scale(self) -> float:
        """Share of the district's communities that is simulated."""
        return self.file.scale

    @property
    def days(self) -> int | None:
        """Days of a run; None takes each scenario's own number."""
        return self.file.days

    @property
    def daily(self) -> bool:
        """Whether daily series are kept."""
        return self.file.daily

    @property
    def records(self) -> bool:
        """Whether records and ledger are kept, so that metrics can be computed later."""
        return self.file.records

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions by whose groups metrics are kept, each once."""
        return tuple(dict.fromkeys(self.file.by))

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics of interest, each once; empty for all."""
        return tuple(dict.fromkeys(self.file.metrics))

    @property
    def design(self) -> Design:
        """Kind of the design and its keys."""
        return self.file.design

    # --- Points and scenarios ---------------------------------------------------------------------------

    def points(self) -> list[Point]:
        """The points of the design that pass all constraints, in its order; one empty point without factors."""
        if not self.factors:
            return [{}]
        return [dict(zip(self._kept.columns, row, strict=True)) for row in _rows(self._kept)]

    @property
    def dropped(self) -> int:
        """How many points of the design the constraints have dropped."""
        return designs.size(self.design, self.factors) - len(self._kept) if self.constraints else 0

    @cached_property
    def _kept(self) -> pd.DataFrame:
        """The points that pass all constraints, under the numbers that they have in the design."""
        table = designs.design(self.design, self.factors, self.seed)
        if not self.constraints:
            return table
        passed = table[[self._passes(dict(zip(table.columns, row, strict=True))) for row in _rows(table)]]
        if passed.empty:
            raise InputError(f"{self.origin.name}: constraints: none of {len(table):,} points passes them")
        return passed

    def _passes(self, point: Point) -> bool:
        values = {name: self._unmoved[name] if value is None else value for name, value in point.items()}
        return all(constraint.holds(values) for constraint in self.constraints)

    @cached_property
    def _unmoved(self) -> dict[str, Any]:
        """What constraints take a factor for that a point leaves as it is: the baseline's value, 0 for a package."""
        held = {path: value for path, _, value in catalogue.values(self.bases[self.baseline])}
        return {factor.name: held.get(factor.name, 0.0) for factor in self.factors}

    def unit_points(self) -> pd.DataFrame:
        """The points as places between 0 (a factor's lowest value) and 1 (its highest), row by row like `points()`.

        They are the inputs that SALib's analyses of a morris or sobol design need. ValueError for a table.
        """
        places = designs.unit_design(self.design, self.factors, self.seed)
        return places.loc[self._kept.index].reset_index(drop=True)

    def settings_of(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """What a point sets, by dotted path of the parameter."""
        settings: dict[str, Any] = {}
        for factor in self.factors:
            settings |= factor.settings(point.get(factor.name))
        return settings

    def scenario(self, label: str, point: Mapping[str, Any]) -> Scenario:
        """The scenario called `label` at a point. Raises `InputError` if its parameters do not go together."""
        settings = self.settings_of(point)
        try:
            scenario = self.bases[label].with_(settings, origin="design") if settings else self.bases[label]
            check_reach(scenario, self.days, self.scale)
            return scenario
        except InputError as error:
            shown = listed(f"{name} = {in_words(value)}" for name, value in point.items())
            raise InputError(f"{self.origin.name}: scenario {label!r} at {shown}: {error}") from None

    def windows(self) -> dict[str, list[Window]]:
        """By label, the evaluation window at each point; one for all of them where no factor changes it."""
        if not any(MOVE_THE_WINDOW & set(factor.sets) for factor in self.factors):
            return {label: [window] for label, window in windows_of(self.bases, self.days).items()}
        moved = [self._run_settings(point) for point in self.points()]
        return {label: [_window(base, one, self.days) for one in moved] for label, base in self.bases.items()}

    def _run_settings(self, point: Point) -> dict[str, Any]:
        """What a point sets of that which decides the window, by name: no scenario is made for it."""
        settings = self.settings_of(point)
        return {path.removeprefix("run."): settings[path] for path in MOVE_THE_WINDOW & set(settings)}

    def check_points(self) -> None:
        """Make every scenario at every point once. Raises `InputError` at the first wrong one."""
        for point in self.points():
            for label in self.bases:
                self.scenario(label, point)

    def problem(self) -> dict[str, Any]:
        """The factors as SALib wants them: num_vars, names, bounds, dists. SALib changes it: made anew each time."""
        bounds, dists = zip(*(factor.salib() for factor in self.factors), strict=True) if self.factors else ((), ())
        names = [factor.name for factor in self.factors]
        return {"num_vars": len(names), "names": names, "bounds": list(bounds), "dists": list(dists)}

    # --- Keeping it -------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """The file's content as plain data, from which `from_dict` makes an equal experiment anywhere here.

        Points from a .csv file are written out, and paths are absolute.
        """
        document = self.file.model_dump(mode="json", exclude_none=True) | {"name": self.name}
        document["found"] = [finding.model_dump(mode="json") for finding in self.found]
        document["scenarios"] = [self._absolute(name) for name in self.file.scenarios]
        if self.file.district is not None:
            document["district"] = self._absolute(self.file.district)
        for factor in document["factors"].values():
            if "overlay" in factor:
                factor["overlay"] = self._absolute(factor["overlay"])
        return document

    def _absolute(self, name: str) -> str:
        located = Path(self.origin.locate(name))
        return str(located.resolve()) if not is_bare(name) and located.is_file() else name

    def digest(self) -> str:
        """SHA-256 over everything that decides which runs are made and what comes out of them.

        Names, labels, description, the order of scenarios and factors, and what is kept of the runs are left out.
        """
        watched = None if self.replications.fixed or self.replications.of == "mean" else self.baseline
        content = {
            "scenarios": sorted(scenario.digest() for scenario in self.bases.values()),
            "baseline": self.bases[watched].digest() if watched else None,
            "seed": self.seed,
            "days": self.days,
            "scale": self.scale,
            "replications": asdict(self.replications) if not self.replications.fixed else self.replications.min,
            "design": {"seed": self.seed} | self.design.model_dump(mode="json", exclude_none=True),
            "factors": [factor.content() for factor in self.factors],
            "constraints": sorted({constraint.text for constraint in self.constraints}),
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        """Equal in all that they say, wherever they came from."""
        return isinstance(other, Experiment) and (self.to_dict(), self.digest()) == (other.to_dict(), other.digest())

    def __hash__(self) -> int:
        return hash(self.digest())


def _as_floats(value: Any) -> Any:
    """A value whose whole numbers are floats, lists included, so that 1 and 1.0 are written alike."""
    if isinstance(value, list | tuple):
        return [_as_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _window(base: Scenario, run_settings: Mapping[str, Any], days: int | None) -> Window:
    """The window of `base` where what its run is like has been changed."""
    run = base.run.model_copy(update=run_settings)
    return Window.of(base.model_copy(update={"run": run}), days)


def _rows(table: pd.DataFrame) -> list[list[Any]]:
    """The rows of a table of plain Python objects."""
    return table.to_numpy(dtype=object).tolist()


# --- From the file to its parts -------------------------------------------------------------------------


def _bases(file: ExperimentFile, origin: Origin) -> dict[str, Scenario]:
    """The scenarios by name, on the experiment's district and with its settings."""
    district = None if file.district is None else origin.locate(file.district)
    bases: dict[str, Scenario] = {}
    names: dict[str, str] = {}
    for name in file.scenarios:
        try:
            scenario = Scenario.load(origin.locate(name), district=district)
        except InputError as error:
            raise InputError(f"{origin.name}: scenarios: {error}") from None
        if scenario.name in bases:
            earlier = next(other for other in names if names[other] == scenario.name)
            told = f"{earlier} and {name} both have the name {scenario.name!r}; give one another name"
            raise InputError(f"{origin.name}: scenarios: {told}")
        names[name] = scenario.name
        bases[scenario.name] = scenario.with_(file.settings, f"{origin.name}: settings") if file.settings else scenario
    first = next(iter(bases.values()))
    for name, settings in file.variants.items():
        if name in bases:
            raise InputError(f"{origin.name}: variants.{name}: a scenario of that name is there already")
        try:
            bases[name] = first.with_({**settings, "name": name}, f"{origin.name}: variants.{name}")
        except InputError as error:
            raise InputError(f"{origin.name}: variants.{name}: {error}") from None
    return bases


def _own(file: ExperimentFile, origin: Origin) -> OwnMetrics:
    """What the file of metrics declares that lies beside the experiment. Nothing of it is run."""
    name = file.metrics_file
    if name is None:
        return NONE
    if Path(name).name != name or not name.endswith(".py"):
        told = "must be the name of a .py file that lies beside the experiment, such as metrics.py"
        raise InputError(f"{origin.name}: metrics_file = {in_words(name)}: {told}")
    return read_own_metrics((origin.folder or Path()) / name, name)


def _baseline(file: ExperimentFile, labels: list[str], origin: Origin) -> str:
    if file.baseline is None:
        return labels[0]
    if file.baseline not in labels:
        none = f"is none of the scenarios {listed(labels)}{nearest(file.baseline, labels)}"
        raise InputError(f"{origin.name}: baseline = {in_words(file.baseline)}: {none}")
    return file.baseline


def _factors(file: ExperimentFile, binder: Binder, origin: Origin) -> tuple[Factor, ...]:
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


def _constraints(file: ExperimentFile, factors: tuple[Factor, ...], origin: Origin) -> tuple[Constraint, ...]:
    if file.constraints and isinstance(file.design, BALANCED):
        kind = file.design.kind
        broken = f'a design of kind "{kind}" would lose its balance if points were dropped'
        raise InputError(f"{origin.name}: constraints: {broken}; take latin-hypercube, full or one-at-a-time")
    names = [factor.name for factor in factors]
    return tuple(read_constraint(text, names, origin.name) for text in file.constraints)


def _check_clashes(factors: tuple[Factor, ...], settings: Mapping[str, Any], origin: str) -> None:
    """No parameter may be set twice."""
    owners = {path: "settings" for path in settings}
    for factor in factors:
        for path in factor.sets:
            if path in owners:
                raise InputError(f"{origin}: factors.{factor.name}: sets {path}, which {owners[path]} sets as well")
            owners[path] = f"factors.{factor.name}"
