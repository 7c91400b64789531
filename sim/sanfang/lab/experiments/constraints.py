"""Constraints between factors, written as in arithmetic: `policy.authority <= policy.clear_lists`.

They are read here and never by Python's own `eval`; beside comparisons of factors, numbers and words only `+ - * /` of
numbers, `and`, `or`, `not`, `min`, `max` and `abs` are known. A text is short and shallow, so that none takes long,
whatever it says. Numbers are compared within a tolerance: see `reckoning`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sanfang.lab.experiments.reckoning import COMPARISONS, FUNCTIONS, Known, reckoned
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import in_words, listed, shortened

ARITHMETIC = (ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UnaryOp, ast.USub)
LOGIC = (ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not)
ALLOWED = (*COMPARISONS, *ARITHMETIC, *LOGIC, ast.Compare, ast.Name, ast.Attribute, ast.Load, ast.Constant, ast.Call)
LONGEST = 1_000
"""Characters."""

DEEPEST = 100
"""Expressions inside one another: Python's own parser and printer call themselves for each."""

EXAMPLE = "policy.authority <= policy.clear_lists"


@dataclass(frozen=True)
class Constraint:
    """A comparison that every point must pass. `text` is written in one way, whatever spaces the file has."""

    text: str
    origin: str

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds where the factors have these values. Raises `InputError` where it has no answer."""
        try:
            return _holds(ast.parse(self.text, mode="eval").body, values)
        except (ArithmeticError, TypeError) as error:
            shown = listed(f"{name} = {in_words(value)}" for name, value in values.items())
            raise InputError(f"{self.origin}: constraints: {self.text}: has no answer at {shown}: {error}") from None


def read_constraint(text: str, factors: Collection[str], origin: str) -> Constraint:
    """The constraint in `text`, which may name `factors`. Raises `InputError`."""
    where = f"{origin}: constraints: {shortened(text)}"
    if len(text) > LONGEST:
        raise InputError(f"{where}: is too long; at most {LONGEST:,} characters are read")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(f"{where}: is not a comparison such as {EXAMPLE}") from None
    if _depth(tree) > DEEPEST:
        raise InputError(f"{where}: is nested more than {DEEPEST} deep")
    if not _is_condition(tree):
        raise InputError(f"{where}: is not a comparison such as {EXAMPLE}")
    for node in ast.walk(tree):
        if not _is_allowed(node):
            known = f"numbers, words, + - * /, and, or, not, {', '.join(FUNCTIONS)}"
            shown = shortened(repr(ast.unparse(node)))
            raise InputError(f"{where}: {shown} is not understood; known are comparisons of {known}")
        if any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in _reckoned_with(node)):
            raise InputError(f"{where}: a word can be compared, and not reckoned with")
    for name in _named(tree):
        if name not in factors:
            raise InputError(
                f"{where}: {shortened(name)!r} is no factor{nearest(name, factors)}; factors: {listed(factors)}"
            )
    return Constraint(ast.unparse(tree), origin)


def _depth(tree: ast.AST) -> int:
    """How many expressions lie inside one another; not by calling itself, which is what could go too deep."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def _reckoned_with(node: ast.AST) -> list[ast.expr]:
    """What a node adds, subtracts, multiplies, divides, or gives to a function."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [node.operand]
    return node.args if isinstance(node, ast.Call) else []


def _is_condition(node: ast.AST) -> bool:
    """Comparisons, alone or joined by and, or, not: what is true or false."""
    if isinstance(node, ast.BoolOp):
        return all(_is_condition(part) for part in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_condition(node.operand)
    return isinstance(node, ast.Compare)


def _is_allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float | str)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and not node.keywords and bool(node.args)
    return isinstance(node, ALLOWED)


def _named(node: ast.AST) -> Iterator[str]:
    """The dotted names in an expression; those of functions are not among them."""
    if isinstance(node, ast.Name | ast.Attribute):
        yield ast.unparse(node)
    else:
        for child in node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node):
            yield from _named(child)


# --- Whether it holds ---------------------------------------------------------------------------------


def _holds(node: ast.AST, values: Known) -> bool:
    """Whether a condition is true. `and` and `or` look no further than they must, as in Python."""
    if isinstance(node, ast.BoolOp):
        parts = (_holds(part, values) for part in node.values)
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if isinstance(node, ast.UnaryOp):
        return not _holds(node.operand, values)
    assert isinstance(node, ast.Compare), ast.dump(node)
    sides = [reckoned(side, values) for side in (node.left, *node.comparators)]
    return all(
        COMPARISONS[type(sign)](left, right) for sign, left, right in zip(node.ops, sides, sides[1:], strict=False)
    )
