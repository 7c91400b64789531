"""A sweep makes what is missing and nothing else, whatever happened before; its results can be read anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.factors import names_of_columns
from sanfang.lab.provenance import code_version
from sanfang.lab.storage.database import METRIC_NAMES
from sanfang.lab.storage.results import Results
from sanfang.lab.storage.rows import Planned, Result
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps import sweep as sweep_module
from sanfang.lab.sweeps.forecast import forecast
from sanfang.lab.sweeps.sweep import MANIFEST, sweep
from sanfang.scenario.errors import InputError

made_up = pytest.mark.usefixtures("made_up_simulation")


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """A folder without other tests' sweeps beside it, whose runs would be taken over."""
    return tmp_path / "here"


USUAL = {
    "name": "usual",
    "scenarios": ["before", "services"],
    "district": "licang",
    "replications": 3,
    "factors": {"policy.authority": [0.0, 0.5, 1.0]},
}


def experiment(**changes: Any) -> Experiment:
    return Experiment.from_dict(USUAL | changes)


def table(folder: Path) -> pd.DataFrame:
    """The results without what differs between machines."""
    return Results(folder).runs().drop(columns="seconds")


# --- What is run ----------------------------------------------------------------------------------------


@made_up
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_cell_has_one_run_and_the_same_seeds_everywhere(tmp_path: Path, jobs: int) -> None:
    end = sweep(experiment(), tmp_path, jobs=jobs)
    assert (end.planned, end.done, end.failed, end.made, end.complete) == (18, 18, 0, 18, True)
    runs = table(tmp_path)
    assert len(runs.drop_duplicates(["scenario", "point", "replication"])) == 18
    assert all(group["seed"].tolist() == [1, 2, 3] for _, group in runs.groupby(["scenario", "point"]))
    noise = runs["satisfaction"] - 0.1 * runs["policy.authority"]
    assert (noise.groupby(runs["seed"]).std() < 1e-12).all(), "one seed, one luck, in all cells"


@made_up
def test_a_sweep_started_again_makes_only_what_is_missing(tmp_path: Path) -> None:
    assert sweep(experiment(), tmp_path / "pieces", jobs=1, limit=7).made == 7
    second = sweep(experiment(), tmp_path / "pieces", jobs=2, limit=5)
    assert (second.made, second.done, second.complete) == (5, 12, False)
    assert sweep(experiment(), tmp_path / "pieces", jobs=1).made == 6
    assert sweep(experiment(), tmp_path / "pieces", jobs=1).made == 0
    sweep(experiment(), tmp_path / "whole", jobs=1, reuse=False)
    pd.testing.assert_frame_equal(table(tmp_path / "pieces"), table(tmp_path / "whole"), check_exact=True)


@made_up
def test_an_experiment_that_grows_keeps_the_runs_that_it_has(tmp_path: Path) -> None:
    sweep(experiment(), tmp_path, jobs=1)
    end = sweep(experiment(replications=4, factors={"policy.authority": [0.0, 0.25, 0.5, 1.0]}), tmp_path, jobs=1)
    assert (end.planned, end.made) == (32, 32 - 18)
    end = sweep(experiment(), tmp_path, jobs=1)
    assert (end.planned, end.made) == (18, 0)
    assert len(table(tmp_path)) == 18, "runs of the larger plan are kept and not shown"


@made_up
def test_cells_that_are_the_same_run_are_run_once(tmp_path: Path) -> None:
    same = {"policy.authority": [0.0, 0.5], "again": {"sets": {"policy.triage": 0.0}, "values": [0.0, 1.0]}}
    seen: list[tuple[int, int, int]] = []
    end = sweep(experiment(factors=same), tmp_path, jobs=2, report=lambda *state: seen.append(state))
    assert (end.planned, end.done, end.made) == (24, 24, 12)
    assert seen[0] == (0, 24, 0) and seen[-1] == (24, 24, 0)


@made_up
def test_runs_of_a_sweep_beside_it_are_taken_over(tmp_path: Path) -> None:
    sweep(experiment(), tmp_path / "one", jobs=1)
    other = experiment(name="other", factors={"policy.authority": [0.5, 0.75]})
    assert sweep(other, tmp_path / "not", jobs=1, reuse=False).made == 12
    end = sweep(other, tmp_path / "two", jobs=1)
    assert (end.reused, end.made) == (12, 0), "six from one, six from not"


