"""Who may do what in a workshop: a team what is its own, within its budget; nobody what is another's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sanfang.dashboard import limits
from sanfang.dashboard.workshop import rooms, workshop
from sanfang.dashboard.workshop.entrance import ALPHABET, CODE_LENGTH, digest
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.rooms import Rooms
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.views import phone
from sanfang.dashboard.workshop.workshop import HOST, Workshop
from sanfang.run.tree import TRUNK
from sanfang.run.tree_file import to_json
from sanfang.scenario.errors import InputError
from workshops import FORESEEN, made_up, order, play

SETTING = Setting("demo", 0.25, 1, 60, 3, "What first?")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop with made-up runs, which are there at once."""
    yield from made_up(monkeypatch, SETTING)


@pytest.fixture
def two(room: Workshop) -> tuple[str, str]:
    """The tokens of two teams with a branch each: 1 is red's, 2 is blue's."""
    tokens = room.enter("red"), room.enter("blue")
    for token, lever in zip(tokens, ("authority", "triage"), strict=True):
        room.act(token, order(**play({lever: 1.0})))
    return tokens


ANOTHERS: dict[str, dict[str, Any]] = {
    "leave its branch": play({"one_window": 1.0}, parent=1),
    "leave its branch on the way": play({"one_window": 1.0}, parent=1, day=30),
    "rename its branch": {"action": "name", "branch": 1, "name": "ours"},
    "rename the trunk": {"action": "name", "branch": TRUNK, "name": "ours"},
    "leave one that is not there": play({"one_window": 1.0}, parent=99),
    "rename one that is not there": {"action": "name", "branch": 99, "name": "ours"},
}


@pytest.mark.parametrize("tried", ANOTHERS)
def test_a_token_does_nothing_to_the_branch_of_another_team(room: Workshop, two: Any, tried: str) -> None:
    before = to_json(room.tree)
    with pytest.raises((Refused, InputError)):
        room.act(two[1], order(**ANOTHERS[tried]))
    assert to_json(room.tree) == before


def test_undo_and_redo_move_the_own_team_only(room: Workshop, two: Any) -> None:
    room.act(two[1], order(action="undo"))
    assert room.tree.pointer("blue").now == TRUNK and room.tree.pointer("red").now == 1
    with pytest.raises(Refused):
        room.act(two[1], order(action="undo"))
    room.act(two[1], order(action="redo"))
    assert room.tree.pointer("blue").now == 2 and room.tree.pointer("red").now == 1


def test_a_branch_goes_on_from_the_own_one(room: Workshop, two: Any) -> None:
    room.act(two[0], order(**play({"one_window": 0.5}, parent=1, day=30, name="Later")))
    grown = room.tree.branch(3)
    assert [tuple(move) for move in grown.moves] == [(0, "authority", 1.0), (30, "one_window", 0.5)]
    assert (grown.owner, grown.name, grown.kept is not None) == ("red", "Later", True)


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "a" * 5_000, "the host", "What first?", "\0"])
def test_what_is_no_token_opens_nothing(room: Workshop, two: Any, token: str) -> None:
    before = to_json(room.tree)
    for given in (token, room.entrance.code, room.entrance.link, two[0][:-1], two[0] + "x", two[0].swapcase()):
        assert room.entrance.of_token(given) is None
        with pytest.raises(Refused, match="team"):
            room.act(given, order(**play({"one_window": 1.0})))
    assert to_json(room.tree) == before


def test_a_token_is_long_drawn_at_random_and_kept_only_as_a_digest(room: Workshop) -> None:
    tokens = [room.enter(f"team {number}") for number in range(limits.TEAMS)]
    assert len(set(tokens)) == limits.TEAMS and all(len(token) >= 43 for token in tokens)
    kept = repr([vars(room), vars(room.entrance), *map(vars, room.teams)])
    assert not any(token in kept for token in tokens)
    assert all(repr(digest(token)) in kept for token in tokens), "this looks at where a token would lie"
    with pytest.raises(Refused, match="place"):
        room.enter("one more")


