"""What an experiment file may say: its keys, declared once, and what a user is told about wrong ones."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from sanfang.lab.experiments.designs import KINDS, Full, GivenDesign
from sanfang.lab.experiments.factors import FactorSpec, GivenFactor
from sanfang.scenario.catalogue import find, known_at
from sanfang.scenario.content import Source, find_experiment, is_bare
from sanfang.scenario.declare import Description, Label, Section
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.files import read_text
from sanfang.scenario.limits import (
    MAX_CONSTRAINTS,
    MAX_DAYS,
    MAX_FACTORS,
    MAX_POINT_VALUES,
    MAX_POINTS,
    MAX_REPLICATIONS,
    MAX_SCENARIOS,
    MAX_SEED,
)
from sanfang.scenario.telling import in_words, listed, shortened
from sanfang.scenario.toml import check_size, read_toml

USUAL_REPLICATIONS = 20

MAX_TABLE_BYTES = 20_000_000
"""Of a table of points: a hundred thousand points with ten factors fit."""

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
    metric: str = Field(description="Its signature: the metric that shows it")
    because: str = Field(description="Why this metric shows it")
    expected: Literal["higher", "lower"] = Field(description="Direction of the difference that the article expects")
    comment: str = Field("", description="What to make of the finding")


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


@dataclass(frozen=True)
class Origin:
    """Where an experiment comes from: the name in messages, and the folder that its paths are relative to."""

    origin: str
    folder: Path | None = None

    def locate(self, name: str) -> str:
        """The path of a file that the experiment names, if it lies beside it; else the name as it is."""
        beside = self.folder / name if self.folder and not is_bare(name) else None
        return str(beside) if beside and beside.is_file() else name


def read_experiment(name: str | Path) -> tuple[dict[str, Any], Source]:
    """The document in an experiment file, and the file. Raises `InputError`."""
    source = find_experiment(name)
    return read_toml(source), source


def parse(document: Mapping[str, Any], place: Origin) -> ExperimentFile:
    """The experiment in a document, with its files found and its dotted keys joined. Raises `InputError`."""
    if not isinstance(document, Mapping):
        raise InputError(f"{place.origin}: must be a mapping of keys, not {type(document).__name__}")
    joined = dict(document)
    design = joined.get("design")
    if isinstance(design, Mapping) and design.get("points") is not None:  # a table has limits of its own
        check_size({**joined, "design": {**design, "points": None}}, place.origin)
        _check_points(design["points"], f"{place.origin}: design.points")
    else:
        check_size(joined, place.origin)
    if isinstance(joined.get("variants"), Mapping):
        joined["variants"] = {
            name: _joined(settings) if isinstance(settings, Mapping) else settings
            for name, settings in joined["variants"].items()
        }
    for table in ("settings", "factors"):
        if isinstance(joined.get(table), Mapping):
            joined[table] = _joined(joined[table])
            for key in joined[table]:
                if key in ExperimentFile.model_fields:
                    raise InputError(f"{place.origin}: {table}.{key}: {MISPLACED}")
    if isinstance(design, Mapping) and isinstance(design.get("file"), str) and "points" not in design:
        rows = read_points((place.folder or Path()) / design["file"], place)
        joined["design"] = {key: value for key, value in design.items() if key != "file"} | {"points": rows}
    try:
        return ExperimentFile.model_validate(joined)
    except ValidationError as error:
        raise _told(error, place.origin) from None


def _joined(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Tables of sections, as unquoted keys such as `policy.authority = 1` make them, as dotted paths."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        path = f"{above}{key}"
        section = isinstance(value, Mapping) and find(path) is None and (above or known_at(path))
        found |= _joined(value, f"{path}.") if section else {path: value}
    return found


def read_points(path: Path, place: Origin) -> list[dict[str, Any]]:
    """The points in a .csv file: a row of factor names, then one row a point; an empty cell leaves the factor as it
    is. Cells are numbers, words, or lists as JSON writes them. Raises `InputError`."""
    where = f"{place.origin}: design.file: {shortened(path.name)}"
    lines = io.StringIO(read_text(path, where, MAX_TABLE_BYTES), newline="")
    try:
        header, *rows = [row for row in csv.reader(lines) if any(cell.strip() for cell in row)] or [[]]
    except csv.Error as error:
        raise InputError(f"{where}: is not a table of comma-separated values: {error}") from None
    names = [name.strip() for name in header]
    if not rows or not all(names) or len(set(names)) < len(names):
        raise InputError(f"{where}: needs a first line of different factor names, and a line for each point")
    _check_shape(len(rows), len(names), where)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise InputError(f"{where}: point {number} has {len(row)} values, not {len(names)}")
    points = [{name: _cell(cell) for name, cell in zip(names, row, strict=True) if cell.strip()} for row in rows]
    _check_points(points, where)
    return points


def _check_points(points: Any, where: str) -> None:
    """The size of a table of points: in all, and each of its values."""
    rows = points if isinstance(points, list | tuple) else []
    _check_shape(len(rows), max((len(row) for row in rows if isinstance(row, Mapping)), default=0), where)
    for row in rows:
        check_size(row, where)


def _check_shape(points: int, factors: int, where: str) -> None:
    if points > MAX_POINTS or points * factors > MAX_POINT_VALUES:
        most = f"at most {MAX_POINTS:,}, and {MAX_POINT_VALUES:,} values"
        raise InputError(f"{where}: has {points:,} points of {factors:,} factors; {most} are read")


def _cell(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()


# --- What a user is told --------------------------------------------------------------------------------

LIMITS = {
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "missing": "is missing",
    "too_short": "must not be empty",
    "too_long": "has {actual_length} entries; at most {max_length} are possible",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a table of keys",
    "model_type": "must be a table of keys",
    "model_attributes_type": "must be a table of keys",
}

MISPLACED = "belongs to the experiment itself: write it above the first [table] of the file"
SECTIONS: dict[str, type[Section]] = {
    "replications": ReplicationRule,
    "factors": FactorSpec,
    "claim": Claim,
    "published": Published,
    "found": Finding,
}


def _told(error: ValidationError, origin: str) -> InputError:
    """The first problem in words, and how many more there are."""
    problems = error.errors(include_url=False)
    first, more = problems[0], len(problems) - 1
    loc = [str(part) for part in first["loc"]]
    shown = [part for place, part in enumerate(loc) if not (place == 1 and loc[0] == "design")]  # the kind, put in
    if first["type"].startswith("union_tag"):
        shown.append("kind")
        first["input"] = first["input"].get("kind") if isinstance(first["input"], dict) else first["input"]
    value = first["input"]
    short = not isinstance(value, Mapping | list | tuple) and first["type"] != "missing"
    path = f"{'.'.join(shown)} = {in_words(value)}" if short else ".".join(shown)
    rest = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
    return InputError(f"{origin}: {path}: {_complaint(first, loc)}{rest}")


def _complaint(problem: ErrorDetails, loc: list[str]) -> str:
    if problem["type"] == "extra_forbidden":
        return _unknown_key(loc)
    context = {key: _unquoted(value) for key, value in problem.get("ctx", {}).items()} | {"message": problem["msg"]}
    choices = str(context.get("expected") or context.get("expected_tags") or "").split(", ")
    return LIMITS.get(problem["type"], "{message}").format_map(context) + nearest(str(problem["input"]), choices)


def _unquoted(value: Any) -> Any:
    """Choices as words with commas between: pydantic puts them in quotes and an `or` before the last."""
    return value.replace("'", "").replace(" or ", ", ") if isinstance(value, str) else value


def _unknown_key(loc: list[str]) -> str:
    *above, key = loc
    section: type[Section] = ExperimentFile
    if above:
        section = SECTIONS[above[0]] if above[0] in SECTIONS else KINDS[above[1]]
    users = [kind for kind, design in KINDS.items() if key in design.model_fields]
    known = list(section.model_fields)
    if above and key in ExperimentFile.model_fields:
        return MISPLACED
    if above and above[0] == "design" and users:
        return f'is not used by a design of kind "{above[1]}", which takes {", ".join(known)}'
    return f"unknown key{nearest(key, known) or '; known here: ' + listed(known)}"
