"""The level of satisfaction is set by the share that is published, and setting it moves nobody's mind."""

from __future__ import annotations

import numpy as np
import pytest

from model_runs import demo
from sanfang.run.simulation import simulate
from sanfang.studies import level

VILLAGE = {"district.population": 2_000, "district.communities": 3, "district.sub_districts": 1}


def test_as_many_lie_at_or_above_the_threshold_as_are_published() -> None:
    hundred = np.linspace(0.005, 0.995, 100)
    assert level.threshold(hundred, 0.51) == hundred[49]
    assert (hundred >= level.threshold(hundred, 0.51)).sum() == 51
    assert level.threshold(np.array([0.4, 0.4, 0.9]), 1.0) == 0.4
    assert level.threshold(np.array([0.4, 0.4, 0.9]), 0.0) == 0.9, "nobody cannot be had, one can"


@pytest.mark.parametrize(("satisfied", "polite"), [(0.4, 0.9), (0.88, 0.5), (0.94, 0.0), (0.97, 0.0), (1.0, 0.0)])
def test_politeness_makes_up_what_call_backs_find_more(satisfied: float, polite: float) -> None:
    assert level.politeness(satisfied, 0.94) == pytest.approx(polite)


def test_a_district_with_its_level_set_shows_both_published_shares_and_has_the_same_minds() -> None:
    before = demo("before", **VILLAGE, **{"run.warm_up": 0})
    found = level.level_of(before)
    made = simulate(before.with_({"mind.satisfied_from": found.satisfied_from, "mind.polite": found.polite}))
    asis = simulate(before)
    assert made.metrics["satisfied_share"] == pytest.approx(level.SATISFIED, abs=1 / 2_000)
    dissatisfied = (1 - level.AT_CALL_BACK) / (1 - found.polite)
    asked = made.model.diary.rated[:, 0].sum()  # type: ignore[union-attr]
    error = (dissatisfied * found.polite * (1 - found.polite) / asked) ** 0.5
    assert made.metrics["rating_rate"] == pytest.approx(level.AT_CALL_BACK, abs=4 * error)
    assert made.metrics["satisfaction"] == asis.metrics["satisfaction"]
    assert (made.model.residents.trust == asis.model.residents.trust).all()  # type: ignore[union-attr]
