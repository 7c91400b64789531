"""Worlds side by side stay on one day, whatever is asked for and whichever lever is moved."""

from __future__ import annotations

import threading
from dataclasses import replace

import pandas as pd
import pytest

from compared_worlds import ADDRESS, TWO
from jobs import brought, group_at, playbacks_at_rest
from sanfang.dashboard.address import LinkedWorld, read
from sanfang.dashboard.limits import MAX_MOVES
from sanfang.dashboard.pages.compare import side_by_side
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.scenario.errors import InputError


def test_worlds_stay_on_one_day_whatever_is_asked_for() -> None:
    group = group_at(replace(ADDRESS, day=0))

    def ask(action: str, value: object) -> None:
        wanted = group.carry_out({"action": action, "value": value})
        assert wanted is not None
        brought(group, wanted)
        assert {session.day for session in group.worlds} == {group.day}

    for action, value in (("step", 7), ("rewind", 3), ("step", 999)):
        ask(action, value)
    assert group.day == 3 + 31  # a step is a month at most
    ask("rewind", "nonsense")
    assert group.day == 0
    assert group.carry_out({"action": "delete"}) is None and group.carry_out({}) is None
    for nothing in (10**400, None, [], {}):
        ask("step", nothing)
    assert group.day == 4  # a day each
    ask("step", 31)
    ask("step", 31)
    assert group.day == ADDRESS.days and group.over


def test_play_and_rewind_in_between_leave_the_worlds_together() -> None:
    group = group_at(replace(ADDRESS, day=0))
    group.playback.days_a_second = 100
    stepped, play = threading.Semaphore(0), group.playback._step
    group.playback._step = lambda days: (play(days), stepped.release())[0]
    for _ in range(3):
        group.carry_out({"action": "play"})
        assert stepped.acquire(timeout=60), "it plays"
        wanted = group.carry_out({"action": "rewind", "value": 2})
        assert wanted is not None
        brought(group, wanted)
        playbacks_at_rest()
        assert {session.day for session in group.worlds} == {2}


def test_a_lever_moved_in_one_world_leaves_the_other_alone_and_a_link_tells_it_again() -> None:
    group = group_at(replace(ADDRESS, day=10))
    group.move(1, "triage", 0.8)
    brought(group, replace(group.shown, day=20))
    assert group.worlds[0].world.moves == () and group.worlds[1].world.moves == ((10, "triage", 0.8),)
    marks = side_by_side.marks(group.worlds, "en")
    assert [mark["day"] for mark in marks] == [11] and marks[0]["label"].startswith("B: ")
    address = replace(ADDRESS, day=20, worlds=tuple(session.world for session in group.worlds))
    again, problems = read(address.query())
    assert not problems
    for old, new in zip(group.worlds, group_at(again).worlds, strict=True):
        pd.testing.assert_frame_equal(old.so_far().daily, new.so_far().daily)


def test_a_world_takes_no_more_moves_than_a_link_can_tell() -> None:
    moves = tuple((1 + day, "triage", day % 2 / 2) for day in range(MAX_MOVES))
    session = PageSession(replace(ADDRESS, days=300), LinkedWorld("before", moves=moves))
    session.step(1)
    before = session.world, session.scenario
    with pytest.raises(InputError, match=str(MAX_MOVES)):
        session.move("volunteers", 0.5)
    assert (session.world, session.scenario) == before
    session.move("triage", 0.75)  # in place of the one on this day
    assert len(session.world.moves) == MAX_MOVES and session.level("triage") == 0.75


@pytest.mark.parametrize("day", [0, 2])
def test_a_level_that_no_scenario_takes_leaves_the_world_as_it_was(day: int) -> None:
    session = PageSession(ADDRESS, LinkedWorld("before"))
    session.step(day)
    before = session.world, session.scenario
    with pytest.raises(InputError):
        session.move("triage", 5.0)
    assert (session.world, session.scenario) == before


def test_a_button_names_a_world_that_is_there() -> None:
    pytest.importorskip("solara")
    from sanfang.dashboard.pages.compare.page import world_of_button

    assert [world_of_button(id_, 2, 0) for id_ in ("0", "1")] == [0, 1]
    for id_ in ("-9", "2", "x", "", "9" * 5_000, None, 1, [], {}):
        assert world_of_button(id_, 2, 0) == 0 and world_of_button(id_, 2, 1) == 1


@pytest.mark.parametrize("value", [[], {}, None, "x", "nan", "1e400", 10**400])
def test_a_seed_that_is_no_number_changes_nothing(value: object) -> None:
    pytest.importorskip("solara")
    from sanfang.dashboard.pages.trust.page import _take_seed
    from sanfang.dashboard.widgets import viewer

    before = viewer.address.value
    _take_seed({"field": "seed", "value": value})
    assert viewer.address.value == before


def test_worlds_that_are_played_already_are_taken_over() -> None:
    group = group_at(replace(ADDRESS, day=5))
    before = group.worlds
    third = brought(group, replace(ADDRESS, day=5, worlds=(*TWO, LinkedWorld("precision")))).worlds
    assert third[:2] == before and third[2].day == 5
    twins = brought(group, replace(ADDRESS, day=5, worlds=(TWO[0], TWO[0]))).worlds
    assert twins[0] is before[0] and twins[1] is not before[0]
    assert brought(group, replace(ADDRESS, day=5, seed=4, worlds=(TWO[0], TWO[0]))).worlds[0] is not before[0]


def test_another_policy_is_played_up_to_today_to_the_last_digit() -> None:
    group = group_at(replace(ADDRESS, day=20))
    brought(group, replace(ADDRESS, day=20, worlds=(TWO[0], LinkedWorld("precision", moves=((10, "triage", 0.5),)))))
    alone = group_at(replace(ADDRESS, day=20, worlds=(LinkedWorld("precision", moves=((10, "triage", 0.5),)),)))
    pd.testing.assert_frame_equal(group.worlds[1].so_far().daily, alone.worlds[0].so_far().daily, check_exact=True)
