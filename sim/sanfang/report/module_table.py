"""The page of all modules, made from their docstrings: what each file is for, folder by folder.

python -m sanfang.report.module_table > docs/modules.md
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import sanfang
from sanfang.report.markdown import table
from sanfang.report.page_command import print_page

PACKAGE = Path(sanfang.__file__).parent
LAYERS = ("scenario", "model", "metrics", "run", "lab", "report", "tickets", "studies", "cli", "dashboard")
"""The folders of the package, in the order in which they may import one another."""

INTRODUCTION = """\
# Modules

This page is made from the first sentence of each module's docstring, that of a folder from its `__init__.py`; do not
edit it. Write it anew with `python -m sanfang.report.module_table > docs/modules.md`. How the folders work together is
told in [architecture.md](architecture.md).
"""

HEAD = ("Module", "What it is")


def module_table() -> str:
    """The whole page, ending in a newline."""
    return "\n".join([INTRODUCTION, *_folders()])


def summary(path: Path) -> str:
    """The first sentence of a module's docstring, on one line; empty if it has none."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    paragraph = " ".join(text.partition("\n\n")[0].split())
    sentence = re.match(r".+?[.?!](?=\s|$)", paragraph)
    return sentence[0] if sentence else paragraph


def modules() -> list[Path]:
    """All modules that stand in a folder of the package, the folders in the order of `LAYERS`, a folder's own first."""
    return [path for layer in LAYERS for path in sorted((PACKAGE / layer).rglob("*.py"), key=_place)]


def _place(path: Path) -> tuple[tuple[str, ...], bool, str]:
    return path.parent.parts, path.stem != "__init__", path.stem


def _folders() -> Iterator[str]:
    for folder, paths in groupby(modules(), key=lambda path: path.parent):
        own, *others = paths
        yield f"## `{folder.relative_to(PACKAGE).as_posix()}/`\n"
        yield f"{summary(own)}\n"
        if others:
            yield from table(HEAD, ((f"`{path.stem}`", summary(path)) for path in others))


if __name__ == "__main__":
    print_page(__doc__, module_table)
