"""Storms are found by the collapse of a summer's day, and drawn as often as they came."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanfang.studies.demand import storms

DATES = pd.date_range("2016-01-01", "2017-12-31")


def residual(seed: int = 1) -> pd.Series:
    return pd.Series(0.1 * np.random.default_rng(seed).standard_normal(len(DATES)), index=DATES).clip(-0.3, 0.3)


def test_a_collapse_or_a_lost_date_in_summer_is_a_storm() -> None:
    days = residual()
    days["2016-07-08"] = days["2016-07-09"] = -1.0  # two days, one storm
    days["2017-09-01"] = np.nan
    days["2016-02-08"] = -2.0  # winter: something else
    found = storms.storm_days(days)
    assert [f"{day:%Y-%m-%d}" for day in found] == ["2016-07-08", "2017-09-01"]
    assert storms.around(found, DATES).sum() == 2 * (storms.BEFORE + storms.AFTER + 1)


def test_what_follows_a_collapse_may_be_nothing() -> None:
    days = residual()
    days["2016-07-08"] = -1.0
    profile = storms.profiles((pd.Timestamp("2016-07-08"),), days)
    assert profile[0, storms.BEFORE] == -1.0
    assert np.abs(profile[0, storms.BEFORE + 1 :]).max() <= 0.3


def test_days_of_the_next_storm_are_its_own() -> None:
    first, second = pd.Timestamp("2016-09-17"), pd.Timestamp("2016-09-26")
    days = residual() + 1.0
    profile = storms.profiles((first, second), days)
    own = storms.BEFORE + (second - first).days - storms.BEFORE
    assert (profile[0, own:] == 0).all() and (profile[0, :own] != 0).all()


def test_a_lost_date_counts_as_the_collapses_that_were_recorded() -> None:
    days = residual() * 0
    one, other = pd.Timestamp("2016-07-08"), pd.Timestamp("2017-08-08")
    days["2016-07-08"], days["2017-08-08"] = -1.0, np.nan
    profile = storms.profiles((one, other), days)
    assert profile[1, storms.BEFORE] == pytest.approx((-1.0 + 0.0) / 2)  # the other's lowest recorded day is 0


def test_storms_are_drawn_at_their_rate_and_in_their_season() -> None:
    profile = np.zeros((1, storms.BEFORE + storms.AFTER + 1))
    profile[0, storms.BEFORE] = -1.0
    added = storms.drawn(
        profile, np.full(4000, 2.0), pd.date_range("2019-01-01", "2019-12-31"), np.random.default_rng(1)
    )
    mean = -added.sum(axis=1).mean()
    assert mean == pytest.approx(2.0, abs=3 * np.sqrt(2 / 4000))
    months = pd.date_range("2019-01-01", "2019-12-31").month.to_numpy()[(added != 0).any(axis=0)]
    assert set(months) == {7, 8, 9}


def test_the_rate_is_drawn_around_what_was_seen() -> None:
    """Gamma posterior: mean (8 + 1/2) / 4, variance that over 4."""
    seen = storms.Storms(tuple(DATES[:8]), np.zeros((8, 16)), 4.0)
    rates = storms.drawn_rates(seen, np.random.default_rng(1), 20_000)
    assert rates.mean() == pytest.approx(8.5 / 4, rel=0.02)
    assert rates.var() == pytest.approx(8.5 / 16, rel=0.05)
