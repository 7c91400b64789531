"""A look at a district at work: its numbers are the model's own, and it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hand_made import Hamlet
from model_runs import demo
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.lifecycle import change_state
from sanfang.model.kernel.engine import become_idle, join_queue, new_job, start_service
from sanfang.model.kernel.engine_arrays import NONE, VACANT
from sanfang.model.model import DistrictModel
from sanfang.run.scene import (
    DESK,
    EMPTY_SEAT,
    FREE_SEAT,
    HOME,
    NEW,
    ON_OTHER,
    ON_REQUEST,
    QUEUE,
    SEAT,
    Scene,
    before,
    ended,
    grid_homes,
    queue,
    scene,
)
from sanfang.run.session import Session
from sanfang.scenario.scenario import Scenario


def played(name: str, days: int, **changes: Any) -> DistrictModel:
    session = Session(demo(name, **changes), seed=3, days=90)
    session.step(days)
    return session.model


def with_all_parts(name: str, days: int, **changes: Any) -> DistrictModel:
    """Some communities of Licang, where requests are tied to others, closed in vain and voiced again."""
    session = Session(Scenario.load(name, "licang").with_(changes), seed=3, scale=0.03, days=90)
    session.step(days)
    return session.model


EVERYTHING = ("three-devolutions-two-refinements", {"policy.case_management": 1.0})


@pytest.mark.parametrize("make", [played, with_all_parts])
@pytest.mark.parametrize(("name", "changes"), [("before", {}), EVERYTHING], ids=["before", "all"])
@pytest.mark.parametrize("days", [0, 17, 60])
def test_the_numbers_of_a_scene_are_those_of_the_models_books(
    make: Callable[..., DistrictModel], name: str, changes: dict[str, Any], days: int
) -> None:
    model = make(name, days, **changes)
    now = scene(model)
    workers, layout, dots = model.engine.workers, model.world.layout, now.dots
    for office in (*model.communities, *model.streets, *model.departments):
        rows = office.staff
        assert now.stations.waiting[office.stations].sum() == office.waiting
        assert now.stations.posts[office.stations].sum() == len(rows)
        assert now.stations.vacant[office.stations].sum() == (workers["doing"][rows] == VACANT).sum()
        busy = sum(model.workers[row].busy for row in rows)
        assert (now.stations.on_requests + now.stations.on_other)[office.stations].sum() == busy
    back = (dots.spot == HOME) & (dots.cause != NEW)
    state = model.world.states["state"][: int(model.world.counts["cases_used"][0])]
    assert len(np.unique(dots.key[~back])) == model.world.flow[:, :, s.OPEN].sum()
    assert len(np.unique(dots.key[back])) == back.sum() == (state == s.UNRESOLVED).sum()
    by_community = [len(np.unique(dots.key[~back & (dots.community == c)])) for c in range(layout.communities)]
    assert by_community == model.world.flow[:, :, s.OPEN].sum(axis=1).tolist()
    homes = grid_homes(model)
    people = np.bincount(model.residents.grid)
    for row, community in enumerate(model.communities):
        own = homes == row
        assert np.average(now.mood[own], weights=people[own]) == pytest.approx(community.satisfaction, abs=1e-6)
    if days == 60:  # all kinds of places are tried
        assert set(dots.spot.tolist()) == {HOME, QUEUE, SEAT, DESK} and now.stations.requests.sum() > 0
        assert (dots.part.max() > 0) == bool(changes)
    no_job = dots.cause[dots.job == NONE]
    assert set(no_job.tolist()) <= {NEW, s.T_REWORK, s.T_CASE_WAIT}
    assert (no_job == s.T_CASE_WAIT).sum() == (model.world.cases["tied"][dots.case] == 1).sum()


def test_a_queue_is_told_in_the_order_in_which_it_is_served() -> None:
    model = played("before", 60)
    now = scene(model)
    longest = int(now.stations.requests.argmax())
    waiting = int(now.stations.waiting[longest])
    whole = queue(model, longest, waiting + 5)
    assert len(whole) == waiting and queue(model, longest, 2) == whole[:2]
    assert [one.class_ for one in whole] == sorted(one.class_ for one in whole)
    mine = now.dots.those((now.dots.place == longest) & (now.dots.spot == QUEUE))
    assert [one.case for one in whole if one.case != NONE] == mine.case.tolist()
    for turn, one in enumerate(whole):
        if one.case != NONE:
            assert before(model, int(mine.job[mine.case == one.case][0])) == turn
    assert all(one.hours >= 0 for one in whole)


def test_looking_changes_nothing() -> None:
    looked, other = (Session(demo(), seed=5, days=40) for _ in range(2))
    for _ in range(30):
        scene(looked.model)
        queue(looked.model, 0, 5)
        looked.step()
    other.step(30)
    pd.testing.assert_frame_equal(looked.daily, other.daily, check_exact=True)
    pd.testing.assert_frame_equal(looked.ledger, other.ledger, check_exact=True)


def test_who_has_ended_is_who_has_a_record() -> None:
    session = Session(demo(), seed=3, days=60)
    session.step(40)
    since = int(session.model.world.counts["records"][0])
    dots = scene(session.model).dots
    session.step(5)
    keys, outcomes = ended(session.model, since)
    requests = session.requests
    gone = requests[requests["voiced"].notna() & requests["outcome"].isin(["resolved", "unresolved", "withdrawn"])]
    told = dict(zip((f"{key:016x}" for key in keys.tolist()), outcomes.tolist(), strict=True))
    assert all(s.STATE_NAMES[told[id_]] == gone.set_index("id")["outcome"][id_] for id_ in told)
    still = {f"{key:016x}" for key in scene(session.model).dots.key.tolist()}
    left = {f"{key:016x}" for key in dots.key.tolist()} - still
    assert left and left <= set(told)  # whoever was there, and is no more, has ended


# --- A hamlet -----------------------------------------------------------------------------------------------


def one_dot(now: Scene) -> tuple[int, int, int]:
    assert len(now.dots.key) == 1
    return int(now.dots.place[0]), int(now.dots.spot[0]), int(now.dots.cause[0])


@pytest.mark.parametrize(
    ("fields", "where", "spot"),
    [
        ({"phase": s.REGISTERING, "tier": s.COMMUNITY, "cause": s.T_LEAD_TIME}, "office", DESK),
        ({"phase": s.SENT_ON, "tier": s.COMMUNITY, "cause": s.T_INFORMATION}, "office", DESK),
        ({"phase": s.HANDED_ON, "tier": s.STREET, "cause": s.T_HANDOFF}, "street", DESK),
        ({"phase": s.SENT_BACK, "tier": s.DEPARTMENT, "cause": s.T_INFORMATION}, "department", DESK),
        ({"phase": s.APPROVED, "tier": s.DEPARTMENT, "cause": s.T_HANDOFF}, "department", DESK),
        ({"phase": s.GRANTED, "tier": s.COMMUNITY, "cause": s.T_SHORTAGE}, "department", DESK),
        ({"phase": s.UNFUNDED, "tier": s.COMMUNITY, "target": s.COMMUNITY, "cause": s.T_SHORTAGE}, "office", DESK),
        ({"phase": s.EXECUTED, "tier": s.STREET, "target": s.DEPARTMENT, "cause": s.T_LEAD_TIME}, "department", DESK),
        ({"phase": s.AT_PARTNER, "tier": s.COMMUNITY, "cause": s.T_LEAD_TIME}, "office", DESK),
        ({"phase": s.CONVENED, "tier": s.STREET, "cause": s.T_LEAD_TIME}, "office", DESK),
        ({"phase": s.COMES_BACK, "tier": s.COMMUNITY, "cause": s.T_REWORK}, "home", HOME),
    ],
)
def test_a_part_stands_where_its_phase_says(fields: dict[str, int], where: str, spot: int) -> None:
    place = Hamlet()
    case_id = place.case(domain=1)
    place.job(case_id, **fields)
    expected = {"office": place.office, "street": place.street, "department": place.department(1), "home": 0}[where]
    assert one_dot(scene(place.model)) == (expected, spot, fields["cause"])


def test_what_is_voiced_and_not_taken_in_is_at_home() -> None:
    place = Hamlet()
    place.case()
    assert one_dot(scene(place.model)) == (0, HOME, NEW)
    resting = Hamlet()
    resting.job(resting.case(), phase=s.TO_CASE)
    assert one_dot(scene(resting.model)) == (0, HOME, NEW)


def test_what_was_closed_in_vain_and_will_be_brought_back_is_at_home_and_not_new() -> None:
    place = Hamlet()
    change_state(place.world, place.case(), s.UNRESOLVED)
    assert one_dot(scene(place.model)) == (0, HOME, s.T_REWORK)


def test_what_is_tied_to_another_request_lies_where_that_one_is() -> None:
    place = Hamlet()
    first, second, third = (place.case(key=key, domain=1) for key in (1, 2, 3))
    place.job(second, key=2, phase=s.APPROVED, tier=s.DEPARTMENT, cause=s.T_HANDOFF)
    place.state.cases["ring"][[first, second, third]] = third, first, second  # first, third, second
    place.state.cases["tied"][first] = 1
    dots = scene(place.model).dots
    beside, handled = np.flatnonzero(dots.key == 1)[0], np.flatnonzero(dots.key == 2)[0]
    assert dots.place[beside] == dots.place[handled] == place.department(1)
    assert (dots.spot[beside], dots.cause[beside]) == (DESK, s.T_CASE_WAIT)
    assert dots.cause[dots.key == 3].tolist() == [NEW]
    alone = Hamlet()
    alone.state.cases["tied"][alone.case()] = 1
    assert one_dot(scene(alone.model)) == (alone.office, DESK, s.T_CASE_WAIT)


def test_parts_that_run_at_the_same_time_are_dots_of_their_own() -> None:
    for parallel in (0, 1):
        place = Hamlet()
        case_id = place.case(parts=2, parallel=parallel)
        first = place.job(case_id, phase=s.HANDED_ON, tier=s.STREET)
        second = place.job(case_id, key=2, phase=s.APPROVED, tier=s.DEPARTMENT, part=1)
        place.state.cases["jobs"][case_id][:2] = first, second
        if not parallel:
            place.model.engine.jobs["phase"][second] = s.TO_CASE
        dots = scene(place.model).dots
        assert dots.part.tolist() == ([0, 1] if parallel else [0])
        assert set(dots.key.tolist()) == {1} and set(dots.case.tolist()) == {case_id}


def test_posts_and_queues_of_a_station_are_told_by_what_they_are_for() -> None:
    place = Hamlet()
    engine, model = place.engine, place.model
    office = place.office
    posts = np.flatnonzero(model.engine.workers["home"] == office)
    for row in posts:
        become_idle(engine, int(row))
    asked = place.job(place.case(), phase=s.HANDLING, heading=h.HANDLING)
    task = int(new_job(engine, np.uint64(9), 0))
    waits = int(new_job(engine, np.uint64(10), 0))
    for job_id in (task, waits):
        model.engine.jobs["phase"][job_id], model.engine.jobs["heading"][job_id] = s.TASK, h.TASKS_USEFUL
    queued = place.job(place.case(key=5), key=6, phase=s.HANDLING, heading=h.HANDLING)
    ahead = place.job(place.case(key=7), key=8, phase=s.HANDLING, heading=h.HANDLING)
    start_service(engine, asked, int(posts[0]), 1.0)
    doing = [ON_REQUEST]
    if len(posts) > 1:
        start_service(engine, task, int(posts[1]), 1.0)
        doing.append(ON_OTHER)
    doing += [FREE_SEAT] * (len(posts) - len(doing))
    join_queue(engine, waits, office, s.C_ORDINARY)
    join_queue(engine, queued, office, s.C_ORDINARY)
    join_queue(engine, ahead, office, s.C_TRIAGED)
    now = scene(model)
    assert now.seat_doing[posts].tolist() == doing
    assert (int(now.stations.waiting[office]), int(now.stations.requests[office])) == (3, 2)
    in_queue = now.dots.those(now.dots.spot == QUEUE)
    assert in_queue.key.tolist() == [7, 5] and in_queue.place.tolist() == [office, office]
    in_hand = now.dots.those(now.dots.spot == SEAT)
    assert in_hand.worker.tolist() == [posts[0]] and in_hand.place.tolist() == [office]
    told = queue(model, office, 10)
    assert [one.case for one in told] == [int(in_queue.case[0]), NONE, int(in_queue.case[1])]
    assert told[1].heading == h.TASKS_USEFUL
    assert (before(model, ahead), before(model, waits), before(model, queued)) == (0, 1, 2)
    model.engine.workers["doing"][posts[-1]] = VACANT
    assert scene(model).seat_doing[posts[-1]] == EMPTY_SEAT
