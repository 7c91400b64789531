"""`sanfang scenario new` writes a first file that is right as it stands, and writes nothing over."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanfang import Scenario, simulate
from sanfang.cli.scenario import scenario_app
from sanfang.scenario.catalogue import find, levers

LONGEST = 75
"""Lines that a person reads in one go."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*arguments: str) -> str:
    result = CliRunner().invoke(scenario_app, ["new", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*arguments: str) -> str:
    before = {path: path.read_bytes() for path in Path.cwd().rglob("*") if path.is_file()}
    result = CliRunner().invoke(scenario_app, ["new", *arguments])
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert len(result.stderr.splitlines()) == 1
    assert {path: path.read_bytes() for path in Path.cwd().rglob("*") if path.is_file()} == before
    return result.stderr


def with_every_line(text: str) -> str:
    """The file as it is when the # is taken away from every line that gives a value."""
    return re.sub(r"^# (?=[\w.]+ = )", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_new_scenario_is_the_one_it_builds_on_until_a_line_is_changed(lang: str) -> None:
    new("mine", "--lang", lang)
    text = Path("mine.toml").read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST
    before, mine = Scenario.load("before", "demo"), Scenario.load("mine.toml", "demo")
    assert (mine.digest(), mine.name) == (before.digest(), "mine")
    assert simulate(mine, days=3).daily.equals(simulate(before, days=3).daily)
    Path("all.toml").write_text(with_every_line(text), "utf-8")
    every = Scenario.load("all.toml", "demo")
    assert every.digest() == before.digest(), "a line shows what holds without it"
    assert {lever.path for lever in levers()} <= {*tomllib_paths(with_every_line(text))}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_new_district_runs_and_its_own_values_are_called_assumed(lang: str) -> None:
    new("harbour", "--district", "--lang", lang)
    text = Path("harbour.toml").read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST
    harbour = Scenario.load("before", "harbour.toml")
    assert harbour.district.name == "harbour"
    assert simulate(harbour, days=7).daily["open"].iloc[-1] > 0
    own = [path for path in tomllib_paths(text) if path.startswith("district.") and find_range(path)]
    assert own == ["district.population", "district.sub_districts", "district.communities"]
    assert {harbour.source(path) for path in own} == {"assumed"}
    Path("all.toml").write_text(with_every_line(text), "utf-8")
    assert Scenario.load("before", "all.toml").digest() == harbour.digest(), "a line shows what holds without it"


def tomllib_paths(text: str) -> list[str]:
    """Dotted paths of all values that a text sets."""
    found = []

    def walk(table: dict[str, object], above: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict) and "value" not in value:
                walk(value, f"{above}{key}.")
            else:
                found.append(f"{above}{key}")

    walk(tomllib.loads(text), "")
    return found


def find_range(path: str) -> bool:
    parameter = find(path)
    return parameter is not None and parameter.ge is not None


@pytest.mark.parametrize("what", [[], ["--district"]])
def test_every_line_is_that_of_the_declaration(what: list[str]) -> None:
    """Label and range in both languages, with the unit where it is none."""
    for lang in ("en", "zh"):
        new(f"mine-{lang}", "--lang", lang, *what)
        text = Path(f"mine-{lang}.toml").read_text("utf-8")
        paths = re.findall(r"^#? ?([a-z][\w.]+\.\w+) = ", text, flags=re.MULTILINE)
        assert len(paths) > 25
        for path in paths:
            parameter = find(path)
            assert parameter is not None and parameter.label(lang) in text
            if parameter.role != "lever" and parameter.ge is not None:
                assert f"{parameter.ge:g} - {parameter.le:,.10g}" in text
                assert parameter.unit in ("-", "0-1") or parameter.unit in text


def test_a_name_may_be_a_path_and_its_folder_must_be_there(here: Path) -> None:
    assert "no folder plans" in refusal("plans/mine")
    (here / "plans").mkdir()
    assert new("plans/mine") == "plans/mine.toml is written; its first lines say how to go on\n"
    new("plans/again.toml")
    assert sorted(path.name for path in (here / "plans").iterdir()) == ["again.toml", "mine.toml"]
    assert "--scale" in Path("plans/mine.toml").read_text("utf-8")


def test_nothing_is_written_over(here: Path) -> None:
    (here / "mine.toml").write_text("# years of work\n")
    assert refusal("mine") == refusal("mine", "--district")
    assert "mine.toml is there already, and is not written over" in refusal("mine.toml")
    (here / "link.toml").symlink_to("nowhere.toml")
    assert "is there already" in refusal("link")
    (here / "folder.toml").mkdir()
    assert "is there already" in refusal("folder")


UNFIT = ("", " ", ".", "..", "../", ".hidden", "con", "a\nb", "a:b", "a\0b", "x" * 101, "\x1b[2J", "前" * 80, "x/.toml")


@pytest.mark.parametrize("name", UNFIT)
def test_what_may_be_no_file_name_is_refused(name: str) -> None:
    assert refusal("--", name).startswith("error: ")


def test_a_name_is_never_code(here: Path) -> None:
    """Quotes in a name stay text in the file, and one word in the commands that its comments show."""
    for name in ("it's", "a b", "$(touch planted)", "a'; touch planted; '", "--out=x", "100%", "{file}"):
        new("--", name)
        assert Scenario.load(f"{name}.toml", "demo").label_en == name
        assert all(line.startswith("#") for line in Path(f"{name}.toml").read_text("utf-8").splitlines()[:9])


def test_a_new_file_may_be_called_like_a_shipped_one(here: Path) -> None:
    (here / "scenarios" / "districts").mkdir(parents=True)
    new("scenarios/before")
    new("scenarios/districts/licang", "--district")
    found = Scenario.load("before")
    assert (found.district.population, len(found.notes)) == (20_000, 2)
