"""The days that an experiment evaluates: those of each scenario, and of each point where a factor moves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import HOW_TO_ALLOW, Window, check_alike, windows_of

if TYPE_CHECKING:
    from sanfang.lab.experiments.experiment import Experiment
    from sanfang.lab.experiments.experiment_points import Point

MOVE_THE_WINDOW = frozenset({"run.warm_up", "run.days"})
"""Parameters that decide which days of a run are evaluated."""


def windows(experiment: Experiment) -> dict[str, list[Window]]:
    """By label, the evaluation window at each point; one for all of them where no factor changes it."""
    if not any(MOVE_THE_WINDOW & set(factor.sets) for factor in experiment.factors):
        return {label: [window] for label, window in windows_of(experiment.bases, experiment.days).items()}
    moved = [_run_settings(experiment, point) for point in experiment.points()]
    return {
        label: [_window(base, settings, experiment.days) for settings in moved]
        for label, base in experiment.bases.items()
    }


def _run_settings(experiment: Experiment, point: Point) -> dict[str, Any]:
    """What a point sets of that which decides the window, by name: no scenario is made for it."""
    settings = experiment.settings_of(point)
    return {path.removeprefix("run."): settings[path] for path in MOVE_THE_WINDOW & set(settings)}


def _window(base: Scenario, run_settings: Mapping[str, Any], days: int | None) -> Window:
    """The window of `base` where what its run is like has been changed."""
    run = base.run.model_copy(update=run_settings)
    return Window.of(base.model_copy(update={"run": run}), days)


def check_windows(experiment: Experiment) -> None:
    """Scenarios and points must be evaluated on the same days. Raises InputError."""
    origin = experiment.origin.name
    try:
        check_alike(windows_of(experiment.bases, experiment.days))
    except InputError as error:
        raise InputError(f"{origin}: {error}") from None
    moves = [factor for factor in experiment.factors if MOVE_THE_WINDOW & set(factor.sets)]
    if moves:
        problem = "changes the days that are evaluated, so its points cannot be compared; fix it, or"
        raise InputError(f"{origin}: factors.{moves[0].name}: {problem} {HOW_TO_ALLOW}")
