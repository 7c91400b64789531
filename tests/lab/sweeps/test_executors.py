"""Runs come out the same wherever they are made; a worker that dies costs one retry; workers die with their parent."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from sanfang.lab.sweeps.executors import Executor, LocalProcesses, ThisProcess, local, opened
from sanfang.lab.sweeps.runner import AHEAD, RunFailed, run_all, run_each
from sanfang.lab.sweeps.work import Job, Outcome
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

pytestmark = pytest.mark.usefixtures("made_up_simulation")


@pytest.fixture
def before() -> Scenario:
    return Scenario.from_dict({"name": "before"}, district="licang")


def outcomes(jobs: Any, keep: Any, executor: Executor, **more: Any) -> dict[int, Outcome]:
    with opened(executor):
        return {number: outcome for batch in run_each(jobs, keep, executor, **more) for number, outcome in batch}


def keep_seed(run: Any) -> int:
    return int(run.seed)


def die_on_seed_1(run: Any) -> int:
    if run.seed == 1:
        os._exit(1)
    return keep_seed(run)


def die_once_on_seed_3(run: Any) -> int:
    marker = Path(os.environ["MARKER"])
    if run.seed == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return keep_seed(run)


def need_more_memory_than_there_is(run: Any) -> int:
    if run.seed == 1:
        np.ones(2**45)
    return keep_seed(run)


def run_out_of_memory_once(run: Any) -> int:
    """In a process that may take no more than it has: the system itself refuses."""
    marker = Path(os.environ["MARKER"])
    if not marker.exists():
        marker.write_text(str(os.getpid()))
        resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + 2**24, resource.RLIM_INFINITY))
        np.ones(2**26)
    return os.getpid()


class TooLarge:
    """A result that takes too much memory on its way."""

    def __reduce__(self) -> Any:
        raise MemoryError


def return_what_is_too_large(run: Any) -> Any:
    return TooLarge() if run.seed == 1 else keep_seed(run)


def refuse(run: Any) -> None:
    raise InputError("days must be from 1 to 3650, not 0")


def return_what_cannot_travel(run: Any) -> Any:
    return lambda: run


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_job_comes_back_once_under_its_own_number(before: Scenario, workers: int) -> None:
    found = outcomes([Job(before, seed) for seed in range(20)], keep_seed, local(workers))
    assert {number: outcome.result for number, outcome in found.items()} == {n: n for n in range(20)}
    assert all(outcome.attempts == 1 for outcome in found.values())


def test_an_endless_list_of_jobs_is_read_only_as_far_as_there_is_work_for(before: Scenario) -> None:
    read: list[int] = []

    def jobs() -> Any:
        for seed in count():
            read.append(seed)
            yield Job(before, seed)

    done: list[int] = []
    with opened(LocalProcesses(2)) as executor:
        for batch in run_each(jobs(), keep_seed, executor, stopping=lambda: len(done) >= 6):
            done.extend(number for number, _ in batch)
    assert sorted(done) == read[: len(done)], "what was begun was finished"
    assert len(done) <= 6 + 2 * 2 and len(read) <= len(done) + 2 * AHEAD


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_fails_is_reported_with_scenario_and_seed(before: Scenario, workers: int) -> None:
    bad = before.with_({"name": "bad", "policy.authority": 0.666})
    jobs = [Job(before, 1), Job(bad, 2), Job(before, 3)]
    with pytest.raises(RunFailed, match=r"scenario 'bad' with seed 2 failed: ZeroDivisionError: made up"):
        run_all(jobs, keep_seed, workers=workers)
    found = outcomes(jobs, keep_seed, local(workers))
    assert [found[number].result for number in range(3)] == [1, None, 3]
    assert "ZeroDivisionError" in found[1].trace


def test_a_worker_killed_in_mid_run_costs_one_retry(
    before: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKER", str(tmp_path / "died"))
    found = outcomes([Job(before, seed) for seed in range(12)], die_once_on_seed_3, LocalProcesses(2))
    assert {number: outcome.result for number, outcome in found.items()} == {n: n for n in range(12)}
    assert {number: outcome.attempts for number, outcome in found.items() if outcome.attempts > 1} == {3: 2}


def test_a_run_that_kills_every_worker_is_given_up_and_the_others_go_on(before: Scenario) -> None:
    found = outcomes([Job(before, seed) for seed in range(12)], die_on_seed_1, LocalProcesses(2))
    assert found[1].lost and found[1].attempts == 2 and "died" in found[1].error
    assert {number for number, outcome in found.items() if outcome.error} == {1}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_without_memory_is_begun_once_more_and_then_given_up(before: Scenario, workers: int) -> None:
    found = outcomes([Job(before, seed) for seed in range(6)], need_more_memory_than_there_is, local(workers))
    assert found[1].lost and found[1].attempts == 2 and "not enough memory" in found[1].error
    assert {number for number, outcome in found.items() if outcome.error} == {1}
    with pytest.raises(RunFailed, match="seed 1 failed: there was not enough memory"):
        run_all([Job(before, 1)], need_more_memory_than_there_is, workers=workers)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to this limit")
def test_a_worker_that_runs_out_of_memory_is_replaced_by_a_fresh_one(
    before: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKER", str(tmp_path / "starved"))
    found = outcomes([Job(before, 1)], run_out_of_memory_once, LocalProcesses(1))
    assert not found[0].error and found[0].attempts == 2
    assert found[0].result != int((tmp_path / "starved").read_text())


def test_a_result_too_large_to_be_sent_is_a_lost_worker(before: Scenario, capfd: pytest.CaptureFixture[str]) -> None:
    found = outcomes([Job(before, seed) for seed in range(3)], return_what_is_too_large, LocalProcesses(1))
    assert found[1].lost and found[1].attempts == 2 and "memory" in found[1].error
    assert (found[0].result, found[2].result, capfd.readouterr().err) == (0, 2, "")


def test_a_worker_that_the_system_refuses_is_told_in_words(before: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_to_fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", refuse_to_fork)
    with pytest.raises(InputError, match=r"cannot start \(Resource temporarily unavailable\): use fewer processes"):
        run_all([Job(before, 1), Job(before, 2)], keep_seed, workers=2)


def test_a_worker_that_dies_when_the_sweep_is_to_stop_makes_no_failure(before: Scenario) -> None:
    """A system that shuts down asks all processes of a sweep to end: its runs in hand are missing, not failed."""
    asked: list[bool] = []

    def jobs() -> Any:
        yield Job(before, 1)
        asked.append(True)

    assert outcomes(jobs(), die_on_seed_1, LocalProcesses(2), stopping=lambda: bool(asked)) == {}


def test_a_worker_killed_while_idle_costs_nothing_but_a_retry(before: Scenario) -> None:
    executor = LocalProcesses(1)
    with opened(executor):
        assert [o.result for b in run_each([Job(before, 5)], keep_seed, executor) for _, o in b] == [5]
        os.kill(executor._idle[0].process.pid, signal.SIGKILL)  # type: ignore[arg-type]
        executor._idle[0].process.join()
        again = [o for b in run_each([Job(before, 6)], keep_seed, executor) for _, o in b]
    assert [(outcome.result, outcome.attempts) for outcome in again] == [(6, 2)]


def test_a_worker_with_other_code_refuses(before: Scenario) -> None:
    found = outcomes([Job(before, 1, code="0123456789abcdef")], keep_seed, ThisProcess())
    assert "another version of the model" in found[0].error


def test_a_result_that_cannot_travel_is_an_error_of_its_run_alone(before: Scenario) -> None:
    found = outcomes([Job(before, 1)], return_what_cannot_travel, LocalProcesses(1))
    assert "cannot be sent" in found[0].error and not found[0].lost


def test_wrong_input_is_told_apart_from_a_crash(before: Scenario) -> None:
    with pytest.raises(InputError, match="days must be"):
        run_all([Job(before, 1)], refuse, workers=1)


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import time\nfrom sanfang.lab.sweeps import executors\nfrom sanfang.lab.sweeps.work import Job\n"
        "executors.do = lambda job, keep: time.sleep(600)\n"
        "pool = executors.LocalProcesses(3)\n"
        "[pool.start(n, None, None) for n in range(3)]\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout and parent.stdout.readline() == "ready\n"
        workers = psutil.Process(parent.pid).children(recursive=True)
        assert len(workers) == 3
        parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive


def test_leaving_by_an_exception_ends_the_workers_at_once(before: Scenario) -> None:
    began = time.monotonic()
    executor = LocalProcesses(2)
    with pytest.raises(ZeroDivisionError), opened(executor):
        executor.start(0, Job(before, 1), sleep_long)
        raise ZeroDivisionError
    assert time.monotonic() - began < 30


def sleep_long(run: Any) -> None:
    time.sleep(600)


def test_workers_that_cannot_start_are_told_and_are_no_failures_of_runs() -> None:
    """Read from standard input, a script cannot be loaded again by a worker that is not forked."""
    script = (
        "import sys, threading\nfrom sanfang.lab.sweeps import executors\n"
        "executors.start_method = lambda: 'spawn'\nfrom sanfang.lab.sweeps.runner import run_each\n"
        "from sanfang.lab.sweeps.work import Job\nfrom sanfang import Scenario\n"
        "jobs = [Job(Scenario.load('before'), 1, days=1)]\n"
        "with executors.opened(executors.LocalProcesses(1)) as pool:\n    list(run_each(jobs, print, pool))\n"
    )
    ended = subprocess.run([sys.executable, "-"], input=script, capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and "worker processes cannot start" in ended.stderr
