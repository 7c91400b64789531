"""No lever touches an outcome; what levers cost and do is in `test_lever_effects.py`.

The source is read as a syntax tree, to see where levers and minds are touched; runs are watched, to see
that only experiences move minds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_runs import FULL_REFORM, ROOT, demo, run
from sanfang.model import model as day
from sanfang.model.district import residents as minds
from sanfang.model.district.district_records import Residents
from sanfang.model.model import DistrictModel
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

MODEL = ROOT / "sim" / "sanfang" / "model"
FILES = sorted(MODEL.rglob("*.py"))
LEVERS = frozenset(lever_names())


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def words(path: Path) -> set[str]:
    """All names, attributes, arguments and imported names of a file; its texts and comments are not among them."""
    found: set[str] = set()
    for node in nodes(path):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                found.add(name)
            case ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Import(names=names):
                found |= {part for alias in names for part in alias.name.split(".")}
            case ast.ImportFrom(module=str(module), names=names):
                found |= set(module.split(".")) | {alias.name for alias in names}
    return found


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in nodes(path) if isinstance(node, ast.FunctionDef))


def is_compiled(function: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "compiled" for mark in function.decorator_list)


# --- Where levers are read -----------------------------------------------------------------------------------


def test_minds_know_no_policy() -> None:
    known = words(MODEL / "district" / "residents.py")
    assert known.isdisjoint(LEVERS)
    assert known.isdisjoint(
        {"policy", "effects", "levels", "Policy", "Scenario", "scenario", "setting", "PolicyEffects"}
    )


def test_levers_are_read_in_one_file() -> None:
    """Elsewhere a lever's name stands only for its chance, `effects.community[c].name`, or for a fact of a domain.

    Nor does any other file import the levers, ask a scenario for its policy, or read the day's levels.
    """
    doors = {"policy_for", "policy_by_community", "levels_on", "level_on", "lever_names", "Policy"}
    for path in FILES:
        if path.name == "policy.py":
            continue
        assert words(path).isdisjoint(doors), path.name
        for node in nodes(path):
            if not isinstance(node, ast.Attribute):
                continue
            owner = ast.unparse(node.value)
            assert node.attr != "levels", f"{path.name}: {ast.unparse(node)}"
            if node.attr in LEVERS:
                assert owner.startswith(("effects.community[", "world.domains[")), f"{path.name}: {ast.unparse(node)}"
            if node.attr == "policy":
                assert owner == "self" and path.name == "model.py", f"{path.name}: {ast.unparse(node)}"


def test_every_lever_is_read() -> None:
    texts = {node.value for node in nodes(MODEL / "policy.py") if isinstance(node, ast.Constant)}
    assert texts >= LEVERS


def test_compiled_code_gets_no_policy() -> None:
    count = 0
    for path in FILES:
        for function in functions(path):
            if is_compiled(function):
                count += 1
                inside = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
                inside |= {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
                forbidden = inside & {"Policy", "Scenario", "PolicyOfDay", "scenario", "policy", "levels", "self"}
                assert not forbidden, f"{path.name}: {function.name}"
    assert count > 50


def test_outcomes_and_books_know_no_policy() -> None:
    books = sorted((MODEL / "books").glob("*.py"))
    others = ("cases/stations.py", "cases/lifecycle.py", "district/workforce.py")
    for path in (*books, *(MODEL / name for name in others)):
        assert words(path).isdisjoint({"policy", "PolicyOfDay"}), path.name


# --- Where minds are moved -----------------------------------------------------------------------------------

MINDS = ("satisfaction", "trust", "expectation")


def assigned(node: ast.AST) -> Iterator[ast.AST]:
    """What a statement assigns to."""
    match node:
        case ast.Assign(targets=targets):
            for target in targets:
                yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
            yield target


def column_of(target: ast.AST) -> str | None:
    """The last name that is written to: `residents.trust[i]` and `trust[i]` give "trust"."""
    while isinstance(target, ast.Subscript):
        if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            return target.slice.value
        target = target.value
    match target:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return None


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_minds_are_written_only_by_their_own_submodel(path: Path) -> None:
    """And at birth. The diary's series of community means has the name of what it is a mean of."""
    if path.name in ("residents.py", "population.py"):
        return
    for node in nodes(path):
        for target in assigned(node):
            text = ast.unparse(target)
            if column_of(target) in MINDS:
                assert path.name == "diary.py" and text == "self.satisfaction", f"{path.name}: {text}"


