"""Festivals are those of the notices, and only days that a file covers whole are counted."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd

from made_exports import Truth, made_tickets
from sanfang.tickets.estimates.days import festivals, kinds_of, whole_days


def dates(kind: str, year: int, country: str = "CN") -> list[dt.date]:
    return sorted(date for date, name in festivals(country, year).items() if name == kind)


def test_breaks_of_2025_are_those_of_the_state_councils_notice() -> None:
    """春节 28 January to 4 February, 国庆节 and 中秋节 1 to 8 October, five weekend days worked in exchange."""
    assert dates("spring festival", 2025) == [dt.date(2025, 1, 28) + dt.timedelta(days=n) for n in range(8)]
    assert dates("national day", 2025) == [dt.date(2025, 10, 1) + dt.timedelta(days=n) for n in range(8)]
    assert dates("working weekend", 2025) == [
        dt.date(2025, 1, 26), dt.date(2025, 2, 8), dt.date(2025, 4, 27), dt.date(2025, 9, 28), dt.date(2025, 10, 11),
    ]  # fmt: skip
    assert set(dates("other holiday", 2025)) >= {dt.date(2025, 1, 1), dt.date(2025, 5, 3)}


def test_taiwan_has_a_spring_festival_too_and_an_unknown_country_no_festival() -> None:
    assert dt.date(2017, 1, 28) in dates("spring festival", 2017, "TW")
    assert festivals("XX", 2025) == {}
    assert set(kinds_of(np.array(["2025-01-29"], dtype="datetime64[D]"), None)) == {""}


def test_a_day_that_is_cut_is_no_whole_day() -> None:
    made = made_tickets(1, Truth(days=60))
    cut = dataclasses.replace(made, begin=made.begin + pd.Timedelta(hours=9), end=made.end - pd.Timedelta(hours=10))
    assert (len(whole_days(made, "CN")), len(whole_days(cut, "CN"))) == (60, 58)


def test_days_without_any_request_among_many_are_taken_as_lost() -> None:
    made = made_tickets(1, Truth(days=60, rates={"order": 60.0}))
    on = made.table["created"].dt.normalize() == pd.Timestamp("2023-02-15")
    lost = dataclasses.replace(made, table=made.table[~on].reset_index(drop=True))
    assert on.sum() > 20
    assert (whole_days(made, "CN").lost, whole_days(lost, "CN").lost) == (0, 1)


def test_days_without_a_request_among_few_are_days() -> None:
    made = made_tickets(1, Truth(days=60, rates={"order": 0.5}))
    dates = made.table["created"].dt.normalize()
    assert dates.nunique() < 40
    assert (whole_days(made, "CN").lost, len(whole_days(made, "CN"))) == (0, (dates.max() - made.begin).days)


def test_days_after_the_last_request_on_which_closings_are_still_seen_do_not_count() -> None:
    made = made_tickets(1, Truth(days=60))
    later = dataclasses.replace(made, end=made.end + pd.Timedelta(days=90))
    assert len(whole_days(later, "CN")) == len(whole_days(made, "CN"))
