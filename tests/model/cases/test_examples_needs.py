"""Worked examples of docs/model.md on needs: how they arise, are voiced, found and taken in."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hand_made import KEYS, Hamlet, Told, draws, key_near, takes_just
from model_runs import demo
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import (
    casework,
    latent,
    lifecycle,
    needs,
    voice,
)
from sanfang.model.district.prevention import Prevention
from sanfang.model.kernel import draw_purposes as p


def due_of_four_posts() -> float:
    """Hours of useful tasks that fall due a day at four posts, as `Prevention` declares them."""
    hamlet = Hamlet(**{"calendar.country": "none", "tasks.load": 0.45, "tasks.useful": 0.35})
    posts = hamlet.model._posts.copy()
    posts[:4] = 2
    return float(Prevention(hamlet.model.scenario_run, hamlet.state, posts)._due_tasks[0])


def test_example_hazard(told: Told) -> None:
    hamlet = Hamlet(**{"tasks.effect": 0.12, "tasks.street_effect": 0.04, "tasks.own_effect": 0.08})
    model, world = hamlet.model, hamlet.state
    world.domains["prevention"], world.domains["upkeep"] = 0.3, 0.2
    world.community_domain["unmet"], world.communities["upkeep"] = 0.5, 0.5
    model.prevention.tasks_done[:] = 0.8
    model.prevention.own_done[:1], model.prevention.own_done[1:] = 0.5, 1.3
    model.prevention.set_hazards(world)
    told.is_next(world.community_domain["hazard"][0, 0])

    world.community_domain["factor"], world.domains["cap"], weight = 1.2, 8.0, model.residents.weight
    weight[0] = 1.5
    world.alone[0], world.domains["conflict"], world.domains["visits"] = True, 1.0, 0.3
    candidates = np.zeros(1, needs.CANDIDATE)

    def arises(mark: float) -> bool:
        candidates["key"], candidates["mark"] = 7, mark
        trust = model.residents.trust
        return bool(needs._thin(hamlet.world, hamlet.setting, trust, weight, candidates, 1, 0, 1.1))

    for _ in range(2):
        chance = told.chance()
        assert arises(chance - 0.0001) and not arises(chance + 0.0001)
        hamlet.setting["conflicts"]["convention_effect"] = 0.5
        world.community_domain["conventions"], world.communities["visited"] = 0.4, 0.5
    world.domains["conflict"] = 0.0
    assert arises(0.2088 * 0.85 - 0.0001) and not arises(0.2088 * 0.85 + 0.0001), "conventions prevent conflicts alone"
    world.alone[0] = False
    assert arises(0.2087), "visits prevent needs of those who are visited"


def test_example_work_that_prevents(told: Told) -> None:
    hamlet = Hamlet(days=365, **{"calendar.country": "none"})
    prevention, world = hamlet.model.prevention, hamlet.state
    prevention._due_tasks[:] = due_of_four_posts()
    told.is_next(due_of_four_posts())
    prevention.tasks_done[:] = 0.8
    world.communities["useful_done"] = 2.0
    prevention.learn(world)
    told.is_next(prevention.tasks_done[0])


def test_example_voice(told: Told) -> None:
    hamlet = Hamlet(**{"voice.rate_hard": 0.3, "voice.trip_deterrence": 0.5, "voice.trust_power": 1.0})
    hamlet.policy.service["further_trip"], hamlet.policy.community["wrong_window"] = 0.6, 0.3
    trust = hamlet.model.residents.trust
    trust[0] = 0.5
    for channel in (s.COMMUNITY_WINDOW, s.APP):
        need, chance = hamlet.state.cases[hamlet.case(channel=channel)], told.chance()
        for mark, voiced in ((chance - 0.0001, True), (chance + 0.0001, False)):
            found = voice.is_voiced(hamlet.world, hamlet.effects, hamlet.setting, need, trust, 1.2, mark)
            assert found == voiced


def test_example_discovery(told: Told) -> None:
    hamlet = Hamlet()
    world, setting, community = hamlet.state, hamlet.setting, hamlet.state.communities
    row = 0
    case_id = hamlet.case(kind=s.HOPED)
    world.latent["case"][row], world.latent["kind"][row] = case_id, s.HOPED
    need = world.latent[row]

    def found(channel: int) -> Callable[[np.uint64], bool]:
        return lambda key: latent.channel_found_by(
            hamlet.world, hamlet.effects, setting, need, key, True
        ) == channel  # fmt: skip

    setting["discovery"]["patrol"], world.domains["patrol_visible"] = 0.15, 0.5
    community["patrol"], community["lookout"], community["households"] = 6.0, 2.0, 400.0
    latent._set_patrol_chances(hamlet.world, setting["discovery"])
    told.is_next(world.community_domain["patrol_chance"][0, 0])
    takes_just(float(world.community_domain["patrol_chance"][0, 0]), p.DAY_FOUND_BY_PATROL, found(s.PATROL))
    world.community_domain["patrol_chance"] = 0.0

    setting["discovery"]["data"], setting["discovery"]["footprint"], world.domains["data_visible"] = 0.03, 0.5, 0.4
    hamlet.policy.community["data"], hamlet.policy.community["platform"], world.digital[0] = 0.5, 0.6, 0.8
    takes_just(told.chance(), p.DAY_FOUND_IN_DATA, found(s.DATA))
    hamlet.policy.community["data"] = hamlet.policy.community["platform"] = 0.0

    setting["helpers"]["visit_tells"], community["visited"], world.alone[0] = 0.5, 0.8, True
    takes_just(told.chance(), p.DAY_TOLD_ON_VISIT, found(s.VISIT))
    world.alone[0] = False
    setting["helpers"]["contact_tells"], community["contacted"] = 0.3, 0.6
    takes_just(told.chance(), p.DAY_TOLD_TO_CONTACT, found(s.CONTACT))
    community["contacted"] = 0.0
    setting["conflicts"]["reveals"], community["forums"], world.forums[world.grid[0]] = 0.03, 3, 3
    takes_just(told.chance(), p.DAY_REVEALED_BY_FORUM, found(s.FORUM))


def test_example_vanishing(told: Told) -> None:
    hamlet = Hamlet(**{"needs.heal_urgent": 0.03, "needs.met_by_service": 0.02})
    world = hamlet.state
    world.community_domain["covered"] = 0.75
    highest = latent.max_by_community_domain(hamlet.world, hamlet.effects, hamlet.setting, True)
    told.is_next(highest[0, 0, latent.BY_SERVICE])
    key = key_near(p.NEED_LINGERING_TIME, math.exp(-1), above=True)
    case_id = hamlet.case(key=int(key), kind=s.URGENT)
    record = lifecycle.end_case(hamlet.world, case_id, s.WITHDRAWN, 10.5)
    lifecycle.linger(hamlet.world, hamlet.setting["needs"], case_id, record, 10.5)
    day = int(np.flatnonzero(world.dormant == case_id)[0])
    told.is_next(day)
    assert world.burden[0] == 1
    needs._recur_today(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, day)
    assert world.burden[0] == 0 and world.records["gone"][record] == day


def test_example_terminals(told: Told) -> None:
    hamlet = Hamlet()
    hamlet.state.digital[0] = 0.8
    hamlet.state.domains["self_service"] = 0.5
    hamlet.policy.community["self_service"] = 0.7

    def served(key: np.uint64, channel: int = s.COMMUNITY_WINDOW) -> bool:
        case = hamlet.state.cases[hamlet.case(key=int(key), channel=channel)]
        return bool(casework._is_self_served(hamlet.world, hamlet.effects, hamlet.setting, case))

    for purpose in (p.NEED_ABLE, p.NEED_SELF_SERVICE):
        chance = told.chance()
        other = p.NEED_SELF_SERVICE if purpose == p.NEED_ABLE else p.NEED_ABLE
        keys = KEYS[draws(KEYS, other) < 0.2]
        drawn = draws(keys, purpose)
        below, above = (
            keys[np.where(drawn < chance, drawn, 0).argmax()],
            keys[np.where(drawn > chance, drawn, 2).argmin()],
        )
        assert served(below) and not served(above)
    uses = int(hamlet.state.counts["terminal_uses"][0])
    assert uses == 2, "the platform's matters use no terminal"
    hamlet.policy.community["self_service"], hamlet.policy.community["online"] = 0.0, 1.0
    assert served(below, s.APP) and not served(below)
    assert int(hamlet.state.counts["terminal_uses"][0]) == uses


def test_example_trips(told: Told) -> None:
    """A matter of the community, whose window then sends the resident on; and one that a contact group goes for."""
    scenario = demo(**{"casework.further_trip": 0.6, "casework.wrong_window": 0.3, "policy.service_scope": 0.5})
    hamlet = Hamlet(**{"casework.further_trip": 0.6, "casework.wrong_window": 0.3, "policy.service_scope": 0.5})
    levels = [domain.level for domain in scenario.domains.values()]
    simple, beyond = levels.index(1), levels.index(3)
    for domain in (simple, beyond):
        told.is_next(hamlet.policy.service["further_trip"][0, domain])
    hamlet.policy.service["further_trip"] = 1.0
    hamlet.policy.community["wrong_window"] = 1.0
    world = hamlet.state
    case_id = hamlet.case(channel=s.COMMUNITY_WINDOW)
    casework._take_in(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, case_id, 0)
    told.is_next(world.cases["trips"][case_id])
    assert hamlet.model.engine.jobs["phase"][world.cases["jobs"][case_id][0]] == s.SENT_ON
    world.communities["errands"], world.frail[0] = 2.5, True
    hamlet.setting["helpers"]["errand_hours"] = 1.0
    case_id = hamlet.case(key=2, channel=s.COMMUNITY_WINDOW)
    casework._take_in(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, case_id, 0)
    told.is_next(world.cases["trips"][case_id])
    told.is_next(world.outside_hours[h.O_CONTACTS])


def test_example_triage(told: Told) -> None:
    """Sorted requests go ahead if they are urgent or of somebody vulnerable, and no others."""
    hamlet = Hamlet(**{"prices.triage_hours": 0.05})
    hamlet.policy.community["triage"] = 1.0
    world, triaged = hamlet.state, []
    for kind, vulnerable in ((s.URGENT, 0), (s.CHRONIC, 1), (s.CHRONIC, 0)):
        case_id = hamlet.case(kind=kind, vulnerable=vulnerable)
        casework._decide_treatment(hamlet.world, hamlet.effects, hamlet.setting, world.cases[case_id])
        triaged.append(int(world.cases["triaged"][case_id]))
    assert triaged == [1, 1, 0]
    told.is_next(hamlet.owed(hamlet.office, h.TRIAGE))


def test_example_composite_cases(told: Told) -> None:
    """A manager and joint handling for a case of several parts only; a plan for a chronic need that is back."""
    hamlet = Hamlet(**{"prices.management_hours": 0.5, "prices.tailoring_hours": 0.6, "prices.joint_hours": 0.2})
    for effect in ("managed", "joint", "personal_plan"):
        hamlet.policy.community[effect] = 1.0
    world = hamlet.state
    world.domains["level"] = s.DEPARTMENT
    single = hamlet.case(kind=s.CHRONIC, vulnerable=0)
    several = hamlet.case(kind=s.CHRONIC, parts=3, ordinal=1, vulnerable=0)
    for case_id in (single, several):
        casework._decide_treatment(hamlet.world, hamlet.effects, hamlet.setting, world.cases[case_id])
        casework._make_parts(hamlet.engine, hamlet.world, hamlet.setting, case_id)
    for mark in ("parallel", "joint", "tailored"):
        assert list(world.cases[mark][[single, several]]) == [0, 1], mark
    told.is_next(hamlet.owed(hamlet.office, h.CASE_MANAGEMENT))
    told.is_next(hamlet.owed(hamlet.office, h.TAILORING))
    told.is_next(hamlet.owed(hamlet.office, h.COLLABORATION))
    told.is_next(
        sum(hamlet.owed(station, h.COLLABORATION) for station in range(hamlet.street + 1, len(world.office_work)))
    )
    jobs = hamlet.model.engine.jobs[world.cases["jobs"][several]]
    assert len(set(jobs["domain"])) > 1, "parts lie in other domains"
