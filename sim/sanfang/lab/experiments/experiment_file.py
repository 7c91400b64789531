"""What an experiment file may say: its keys, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from sanfang.lab.experiments.designs import Full, GivenDesign
from sanfang.lab.experiments.factor_spec import GivenFactor
from sanfang.scenario.declare import Description, Label, Section
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import (
    MAX_CONSTRAINTS,
    MAX_DAYS,
    MAX_FACTORS,
    MAX_POINTS,
    MAX_REPLICATIONS,
    MAX_SCENARIOS,
    MAX_SEED,
)

USUAL_REPLICATIONS = 20

Findings = Annotated[tuple["Finding", ...], Strict(False)]
Words = Annotated[tuple[str, ...], Strict(False)]


@dataclass(frozen=True)
class Replications:
    """How often each scenario runs at each point. See `ReplicationRule` for the fields; no default is left open."""

    min: int
    max: int
    step: int
    metric: str | None
    half_width: float | None
    relative: float | None
    of: str

    @property
    def fixed(self) -> bool:
        """Whether the number is known beforehand, and no interval decides it."""
        return self.min == self.max


class ReplicationRule(Section):
    """How often each scenario runs at each point: from `min` to `max` times, until an interval is narrow enough."""

    min: int = Field(ge=1, le=MAX_REPLICATIONS, description="Replications that are always made")
    max: int = Field(ge=1, le=MAX_REPLICATIONS, description="Replications that are never exceeded")
    step: int | None = Field(
        None, ge=1, le=MAX_REPLICATIONS, description="How many to add at a time; default a tenth of min, at least 1"
    )
    metric: str | None = Field(None, description="The metric whose 95 % interval is watched")
    half_width: float | None = Field(None, gt=0, description="Half of the interval's width, in the metric's unit")
    relative: float | None = Field(None, gt=0, description="The same as a share of the mean (the baseline's)")
    of: Literal["mean", "difference"] | None = Field(
        None, description="Interval of each scenario's mean, or of its paired difference to the baseline"
    )

    @model_validator(mode="after")
    def _fits(self) -> ReplicationRule:
        if self.min > self.max:
            raise _wrong(f"min = {self.min} must not be above max = {self.max}")
        if self.min == self.max:
            return self
        if self.min < 2:
            raise _wrong("min must be at least 2, since one replication has no interval")
        if self.metric is None:
            raise _wrong("metric is missing: the one whose interval decides between min and max")
        if (self.half_width is None) == (self.relative is None):
            raise _wrong("needs half_width or relative, and not both: how narrow the interval must be")
        return self

    def filled(self, scenarios: int, origin: str) -> Replications:
        """The rule with its defaults, for an experiment with so many scenarios. Raises `InputError`."""
        of = self.of or ("difference" if scenarios > 1 else "mean")
        if of == "difference" and scenarios == 1:
            raise InputError(f'{origin}: replications.of = "difference": needs at least two scenarios')
        step = self.step or max(1, round(self.min / 10))
        return Replications(self.min, self.max, step, self.metric, self.half_width, self.relative, of)


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("experiment", "{message}", {"message": message})


def _rule(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return {"min": value, "max": value} if whole else value


GivenReplications = Annotated[
    ReplicationRule, BeforeValidator(_rule, json_schema_input_type=ReplicationRule | Annotated[int, Field(ge=1)])
]


class Claim(Section):
    """What an experiment puts to the test: a row of the article's list, and where it should show."""

    id: str = Field("", description="Row of the article's list, such as F2a")
    says: str = Field(description="What the article says, in one sentence")
    says_zh: str = Field("", description="The same in Chinese")
    metric: str = Field(description="Its signature: the metric that shows it")
    because: str = Field(description="Why this metric shows it")
    because_zh: str = Field("", description="The same in Chinese")
    expected: Literal["higher", "lower"] = Field(description="Direction of the difference that the article expects")
    comment: str = Field("", description="What to make of the finding")
    comment_zh: str = Field("", description="The same in Chinese")


class Finding(Section):
    """A published result: a paired difference to the baseline, with its 95 % t interval."""

    scenario: str = Field(description="Scenario")
    point: int = Field(0, ge=0, le=MAX_POINTS, description="Point of the design")
    metric: str = Field(description="Metric")
    difference: float = Field(description="Mean difference to the baseline, in the metric's unit")
    low: float = Field(description="Lower end of the interval")
    high: float = Field(description="Upper end of the interval")
    replications: int = Field(ge=2, le=MAX_REPLICATIONS, description="Pairs of runs")


class Published(Section):
    """What published results were made on: where all of it is the same, the same bits come out."""

    system: str = Field(description="Operating system")
    processor: str = Field(description="Kind of processor")
    libraries: dict[str, str] = Field(description="Versions of the libraries that calculate")


class ExperimentFile(Section):
    """An experiment: scenarios, what is varied in them, how often each is run, and what is kept."""

    name: Label = Field("", description="Name, also of the folder of results; default the file's")
    label_en: Label = Field("", description="English name")
    label_zh: Label = Field("", description="Chinese name")
    description: Description = Field("", description="What this experiment is for")
    description_zh: Description = Field("", description="The same in Chinese")
    scenarios: Words = Field(
        min_length=1, max_length=MAX_SCENARIOS, description="Scenarios: bare names, or paths relative to this file"
    )
    variants: dict[str, dict[str, Any]] = Field(
        {},
        max_length=MAX_SCENARIOS,
        description="More scenarios, by name: the first of `scenarios` with these settings by dotted path",
    )
    baseline: str | None = Field(None, description="Name of the one that others are compared with; default the first")
    district: str | None = Field(None, description="District: a bare name, or a path relative to this file")
    days: int | None = Field(None, ge=1, le=MAX_DAYS, description="Days of a run; default each scenario's own")
    scale: float = Field(1.0, gt=0, le=1, description="Share of the district's communities")
    replicate: Literal["map", "residents", "troubles"] | None = Field(
        None, description="What each replication draws anew, see `run.replicate`; default each scenario's own"
    )
    seed: int = Field(
        1,
        ge=0,
        le=MAX_SEED,
        description="Seed of replication 0; replication r has seed + r everywhere, so seeds near by share runs",
    )
    metrics: Words = Field((), description="Metrics of interest; default all")
    metrics_file: str | None = Field(
        None, max_length=120, description="File of metrics of one's own, beside this file, such as metrics.py"
    )
    daily: bool = Field(False, description="Whether daily series are kept")
    records: bool = Field(False, description="Whether records and ledger are kept, for metrics that come later")
    by: Words = Field(
        (), description="Dimensions by whose groups metrics are kept: age, vulnerable, community, domain, kind, channel"
    )
    settings: dict[str, Any] = Field({}, description="Parameters by dotted path, the same in all runs")
    replications: GivenReplications = Field(
        USUAL_REPLICATIONS, validate_default=True, description="How often each cell is run"
    )
    design: GivenDesign = Field(Full(), description="At which values of the factors to run")
    factors: dict[str, GivenFactor] = Field(
        {}, max_length=MAX_FACTORS, description="What is varied: a parameter, or several together"
    )
    constraints: Words = Field(
        (), max_length=MAX_CONSTRAINTS, description="Comparisons of factors that every point must pass"
    )
    allow_different_windows: bool = Field(
        False, description="Whether scenarios or points with different evaluation windows may be compared"
    )
    claim: Claim | None = Field(None, description="What the article says, and where it should show")
    published: Published | None = Field(None, description="What the published results were made on")
    found: Findings = Field((), description="Published results, which `sanfang reproduce` makes again")
