"""Weeks that the model's bursts make beside Taipei's weeks of 2019."""

from __future__ import annotations

import numpy as np
import pytest

from sanfang.scenario.scenario import Scenario
from sanfang.studies.demand.records import REPORTS
from sanfang.studies.engine_weeks import drawn_weeks, seen_weeks, verdict


def test_with_bursts_the_weeks_of_2019_are_in_the_band_and_score_better_than_without() -> None:
    bursts, none = verdict("licang", REPORTS), verdict("licang-plain", REPORTS)
    assert bursts["weeks"] == none["weeks"] == 52
    assert bursts["held"] >= 0.8 > none["held"]
    assert none["sd drawn"] < 0.5 * none["sd seen"] < bursts["sd drawn"] < 2.0 * bursts["sd seen"], "nor too wide"
    assert bursts["score"] < 0.7 * none["score"]


def test_without_bursts_weeks_differ_by_the_chance_of_counts_alone() -> None:
    days, expected, seen = seen_weeks(REPORTS)
    assert seen.mean() == pytest.approx(1.0)
    even = drawn_weeks(Scenario.load("before", district="licang-plain").worsening, days, expected, years=200)
    assert even.std(axis=0).mean() == pytest.approx(np.sqrt(1 / expected).mean(), rel=0.05)
