"""Real sweeps in real processes, killed, interrupted, or on a cluster that loses a worker, give the same results."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep

SANFANG = (sys.executable, "-c", "from sanfang.cli.app import app; app()")
RUNS = 2 * 3 * 6
FILE = """
scenarios = ["before", "three-devolutions"]
district = "licang"
scale = 0.02
days = 40
replications = 6
daily = true
settings = { "run.warm_up" = 10, "run.start" = "empty" }
[factors]
"casework.bounce" = [0.1, 0.2, 0.3]
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sweep that nothing disturbed, in one process; its file lies beside it."""
    folder = tmp_path_factory.mktemp("whole") / "sweep"
    file = folder.parent / "small.toml"
    file.write_text(FILE)
    assert sweep(Experiment.load(file), folder, jobs=1).complete
    return folder


def started(whole: Path, folder: Path, *options: str) -> subprocess.Popen[str]:
    """`sanfang sweep` as a process of its own."""
    file = str(whole.parent / "small.toml")
    command = [*SANFANG, "sweep", file, "--out", str(folder), "--no-reuse", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def done(folder: Path) -> int:
    return Results(folder).status().done if (folder / "sweep.sqlite").exists() else 0


def wait_for(folder: Path, number: int, process: subprocess.Popen[str]) -> None:
    """Until so many runs are stored, or the process has ended."""
    while process.poll() is None:
        try:
            if done(folder) >= number:
                return
        except Exception:  # the very first moments, when the tables are not there yet
            pass
        time.sleep(0.02)


def assert_same(folder: Path, whole: Path) -> None:
    tables = [Results(path).runs().drop(columns="seconds") for path in (folder, whole)]
    assert len(tables[0]) == RUNS
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    series = [pd.concat(Results(path).daily_in_pieces()) for path in (folder, whole)]
    pd.testing.assert_frame_equal(*series, check_exact=True)


def test_two_processes_give_what_one_gives(whole: Path, tmp_path: Path) -> None:
    with started(whole, tmp_path / "two", "--jobs", "2") as process:
        assert process.wait() == 0
    assert_same(tmp_path / "two", whole)


def test_killed_at_random_moments_and_started_again_it_ends_with_the_same_results(whole: Path, tmp_path: Path) -> None:
    chance, folder, reached = random.Random(1), tmp_path / "killed", 0
    for _ in range(4):
        with started(whole, folder, "--jobs", "2") as process:
            wait_for(folder, reached + 1, process)
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
        assert done(folder) >= reached, "nothing that was stored is lost"
        reached = done(folder)
    with started(whole, folder, "--jobs", "2") as process:
        assert process.wait() == 0
    assert_same(folder, whole)
    sessions = Results(folder).sessions()
    assert sum(session["runs"] for session in sessions) == RUNS, "no run that was stored was made again"


def test_a_worker_killed_in_mid_run_costs_one_retry(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "worker"
    with started(whole, folder, "--jobs", "2") as process:
        wait_for(folder, 3, process)
        psutil.Process(process.pid).children()[0].kill()
        assert process.wait() == 0
    assert_same(folder, whole)
    assert Results(folder).sessions()[0]["failures"] == 0


def test_ctrl_c_finishes_what_is_in_hand_and_says_how_to_go_on(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    with started(whole, folder, "--jobs", "2") as process:
        wait_for(folder, 3, process)
        for one in (process.pid, *(child.pid for child in psutil.Process(process.pid).children())):
            os.kill(one, signal.SIGINT)  # a terminal sends it to all of them
        out, err = process.communicate()
    assert (process.returncode, "again to go on" in out, "Stopping" in err) == (130, True, True), err
    before = done(folder)
    assert 3 <= before < RUNS and "Traceback" not in err
    with started(whole, folder, "--jobs", "1") as process:
        assert process.wait() == 0
    assert_same(folder, whole)


def test_a_second_ctrl_c_stops_at_once(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "at once"
    file = whole.parent / "long.toml"
    file.write_text(FILE.replace("days = 40", "days = 3650"))
    command = [*SANFANG, "sweep", str(file), "--out", str(folder), "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while len(psutil.Process(process.pid).children()) < 2:
            time.sleep(0.05)
        for _ in range(2):
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 130 and "Stopped at once" in err and "Traceback" not in err


def test_a_disk_that_fills_up_ends_the_sweep_with_a_message_and_it_goes_on_later(whole: Path, tmp_path: Path) -> None:
    folder, file = tmp_path / "full", str(whole.parent / "small.toml")
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (180_000, 180_000)); "
    command = [
        sys.executable,
        "-c",
        limited + SANFANG[2],
        "sweep",
        file,
        "--out",
        str(folder),
        "--no-reuse",
        "--jobs",
        "1",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and "safe" in ended.stderr and "Traceback" not in ended.stderr, ended.stderr
    assert 0 < done(folder) < RUNS
    with started(whole, folder, "--jobs", "1") as process:
        assert process.wait() == 0
    assert_same(folder, whole)


def test_a_full_disk_is_told_where_a_sweep_is_only_foretold(whole: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000)); "
    command = [sys.executable, "-c", limited + SANFANG[2], "sweep", str(whole.parent / "small.toml"), "--dry-run"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and ended.stderr.startswith("error: ") and "Traceback" not in ended.stderr, (
        ended.stderr
    )


# --- Cluster --------------------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[psutil.Process]]]:
    """A Dask cluster of two workers on loopback: the scheduler's address, and the workers' processes."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as running:
        yield running.scheduler_address, [psutil.Process(worker.pid) for worker in running.workers.values()]


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_half_way_gives_the_same_results(
    whole: Path, tmp_path: Path, cluster: tuple[str, list[psutil.Process]]
) -> None:
    address, workers = cluster
    folder = tmp_path / "cluster"
    with started(whole, folder, "--cluster", address) as process:
        wait_for(folder, RUNS // 2, process)
        workers[0].kill()
        _, err = process.communicate()
    assert process.returncode == 0, err
    assert_same(folder, whole)


@pytest.mark.slow
def test_a_scheduler_that_goes_away_ends_the_sweep_with_a_message_and_nothing_lost(whole: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    folder = tmp_path / "gone"
    running = LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50)
    with started(whole, folder, "--cluster", running.scheduler_address) as process:
        wait_for(folder, 3, process)
        running.close()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "the scheduler has gone" in err and "Traceback" not in err, err
    stored = done(folder)
    assert 3 <= stored < RUNS
    with started(whole, folder, "--jobs", "2") as process:
        assert process.wait() == 0
    assert_same(folder, whole)


def test_a_slurm_job_script_can_be_written_without_slurm() -> None:
    """As far as a machine without SLURM allows: the script that would be submitted starts a worker."""
    from dask_jobqueue.slurm import SLURMCluster

    loopback = {"host": "127.0.0.1", "dashboard_address": None}
    options = {"cores": 1, "memory": "4GB", "queue": "short", "walltime": "01:00:00"}
    with SLURMCluster(**options, scheduler_options=loopback) as cluster:
        script = cluster.job_script()
    assert "#SBATCH -p short" in script and "distributed.cli.dask_worker" in script
