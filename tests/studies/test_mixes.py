"""The search for a mix climbs a made-up hill, and counts no money from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sanfang.studies import mixes

BEST = tuple(1.0 if number % 3 == 0 else 0.5 if number % 3 == 1 else 0.0 for number in range(len(mixes.levers())))


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> mixes.Search:
    """A search in which all outcomes fall with the distance from `BEST`."""

    class MadeUp(mixes.Search):
        def see(self, some: Any) -> None:
            for mix in some:
                self._tried[mix] = 5.0 - np.abs(np.subtract(mix, BEST)).sum() * np.ones(4)

    return MadeUp(0.1, 1, 365, 1)


def test_every_lever_with_a_level_is_searched_but_money_from_outside() -> None:
    assert len(mixes.levers()) == 26 and "collective_income" not in mixes.levers()


def test_neighbours_differ_in_one_lever_by_one_level() -> None:
    around = mixes.neighbours(BEST)
    assert len(set(around)) == len(around) == sum(2 if level == 0.5 else 1 for level in BEST)
    assert all(np.abs(np.subtract(one, BEST)).sum() == 0.5 for one in around)


def test_the_search_climbs_to_the_top(search: mixes.Search) -> None:
    start = tuple(0.5 for _ in BEST)
    steps = int(np.abs(np.subtract(start, BEST)).sum() / 0.5)
    assert search.improve(start, steps - 1) != BEST
    assert search.improve(start, steps + 1) == BEST
    assert search.ranking()[0] == BEST
    assert 0 < search.better < 1


def test_random_mixes_have_each_level_alike() -> None:
    drawn = np.array(mixes.random_mixes(300))
    assert [float((drawn == level).mean()) for level in mixes.LEVELS] == pytest.approx([1 / 3] * 3, abs=0.02)


def test_a_mix_is_a_scenario_with_these_levels() -> None:
    scenario = mixes.scenario_of(BEST)
    assert tuple(getattr(scenario.policy, name) for name in mixes.levers()) == BEST
