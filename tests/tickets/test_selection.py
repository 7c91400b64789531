"""What a file is: all requests, closed ones, open ones, those last changed in a period; and what follows for a rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanfang.tickets.selection import selected


def whole_record(days: int = 730, per_day: int = 5, seed: int = 1) -> pd.DataFrame:
    """All requests of a period, as they stand at its end: closed after 20 days on the average, or open."""
    random = np.random.default_rng(seed)
    begin, end = pd.Timestamp("2022-01-01"), pd.Timestamp("2022-01-01") + pd.Timedelta(days=days)
    created = begin + pd.to_timedelta(np.sort(random.uniform(0, days, days * per_day)), "D")
    closed = pd.Series(created + pd.to_timedelta(random.exponential(20, len(created)), "D"))
    closed = closed.where(closed < end)
    table = pd.DataFrame({"created": created, "closed": closed})
    table["status"] = np.where(closed.isna(), "open", "closed")
    table["changed"] = closed.fillna(table["created"] + pd.Timedelta(days=1)).clip(upper=end)
    return table


def of(table: pd.DataFrame) -> tuple[str, str]:
    found = selected(table, has_closing=True, last_change=False)
    return found.selection, found.arrivals


def test_all_requests_of_a_period_give_a_rate() -> None:
    found = selected(whole_record(), has_closing=True, last_change=False)
    assert (found.selection, found.arrivals) == ("all", "given")
    assert found.per_day == pytest.approx(5.0, rel=0.01)


def test_closed_ones_only_are_a_lower_bound() -> None:
    assert of(whole_record().query("status == 'closed'")) == ("closed", "lower")


def test_those_closed_in_the_last_month_are_closed_ones() -> None:
    table = whole_record()
    assert of(table[table["closed"] >= pd.Timestamp("2023-12-01")])[1] != "given"


def test_open_ones_only_are_a_lower_bound() -> None:
    assert of(whole_record().query("status == 'open'").assign(closed=pd.NaT)) == ("open", "lower")


def test_those_that_were_changed_in_a_month_give_no_rate() -> None:
    table = whole_record()
    assert of(table[table["changed"] >= pd.Timestamp("2023-12-15")]) == ("last-change", "refused")


def test_a_day_gives_no_rate() -> None:
    table = whole_record(per_day=300, days=10)
    assert of(table[table["created"] < pd.Timestamp("2022-01-02")]) == ("day", "refused")


def test_few_requests_tell_nothing() -> None:
    assert of(whole_record().iloc[:40]) == ("unknown", "refused")


def test_what_a_mapping_says_is_obeyed() -> None:
    found = selected(whole_record(), has_closing=True, last_change=False, given="closed")
    assert (found.selection, found.arrivals) == ("closed", "lower")
