"""The runs whose results are compared. Together they use all that a run can do: `benchmarks.digests.proof` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanfang.scenario.policy import lever_names

REFORM = "three-devolutions-two-refinements"


@dataclass(frozen=True)
class Setup:
    """One run: a scenario on a district, changed by dotted path. `moves`: changes of levers, each before its day."""

    scenario: str = "before"
    district: str = "demo"
    seed: int = 1
    days: int = 90
    scale: float = 1.0
    changes: Mapping[str, Any] = field(default_factory=dict)
    moves: tuple[tuple[int, Mapping[str, Any]], ...] = ()


def levers(value: Any, *, except_: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every lever at one level or with one schedule."""
    return {f"policy.{name}": value for name in lever_names() if name not in except_}


def in_community(id_: str, **own: Any) -> dict[str, Any]:
    """Levers of one community."""
    return {f"policy_by_community.{id_}.{name}": value for name, value in own.items()}


OVERLOADED = {
    "staffing.officers_per_10k": 6.0,
    "staffing.street_per_10k": 1.0,
    "tasks.load": 1.0,
    "casework.comes_back": 0.9,
    "workforce.leaving_base": 1.5,
    "workforce.vacancy_days": 20.0,
    "casework.chores_yield": 0.3,
    "casework.last_start": 0.5,
}
"""Too few people and too many tasks: queues grow, residents give up, staff leave."""

POOR = {"money.operating": 6.0, "money.service_share": 0.7, "prices.contract_yuan": 5.0}
"""Too little money: cases wait for it."""

DOMAINS = (
    "care", "certificates", "disputes", "environment", "facilities", "order", "property", "safety", "social_security",
    "utilities",
)  # fmt: skip

CONFLICTS = {f"domains.{name}.conflict": 0.8 for name in ("disputes", "environment", "order", "property")}

ALL_IN = levers(0.7) | {"policy.service_scope": ["care", "certificates", "disputes", "social_security"]}

PILOTS = (
    {"policy.triage": [[0, 0.2], [20, 0.9]], "policy.staff_devolution": [[10, 0.5], [30, 1.0], [60, 0.0]]}
    | in_community("c002", service_scope=["care", "order"], authority=1.0, volunteers=[[15, 1.0]])
    | in_community("c005", service_scope=0.5, one_window=1.0, admission_control=1.0, resources_follow_tasks=1.0)
    | in_community("c008", **dict.fromkeys(lever_names(), 1.0))
)
"""Schedules, pilots in single communities, and a list of services in one of them."""

FAST: dict[str, Setup] = {
    "before": Setup(days=120),
    "reform": Setup(REFORM, seed=2),
    "every-lever": Setup(seed=3, days=100, changes=ALL_IN),
    "overloaded": Setup(seed=4, days=60, changes=OVERLOADED),
    "pilots": Setup(seed=5, changes=PILOTS),
    "licang": Setup("collaboration", "licang-plain", seed=6, days=30, scale=0.03),
    "all-parts": Setup(REFORM, "licang", seed=7, days=60, scale=0.03),
}
"""Short ones, for every test run."""

SMALL: dict[str, Setup] = {
    "small-and-steady": Setup(seed=67, days=40, scale=0.17, changes={"run.start": "steady"}),
    "small-steady-and-reformed": Setup(REFORM, seed=68, days=40, scale=0.17, changes={"run.start": "steady"}),
    "small-and-overloaded": Setup(
        seed=61,
        days=70,
        scale=0.17,
        changes=OVERLOADED
        | ALL_IN
        | CONFLICTS
        | {"workforce.vacancy_days": 10.0, "needs.recurrence_days": 5.0, "casework.fixed": 0.2}
        | {"policy.staff_devolution": [[n, n % 3 / 2] for n in range(70)], "workforce.leaving_office": 2.0}
        | {"staffing.street_movable": 0.9, "staffing.department_movable": 0.9, "staffing.street_per_10k": 4.0},
    ),
    "small-and-poor": Setup(
        "services",
        seed=62,
        days=65,
        scale=0.17,
        changes=OVERLOADED | POOR | {"policy.collective_income": 0.5, "policy.fund_devolution": 0.3, "mind.ties": 0},
    ),
    "small-and-reformed": Setup(
        seed=63,
        days=20,
        scale=0.35,
        changes=levers(1.0)
        | {"policy.fund_devolution": 0.0, "money.community_share": 0.02, "policy.collective_income": [[12, 1.0]]}
        | {"workforce.leaving_base": 2.0, "workforce.leaving_office": 2.0}
        | {"domains.order.hours_distribution": "exponential", "domains.safety.hours_distribution": "deterministic"}
        | {"domains.certificates.yuan": 0.0, "domains.facilities.hazard": 0.0, "calendar.shift_hours": 10.0},
    ),
}
"""Small enough to be run without the compiler as well, and between them all of what compiled functions can do."""