ENDS: dict[str, Callable[[Workshop, str], object]] = {
    "it leaves": lambda room, token: room.leave(token),
    "its phone is lost": lambda room, token: room.reopen(1),
    "it is removed": lambda room, token: room.remove(1),
    "the workshop is over": lambda room, token: room.close(),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_token_is_worth_nothing_once(room: Workshop, two: Any, end: str) -> None:
    ENDS[end](room, two[0])
    with pytest.raises(Refused, match="team"):
        room.act(two[0], order(action="undo"))
    assert len(room.tree.branches) == 3, "no branch is lost"


def test_only_the_host_frees_a_name_and_nobody_else_gets_its_branches(room: Workshop, two: Any) -> None:
    for name in ("red", "RED", "  red ", "ｒｅｄ"):
        with pytest.raises(Refused, match="name_taken"):
            room.enter(name)
    room.leave(two[0])
    with pytest.raises(Refused, match="name_taken"):
        room.enter("red")
    room.reopen(1)
    again = room.enter("red")
    room.act(again, order(**play({"one_window": 1.0}, parent=1, day=10)))
    room.remove(1)
    with pytest.raises(Refused, match="name_taken"):
        room.enter("Red")


@pytest.mark.parametrize("name", ["", "   ", "x" * 25, "a\x1b[2J", "\u202egod", "\ud800", "\u2028"])
def test_what_is_no_name_is_refused(room: Workshop, name: str) -> None:
    with pytest.raises(Refused, match="name"):
        room.enter(name)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "four doses": (play(dict.fromkeys(("authority", "triage", "one_window", "tailoring"), 1.0)), "budget"),
    "a little too much": (play({"authority": 1.0, "triage": 1.0, "one_window": 1.0, "tailoring": 0.01}), "budget"),
    "no prediction": (play({"authority": 1.0}, expected={}), "prediction"),
    "half a prediction": (play({"authority": 1.0}, expected={"wasted": "same"}), "prediction"),
    "nothing changed": (play({}), "change"),
    "changed to what it is": (play({"authority": 0.0}), "change"),
}


@pytest.mark.parametrize("tried", REFUSED)
def test_levers_are_chosen_within_the_budget_and_after_a_prediction(room: Workshop, tried: str) -> None:
    token, (given, reason) = room.enter("red"), REFUSED[tried]
    with pytest.raises(Refused, match=reason):
        room.act(token, order(**given))
    assert len(room.tree.branches) == 1


def test_a_later_move_counts_with_those_still_in_force(room: Workshop) -> None:
    token = room.enter("red")
    room.act(token, order(**play({"authority": 1.0, "triage": 1.0, "one_window": 1.0})))
    with pytest.raises(Refused, match="budget"):
        room.act(token, order(**play({"tailoring": 0.25}, parent=1, day=20)))
    room.act(token, order(**play({"tailoring": 1.0, "triage": 0.0}, parent=1, day=20)))
    assert room.tree.doses(room.tree.branch(2).moves) == 3.0


