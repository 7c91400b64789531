"""The labels under which scenarios are compared: by what each is called, and which of them a user means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import listed, shortened


def told_apart(files: Sequence[str], scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """Scenarios by name; those of one name by the file that each was read from. Raises InputError for one given twice.

    A copy of a file keeps the name inside it, so a name alone may mean either.
    """
    names = [scenario.name for scenario in scenarios]
    labelled: dict[str, Scenario] = {}
    for file, scenario in zip(files, scenarios, strict=True):
        label = scenario.name if names.count(scenario.name) == 1 else file
        if label in labelled:
            raise InputError(f"scenarios: {label!r} is given twice; give each file once, and each its own name")
        labelled[label] = scenario
    return labelled


def label_of(wanted: str | None, files: Sequence[str], labelled: Mapping[str, Scenario]) -> str | None:
    """The label of the scenario that `wanted` calls by its file, its label or its name; else `wanted` as it is.

    Raises InputError if it may be several.
    """
    called = [(file, *item) for file, item in zip(files, labelled.items(), strict=True)]
    labels = [label for file, label, scenario in called if wanted in (file, label, scenario.name)]
    by_file = [label for file, label, _ in called if wanted == file]
    namesakes = len({labelled[label].name for label in labels}) == 1
    if by_file and namesakes:  # `before` and a copy of it: the one that was given as `before`
        return by_file[0]
    if len(labels) > 1:
        raise InputError(f"baseline: {wanted!r} may be any of {', '.join(labels)}; give the file")
    return labels[0] if labels else wanted


def by_label(scenarios: Sequence[Scenario] | Mapping[str, Scenario]) -> dict[str, Scenario]:
    """The scenarios by label: what a mapping calls each, or its name, with a number where a name comes again."""
    if not scenarios:
        raise InputError("scenarios: at least one is needed")
    if isinstance(scenarios, Mapping):
        return dict(scenarios)
    labelled: dict[str, Scenario] = {}
    for scenario in scenarios:
        label, number = scenario.name, 2
        while label in labelled:
            label, number = f"{scenario.name} ({number})", number + 1
        labelled[label] = scenario
    return labelled


def baseline_among(labelled: Mapping[str, Scenario], wanted: str | None) -> str:
    """The label of the baseline: the first if none is `wanted`. Raises InputError for one that is not there."""
    names = list(labelled)
    if wanted is None:
        return names[0]
    if wanted in labelled and f"{wanted} (2)" in labelled:
        several = f"several scenarios are called {wanted!r}"
        raise InputError(f"baseline: {several}; give each a name of its own, or a mapping of labels and scenarios")
    if wanted not in labelled:
        problem = f"{shortened(wanted)!r} is none of the scenarios {listed(names)}{nearest(wanted, names)}"
        raise InputError(f"baseline: {problem}")
    return wanted
