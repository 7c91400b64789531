"""No argument, folder, terminal or pipe takes a command down, and no user's text commands the terminal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sanfang import Scenario, compare, simulate
from sanfang.cli import saving
from sanfang.cli.app import app
from sanfang.lab import files, reproduce
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.faults import StoreError
from sanfang.run import simulation
from sanfang.scenario import settings
from sanfang.scenario.errors import InputError

BELL = "\x1b]0;bell\x07"
"""What a terminal obeys: it changes the title of the window."""

COMMAND = [sys.executable, "-c", "from sanfang.cli.app import app; app(prog_name='sanfang')"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, empty except for a district and scenarios with the same name but for its end."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(Path(__file__).parents[1] / "data" / "small.toml", tmp_path)
    for letter in "ab":
        Path(f"{letter}.toml").write_text(f'name = "plan [{letter}]"\n[policy]\nauthority = 0.{ord(letter) - 95}\n')
    Path("slash.toml").write_text('name = "[/x] 溪"\n')
    return tmp_path


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def in_shell(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, with variables of its environment."""
    given = {**os.environ, **environment}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, env=given, timeout=120)


def made() -> list[str]:
    return sorted(path.name for path in Path("made").iterdir())


# --- Numbers -------------------------------------------------------------------------------------------------

MOST = {
    "reps": (["compare", "a.toml", "b.toml", "--reps", "99999999999"], "100000"),
    "reps of all scenarios": (["compare", "a.toml", "b.toml", "--reps", "60000"], "at most 100,000 in memory"),
    "reps of why": (["why", "before", "--reps", "99999999999"], "100000"),
    "reps of all scenarios of why": (["why", "a.toml", "b.toml", "--reps", "60000"], "more than 100,000 runs"),
    "jobs": (["compare", "a.toml", "b.toml", "--jobs", "99999999999"], "1000"),
    "jobs of a sweep": (["sweep", "demo-grid", "--jobs", "99999999999"], "1000"),
    "jobs of reproduce": (["reproduce", "--jobs", "99999999999"], "1000"),
    "limit": (["sweep", "demo-grid", "--limit", "9" * 30], "5000000"),
    "days": (["run", "a.toml", "--days", "9" * 30], "3650"),
    "seed": (["run", "a.toml", "--seed", "9223372036854775808"], "1000000000000000"),
    "last seed": (["compare", "a.toml", "b.toml", "--seed", "1000000000000000", "--reps", "2"], "999,999,999,999,999"),
    "seed of verify": (["verify", "books", "--seed", "1000000000000001"], "1000000000000000"),
    "slowest": (["trace", "a.toml", "--slowest", "99999999999"], "10000"),
    "half width": (["analyse", "results/x", "--half-width", "1e300"], "1000000000000"),
    "half width that is no number": (
        ["analyse", "results/x", "--half-width", "nan"],
        "Invalid value for '--half-width'",
    ),
    "port": (["dashboard", "--port", "65536"], "65535"),
}


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize(("arguments", "most"), MOST.values(), ids=MOST.keys())
def test_every_number_has_a_most_which_is_told(here: Path, arguments: list[str], most: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2, repr(result.exception)
    assert most in result.stderr


def test_one_largest_seed_holds_for_files_and_python_and_for_the_last_replication_too(here: Path) -> None:
    scenario, most = Scenario.load("small.toml"), 10**15
    for seed in (most + 1, 2**63, 10**400, -1, 1.5, True):
        for make in (
            lambda seed: simulate(scenario, seed=seed, days=1),
            lambda seed: compare([scenario], 1, seed=seed),
        ):
            with pytest.raises(InputError, match="seed: must be "):
                make(seed)
        with pytest.raises(InputError, match=r"seed = .*: must be "):
            Experiment.from_dict({"scenarios": ["small.toml"], "seed": seed})
    with pytest.raises(InputError, match=r"at most 999,999,999,999,999, not 1000000000000000"):
        compare([scenario], 2, seed=most)
    assert Experiment.from_dict({"scenarios": ["small.toml"], "seed": most - 1, "replications": 2}).seed == most - 1


@pytest.mark.parametrize("days", [0, 3651, 10**400, 1.5, True, "7"])
def test_days_that_no_run_has_are_refused(here: Path, days: Any) -> None:
    with pytest.raises(InputError, match="days: must be "):
        simulate(Scenario.load("small.toml"), days=days)


SETTINGS = {
    "list": ("policy.authority=" + "[" * 5_000, "is nested more than 20 deep"),
    "path": (".".join("a" * 5_000) + "=1", "is not a dotted path"),
    "key": ("policy." + "a" * 5_000 + "=1", "has a key of more than 100 characters"),
    "digits": ("policy.authority=1" + "0" * 5_000, "has a number of more than 4,300 digits"),
    "level": ("policy.authority=1" + "0" * 400, "policy.authority = about 2^1329: must be a number from 0 to 1"),
}


@pytest.mark.parametrize(("setting", "message"), SETTINGS.values(), ids=SETTINGS.keys())
def test_a_setting_beyond_all_measure_is_refused(here: Path, setting: str, message: str) -> None:
    result = call("run", "small.toml", "--set", setting)
    assert result.exit_code == 2, repr(result.exception)
    assert message in result.stderr
    assert len(result.stderr) < 400


def test_ten_thousand_settings_belong_into_a_file(here: Path) -> None:
    settings = [word for number in range(10_000) for word in ("--set", f"policy.x{number}=1")]
    result = call("run", "small.toml", *settings)
    assert result.exit_code == 2
    assert result.stderr == "error: --set: is given 10,000 times; write more than 1,000 into a file\n"


# --- Folders -------------------------------------------------------------------------------------------------

FOLDERS = {
    "below a file": ("small.toml/made", "small.toml is a file, not a folder"),
    "of the system": ("/proc/made", "cannot be written to"),
    "with a name of 300 letters": ("x" * 300, "cannot be written to: File name too long"),
    "behind a loop of links": ("loop/made", ""),
    "a link that leads nowhere": ("nowhere", "nowhere is a link that leads to no folder"),
    "behind a link that leads nowhere": ("nowhere/made", "nowhere is a link that leads to no folder"),
}
WITH_A_FOLDER = {
    "run": ["run", "small.toml"],
    "compare": ["compare", "small.toml"],
    "why": ["why", "small.toml"],
    "sweep": ["sweep", "mine.toml"],
    "verify": ["verify"],
    "reproduce": ["reproduce", "mechanisms/F1a"],
    "export": ["export", "done"],
}


def never(*anything: Any, **more: Any) -> Any:
    raise AssertionError("a run was made")


def with_a_sweep(here: Path, *, done: bool) -> None:
    Path("mine.toml").write_text('scenarios = ["small.toml"]\nreplications = 1\n')
    if done:
        assert call("sweep", "mine.toml", "--out", "done", "--jobs", "1").exit_code == 0


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize(("folder", "message"), FOLDERS.values(), ids=FOLDERS.keys())
@pytest.mark.parametrize("arguments", WITH_A_FOLDER.values(), ids=WITH_A_FOLDER.keys())
def test_a_folder_that_cannot_be_written_to_is_refused_before_the_first_run(
    here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], folder: str, message: str
) -> None:
    with_a_sweep(here, done=arguments[0] == "export")
    Path("loop").symlink_to("loop")
    Path("nowhere").symlink_to("not/there")
    before = sorted(here.rglob("*"))
    monkeypatch.setattr(simulation, "simulate", never)
    result = call(*arguments, "--out", folder)
    assert result.exit_code == 2, repr(result.exception)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("arguments", WITH_A_FOLDER.values(), ids=WITH_A_FOLDER.keys())
