"""Duplicates and repeats are counted from the file's links, and from nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from hand_made_tickets import tickets
from sanfang.tickets.estimates.links import links
from sanfang.tickets.estimates.rows import first_reports
from sanfang.tickets.estimates.value import Estimate, Refused

DAYS = pd.date_range("2024-01-01", periods=100)


def test_a_chain_of_duplicates_leads_to_the_first_report_and_a_circle_ends() -> None:
    made = tickets(DAYS[:6], begin="2024-01-01", end="2024-04-10", duplicate_of=[-1, 0, 1, 2, 5, 4])
    assert list(first_reports(made)[:4]) == [0, 0, 0, 0]
    assert set(first_reports(made)[4:]) <= {4, 5}


def test_the_share_of_duplicates_is_of_all_reports() -> None:
    link = [-1] * 80 + list(range(20))
    one = links(tickets(DAYS, begin="2024-01-01", end="2024-04-10", has=["duplicate_of"], duplicate_of=link)).duplicates
    assert isinstance(one, Estimate)
    assert (one.value, one.count) == (0.2, 100)


def test_duplicates_of_one_incident_make_the_share_less_sure() -> None:
    spread = [-1] * 80 + list(range(20))
    heaped = [-1] * 80 + [0] * 20
    of = [links(tickets(DAYS, begin="2024-01-01", end="2024-04-10", has=["duplicate_of"], duplicate_of=link)).duplicates
          for link in (spread, heaped)]  # fmt: skip
    assert isinstance(of[0], Estimate) and isinstance(of[1], Estimate)
    assert of[1].high - of[1].low > 1.5 * (of[0].high - of[0].low)


def test_a_repeat_counts_within_30_days_of_those_followed_for_30_days() -> None:
    """Forty closed at once; ten are back after 10 days, ten after 40. Ten more were closed too late to be followed."""
    start = pd.Timestamp("2024-01-01")
    created = [start] * 40 + [start + pd.Timedelta(days=10)] * 10 + [start + pd.Timedelta(days=41)] * 10
    closed = [start + pd.Timedelta(hours=1)] * 40 + [None] * 20
    late = start + pd.Timedelta(days=50)
    made = tickets(
        [*created, *[late] * 10], [*closed, *[late] * 10], begin="2024-01-01", end="2024-03-01",
        has=["repeats"], repeats=[-1] * 40 + list(range(20)) + [-1] * 10,
    )  # fmt: skip
    one = links(made).repeats
    assert isinstance(one, Estimate)
    assert (one.value, one.count) == (0.25, 40)


@pytest.mark.parametrize("what", ["duplicates", "repeats"])
def test_without_links_none_are_guessed(what: str) -> None:
    same = tickets(
        [DAYS[0]] * 50, begin="2024-01-01", end="2024-04-10", neighbourhood=["x"] * 50, has=["neighbourhood"]
    )
    one = getattr(links(same), what)
    assert isinstance(one, Refused)
    assert "none are guessed" in one.reason
