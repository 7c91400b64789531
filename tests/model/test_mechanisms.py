"""What the two cases and the mechanisms for the future do, and what they do not: volunteers, contact groups, pooled
resources, collaboration, consultation, a digital platform; and conflicts between residents.

The file is long because it is one chapter of the article, and the same few runs serve all of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_runs import demo, run
from sanfang.model.kernel.draw_purposes import NEED_CONFLICT
from sanfang.model.kernel.draws import uniform
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import Run

DAYS = 90
DISPUTES: dict[str, Any] = {f"domains.{domain}.conflict": 1.0 for domain in demo().domains}
"""Every need is a conflict."""
FORUMS: dict[str, Any] = {"policy.consultation": 1.0, "conflicts.forum_share": 0.5, "conflicts.forum_days": 3.0}
"""Many forums, and soon."""


def booked(found: Run, resource: str, heading: str) -> float:
    rows = (found.ledger["resource"] == resource) & (found.ledger["heading"] == heading)
    return float(found.ledger.loc[rows, "amount"].sum())


def conflicts(found: Run) -> pd.Series:
    """Whether each need is a conflict, from the key of its root, as the model draws it."""
    share = {name: domain.conflict for name, domain in found.scenario.domains.items()}
    mark = [uniform(np.uint64(int(root, 16)), NEED_CONFLICT) for root in found.requests["root"]]
    return pd.Series(mark, found.requests.index) < found.requests["domain"].map(share)


# --- Conflicts and consultation [M2b] ---------------------------------------------------------------------


def test_conflicts_have_the_declared_share_and_are_back_more_often_than_other_needs() -> None:
    found = run(demo(), DAYS)
    first = found.requests[found.requests["ordinal"] == 0]
    conflict = conflicts(found)
    for name, domain in found.scenario.domains.items():
        of_domain = conflict[first.index][first["domain"] == name]
        error = np.sqrt(domain.conflict * (1 - domain.conflict) / len(of_domain))
        assert abs(of_domain.mean() - domain.conflict) < 5 * error + 1e-12, name
    back = set(found.requests.loc[found.requests["ordinal"] > 0, "root"])
    early = first[(first["outcome"] == "resolved") & (first["closed"] < 60)]
    returned = early["id"].isin(back).groupby(conflict[early.index]).mean()
    assert returned[True] > 2 * returned[False]


def test_a_decision_satisfies_one_side_of_a_conflict() -> None:
    """Where it never goes against the one who asks, more parts are fully fixed; nothing else is drawn anew."""
    fair, harsh = (run(demo(**DISPUTES, **{"conflicts.against": share}), 40) for share in (0.0, 1.0))
    one_part = [r.requests.query("parts == 1 and outcome == 'resolved'")["quality"] for r in (fair, harsh)]
    assert one_part[0].mean() > 0.9
    assert (one_part[1] < 1.0).all()


def test_what_a_forum_settles_is_not_back() -> None:
    """If every forum agrees and every conflict goes to one, no conflict recurs."""
    always = {"conflicts.forum_share": 1.0, "conflicts.agrees": 1.0, "needs.recurrence_days": 5.0}
    always |= {"prices.forum_hours": 0.0}  # or some would be left undone
    plain = run(demo(**{"needs.recurrence_days": 5.0}), 60)
    settled = run(demo(**FORUMS | always), 60)
    for found, expected in ((plain, True), (settled, False)):
        conflict = conflicts(found)
        assert (conflict & (found.requests["ordinal"] > 0)).any() == expected


def test_conventions_prevent_conflicts_and_nothing_else() -> None:
    """Other needs are the same to the last; of new conflicts some do not arise, and none are added."""
    still = {f"domains.{domain}.prevention": 0.0 for domain in demo().domains}
    still |= {"tasks.effect": 0.0, "tasks.street_effect": 0.0, "tasks.own_effect": 0.0}
    strong = {"conflicts.convention_gain": 0.5, "conflicts.convention_effect": 1.0}
    plain, agreed = (run(demo(**still, **strong, **policy), DAYS) for policy in ({}, FORUMS))
    new: list[dict[bool, set[str]]] = []
    for found in (plain, agreed):
        first = found.requests[found.requests["ordinal"] == 0]
        new.append({kind: set(first.loc[conflicts(found)[first.index] == kind, "id"]) for kind in (True, False)})
    assert new[0][False] == new[1][False]
    assert new[1][True] < new[0][True]
    assert len(new[1][True]) < 0.9 * len(new[0][True])


def test_conventions_are_kept_by_the_community_that_agreed_on_them() -> None:
    model = DistrictModel(demo(**FORUMS), days=60)
    last = np.zeros(len(model.communities))
    while model.day < model.days:
        model.step()
        now = np.array([sum(place.conventions.values()) for place in model.communities])
        assert (now >= last).all()
        last = now
    assert (last > 0).any()
    assert DistrictModel(demo(), days=1).communities[0].conventions == dict.fromkeys(demo().domains, 0.0)


def test_a_forum_takes_residents_time_and_paid_hours_whether_or_not_it_agrees() -> None:
    found = run(demo(**FORUMS), DAYS)
    prices = found.scenario.prices
    forums = booked(found, "outside_hours", "residents_in_forums") / prices.forum_resident_hours
    assert forums == int(forums) > 50
    paid = [booked(found, "hours", heading) for heading in ("consultation", "forums_without_agreement")]
    assert min(paid) > 0
    assert sum(paid) == pytest.approx(forums * prices.forum_hours, rel=0.25), "tired staff take longer; some is owed"
    assert paid[0] == pytest.approx(found.scenario.conflicts.agrees * sum(paid), rel=0.35)


def test_a_forum_brings_needs_of_its_own_grid_to_light() -> None:
    found = run(demo(**FORUMS), DAYS)
    revealed = found.requests[found.requests["channel"] == "forum"]
    assert len(revealed) > 20
    assert found.model is not None
    grid = found.model.residents.grid
    conflict = conflicts(found) & found.requests["voiced"].notna()
    places = set(grid[found.requests.loc[conflict, "resident"]])
    assert set(grid[revealed["resident"]]) <= places
    assert not (run(demo(), DAYS).requests["channel"] == "forum").any()


# --- Volunteers and contact groups [C1, C2] ----------------------------------------------------------------


def test_volunteers_visit_the_elderly_who_live_alone() -> None:
    found = run(demo(**{"policy.volunteers": 1.0, "helpers.visit_tells": 1.0}), DAYS)
    assert found.model is not None
    visited = found.requests.loc[found.requests["channel"] == "visit", "resident"]
    assert len(visited) > 5
    assert found.model.residents.alone[visited].all()


def test_volunteers_prevent_needs_of_those_they_visit_and_of_facilities() -> None:
    """More so where their work has more effect; needs of others in other domains stay as they are."""
    often = {"helpers.volunteer_share": 1.0, "policy.volunteers": 1.0}
    plain = run(demo(**{"domains.care.hazard": 2.0}), DAYS)
    helped = run(demo(**often, **{"domains.care.hazard": 2.0, "domains.care.visits": 0.8}), DAYS)
    assert plain.model is not None
    alone = plain.model.residents.alone
    counts = []
    for found in (plain, helped):
        new = found.requests[found.requests["ordinal"] == 0]
        care = new["domain"] == "care"
        counts.append([(care & alone[new["resident"]]).sum(), (new["domain"] == "facilities").sum()])
    assert counts[1][0] < 0.5 * counts[0][0]
    assert counts[1][1] < 0.95 * counts[0][1]


def test_helpers_are_uneven_between_communities_and_months() -> None:
    model = DistrictModel(demo(**{"policy.internal_resources": 1.0, "policy.contact_households": 1.0}), days=45)
    months = []
    while model.day < model.days:
        model.step()
        if model.date.day == 2:
            months.append(model.world.communities["contacted"].copy())
    assert len(months) == 2
    assert months[0].std() > 0.2 * months[0].mean()
    assert (months[0] != months[1]).all()


def test_hours_of_helpers_follow_trust() -> None:
    """Where residents trust the offices more, more of them give their time."""
    given = [
        booked(run(demo(**{"policy.volunteers": 1.0, "mind.trust": trust}), 60), "outside_hours", "volunteers")
        for trust in (0.3, 0.8)
    ]
    assert given[1] > 1.3 * given[0] > 0


def test_errands_spare_trips_of_the_elderly_and_disabled_alone() -> None:
    """With hours enough for all, they go nowhere themselves; who is neither goes as before."""
    busy = {"policy.contact_households": 1.0, "helpers.member_share": 1.0, "helpers.errand_hours": 0.1}
    found, plain = run(demo(**busy), 60), run(demo(), 60)
    for one, spared in ((found, True), (plain, False)):
        assert one.model is not None
        residents = one.model.residents
        frail = (residents.age == 2) | residents.disabled
        window = one.requests[one.requests["channel"].isin(["community_window", "department_window"])]
        own = frail[window["resident"]]
        assert (window.loc[own, "trips"].mean() < 0.05) == spared
        assert window.loc[~own, "trips"].mean() > 1.0
    assert booked(found, "outside_hours", "contact_households") > 0


# --- Pooled resources, collaboration [M1, M2a] ---------------------------------------------------------------


def test_pools_give_no_more_than_there_is_and_are_paid_for_by_the_hour() -> None:
    found = run(demo(**{"policy.internal_resources": 1.0}), DAYS)
    assert found.model is not None
    given = booked(found, "outside_hours", "internal_resources")
    people = found.model.map.population @ found.model.map.firms
    assert 0 < given < 3 * found.scenario.helpers.pool_hours * people / 1000 * DAYS / 30
    assert (found.model.world.communities["pool"] >= 0).all()
    fixed = run(demo(**{"policy.internal_resources": 1.0, "prices.pool_part_hours": 0.0}), DAYS)
    more = booked(found, "hours", "internal_resources") - booked(fixed, "hours", "internal_resources")
    assert more == pytest.approx(found.scenario.prices.pool_part_hours * given, rel=0.4)


def test_neighbours_share_their_pools() -> None:
    """The community with fewest firms gets more help among others that pool theirs than alone."""
    map_ = DistrictModel(demo(), days=1).map
    poor = map_.ids[int(np.argmin(map_.firms))]
    one, everyone = {f"policy_by_community.{poor}.internal_resources": 1.0}, {"policy.internal_resources": 1.0}
    scarce: dict[str, Any] = {"helpers.pool_hours": 10.0}
    scarce |= {f"domains.{domain}.simple": float(domain in ("care", "disputes")) for domain in demo().domains}
    helped = []
    for changes in (one, everyone):
        requests = run(demo(**changes, **scarce), DAYS).requests
        helped.append(((requests["community"] == poor) & (requests["tier"] == "partner")).sum())
    assert helped[1] > 1.2 * helped[0]


def test_joint_handling_leaves_cases_of_one_part_on_their_way() -> None:
    """Composite cases change hands less often; the others as often as before, but for what partners take."""
    no_contracts = {"prices.collaboration_yuan": 0.0}
    plain, joint = (run(demo(**no_contracts, **{"policy.collaboration": level}), 60) for level in (0.0, 1.0))
    means = [found.requests.groupby(found.requests["parts"] > 1)["handoffs"].mean() for found in (plain, joint)]
    assert means[1][True] < 0.9 * means[0][True]
    assert means[1][False] == pytest.approx(means[0][False], rel=0.05)


# --- A digital platform [M3] -----------------------------------------------------------------------------------


def test_those_who_are_not_digital_gain_less_from_a_platform() -> None:
    plain, online = run(demo(), DAYS), run(demo(**{"policy.digital_platform": 1.0}), DAYS)
    assert plain.model is not None
    digital = plain.model.residents.digital
    spared = []
    for low, high in ((0.0, 0.4), (0.7, 1.01)):
        those = [r.requests[(digital[r.requests["resident"]] >= low) & (digital[r.requests["resident"]] < high)]
                 for r in (plain, online)]  # fmt: skip
        spared.append(those[0]["trips"].mean() - those[1]["trips"].mean())
    assert spared[1] > 1.5 * spared[0] > 0


def test_feeding_systems_is_seen_as_a_share_of_hours() -> None:
    """[D3d] `entry_share` counts entry of needs and of the platform, found or in vain; nobody enters without one."""
    assert run(demo(), DAYS).metrics["entry_share"] == 0.0
    both = {"policy.digital_platform": 1.0, "policy.data_discovery": 1.0, "run.warm_up": 0}
    found = run(demo(**both), DAYS)
    base = found.ledger[(found.ledger["resource"] == "hours") & found.ledger["tier"].isin(["grid", "community"])]
    present = base.loc[base["heading"] != "vacant", "amount"].sum()
    entered = base.loc[base["heading"].isin(["data_entry", "data_entry_in_vain"]), "amount"].sum()
    assert found.metrics["entry_share"] == pytest.approx(entered / present)


# --- Tasks, fees, estimates, autonomy [F3b, F3c, F3f] ---------------------------------------------------------


def test_silent_needs_are_counted_by_group() -> None:
    """[D2c] The two groups' rates average to that of all, and the vulnerable keep more to themselves."""
    found = run(demo(), DAYS)
    assert found.model is not None
    weak = found.model.residents.vulnerable.mean()
    parts = found.metrics["latent_needs_vulnerable"], found.metrics["latent_needs_others"]
    assert weak * parts[0] + (1 - weak) * parts[1] == pytest.approx(found.metrics["latent_needs"])
    assert parts[0] > parts[1]
    latent = found.requests["outcome"] == "latent"
    counted = found.model.residents.vulnerable[found.requests.loc[latent, "resident"]].sum()
    assert found.model.world.counts["latent_vulnerable"][0] == counted


