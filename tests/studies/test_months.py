"""Profiles of months are judged by records that they were not made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sanfang.studies import months
from sanfang.studies.demand.shape import read_shapes

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TRUE = np.array([8, 6, 8, 8, 9, 10, 9, 8, 9, 9, 8, 8]) / 100


def made(seed: int) -> pd.DataFrame:
    """Three years that grow by half, with the profile `TRUE`, about 40,000 requests."""
    days = pd.date_range("2016-01-01", "2018-12-31")
    growth = np.exp(np.linspace(0, np.log(1.5), len(days)))
    mean = 30 * growth * 12 * TRUE[days.month - 1]
    return months.monthly(pd.Series(np.random.default_rng(seed).poisson(mean).astype(float), index=days))


def test_the_true_profile_leaves_only_poissons_deviance() -> None:
    """36 months, three numbers of the level: chi-squared with 33 degrees of freedom, here five times."""
    total = sum(months.deviances(made(seed), TRUE, 2).sum() for seed in range(5))
    assert abs(total - 165) < 3 * np.sqrt(2 * 165)


def test_a_profile_that_fits_worse_says_so() -> None:
    table = made(1)
    flat, true = (months.deviances(table, profile, 2) for profile in (np.full(12, 1 / 12), TRUE))
    more, low, _ = months.difference(flat, true, float(table["count"].sum()))
    assert more > low > 0


def test_months_count_days_with_a_record_only() -> None:
    days = pd.Series(2.0, index=pd.date_range("2018-02-01", "2018-03-31"))
    days.iloc[:3] = np.nan
    table = months.monthly(days)
    assert table[["count", "days", "month"]].to_numpy().tolist() == [[50, 25, 2], [62, 31, 3]]


def test_a_profile_of_months_sums_to_one_and_has_the_festival() -> None:
    shape = read_shapes()["reports"]
    profile = months.month_profile(shape)
    assert profile.sum() == pytest.approx(1)
    assert profile.argmin() == 1  # on 12 of 19 years New Year's Day is in February


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not here")
def test_baltimores_months_fit_fuzhou_and_taipei_worse_than_a_flat_year() -> None:
    found = months.judged(SHARED).set_index(["judge", "profile", "than"]).to_dict("index")
    for judge in ("Fuzhou, rivers, 2016-2018", "Taipei, reports, 2015-2018"):
        assert found[judge, "Baltimore", "flat"]["low"] > 0
        assert found[judge, "Baltimore", "Taipei, reports"]["low"] > 0
    assert found["Fuzhou, rivers, 2016-2018", "Taipei, reports", "flat"]["high"] < 0
