"""How teams come in: names, the locked door, removed phones, places; and which workshop makes room."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sanfang.dashboard import limits
from sanfang.dashboard.pages.workshop.page import DOOR, door_buttons, picture
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.dashboard.workshop import rooms, workshop
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.rooms import Rooms
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.views import phone
from sanfang.dashboard.workshop.workshop import HOST, Workshop
from sanfang.dashboard.worlds import kept_runs
from sanfang.run.names import alike, clean_name, is_seen
from sanfang.run.tree import TRUNK
from workshops import MadeUp, made_up, order, play

SETTING = Setting("demo", 0.25, 1, 60)
FARMER = "\U0001f469\u200d\U0001f33e"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop with made-up runs, which are there at once."""
    yield from made_up(monkeypatch, SETTING)


def told(room: Workshop, *entry: str) -> str:
    """Why somebody cannot come in; "" if he has come in."""
    try:
        room.enter(*entry)
    except Refused as refused:
        assert all(refused.say(lang) for lang in LANGUAGES)
        return refused.reason
    return ""


# --- Names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unseen",
    ["re\u200bd", "re\u200dd", "\u202eder", "red\u2066", "re\u00add", "red\u3164",
     "\u2800red", "re\ufe0fd", "\ufeffred",
     "red\U000e0061", "\u115fred", FARMER + "\u200d", "\u200d" + FARMER],
)  # fmt: skip
def test_a_name_with_something_unseen_is_refused_and_says_why(room: Workshop, unseen: str) -> None:
    assert told(room, unseen) == "name_unseen"


@pytest.mark.parametrize(
    "name", [FARMER, "红组 " + FARMER, "\u2764\ufe0f", "1\ufe0f\u20e3", "\U0001f44d\U0001f3fd", "第一组", "Équipe 3"]
)
def test_a_picture_of_several_is_a_name_of_teams_and_of_branches(room: Workshop, name: str) -> None:
    token = room.enter(name)
    room.act(token, order(**play({"authority": 1.0}, name=name)))
    assert room.teams[0].name == room.tree.branch(1).name == clean_name(name) and is_seen(name)


@pytest.mark.parametrize(
    ("first", "second"),
    [("red", "rеd"), ("red", "RED "), ("Team 1", "Team l"), ("Team 1", "Team I"), ("Blue", "ВLUЕ"),
     ("第一组", "第ー组"), ("红组", "红 组"), ("Pop", "P0P"), ("Pos", "Ροѕ"), ("口", "ロ"),
     (FARMER, FARMER + "\ufe0f")],
)  # fmt: skip
def test_a_name_that_looks_like_another_is_refused(room: Workshop, first: str, second: str) -> None:
    room.enter(first)
    assert told(room, second) in ("name_taken", "name_alike")


def test_names_that_differ_to_the_eye_are_both_had_and_nobody_is_taken_for_the_host(room: Workshop) -> None:
    for name in ("红组", "黄组", "Team 1", "Team 2", FARMER, "\U0001f469", "Red", "Rad"):
        assert told(room, name) == ""
    assert {told(room, say("workshop_host", lang)) for lang in LANGUAGES} == {"name_taken"}
    assert told(room, "H0ST") == "name_alike" and alike("") == ""


# --- The door ---------------------------------------------------------------------------------------------


def test_a_locked_door_lets_in_nobody_new_and_who_is_in_goes_on(room: Workshop) -> None:
    token = room.enter("red")
    DOOR["lock"](room)
    assert told(room, "blue") == "locked"
    room.act(token, order(**play({"authority": 1.0})))
    room.reopen(1)
    assert told(room, "red") == "", "the host has allowed another phone"
    DOOR["unlock"](room)
    assert told(room, "blue") == ""


def test_the_browser_of_a_removed_team_stays_out_until_the_host_lets_it_in(room: Workshop) -> None:
    room.enter("red", "one browser")
    room.enter("blue", "another browser")
    room.remove(1)
    assert told(room, "green", "one browser") == "removed" and told(room, "gold", "another browser") == ""
    assert [one["id"] for one in door_buttons(room, "en")] == ["lock", "renew", "let_back"]
    DOOR["let_back"](room)
    assert told(room, "green", "one browser") == ""


