"""Conditions before day 0 where they differ from those that a scenario states: a shock on day 0.

What a scenario states holds from day 0 on. `[years_before]` says what was otherwise until then, by dotted path. Without
it nothing changes on day 0 but the policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, create_model
from pydantic_core import PydanticCustomError

from sanfang.scenario.declare import Section

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

YEARS_BEFORE = "years_before"

SECTIONS = (
    "money",
    "domains",
    "needs",
    "voice",
    "channels",
    "discovery",
    "casework",
    "limits",
    "assessment",
    "mind",
    "workforce",
    "tasks",
    "supply",
    "terminals",
    "take_up",
    "worsening",
    "sharing",
    "conflicts",
    "helpers",
    "prices",
)
"""Sections whose parameters act day by day, so that they can change on day 0."""

EXISTS = "it decides what exists on day 0, which is the same before and after"
REFUSED = {
    "run": "it says what is run, and is no condition of the district",
    "policy": "the policy of the years before is the present one; set it in [present]",
    "policy_by_community": "the policy of the years before is the present one; set it in [present]",
    "present": "the present policy is that of the years before already; set it in [present]",
    "district": EXISTS,
    "calendar": "the calendar is the same before and after",
    "staffing": EXISTS,
    "departments": EXISTS,
}
"""Sections that have no place here, and why."""

_SKILL = "it is the skill of those who are at work on day 0, which is carried over"
_MIND = "it is what residents thought before they had met an office, which is long over on day 0"
_TIES = "it decides who knows whom, which is the same before and after"
_DOMAIN = "it says what a domain is, which is the same before and after"
REFUSED_KEYS = {
    **dict.fromkeys(
        [
            f"workforce.{name}"
            for name in ("specialist", "outside_domain", "officer", "grid_worker", "street", "spread")
        ],
        _SKILL,
    ),
    **dict.fromkeys(
        [f"mind.{name}" for name in ("satisfaction", "trust", "spread", "expectation_days", "expectation_spread")],
        _MIND,
    ),
    **dict.fromkeys([f"mind.{name}" for name in ("ties", "rewired")], _TIES),
    "prices.collective_cv": EXISTS,
    **dict.fromkeys([f"domains.*.{name}" for name in ("department", "label_en", "label_zh")], _DOMAIN),
}
"""Parameters of the allowed sections that have no place here either, and why; `*` stands for a chosen name. What they
decide is carried from the years before into day 0, so that another value would not reach it, or is the same in both."""


def refusal(path: str) -> str:
    """Why the parameter at a dotted path may not be otherwise before day 0; empty if it may."""
    parts = path.split(".")
    declared = ".".join([parts[0], "*", *parts[2:]] if parts[0] == "domains" and len(parts) > 1 else parts)
    return REFUSED.get(parts[0], "") or REFUSED_KEYS.get(declared, "")


def checked(value: Any) -> Any:
    """The values of `[years_before]`, a nested mapping, each checked as that of its section is. For pydantic."""
    if isinstance(value, Mapping):
        if not value:
            return {}  # as most are: a sweep makes many scenarios
        for path, _ in flat(value):
            reason = refusal(path)
            if reason:
                details = {"path": f"{YEARS_BEFORE}.{path}", "message": f"cannot be otherwise before day 0: {reason}"}
                raise PydanticCustomError(YEARS_BEFORE, "{message}", details)
    return {name: given for name, given in vars(_sections().model_validate(value)).items() if given}


def flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted path and value of all that lies in nested tables."""
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


@cache
def _sections() -> type[Section]:
    """A model of the allowed sections, of each of which any part may be given."""
    from sanfang.scenario.place import Domain
    from sanfang.scenario.scenario import Scenario

    parts: dict[str, Any] = {name: (_part_of(Scenario.model_fields[name].annotation), {}) for name in SECTIONS}
    parts["domains"] = (dict[str, _part_of(Domain)], {})  # type: ignore[misc]
    return create_model("YearsBefore", __base__=Section, **parts)


def _part_of(section: Any) -> Any:
    """The type of some of a section's parameters, checked as those of a whole one."""

    def part(value: Any) -> dict[str, Any]:
        whole = section.model_validate(value)
        return {name: getattr(whole, name) for name in section.model_fields if name in whole.model_fields_set}

    return Annotated[dict[str, Any], BeforeValidator(part)]


def conditions_before(scenario: Scenario) -> dict[str, Any]:
    """The sections of `scenario` as they were before day 0, where they were otherwise, by name."""
    before: dict[str, Any] = {}
    for name, given in scenario.years_before.items():
        now = getattr(scenario, name)
        if name == "domains":
            before[name] = now | {key: now[key].model_copy(update=part) for key, part in given.items()}
        else:
            before[name] = now.model_copy(update=given)
    return before


def shocks(scenario: Scenario) -> list[str]:
    """What changes on day 0 beside the policy, one line for each parameter."""
    from sanfang.scenario.catalogue import values
    from sanfang.scenario.telling import in_words

    now = {path: value for path, _, value in values(scenario)}
    return [
        f"on day 0 {path} goes from {in_words(value)} to {in_words(now[path])}"
        for path, value in flat(scenario.years_before)
    ]