def test_minds_stand_still_between_the_calls_of_their_submodel(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a running model, whatever the language of the code that would move them."""
    last: list[tuple[np.ndarray, ...]] = []
    moved = 0

    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(residents: Residents, *rest: Any) -> Any:
            nonlocal moved
            for name, before in zip(MINDS, last[-1] if last else (), strict=False):
                np.testing.assert_array_equal(getattr(residents, name), before, err_msg=function.__name__)
            result = function(residents, *rest)
            last[:] = [tuple(getattr(residents, name).copy() for name in MINDS)]
            moved += 1
            return result

        return call

    for name in ("receive", "live_on", "talk"):
        monkeypatch.setattr(day, name, watched(getattr(minds, name)))
    model = DistrictModel(demo(FULL_REFORM), days=45, scale=0.5)
    model.run()
    assert moved > 90
    for name, before in zip(MINDS, last[0], strict=True):
        np.testing.assert_array_equal(getattr(model.residents, name), before)


class Experiences:
    """Stands in for `receive`: hands experiences on, and keeps them, or hands on those that another run met."""

    def __init__(self, stream: list[np.ndarray] | None = None) -> None:
        self.stream: list[np.ndarray] = []
        self.given = iter(stream) if stream is not None else None

    def __call__(self, residents: Residents, met: np.ndarray, count: int, *rest: Any) -> None:
        if self.given is None:
            self.stream.append(met[:count].copy())
        else:
            met = next(self.given).copy()
            met["record"], met["closing"] = -1, 0
            count = len(met)
        minds.receive(residents, met, count, *rest)


def live(scenario: Scenario, experiences: Experiences, monkeypatch: pytest.MonkeyPatch) -> DistrictModel:
    with monkeypatch.context() as patch:
        patch.setattr(day, "receive", experiences)
        model = DistrictModel(scenario, days=60)
        model.run()
    return model


def test_the_same_experiences_give_the_same_minds_under_any_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bit for bit: a whole run under the full reform, its residents given what others met before the reform.

    Erosion is off, since it depends on what residents wait for, which is what a policy changes.
    """
    recorded = Experiences()
    still = {"mind.erosion": 0.0}
    base = live(demo("before", **still), recorded, monkeypatch)
    other = live(demo(FULL_REFORM, **still), Experiences(recorded.stream), monkeypatch)
    own = live(demo(FULL_REFORM, **still), Experiences(), monkeypatch)
    for name in MINDS:
        np.testing.assert_array_equal(getattr(other.residents, name), getattr(base.residents, name), err_msg=name)
        assert (getattr(own.residents, name) != getattr(base.residents, name)).mean() > 0.01
    np.testing.assert_array_equal(other.diary.satisfaction, base.diary.satisfaction)


def test_replayed_experiences_give_the_minds_that_were_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    """`replay`, with the constants of a scenario of other levers, from minds as they were on the first day."""
    recorded = Experiences()
    alone = {"mind.erosion": 0.0, "mind.peer_pull": 0.0}
    lived = live(demo("before", **alone), recorded, monkeypatch)
    stream = np.concatenate(recorded.stream)
    assert len(stream) > 1_000
    newborn = DistrictModel(demo(FULL_REFORM, **alone), days=60)
    replayed = minds.replay(newborn.residents, stream, newborn.setting["mind"])
    for name in MINDS:
        np.testing.assert_array_equal(getattr(replayed, name), getattr(lived.residents, name), err_msg=name)
    assert (newborn.residents.satisfaction != replayed.satisfaction).any(), "replay works on copies"


def test_who_meets_nothing_keeps_their_satisfaction() -> None:
    """Under the full reform, residents without a trouble are exactly as satisfied as on the first day."""
    scenario = demo(FULL_REFORM)
    found = run(scenario, 60)
    assert found.model is not None
    first = DistrictModel(scenario, days=1).residents.satisfaction
    untroubled = np.ones(len(first), bool)
    untroubled[np.unique(found.requests["resident"])] = False
    assert untroubled.sum() > 1_000
    np.testing.assert_array_equal(found.model.residents.satisfaction[untroubled], first[untroubled])
