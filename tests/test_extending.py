"""The example of docs/extending.md: what stands there is put into a copy of the sources, and tested there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from model_runs import ROOT

PAGE = ROOT / "docs" / "extending.md"
MOST_FILES = 3
"""Files that a lever may touch."""
TESTS = tuple(f"tests/test_{name}.py" for name in ("honesty", "parameters", "scenario_loading"))
ABOUT = "guide or every or no_two or group"


def steps() -> Iterator[tuple[str, str, str]]:
    """File, the line after which something is put in, and what."""
    name = ""
    text = PAGE.read_text("utf-8")
    for found in re.finditer(
        r"In\s+`(?P<file>[\w/]+\.py)`|after\n`(?P<line>[^\n]+)`:\n\n```py\n(?P<code>.*?)```", text, re.DOTALL
    ):
        if found["file"]:
            name = found["file"]
        else:
            yield name, found["line"], found["code"]


def extended(copy: Path) -> set[str]:
    """Put the example into a copy of the sources; the files that it has touched."""
    for folder in ("sim", "scenarios", "experiments", "benchmarks", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    touched = set()
    for name, line, code in steps():
        lines = (copy / name).read_text("utf-8").split("\n")
        assert lines.count(line) == 1, f"{name}: {line}"
        lines.insert(lines.index(line) + 1, code.removesuffix("\n"))
        (copy / name).write_text("\n".join(lines), "utf-8")
        touched.add(name)
    return touched


def test_a_lever_is_added_by_what_the_page_says_alone(tmp_path: Path) -> None:
    """Nothing else is touched, and the tests of price and honesty run on it by themselves."""
    touched = extended(tmp_path)
    assert 0 < len(touched) <= MOST_FILES
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "sim"), "SANFANG_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-k", ABOUT, *TESTS]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-3_000:] + ended.stderr[-1_000:]
    for claim in (
        "test_the_price_of_a_lever_shows_under_its_heading[guides]",
        "test_a_lever_makes_no_public_hour_or_yuan[guides]",
        "test_an_extension_moves_what_it_says[guides]",
        "test_a_parameter_has_unit_range_source_and_labels_in_two_languages[prices.guide_hours]",
    ):
        assert f"{claim} PASSED" in ended.stdout, claim