@made_up
def test_a_wish_to_stop_ends_the_sweep_with_all_that_was_begun_stored(tmp_path: Path) -> None:
    done: list[int] = []
    end = sweep(
        experiment(),
        tmp_path,
        jobs=2,
        report=lambda *now: done.append(now[0]),
        stopping=lambda: max(done, default=0) > 4,
    )
    assert end.stopped and not end.complete and end.made == end.done >= 5
    assert sweep(experiment(), tmp_path, jobs=1).complete


def test_new_code_makes_new_runs(tmp_path: Path, made_up_simulation: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(experiment(), tmp_path, jobs=1)
    for module in (sweep_module, sys.modules["sanfang.lab.sweeps.work"]):
        monkeypatch.setattr(module, "code_version", lambda: "0123456789abcdef")
    assert sweep(experiment(), tmp_path, jobs=1).made == 18


def test_the_version_of_the_code_sees_code_and_not_layout(tmp_path: Path) -> None:
    from sanfang.lab.provenance import _code_of

    tmp_path.mkdir()

    def digest(text: str) -> str:
        (tmp_path / "x.py").write_text(text)
        return _code_of(tmp_path / "x.py")

    usual = digest('"""Says."""\n\ndef f(x):\n    """Gives."""\n    return x + 1\n')
    assert digest("# other\ndef f(x):\n\n    return (x +\n 1)\n") == usual
    assert digest("def f(x):\n    return x + 2\n") != usual
    assert len(code_version()) == 16


# --- Failures -------------------------------------------------------------------------------------------


@made_up
def test_a_failed_run_is_recorded_and_tried_again_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = experiment(factors={"policy.authority": [0.0, 0.666, 1.0]})
    end = sweep(bad, tmp_path, jobs=2)
    assert (end.done, end.failed, end.complete) == (12, 6, False)
    assert sweep(bad, tmp_path, jobs=1).made == 0, "a run that failed is not made again by itself"
    results = Results(tmp_path)
    assert results.status().errors == {"ZeroDivisionError: made up": 6}
    assert "in made_up_run" in results.failures()["trace"].iloc[0]
    assert len(results.runs()) == 12
    monkeypatch.setattr("sanfang.run.simulation.simulate", _never_fails)
    end = sweep(bad, tmp_path, jobs=1, retry_failed=True)
    assert (end.made, end.done, end.failed, end.complete) == (6, 18, 0, True)


def _never_fails(scenario: Any, seed: int, days: Any, scale: float) -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(metrics=dict.fromkeys(METRIC_NAMES, 1.0), daily=pd.DataFrame())


@made_up
def test_one_folder_holds_one_sweep(tmp_path: Path) -> None:
    sweep(experiment(), tmp_path, jobs=1, limit=1)
    with pytest.raises(InputError, match="holds the sweep 'usual', not 'other'"):
        sweep(experiment(name="other"), tmp_path, jobs=1)


# --- Replications until it is precise -------------------------------------------------------------------


@made_up
def test_replications_are_added_only_where_the_interval_is_wide(tmp_path: Path) -> None:
    """The noise of a mean is 0.01 in satisfaction: a half-width of 0.004 takes about 27 of them."""
    rule = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}
    end = sweep(experiment(replications=rule), tmp_path / "a", jobs=2)
    assert end.complete
    counts = table(tmp_path / "a").groupby(["scenario", "point"]).size()
    assert counts.nunique() == 1 and 15 <= counts.iloc[0] <= 45
    again = experiment(replications=rule)
    for _ in range(12):
        sweep(again, tmp_path / "b", jobs=1, limit=16, reuse=False)
    pd.testing.assert_frame_equal(table(tmp_path / "a"), table(tmp_path / "b")[: len(table(tmp_path / "a"))])


@made_up
def test_a_sweep_whose_limit_ends_with_the_first_replications_says_that_more_are_wanted(tmp_path: Path) -> None:
    rule = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}
    end = sweep(experiment(replications=rule), tmp_path, jobs=1, limit=6 * 5)
    assert end.made == end.done == 30 and not end.complete
    with Results(tmp_path) as results:
        assert results.status().planned > 30


