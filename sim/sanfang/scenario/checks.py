"""What must hold between parameters, and not only for each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from sanfang.scenario import limits
from sanfang.scenario.dates import SATURDAY
from sanfang.scenario.declare import EARLIEST, LATEST
from sanfang.scenario.errors import nearest
from sanfang.scenario.telling import listed, shortened

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

MIN_RESIDENTS = 50
"""Residents per community below which shares of persons and posts lose their meaning."""


MAX_ID_LENGTH = 60
"""Characters in the name of a domain or department: it is part of paths and of every row of requests."""

MIN_YEAR = 1900
"""Earliest year in which a run may begin that has years before it."""

INCONSISTENT = "inconsistent"
"""The type of error raised here, by which its message is recognised."""


def community_ids(communities: int) -> tuple[str, ...]:
    """Ids of so many communities: `c001` to `c999`, or `c0001` and so on if there are more."""
    return tuple(_id(number, communities) for number in range(1, communities + 1))


def is_community(name: str, communities: int) -> bool:
    """Whether `name` is the id of one of so many communities."""
    digits = re.fullmatch(rf"c(\d{{{_width(communities)}}})", name, re.ASCII)
    return bool(digits) and 1 <= int(digits[1]) <= communities  # type: ignore[index]


def no_community(name: str, communities: int) -> str:
    """What to say of an id that is none: mostly the digits are padded wrongly."""
    number = int(re.sub(r"\D", "", name, flags=re.ASCII)[:9] or 0)
    hint = f"; did you mean {_id(number, communities)!r}?" if 1 <= number <= communities else ""
    ends = f"{_id(1, communities)} to {_id(communities, communities)}"
    return f"{shortened(name)!r} is no community; they are {ends}{hint}"


def _id(number: int, communities: int) -> str:
    return f"c{number:0{_width(communities)}d}"


def _width(communities: int) -> int:
    return 3 if communities <= 999 else 4


def check(scenario: Scenario) -> None:
    """Raise at the first thing that does not fit together."""
    _day(scenario)
    _people(scenario)
    _offices(scenario)
    _size(scenario)
    _start(scenario)
    _policies(scenario)


def check_years_before(scenario: Scenario) -> None:
    """Raise at the first condition before day 0 that does not fit the scenario."""
    for name in scenario.years_before.get("domains", {}):
        if name not in scenario.domains:
            raise wrong(f"years_before.domains.{name}", _unknown("domain", name, scenario.domains))
    if scenario.years_before:
        if scenario.run.start == "empty":
            raise wrong("years_before", 'there are none with run.start = "empty"')
        _size(scenario.under_present_policy())


def wrong(path: str, message: str) -> PydanticCustomError:
    """An error about the value at a dotted path, which pydantic itself would place at the root."""
    return PydanticCustomError(INCONSISTENT, "{message}", {"path": path, "message": message})


def _people(scenario: Scenario) -> None:
    district = scenario.district
    if district.sub_districts > district.communities:
        message = f"must not be more than district.communities = {district.communities}"
        raise wrong("district.sub_districts", message)
    each = district.population / district.communities
    if each < MIN_RESIDENTS:
        enough = f"at least {MIN_RESIDENTS} are needed"
        message = f"gives {each:.0f} residents to each of {district.communities} communities; {enough}"
        raise wrong("district.population", message)
    if district.share_elderly + district.share_young > 1:
        message = f"together with district.share_young = {district.share_young} it is more than 1"
        raise wrong("district.share_elderly", message)


def _day(scenario: Scenario) -> None:
    calendar = scenario.calendar
    if calendar.reference_year and calendar.reference_year < EARLIEST.year:
        raise wrong("calendar.reference_year", f"must be a year from {EARLIEST.year} to {LATEST.year}, or 0 for none")
    for date in calendar.working_weekends:
        if date.weekday() < SATURDAY:
            raise wrong("calendar.working_weekends", f"{date} is a {date:%A}; only Saturdays and Sundays belong here")
        if date in calendar.holidays:
            raise wrong("calendar.working_weekends", f"{date} is in calendar.holidays, too")
    if calendar.opening_hour + calendar.shift_hours > 24:
        message = f"with calendar.opening_hour = {calendar.opening_hour} the working day ends after midnight"
        raise wrong("calendar.shift_hours", message)


def _offices(scenario: Scenario) -> None:
    if not scenario.domains:
        raise wrong("domains", "there are none; a scenario needs a district that has at least one domain")
    for table, names in (("domains", scenario.domains), ("departments", scenario.departments)):
        for name in names:
            if not re.fullmatch(rf"[\w-]{{1,{MAX_ID_LENGTH}}}", name):
                allowed = f"at most {MAX_ID_LENGTH} letters, digits, _ and -, and neither dots nor spaces"
                raise wrong(f"{table}.{name}", f"{shortened(name)!r} is no good name: it must have {allowed}")
    for name, domain in scenario.domains.items():
        if domain.department not in scenario.departments:
            raise wrong(f"domains.{name}.department", _unknown("department", domain.department, scenario.departments))


def _start(scenario: Scenario) -> None:
    """Day 0 opens new books: of the money of a month that has begun, part would be in the old ones."""
    start = scenario.calendar.start
    if scenario.run.start == "steady" and start.year < MIN_YEAR:
        raise wrong("calendar.start", f"must be in {MIN_YEAR} or later: the years before are played too")
    if scenario.run.start == "steady" and start.day != 1:
        told = 'must be the first of a month, as run.start is "steady"; or set run.start = "empty"'
        raise wrong("calendar.start", f"{told}, not {start}")


def _size(scenario: Scenario) -> None:
    """What a run must hold in memory. Each factor has a limit of its own, but not all of them go together."""
    district, domains = scenario.district, scenario.domains
    for table, number, most in (
        ("domains", len(domains), limits.MAX_DOMAINS),
        ("departments", len(scenario.departments), limits.MAX_DEPARTMENTS),
    ):
        if number > most:
            raise wrong(table, f"there are {number:,}; at most {most:,} are possible")
    residents, communities = district.population * len(domains), district.communities * len(domains)
    candidates = "candidates for needs a day (residents x hazard x needs.hazard_cap / 365)"
    for path, what, amount, most in (
        ("district.population", "residents x domains", residents, limits.MAX_RESIDENT_DOMAINS),
        ("district.communities", "communities x domains", communities, limits.MAX_COMMUNITY_DOMAINS),
        ("staffing", "posts", _posts(scenario), limits.MAX_POSTS),
        ("domains", candidates, _candidates(scenario), limits.MAX_CANDIDATES),
    ):
        if amount > most:
            raise wrong(path, f"makes {amount:,.0f} {what}; at most {most:,} fit into memory")


def _posts(scenario: Scenario) -> float:
    """Posts of the whole district, not rounded: see `sanfang.model.workforce`."""
    staffing, people = scenario.staffing, scenario.district.population
    grids = people / (staffing.households_per_grid * scenario.district.household_size)
    departments = sum(department.posts_per_100k for department in scenario.departments.values()) / 100_000
    return grids + people * ((staffing.officers_per_10k + staffing.street_per_10k) / 10_000 + departments)


def _candidates(scenario: Scenario) -> float:
    """Candidates that a mean day weighs: see `sanfang.model.cases.needs`."""
    hazard = sum(domain.hazard for domain in scenario.domains.values())
    return scenario.district.population * hazard * scenario.needs.hazard_cap / 365


def _policies(scenario: Scenario) -> None:
    _scope("policy", scenario.policy.service_scope, scenario)
    _scope("present", scenario.present.get("service_scope"), scenario)
    communities = scenario.district.communities
    for name, own in scenario.policy_by_community.items():
        if not is_community(name, communities):
            raise wrong(f"policy_by_community.{name}", no_community(name, communities))
        _scope(f"policy_by_community.{name}", own.get("service_scope"), scenario)


def _scope(prefix: str, scope: Any, scenario: Scenario) -> None:
    for name in scope if isinstance(scope, tuple) else ():
        if isinstance(name, str) and name not in scenario.domains:
            raise wrong(f"{prefix}.service_scope", _unknown("domain", name, scenario.domains))


def _unknown(kind: str, name: str, known: dict[str, Any]) -> str:
    return f"there is no {kind} {shortened(name)!r}{nearest(name, known)}; there are: {listed(known)}"
