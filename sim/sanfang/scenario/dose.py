"""A policy at part of its dose: `three-devolutions@0.5` has every lever half way from its present to its full level.

The article names measures and no doses; so how much of each is a question, not a given.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import shortened

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

MARK = "@"


def parted(name: str | Path) -> tuple[str | Path, float | None]:
    """A scenario's name or path, and the dose behind its last `@`; None where there is none. Raises `InputError`."""
    text = str(name)
    before, mark, dose = text.rpartition(MARK)
    if not mark or not before or os.path.isfile(text):  # false for a name that no system has
        return name, None
    try:
        share = float(dose)
    except ValueError:
        return name, None
    if not (math.isfinite(share) and 0.0 <= share <= 1.0):
        raise InputError(f"{shortened(text)}: a dose is a number from 0 to 1, not {shortened(dose)}")
    return before, share


def at_dose(scenario: Scenario, dose: float, kept: str) -> Scenario:
    """The scenario with each lever so far on its way from the district's present level; those that come from `kept`
    (see `Scenario.origin`) stay as they are. Raises `InputError` for a list of domains, which has no half."""
    changes: dict[str, Any] = {
        "name": f"{scenario.name}{MARK}{dose:g}",
        "label_en": f"{scenario.label_en or scenario.name}, dose {dose:g}",
        "label_zh": f"{scenario.label_zh or scenario.name}，剂量 {dose:g}",
    }
    tables = {"policy": vars(scenario.policy)}
    tables |= {f"policy_by_community.{name}": own for name, own in scenario.policy_by_community.items()}
    for table, levers in tables.items():
        for lever, value in levers.items():
            path = f"{table}.{lever}"
            if scenario.origin(path) != kept:
                changes[path] = _between(path, scenario.present.get(lever, 0.0), value, dose)
    return scenario.with_(changes, f"dose {dose:g}")


def _between(path: str, present: Any, full: Any, dose: float) -> Any:
    """A level, or the levels of a schedule, at `dose`."""
    if dose == 1.0:
        return full
    if _is_list_of_domains(full) or _is_list_of_domains(present):
        if full == present:
            return full
        raise InputError(f"{path}: is a list of domains, which has no dose; give a share")
    if isinstance(full, tuple):
        return tuple((day, present + dose * (level - present)) for day, level in full)
    return present + dose * (full - present)


def _is_list_of_domains(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], str)
