"""A policy at part of its dose: `three-devolutions@0.5` has every lever half way from its present to its full level.

The article names measures and no doses; so how much of each is a question, not a given.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, cast

from sanfang.scenario.declare import Schedule
from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import shortened

MARK = "@"

LeverValue = float | Schedule | tuple[str, ...]

_DECIMAL = re.compile(r"([0-9]*)(?:\.([0-9]+))?")


def parted(name: str | Path) -> tuple[str | Path, str]:
    """A scenario's name or path, and the dose behind its last `@`, without digits that say nothing: 0.50 is 0.5.

    The dose is empty where there is none. Raises `InputError` for a number that is no plain decimal from 0 to 1.
    """
    text = str(name)
    before, mark, dose = text.rpartition(MARK)
    if not mark or not before or not dose or os.path.isfile(text):  # false for a name that no system has
        return name, ""
    decimal = _DECIMAL.fullmatch(dose)
    if decimal is None:
        if not _looks_like_a_number(dose):
            return name, ""
    else:
        whole, part = decimal[1].lstrip("0") or "0", (decimal[2] or "").rstrip("0")
        if whole == "0" or (whole == "1" and not part):
            return before, f"{whole}.{part}" if part else whole
    rule = "a dose is a number from 0 to 1 in plain digits, such as 0.25"
    raise InputError(f"{shortened(text)}: {rule}, not {shortened(dose)}")


def _looks_like_a_number(text: str) -> bool:
    """Whether it was meant as one: signs, exponents, blanks and digits of other scripts are understood, and refused."""
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def at_dose(path: str, present: LeverValue, full: LeverValue, dose: float) -> LeverValue:
    """A level, or the levels of a schedule, so far on the way from the present level of the lever at `path`.

    Raises `InputError` for a list of domains, which has no half.
    """
    if dose == 1.0 or full == present:
        return full
    if dose == 0.0:
        return present
    if _is_list_of_domains(full) or _is_list_of_domains(present):
        raise InputError(f"{path}: is a list of domains, which has no dose; give a share")
    if isinstance(full, tuple):
        steps = cast(Schedule, full)
        return tuple((day, _between(present, level, dose)) for day, level in steps)
    return _between(present, full, dose)


def _between(present: Any, full: Any, dose: float) -> float:
    return float(present + dose * (full - present))


def from_day_0(path: str, present: LeverValue, full: LeverValue) -> LeverValue:
    """A lever's level on all days: before the first step of its schedule it is where it is at present.

    Raises `InputError` where that is a list of domains, which no schedule has.
    """
    if not isinstance(full, tuple) or isinstance(full[0], str) or full[0][0] == 0 or present == 0.0:
        return full
    if isinstance(present, tuple):
        level = "at present it is a list of domains, which a schedule cannot have; give its level on day 0"
        raise InputError(f"{path}: its schedule begins on day {full[0][0]}: {level}")
    return ((0, present), *full)


def _is_list_of_domains(value: LeverValue) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], str)