@made_up
def test_more_replications_are_planned_only_once_the_first_are_all_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit may end where a slice does: what is not laid out yet has no interval to judge."""
    monkeypatch.setattr("sanfang.lab.sweeps.plan.FIRST_SLICE", 6)
    rule = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}
    end = sweep(experiment(replications=rule), tmp_path, jobs=1, limit=12, reuse=False)
    assert (end.made, end.planned) == (12, 30)
    with Results(tmp_path) as results:
        assert results.status().laid_out == 12
    assert sweep(experiment(replications=rule), tmp_path, jobs=1, reuse=False).complete


@made_up
def test_common_seeds_make_differences_precise_at_once(tmp_path: Path) -> None:
    rule = {"min": 5, "max": 60, "metric": "satisfaction", "half_width": 0.004}
    assert sweep(experiment(replications=rule), tmp_path, jobs=1).planned == 2 * 3 * 5


WATCHED = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}


@made_up
def test_replications_that_are_there_already_are_counted_and_not_made_again(tmp_path: Path) -> None:
    """A change of what is kept makes the plan anew; the runs beyond its first replications are there all the same."""
    first = sweep(experiment(replications=WATCHED), tmp_path / "a", jobs=1)
    again = sweep(experiment(replications=WATCHED, metrics=["satisfaction"]), tmp_path / "a", jobs=1)
    assert (again.planned, again.made, again.complete) == (first.planned, 0, True)
    beside = sweep(experiment(replications=WATCHED, name="beside"), tmp_path / "b", jobs=1)
    assert (beside.reused, beside.made, beside.complete) == (first.planned, 0, True)


@made_up
def test_a_metric_that_is_never_a_number_takes_all_replications_and_ends(tmp_path: Path) -> None:
    rule = {"min": 3, "max": 7, "step": 2, "metric": "resolution_days_p90", "half_width": 0.1, "of": "mean"}
    end = sweep(experiment(replications=rule), tmp_path, jobs=1)
    assert (end.planned, end.complete) == (6 * 7, True)


# --- Reading --------------------------------------------------------------------------------------------


@made_up
def test_results_read_the_same_by_every_road(tmp_path: Path) -> None:
    sweep(experiment(metrics=["satisfaction", "backlog"]), tmp_path, jobs=1)
    runs = Results(tmp_path).runs()
    assert list(runs.columns) == [
        "scenario", "point", "policy.authority", "replication", "seed", "first_day", "last_day", "satisfaction",
        "backlog", "seconds", "key",
    ]  # fmt: skip
    results = Results(tmp_path)
    csv, parquet = results.export("csv", tmp_path / "out")[0], results.export("parquet", tmp_path / "out")[0]
    pd.testing.assert_frame_equal(pd.read_csv(csv), runs, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), runs, check_dtype=False)
    with duckdb.connect() as db:
        query = f"SELECT * FROM '{parquet}' ORDER BY scenario, point, replication"
        assert db.execute(query).df()["satisfaction"].tolist() == runs["satisfaction"].tolist()


@made_up
def test_daily_series_are_kept_when_asked_and_come_back(tmp_path: Path) -> None:
    sweep(experiment(daily=True), tmp_path, jobs=1)
    daily = pd.concat(Results(tmp_path).daily_in_pieces(runs=4))
    assert len(daily) == 18 * 2
    assert daily.groupby("day")["backlog"].unique().map(list).to_dict() == {0: [1.0], 1: [2.0]}
    names = [path.name for path in Results(tmp_path).export("csv", tmp_path / "out")]
    assert names == ["runs.csv", "daily.csv"]


@made_up
def test_the_manifest_tells_how_the_results_came_about(tmp_path: Path) -> None:
    import json

    sweep(experiment(), tmp_path, jobs=1)
    manifest = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert (manifest["planned"], manifest["done"], manifest["failed"]) == (18, 18, 0)
    assert manifest["sessions"][0]["libraries"]["numpy"] == np.__version__
    assert {"code", "revision", "machine"} <= set(manifest["sessions"][0])
    again = Experiment.from_dict(manifest["experiment"])
    assert again.digest() == manifest["digest"] == experiment().digest()
    assert manifest["scenarios"] == {label: base.digest() for label, base in experiment().bases.items()}


def test_words_and_schedules_as_values_of_a_factor_are_text_in_the_table(
    tmp_path: Path, made_up_simulation: None
) -> None:
    values = {"policy.triage": [0.5, [[0, 0.0], [180, 1.0]]]}
    sweep(experiment(factors=values, replications=1), tmp_path, jobs=1)
    paths = [Results(tmp_path).export(kind, tmp_path)[0] for kind in ("csv", "parquet")]  # type: ignore[arg-type]
    assert pd.read_parquet(paths[1])["policy.triage"].iloc[1] == "[[0, 0.0], [180, 1.0]]"


MEASURE = """
import re, sys
from pathlib import Path
from sanfang.lab.storage.results import Results
results = Results(Path(sys.argv[1]))
assert len(results.runs()) == 100_000
results.export("csv"); results.export("parquet")
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_a_hundred_thousand_rows_are_read_and_exported_in_300_megabytes(tmp_path: Path) -> None:
    values = np.random.default_rng(1).random((100_000, len(METRIC_NAMES)))
    about = {"name": "n", "daily": False, "metrics": [], "factors": ["x"], "scenarios": {"a": "1"}, "baseline": "a"}
    keys = [f"{number:032x}" for number in range(100_000)]
    with Store(tmp_path) as store:
        store.set_plan(about, [{"x": 0.5 * n} for n in range(1000)], _cells(keys))
        metrics = (dict(zip(METRIC_NAMES, row, strict=True)) for row in values)
        store.add([Result(key, row, 0.4) for key, row in zip(keys, metrics, strict=True)])
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert int(measured.stdout) <= 300


