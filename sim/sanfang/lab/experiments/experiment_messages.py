"""What a user is told of a wrong key or value of an experiment file: pydantic's errors in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sanfang.lab.experiments.designs import KINDS
from sanfang.lab.experiments.experiment_file import Claim, ExperimentFile, Finding, Published, ReplicationRule
from sanfang.lab.experiments.factor_spec import FactorSpec
from sanfang.scenario.declare import Section
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import in_words, listed

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


def input_error_of(error: ValidationError, origin: str) -> InputError:
    """The first problem in words, and how many more there are."""
    problems = error.errors(include_url=False)
    first, more = problems[0], len(problems) - 1
    loc = [str(part) for part in first["loc"]]
    shown = [part for level, part in enumerate(loc) if not (level == 1 and loc[0] == "design")]  # the kind, put in
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
