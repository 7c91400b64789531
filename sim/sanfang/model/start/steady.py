"""The steady start of a run: the state of its district on the eve of day 0, under its present policy."""

from __future__ import annotations

from collections.abc import Callable

from sanfang.model.start.carried import Carried
from sanfang.model.start.lead_in import lead_in
from sanfang.model.start.snapshots import is_there, kept, key_of
from sanfang.scenario.policy import Policy
from sanfang.scenario.scenario import Scenario


def steady_start(
    scenario: Scenario, seed: int, scale: float, progress: Callable[[int, int], object] | None = None
) -> Carried:
    """What the district of `scenario` carries into day 0 in its steady state; made once, and kept.

    It is the same for every policy: each begins where the present one has led. `progress` is called with (day, days) as
    the years before are played, if they have to be. The arrays are shared and must not be changed.
    """
    present = under_present_policy(scenario)
    key = key_of(present, seed, scale)
    start = _latest.get(key)
    if start is None:
        start = kept(key, lambda: lead_in(present, seed, scale, progress))
        _latest.clear()
        _latest[key] = start
    return start


def is_kept(scenario: Scenario, seed: int, scale: float) -> bool:
    """Whether the start has been made before."""
    key = key_of(under_present_policy(scenario), seed, scale)
    return key in _latest or is_there(key)


_latest: dict[str, Carried] = {}
"""The start that was asked for last: scenarios that share it mostly follow each other."""


def under_present_policy(scenario: Scenario) -> Scenario:
    """The same district and conditions under the district's present policy."""
    policy = Policy.model_validate(scenario.present)
    return scenario.model_copy(update={"policy": policy, "policy_by_community": {}})
