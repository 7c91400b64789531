"""The worked example of docs/model.md on troubles of several residents, and what follows from them in a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from behaviour import AGAIN, SHARED
from hand_made import Hamlet, Told, both_sides, key_near
from model_runs import demo, run
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import closing, lifecycle, shared
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.engine import join_queue
from sanfang.run.simulation import Run

ON: dict[str, Any] = {"sharing.others": 3.0, "needs.cause_treated": 1.0}


def ring(hamlet: Hamlet, *residents: int) -> list[int]:
    """Requests for one trouble, of these residents."""
    made = [hamlet.case(key=n + 1, resident=resident) for n, resident in enumerate(residents)]
    for other in made[1:]:
        shared.join_ring(hamlet.world, made[0], other)
    return made


def rings(hamlet: Hamlet, case_id: int) -> set[int]:
    """The cases that one leads to by its ring, itself among them; none where it has none."""
    following, seen = int(hamlet.state.cases["ring"][case_id]), set()
    while following >= 0 and following not in seen:
        seen.add(following)
        following = int(hamlet.state.cases["ring"][following])
    return seen


def test_example_shared_troubles(told: Told) -> None:
    hamlet = Hamlet(**ON)
    cases, burden = hamlet.state.cases, hamlet.state.burden
    told.is_next(shared.number_of_others(hamlet.setting, key_near(p.NEED_OTHERS, 0.3, above=True)))
    hamlet.state.domains["shared"][1] = 1.0
    hamlet.state.domains["conflict"][1] = 0.0
    below, above = both_sides(p.NEED_STANDS_FOR_ALL, 0.25)
    told.is_next(25)
    assert shared.stands_for_all(hamlet.world, hamlet.setting, below, 1)
    assert not shared.stands_for_all(hamlet.world, hamlet.setting, above, 1)
    first, tied, silent, twice = ring(hamlet, 0, 1, 2, 3)
    lifecycle.change_state(hamlet.world, silent, s.LATENT)
    cases["row"][silent] = 0
    hamlet.state.latent["case"][0] = silent
    hamlet.state.counts["latent"] = 1
    hamlet.job(first)
    cases["jobs"][first][0] = 0
    assert shared.is_known(hamlet.world, tied) and not shared.is_known(hamlet.world, first)
    shared.tie(hamlet.engine, hamlet.world, tied)
    other = hamlet.job(twice, key=9, phase=s.HANDLING, hours=6.0, yuan=80.0, heading=h.HANDLING)
    join_queue(hamlet.engine, other, hamlet.office, s.C_ORDINARY)
    hamlet.model.engine.jobs["station"][other] = hamlet.office
    assert burden[:4].tolist() == [1, 1, 1, 1]
    cases["quality"][first][0] = 1.0
    closing.close(hamlet.engine, hamlet.world, hamlet.setting, first, 12, 12.5)
    told.is_next(3 - burden[:3].sum())
    told.is_next(hamlet.state.counts["closings"][0])
    told.is_next(hamlet.model.engine.jobs["hours"][other])
    jobs = hamlet.model.engine.jobs[other]
    assert jobs["heading"] == h.HANDLED_TWICE and jobs["yuan"] == 0.0 and burden[3] == 0
    records = hamlet.state.records[:3]
    assert sorted(records["outcome"]) == [s.HEALED, s.RESOLVED, s.RESOLVED] and (records["gone"] == 12.5).all()
    assert records["met"][records["outcome"] == s.HEALED].tolist() == [1]
    assert hamlet.state.states["state"][twice] == s.OPEN and not rings(hamlet, twice)


def test_a_ring_holds_whoever_is_left() -> None:
    hamlet = Hamlet(**ON)
    made = ring(hamlet, 0, 1, 2)
    assert all(rings(hamlet, one) == set(made) for one in made)
    lifecycle.free_case(hamlet.world, made[1])
    assert rings(hamlet, made[0]) == rings(hamlet, made[2]) == {made[0], made[2]}
    lifecycle.free_case(hamlet.world, made[0])
    assert not rings(hamlet, made[2])


def test_what_is_tied_ends_with_the_last_request_that_is_handled() -> None:
    hamlet = Hamlet(**ON, **{"casework.comes_back": 0.0})
    first, second, tied = ring(hamlet, 0, 1, 2)
    for case_id in (first, second):
        hamlet.state.cases["jobs"][case_id][0] = hamlet.job(case_id, key=case_id + 5)
    shared.tie(hamlet.engine, hamlet.world, tied)
    assert not shared.others_wait_for(hamlet.world, first)
    closing.close(hamlet.engine, hamlet.world, hamlet.setting, first, 12, 12.5)
    assert hamlet.state.states["state"][tied] == s.OPEN and shared.others_wait_for(hamlet.world, second)
    closing.give_up(hamlet.engine, hamlet.world, hamlet.setting, second, 13)
    assert hamlet.state.states["state"][second] == s.OPEN, "others wait for it"
    closing.close(hamlet.engine, hamlet.world, hamlet.setting, second, 14, 14.5)
    assert hamlet.state.states["state"][tied] == s.LINGERING and hamlet.state.burden[2] == 1


# --- In a run ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, Run]]:
    """Half a year, with and without; what is given up is voiced again."""
    plain = AGAIN | {"run.start": "empty"}
    yield {"without": run(demo(**plain), 180), "with": run(demo(**plain, **SHARED), 180)}


def test_residents_have_as_many_needs_and_some_requests_are_duplicates(runs: dict[str, Run]) -> None:
    arisen = [runs[name].daily["arisen"].sum() for name in ("without", "with")]
    assert abs(arisen[1] - arisen[0]) < 4 * (arisen[0] + (1 + 2 * 3) * arisen[1]) ** 0.5, (
        "Poisson, and in lots of 1 + 3"
    )
    daily = runs["with"].daily
    assert daily["shared"].sum() > 100 and 10 < daily["duplicates"].sum() < daily["shared"].sum()
    assert 0.0 < runs["with"].metrics["duplicate_share"] < 0.2
    assert not runs["without"].daily[["shared", "duplicates"]].any(axis=None)


def test_all_bear_a_trouble_as_long_as_it_is_there(runs: dict[str, Run]) -> None:
    """Burden is the needs that are neither over nor relieved; every ring holds living needs alone, of one root."""
    model = runs["with"].model
    assert model is not None
    world = model.world
    used = int(world.counts["cases_used"][0])
    cases, states = world.cases[:used], world.states["state"][:used]
    bearing = np.isin(states, (s.LATENT, s.OPEN, s.UNRESOLVED, s.WITHDRAWN, s.LINGERING)) & np.isnan(cases["gone"])
    burden = np.bincount(cases["resident"][bearing], minlength=len(world.burden))
    np.testing.assert_array_equal(burden, world.burden)
    rings = cases["ring"] >= 0
    assert rings.sum() > 20 and bearing[rings].all() and bearing[cases["ring"][rings]].all()
    assert (cases["root"][rings] == cases["root"][cases["ring"][rings]]).all()
    assert (np.bincount(cases["ring"][rings], minlength=used) == rings).all(), "each is the next of one"
    assert (states[cases["tied"] == 1] == s.OPEN).all()


def test_the_price_is_booked(runs: dict[str, Run]) -> None:
    booked = {name: one.ledger.groupby("heading")["amount"].sum() for name, one in runs.items()}
    assert booked["with"]["duplicates"] > 0.0 and booked["with"]["handled_twice"] > 0.0
    assert not {"duplicates", "handled_twice"} & set(booked["without"].index)
