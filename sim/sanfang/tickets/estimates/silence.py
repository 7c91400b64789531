"""How long a trouble stays silent before anybody reports it, from duplicate reports alone.

Liu, Bhandaram and Garg (Nature Computational Science 3, 2023): nobody knows when a trouble arose, but once it is
reported, further reports until it is closed come at the same rate. If they are Poisson at rate r, it had waited 1 / r
days on average for its first report, whenever it arose; and r is duplicates over days open, summed over incidents. The
first report is a stopping time, so what comes after it is not biased by having been chosen through it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sanfang.tickets.estimates.rows import first_reports
from sanfang.tickets.estimates.small_cells import FEWEST, pooled_names
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Estimate, Refused, Result, rate_interval
from sanfang.tickets.tickets import Tickets

ASSUMPTIONS = tuple(
    text(f"silence.{name}")
    for name in ("independent", "all_the_same", "same_person", "linked", "lasts", "household", "alike")
)

MUCH = 0.2
"""Squared spread of rates between incidents from which the mean delay is said to be understated."""


@dataclass(frozen=True)
class Silence:
    """Reporting of one domain's troubles."""

    rate: Result
    """Reports a day, of a trouble that is there."""
    delay_days: Result
    """Mean days until the first report."""
    silent_7_days: Result
    """Share of troubles that, still there, nobody has reported after seven days."""
    incidents: int
    spread: float
    """Squared spread (variance over mean squared) of the rate between incidents; 0 if none shows."""


def silence(tickets: Tickets) -> dict[str, Silence | Refused]:
    """By domain; all domains together under "all". One refusal under "all" where the file does not allow it."""
    why = _why_none(tickets)
    if why:
        return {"all": Refused(why)}
    table = tickets.table
    root, row = first_reports(tickets), np.arange(len(table))
    created = table["created"].to_numpy()
    until = np.minimum(table["closed"].fillna(tickets.end).to_numpy(), np.datetime64(tickets.end))
    undated = (table["closed"].isna() & table["status"].isin(["closed", "solved", "unsolved"])).to_numpy()
    window = (until - created) / np.timedelta64(1, "D")
    counted = (root != row) & (created > created[root]) & (created <= until[root])
    reports = np.bincount(root[counted], minlength=len(table)).astype(float)
    first = (root == row) & (window > 0) & ~undated & (table["status"] != "duplicate").to_numpy()
    domain = pooled_names(table["domain"][first])
    reports, window = reports[first], window[first]
    result: dict[str, Silence | Refused] = {"all": _silence(reports, window)}
    for name in sorted(domain.dropna().unique()):
        on = (domain == name).to_numpy()
        result[str(name)] = _silence(reports[on], window[on])
    return result


def _why_none(tickets: Tickets) -> str:
    if "duplicate_of" not in tickets.has:
        return text("why.not_linked")
    if "closed" not in tickets.has:
        return text("why.no_end")
    if tickets.selection not in ("all", "unknown", "closed"):
        return text("why.reports_missing")
    if not tickets.created_has_time:
        return text("why.no_order")
    return ""


def _silence(reports: np.ndarray, window: np.ndarray) -> Silence | Refused:
    """`reports` after the first, and days in which they could come, one of each an incident."""
    total, days = float(reports.sum()), float(window.sum())
    if total < FEWEST or len(reports) < FEWEST:
        return Refused(text("why.few_duplicates", least=FEWEST))
    rate = total / days
    rest = reports - rate * window
    low, high = rate_interval(total, days, float((rest**2).sum()) / total)
    spread = max(0.0, float((rest**2 - reports).sum() / ((rate * window) ** 2).sum()))
    note = text("note.understated") if spread > MUCH else ""
    count = int(total)
    return Silence(
        rate=Estimate(rate, low, high, count, text("unit.reports_a_day")),
        delay_days=Estimate(1 / rate, 1 / high, 1 / low, count, text("unit.days"), note),
        silent_7_days=Estimate(math.exp(-7 * rate), math.exp(-7 * high), math.exp(-7 * low), count, text("unit.share")),
        incidents=len(reports),
        spread=spread,
    )
