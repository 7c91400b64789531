"""A district whose open requests grow, or shrink, year by year has no steady state; one in which they vary has."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model_runs import demo
from sanfang.metrics.catalogue import TOLD_ANYWAY
from sanfang.model.start.steadiness import MONTHS, is_steady, slope_of
from sanfang.run.simulation import simulate


def years_of(*means: float, noise: float = 0.0) -> np.ndarray:
    """Months of years with these means, in which queues come and go slowly."""
    months = np.repeat(means, MONTHS).astype(float)
    random, deviation = np.random.default_rng(1), 0.0
    for month in range(len(months)):
        deviation = 0.8 * deviation + float(random.normal(0.0, noise)) if noise else 0.0
        months[month] += deviation
    return months.reshape(-1, MONTHS)


@pytest.mark.parametrize(
    ("means", "noise", "steady"),
    [
        ((2000, 2100, 2050), 0, True),
        ((2000, 2400, 2900), 0, False),  # more by a fifth each year
        ((2900, 2400, 2000), 0, False),
        ((2000, 2400, 2000), 0, True),  # one year was bad
        ((2000, 2400, 2900), 20, False),
        ((800, 800, 800), 90, True),  # a queue with a long memory
        ((0, 0, 0), 0, True),
    ],
)
def test_a_state_is_steady_unless_it_goes_one_way(means: tuple[float, ...], noise: float, steady: bool) -> None:
    assert is_steady(years_of(*means, noise=noise)) is steady


def test_only_the_last_three_years_count() -> None:
    assert is_steady(years_of(100, 1000, 2000, 2010, 2020))


def test_a_slope_has_the_error_that_its_memory_makes() -> None:
    """Two thousand steady queues: the slope is within two of its errors about as often as it should be."""
    random, inside = np.random.default_rng(3), []
    for _ in range(2000):
        months = np.zeros(3 * MONTHS)
        for month in range(1, len(months)):
            months[month] = 0.5 * months[month - 1] + random.normal()
        slope, error = slope_of(months)
        inside.append(abs(slope) < 2 * error)
    assert 0.85 < np.mean(inside) < 0.97
    assert slope_of(np.arange(36) / 12.0 * 7.0) == pytest.approx((7.0, 0.0))


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
