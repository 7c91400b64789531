"""What waits do to minds: by themselves only through what is promised, and in a district also by lasting."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from model_runs import demo
from sanfang.model.start.remembered_year import ALIKE, exchanged
from sanfang.scenario.window import YEAR
from sanfang.studies import waits
from sanfang.studies.waits import Remembering

VILLAGE = {"district.population": 2_000, "district.communities": 3, "district.sub_districts": 1}
YEARS = 2
ROUNDS = 30
"""Minds of a small district have to be asked for longer: chance does not average out."""


@cache
def village() -> Remembering:
    return waits.played(demo("before", **VILLAGE), seed=1, years=YEARS)


def at_rest(times: float, norm: float) -> float:
    mind = village().setting["mind"].copy()
    mind["norm"] = norm
    return waits.minds_alone(village(), mind, times, ROUNDS)


def test_minds_alone_feel_waits_only_through_what_is_promised() -> None:
    used_to_it, promised = (np.array([at_rest(times, norm) for times in (0.5, 1.0, 2.0)]) for norm in (0.0, 0.5))
    left = np.abs(np.diff(used_to_it)).max()  # of those who met with too little yet to be used to it
    assert left < 0.2 * np.abs(np.diff(promised)).min()
    assert (np.diff(promised) < 0).all(), "the longer, the less satisfied"


def test_the_last_year_is_remembered_and_met_by_people_of_the_same_community() -> None:
    model = village()
    assert len(model.remembered) == YEAR
    order = np.lexsort((model.residents.weight.sum(axis=1), model.residents.community))
    whose = exchanged(order, np.random.default_rng(1))
    assert sorted(whose) == list(range(len(whose)))
    moved = model.residents.community[whose] != model.residents.community
    assert moved.mean() < 2 * ALIKE / 600, "only where a group lies across a border"
    assert (whose != np.arange(len(whose))).mean() > 0.8


def test_meeting_the_year_again_leaves_the_district_as_it_was() -> None:
    before = village().residents.satisfaction.copy(), village().residents.burden.copy()
    at_rest(1.0, 0.5)
    after = village().residents.satisfaction, village().residents.burden
    assert all((first == second).all() for first, second in zip(before, after, strict=True))


def test_other_districts_have_the_staff_and_the_delays_that_they_say() -> None:
    base = demo("before")
    faster = waits.with_delays(waits.with_staff(base, 2.0), 0.5)
    assert faster.casework.approval_days == 0.5 * base.casework.approval_days
    assert faster.staffing.officers_per_10k == 2 * base.staffing.officers_per_10k
    assert faster.staffing.households_per_grid == base.staffing.households_per_grid / 2
    for name, domain in base.domains.items():
        assert faster.domains[name].lead_days == 0.5 * domain.lead_days
    assert all(getattr(faster.policy, name) == getattr(base.policy, name) for name in type(base.policy).model_fields)


def test_an_ideal_district_fixes_what_it_handles_and_gains_more_than_any_other() -> None:
    effects = waits.effects_of(demo("before", **VILLAGE), seed=1, years=YEARS, rounds=2)
    assert effects.loc["ideal district", "of_ideal"] == 1.0
    assert effects["gain"].idxmax() == "ideal district"
    assert effects.loc["slower district", "gain"] < 0 < effects.loc["faster district", "gain"]
    assert effects.loc["faster district", "waits"] < 1 < effects.loc["slower district", "waits"]
    slower = effects.loc["slower district"]
    assert slower["per_doubling"] * np.log2(slower["waits"]) == pytest.approx(slower["gain"])
