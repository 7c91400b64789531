"""Which formula gave a value: a digest of all code that decides a metric, and of no other.

A stored value is only as good as the formula that gave it. The digest is one over the function of the metric and over
all functions and constants of this package that it uses, at whatever remove; comments, docstrings, layout, labels and
units do not count. What a formula uses of the model belongs to the version of the code that made the run.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sanfang.metrics.declare import Metric

HERE = Path(__file__).parent
PACKAGE = "sanfang.metrics"
MEMBERS_OF = "Evaluation"
"""The class whose members formulas use as attributes."""
EVERY = (f"{PACKAGE}.catalogue", "evaluate")
"""What decides all metrics."""

type Definition = tuple[str, str]
"""Module and name."""


@cache
def formula_digest(metric: Metric) -> str:
    """Sixteen hex digits over the code of a metric of this package."""
    given = getattr(metric.formula, "keywords", {})  # of a partial
    first = (metric.module, getattr(metric.formula, "func", metric.formula).__name__)  # type: ignore[union-attr]
    digest = hashlib.sha256(repr([*sorted(given.items()), metric.needs.days]).encode())
    for module, name in sorted(_reached(EVERY) | _reached(first)):
        digest.update(f"{module}.{name}={ast.dump(_definitions(module)[name])}".encode())
    return digest.hexdigest()[:16]


@cache
def groups_digest() -> str:
    """The same over how districts are split into groups, and over what each metric counts in them."""
    from sanfang.metrics.catalogue import METRICS

    split = (f"{PACKAGE}.groups", "by_group"), (f"{PACKAGE}.groups", "DIMENSIONS")
    counts = {metric.name: metric.of for metric in METRICS if metric.of}
    firsts = {*split, *((counted.count.__module__, counted.count.__name__) for counted in counts.values())}
    of = sorted(
        (name, counted.of, counted.count.__module__, counted.count.__name__) for name, counted in counts.items()
    )
    digest = hashlib.sha256(repr(of).encode())
    for module, name in sorted(set().union(*map(_reached, firsts))):
        digest.update(f"{module}.{name}={ast.dump(_definitions(module)[name])}".encode())
    return digest.hexdigest()[:16]


def bare(text: str) -> ast.Module:
    """The syntax tree of a module, without docstrings and declarations of metrics. Raises SyntaxError."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [item for item in body if not _is_text(item)]  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [decorator for decorator in node.decorator_list if not declares(decorator)]
    return tree


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def declares(decorator: ast.AST) -> bool:
    """Whether a decorator declares a metric: `@metric(...)`, or the same with a module before it."""
    function = decorator.func if isinstance(decorator, ast.Call) else None
    return "metric" in (getattr(function, "id", ""), getattr(function, "attr", ""))


def _reached(first: Definition) -> set[Definition]:
    """`first` and all that it uses."""
    met, waiting = {first}, [first]
    while waiting:
        for used in _used(*waiting.pop()):
            if used not in met:
                met.add(used)
                waiting.append(used)
    return met


def _used(module: str, name: str) -> Iterator[Definition]:
    """What a definition names of this package: its module's own, imported ones, members of an evaluation."""
    own = _definitions(module)
    imported = _imported(_tree(module).body) | _imported(ast.walk(own[name]))
    members = _definitions(f"{PACKAGE}.evaluation")
    for node in ast.walk(own[name]):
        if isinstance(node, ast.Name) and node.id in own:
            yield module, node.id
        elif isinstance(node, ast.Name) and node.id in imported:
            yield imported[node.id]
        elif isinstance(node, ast.Attribute) and f"{MEMBERS_OF}.{node.attr}" in members:
            yield f"{PACKAGE}.evaluation", f"{MEMBERS_OF}.{node.attr}"


@cache
def _tree(module: str) -> ast.Module:
    return bare((HERE / f"{module.rpartition('.')[2]}.py").read_text("utf-8"))


@cache
def _definitions(module: str) -> dict[str, ast.stmt]:
    """Functions, classes and constants at the top of a module; of `Evaluation` each member by itself."""
    definitions: dict[str, ast.stmt] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.ClassDef) and node.name == MEMBERS_OF:
            definitions |= {
                f"{node.name}.{method.name}": method for method in node.body if isinstance(method, ast.FunctionDef)
            }
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            definitions |= {
                name.id: node for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
            }
    return definitions


def _imported(nodes: Iterable[ast.AST]) -> dict[str, Definition]:
    """What imports among the nodes take from modules of this package, by the name that it has there."""
    return {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"{PACKAGE}.")
        for alias in node.names
        if alias.name in _definitions(str(node.module))
    }
