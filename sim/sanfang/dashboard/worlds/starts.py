"""The years before day 0 of a world, played as part of a page's job where no steady start is kept."""

from __future__ import annotations

from typing import Any

from sanfang.run.background import BackgroundJob
from sanfang.run.places import Places
from sanfang.run.prepare import is_ready, make_start
from sanfang.scenario.scenario import Scenario

MAKING = Places(1, each=1)
"""They are played for one world of this server at a time: others mostly wait for the same start."""


def have_start(scenario: Scenario, seed: int, scale: float, job: BackgroundJob[Any]) -> None:
    """Go on once a run of the scenario can begin. Raises Cancelled within a day of these years."""
    if not is_ready(scenario, seed, scale):
        with job.alone(MAKING):
            make_start(scenario, seed, scale, lambda _day, _days: job.check())
