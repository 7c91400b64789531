"""All kinds of hostile input, by name."""

from __future__ import annotations

from types import ModuleType

from soak.hostile import addresses, command_lines, districts, experiments, exports, lessons, messages, scenarios
from soak.hostile.case import Case, randomness
from soak.hostile.regressions import FOUND

KINDS: dict[str, ModuleType] = {
    "scenario": scenarios,
    "district": districts,
    "experiment": experiments,
    "lesson": lessons,
    "command": command_lines,
    "address": addresses,
    "message": messages,
    "export": exports,
}


def case_of(kind: str, number: int) -> Case:
    """The case with this number, the same on every machine; below zero, what was found before."""
    if number < 0:
        return FOUND[kind][-number - 1]
    case: Case = KINDS[kind].generate(randomness(kind, number))
    return case
