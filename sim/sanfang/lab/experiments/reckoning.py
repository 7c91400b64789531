"""Arithmetic for constraints, in which 0.1 + 0.2 is 0.3.

A computer's numbers are binary: 0.1 + 0.2 comes out a trifle above 0.3, and a third, written with twelve digits, times
three a trifle below 1. So two results count as equal if they differ by no more than a trifle of what went into them.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1e-9
"""As a share of the numbers that were added up. Values of factors are rounded to 12 digits, so that none is lost."""

Known = Mapping[str, Any]
"""Values by dotted name."""


@dataclass(frozen=True)
class Number:
    """A result, and the size of the numbers that were added up in it, by which its trifle is measured."""

    value: float
    size: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.size):
            raise OverflowError("the numbers become too large")

    def __add__(self, other: Number) -> Number:
        return Number(self.value + other.value, self.size + other.size)

    def __sub__(self, other: Number) -> Number:
        return Number(self.value - other.value, self.size + other.size)

    def __mul__(self, other: Number) -> Number:
        return Number(self.value * other.value, self.size * other.size)

    def __truediv__(self, other: Number) -> Number:
        if abs(other.value) <= TOLERANCE * other.size:
            raise ZeroDivisionError("division by zero")
        return Number(self.value / other.value, self.size * other.size / other.value**2)

    def __neg__(self) -> Number:
        return Number(-self.value, self.size)

    def __abs__(self) -> Number:
        return Number(abs(self.value), self.size)

    def compared(self, other: Number) -> int:
        """-1 if it is below `other`, 0 if they are equal but for a trifle, 1 if it is above."""
        apart = self.value - other.value
        return 0 if abs(apart) <= TOLERANCE * (self.size + other.size) else 1 if apart > 0 else -1


def _lowest(*numbers: Number) -> Number:
    return min(numbers, key=operator.attrgetter("value"))


def _highest(*numbers: Number) -> Number:
    return max(numbers, key=operator.attrgetter("value"))


def _comparing(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of numbers within the tolerance, and of words and lists as Python compares them."""

    def compare(left: Any, right: Any) -> bool:
        if isinstance(left, Number) and isinstance(right, Number):
            return holds(left.compared(right), 0)
        return holds(left, right)

    return compare


FUNCTIONS: Mapping[str, Callable[..., Number]] = {"min": _lowest, "max": _highest, "abs": abs}
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _comparing(operator.eq),
    ast.NotEq: _comparing(operator.ne),
    ast.Lt: _comparing(operator.lt),
    ast.LtE: _comparing(operator.le),
    ast.Gt: _comparing(operator.gt),
    ast.GtE: _comparing(operator.ge),
}
_OPERATORS: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def reckoned(node: ast.expr, values: Known) -> Any:
    """What an expression comes to: a `Number`; or a word or list, which can only be compared.

    Raises ArithmeticError or TypeError where it comes to nothing.
    """
    if isinstance(node, ast.Constant):
        return _number_or_word(node.value)
    if isinstance(node, ast.Name | ast.Attribute):
        return _number_or_word(values[ast.unparse(node)])
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](*_numbers([node.left, node.right], values))
    if isinstance(node, ast.UnaryOp):
        return -_numbers([node.operand], values)[0]
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name), ast.dump(node)
    return FUNCTIONS[node.func.id](*_numbers(node.args, values))


def _numbers(nodes: list[ast.expr], values: Known) -> list[Number]:
    numbers = [reckoned(node, values) for node in nodes]
    if not all(isinstance(item, Number) for item in numbers):
        raise TypeError("a word or a list can be compared, and not reckoned with")
    return numbers


def _number_or_word(value: Any) -> Any:
    return Number(float(value), abs(float(value))) if isinstance(value, int | float) else value
