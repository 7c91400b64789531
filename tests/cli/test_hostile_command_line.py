"""No number, setting, pipe or lack of memory takes a command down."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from command_line import COMMAND, call
from sanfang import Scenario, compare, simulate
from sanfang.lab.experiments.experiment import Experiment
from sanfang.run import simulation
from sanfang.scenario import settings
from sanfang.scenario.errors import InputError

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
