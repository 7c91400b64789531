"""Every command that a page shows can be given as it stands there: commands, options, names and files exist."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from sanfang.cli.app import app
from sanfang.scenario import content
from sanfang.scenario.errors import InputError

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What is wrong with a command line, of which `BadParameter` is one kind."""
ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "experiments/README.md", ROOT / "results/README.md"]
HISTORY = "CHANGELOG.md"
PROGRAMS = r"(?:\.venv/bin/)?(?:sanfang|make|python3?|pytest)"
YOURS = {
    *("mine", "mine.toml", "harbour", "harbour.toml", "scenarios/mine", "scenarios/mine.toml", "my/experiment.toml"),
    "DIR/district.toml",
}
"""Files that a page has its reader write."""
SCENARIOS = {"scenario", "scenarios", "files", "a", "b", "district"}
"""Parameters of commands that name scenarios and districts."""


@dataclass(frozen=True)
class Shown:
    """A command on a page: its words, and whether it stands in a block of code, where it is complete."""

    page: str
    line: int
    words: tuple[str, ...]
    whole: bool

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {' '.join(self.words)}"


def shown() -> Iterator[Shown]:
    """Every command on every page."""
    for page in sorted(page for page in PAGES if page.name != HISTORY):
        lines = page.read_text("utf-8").replace("\\\n", "\x00").split("\n")
        name, number, fenced = page.relative_to(ROOT).as_posix(), 0, False
        for line in lines:
            number += 1 + line.count("\x00")
            line = line.replace("\x00", " ")
            fenced ^= line.startswith("```")
            block = re.match(rf"\s+(?:\w+=\S+ )?({PROGRAMS}(?: .*)?)$" if not fenced else rf"\s*({PROGRAMS} .*)$", line)
            if block and (fenced or line.startswith("    ")):
                yield Shown(name, number, words(block[1]), whole=True)
                continue
            for span in re.findall(r"`([^`]+)`", line):
                if re.fullmatch(rf"{PROGRAMS} .+", span):
                    yield Shown(name, number, words(span), whole=False)


def words(command: str) -> tuple[str, ...]:
    """A command as a shell splits it, without comment and redirection; of `[--lang zh|en]` the first choice."""
    command = re.sub(r"\s+[<>]\s*\S+", "", re.sub(r"[][]", "", re.sub(r"(\w+)\|\w+", r"\1", command)))
    found = shlex.split(command, comments=True)
    return (found[0].removeprefix(".venv/bin/"), *found[1:])


COMMANDS = list(shown())


def test_pages_are_read() -> None:
    assert len(COMMANDS) > 80
    assert {"sanfang", "make", "python", "pytest"} <= {one.words[0] for one in COMMANDS}
    assert len({one.page for one in COMMANDS}) > 12


def parsed(one: Shown) -> tuple[str, dict[str, Any]]:
    """The command's path, and what it would be called with. Raises UsageError."""
    command, context, rest, path = typer.main.get_command(app), None, list(one.words[1:]), ""
    while rest and (below := getattr(command, "commands", {}).get(rest[0])):
        context = command.context_class(command, info_name=command.name, parent=context)
        command, path, rest = below, f"{path} {rest[0]}".strip(), rest[1:]
    if hasattr(command, "commands") and not rest and path and not one.whole:
        return path, {}  # a group of commands, named in a sentence
    if hasattr(command, "commands") and rest != ["--help"]:
        raise UsageError(f"there is no command {' '.join(rest)!r}")
    if rest == ["--help"]:
        return path, {}
    try:
        return path, command.make_context(path, rest, parent=context).params
    except typer.BadParameter as error:
        if one.whole or type(error).__name__ != "MissingParameter":
            raise
        return path, {}


@pytest.mark.parametrize("one", [one for one in COMMANDS if one.words[0] == "sanfang"], ids=str)
def test_the_command_line_takes_what_pages_show(one: Shown) -> None:
    path, given = parsed(one)
    for name, value in given.items():
        for text in [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []:
            if text in YOURS or not isinstance(text, str) or text.isupper():
                continue
            if name in SCENARIOS and path != "scenario new":
                content.find_scenario(text) if name != "district" else content.find_district(text)
            elif path == "sweep" and name == "experiment":
                content.find_experiment(text)
            elif path == "reproduce" and name == "names":
                known = content.experiment_names()
                assert text in known or any(other.startswith(f"{text}/") for other in known)


@pytest.mark.parametrize("one", [one for one in COMMANDS if one.words[0] != "sanfang"], ids=str)
def test_other_commands_of_pages_exist(one: Shown) -> None:
    program, *rest = one.words
    if program == "make":
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
        assert {word for word in rest if "=" not in word} <= targets
    elif program == "pytest":
        assert all((ROOT / word).exists() for word in rest if word.startswith("tests/"))
    else:
        module = rest[0] == "-m"
        assert importlib.util.find_spec(rest[1]) is not None if module else (ROOT / rest[0]).is_file()


def test_a_wrong_command_would_be_found() -> None:
    for wrong in ("sanfang sweep demo-grid --dry", "sanfang scenario explian before", "sanfang run before --days many"):
        with pytest.raises(UsageError):
            parsed(Shown("page", 1, tuple(wrong.split()), whole=True))
    with pytest.raises(InputError):
        content.find_scenario("befor")


@pytest.mark.parametrize("module", ["findings", "findings_figures"])
def test_a_study_without_its_results_says_so_in_one_message(module: str, tmp_path: Path) -> None:
    """Its page tells to make the sweeps first; who has not gets no traceback."""
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs" / "findings.md").read_text("utf-8"), "utf-8")
    target = page if module == "findings" else tmp_path / "images"
    command = [sys.executable, "-m", f"sanfang.studies.{module}", str(tmp_path / "results"), str(target)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "error: " in ended.stderr and "Traceback" not in ended.stderr
