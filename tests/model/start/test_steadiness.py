"""A district whose open requests grow, or shrink, year by year has no steady state; one in which they vary has."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model_runs import demo
from sanfang.metrics.catalogue import TOLD_ANYWAY
from sanfang.model.start.steadiness import is_steady
from sanfang.run.simulation import simulate


@pytest.mark.parametrize(
    ("years", "steady"),
    [
        ([2000, 2100, 2050], True),
        ([2000, 2300, 2600], False),  # more by a seventh each year
        ([2000, 2300, 2250], True),  # one year was bad
        ([2600, 2300, 2000], False),
        ([2000, 2300, 2000], True),
        ([60, 75, 90], True),  # by chance: less than 3 times the root of 60
        ([60, 90, 130], False),
        ([0, 0, 0], True),
    ],
)
def test_a_state_is_steady_unless_it_goes_one_way(years: list[float], steady: bool) -> None:
    assert is_steady(np.array(years, float)) is steady


def test_only_the_last_three_years_count() -> None:
    assert is_steady(np.array([100.0, 1000.0, 2000.0, 2010.0, 2020.0]))


def test_a_run_that_began_in_no_steady_state_has_no_value_but_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanfang.model.start.lead_in.is_steady", lambda _: False)
    run = simulate(demo(**{"run.start": "steady", "needs.recurrence_days": 63.0}), days=95, scale=0.1)
    assert run.metrics["steady_start"] == 0.0
    told = {name for name, value in run.metrics.items() if not math.isnan(value)}
    assert told <= set(TOLD_ANYWAY)
    assert all("no steady state" in run.reasons[name] for name in run.metrics if name not in TOLD_ANYWAY)
    groups = run.by_group("age")
    assert groups["value"].isna().all() and groups["reason"].str.contains("no steady state").all()


def test_a_district_that_begins_steady_says_so() -> None:
    assert simulate(demo(**{"run.start": "steady"}), days=5, scale=0.25).metrics["steady_start"] == 1.0
    assert math.isnan(simulate(demo(), days=5, scale=0.25).metrics["steady_start"])