def _cells(keys: list[str]) -> Any:
    return (Planned(n % 100, n // 100, "a", n % 100, key) for n, key in enumerate(keys))


# --- Command line ---------------------------------------------------------------------------------------

FILE = """
scenarios = ["before", "services"]
district = "licang"
replications = 2
[factors]
"policy.authority" = [0.0, 1.0]
"""


@made_up
def test_the_command_line_sweeps_resumes_tells_and_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.mkdir()
    monkeypatch.chdir(tmp_path)
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
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sanfang.lab.sweeps.cluster.CONNECT_SECONDS", 1)
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, message in result.output) == (2, True), result.output


@made_up
def test_a_forecast_counts_without_leaving_anything() -> None:
    found = forecast(experiment(), jobs=4)
    assert (found.runs, found.distinct, found.points, found.workers) == (18, 18, 3, 4)
    assert 0 < found.megabytes < 1


# --- Names of factors -----------------------------------------------------------------------------------


def package(*names: str) -> dict[str, Any]:
    """A factor of each name, each with a lever of its own."""
    levers = ("policy.triage", "policy.tailoring")
    return {name: {"sets": {lever: 1.0}, "values": [0, 1]} for name, lever in zip(names, levers, strict=False)}


@made_up
def test_no_factor_may_have_the_name_of_a_column_of_results(tmp_path: Path) -> None:
    """Whatever columns the tables of a sweep and of its analysis have beside the factor's own."""
    from sanfang.cli.analysis import AnalysisInput, tables

    sweep(experiment(factors=package("mine"), daily=True, replications=2), tmp_path, jobs=1)
    with Results(tmp_path) as results:
        runs = results.runs()
        given = AnalysisInput(runs, "before", ("mine",))
        written = [runs, results.failures(), *tables(given).values()]
    names = {str(name) for table in written for name in table.columns} | {"day"}
    assert names - {"mine"} - names_of_columns() == set(), "say these in lab/experiments/factors.py"


@pytest.mark.parametrize("name", ["satisfaction", "Scenario", "KEY", "seconds", "point", "mean", "not", "domains"])
def test_a_name_that_a_table_or_a_constraint_has_is_refused_before_any_run(name: str) -> None:
    with pytest.raises(InputError, match=rf"factors\.{name}: "):
        experiment(factors=package(name))


def test_factors_that_differ_in_capitals_only_are_refused() -> None:
    with pytest.raises(InputError, match=r"factors\.staff: differs from 'Staff' in capitals only"):
        experiment(factors=package("Staff", "staff"))
    table = {"kind": "table", "points": [{"Staff": 1, "staff": 0}]}
    with pytest.raises(InputError, match=r"in capitals only"):
        experiment(factors={"Staff": {"sets": {"policy.triage": 1.0}}, "staff": {"sets": {"policy.tailoring": 1.0}}},
                   design=table)  # fmt: skip


@made_up
def test_a_name_in_capitals_and_other_letters_is_kept(tmp_path: Path) -> None:
    sweep(experiment(factors=package("Staff", "人手"), replications=2), tmp_path, jobs=1)
    with Results(tmp_path) as results:
        assert {"Staff", "人手"} <= set(results.runs().columns)
