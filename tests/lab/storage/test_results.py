"""Results of a sweep read the same by every road, in pieces where they are large."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.statistics.run_table import values_of
from sanfang.lab.storage.results import Results
from sanfang.lab.storage.rows import Planned, Result
from sanfang.lab.storage.schema import METRIC_NAMES
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.stored_plan import MANIFEST
from sanfang.lab.sweeps.sweep import sweep
from sanfang.run import simulation
from usual_sweep import experiment, made_up


@made_up
def test_results_read_the_same_by_every_road(sweep_folder: Path) -> None:
    sweep(experiment(metrics=["satisfaction", "backlog"]), sweep_folder, jobs=1)
    runs = Results(sweep_folder).runs()
    assert list(runs.columns) == [
        "scenario", "point", "policy.authority", "replication", "seed", "first_day", "last_day", "satisfaction",
        "backlog", "seconds", "key",
    ]  # fmt: skip
    results = Results(sweep_folder)
    csv, parquet = results.export("csv", sweep_folder / "out")[0], results.export("parquet", sweep_folder / "out")[0]
    pd.testing.assert_frame_equal(pd.read_csv(csv), runs, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), runs, check_dtype=False)
    with duckdb.connect() as db:
        query = f"SELECT * FROM '{parquet}' ORDER BY scenario, point, replication"
        assert db.execute(query).df()["satisfaction"].tolist() == runs["satisfaction"].tolist()


@made_up
def test_daily_series_are_kept_when_asked_and_come_back(sweep_folder: Path) -> None:
    sweep(experiment(daily=True), sweep_folder, jobs=1)
    daily = pd.concat(Results(sweep_folder).daily_in_pieces(runs=4))
    assert len(daily) == 18 * 2
    assert daily.groupby("day")["backlog"].unique().map(list).to_dict() == {0: [1.0], 1: [2.0]}
    names = [path.name for path in Results(sweep_folder).export("csv", sweep_folder / "out")]
    assert names == ["runs.csv", "daily.csv"]


@made_up
def test_the_manifest_tells_how_the_results_came_about(sweep_folder: Path) -> None:
    import json

    sweep(experiment(), sweep_folder, jobs=1)
    manifest = json.loads((sweep_folder / MANIFEST).read_text("utf-8"))
    assert (manifest["planned"], manifest["done"], manifest["failed"]) == (18, 18, 0)
    assert manifest["sessions"][0]["libraries"]["numpy"] == np.__version__
    assert {"code", "revision", "machine"} <= set(manifest["sessions"][0])
    again = Experiment.from_dict(manifest["experiment"])
    assert again.digest() == manifest["digest"] == experiment().digest()
    assert manifest["scenarios"] == {label: base.digest() for label, base in experiment().bases.items()}


def test_words_and_schedules_as_values_of_a_factor_are_text_in_the_table(
    sweep_folder: Path, made_up_simulation: None
) -> None:
    values = {"policy.triage": [0.5, [[0, 0.0], [180, 1.0]]]}
    sweep(experiment(factors=values, replications=1), sweep_folder, jobs=1)
    paths = [Results(sweep_folder).export(kind, sweep_folder)[0] for kind in ("csv", "parquet")]  # type: ignore[arg-type]
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


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_a_hundred_thousand_rows_are_read_and_exported_in_400_megabytes(sweep_folder: Path) -> None:
    values = np.random.default_rng(1).random((100_000, len(METRIC_NAMES)))
    about = {"name": "n", "daily": False, "metrics": [], "factors": ["x"], "scenarios": {"a": "1"}, "baseline": "a"}
    keys = [f"{number:032x}" for number in range(100_000)]
    with Store(sweep_folder) as store:
        store.set_plan(about, [{"x": 0.5 * n} for n in range(1000)], _cells(keys))
        metrics = (dict(zip(METRIC_NAMES, row, strict=True)) for row in values)
        store.add([Result(key, row, 0.4) for key, row in zip(keys, metrics, strict=True)])
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(sweep_folder)], capture_output=True, text=True, check=True
    )
    assert int(measured.stdout) <= 400


def _cells(keys: list[str]) -> Any:
    return (Planned(n % 100, n // 100, "a", n % 100, key) for n, key in enumerate(keys))


@made_up
@pytest.mark.parametrize(("trips", "expected"), [(float("nan"), float("nan")), (1.0, float("inf"))])
def test_a_metric_that_could_not_be_reached_has_no_value_however_few_columns_are_read(
    trips: float, expected: float, sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The made-up run has no 90th percentile; without any trip it had no request either that could be followed."""
    name = "resolution_days_p90"

    usual = simulation.simulate

    def made(*given: Any, **more: Any) -> Any:
        run = usual(*given, **more)
        run.metrics["trips_per_request"] = trips
        return run

    monkeypatch.setattr(simulation, "simulate", made)
    sweep(experiment(metrics=[name], replications=1, factors={}), sweep_folder, jobs=1)
    results = Results(sweep_folder)
    for runs in (results.runs(), results.one_metric(name, frozenset())):
        np.testing.assert_array_equal(values_of(runs, name), [expected] * 2)
