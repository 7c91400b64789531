"""Whatever a file is called, the code behind a page names it, and does nothing else."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sanfang.dashboard import recipe as recipes
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.declare import recipe
from sanfang.dashboard.pages.compare import recipe as compare_recipe
from sanfang.dashboard.pages.lessons import recipe as lesson_recipe
from sanfang.dashboard.pages.lessons.files import load, load_all
from sanfang.dashboard.pages.results import listing
from sanfang.dashboard.quoting import command, comment, in_python, in_shell, in_toml

PLANTED = "touch planted"
HOSTILE = [
    f"$({PLANTED})",
    f"`{PLANTED}`",
    f"; {PLANTED} #",
    f"x\n{PLANTED}\n",
    f"x\r\n{PLANTED}\r\n",
    f"x\x1b[201~{PLANTED}\r",
    f"'; {PLANTED}; '",
    f'"; {PLANTED}; "',
    f"\\'; {PLANTED} #",
    f"'\n{PLANTED}\n'",
    '")\nopen("planted", "w")\n#',
    "'''\nopen('planted', 'w')\n'''",
    '"""\nopen("planted", "w")\n"""',
    'x" + str(open("planted", "w")) + "',
    "{open('planted', 'w')}",
    "--out=planted",
    "-x",
    "--",
    "\\",
    "x\\",
    "'",
    '"',
    "a b",
    "%s",
    "!!",
    "~",
    "*",
    "\t",
    "\u2028x",
    "\u202ex",
    "前",
    "x\udcff",
    "𝔘",
]


def arguments(shell: str, place: Path) -> list[list[str]]:
    """What `sanfang` would be given by each command of `shell`; anything else that it does fails the test."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash on this machine")
    script = f"sanfang() {{ printf '%s\\0' \"$@\"; printf '\\n\\0'; }}\n{shell}\n"
    ended = subprocess.run([bash, "-c", os.fsencode(script)], capture_output=True, check=False, cwd=place)
    assert (ended.returncode, ended.stderr) == (0, b""), shell
    assert not (place / "planted").exists(), shell
    given: list[list[str]] = [[]]
    for word in os.fsdecode(ended.stdout).split("\0"):
        if word == "\n":
            given.append([])
        else:
            given[-1].append(word)
    return given[:-1]


def literals(python: str) -> set[object]:
    """All texts in Python code, which must be valid."""
    return {node.value for node in ast.walk(ast.parse(python)) if isinstance(node, ast.Constant)}


# --- Quoting --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_literal_in_python_is_the_text(text: str) -> None:
    shown = in_python(text)
    assert ast.literal_eval(shown) == text and shown.isprintable()


def test_a_word_of_the_shell_is_the_text(tmp_path: Path) -> None:
    words = [in_shell(text) for text in HOSTILE]
    assert all(word.isprintable() for word in words)
    assert arguments("\n".join(f"sanfang {word}" for word in words), tmp_path) == [[text] for text in HOSTILE]


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\udcff" not in text])
def test_a_string_in_toml_is_the_text(text: str) -> None:
    assert tomllib.loads(f"name = {in_toml(text)}") == {"name": text}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_stays_one_line(text: str) -> None:
    assert comment(text).isprintable() and comment(text).startswith("# ")
    assert ast.dump(ast.parse(comment(text))) == ast.dump(ast.parse(""))


def test_an_argument_that_begins_with_a_dash_is_no_option(tmp_path: Path) -> None:
    line = command(["sanfang", "run"], ["--out=x"], [("--district", "-y"), ("--quick", "")])
    assert arguments(line, tmp_path) == [["run", "--district=-y", "--quick", "--", "--out=x"]]


# --- Recipes of pages -----------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of content with a scenario and a district of each hostile name."""
    for name in HOSTILE:
        for folder, text in (("scenarios", 'extends = "before"\n'), ("scenarios/districts", 'extends = "demo"\n')):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / f"{name}.toml").write_text(text)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", ["/", "/compare", "/follow"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_scenario_or_district_of_any_name_is_only_named(
    page: str, name: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (recipes, compare_recipe):
        monkeypatch.setattr(module, "settings", lambda address, world: dict.fromkeys(("policy.triage",), 0.5))
    address = Address(district=name, size=1.0, days=30, worlds=(LinkedWorld(name), LinkedWorld("before")))
    shown = recipe(page, address)
    assert name in literals(shown.python)
    (given,) = arguments(shown.shell, place / "empty")
    assert name in given or f"--district={name}" in given
    assert page == "/compare" or name == given[1 if not name.startswith("-") else -1]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_lesson_on_a_scenario_of_any_name_only_names_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = load("three-dilemmas")
    arms = tuple(
        arm.model_copy(update={"scenario": name, "set": {"policy.triage": 0.5}}) for arm in lesson.steps[0].arms
    )
    steps = (lesson.steps[0].model_copy(update={"arms": arms}), *lesson.steps[1:])
    changed = lesson.model_copy(update={"steps": steps})
    lessons = load_all()[0] | {"three-dilemmas": changed}
    monkeypatch.setattr(lesson_recipe, "load_all", lambda: (lessons, []))
    shown = recipe("/lessons", Address(other={"lesson": "three-dilemmas.1"}))
    assert name in literals(shown.python)
    assert len(arguments(shown.shell, tmp_path)) == 1


@pytest.mark.parametrize("name", [name for name in HOSTILE if not name.startswith(".")])
def test_results_in_a_folder_of_any_name_are_only_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "results" / name
    folder.mkdir(parents=True)
    lines = ["scenario,replication,satisfaction", *(f"{scenario},{n},0.{n}" for scenario in "ab" for n in range(3))]
    (folder / "runs.csv").write_text("\n".join(lines))
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(listing, "folders", lambda kind: [tmp_path / kind] if kind == "results" else [])
    monkeypatch.chdir(tmp_path)
    shown = recipe("/results", Address(other={"experiment": f"results/{name}"[:80]}))
    assert any(f"results/{name}" in str(text) for text in literals(shown.python))
    assert arguments(shown.shell, tmp_path / "empty") == []


def test_labels_and_factors_of_a_store_are_only_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "results" / "one"
    folder.mkdir(parents=True)
    name = '"]\nopen("planted", "w")\n["'
    rows = [{"scenario": f"{name}{n % 2}", name: 1, "replication": n // 2, "satisfaction": 0.5} for n in range(6)]
    import pandas as pd

    pd.DataFrame(rows).to_csv(folder / "runs.csv", index=False)
    monkeypatch.setattr(listing, "folders", lambda kind: [tmp_path / kind] if kind == "results" else [])
    monkeypatch.chdir(tmp_path)
    python: Any = recipe("/results", Address(other={"experiment": "results/one"})).python
    assert {name, f"{name}0"} <= literals(python)
    assert all(isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.Expr) for node in ast.parse(python).body)