RUNS: dict[str, Setup] = {
    **FAST,
    # What travels with the program, on both districts.
    "resources": Setup("resources", "licang-plain", seed=11, days=200, scale=0.03),
    "services": Setup("services", seed=12, days=150),
    "management": Setup("management", "licang-plain", seed=13, days=120, scale=0.05),
    "precision": Setup("precision", seed=14, days=200),
    "refinement": Setup("refinement", "licang-plain", seed=15, days=100, scale=0.04),
    "three-devolutions": Setup("three-devolutions", seed=16, days=365),
    "unfunded": Setup("unfunded", "licang-plain", seed=17, days=365, scale=0.02),
    "volunteers": Setup("shangliu-jiayuan", "licang-plain", seed=18, days=60, scale=0.1),
    "contact-groups": Setup("yanchuan-road", "licang-plain", seed=19, days=60, scale=0.1),
    "internal-resources": Setup("internal-resources", seed=20, days=180, scale=0.5),
    "consultation": Setup("consultation", "licang-plain", seed=21, days=150, scale=0.05),
    "technology": Setup("technology", seed=22, days=200),
    "all-parts-for-a-year": Setup("before", "licang", seed=24, days=400, scale=0.05),
    "all-parts-and-levers": Setup(district="licang", seed=25, days=200, scale=0.05, changes=levers(0.5)),
    "licang-reform": Setup(REFORM, "licang-plain", seed=23, days=120, scale=0.1),
    # Levers together, and over time.
    "every-lever-full": Setup(seed=31, days=200, changes=levers(1.0)),
    "every-lever-half": Setup(district="licang-plain", seed=32, days=120, scale=0.04, changes=levers(0.5)),
    "every-lever-in-turn": Setup(
        seed=33, days=120, changes={f"policy.{name}": [[4 * n, 1.0]] for n, name in enumerate(lever_names())}
    ),
    "moved-on-the-way": Setup(seed=34, moves=((20, levers(0.8)), (50, PILOTS), (70, levers(0.0)))),
    "pilots-in-licang": Setup(
        "unfunded",
        "licang-plain",
        seed=35,
        days=60,
        scale=0.1,
        changes=in_community("c006", consultation=1.0, triage=0.3),
    ),
    # Conditions that strain it.
    "overloaded-reform": Setup(REFORM, seed=41, days=150, changes=OVERLOADED | levers(1.0)),
    "poor": Setup("services", seed=42, days=420, changes=POOR),
    "poor-reform": Setup(seed=43, days=200, changes=POOR | ALL_IN),
    "conflicts": Setup(seed=44, days=200, changes=CONFLICTS | {"policy.consultation": 1.0, "policy.tailoring": 1.0}),
    "capped": Setup(seed=45, days=60, changes={"needs.hazard_cap": 2.0, "district.personal_spread": 1.2}),
    "back-again": Setup(
        seed=46,
        days=300,
        changes={"needs.recurrence_days": 10.0, "needs.cause_treated": 0.1, "casework.fixed": 0.2, "mind.ties": 8},
    ),
    # Small places, long runs, other calendars and hours.
    "one-community": Setup(REFORM, seed=51, days=60, scale=0.01),
    "two-communities": Setup(seed=52, days=40, scale=0.17, changes=ALL_IN),
    "new-year": Setup(seed=53, days=420, changes=ALL_IN),
    "within-the-warm-up": Setup(REFORM, seed=54, days=30),
    "nothing-happens": Setup(
        seed=55,
        days=10,
        changes={f"domains.{name}.hazard": 0.0 for name in DOMAINS} | {"mind.satisfaction": 0.0, "mind.spread": 0.0},
    ),
    **SMALL,
}
"""All of them."""
