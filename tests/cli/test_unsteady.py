"""That a district has no steady state, so that its runs have no values, is said where the values would be."""

from __future__ import annotations

import math

import pytest

from sanfang.cli.tables import plain_console, say_unsteady


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        ([0.0], "No value: the district has no steady state"),
        ([1.0, 0.0, 0.0], "No value of 2 of 3 runs: the district has no steady state"),
        ([1.0, math.nan], ""),
        ([], ""),
    ],
)
def test_runs_from_no_steady_state_are_counted_and_the_reason_said(
    starts: list[float], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say_unsteady(plain_console(), starts)
    said = capsys.readouterr().out
    assert said.startswith(told) and bool(said) == bool(told)
