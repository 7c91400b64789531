"""The silence before the first report follows from what comes after it, and from nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hand_made_tickets import tickets
from sanfang.tickets.estimates.silence import Silence, silence
from sanfang.tickets.estimates.value import Estimate, Refused
from sanfang.tickets.tickets import Tickets


def of(made: Tickets, name: str = "all") -> Silence:
    one = silence(made)[name]
    assert isinstance(one, Silence), one
    return one


def test_the_rate_is_duplicates_over_days_open() -> None:
    """Open 10, 20, 30 and 0 days, and 40 until the end; with 1, 2, 0, 0 and 5 more reports: 8 / 100."""
    first = [pd.Timestamp("2024-01-01")] * 5
    until = [first[0] + pd.Timedelta(days=n) for n in (10, 20, 30, 0.001)] + [None]
    more = [0, 1, 1, 4, 4, 4, 4, 4]
    at = [first[0] + pd.Timedelta(days=2 + 0.1 * n) for n in range(8)]
    made = tickets(
        [*first, *at], [*until, *(until[n] for n in more)], begin="2024-01-01", end="2024-02-10",
        has=["duplicate_of"], duplicate_of=[-1] * 5 + more,
    )  # fmt: skip
    one = of(made)
    assert isinstance(one.rate, Estimate) and isinstance(one.delay_days, Estimate)
    assert one.rate.value == pytest.approx(0.08, rel=1e-3)
    assert one.delay_days.value == pytest.approx(12.5, rel=1e-3)
    assert one.incidents == 5


def reported(rng: np.random.Generator, rate: float, number: int) -> tuple[Tickets, float]:
    """Troubles that nobody sees begin, of which some vanish before anybody reports them; and the mean true delay."""
    begin = rng.uniform(0, 1000, number)
    delay = rng.exponential(1 / rate, number)
    in_file = delay < rng.exponential(10.0, number)  # the others had vanished
    first = (begin + delay)[in_file]
    until = first + rng.weibull(0.8, len(first)) * 20
    more = rng.poisson(rate * (until - first))
    which = np.repeat(np.arange(len(first)), more)
    at = first[which] + rng.random(len(which)) * (until - first)[which]
    order = np.argsort(np.concatenate([first, at]), kind="stable")
    row = np.empty(len(order), dtype=int)
    row[order] = np.arange(len(order))
    link = np.concatenate([np.full(len(first), -1), row[which]])[order]
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.concatenate([first, at])[order], unit="D")
    closed = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.concatenate([until, until[which]])[order], unit="D")
    made = tickets(
        list(day), list(closed), begin="2020-01-01", end="2024-01-01", has=["duplicate_of"], duplicate_of=link
    )
    return made, float(delay.mean())


def test_it_is_that_of_all_troubles_although_many_never_reach_the_file() -> None:
    """Those that do were reported soon, so the delays of what is in the file would be far too short."""
    held = 0
    for seed in range(20):
        made, _ = reported(np.random.default_rng(seed), 0.05, 1500)
        delay = of(made).delay_days
        assert isinstance(delay, Estimate)
        held += delay.low <= 20 <= delay.high
    assert held >= 16


def test_troubles_that_differ_in_how_many_see_them_are_said_to_understate_it() -> None:
    rng = np.random.default_rng(1)
    parts = [reported(rng, rate, 1500)[0] for rate in (0.05, 0.5)]
    shift = len(parts[0].table)
    second = parts[1].table.assign(
        duplicate_of=parts[1].table["duplicate_of"].where(lambda link: link < 0, lambda link: link + shift)
    )
    both = Tickets(
        pd.concat([parts[0].table, second], ignore_index=True), parts[0].has, parts[0].begin, parts[0].end, "all"
    )
    assert "understated" in str(of(both).delay_days.to_dict())
    assert "understated" not in str(of(parts[0]).delay_days.to_dict())


@pytest.mark.parametrize(
    ("change", "why"),
    [({"has": []}, "does not link duplicates"), ({"closed": None}, "no closing date"),
     ({"created_has_time": False}, "without a time"), ({"selection": "last-change"}, "not hold all reports")],
)  # fmt: skip
def test_a_file_that_does_not_show_it_is_refused_with_the_reason(change: dict[str, object], why: str) -> None:
    days = pd.date_range("2024-01-01", periods=30)
    given = {
        "closed": days + pd.Timedelta(days=3),
        "has": ["duplicate_of"],
        "begin": "2024-01-01",
        "end": "2024-03-01",
    } | change
    refused = silence(tickets(days, **given))["all"]  # type: ignore[arg-type]
    assert isinstance(refused, Refused)
    assert why in refused.reason
