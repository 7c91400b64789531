"""What users have named is printed as it is, and carries no command to the terminal."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from command_lines import COMMAND, call
from sanfang import Scenario
from sanfang.lab import files, reproduce
from sanfang.lab.storage.faults import StoreError

BELL = "\x1b]0;bell\x07"
"""What a terminal obeys: it changes the title of the window."""


def in_shell(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, with variables of its environment."""
    given = {**os.environ, **environment}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, env=given, timeout=120)


# --- What users have named, on the screen --------------------------------------------------------------------


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
