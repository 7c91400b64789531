"""What was done to the worlds of a page can be taken back, and done again; nothing is lost by a wrong click."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jobs import brought, group_at, wait_for_day
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.worlds.history import MAX_KEPT, History
from sanfang.dashboard.worlds.session_group import SessionGroup
from sanfang.scenario.errors import InputError

AT_40 = Address(district="demo", size=1.0, days=90, day=40, worlds=(LinkedWorld("before"),))


def done(group: SessionGroup, action: str, value: float | None = None) -> Address:
    wanted = group.carry_out({"action": action, "value": value})
    assert wanted is not None
    brought(group, wanted)
    return group.shown


def test_a_move_a_rewind_and_a_reset_are_taken_back_and_done_again() -> None:
    group = group_at(AT_40)
    assert group.history.can(group.shown) == (False, False)
    untouched = group.shown
    group.move(0, "authority", 1.0)
    moved = done(group, "step", 20)
    rewound = done(group, "rewind", 30)
    done(group, "reset")
    assert [done(group, "undo") for _ in range(3)] == [rewound, moved, untouched]
    assert group.carry_out({"action": "undo"}) is None
    assert done(group, "redo") == moved and done(group, "redo") == rewound
    satisfaction = group.worlds[0].model.diary.satisfaction[: group.day].copy()
    again = group_at(rewound)
    assert (again.worlds[0].model.diary.satisfaction[: again.day] == satisfaction).all()


def test_what_changes_nothing_is_not_kept_and_a_new_move_ends_what_could_be_done_again() -> None:
    group = group_at(AT_40)
    done(group, "rewind", 40)
    with pytest.raises(InputError):
        group.move(0, "no such lever", 1.0)
    assert group.history.can(group.shown) == (False, False)
    group.move(0, "authority", 1.0)
    done(group, "undo")
    assert group.history.can(group.shown) == (False, True)
    group.move(0, "authority", 0.5)
    assert group.history.can(group.shown) == (True, False)


def test_another_district_seed_or_number_of_worlds_has_a_history_of_its_own() -> None:
    history = History()
    for day in range(MAX_KEPT + 10):
        history.note(replace(AT_40, day=day))
    for other in (replace(AT_40, seed=2), replace(AT_40, worlds=AT_40.worlds * 2)):
        assert history.can(other) == (False, False)
    back = []
    while (wanted := history.back(AT_40)) is not None:
        back.append(wanted.day)
    assert back == list(range(MAX_KEPT + 9, 9, -1))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_the_page(visit: Any, lang: str) -> None:
    page = visit(f"/?lang={lang}&district=demo&size=1&days=60&day=30&a=before&a.moves=10:authority:1")
    wait_for_day(page, 30)
    assert page.locator("[data-do=undo]").is_disabled()
    page.click("[data-do=reset]")
    wait_for_day(page, 0)
    assert "authority" not in page.url
    page.click("[data-do=undo]:enabled")
    wait_for_day(page, 30)
    page.wait_for_function("location.search.includes('10:authority:1')")
    page.click("[data-do=redo]:enabled")
    wait_for_day(page, 0)
