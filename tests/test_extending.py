"""The examples of docs/extending.md: what stands there is put into a copy of the sources, and tested there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from model_runs import ROOT

PAGE = ROOT / "docs" / "extending.md"
SECTIONS = ("A lever", "A metric", "A page of the dashboard")
STEP = re.compile(
    r"In\s+`(?P<file>[\w/]+\.py)`"
    r"|after\n`(?P<line>[^\n]+)`:\n\n```py\n(?P<code>.*?)```"
    r"|A new file,\s+`(?P<new>[\w/.]+)`:\n\n```\w+\n(?P<content>.*?)```",
    re.DOTALL,
)


def steps(section: str) -> Iterator[tuple[str, str, str]]:
    """File, the line after which something is put in (empty for a new file), and what."""
    name, (_, text) = "", PAGE.read_text("utf-8").split(f"\n## {section}\n")
    for found in STEP.finditer(text.split("\n## ")[0]):
        if found["file"]:
            name = found["file"]
        elif found["new"]:
            yield found["new"], "", found["content"]
        else:
            yield name, found["line"], found["code"]


def copy_of_the_sources(copy: Path) -> None:
    """What the examples are put into."""
    for folder in ("sim", "scenarios", "experiments", "benchmarks", "soak", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)


def extended(section: str, copy: Path) -> set[str]:
    """Put an example into a copy of the sources; the files that it has touched."""
    touched = set()
    for name, line, code in steps(section):
        path = copy / name
        if line:
            lines = path.read_text("utf-8").split("\n")
            assert lines.count(line) == 1, f"{name}: {line}"
            lines.insert(lines.index(line) + 1, code.removesuffix("\n"))
            path.write_text("\n".join(lines), "utf-8")
        else:
            assert not path.exists()
            path.parent.mkdir(exist_ok=True)
            path.write_text(code, "utf-8")
        touched.add(name)
    return touched


def assert_passed(copy: Path, about: str, tests: list[str], claims: list[str]) -> None:
    """Run the `tests` whose names are `about` something in the copy; the `claims` must be among those that passed."""
    environment = os.environ | {"PYTHONPATH": str(copy / "sim"), "SANFANG_CACHE": str(copy / "cache")}
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-k", about, *tests]
    ended = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-3_000:] + ended.stderr[-1_000:]
    for claim in claims:
        assert re.search(rf"{re.escape(claim)}(\[.*\])? PASSED", ended.stdout), claim


def test_a_lever_a_metric_and_a_page_are_put_in_where_the_page_says(tmp_path: Path) -> None:
    """A lever in three files, a metric in one and in a second program of the same numbers, a page in a folder."""
    copy_of_the_sources(tmp_path)
    lever, metric, page = (extended(section, tmp_path) for section in SECTIONS)
    assert len(lever) == 3
    assert metric == {"sim/sanfang/metrics/residents.py", "tests/plain_metrics.py"}
    assert {str(Path(name).parent) for name in page} == {"sim/sanfang/dashboard/pages/prices"}
    for name in {*lever, *metric, *page}:
        if name.endswith(".py"):
            compile((tmp_path / name).read_text("utf-8"), name, "exec")


@pytest.mark.slow
def test_a_lever_a_metric_and_a_page_are_added_by_what_the_page_says_alone(tmp_path: Path) -> None:
    """The tests of levers, metrics and pages run on them by themselves. All in one copy, which is compiled once."""
    copy_of_the_sources(tmp_path)
    for section in SECTIONS:
        extended(section, tmp_path)
    _a_lever_is_tested(tmp_path)
    _a_metric_is_tested(tmp_path)
    _a_page_is_tested(tmp_path)


def _a_lever_is_tested(copy: Path) -> None:
    claims = [
        "test_the_price_of_a_lever_shows_under_its_heading[guides]",
        "test_a_lever_makes_no_public_hour_or_yuan[guides]",
        "test_an_extension_moves_what_it_says[guides]",
        "test_a_parameter_has_unit_range_source_and_labels_in_two_languages[prices.guide_hours]",
    ]
    tests = [f"tests/model/test_{name}.py" for name in ("honesty", "lever_effects")]
    tests += [f"tests/scenario/test_{name}.py" for name in ("parameters", "shipped_scenarios")]
    assert_passed(copy, "guide or every or no_two or group", tests, claims)


def _a_metric_is_tested(copy: Path) -> None:
    claims = [
        "test_metrics_of_a_hamlet_are_those_of_the_plain_program",
        "test_no_name_is_declared_twice_and_every_unit_is_a_declared_one",
    ]
    tests = ["metrics/test_metric_declarations", "metrics/test_plain_metrics"]
    about = "declared_twice or (of_a_hamlet and not everything)"  # that is all levers, of which one has been added
    assert_passed(copy, about, [f"tests/{name}.py" for name in tests], claims)


def _a_page_is_tested(copy: Path) -> None:
    claims = [f"test_a_page_opens_in_its_language[{path}-{lang}]" for path in ("/prices", "/") for lang in ("zh", "en")]
    claims += ["test_a_page_has_a_recipe[/prices]", "test_a_page_imports_no_other_page"]
    tests = ["tests/dashboard/test_every_page.py", "tests/test_architecture.py"]
    assert_passed(copy, "page", tests, claims)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_example_has_steps(section: str) -> None:
    assert list(steps(section))
