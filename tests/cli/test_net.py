"""What nobody thought of ends in one line; a defect within a run stays visible."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from command_lines import COMMAND, call
from sanfang.run import simulation


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
