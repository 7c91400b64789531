"""What the policy of a day means: levers compiled into plain arrays of chances, rates, hours and money.

This is the only file that reads a lever. Each lever is a few lines here, with its row in the
article's list; what it costs stands in the same place as what it does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.district.geography import Geography
from sanfang.model.effects import COMMUNITY_EFFECTS, SERVICE_EFFECTS, PolicyEffects
from sanfang.model.take_up import TakeUp
from sanfang.scenario.declare import level_on
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

WORKDAYS_A_WEEK = 5.0


@dataclass(frozen=True)
class PolicyOfDay:
    """One day's policy, compiled. Arrays have one row a community unless said otherwise."""

    effects: PolicyEffects
    """What casework reads."""
    chores: np.ndarray
    """`[station, heading]`: hours that fall due each working day."""
    staff: np.ndarray
    """Level of staff devolution."""
    funds: np.ndarray
    """Share of money that communities hold."""
    proposals: np.ndarray
    """Weight of local estimates."""
    precision: np.ndarray
    """Share of the estimate's error that is removed."""
    yuan: dict[str, np.ndarray]
    """Monthly yuan per resident by heading: terminals, contracts, data_system, digital_platform, and recognition per
    post at the base."""
    income: np.ndarray
    """Outside yuan per resident and month."""
    helpers: np.ndarray
    """`[c, kind]`: how far volunteers, contact groups, the area's own resources are organised."""


def levels_on(scenario: Scenario, map_: Geography, day: int) -> dict[str, np.ndarray]:
    """Level of each lever in each community on `day`; `service_scope` has a column per domain."""
    policies = [scenario.policy_for(id_) for id_ in map_.ids]
    levels: dict[str, np.ndarray] = {}
    for name in lever_names():
        values = [getattr(policy, name) for policy in policies]
        if name == "service_scope":
            levels[name] = np.array([_scope(value, day, list(scenario.domains)) for value in values])
        else:
            levels[name] = np.array([level_on(value, day) for value in values])
    return levels


def _scope(value: object, day: int, domains: list[str]) -> list[float]:
    """Level of `service_scope` by domain: a list of domains means these fully, the others not."""
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return [1.0 if domain in value else 0.0 for domain in domains]
    return [level_on(value, day)] * len(domains)  # type: ignore[arg-type]


class PolicyCalendar:
    """A scenario's policy day by day. Levels are looked up again only on days when a schedule has a step."""

    def __init__(self, scenario: Scenario, map_: Geography, offices: int) -> None:
        self._map, self._offices = map_, offices
        self._policy: PolicyOfDay | None = None
        self._completion, self._known = np.empty(0), np.empty((0, 0))
        self.follow(scenario, 0)

    def follow(self, scenario: Scenario, day: int) -> None:
        """From `day` on, the levers of `scenario`."""
        self._scenario = scenario
        levers = [vars(scenario.policy), *scenario.policy_by_community.values()]
        schedules = (value for levels in levers for value in levels.values() if isinstance(value, tuple))
        self._steps = {step[0] for schedule in schedules for step in schedule if isinstance(step, tuple)} | {day}
        self._levels = levels_on(scenario, self._map, day)

    def changes_on(self, day: int) -> bool:
        """Whether a lever may have another level on `day` than on the day before."""
        return day in self._steps

    def on(self, day: int, completion: np.ndarray, take_up: TakeUp) -> PolicyOfDay:
        """The policy of `day`, asked for in the order of days. `completion[c, heading]`: see `compile_policy`."""
        counted = completion[:, _COUNTED]
        if self.changes_on(day):
            self._levels = levels_on(self._scenario, self._map, day)
            take_up.see(self._levels)
        elif (
            self._policy is not None
            and np.array_equal(counted, self._completion)
            and np.array_equal(take_up.known, self._known)
        ):
            return self._policy
        self._policy = compile_policy(self._scenario, self._map, self._levels, completion, self._offices, take_up)
        self._completion, self._known = counted, take_up.known.copy()
        return self._policy


