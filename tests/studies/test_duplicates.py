"""Shares of duplicates and repeats, and how surely they are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sanfang.studies import duplicates

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_rows_that_are_independent_have_wilsons_interval() -> None:
    """10 of 100, one week each with a design effect of 1: Wilson's 95 % interval is 0.0552 to 0.1744 (Wilson 1927)."""
    counted = pd.Series([True] * 10 + [False] * 90)
    days = pd.Series(pd.date_range("2017-01-02", periods=100, freq="7D"))
    share, low, high = duplicates.share_with_interval(counted, days)
    assert (share, low, high) == pytest.approx((0.1, 0.0552, 0.1744), abs=1e-3)


def test_duplicates_that_come_together_are_known_less_surely() -> None:
    random = np.random.default_rng(1)
    weeks = np.repeat(np.arange(50), 20)
    days = pd.Series(pd.Timestamp("2017-01-02") + pd.to_timedelta(7 * weeks, unit="D"))
    apart = pd.Series(random.random(1000) < 0.1)
    together = pd.Series(np.isin(weeks, random.choice(50, 5, replace=False)))
    widths = [high - low for _, low, high in (duplicates.share_with_interval(one, days) for one in (apart, together))]
    assert widths[1] > 3 * widths[0]  # whole weeks of 20: the root of 20 is 4.5


def test_a_repeat_follows_the_same_persons_message() -> None:
    users = pd.Series(["a", "b", "a", "a"])
    stamps = pd.to_datetime(pd.Series(["2019-01-01", "2019-01-02", "2019-01-20", "2019-06-01"]))
    assert duplicates.repeats(users, stamps, 30).tolist() == [False, False, True, False]
    assert duplicates.repeats(users, stamps, 365).tolist() == [False, False, True, True]


def test_the_kept_shares_lie_in_their_intervals() -> None:
    table = pd.read_csv(duplicates.TABLE)
    assert (table["low"] <= table["share"]).all() and (table["share"] <= table["high"]).all()
    assert ((table["counted"] / table["rows"] - table["share"]).abs() < 1e-4).all()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not here")
def test_the_kept_shares_are_those_of_the_samples() -> None:
    pytest.importorskip("python_calamine")
    again = duplicates.shares(duplicates.samples(SHARED))
    pd.testing.assert_frame_equal(again, pd.read_csv(duplicates.TABLE))