def test_a_disk_that_takes_nothing_is_found_out_before_the_first_run_and_no_folder_stays(
    here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    with_a_sweep(here, done=arguments[0] == "export")
    before = sorted(here.rglob("*"))
    monkeypatch.setattr(simulation, "simulate", never)
    monkeypatch.setattr(saving.os, "fsync", full)
    result = call(*arguments, "--out", "made/below")
    assert result.exit_code == 2, repr(result.exception)
    assert result.stderr == "error: --out made/below: cannot be written to: No space left on device\n"
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("made_up_simulation")
def test_the_folder_that_a_sweep_takes_by_itself_is_tried_too(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_a_sweep(here, done=False)
    Path("results").write_text("a file")
    monkeypatch.setattr(simulation, "simulate", never)
    result = call("sweep", "mine.toml")
    assert result.exit_code == 2, repr(result.exception)
    assert "results/mine: results is a file, not a folder" in result.stderr


@pytest.mark.usefixtures("made_up_simulation")
def test_files_that_are_links_are_replaced_and_what_they_lead_to_stays_as_it_is(here: Path) -> None:
    """A folder of results that somebody else has prepared."""
    assert call("run", "small.toml", "--out", "made").exit_code == 0
    with_a_sweep(here, done=True)
    Path("precious").write_text("precious")
    for folder in (Path("made"), Path("done")):
        for file in folder.iterdir():
            if file.name not in ("sweep.sqlite", "sweep.lock"):
                file.unlink()
                file.symlink_to(here / "precious")
    assert call("run", "small.toml", "--out", "made").exit_code == 0
    assert call("sweep", "mine.toml", "--out", "done", "--jobs", "1").exit_code == 0
    assert call("export", "done").exit_code == 0
    assert Path("precious").read_text() == "precious"


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("name", ["sweep.sqlite", "sweep.lock"])
@pytest.mark.parametrize("there", [True, False])
def test_a_store_whose_file_is_a_link_is_not_written_to(here: Path, name: str, there: bool) -> None:
    with_a_sweep(here, done=True)
    kept = Path("done", "sweep.sqlite").read_bytes()
    Path("linked").mkdir()
    Path("linked", name).symlink_to(here / "done" / "sweep.sqlite" if there else here / "nowhere")
    result = call("sweep", "mine.toml", "--out", "linked", "--jobs", "1", "--no-reuse")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and "link" in result.stderr
    assert Path("done", "sweep.sqlite").read_bytes() == kept and not Path("nowhere").exists()


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("target", ["not/there", "made", "small.toml"])
def test_a_folder_that_becomes_a_link_to_none_during_the_run_takes_no_result_along(
    here: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    real = saving.save

    def swapped(out: Path, *others: Any) -> Any:
        out.symlink_to(target)
        return real(out, *others)

    monkeypatch.setattr("sanfang.cli.app.save", swapped)
    result = call("run", "small.toml", "--out", "made")
    assert result.exit_code == 1 and "not saved" in result.stderr and "Traceback" not in result.stderr
    assert result.stdout.startswith("small, seed 1"), "it is printed"


def full(*anything: Any, **more: Any) -> Any:
    raise OSError(28, "No space left on device")


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize(
    "arguments", [["run", "a.toml"], ["compare", "a.toml", "b.toml", "--reps", "2", "--jobs", "1"]]
)
def test_a_disk_that_is_full_at_the_end_takes_no_result_along(
    here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(Path, "write_text", full)
    result = call(*arguments, "--out", "made")
    assert result.exit_code == 1
    assert "Satisfaction of residents" in result.stdout, "the results themselves are printed"
    lost = "metrics.json" if arguments[0] == "run" else "comparison.json"
    assert result.stderr == f"error: --out made: not saved: {lost}, saved.json (No space left on device)\n"
    assert lost not in made() and len(made()) >= 2
    document = json.loads(call(*arguments, "--out", "made", "--json").stdout)
    assert len(document["files"]) == len(made())


@pytest.mark.usefixtures("made_up_simulation")
def test_a_disk_that_is_full_when_results_are_published_leaves_the_experiment_as_it_was(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'scenarios = ["slash.toml", "a.toml"]\ndistrict = "small.toml"\nreplications = 2\n'
    claim = '[claim]\nsays = "x"\nbecause = "y"\nmetric = "satisfaction"\nexpected = "higher"\n'
    Path("mine.toml").write_text(text + claim)
    write_atomically = files.write_atomically

    def full_at_last(path: Path, write: Any) -> Path:
        return full() if path.name == "mine.toml" else write_atomically(path, write)

    monkeypatch.setattr(reproduce, "write_atomically", full_at_last)
    result = call("reproduce", "mine.toml", "--update", "--jobs", "1")
    assert result.exit_code == 2, repr(result.exception)
    assert "mine.toml: cannot be written: No space left on device" in result.stderr
    assert Path("mine.toml").read_bytes().decode() == text + claim


# --- What users have named, on the screen ------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up_simulation")
def test_brackets_in_names_are_printed_as_they_are(here: Path) -> None:
    result = call("compare", "a.toml", "b.toml", "slash.toml", "--reps", "2", "--jobs", "1")
    assert result.exit_code == 0, repr(result.exception)
    for name in ("plan [a]", "plan [b]", "[/x] 溪"):
        assert name in result.stdout
    assert "[/x] 溪, seed 1" in call("run", "slash.toml").stdout


@pytest.mark.usefixtures("made_up_simulation")
def test_brackets_in_names_are_printed_as_they_are_by_a_sweep_too(here: Path) -> None:
    variants = '[variants]\n"[/y]" = { "policy.authority" = 0.5 }\n'
    word = '[factors]\n"domains.care.hours_distribution" = ["lognormal", "exponential"]\n'
    experiment = f'name = "[x] (y)"\nscenarios = ["slash.toml"]\ndistrict = "small.toml"\nreplications = 2\n{variants}'
    Path("mine.toml").write_text(experiment + word)
    assert call("sweep", "mine.toml", "--jobs", "1").exit_code == 0
    for command in ("status", "analyse"):
        result = call(command, "results/[x] (y)")
        assert result.exit_code == 0, repr(result.exception)
    assert "[/y]" in result.stdout and "[/x] 溪" in result.stdout


def test_no_message_carries_a_command_to_the_terminal(here: Path) -> None:
    Path(f"{BELL}.toml").write_text('extends = "before"\n[policy]\nauthority = 2\n')
    Path("mine.toml").write_text('extends = "\\u001b]0;bell\\u0007.toml"\n')
    Path("key.toml").write_text('[policy]\n"\\u001b]0;bell\\u0007" = 1\n"\\u009b31m" = 1\n')
    for arguments in (
        ["scenario", "validate", "mine.toml"],
        ["scenario", "validate", "key.toml"],
        ["scenario", "explain", "key.toml"],
        ["run", f"{BELL}.toml"],
        ["run", "a.toml", "--days", BELL],
        ["run", "a.toml", BELL],
        [BELL],
        ["--" + BELL],
        ["trace", "small.toml", "--domain", "\x9b31m"],
        ["verify", "\x9b31m"],
        ["status", "\x9b31m"],
    ):
        result = call(*arguments)
        assert result.exit_code == 2, (arguments, result.exception)
        assert not any(sign in result.output for sign in "\x1b\x07\x9b"), arguments


@pytest.mark.usefixtures("made_up_simulation")
def test_a_name_of_bytes_that_are_no_text_is_printed_and_saved(here: Path) -> None:
    name = os.fsdecode(b"\xff plan.toml")
    Path(name).write_text("[policy]\ntriage = 1\n")
    result = call("compare", name, "a.toml", "--reps", "2", "--jobs", "1", "--out", "made")
    assert result.exit_code == 0, repr(result.exception)
    assert r"\udcff plan" in result.stdout
    assert r"\udcff plan" in Path("made/means.csv").read_text("utf-8")
    loaded = Scenario.load(name)
    loaded.save("saved.toml")
    assert Scenario.load("saved.toml") == loaded


def test_json_holds_half_characters_and_commands_as_escapes() -> None:
    hostile = {"path": os.fsdecode(b"\xff.toml"), "command": "\x9b31m", "key\x7f": 1}
    text = files.to_json(hostile)
    assert text.encode("utf-8") and not any(sign in text for sign in "\x9b\x7f")
    assert json.loads(text) == hostile


def test_a_full_disk_during_reproduction_is_told_in_one_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*anything: Any, **more: Any) -> Any:
        raise StoreError("results: database or disk is full")

    monkeypatch.setattr(reproduce, "sweep", lost)
    result = call("reproduce", "mechanisms/F1a")
    assert result.exit_code == 1
    assert result.stderr.endswith("error: results: database or disk is full\n"), repr(result.exception)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "gbk"])
def test_a_terminal_of_few_letters_gets_what_it_can_show(here: Path, encoding: str) -> None:
    shown = in_shell("scenario", "explain", "slash.toml", "--lang", "zh", PYTHONIOENCODING=encoding)
    assert shown.returncode == 0, shown.stderr
    assert b"policy.authority" in shown.stdout
    whole = in_shell("scenario", "explain", "slash.toml", "name", "--json", PYTHONIOENCODING=encoding)
    assert json.loads(whole.stdout.decode(encoding))[0]["value"] == "[/x] 溪"
    wrong = in_shell("scenario", "explain", "溪", PYTHONIOENCODING=encoding)
    assert wrong.returncode == 2
    assert b"Traceback" not in wrong.stderr


def test_an_argument_that_is_no_text_is_refused_in_one_line(here: Path) -> None:
    for encoding in ("utf-8", "latin-1"):
        result = in_shell("scenario", "validate", b"\xff\xfe.toml", PYTHONIOENCODING=encoding)
        assert result.returncode == 2
        assert result.stderr.startswith(rb"error: '\udcff\udcfe.toml': no such file"), result.stderr


# --- The last net -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize(
    "error", [ValueError("x\x1by"), OverflowError("too large"), RecursionError("deep"), MemoryError()]
)
def test_what_nobody_thought_of_in_an_input_is_told_in_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(settings: Any) -> Any:
        raise error

    monkeypatch.setattr("sanfang.scenario.scenario.parse_settings", fail)
    result = call("run", "a.toml")
    assert result.exit_code == 2, repr(result.exception)
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("error: a.toml: ") and "\x1b" not in result.stderr


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("error", [ValueError, OverflowError, RecursionError, KeyError])
def test_a_defect_within_a_run_stays_visible(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*anything: Any, **more: Any) -> Any:
        raise error("a defect")

    monkeypatch.setattr(simulation, "simulate", fail)
    result = call("run", "a.toml")
    assert result.exit_code == 1
    assert isinstance(result.exception, error)


@pytest.mark.usefixtures("made_up_simulation")
def test_memory_that_runs_out_is_no_defect(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*anything: Any, **more: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(simulation, "simulate", fail)
    result = call("run", "a.toml")
    assert result.exit_code == 2, repr(result.exception)
    assert result.stderr.startswith("error: not enough memory: ")


def test_a_reader_that_goes_away_ends_a_command_quietly(here: Path) -> None:
    for arguments in (["scenario", "schema"], ["scenario", "explain", "slash.toml"], ["--version"]):
        pipe, buffered = (
            subprocess.PIPE,
            {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )
        with subprocess.Popen([*COMMAND, *arguments], stdout=pipe, stderr=pipe, env=buffered) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_into_a_full_disk_is_told_in_one_line(here: Path) -> None:
    with Path("/dev/full").open("wb") as full_disk:
        result = subprocess.run(
            [*COMMAND, "scenario", "schema"], stdout=full_disk, stderr=subprocess.PIPE, check=False, timeout=120
        )
    assert result.returncode == 1
    assert result.stderr == b"error: the system refuses: No space left on device\n"


def test_settings_are_read_by_the_reader_of_all_toml() -> None:
    with pytest.raises(InputError, match="is nested more than"):
        settings.parse_settings(["x=" + "[" * 30 + "]" * 30])


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)], ids=["output", "errors", "all"])
def test_a_run_is_made_where_nobody_is_there_to_hear_of_it(tmp_path: Path, closed: tuple[int, ...]) -> None:
    """As with `>&-` in a shell, or under a program that starts others without standard streams."""
    command = [*COMMAND, "run", "before", "--district", "demo", "--days", "2", "--out", str(tmp_path / "made")]
    quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    done = subprocess.run(
        [sys.executable, "-c", "import os, sys; [os.close(int(n)) for n in sys.argv[1].split()]; "
         "os.execv(sys.argv[2], sys.argv[2:])", " ".join(map(str, closed)), *command],
        check=False, **quiet,
    )  # fmt: skip
    assert done.returncode == 0 and (tmp_path / "made" / "metrics.json").exists()
