"""The command line sweeps, resumes, tells how far it is, and exports."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.lab.sweeps.forecast import forecast
from usual_sweep import experiment, made_up

FILE = """
scenarios = ["before", "services"]
district = "licang"
replications = 2
[factors]
"policy.authority" = [0.0, 1.0]
"""


@made_up
def test_the_command_line_sweeps_resumes_tells_and_exports(sweep_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep_folder.mkdir()
    monkeypatch.chdir(sweep_folder)
    Path("mine.toml").write_text(FILE)
    command = CliRunner()
    foretold = command.invoke(app, ["sweep", "mine.toml", "--dry-run"])
    assert "2 points x 2 scenarios x 2 replications = 8 runs" in foretold.output
    assert not Path("results").exists(), "a dry run leaves nothing behind"
    assert "3 of 8 runs are there" in command.invoke(app, ["sweep", "mine.toml", "--jobs", "1", "--limit", "3"]).output
    assert "5 to make" in command.invoke(app, ["status", "results/mine"]).output
    last = command.invoke(app, ["sweep", "mine.toml", "--jobs", "1"])
    assert (last.exit_code, "8 of 8" in last.output, "sanfang analyse" in last.output) == (0, True, True)
    analysed = command.invoke(app, ["analyse", "results/mine", "--metric", "satisfaction"])
    assert analysed.exit_code == 0 and "Satisfaction of residents" in analysed.output and "pairing" in analysed.output
    assert "the smallest difference of interest, 0.001 (0-1), in all 2" in " ".join(analysed.output.split())
    for output in (analysed.output, command.invoke(app, ["status", "results/mine"]).output):
        assert "Scale 1: 130 of 130 communities, 735,900 residents." in output
    exported = command.invoke(app, ["export", "results/mine", "--format", "parquet"])
    assert exported.output.strip() == "results/mine/runs.parquet"
    assert len(pd.read_parquet("results/mine/runs.parquet")) == 8


@made_up
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sweep", "headlin"], "did you mean"),
        (["status", "nowhere"], "holds no sweep"),
        (["export", "nowhere"], "holds no sweep"),
        (["sweep", "headline", "--cluster", "tcp://127.0.0.1:1"], "no scheduler answers"),
        (["sweep", "headline", "--cluster", "http://127.0.0.1:1"], "must be local, slurm, or a scheduler's address"),
    ],
)
def test_wrong_input_is_told_in_one_line(
    arguments: list[str], message: str, sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_folder.mkdir()
    monkeypatch.chdir(sweep_folder)
    monkeypatch.setattr("sanfang.lab.sweeps.cluster.CONNECT_SECONDS", 1)
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, message in result.output) == (2, True), result.output


@made_up
def test_a_forecast_counts_without_leaving_anything() -> None:
    found = forecast(experiment(), jobs=4)
    assert (found.runs, found.distinct, found.points, found.workers) == (18, 18, 3, 4)
    assert 0 < found.megabytes < 1
