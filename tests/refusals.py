"""Calling the command line with files that nobody should write, and what it says."""

from __future__ import annotations

from typer.testing import Result

TWO_POINTS = 'scenarios = ["small.toml"]\nreplications = 1\ndays = 1\n{}\n[factors]\n"tasks.load" = [0.1, 0.2]\n'


def refusal(result: Result) -> str:
    """The one message of a command that has ended as it should on a wrong input."""
    assert result.exit_code == 2, f"{result.exit_code}: {result.exception!r} {result.output}"
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("error: ")
    return result.stderr
