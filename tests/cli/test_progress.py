"""Lines of progress where there is no terminal: what is new soon, what is not new seldom, the end always."""

from __future__ import annotations

import pytest

from sanfang.cli import progress
from sanfang.cli.progress import ProgressLine


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock with one hand, to be set."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_line_says_something_new_or_comes_seldom(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine("runs")
    for second in range(121):  # compiling: nothing is done for two minutes
        clock[0] = float(second)
        line(0, 8)
    assert capsys.readouterr().err.splitlines() == ["0 of 8 runs"] * 2
    for clock[0], done in ((131.0, 1), (132.0, 2), (141.0, 3), (142.0, 8)):
        line(done, 8)
    assert [text.split(",")[0] for text in capsys.readouterr().err.splitlines()] == [
        "1 of 8 runs", "3 of 8 runs", "8 of 8 runs",
    ]  # fmt: skip


def test_short_work_says_nothing(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine("runs")
    clock[0] = 1.0
    line(8, 8)
    assert capsys.readouterr().err == ""


def test_until_the_first_run_is_there_it_says_what_comes_before() -> None:
    line = ProgressLine("runs", "making steady starts first")
    assert line.text(0, 40, 0, 10.0) == "0 of 40 runs, making steady starts first"
    line._at_first, line._began = 0, 0.0
    assert "steady" not in line.text(1, 40, 0, 10.0)
