"""Short runs of the demonstration district (20,000 people), each made once in a test process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from sanfang.run.simulation import Run, simulate
from sanfang.scenario.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = tuple(sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml")))
FULL_REFORM = "three-devolutions-two-refinements"
SMALL = 0.17
"""Scale at which a run of the demonstration district is quick."""

Changes = tuple[tuple[str, Any], ...]

NO_PREVENTION: dict[str, Any] = {
    "tasks.effect": 0.0,
    "tasks.street_effect": 0.0,
    "tasks.own_effect": 0.0,
    "conflicts.convention_effect": 0.0,
}
"""Settings under which no work lowers a hazard (the domains' share is in `without_prevention`)."""


@lru_cache(maxsize=8)
def _loaded(name: str) -> Scenario:
    return Scenario.load(name, district="demo")


def demo(name: str = "before", **changes: Any) -> Scenario:
    """A scenario on the demonstration district; `changes` by dotted path: ``**{"policy.authority": 1.0}``."""
    scenario = _loaded(name)
    return scenario.with_(changes) if changes else scenario


def without_prevention(name: str, **changes: Any) -> Scenario:
    """A scenario in which no policy can prevent or cause a trouble: no service, work, help or convention does."""
    ways = ("prevention", "visits", "upkeep")
    domains = {f"domains.{domain}.{way}": 0.0 for domain in demo().domains for way in ways}
    return demo(name, **(NO_PREVENTION | domains | changes))


@lru_cache(maxsize=40)
def _run(scenario: Scenario, seed: int, days: int, scale: float) -> Run:
    return simulate(scenario, seed=seed, days=days, scale=scale, keep_requests=True)


def run(scenario: Scenario, days: int = 60, seed: int = 1, scale: float = 1.0) -> Run:
    """Its run, with every request kept; the same object for the same arguments, so it must not be changed.

    A run that is no longer than the usual warm-up is evaluated as a whole.
    """
    return _run(evaluated_whole(scenario, days), seed, days, scale)


def evaluated_whole(scenario: Scenario, days: int) -> Scenario:
    """The scenario without warm-up, if a run of so many days would have no other day."""
    return scenario.with_({"run.warm_up": 0}) if days <= scenario.run.warm_up == demo().run.warm_up else scenario
