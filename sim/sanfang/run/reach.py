"""What a run reaches: which communities at its scale, and which steps of schedules before it ends.

A lever for a community that the scale leaves out, or one that begins after the last day, does nothing. A run that asks
for either is refused: its difference of exactly nothing would look like a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sanfang.scenario.conditions import RunLength
from sanfang.scenario.errors import InputError
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import listed


@dataclass(frozen=True)
class Reach:
    """How much of a district a run at some scale simulates: so many of all communities, and their residents."""

    communities: int
    of: int
    residents: int

    def __str__(self) -> str:
        return f"{self.communities:,} of {self.of:,} communities, {self.residents:,} residents"

    def in_words(self, lang: str = "en") -> str:
        """In words: in English (`en`) or Chinese (`zh`)."""
        if lang == "en":
            return str(self)
        return f"{self.of:,} 个社区中的 {self.communities:,} 个，居民 {self.residents:,} 人"


def reach(scenario: Scenario, scale: float) -> Reach:
    """What a run of `scenario` at `scale` reaches. Scales below one community all mean one."""
    from sanfang.model.district.geography import build_geography

    population = build_geography(scenario, scale).population
    return Reach(len(population), scenario.district.communities, int(population.sum()))


def reached_by(scenarios: Mapping[str, Scenario], scale: float) -> dict[str, dict[str, int]]:
    """`reach` of each scenario by its label, as plain data."""
    return {label: asdict(reach(scenario, scale)) for label, scenario in scenarios.items()}


def in_words(reached: Mapping[str, Mapping[str, int]]) -> str:
    """What `reached_by` says, in one line: once if all scenarios reach the same."""
    texts = {label: str(Reach(**numbers)) for label, numbers in reached.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{label}: {text}" for label, text in texts.items())


def communities_at(scenario: Scenario, scale: float) -> tuple[str, ...]:
    """Ids of the communities that a run at `scale` simulates."""
    from sanfang.model.district.geography import kept

    ids = scenario.community_ids
    return tuple(ids[index] for index in kept(len(ids), scale))


# --- What does nothing ------------------------------------------------------------------------------------


def check_reach(scenario: Scenario, days: int | None = None, scale: float = 1.0) -> None:
    """Raise `InputError` where a lever is set for a community that is left out, or begins after the last day."""
    own = [name for name, levers in scenario.policy_by_community.items() if levers]
    if own and scale < 1:
        there = communities_at(scenario, scale)
        for name in own:
            if name not in there:
                left_out = f"is left out at scale {scale:g}, where these are in: {listed(there)}"
                raise InputError(f"{scenario.name}: policy_by_community.{name}: the community {left_out}")
    end = days or scenario.run.days
    for path, steps in _schedules(scenario):
        begins = [day for day, level in steps if level > 0]
        if begins and begins[0] >= end:
            ends = f"the run ends with day {end - 1} (the first is 0); make it longer, or begin earlier"
            raise InputError(f"{scenario.name}: {path}: begins on day {begins[0]}, but {ends}")


def notes_on_runs(scenarios: Iterable[Scenario], days: int | None = None) -> list[str]:
    """What of scenarios a run does not come to, or does without being told: schedules, a warm-up after a steady start,
    levers of the present policy that the scenario lowers."""
    scenarios = list(scenarios)
    notes = steps_not_reached(scenarios, days)
    for scenario in scenarios:
        if scenario.run.start == "steady" and scenario.run.warm_up != RunLength().warm_up:
            reason = "it begins in the steady state, and its window with day 0"
            notes.append(
                f"{scenario.name}: run.warm_up: leaves out nothing of a run whose run.start is steady: {reason}"
            )
        lowered = [
            f"{name} from {level:g} to {float(now):g}"
            for name, level in scenario.present.items()
            if isinstance(level, float) and isinstance(now := getattr(scenario.policy, name), float) and now < level
        ]
        if lowered:
            notes.append(f"{scenario.name}: lowers what the present policy has: {listed(lowered)}")
    return notes


def steps_not_reached(scenarios: Iterable[Scenario], days: int | None = None) -> list[str]:
    """Notes on schedules that begin in time, but have steps that never come."""
    notes = []
    for scenario in scenarios:
        end = days or scenario.run.days
        for path, steps in _schedules(scenario):
            late = [day for day, _ in steps if day >= end]
            if late:
                notes.append(f"{scenario.name}: {path}: its step on day {late[0]} never comes in {end} days")
    return notes


def _schedules(scenario: Scenario) -> Iterator[tuple[str, tuple[tuple[int, float], ...]]]:
    """Path and steps of every lever that has a schedule."""
    levers: dict[str, Any] = {f"policy.{name}": getattr(scenario.policy, name) for name in lever_names()}
    for community, own in scenario.policy_by_community.items():
        levers |= {f"policy_by_community.{community}.{name}": value for name, value in own.items()}
    for path, value in levers.items():
        if isinstance(value, tuple) and value and isinstance(value[0], tuple):
            yield path, value
