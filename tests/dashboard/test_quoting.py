"""Texts of others in code that a viewer pastes."""

from __future__ import annotations

import ast
import shlex
import subprocess
import tomllib

import pytest

from sanfang.dashboard.quoting import command, comment, in_python, in_shell, in_toml

TEXTS = [
    "plain",
    "it's",
    'a "b"',
    "back\\slash",
    "line\nbreak",
    "$(touch x)",
    "`touch x`",
    "-leading",
    "三放",
    "\x1b[2J",
    "a;b|c&d",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_reads_back_as_it_was_and_begins_no_line_of_its_own(text: str) -> None:
    assert ast.literal_eval(in_python(text)) == text
    assert tomllib.loads(f"x = {in_toml(text)}")["x"] == text
    assert all("\n" not in shown for shown in (in_python(text), in_toml(text), in_shell(text), comment(text)))


@pytest.mark.parametrize("text", TEXTS)
def test_a_shell_takes_it_as_one_word(text: str) -> None:
    done = subprocess.run(["bash", "-c", f"printf %s {in_shell(text)}"], capture_output=True, check=True)
    assert done.stdout.decode() == text


def test_a_name_that_begins_with_a_dash_is_no_option() -> None:
    assert shlex.split(command(["sanfang", "run"], ["-x"], [("--out", "-y")])) == [
        "sanfang",
        "run",
        "--out=-y",
        "--",
        "-x",
    ]
