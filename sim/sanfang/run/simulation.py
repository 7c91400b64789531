"""One run: `simulate` builds a model, steps it to its last day, and gathers what it shows."""

from __future__ import annotations

from collections.abc import Callable

from sanfang.model.compiled import note_complete
from sanfang.model.model import DistrictModel
from sanfang.run.observation import Run, observe
from sanfang.run.reach import check_reach
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import MOST_DAYS, MOST_SEED, whole_number
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words


def simulate(
    scenario: Scenario,
    seed: int = 1,
    days: int | None = None,
    scale: float = 1.0,
    keep_requests: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> Run:
    """Run a scenario for `days` (the scenario's own if None) on `scale` of the district.

    The same scenario, seed, days and scale give bit-identical results in any process. `progress`
    is called with (day, days) after each day. Raises InputError for days, seed or scale out of range, and for
    levers that the run does not reach (see `reach`).
    """
    check_run(seed, days, scale)
    check_reach(scenario, days, scale)
    model = DistrictModel(scenario, seed=seed, days=days, scale=scale)
    while model.day < model.days:
        model.step()
        if progress is not None:
            progress(model.day, model.days)
    run = observe(model, scale, keep_requests)
    note_complete()
    return run


def check_run(seed: object, days: object, scale: object) -> None:
    """Raise `InputError` for a seed, days (None: the scenario's own) or scale that no run can have."""
    whole_number("seed", seed, 0, MOST_SEED)
    if days is not None:
        whole_number("days", days, 1, MOST_DAYS)
    if not isinstance(scale, int | float) or not 0 < scale <= 1:
        raise InputError(f"scale: must be a number above 0 and at most 1, not {in_words(scale)}")
