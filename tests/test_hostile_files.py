"""No file takes Sanfang down: whatever a scenario, district, experiment or lesson holds, it is read or refused."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sanfang import Scenario
from sanfang.cli.app import app
from sanfang.dashboard.pages.lessons.files import read as read_lesson
from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario.errors import InputError

TWO_POINTS = 'scenarios = ["small.toml"]\nreplications = 1\ndays = 1\n{}\n[factors]\n"tasks.load" = [0.1, 0.2]\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, empty except for `small.toml`, a district of two domains."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.copy(Path(__file__).with_name("data") / "small.toml", folder)
    return folder


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(result: Result) -> str:
    """The one message of a command that has ended as it should on a wrong input."""
    assert result.exit_code == 2, f"{result.exit_code}: {result.exception!r} {result.output}"
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("error: ")
    return result.stderr


def validate(text: str | bytes) -> str:
    """What is said of a scenario file that holds `text`."""
    Path("hostile.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return refusal(call("scenario", "validate", "hostile.toml", "--district", "small.toml"))


# --- Scenarios and districts --------------------------------------------------------------------------------

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


# --- Experiments --------------------------------------------------------------------------------------------

STEPS = "".join(f'"domains.care.{key}" = {{ low = 0, high = 1, steps = 1000 }}\n' for key in ("on_site", "social"))
VARIANTS = "".join(f'v{number} = {{ "tasks.load" = 0.{number} }}\n' for number in range(9))
LOADS = '[factors]\n"tasks.load" = [0.1, 0.2]\n'
CUBE = '[design]\nkind = "latin-hypercube"\nsamples = 1_000_000_000\n[factors]\n"tasks.load" = { low = 0, high = 1 }\n'

EXPERIMENTS: dict[str, tuple[str, str]] = {
    "a grid of 10^12 points": (
        f"[factors]\n{STEPS}{STEPS.replace('care', 'noise')}",
        "gives 1,000,000,000,000 points; at most 100,000",
    ),
    "a cube of 10^9 points": (CUBE, "design.samples = 1000000000: must be at most 100000"),
    "millions of runs": (
        f'replications = 100_000\n[variants]\n{VARIANTS}[factors]\n"tasks.load" = [0, 1, 0.1, 0.2, 0.3, 0.4]\n',
        "gives 6,000,000 runs, points x scenarios x replications; at most 5,000,000",
    ),
    "a seed above 2^63": (
        f"seed = 9_223_372_036_854_775_808\n{LOADS}",
        "seed = about 2^64: must be at most 1000000000000000",
    ),
    "a last seed above the largest": (
        f"seed = 1_000_000_000_000_000\nreplications = 2\n{LOADS}",
        "seed: must be at least 0 and at most 999,999,999,999,999, not 1000000000000000",
    ),
    "replications without end": (f"replications = 99_999_999_999\n{LOADS}", "must be at most 100000"),
    "a step without end": (
        'replications = { min = 2, max = 9, step = 99_999_999_999, metric = "satisfaction", relative = 0.1 }',
        "replications.step = 99999999999: must be at most 100000",
    ),
    "a word times a number": (
        f"constraints = [\"'a' * 999999999 == 'b'\"]\n{LOADS}",
        "a word can be compared, and not reckoned with",
    ),
    "a constraint of 5,000 signs": (f'constraints = ["tasks.load <{" 1 +" * 2_500} 1"]\n{LOADS}', "is too long"),
    "a constraint 200 deep": (f'constraints = ["{"not " * 200}tasks.load < 1"]\n{LOADS}', "is nested more than 100 d"),
    "a constraint of 900 signs": (f'constraints = ["{"-" * 900}tasks.load < 1"]\n{LOADS}', "is nested more than 100"),
    "a constraint of 900 brackets": (f'constraints = ["{"(" * 900}"]\n{LOADS}', "is not a comparison"),
    "a lever taken 10^400 times": (
        f'[factors.all]\nvalues = [0, 1]\nsets = {{ "tasks.load" = 1{"0" * 400} }}\n',
        "is not a number that a value can be taken times",
    ),
    "a value of 10^400": (
        f'[factors.all]\nvalues = [0, 1{"0" * 400}]\nsets = {{ "tasks.load" = 0.0 }}\n',
        "is not a number from -1e15 to 1e15",
    ),
    "a factor called as a column of results": (
        '[factors.Point]\nvalues = [0, 1]\nsets = { "tasks.load" = 0.1 }\n',
        "tables of results have a column 'point'; give the factor another name",
    ),
}


@pytest.mark.parametrize(("text", "message"), EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
def test_an_experiment_beyond_all_measure_is_refused_before_anything_is_made_of_it(
    here: Path, text: str, message: str
) -> None:
    Path("mine.toml").write_text(f'scenarios = ["small.toml"]\ndays = 1\n{text}', "utf-8")
    assert message in refusal(call("sweep", "mine.toml", "--dry-run"))


def test_an_experiment_has_not_a_thousand_scenarios(here: Path) -> None:
    Path("mine.toml").write_text(f"scenarios = [{'"small.toml",' * 1_000}]")
    assert "scenarios: has 1000 entries; at most 100 are" in refusal(call("sweep", "mine.toml", "--dry-run"))


def test_a_word_from_the_design_cannot_be_multiplied_into_memory(here: Path) -> None:
    path = "domains.care.hours_distribution"
    keys = {"scenarios": ["small.toml"], "factors": {path: ["lognormal", "exponential"]}}
    experiment = Experiment.from_dict(keys | {"constraints": [f"{path} * 999999999 == 'b'"]})
    with pytest.raises(InputError, match="has no answer at"):
        experiment.points()


TABLES = {
    "a cell nested 100,000 deep": ("tasks.load\n" + "[" * 100_000, "must be a number from 0 to 1.5"),
    "a cell of a number of 100,000 digits": ("tasks.load\n" + "9" * 100_000, "must be a number from 0 to 1.5"),
    "a cell of a megabyte": ("tasks.load\n" + "9" * 1_000_000, "is not a table of comma-separated values"),
    "a null": ("tasks.load\0\n0.1\n", "factors.tasks.load\\x00: is not a parameter"),
    "a hundred thousand points and one": (
        "tasks.load\n" + "0.5\n" * 100_001,
        "at most 100,000, and 2,000,000 values are",
    ),
    "half a file of UTF-16": ("tasks.load\n0.5\n".encode("utf-16"), "line 1 is not UTF-8 text"),
    "values that are no numbers": ("tasks.load\nNaN\n", "must be a number from 0 to 1.5"),
}


@pytest.mark.parametrize(("table", "message"), TABLES.values(), ids=TABLES.keys())
def test_a_table_of_points_beyond_all_measure_is_refused(here: Path, table: str | bytes, message: str) -> None:
    Path("points.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    Path("mine.toml").write_text('scenarios = ["small.toml"]\n[design]\nkind = "table"\nfile = "points.csv"\n')
    assert message in refusal(call("sweep", "mine.toml", "--dry-run"))


def test_of_many_values_of_a_factor_only_the_ends_are_checked(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Any] = []
    check: Callable[[Any], Any] = Scenario.model_validate
    monkeypatch.setattr(Scenario, "model_validate", lambda document: checked.append(document) or check(document))
    values = [number / 1_000 for number in range(900)]
    experiment = Experiment.from_dict({"scenarios": ["small.toml"], "factors": {"tasks.load": values}})
    assert [point["tasks.load"] for point in experiment.points()] == values
    assert len(checked) <= 3, "one for the scenario, and one for each end"
    for wrong in (1.6, float("nan"), True, "much"):
        with pytest.raises(InputError, match=r"must be a number from 0 to 1\.5"):
            Experiment.from_dict({"scenarios": ["small.toml"], "factors": {"tasks.load": [*values, wrong]}})


# --- Names that become folders --------------------------------------------------------------------------------

NAMES = [
    "{elsewhere}",
    "../x",
    "..",
    ".",
    "a/b",
    "a\\b",
    "C:x",
    "CON",
    "nul.txt",
    "COM¹",
    "lpt³.toml",
    "CONIN$",
    "con .txt",
    "x" * 190 + "溪",
    "x\n",
    "\x1b]0;x\x07",
    " ",
]


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("name", NAMES, ids=[repr(name)[:20] for name in NAMES])
def test_the_name_of_an_experiment_is_one_folder_here_or_refused(here: Path, tmp_path: Path, name: str) -> None:
    name = name.format(elsewhere=tmp_path / "elsewhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="name = "):
        Experiment.from_dict({"scenarios": ["small.toml"], "name": name * (100 if name.endswith("溪") else 1)})
    text = "".join(f"\\u{ord(letter):04x}" for letter in name)
    Path("mine.toml").write_text(TWO_POINTS.format(f'name = "{text}"'))
    if not name.endswith("溪"):
        refusal(call("sweep", "mine.toml"))
        assert sorted(tmp_path.rglob("*")) == sorted([*before, here / "mine.toml"])


@pytest.mark.usefixtures("made_up_simulation")
def test_an_ordinary_name_is_a_folder_here(here: Path) -> None:
    Path("mine.toml").write_text(TWO_POINTS.format('name = "溪水 [2] (a, b)"'))
    assert call("sweep", "mine.toml", "--jobs", "1").exit_code == 0
    assert (here / "results" / "溪水 [2] (a, b)" / "manifest.json").is_file()


# --- Lessons --------------------------------------------------------------------------------------------------

WITH_A_SLIDER = Path(__file__).resolve().parents[1] / "scenarios" / "lessons" / "three-dilemmas.toml"
LESSONS = {
    "tables 5,000 deep": (f"[{'.'.join('a' * 5_000)}]\nx = 1", "is nested more than 20 deep"),
    "a file of a megabyte": ("#" * 1_000_000, "is too long"),
    "a number of 5,000 digits": (f"order = 1{'0' * 5_000}", "has a number of more than 4,300 digits"),
    "a number of 4,000 digits": (f"order = 1{'0' * 4_000}", "order = about 2^13288"),
    "a slider that begins nowhere": (
        re.sub(r"least = [\d.]+", "least = nan", WITH_A_SLIDER.read_text("utf-8")),
        "slider.least = nan: Input should be a finite number",
    ),
}


@pytest.mark.parametrize(("text", "message"), LESSONS.values(), ids=LESSONS.keys())
def test_a_lesson_beyond_all_measure_is_refused(here: Path, text: str, message: str) -> None:
    Path("lesson.toml").write_text(text)
    with pytest.raises(InputError) as refused:
        read_lesson(here / "lesson.toml")
    assert message in str(refused.value)