def compile_policy(
    scenario: Scenario, map_: Geography, levels: dict[str, np.ndarray], completion: np.ndarray, offices: int,
    take_up: TakeUp,
) -> PolicyOfDay:  # fmt: skip
    """Compile a day's `levels_on`. `completion[c, heading]`: share of the chores due that communities have done.

    What a lever gains by work at the community counts only as far as that work is done; what residents have to
    know of, only as far as they do (`take_up`).
    """
    done = {name: levels[name] * completion[:, heading] for name, heading in _WORKED_FOR.items()}
    scope = levels["service_scope"] * completion[:, h.SERVICE_DESK][:, None]
    return PolicyOfDay(
        effects=_effects(scenario, map_, levels, done, scope, take_up.share()),
        chores=_chores(scenario, map_, levels, offices, take_up),
        staff=levels["staff_devolution"],  # F1a
        funds=_funds(scenario, levels["fund_devolution"]),
        proposals=scenario.supply.proposal_weight * done["local_proposals"],  # F3e
        precision=scenario.supply.precise_estimate  # H1a, H1c, M3
        * np.maximum(np.maximum(done["need_identification"], done["data_discovery"]), done["digital_platform"]),
        yuan=_yuan(scenario, levels),
        income=scenario.prices.collective_yuan / 12 * done["collective_income"] * map_.wealth,  # F1c
        helpers=np.column_stack([done[name] for name in ("volunteers", "contact_households", "internal_resources")]),
    )


_WORKED_FOR = {
    "collective_income": h.COLLECTIVE,
    "one_window": h.TRAINING,
    "clear_lists": h.LIST_UPKEEP,
    "local_proposals": h.PROPOSALS,
    "need_identification": h.SURVEYS,
    "data_discovery": h.DATA_ENTRY,
    "department_accountability": h.ASSESSMENT,
    "tailoring": h.TAILORING,
    "triage": h.TRIAGE,
    "case_management": h.CASE_MANAGEMENT,
    "volunteers": h.VOLUNTEERS,
    "contact_households": h.CONTACTS,
    "internal_resources": h.INTERNAL,
    "collaboration": h.COLLABORATION,
    "consultation": h.CONSULTATION,
    "digital_platform": h.DATA_ENTRY,
}
"""Levers whose effect is work at the community, and the heading of that work."""

_COUNTED = [*_WORKED_FOR.values(), h.SERVICE_DESK]
"""Headings under which it counts whether the work is done."""


def _effects(
    scenario: Scenario, map_: Geography, levels: dict[str, np.ndarray], done: dict[str, np.ndarray], scope: np.ndarray,
    known: np.ndarray,
) -> PolicyEffects:  # fmt: skip
    """What casework reads of the day's levels; `done`: those whose effect is work at the community, as far as done;
    `known[c, service]`: share of residents who know of it, in the order of `take_up.SERVICES`."""
    casework = scenario.casework
    beyond = np.array([domain.level > 1 for domain in scenario.domains.values()])
    offered = casework.services_offered + (1.0 - casework.services_offered) * scope
    further = np.where(beyond, casework.further_trip, 0.5 * casework.further_trip)
    community = np.zeros(len(map_.ids), COMMUNITY_EFFECTS)
    community["wrong_window"] = casework.wrong_window * (1.0 - done["one_window"])  # F2a
    platform = done["digital_platform"]
    diagnosis = casework.diagnosis + casework.precise_diagnosis * done["need_identification"]  # H1a
    community["right_diagnosis"] = np.minimum(diagnosis + casework.platform_diagnosis * platform, 1.0)  # M3
    community["personal_plan"] = done["tailoring"]  # H1b
    community["authority"] = levels["authority"]  # F3a, F3c
    community["self_service"] = levels["self_service"] * known[:, 0]  # F2b
    community["terminals"] = levels["self_service"]  # F2b
    community["market"] = np.clip(levels["market_services"] * map_.firms, 0.0, 1.0)  # F2d
    community["bounce"] = casework.bounce * (1.0 - casework.clear_bounce * done["clear_lists"])  # F3a
    community["bounce"] *= 1.0 - casework.platform_bounce * platform  # M3
    community["answers_to_base"] = done["department_accountability"]  # F3d
    community["admission"] = levels["admission_control"]  # F3b
    community["follow"] = levels["resources_follow_tasks"]  # F3c
    community["triage"] = done["triage"]  # H2a
    community["managed"] = done["case_management"]  # H2b
    community["data"] = done["data_discovery"]  # H1c
    community["recognition"] = levels["staff_recognition"]  # F3f
    community["forum"] = scenario.conflicts.forum_share * done["consultation"]  # M2b
    community["platform"] = platform  # M3
    community["online"] = platform * known[:, 1]  # M3
    community["joint"] = done["collaboration"]  # M2a
    skill = casework.partner_skill + casework.strength * done["collaboration"]
    community["partner_skill"] = np.minimum(skill, 1.0)  # M2a
    community["pooled"] = levels["internal_resources"]  # M1
    service = np.zeros(scope.shape, SERVICE_EFFECTS)
    service["further_trip"] = further * (1.0 - scope * known[:, 2:])  # F2c
    service["on_offer"] = offered  # F2c
    return PolicyEffects(community, service)


