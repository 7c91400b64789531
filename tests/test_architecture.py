"""Imports point one way, heavy libraries stay in their places, and `--help` loads none of them."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sanfang.model import code_version

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim" / "sanfang"
LAYERS = ("scenario", "model", "metrics", "run", "lab", "report", "tickets", "studies", "face")
ROOMS = {
    "lab": ("statistics", "experiments", "storage", "sweeps"),
    "dashboard": ("authored", "presenters", "worlds", "workshop", "widgets", "pages"),
}
"""Folders of a layer, each of which may import those before it."""
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str | None:
    """The layer of a module; the command line and the dashboard are the faces. None outside and for the root."""
    parts = module.split(".")
    if parts[0] != "sanfang" or len(parts) == 1:
        return None
    return parts[1] if parts[1] in LAYERS else "face"


def imports(path: Path) -> Iterator[str]:
    """All modules that a file imports, at the top or inside a function, names taken from modules included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def users_of(library: str) -> set[str]:
    return {module_of(path) for path in FILES if any(name.split(".")[0] == library for name in imports(path))}


@pytest.mark.parametrize("path", FILES, ids=[module_of(path) for path in FILES])
def test_imports_point_one_way(path: Path) -> None:
    own = layer_of(module_of(path))
    if own is None:
        return  # the package itself only offers names, on demand
    for name in imports(path):
        other = layer_of(name)
        if other is not None:
            assert LAYERS.index(other) <= LAYERS.index(own), f"{module_of(path)} must not import {name}"


def room_of(module: str) -> tuple[str, int] | None:
    """The layer of a module and the place of its room in it; None for what stands in no room."""
    _, layer, room, *_ = [*module.split("."), "", "", ""]
    return (layer, ROOMS[layer].index(room)) if room in ROOMS.get(layer, ()) else None


@pytest.mark.parametrize("path", FILES, ids=[module_of(path) for path in FILES])
def test_the_rooms_of_a_layer_stand_one_on_the_other(path: Path) -> None:
    own = room_of(module_of(path))
    for name in imports(path):
        other = room_of(name)
        if own and other and own[0] == other[0]:
            assert other[1] <= own[1], f"{module_of(path)} must not import {name}"


PAGES = "sanfang.dashboard.pages"


@pytest.mark.parametrize("path", sorted((PACKAGE / "dashboard" / "pages").rglob("*.py")), ids=lambda path: path.stem)
def test_a_page_imports_no_other_page(path: Path) -> None:
    own = path.relative_to(PACKAGE / "dashboard" / "pages").parts[0]
    others = {name for name in imports(path) if name.startswith(f"{PAGES}.")}
    assert {name.split(".")[3] for name in others} <= {own}


@pytest.mark.parametrize(
    ("library", "place"),
    [("mesa", "sanfang.model"), ("solara", "sanfang.dashboard"), ("numba", "sanfang.model.compiled")],
)
def test_a_library_is_used_in_its_place_only(library: str, place: str) -> None:
    places = (place, "sanfang.model.compiler_settings") if library == "numba" else (place,)
    outside = {one for one in users_of(library) if one not in places and not one.startswith(f"{place}.")}
    assert outside == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["compare", "--help"], ["scenario", "--help"]])
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom sanfang.cli.app import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit as end:\n    status = end.code\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'matplotlib', 'mesa', 'numba'} & set(sys.modules)\n"
        "sys.exit(f'{heavy} {status}' if heavy or status else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = "import sanfang, sys; sys.exit('numpy' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_benchmarks_import_what_is_there(path: Path) -> None:
    """No test runs them, so a name that has moved would show only at the next `make bench`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sanfang"):
            for alias in node.names:
                found = importlib.import_module(node.module)
                if not hasattr(found, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


def test_the_version_of_the_code_covers_every_file_of_the_model() -> None:
    """A store takes a run for the same as another only if no file that decides it has changed."""
    covered = {path for pattern in code_version.DECIDE_A_RUN for path in PACKAGE.glob(pattern)}
    assert set((PACKAGE / "model").rglob("*.py")) <= covered


def test_a_folder_of_tests_mirrors_a_folder_of_the_package() -> None:
    tests = ROOT / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert sorted(folder.as_posix() for folder in folders if not (PACKAGE / folder).is_dir()) == []
