"""No scenario or district takes Sanfang down: whatever the file holds, it is read or refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from command_lines import call
from refusals import TWO_POINTS, refusal
from sanfang import Scenario
from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario.errors import InputError


def validate(text: str | bytes) -> str:
    """What is said of a scenario file that holds `text`."""
    Path("hostile.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return refusal(call("scenario", "validate", "hostile.toml", "--district", "small.toml"))


# --- Scenarios and districts ---------------------------------------------------------------------------------

FILES: dict[str, tuple[str | bytes, str]] = {
    "a file of ten megabytes": ("#" * 10_000_000, "is too long; at most 500,000 bytes are read"),
    "a list of 240,000 items": (f"x = [{'1,' * 240_000}]", "is too large; at most 200,000 list items are read"),
    "60,000 keys": ("".join(f"{n:05x}=1\n" for n in range(60_000)), "is too large; at most 50,000 keys are read"),
    "tables 5,000 deep": (f"[{'.'.join('a' * 5_000)}]\nx = 1", "is nested more than 20 deep"),
    "a dotted key of 5,000 parts": (f"{'.'.join('a' * 5_000)} = 1", "is nested more than 20 deep"),
    "lists 5,000 deep": (f"x = {'[' * 5_000}{']' * 5_000}", "is nested more than 20 deep"),
    "inline tables 5,000 deep": (f"x = {'{a = ' * 5_000}1{'}' * 5_000}", "is nested more than 20 deep"),
    "lists 25 deep between two texts": (f'x = [ """]""", {"[" * 25} \'[\' {"]" * 25} ]', "is nested more than 20 deep"),
    "a number of 5,000 digits": (f"[tasks]\nload = 1{'0' * 5_000}", "has a number of more than 4,300 digits"),
    "a number of 100,000 bits": (
        f"[tasks]\nload = 0x{'f' * 25_000}",
        "tasks.load: is a number of more than 4,300 digi",
    ),
    "a key of 10,000 characters": (f"[domains.{'a' * 10_000}]\nhazard = 1", "domains: has a key of more than 100 char"),
    "a level of 400 digits": (
        f"[policy]\nauthority = 1{'0' * 400}",
        "policy.authority = about 2^1329: must be a number",
    ),
    "a level of 400 digits in a schedule": (
        f"[policy]\nauthority = [[0, 1{'0' * 400}]]",
        "must be a number from 0 to 1",
    ),
    "a share of 400 digits": (f"[domains.care]\nkinds = [1{'0' * 400}, 0, 0, 0]", "must be 4 numbers from 0 to 1 that"),
    "a step on a day of 400 digits": (
        f"[policy]\nauthority = [[1{'0' * 400}, 1]]",
        "must be at most 36,500, not about 2",
    ),
    "a start in the year 9999": ("[calendar]\nstart = 9999-12-31", "must be a date from 1900-01-01 to 2199-12-31"),
    "a start in the year 1": ("[calendar]\nstart = 0001-01-01", "must be a date from 1900-01-01 to 2199-12-31"),
    "a start with a time": ("[calendar]\nstart = 2025-01-01T00:00:00+23:59", "must be a date such as 2025-01-31"),
    "a population of 10^12": ("[district]\npopulation = 1_000_000_000_000", "from 200 to 3,500,000 (residents)"),
    "128 domains": (
        "".join(f'[domains.d{n}]\ndepartment = "civil"\n' for n in range(126)),
        "domains: there are 128; at most 100 are possible",
    ),
    "300 departments": (
        "".join(f"[departments.d{n}]\n" for n in range(298)),
        "departments: there are 300; at most 200 are possible",
    ),
    "a department of millions of posts": (
        "[district]\npopulation = 3_500_000\n"
        + "".join(f"[departments.d{n}]\nposts_per_100k = 1000\n" for n in range(100)),
        "staffing: makes 3,51",
    ),
    "millions of needs a day": (
        "[district]\npopulation = 3_500_000\n[domains.care]\nhazard = 20\n[needs]\nhazard_cap = 50",
        "candidates for needs a day (residents x hazard x needs.hazard_cap / 365); at most 400,000 fit into memory",
    ),
    "an empty name": ('name = " "', 'name = " ": must not be empty'),
    "a name of 10,000 characters": (f'name = "{"a" * 10_000}"', "must be one line of at most 100 characters"),
    "a name that rings": ('name = "\\u0007"', 'name = "\\x07": must be one line of at most 100 characters'),
    "a label that turns the direction of writing": ('label_en = "a\\u202eb"', "none of them a control"),
    "a description that commands the terminal": ('description = "\\u001b[2J"', "none of them a control"),
    "a domain called by a quotation mark": ('[domains.\'"\']\ndepartment = "civil"', "is no good name"),
    "many names in extends": (f"extends = [{'"before", ' * 5_000}]", "extends: at most 50 files are read"),
    "an extends that is a number of 4,000 digits": (f"extends = 1{'0' * 4_000}", "extends = about 2^13288: must be a"),
}


@pytest.mark.parametrize(("text", "message"), FILES.values(), ids=FILES.keys())
def test_a_file_beyond_all_measure_is_refused_in_one_line(here: Path, text: str | bytes, message: str) -> None:
    assert message in validate(text)


def test_brackets_and_dots_within_texts_and_comments_do_not_count_as_depth(here: Path) -> None:
    text = "[" * 50 + ". " * 50
    lines = [f"# {text}", f'label_en = "{text}\\""', f"label_zh = '{text}\\'", f'description = """"{text}""\\""""""']
    Path("brackets.toml").write_text("\n".join(lines), "utf-8")
    assert Scenario.load("brackets.toml", "small.toml").label_zh == f"{text}\\"


def test_a_chain_of_extends_has_an_end(here: Path) -> None:
    for number in range(1_500):
        Path(f"link{number}.toml").write_text(f'extends = "link{number + 1}.toml"\n')
    Path("link1500.toml").write_text('name = "end"\n')
    assert "extends: at most 50 files are read" in refusal(call("scenario", "validate", "link0.toml"))


def test_the_files_of_a_chain_have_one_measure_together(here: Path) -> None:
    for number in range(4):
        Path(f"part{number}.toml").write_text("#" * 200_000 + f'\nextends = "part{number + 1}.toml"\n')
    Path("part4.toml").write_text('name = "end"\n')
    assert "part2.toml: is too long" in refusal(call("scenario", "validate", "part0.toml"))


def test_a_file_that_extends_itself_through_a_link_is_a_circle(here: Path) -> None:
    Path("mine.toml").write_text('extends = "again.toml"\n')
    Path("again.toml").symlink_to("mine.toml")
    assert "runs in a circle" in refusal(call("scenario", "validate", "mine.toml"))


@pytest.mark.parametrize("kind", ["pipe", "device", "loop of links", "folder", "link to nowhere"])
def test_what_is_no_ordinary_file_is_neither_waited_for_nor_read(here: Path, kind: str) -> None:
    path = here / "odd.toml"
    {
        "pipe": lambda: os.mkfifo(path),
        "device": lambda: path.symlink_to("/dev/zero"),
        "loop of links": lambda: path.symlink_to(path),
        "folder": path.mkdir,
        "link to nowhere": lambda: path.symlink_to("nowhere.toml"),
    }[kind]()
    (here / "scenarios").mkdir()
    path.rename(here / "scenarios" / "odd.toml")
    refusal(call("scenario", "validate", "odd"))
    refusal(call("scenario", "validate", "before", "--district", "scenarios/odd.toml"))
    Path("mine.toml").write_text(TWO_POINTS.format('[design]\nkind = "table"\nfile = "scenarios/odd.toml"'))
    told = refusal(call("sweep", "mine.toml", "--dry-run"))
    assert "design.file: odd.toml: " in told
    if kind in ("pipe", "device"):
        assert "is no ordinary file" in told


BEYOND = [10**400, -(10**400), 10**5_000, float("nan"), -float("inf"), [[0, 10**400]]]


@pytest.mark.parametrize("value", BEYOND, ids=["large", "small", "unprintable", "nan", "infinite", "schedule"])
def test_numbers_beyond_all_measure_are_refused_from_python_too(here: Path, value: Any) -> None:
    scenario = Scenario.load("small.toml")
    for path in ("policy.authority", "tasks.load", "run.days", "calendar.start", "name", "domains.care.kinds"):
        with pytest.raises(InputError):
            scenario.with_({path: value})


def test_a_mapping_without_end_is_refused(here: Path) -> None:
    endless: dict[str, Any] = {}
    endless["a"] = [endless, endless]
    for make in (Scenario.from_dict, Scenario.load("small.toml").with_, Experiment.from_dict):
        with pytest.raises(InputError, match=r"is nested more than|is too large"):
            make({"policy": endless} if make != Experiment.from_dict else {"settings": endless})
