"""Pydantic's errors as one message to the user: file, key, value, what is allowed, nearest known key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sanfang.scenario.catalogue import ANY, find, known_at, parameters
from sanfang.scenario.checks import INCONSISTENT
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import in_words, listed

TOLD_AS_DECLARED = {"number", "whole number", "choice"}
NO_TEXT = {"string_type", "string_unicode"}
NOT_A_TABLE = {"model_type", "model_attributes_type", "dict_type"}


def input_error(error: ValidationError, document: Mapping[str, Any], origins: Mapping[str, str]) -> InputError:
    """The first problem in words, and how many more there are. `origins` tells the file of each dotted path."""
    problems = error.errors(include_url=False)
    first = problems[0]
    path = str(first.get("ctx", {}).get("path") or ".".join(str(part) for part in first["loc"]))
    more = len(problems) - 1
    rest = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
    return InputError(f"{_origin(path, origins)}{_shown(path, document)}: {_complaint(path, first)}{rest}")


def _complaint(path: str, problem: ErrorDetails) -> str:
    if problem["type"] == "extra_forbidden":
        return _unknown_key(path)
    if problem["type"] in NOT_A_TABLE:
        keys = known_at(path)
        return f"must be a table of keys{' such as ' + ', '.join(keys[:3]) if keys else ''}"
    parameter = None if problem["type"] == INCONSISTENT else find(path)
    if parameter and (parameter.kind in TOLD_AS_DECLARED or problem["type"] in NO_TEXT):
        hint = nearest(in_words(problem["input"]).strip('"'), parameter.choices)
        return f"must be {parameter.allowed}{hint}"
    return problem["msg"]


def _unknown_key(path: str) -> str:
    section, _, key = path.rpartition(".")
    siblings = known_at(section)
    hint = nearest(key, siblings) or _elsewhere(key)
    known = "" if hint or len(siblings) > 40 else f"; known here: {listed(siblings)}"
    return f"unknown key{hint}{known}"


def _elsewhere(key: str) -> str:
    """A hint for a key that stands in the wrong section."""
    paths = {parameter.name: parameter.path for parameter in reversed(list(parameters())) if ANY not in parameter.path}
    return f"; did you mean {paths[key]!r}?" if key in paths else ""


def _shown(path: str, document: Mapping[str, Any]) -> str:
    value: Any = document
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return path
        value = value[part]
    return path if isinstance(value, Mapping) and value else f"{path} = {in_words(value)}"


def _origin(path: str, origins: Mapping[str, str]) -> str:
    """The file of the value itself, of what lies below it, or of the nearest thing above."""
    below = [origin for known, origin in origins.items() if known == path or known.startswith(f"{path}.")]
    while path and not below:
        path = path.rpartition(".")[0]
        below = [origin for known, origin in origins.items() if path and known.startswith(f"{path}.")]
    return f"{below[-1]}: " if below else ""
