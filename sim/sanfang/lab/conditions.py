"""What a comparison of scenarios with different conditions shows: levels of two steady states, or a shock on day 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sanfang.scenario import catalogue
from sanfang.scenario.reading import ABOUT
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import listed

NO_TRANSITION = "levels, no transition"
"""The label of a difference between two steady states: nothing tells how the one becomes the other."""

POLICIES = ("policy", "policy_by_community")
NO_CONDITIONS = (*POLICIES, "run", "years_before", *ABOUT)


def notes_on_conditions(scenarios: Mapping[str, Scenario], baseline: str) -> Iterator[str]:
    """A sentence for each scenario whose conditions are not those of the baseline. Policies are no conditions."""
    base = scenarios[baseline]
    for label, scenario in scenarios.items():
        before = changed(scenario.under_present_policy(), base.under_present_policy())
        after = changed(scenario, base)
        if scenario.run.start == "empty" or base.run.start == "empty":
            if after:
                yield f"{label} has other conditions than {baseline} ({listed(after)}), from an empty district on"
        elif before:
            own = "each begins in a steady state of its own"
            yield f"{NO_TRANSITION}: {label} has other conditions than {baseline} ({listed(before)}); {own}"
        elif after:
            yield f"a shock on day 0: {label} has other conditions than {baseline} from then on ({listed(after)})"


def notes_on_points(scenarios: Mapping[str, Scenario], baseline: str, paths: Iterable[str]) -> Iterator[str]:
    """The same for scenarios at many points, where factors set what is at `paths`."""
    yield from notes_on_conditions(scenarios, baseline)
    varied = [path for path in paths if path.partition(".")[0] not in (*POLICIES, "run")]
    if varied and any(scenario.run.start == "steady" for scenario in scenarios.values()):
        own = "points that differ in them begin in steady states of their own"
        yield f"{NO_TRANSITION}: factors set conditions ({listed(varied)}); {own}"


def changed(scenario: Scenario, base: Scenario) -> list[str]:
    """Dotted paths of the conditions in which two scenarios differ; policies are none."""
    ours, theirs = _conditions(scenario), _conditions(base)
    return [path for path in dict.fromkeys([*theirs, *ours]) if ours.get(path) != theirs.get(path)]


def _conditions(scenario: Scenario) -> dict[str, Any]:
    return {
        path: value
        for path, parameter, value in catalogue.values(scenario)
        if path.partition(".")[0] not in NO_CONDITIONS and not path.endswith((".label_en", ".label_zh"))
    }
