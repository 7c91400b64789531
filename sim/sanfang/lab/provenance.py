"""Where results come from: the version of the code, of its libraries, the machine, the revision."""

from __future__ import annotations

import ast
import hashlib
import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sanfang
from sanfang.metrics.formula import bare

PACKAGE = Path(sanfang.__file__).parent
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
    return ast.dump(bare(path.read_text("utf-8")))


@cache
def libraries() -> dict[str, str]:
    """Versions of the libraries that calculate; "unknown" for one that is not installed as a package."""
    return {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def revision() -> str:
    """The git commit of the code, with "+" if files differ from it; empty outside a repository."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(PACKAGE), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", str(PACKAGE))
        return git("rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def machine() -> dict[str, Any]:
    """What the runs are made on: host, system, processor, cores, Python."""
    return {
        "host": platform.node(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
    }


def provenance() -> dict[str, Any]:
    """All of the above as plain data, for manifests."""
    return {
        "sanfang": sanfang.__version__,
        "code": code_version(),
        "revision": revision(),
        "libraries": libraries(),
        "machine": machine(),
    }