def _chores(
    scenario: Scenario, map_: Geography, levels: dict[str, np.ndarray], offices: int, take_up: TakeUp
) -> np.ndarray:
    """Hours that fall due each working day, by station and heading."""
    prices, communities = scenario.prices, len(map_.ids)
    officers = map_.population * scenario.staffing.officers_per_10k / 10_000
    chores = np.zeros((offices, len(h.HOUR_HEADINGS)))
    grid, office = chores[:communities], chores[communities : 2 * communities]
    office[:, h.COLLECTIVE] = prices.collective_hours * levels["collective_income"]
    office[:, h.TRAINING] = prices.training_hours * officers * levels["one_window"]
    office[:, h.SERVICE_DESK] = prices.desk_hours * levels["service_scope"].mean(axis=1)
    office[:, h.LIST_UPKEEP] = prices.list_hours * levels["clear_lists"]
    office[:, h.ASSESSMENT] = prices.assessment_hours * levels["department_accountability"]
    office[:, h.PROPOSALS] = prices.proposal_hours * levels["local_proposals"]
    grid[:, h.SURVEYS] = prices.survey_hours * levels["need_identification"]
    grid[:, h.DATA_ENTRY] = prices.entry_hours * levels["data_discovery"]
    grid[:, h.DATA_ENTRY] += prices.platform_entry_hours * levels["digital_platform"]
    grid[:, h.CONTACTS] = prices.contact_week_hours * levels["contact_households"]
    office[:, h.VOLUNTEERS] = prices.volunteer_week_hours * levels["volunteers"]
    office[:, h.INTERNAL] = prices.pool_week_hours * levels["internal_resources"]
    office[:, h.COLLABORATION] = prices.meeting_hours * levels["collaboration"]
    office[:, h.CAMPAIGNS] = take_up.campaign_hours(prices.campaign_hours)
    office[:, h.METHODS] = prices.method_hours * levels["work_methods"]
    street = chores[2 * communities : 2 * communities + scenario.district.sub_districts]
    served = np.bincount(map_.sub_district, minlength=len(street)) > 0
    street[served, h.LIST_UPKEEP] = prices.list_hours * levels["clear_lists"].mean()
    return chores / WORKDAYS_A_WEEK


def _funds(scenario: Scenario, level: np.ndarray) -> np.ndarray:
    """Share of the money for cases and services that communities hold (F1b)."""
    before = scenario.money.community_share
    return before + max(scenario.money.devolvable - before, 0.0) * level


def _yuan(scenario: Scenario, levels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Monthly yuan per resident (recognition: per post at the base)."""
    prices = scenario.prices
    return {
        "terminals": prices.terminal_yuan / 12 * levels["self_service"],
        "contracts": prices.contract_yuan / 12 * levels["social_organisations"]
        + prices.collaboration_yuan / 12 * levels["collaboration"],
        "data_system": prices.data_yuan / 12 * levels["data_discovery"],
        "recognition": prices.recognition_yuan / 12 * levels["staff_recognition"],
        "digital_platform": prices.platform_yuan / 12 * levels["digital_platform"],
    }
