"""A tree of runs: each branch is the run that its moves make, nothing tried is lost, and a file gives it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import model_runs
from sanfang import InputError, simulate
from sanfang.run.against import Change, cause, recorded
from sanfang.run.series import MEASURES
from sanfang.run.session import Session
from sanfang.run.tree import MAX_BRANCHES, MAX_MOVES, TRUNK, Tree, direction
from sanfang.run.tree_file import from_json, to_dict, to_json

SEED, SCALE, DAYS = 4, 0.35, 60


def young() -> Tree:
    return Tree(model_runs.demo(), SEED, SCALE, DAYS)


@pytest.fixture(scope="module")
def grown() -> Tree:
    """The trunk, a bold branch, and one that leaves it on day 20; all played."""
    tree = young()
    bold = tree.grow(TRUNK, 0, {"authority": 1.0, "triage": 0.5}, "red", "Bold", {"satisfaction": "better"})
    tree.grow(bold.id, 20, {"authority": 0.0, "one_window": 1.0}, "red")
    for branch in tree.branches:
        tree.play(branch.id)
    return tree


def test_a_branch_is_the_run_that_its_moves_make(grown: Tree) -> None:
    by_hand = Session(grown.scenario, SEED, SCALE, DAYS)
    by_hand.move("authority", 1.0)
    by_hand.move("triage", 0.5)
    by_hand.step(20)
    by_hand.move("authority", 0.0)
    by_hand.move("one_window", 1.0)
    by_hand.step(DAYS)
    late = grown.branch(2)
    assert grown.scenario_of(late.moves).digest() == by_hand.scenario.digest()
    assert late.kept is not None
    for name in MEASURES:
        np.testing.assert_array_equal(late.kept.series[name], recorded(by_hand).measures[name])
    ledger = simulate(by_hand.scenario, seed=SEED, days=DAYS, scale=SCALE).ledger
    public = ledger[ledger["resource"] == "hours"].groupby("heading")["amount"].sum()
    assert late.kept.hours["handling"] == pytest.approx(public["handling"])


def test_before_it_leaves_its_parent_a_branch_is_the_same_to_the_last_digit(grown: Tree) -> None:
    bold, late = grown.branch(1).kept, grown.branch(2).kept
    assert bold is not None and late is not None
    for name in MEASURES:
        np.testing.assert_array_equal(bold.series[name][:20], late.series[name][:20])
    assert not np.array_equal(bold.series["satisfaction"], late.series["satisfaction"])


def test_a_branch_beside_another_says_what_the_runs_say(grown: Tree) -> None:
    beside = grown.beside(1)
    sessions = [Session(grown.scenario_of(grown.branch(id_).moves), SEED, SCALE, DAYS) for id_ in (1, TRUNK)]
    for one in sessions:
        one.step(DAYS)
    found = cause(recorded(sessions[0]), recorded(sessions[1]))
    assert beside is not None and found is not None
    assert (beside.time, beside.hours) == (found.time, found.hours)
    assert [change.name for change in beside.last] == list(MEASURES)
    assert young().beside(TRUNK) is None


def test_undo_and_redo_move_an_owner_and_lose_no_branch() -> None:
    tree = young()
    one, two = (tree.grow(TRUNK, 0, {"authority": level}, "red") for level in (0.5, 1.0))
    tree.grow(TRUNK, 0, {"triage": 1.0}, "blue")
    assert tree.undo("red") and tree.pointer("red").now == one.id
    assert tree.undo("red") and tree.pointer("red").now == TRUNK and not tree.undo("red")
    assert tree.redo("red") and tree.redo("red") and tree.pointer("red").now == two.id and not tree.redo("red")
    tree.undo("red")
    three = tree.grow(one.id, 30, {"triage": 1.0}, "red")
    assert not tree.redo("red") and tree.pointer("red").now == three.id
    assert tree.of("red") == (tree.branch(1), tree.branch(2), tree.branch(4)) and tree.pointer("blue").now == 3
    assert not tree.undo("nobody") and not tree.redo("nobody")


def test_doses_are_the_most_that_is_pulled_on_any_day() -> None:
    tree = young()
    one = tree.grow(TRUNK, 0, {"authority": 1.0, "triage": 0.5})
    assert tree.doses(one.moves) == pytest.approx(1.5)
    two = tree.grow(one.id, 20, {"authority": 0.25, "one_window": 1.0})
    assert tree.doses(two.moves) == pytest.approx(1.75) and tree.doses_on(two.moves, 10) == pytest.approx(1.5)
    three = tree.grow(two.id, 10, {"one_window": 1.0})  # before the parent's own move, which it never makes
    assert tree.doses(three.moves) == pytest.approx(2.5) and len(three.moves) == 3
    assert tree.doses(()) == 0.0
    own = Tree(model_runs.demo(**{"policy.authority": 0.5}), SEED, SCALE, DAYS)
    assert own.doses(own.grow(TRUNK, 5, {"authority": 0.75}).moves) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("name", "mine", "other", "word"),
    [
        ("satisfaction", 0.5011, 0.5, "better"), ("satisfaction", 0.5009, 0.5, "same"), ("wasted", 0.2, 0.1, "worse"),
        ("days_to_resolve", 9.0, 10.0, "better"), ("days_to_resolve", 10.05, 10.0, "same"),
        ("open", float("nan"), 1.0, ""),
    ],
)  # fmt: skip
def test_a_difference_too_small_to_be_of_interest_is_the_same(name: str, mine: float, other: float, word: str) -> None:
    assert direction(Change(name, mine, other)) == word


WRONG: list[Callable[[Tree], object]] = [
    lambda tree: tree.grow(9, 0, {}),
    lambda tree: tree.grow(True, 0, {}),
    lambda tree: tree.grow(TRUNK, DAYS, {"authority": 1.0}),
    lambda tree: tree.grow(TRUNK, -1, {"authority": 1.0}),
    lambda tree: tree.grow(TRUNK, 0, {"authorit": 1.0}),
    lambda tree: tree.grow(TRUNK, 0, {"authority": 1.5}),
    lambda tree: tree.grow(TRUNK, 0, {"authority": float("nan")}),
    lambda tree: tree.grow(TRUNK, 0, {"authority": True}),
    lambda tree: tree.grow(TRUNK, 0, {"authority": 1.0}, name="a\nb\x1b[2J"),
    lambda tree: tree.grow(TRUNK, 0, {"authority": 1.0}, name="x" * 41),
    lambda tree: tree.grow(TRUNK, 0, {"authority": 1.0}, expected={"satisfaction": "great"}),
    lambda tree: tree.grow(TRUNK, 0, {"authority": 1.0}, expected={"luck": "better"}),
    lambda tree: tree.rename(TRUNK, "mine"),
    lambda tree: tree.rename(1, 5),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_what_no_branch_can_have_is_refused_and_changes_nothing(wrong: Callable[[Tree], object]) -> None:
    tree = young()
    with pytest.raises(InputError):
        wrong(tree)
    assert len(tree.branches) == 1 and tree.owners() == {}


def test_a_tree_does_not_grow_without_end() -> None:
    tree = young()
    for _ in range(MAX_BRANCHES - 1):
        tree.grow(TRUNK, 0, {"authority": 1.0})
    with pytest.raises(InputError, match="branches"):
        tree.grow(TRUNK, 0, {"authority": 1.0})


# --- As a file --------------------------------------------------------------------------------------------


def test_a_file_gives_the_tree_back_to_the_last_digit(grown: Tree) -> None:
    text = to_json(grown)
    again = from_json(text, grown.scenario)
    assert to_json(again) == text
    for mine, other in zip(grown.branches, again.branches, strict=True):
        assert mine.kept is not None and other.kept is not None and mine.moves == other.moves
        for name in MEASURES:
            np.testing.assert_array_equal(mine.kept.series[name], other.kept.series[name])
    assert again.undo("red") and again.pointer("red").now == 1


def damaged() -> list[Callable[[dict[str, Any]], object]]:
    def branch(key: str, value: object, number: int = 1) -> Callable[[dict[str, Any]], object]:
        return lambda file: file["branches"][number].update({key: value})

    many = [[0, "authority", 0.5]] * (MAX_MOVES + 1)
    return [
        lambda file: file.update(format=2), lambda file: file.update(days=61), lambda file: file.update(extra=1),
        lambda file: file.update(digest="0" * 64), lambda file: file.pop("branches"),
        lambda file: file.update(seed="4"), lambda file: file["owners"]["red"].update(now=99),
        lambda file: file["branches"].append(file["branches"][1]), lambda file: file["branches"].pop(0),
        branch("parent", 2), branch("parent", None), branch("day", 60), branch("moves", [[0, "luck", 1.0]]),
        branch("moves", [[0, "authority", 2.0]]), branch("moves", [[3, "authority", 1.0]]), branch("moves", many),
        branch("moves", []  , 2), branch("name", "a\x1b"), branch("name", "x" * 41), branch("owner", "\u202e"),
        branch("expected", {"luck": "better"}), branch("series", {}), branch("hours", {}),
        lambda file: file["branches"][0]["series"]["open"].pop(),
        lambda file: file["branches"][0]["series"]["open"].__setitem__(0, "1"),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(damaged())))
def test_a_file_that_is_no_tree_is_refused(grown: Tree, number: int) -> None:
    file = json.loads(to_json(grown))
    damaged()[number](file)
    with pytest.raises(InputError):
        from_json(json.dumps(file), grown.scenario)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"format": NaN}', "[" * 100_000])
def test_what_is_no_json_of_ours_is_refused(grown: Tree, text: str) -> None:
    with pytest.raises(InputError):
        from_json(text, grown.scenario)


def test_a_branch_that_could_not_be_played_says_why() -> None:
    tree = young()
    tree.grow(TRUNK, 0, {"authority": 1.0})
    tree.fail(1, "no room")
    assert to_dict(from_json(to_json(tree), tree.scenario))["branches"][1]["problem"] == "no room"