WRONG = [
    b"", b"[]", b"null", b"{", b'{"action":"remove"}', b'{"action":"undo","team":"red"}', b"\xff\xfe", b"[" * 9_000,
    *(json.dumps(given).encode() for given in (
        play({"authority": 2.0}), play({"authority": -1}), play({"authority": "1"}), play({"authority": True}),
        play({"authority": 1.0}, parent=-1), play({"authority": 1.0}, parent=1.5), play({"authority": 1.0}, day=-1),
        play({"authority": 1.0}, expected={"wasted": "great"}), play({"authority": 1.0}, owner="blue"),
        play({"authority": 1.0}, name="x" * 61), play({f"lever {n}": 1.0 for n in range(61)}),
    )),
    b'{"action":"play","parent":0,"day":0,"levels":{"authority":NaN},"expected":{}}',
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_is_no_order_is_not_understood(number: int) -> None:
    from sanfang.dashboard.workshop.orders import read

    with pytest.raises(Refused, match="form"):
        read(WRONG[number])


@pytest.mark.parametrize(
    "given", [play({"luck": 1.0}), play({"authority": 1.0}, day=60), play({"authority": 1.0}, name="\x1b")]
)
def test_an_order_that_no_run_can_carry_out_is_refused(room: Workshop, given: dict[str, Any]) -> None:
    token = room.enter("red")
    with pytest.raises(InputError):
        room.act(token, order(**given))
    assert len(room.tree.branches) == 1


def test_a_team_waits_for_its_branch_and_has_only_so_many(room: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    token = room.enter("red")
    for number in range(limits.BRANCHES_EACH):
        room.act(token, order(**play({"authority": 0.5 + number / 100})))
    with pytest.raises(Refused, match="more"):
        room.act(token, order(**play({"authority": 0.1})))
    other = room.enter("blue")
    monkeypatch.setattr(Workshop, "is_on_its_way", lambda *_: True)
    room.act(other, order(**play({"authority": 0.1})))
    with pytest.raises(Refused, match="patience"):
        room.act(other, order(**play({"authority": 0.2})))


def test_a_full_tree_keeps_room_for_teams_that_have_few(room: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "MAX_BRANCHES", 31)
    quick, slow = room.enter("quick"), room.enter("slow")

    def most(token: str) -> int:
        """How many a team plays until it is refused."""
        for number in range(limits.BRANCHES_EACH):
            try:
                room.act(token, order(**play({"authority": 0.5 + number / 100})))
            except Refused as refused:
                assert refused.reason == "tree"
                return number
        return limits.BRANCHES_EACH

    assert most(quick) == 31 - 1 - 2 * limits.BRANCHES_SURE, "one is the trunk; slow and the host have theirs kept"
    assert most(slow) == limits.BRANCHES_SURE
    room.play(HOST, order(**play({"triage": 0.5}, expected={})))  # type: ignore[arg-type]


def test_what_is_sure_is_there_for_as_many_teams_as_may_come_in() -> None:
    assert 1 + (limits.TEAMS + 1) * limits.BRANCHES_SURE <= workshop.MAX_BRANCHES
    assert limits.BRANCHES_SURE <= limits.BRANCHES_EACH


def test_a_phone_is_told_nothing_of_other_teams(room: Workshop, two: Any) -> None:
    room.rename(2, "a secret of blue")
    team = room.entrance.of_token(two[0])
    assert team is not None
    told = json.dumps(phone(room, team), ensure_ascii=False, allow_nan=False)
    assert "blue" not in told.replace("team", "") and two[0] not in told and room.entrance.code not in told
    assert [one["id"] for one in phone(room, team)["branches"]] == [1]


def test_the_host_may_act_on_any_branch(room: Workshop, two: Any) -> None:
    from sanfang.dashboard.pages.workshop.page import carry_out

    room.rename(1, "Bold")
    carry_out(room, "undo", 2)
    assert room.tree.branch(1).name == "Bold" and room.tree.pointer("blue").now == TRUNK
    room.play("blue", order(**play({"one_window": 1.0}, parent=1, expected={})))  # type: ignore[arg-type]
    room.play(HOST, order(**play({"one_window": 1.0}, parent=2, expected={})))  # type: ignore[arg-type]
    assert [one.owner for one in room.tree.branches[3:]] == ["blue", HOST]
    for action, value in (("undo", 9), ("undo", "1"), ("undo", True), ("kill", 1), ("phone", 9), ("remove", 0)):
        with pytest.raises(Refused):
            carry_out(room, action, value)


def test_a_prediction_is_held_against_what_came_out(room: Workshop, two: Any) -> None:
    team = room.entrance.of_token(two[0])
    assert team is not None and room.tree.branch(1).expected == FORESEEN
    for lang in ("zh", "en"):
        rows = phone(room, team)["texts"][lang]["branches"]["1"]["rows"]
        assert all(row["expected"] and row["outcome"] and row["right"] is not None for row in rows)
        assert all(row["right"] == (row["verdict"] == "better") for row in rows)


# --- Rooms ------------------------------------------------------------------------------------------------


def test_a_code_can_be_read_aloud_and_typed_in_any_way(open_rooms: Rooms) -> None:
    room = open_rooms.open("a", SETTING)
    code = room.entrance.code
    assert len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) and not set("01OIL") & set(ALPHABET)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    for typed in (code.lower(), f" {code[:3]} {code[3:]} ", wide):
        assert open_rooms.with_code(typed) is room
    for typed in ("", code[:-1], code + "A", room.entrance.link, "é" * 10_000):
        assert open_rooms.with_code(typed) is None


def test_each_browser_has_its_own_workshop_and_a_new_one_ends_the_old(open_rooms: Rooms) -> None:
    first, other = open_rooms.open("a", SETTING), open_rooms.open("b", SETTING)
    token = first.enter("red")
    assert open_rooms.of_host("a") is first and open_rooms.of_host("c") is None and open_rooms.of_host("") is None
    found = open_rooms.with_token(token)
    assert found is not None and found[0] is first and other.entrance.of_token(token) is None
    second = open_rooms.open("a", SETTING)
    assert first.over and open_rooms.with_token(token) is None and open_rooms.of_host("a") is second
    open_rooms.close("a")
    assert second.over and open_rooms.with_code(second.entrance.code) is None and open_rooms.of_host("b") is other


def test_only_so_many_workshops_are_open_and_forgotten_ones_make_room(
    open_rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(limits.WORKSHOPS):
        open_rooms.open(f"host {number}", SETTING)
    with pytest.raises(Refused, match="room"):
        open_rooms.open("one more", SETTING)
    later = time.monotonic() + limits.WORKSHOP_IDLE_SECONDS + 1
    monkeypatch.setattr(rooms.time, "monotonic", lambda: later)
    assert open_rooms.open("one more", SETTING) and open_rooms.of_host("host 0") is None


@pytest.mark.parametrize("wrong", [
    {"district": "../x"}, {"district": "nowhere"}, {"size": 0.3}, {"seed": -1}, {"days": 5}, {"days": 99_999},
    {"budget": 2.5}, {"budget": 0}, {"question": "x" * 121}, {"question": "\x1b"},
])  # fmt: skip
def test_a_setting_that_no_visitor_may_ask_for_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Setting(**{"district": "demo", "size": 0.25} | wrong)
