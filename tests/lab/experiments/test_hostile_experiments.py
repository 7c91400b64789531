"""No experiment takes Sanfang down, and none is kept outside of its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from command_lines import call
from refusals import TWO_POINTS, refusal
from sanfang import Scenario
from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario.errors import InputError

# --- Experiments ---------------------------------------------------------------------------------------------

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


# --- Names that become folders -------------------------------------------------------------------------------

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
