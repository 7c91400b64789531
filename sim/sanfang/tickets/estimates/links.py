"""Duplicates (a trouble reported again while open) and repeats (again after it was closed), from the file's links.

Links are never guessed: two calls from one street on one day may be two troubles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sanfang.tickets.estimates.rows import first_reports, is_request, troubles
from sanfang.tickets.estimates.small_cells import pooled_names, seen_share
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Refused, Result, Table
from sanfang.tickets.tickets import Tickets

WITHIN = pd.Timedelta(days=30)
"""A repeat comes within so many days after closing."""

FEWEST_FOLLOWED = 20


@dataclass(frozen=True)
class Links:
    """Shares of duplicates among all rows, and of closed requests that are back within 30 days."""

    duplicates: Result
    duplicates_by_domain: Table
    repeats: Result
    repeats_by_domain: Table


def links(tickets: Tickets) -> Links:
    """What the links tell."""
    table, domain = tickets.table, pooled_names(tickets.table["domain"])
    duplicates: Result = Refused(text("why.no_duplicates"))
    of_reports = text("unit.of_reports")
    repeats: Result = Refused(text("why.no_repeats"))
    by_domain: Table = {}
    again_by_domain: Table = {}
    if "duplicate_of" in tickets.has:
        flags, root = (table["duplicate_of"] >= 0).to_numpy(), first_reports(tickets)
        duplicates = seen_share(flags, root, of_reports)
        by_domain = _by(domain, flags, root, of_reports)
    elif (marked := (table["status"] == "duplicate").to_numpy()).any():
        day = table["created"].to_numpy().astype("datetime64[D]")
        duplicates = seen_share(marked, day, of_reports, text("note.by_status"))
    if "repeats" in tickets.has:
        repeats, again_by_domain = _repeats(tickets, domain)
    return Links(duplicates, by_domain, repeats, again_by_domain)


def _repeats(tickets: Tickets, domain: pd.Series) -> tuple[Result, Table]:
    """Of requests closed at least 30 days before the end, those that are back within 30 days.

    A trouble that is back more than once is one cluster.
    """
    table = tickets.table
    if tickets.selection not in ("all", "unknown"):
        none = Refused(text("why.not_all"))
        return none, {}
    link, closed = table["repeats"].to_numpy(), table["closed"]
    if "duplicate_of" in tickets.has:
        link = np.where(
            link >= 0, first_reports(tickets)[link], link
        )  # back after the trouble was closed, not its echo
    back = np.zeros(len(table), dtype=bool)
    again = np.flatnonzero(link >= 0)
    in_time = (table["created"].to_numpy()[again] - closed.to_numpy()[link[again]]) <= WITHIN.to_timedelta64()
    back[link[again[in_time]]] = True
    followed = is_request(tickets) & (closed <= tickets.end - WITHIN).to_numpy()
    if followed.sum() < FEWEST_FOLLOWED:
        return Refused(text("why.few_followed", least=FEWEST_FOLLOWED)), {}
    unit, root, domain = text("unit.back"), troubles(tickets)[followed], domain[followed]
    return seen_share(back[followed], root, unit), _by(domain, back[followed], root, unit)


def _by(names: pd.Series, flags: np.ndarray, clusters: np.ndarray, unit: str) -> Table:
    return {
        str(name): seen_share(flags[on], clusters[on], unit)
        for name in sorted(names.dropna().unique())
        if len(on := np.flatnonzero((names == name).to_numpy()))
    }
