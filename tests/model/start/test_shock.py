"""A condition that changes on day 0 acts from then on; what would not act is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from sanfang.model.start.steady import start_key
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.years_before import refusal

SEED, SCALE, DAYS = 3, 0.1, 30
ACTING = {
    "tasks.load": 0.9,
    "voice.rate_hard": 1.0,
    "casework.bounce": 0.6,
    "mind.peer_pull": 0.5,
    "workforce.fatigue_slows": 0.9,
    "domains.care.hazard": 1.0,
}
CARRIED = {"mind.trust": 0.1, "mind.satisfaction": 0.1, "mind.expectation_days": 20.0, "workforce.officer": 0.2}
BEFORE = Scenario.load("before", district="demo")


def with_shock(path: str, value: float) -> Scenario:
    """`BEFORE` in which `path` is `value` from day 0 on, whether or not a file may say so."""
    section, _, key = path.partition(".")
    if section == "domains":
        name, _, key = key.partition(".")
        then = {section: {name: {key: getattr(BEFORE.domains[name], key)}}}
    else:
        then = {section: {key: getattr(getattr(BEFORE, section), key)}}
    return BEFORE.with_({path: value}).model_copy(update={"years_before": then})


def daily(scenario: Scenario) -> pd.DataFrame:
    played = simulate(scenario, seed=SEED, days=DAYS, scale=SCALE).daily
    return played[played["day"] >= 0].drop(columns="date")


@pytest.fixture(scope="module")
def usual() -> pd.DataFrame:
    return daily(BEFORE)


@pytest.mark.parametrize("path", ACTING)
def test_what_may_change_on_day_0_acts_within_days(path: str, usual: pd.DataFrame) -> None:
    scenario = with_shock(path, ACTING[path])
    assert refusal(path) == "" and start_key(scenario, SEED, SCALE) == start_key(BEFORE, SEED, SCALE)
    assert not daily(scenario).head(10).equals(usual.head(10))


@pytest.mark.parametrize("path", CARRIED)
def test_what_is_refused_would_not_act(path: str, usual: pd.DataFrame) -> None:
    assert refusal(path)
    pd.testing.assert_frame_equal(daily(with_shock(path, CARRIED[path])), usual, check_exact=True)


def test_two_states_without_a_shock_have_starts_of_their_own() -> None:
    assert start_key(BEFORE.with_({"tasks.load": 0.9}), SEED, SCALE) != start_key(BEFORE, SEED, SCALE)
