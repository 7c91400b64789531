"""Scenarios as commands load them: what there is to know of their files is told, and no two are called the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sanfang.cli.telling import tell

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario


def load(name: str, district: str | None = None, settings: Sequence[str] | None = None) -> Scenario:
    """A scenario, with what there is to know of its files told on standard error. Raises `InputError`."""
    from sanfang.scenario.scenario import Scenario

    scenario = Scenario.load(name, district, settings or ())
    say_notes(scenario.notes)
    return scenario


def load_apart(names: list[str], district: str | None, settings: Sequence[str] | None) -> dict[str, Scenario]:
    """Scenarios by label, which is the file where two have one name. Raises `InputError`."""
    from sanfang.lab.scenario_labels import told_apart
    from sanfang.scenario.scenario import Scenario

    scenarios = [Scenario.load(name, district, settings or ()) for name in names]
    say_notes(note for scenario in scenarios for note in scenario.notes)
    labelled = told_apart(names, scenarios)
    if any(label != scenario.name for label, scenario in labelled.items()):
        say_notes(["two scenarios have one name; they are called by their files"])
    return labelled


def say_notes(notes: Iterable[str]) -> None:
    """Tell each note once, in a line of its own on standard error."""
    for note in dict.fromkeys(notes):
        tell(f"note: {note}")
