"""The steady start of a run, made ahead of it: so that long work shows how far it is, and can be stopped."""

from __future__ import annotations

from sanfang.model.kernel.draws import Seeds
from sanfang.model.start import snapshots
from sanfang.model.start.steady import Progress, YearsBefore, is_kept, start_key, steady_start
from sanfang.run.reach import check_reach
from sanfang.run.simulation import check_run
from sanfang.scenario.scenario import Scenario


def prepare(scenario: Scenario, seed: int, days: int | None, scale: float, progress: Progress | None = None) -> None:
    """Have the steady start of a run made and kept, if it begins in one that is not there yet.

    Raises InputError for a run that cannot be made, before anything is played.
    """
    check_run(seed, days, scale)
    check_reach(scenario, days, scale)
    make_start(scenario, seed, scale, progress)


def is_ready(scenario: Scenario, seed: int, scale: float) -> bool:
    """Whether a run can begin at once: in a steady start that is there, or in an empty one."""
    return scenario.run.start == "empty" or is_kept(scenario, _people(scenario, seed), scale)


def make_start(scenario: Scenario, seed: int, scale: float, progress: Progress | None = None) -> None:
    """As `prepare`, of a run that is known to be possible."""
    if scenario.run.start == "steady":
        steady_start(scenario, _people(scenario, seed), scale, progress)


def find_folder() -> None:
    """Find where starts are kept, and say so if that is nowhere: once, before workers do."""
    _ = snapshots.FOLDER.path


def is_there(which: str) -> bool:
    """Whether a start, by its name from `which_start`, has been made before; quickly, without reading it."""
    return snapshots.is_there(which)


def years_before(scenario: Scenario, seed: int, scale: float) -> YearsBefore:
    """The making of its start by hand, a few days at a time."""
    return YearsBefore(scenario, _people(scenario, seed), scale)


def which_start(scenario: Scenario, seed: int, scale: float) -> str:
    """A name of the start that a run begins in: the same for all that share it."""
    return start_key(scenario, _people(scenario, seed), scale)


def _people(scenario: Scenario, seed: int) -> int:
    """The seed that a start belongs to: runs with other troubles may share their people, and so their start."""
    return Seeds.of(scenario.run.replicate, seed).people