def test_one_browser_has_few_places_and_they_come_back(room: Workshop) -> None:
    assert [told(room, f"team {n}", "one browser") for n in range(3)] == ["", "", "browser"]
    room.remove(1)
    DOOR["let_back"](room)
    assert told(room, "team 9", "one browser") == ""


def test_who_knows_only_the_old_code_or_link_does_not_come_in(
    monkeypatch: pytest.MonkeyPatch, open_rooms: Rooms
) -> None:
    room = open_rooms.open("a", SETTING)
    code, link = room.entrance.code, room.entrance.link
    assert open_rooms.with_link(link) is room is open_rooms.with_code(code) and len(link) == 22
    DOOR["renew"](room)
    assert open_rooms.with_link(link) is None and open_rooms.with_code(code) is None
    assert open_rooms.with_link(room.entrance.link) is room and open_rooms.with_link(room.entrance.code) is None


def test_the_picture_is_a_square_code_of_address_and_link() -> None:
    rows = picture("http://192.168.1.23:8765", "x" * 22)
    assert len(rows) == len(rows[0]) >= 21 and {*"".join(rows)} == {"0", "1"}
    assert [row[:7] for row in rows[:7]] == [
        "1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111",
    ]  # fmt: skip
    assert picture("", "x" * 22) == [] and picture("http://192.168.1.23:8765", "y" * 22) != rows


# --- States -----------------------------------------------------------------------------------------------


def test_a_branch_waits_plays_and_is_stopped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two branches, of which one alone is played at a time, as by `Runs`; then the team of the second is removed."""
    go_on, runs, playing = threading.Event(), kept_runs.Runs(), threading.Event()

    def slow(trial: Any, job: Any) -> Any:
        playing.set()
        while not go_on.is_set():
            job.check()
            time.sleep(0.01)
        return MadeUp().make(trial, job)

    monkeypatch.setattr(kept_runs, "_made", slow)
    monkeypatch.setattr(workshop, "RUNS", runs)
    room = Workshop("host", SETTING)
    tokens = [room.enter(name) for name in ("red", "blue")]
    for token, lever, state in zip(tokens, ("authority", "triage"), ("playing", "waiting"), strict=True):
        room.act(token, order(**play({lever: 1.0})))
        assert playing.wait(30)
        branch = room.tree.branches[-1]
        until(lambda branch=branch, state=state: room.state(branch) == state)  # type: ignore[misc]
        told = phone(room, room.teams[branch.id - 1])
        assert told["texts"]["en"]["branches"][str(branch.id)]["state"] == say(f"workshop_{state}", "en")
    room.remove(2)
    until(lambda: room.state(room.tree.branch(2)) == "stopped")
    go_on.set()
    until(lambda: room.state(room.tree.branch(1)) == "played")
    assert room.state(room.tree.branch(2)) == "stopped" and room.tree.branch(2).kept is None
    room.close()


def until(holds: Any) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never held")


# --- Room for another -------------------------------------------------------------------------------------


def test_the_workshop_at_which_nobody_looks_makes_room(open_rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [open_rooms.open(f"host {number}", SETTING) for number in range(limits.WORKSHOPS)]
    with pytest.raises(Refused, match="room"):
        open_rooms.open("one more", SETTING)
    later = time.monotonic() + limits.WORKSHOP_LEFT_SECONDS + 1
    monkeypatch.setattr(rooms.time, "monotonic", lambda: later)
    gone = made[0].teller.join(lambda: None)  # a screen
    for one in made[2:]:
        one.look()  # a phone
    assert open_rooms.open("one more", SETTING) and [one.over for one in made] == [False, True, *[False] * 4]
    with pytest.raises(Refused, match="room"):
        open_rooms.open("yet another", SETTING)
    gone()
    assert made[0].looked == later, "it counts from when the screen was left"


def test_the_host_has_branches_of_its_own(room: Workshop) -> None:
    room.play(HOST, order(**play({"authority": 1.0}, expected={})))  # type: ignore[arg-type]
    assert room.state(room.tree.branch(1)) == room.state(room.tree.branch(TRUNK)) == "played"
