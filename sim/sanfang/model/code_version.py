"""What "the code" is that decides the numbers of a run: which files of this package, and which libraries.

Stores, manifests and steady starts all go by this one digest.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
DECIDE_A_RUN = ("scenario/*.py", "model/**/*.py", "run/simulation.py")
"""The files whose code decides what a run gives."""

LIBRARIES = ("numpy", "numba", "scipy", "pandas", "mesa", "holidays")


@cache
def code_version() -> str:
    """Sixteen hex digits over everything that decides the numbers of a run, apart from its scenario and seed.

    They are a digest of the code of the model, without comments, docstrings and layout, and of the versions of
    the libraries that calculate. Two runs with equal scenario, seed and code version are the same run.
    """
    digest = hashlib.sha256()
    for pattern in DECIDE_A_RUN:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.name.encode())
            digest.update(_code_of(path).encode())
    for name, number in libraries().items():
        digest.update(f"{name}={number}".encode())
    return digest.hexdigest()[:16]


def _code_of(path: Path) -> str:
    """The syntax of a file, as text."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [item for item in body if not _is_text(item)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@cache
def libraries() -> dict[str, str]:
    """Versions of the libraries that calculate; "unknown" for one that is not installed as a package."""
    return {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
