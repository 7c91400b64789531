"""Worked examples of docs/model.md on cases: diagnosis, routing, money, partners, conflicts, results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hand_made import KEYS, Hamlet, Told, both_sides, draws, key_near, takes_just
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import (
    closing,
    forums,
    handling,
    payment,
    routing,
)
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.engine_arrays import NONE


def recurs(hamlet: Hamlet, key: np.uint64, **fields: Any) -> bool:
    """Whether a resolved need will be back."""
    hamlet.setting["needs"]["recurrence_days"] = 1e-6
    case_id = hamlet.case(key=int(key), **fields)
    closing._maybe_recurs(hamlet.world, hamlet.setting, case_id, 3.5, 3)
    return bool(hamlet.state.states["state"][case_id] == s.DORMANT)


def test_example_diagnosis(told: Told) -> None:
    hamlet = Hamlet(
        **{"casework.diagnosis": 0.85, "casework.precise_diagnosis": 0.1, "casework.platform_diagnosis": 0.04},
        **{"policy.need_identification": 0.5, "policy.digital_platform": 0.5, "casework.misdirected_share": 0.4},
    )
    hamlet.state.domains["shape"], hamlet.state.domains["hours"] = 2, 1.5
    hamlet.policy.community["forum"] = 0.0
    wrong_hours = []

    def right(key: np.uint64) -> bool:
        job_id = hamlet.job(hamlet.case(channel=s.HOTLINE), int(key), tier=s.STREET)
        routing.diagnose(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, 0)
        job = hamlet.model.engine.jobs[job_id]
        if job["heading"] == h.MISDIRECTED:
            wrong_hours.append(float(job["hours"]))
        return bool(job["heading"] != h.MISDIRECTED)

    takes_just(told.chance(), p.PART_DIAGNOSIS, right)
    told.is_next(wrong_hours[0])


def test_example_routing(told: Told) -> None:
    hamlet = Hamlet(**{"casework.services_offered": 0.3, "policy.service_scope": 0.5, "policy.authority": 0.8})
    world = hamlet.state
    world.domains["level"], world.domains["devolvable"] = s.DEPARTMENT, 0.7
    chances = told.chance(), told.chance()
    for purpose, chance in zip((p.PART_AUTHORITY, p.PART_ON_OFFER), chances, strict=True):
        other = p.PART_ON_OFFER if purpose == p.PART_AUTHORITY else p.PART_AUTHORITY
        keys = KEYS[draws(KEYS, other) < 0.2]
        drawn = draws(keys, purpose)
        pair = keys[np.where(drawn < chance, drawn, 0).argmax()], keys[np.where(drawn > chance, drawn, 2).argmin()]
        targets = []
        for key in pair:
            job_id = hamlet.job(hamlet.case(), int(key), tier=s.COMMUNITY)
            routing.find_tier(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, 0)
            targets.append(int(hamlet.model.engine.jobs["target"][job_id]))
        assert targets == [s.COMMUNITY, s.DEPARTMENT]


def test_example_hand_offs(told: Told) -> None:
    """From a community to a department: to the street, relayed there, approved; or one meeting."""
    hamlet = Hamlet(**{"casework.relay_hours": 0.35, "casework.bounce": 0.0})
    world, jobs, state = (
        hamlet.state,
        hamlet.model.engine.jobs,
        (hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting),
    )
    world.domains["level"] = s.DEPARTMENT
    plain, joint = hamlet.case(), hamlet.case(key=2, parts=2, joint=1)
    phases = []
    for case_id in (plain, joint):
        job_id = hamlet.job(case_id, tier=s.COMMUNITY, target=s.DEPARTMENT)
        routing.advance(*state, job_id, 0)
        phases.append(int(jobs["phase"][job_id]))
        if case_id == plain:
            routing.advance(*state, job_id, 0)
            phases.append(int(jobs["phase"][job_id]))
            told.is_next(jobs["hours"][job_id])
            routing.finish_relay(*state, job_id)
            phases.append(int(jobs["phase"][job_id]))
        assert jobs["tier"][job_id] == s.DEPARTMENT
    assert phases == [s.HANDED_ON, s.RELAYED, s.APPROVED, s.HANDED_ON]
    told.is_next(world.cases["handoffs"][plain])
    told.is_next(world.cases["handoffs"][joint])


def test_example_bouncing(told: Told) -> None:
    hamlet = Hamlet(
        **{"casework.bounce": 0.2, "casework.clear_bounce": 0.8, "casework.platform_bounce": 0.4},
        **{"policy.clear_lists": 0.5, "policy.digital_platform": 0.5, "casework.relay_hours": 0.35},
    )
    told.is_next(hamlet.policy.community["bounce"][0])
    chance = float(hamlet.policy.community["bounce"][0])
    jobs, station = hamlet.model.engine.jobs, hamlet.department(0)

    def bounced(key: np.uint64, joint: int = 0, steps: int = 0) -> bool:
        job = jobs[hamlet.job(hamlet.case(joint=joint), int(key), steps=steps)]
        return bool(routing._is_bounced(hamlet.world, hamlet.effects, hamlet.setting, job, station))

    takes_just(chance, p.PART_BOUNCED, bounced)
    told.is_next(hamlet.owed(station, h.BOUNCED))
    below, _ = both_sides(p.PART_BOUNCED, chance)
    assert not bounced(below, joint=1), "what is handled jointly is not sent away"
    assert not bounced(key_near(p.PART_BOUNCED + 3, 0.0, above=True), steps=3)


def test_example_money(told: Told) -> None:
    """A part of 80 yuan: from the fund; from outside money where the fund is short; else the community asks."""
    hamlet = Hamlet(**{"prices.fund_admin_hours": 0.15, "casework.relay_hours": 0.35})
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    community, spent = world.communities, world.spent
    paid = []
    for fund, outside in ((100.0, 0.0), (50.0, 100.0), (50.0, 60.0)):
        community["fund"][0], community["outside"][0] = fund, outside
        job_id = hamlet.job(hamlet.case(), target=s.COMMUNITY, yuan=80.0)
        paid.append(bool(payment.pay(hamlet.engine, hamlet.world, hamlet.setting, job_id)))
        told.is_next(community["fund"][0] + community["outside"][0])
    assert paid == [True, True, False]
    both = Hamlet()
    both.state.communities["fund"], both.state.communities["outside"] = 100.0, 100.0
    assert payment.pay(both.engine, both.world, both.setting, both.job(both.case(), target=s.COMMUNITY, yuan=80.0))
    assert both.state.communities["fund"][0] == 20.0, "outside money pays where the fund cannot"
    assert spent[s.COMMUNITY, h.Y_CASES] == spent[s.PARTNER, h.Y_CASES] == 80.0
    told.is_next(hamlet.owed(hamlet.office, h.FUND_ADMIN))
    case_id = int(jobs["owner"][job_id])
    jobs["tier"][job_id] = s.COMMUNITY
    routing.advance(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, 0)
    assert jobs["phase"][job_id] == s.ASKING and jobs["station"][job_id] in (NONE, hamlet.street)
    told.is_next(jobs["hours"][job_id])
    assert world.cases["handoffs"][case_id] == 1
    world.budget[:] = 79.0
    assert not payment._pay_from_budget(hamlet.world, jobs[job_id])
    world.budget[:] = 81.0
    assert payment._pay_from_budget(hamlet.world, jobs[job_id])
    assert spent[s.DEPARTMENT, h.Y_CASES] == 80.0 and world.cases["yuan"][case_id] == 80.0


def test_example_partners(told: Told) -> None:
    """A part of 1.2 hours: an organisation, then the pool of a neighbour, then a firm, then nobody."""
    hamlet = Hamlet(
        **{"casework.partner_skill": 0.8, "casework.helper_skill": 0.6, "prices.market_yuan": 70.0},
        **{"prices.pool_part_hours": 0.15, "prices.fund_admin_hours": 0.15},
    )
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    world.domains["shape"], world.domains["hours"] = 2, 1.2
    for share in ("social", "simple", "market"):
        world.domains[share] = 1.0
    for effect in ("pooled", "market"):
        hamlet.policy.community[effect] = 1.0
    community = world.communities
    community["contract"][0], community["pool"][1], community["fund"][0], world.budget[:] = 1.6, 2.0, 110.0, 0.0
    world.near[0, 0] = 1

    def handed() -> tuple[bool, float]:
        job_id = hamlet.job(hamlet.case(), target=s.COMMUNITY)
        taken = payment.hand_to_partner(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id)
        return bool(taken), float(jobs["hours"][job_id])

    taken, hours = handed()
    assert taken
    told.is_next(hours)
    told.is_next(community["contract"][0])
    taken, hours = handed()
    assert taken
    told.is_next(hours)
    told.is_next(hamlet.owed(hamlet.office, h.INTERNAL))
    assert world.outside_hours[h.O_INTERNAL] == pytest.approx(hours)
    assert community["pool"][1] == pytest.approx(0.0, abs=1e-6)
    taken, hours = handed()
    assert taken and hours == pytest.approx(1.5)
    told.is_next(world.spent[s.COMMUNITY, h.Y_MARKET])
    assert community["fund"][0] == pytest.approx(110.0 - 105.0)
    assert world.outside_hours[h.O_PARTNERS] == pytest.approx(1.5)
    assert not handed()[0], "neither fund nor budget can pay the fee"
    stronger = Hamlet(**{"policy.collaboration": 0.5, "casework.partner_skill": 0.8, "casework.strength": 0.1})
    told.is_next(stronger.policy.community["partner_skill"][0])


def test_example_result(told: Told) -> None:
    hamlet = Hamlet(
        **{"casework.fixed": 0.55, "casework.fixed_skill": 0.35, "casework.partly_fixed": 0.6},
        **{"casework.partly_quality": 0.55, "casework.uneven_decision": 0.06},
    )
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    world.domains["conflict"], world.domains["level"] = 0.0, s.COMMUNITY

    def quality(key: np.uint64) -> float:
        job = jobs[hamlet.job(hamlet.case(), int(key), target=s.COMMUNITY)]
        return float(handling._result(hamlet.world, hamlet.setting, job, 0.6))

    full = told.chance()
    takes_just(full, p.PART_RESULT, lambda key: quality(key) == 1.0)
    partly = told.chance()
    takes_just(partly, p.PART_RESULT, lambda key: quality(key) > 0.0)
    told.is_next(quality(key_near(p.PART_RESULT, full, above=True)))
    world.domains["level"] = s.DEPARTMENT
    keys = KEYS[draws(KEYS, p.PART_RESULT) < 0.5]
    drawn, chance = draws(keys, p.PART_UNEVEN_DECISION), told.chance()
    assert quality(keys[np.where(drawn < chance, drawn, 0).argmax()]) == 0.0, "a devolved decision that is wrong"
    assert quality(keys[np.where(drawn > chance, drawn, 2).argmin()]) == 1.0


def test_example_conflicts(told: Told) -> None:
    hamlet = Hamlet(
        **{"conflicts.against": 0.5, "conflicts.settled": 0.4, "conflicts.convention_effect": 0.5},
        **{"conflicts.convention_gain": 0.04, "conflicts.agrees": 1.0, "prices.forum_hours": 6.0},
        **{"prices.forum_resident_hours": 20.0, "casework.partly_quality": 0.55},
    )
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    world.domains["conflict"], world.domains["level"] = 1.0, s.COMMUNITY
    keys = KEYS[draws(KEYS, p.PART_RESULT) < 0.5]
    drawn, chance = draws(keys, p.PART_DECIDED_AGAINST), told.chance()
    for key, worth in ((keys[np.where(drawn < chance, drawn, 0).argmax()], 0.55), (keys[drawn > chance][0], 1.0)):
        job = jobs[hamlet.job(hamlet.case(), int(key), target=s.COMMUNITY)]
        assert handling._result(hamlet.world, hamlet.setting, job, 0.6) == pytest.approx(worth)
    for _ in range(2):
        job_id = hamlet.job(hamlet.case())
        assert forums.hold_forum(hamlet.engine, hamlet.world, hamlet.setting, job_id, 0)
        told.is_next(world.community_domain["conventions"][0, 0])
    told.is_next(hamlet.owed(hamlet.office, h.CONSULTATION))
    told.is_next(world.outside_hours[h.O_FORUMS])
    hamlet.setting["conflicts"]["agrees"] = 0.0
    assert not forums.hold_forum(hamlet.engine, hamlet.world, hamlet.setting, hamlet.job(hamlet.case()), 0)
    told.is_next(hamlet.owed(hamlet.office, h.FORUMS_IN_VAIN))
    told.is_next(world.communities["forums"][0])
    world.community_domain["conventions"] = 0.2
    takes_just(told.chance(), p.NEED_CAUSE_TREATED, lambda key: not recurs(hamlet, key, kind=s.HARD))


def test_example_causes(told: Told) -> None:
    hamlet = Hamlet(**{"needs.cause_treated": 0.4, "needs.tailored_cause": 0.25})
    hamlet.state.domains["conflict"] = 0.0
    takes_just(told.chance(), p.NEED_CAUSE_TREATED, lambda key: not recurs(hamlet, key, kind=s.CHRONIC))
    takes_just(told.chance(), p.NEED_CAUSE_TREATED, lambda key: not recurs(hamlet, key, kind=s.CHRONIC, tailored=1))
    assert not recurs(hamlet, key_near(p.NEED_CAUSE_TREATED, 0.99, above=True), kind=s.HARD), "no other kind is back"


def test_example_coming_back(told: Told) -> None:
    """A case that was not fixed comes back with a chance, twice at most; then the need ends unresolved."""
    hamlet = Hamlet(**{"casework.comes_back": 0.6})
    world = hamlet.state

    def comes_back(key: np.uint64, attempts: int = 0) -> bool:
        case_id = hamlet.case(key=int(key), attempts=attempts)
        hamlet.job(case_id)
        closing.close(hamlet.engine, hamlet.world, hamlet.setting, case_id, 0, 0.5)
        return bool(world.cases["jobs"][case_id][0] != NONE)

    takes_just(told.chance(), p.NEED_COMES_BACK, comes_back)
    most = int(told.chance())
    below = [key_near(p.NEED_COMES_BACK + attempt, 0.0, above=True) for attempt in range(most + 1)]
    assert [comes_back(key, attempt) for attempt, key in enumerate(below)] == [True] * most + [False]


def test_example_closing(told: Told) -> None:
    """Parts of quality 1 and 0.55 resolve a case, 1 and 0 do not."""
    hamlet = Hamlet(**{"casework.comes_back": 0.0})
    world = hamlet.state
    for worst, state in ((0.55, s.RESOLVED), (0.0, s.UNRESOLVED)):
        case_id = hamlet.case(parts=2)
        hamlet.job(case_id)
        world.cases["quality"][case_id][:2] = 1.0, worst
        closing.close(hamlet.engine, hamlet.world, hamlet.setting, case_id, 0, 0.5)
        row = int(world.counts["records"][0]) - 1
        assert world.records["outcome"][row] == state
        seen = world.experiences[int(world.counts["experiences"][0]) - 1]
        told.is_next(seen["quality"])
    assert world.daily[0, s.D_CLOSED] == 2 and world.daily[0, s.D_RESOLVED] == 1
