"""Calling the command line with files that nobody should write, and what it says."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from sanfang.cli.app import app

TWO_POINTS = 'scenarios = ["small.toml"]\nreplications = 1\ndays = 1\n{}\n[factors]\n"tasks.load" = [0.1, 0.2]\n'


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(result: Result) -> str:
    """The one message of a command that has ended as it should on a wrong input."""
    assert result.exit_code == 2, f"{result.exit_code}: {result.exception!r} {result.output}"
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("error: ")
    return result.stderr