def test_fees_follow_tasks_into_communities_funds() -> None:
    """Money moves from departments to communities, and no yuan is made."""
    no_people = {"tasks.follow_limit": 0.0, "policy.resources_follow_tasks": 1.0}
    none, some = (run(demo(**no_people, **{"tasks.fee_share": share}), DAYS) for share in (0.0, 0.2))
    paid = []
    for found in (none, some):
        rows = found.ledger.query("resource == 'yuan' and tier == 'community' and heading == 'cases'")
        paid.append(rows["amount"].sum())
    assert paid[1] > 1.2 * paid[0]
    assert some.metrics["money_supplied"] == pytest.approx(none.metrics["money_supplied"], rel=1e-9)


def test_vetting_sends_unfunded_tasks_back_to_their_sender() -> None:
    """Fewer are sent back where people and fees come along; the sender does those that are of use."""
    vetted = {"policy.admission_control": 1.0, "tasks.unfunded_returned": 0.5}
    bare = run(demo(**vetted), 60)
    funded = run(demo(**vetted, **{"policy.resources_follow_tasks": 1.0}), 60)
    returned = [booked(found, "hours", "tasks_returned") for found in (run(demo(), 60), bare, funded)]
    assert returned[0] == 0.0
    assert 0 < returned[2] < 0.6 * returned[1]
    tiers = bare.ledger.loc[bare.ledger["heading"] == "tasks_returned", "tier"]
    assert set(tiers) == {"department"}


def test_estimates_improve_with_requests_that_are_known() -> None:
    """Where a few requests tell much, less is supplied in vain by communities that plan for themselves."""
    local = {"policy.fund_devolution": 1.0, "district.heterogeneity": 0.0}
    dull, quick = (run(demo(**local, **{"supply.known_requests": known}), DAYS) for known in (1e6, 1.0))
    vain = [booked(found, "yuan", "services_oversupplied") for found in (dull, quick)]
    assert vain[1] < 0.8 * vain[0]


def test_authority_keeps_staff() -> None:
    """[F3f] Where many would leave, who may decide stays more often."""
    often = {"workforce.leaving_base": 2.0, "workforce.leaving_autonomy": 0.6, "workforce.leaving_fatigue": 0.0}
    plain, free = (run(demo(**often, **{"policy.authority": level}), DAYS) for level in (0.0, 1.0))
    assert free.daily["leavers"].sum() < 0.85 * plain.daily["leavers"].sum()
