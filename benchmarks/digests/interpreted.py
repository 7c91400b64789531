"""The model without its compiler: each compiled function as the Python that it is written in, so that one sees inside.

Thousands of times slower, and the last digits are others (Python calculates single-precision fields in double
precision). Call `without_compiler` before anything of the model is imported.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
import warnings
from collections import namedtuple
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

DRAWS = ("uniform", "exponential", "normal", "duration", "mix")
"""Functions that draw from a key."""

Site = tuple[str, int, int]
"""A place in the sources: file, line, column."""


class Row(np.record):
    """A record whose numbers are Python's, as those of compiled code do not overflow where they are added."""

    def __getattribute__(self, name: str) -> Any:
        if name not in super().__getattribute__("dtype").fields:
            return super().__getattribute__(name)
        value = self[name]
        return value.item() if isinstance(value, np.number) and value.dtype != np.uint64 else value

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


def _with_rows(kind: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype((Row, kind))


def add_row(sums: Any, to: int, table: Any, row: int) -> None:
    """What `add_eight` does, without the compiler."""
    sums[to] += table[row]


def without_compiler() -> set[Site]:
    """Import the model uncompiled. Returns the places that have drawn a number, a set that grows as it runs."""
    warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)
    assert not any(name.startswith("sanfang.model.") for name in sys.modules), "the model is imported already"
    compiler = importlib.import_module("sanfang.model.compiled")
    for name, plain in (
        ("compiled", lambda function: function),
        ("compiled_in_any_order", lambda function: function),
        ("by_reference", lambda name, fields, module: namedtuple(name, fields)),
        ("LentRecord", lambda record: record),
        ("prefetch", lambda array, index: None),
        ("add_eight", add_row),
    ):
        setattr(compiler, name, plain)
    drawn: set[Site] = set()
    draws = importlib.import_module("sanfang.model.kernel.draws")
    for name in DRAWS:
        setattr(draws, name, _noting(getattr(draws, name), drawn))
    package = importlib.import_module("sanfang.model")
    for module in pkgutil.walk_packages(package.__path__, "sanfang.model."):
        found = vars(importlib.import_module(module.name))
        for name, value in list(found.items()):
            if isinstance(value, np.dtype) and value.names:
                found[name] = _with_rows(value)
    return drawn


def _noting(function: Any, drawn: set[Site]) -> Any:
    def draw(*arguments: Any) -> Any:
        caller = sys._getframe(1)
        drawn.add(_site(caller.f_code, caller.f_lasti))
        return function(*arguments)

    return draw


def _site(code: CodeType, instruction: int) -> Site:
    """Where the call that a frame is in stands."""
    line, _, column, _ = list(code.co_positions())[instruction // 2]
    return Path(code.co_filename).name, line or 0, column or 0


def places_that_draw(package: Path) -> set[Site]:
    """Every call of one of `DRAWS` in the sources of the model."""
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DRAWS:
                found.add((path.name, node.lineno, node.col_offset))
    return found
