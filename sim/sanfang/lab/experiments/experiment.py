"""An experiment: which scenarios run, at which points, how often, and with what seeds. Frozen, like a scenario.

The file's keys are declared in `experiment_file` and become scenarios and factors in `experiment_parts`. What must hold
between them is in `experiment_checks`, which points there are in `experiment_points`, and which days are evaluated in
`experiment_windows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanfang.lab.conditions import notes_on_points
from sanfang.lab.experiments import designs, experiment_windows
from sanfang.lab.experiments.constraints import Constraint
from sanfang.lab.experiments.designs import Design
from sanfang.lab.experiments.experiment_checks import check_experiment
from sanfang.lab.experiments.experiment_document import digest_of, document_of
from sanfang.lab.experiments.experiment_file import Claim, ExperimentFile, Finding, Replications
from sanfang.lab.experiments.experiment_parts import baseline_of, bases_of, constraints_of, factors_of, own_metrics_of
from sanfang.lab.experiments.experiment_points import Point, as_points, passing
from sanfang.lab.experiments.experiment_reading import Origin, parse, read_experiment
from sanfang.lab.experiments.factor_binding import Binder
from sanfang.lab.experiments.factors import Factor
from sanfang.lab.experiments.own_metrics import NONE, OwnMetrics
from sanfang.run.reach import check_reach, notes_on_runs
from sanfang.scenario.content import Source
from sanfang.scenario.errors import InputError, while_reading
from sanfang.scenario.files import unfit_for_a_path
from sanfang.scenario.limits import MAX_REPLICATIONS, whole_number
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words, listed
from sanfang.scenario.window import Window

if TYPE_CHECKING:
    import pandas as pd


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
            problem = f"{unfit}; results are kept in a folder of this name"
            raise InputError(f"{origin.name}: name = {in_words(name)}: {problem}")
        bases = bases_of(file, origin)
        baseline = baseline_of(file, list(bases), origin)
        factors = factors_of(file, Binder(bases[baseline], origin.name, origin.locate), origin)
        notes = [source.note] if source and source.note else []
        notes += [note for base in bases.values() for note in base.notes]
        notes += _on_conditions(bases, baseline, factors)
        notes += notes_on_runs(bases.values(), file.days)
        experiment = cls(
            file=file,
            name=name,
            bases=bases,
            baseline=baseline,
            replications=file.replications.filled(len(bases), origin.name),
            factors=factors,
            constraints=constraints_of(file, factors, origin),
            origin=origin,
            own=own_metrics_of(file, origin),
            source=source.path if source else None,
            notes=tuple(dict.fromkeys(notes)),
        )
        check_experiment(experiment)
        return experiment

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

    def with_scale(self, scale: float) -> Experiment:
        """The same experiment on another share of the district. Raises `InputError`."""
        with while_reading(self.origin.name):
            return Experiment._made({**self.to_dict(), "scale": scale}, self.origin, None)

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
                    problem = f"is what the scenario {name!r} of this experiment is about; change another"
                    raise InputError(f"{self.origin.name}: {path}: {problem}")
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
    def on_conditions(self) -> list[str]:
        """What its differences show where its scenarios, or its points, have different conditions."""
        return _on_conditions(self.bases, self.baseline, self.factors)

    @property
    def design(self) -> Design:
        """Kind of the design and its keys."""
        return self.file.design

    # --- Points and scenarios ---------------------------------------------------------------------------

    def points(self) -> list[Point]:
        """The points of the design that pass all constraints, in its order; one empty point without factors."""
        if not self.factors:
            return [{}]
        return as_points(self._kept)

    @property
    def dropped(self) -> int:
        """How many points of the design the constraints have dropped."""
        return designs.size(self.design, self.factors) - len(self._kept) if self.constraints else 0

    @cached_property
    def _kept(self) -> pd.DataFrame:
        """The points that pass all constraints, under the numbers that they have in the design."""
        return passing(self)

    def unit_points(self) -> pd.DataFrame:
        """The points as positions between 0 (a factor's lowest value) and 1 (its highest), row by row like `points()`.

        They are the inputs that SALib's analyses of a morris or sobol design need. ValueError for a table.
        """
        positions = designs.unit_design(self.design, self.factors, self.seed)
        return positions.loc[self._kept.index].reset_index(drop=True)

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
        return experiment_windows.windows(self)

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
        return document_of(self)

    def digest(self) -> str:
        """SHA-256 over everything that decides which runs are made and what comes out of them.

        Names, labels, description, the order of scenarios and factors, and what is kept of the runs are left out.
        """
        return digest_of(self)

    def __eq__(self, other: object) -> bool:
        """Equal in all that they say, wherever they came from."""
        return isinstance(other, Experiment) and (self.to_dict(), self.digest()) == (other.to_dict(), other.digest())

    def __hash__(self) -> int:
        return hash(self.digest())


def _on_conditions(bases: Mapping[str, Scenario], baseline: str, factors: tuple[Factor, ...]) -> list[str]:
    return list(notes_on_points(bases, baseline, [path for factor in factors for path in factor.sets]))
