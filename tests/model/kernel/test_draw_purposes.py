"""Two draws of one key are two numbers: no purpose stands for two things."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from model_runs import ROOT
from sanfang.model.kernel import draw_purposes

MODEL = ROOT / "sim" / "sanfang" / "model"
DRAWS = ("uniform", "exponential", "normal", "duration")
PURPOSES = {name: value for name, value in vars(draw_purposes).items() if isinstance(value, int) and name.isupper()}


def numbers_of(name: str) -> set[int]:
    """All numbers that a purpose stands for."""
    return {PURPOSES[name] + offset for offset in draw_purposes.ROWS.get(name, range(1))}


def draws() -> Iterator[tuple[Path, ast.Call]]:
    """All calls in the model that draw a number for a purpose."""
    for path in sorted(MODEL.rglob("*.py")):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        for call in calls:
            drawn = isinstance(call.func, ast.Name) and call.func.id in DRAWS
            if drawn and path.name != "draws.py":
                yield path, call


def test_no_purpose_of_a_key_is_used_twice() -> None:
    """The first word of a name says whose key it is."""
    taken: dict[str, dict[int, str]] = defaultdict(dict)
    for name in PURPOSES:
        for number in numbers_of(name):
            other = taken[name.split("_")[0]].setdefault(number, name)
            assert other == name, f"{name} and {other} both stand for {number}"


def test_every_row_of_purposes_belongs_to_one() -> None:
    assert set(draw_purposes.ROWS) <= set(PURPOSES)


def test_every_purpose_is_used() -> None:
    used = {
        node.attr
        for path in MODEL.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "p"
    }
    assert set(PURPOSES) - used == set()


def test_no_draw_is_for_a_bare_number() -> None:
    """What is not named is a domain, of a newcomer's skill, or one of the purposes by which latent needs change."""
    for path, call in draws():
        purpose = ast.unparse(call.args[1])
        named = purpose.removeprefix("p.").split(" ")[0] in PURPOSES
        assert named or purpose in ("d", "purpose"), f"{path.name}:{call.lineno}: {ast.unparse(call)}"
