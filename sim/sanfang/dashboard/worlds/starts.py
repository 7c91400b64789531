"""The years before day 0 of a world, played as part of a page's job where no steady start is kept."""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

from sanfang.run.background import BackgroundJob, play
from sanfang.run.prepare import is_ready, which_start, years_before
from sanfang.run.slots import Slots
from sanfang.scenario.scenario import Scenario

_MAKING: WeakValueDictionary[str, Slots] = WeakValueDictionary()
"""By start, who may make it: one at a time, so that others who need the same one wait for it."""


def have_start(scenario: Scenario, seed: int, scale: float, job: BackgroundJob[Any]) -> None:
    """Go on once a run can begin; the years before it are played in turns with others. Raises Cancelled."""
    if is_ready(scenario, seed, scale):
        return
    which = which_start(scenario, seed, scale)
    among = _MAKING.setdefault(which, Slots(1, each=1))
    with job.alone(among):
        if is_ready(scenario, seed, scale):  # made by another meanwhile
            return
        with job.turn():
            years = years_before(scenario, seed, scale)
        done, total = job.done, job.total
        job.done, job.total = 0, years.days  # how far the start is, until it is there
        play(years.step, years.days, job, count=True)
        with job.turn():
            years.end()
        job.done, job.total = done, total
