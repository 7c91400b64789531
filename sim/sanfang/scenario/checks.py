"""What must hold between parameters, and not only for each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from sanfang.scenario.errors import nearest

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

FEWEST_RESIDENTS = 50
"""Residents per community below which shares of persons and posts lose their meaning."""


INCONSISTENT = "inconsistent"
"""The type of error raised here, by which its message is recognised."""


def community_ids(communities: int) -> tuple[str, ...]:
    """Ids of so many communities: `c001` to `c999`, or `c0001` and so on if there are more."""
    width = _width(communities)
    return tuple(f"c{number:0{width}d}" for number in range(1, communities + 1))


def is_community(name: str, communities: int) -> bool:
    """Whether `name` is the id of one of so many communities."""
    digits = re.fullmatch(rf"c(\d{{{_width(communities)}}})", name, re.ASCII)
    return bool(digits) and 1 <= int(digits[1]) <= communities  # type: ignore[index]


def no_community(name: str, communities: int) -> str:
    """What to say of an id that is none: mostly the digits are padded wrongly."""
    ids = community_ids(communities)
    number = int(re.sub(r"\D", "", name, flags=re.ASCII)[:9] or 0)
    hint = f"; did you mean {ids[number - 1]!r}?" if 1 <= number <= communities else ""
    return f"{name!r} is no community; they are {ids[0]} to {ids[-1]}{hint}"


def _width(communities: int) -> int:
    return 3 if communities <= 999 else 4


def check(scenario: Scenario) -> None:
    """Raise at the first thing that does not fit together."""
    _day(scenario)
    _people(scenario)
    _offices(scenario)
    _policies(scenario)


def _wrong(path: str, message: str) -> PydanticCustomError:
    """An error about the value at a dotted path, which pydantic itself would place at the root."""
    return PydanticCustomError(INCONSISTENT, "{message}", {"path": path, "message": message})


def _people(scenario: Scenario) -> None:
    district = scenario.district
    if district.sub_districts > district.communities:
        message = f"must not be more than district.communities = {district.communities}"
        raise _wrong("district.sub_districts", message)
    each = district.population / district.communities
    if each < FEWEST_RESIDENTS:
        enough = f"at least {FEWEST_RESIDENTS} are needed"
        message = f"gives {each:.0f} residents to each of {district.communities} communities; {enough}"
        raise _wrong("district.population", message)
    if district.share_elderly + district.share_young > 1:
        message = f"together with district.share_young = {district.share_young} it is more than 1"
        raise _wrong("district.share_elderly", message)


def _day(scenario: Scenario) -> None:
    calendar = scenario.calendar
    if calendar.opening_hour + calendar.shift_hours > 24:
        message = f"with calendar.opening_hour = {calendar.opening_hour} the working day ends after midnight"
        raise _wrong("calendar.shift_hours", message)


def _offices(scenario: Scenario) -> None:
    if not scenario.domains:
        raise _wrong("domains", "there are none; a scenario needs a district that has at least one domain")
    for table, names in (("domains", scenario.domains), ("departments", scenario.departments)):
        for name in names:
            if not name or re.search(r"[.\s]", name):
                raise _wrong(f"{table}.{name}", f"{name!r} is no good name: it must have no dots or spaces")
    for name, domain in scenario.domains.items():
        if domain.department not in scenario.departments:
            raise _wrong(f"domains.{name}.department", _unknown("department", domain.department, scenario.departments))


def _policies(scenario: Scenario) -> None:
    _scope("policy", scenario.policy.service_scope, scenario)
    communities = scenario.district.communities
    for name, own in scenario.policy_by_community.items():
        if not is_community(name, communities):
            raise _wrong(f"policy_by_community.{name}", no_community(name, communities))
        _scope(f"policy_by_community.{name}", own.get("service_scope"), scenario)


def _scope(prefix: str, scope: Any, scenario: Scenario) -> None:
    for name in scope if isinstance(scope, tuple) else ():
        if isinstance(name, str) and name not in scenario.domains:
            raise _wrong(f"{prefix}.service_scope", _unknown("domain", name, scenario.domains))


def _unknown(kind: str, name: str, known: dict[str, Any]) -> str:
    listed = ", ".join(known) or "none"
    return f"there is no {kind} {name!r}{nearest(name, known)}; there are: {listed}"
