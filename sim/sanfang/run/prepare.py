"""The steady start of a run, made ahead of it: so that long work shows how far it is, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable

from sanfang.model.kernel.draws import Seeds
from sanfang.model.start.steady import steady_start
from sanfang.run.reach import check_reach
from sanfang.run.simulation import check_run
from sanfang.scenario.scenario import Scenario


def prepare(
    scenario: Scenario,
    seed: int,
    days: int | None,
    scale: float,
    progress: Callable[[int, int], object] | None = None,
) -> None:
    """Have the years before day 0 played and kept, if `scenario` begins in a steady state that is not there yet.

    `progress` is called with (day, days) of these years; what it raises ends the making. Raises InputError for a run
    that cannot be made, before anything is played.
    """
    check_run(seed, days, scale)
    check_reach(scenario, days, scale)
    if scenario.run.start == "steady":
        steady_start(scenario, Seeds.of(scenario.run.replicate, seed).people, scale, progress)
