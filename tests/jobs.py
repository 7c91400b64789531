"""Jobs of the dashboard made here and now, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sanfang.dashboard.address import Address
from sanfang.dashboard.job import DONE, Job
from sanfang.dashboard.stage import Stage


def made(make: Callable[[Job[Any]], Any]) -> Any:
    """What a job finds, made in this thread. Fails the test if the job does not get to its end."""
    job: Job[Any] = Job(make)
    job.run()
    assert job.state == DONE, (job.state, job.error)
    return job.found


def brought(stage: Stage, address: Address) -> Stage:
    """A stage, brought to an address in this thread."""
    made(lambda job: stage.bring(address, job))
    return stage


def staged(address: Address) -> Stage:
    """A stage at an address."""
    return brought(Stage(lambda: None, lambda: None), address)
