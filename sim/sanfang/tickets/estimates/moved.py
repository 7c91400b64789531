"""Requests passed on between departments, and the channels they came by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanfang.tickets.estimates.rows import is_request
from sanfang.tickets.estimates.small_cells import FEW, FEWEST, pooled_names, seen_share
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Estimate, Refused, Result, Table, from_log, share_of
from sanfang.tickets.tickets import Tickets


@dataclass(frozen=True)
class Moved:
    """Share passed on at least once, mean number of times, by domain; shares of channels. Duplicates are left out."""

    transferred: Result
    transferred_by_domain: Table
    transfers_mean: Result
    channels: Table


def moved(tickets: Tickets) -> Moved:
    """What the file tells of transfers and channels."""
    table = tickets.table[is_request(tickets)]
    day = table["created"].to_numpy().astype("datetime64[D]")
    channels: Table = {"all": Refused(text("why.no_channel"))}
    if "channel" in tickets.has:
        names = pooled_names(table["channel"])
        known = names.notna().to_numpy()
        channels = {
            str(name): share_of((names == name).to_numpy()[known], day[known], text("unit.of_channels"))
            for name in sorted(names.dropna().unique())
            if known.sum() >= FEWEST
        }
    none = Refused(text("why.no_transfers"))
    if "transfers" not in tickets.has:
        return Moved(none, {}, none, channels)
    known = table["transfers"].notna().to_numpy()
    times, day = table["transfers"].to_numpy(dtype=float)[known], day[known]
    domain = pooled_names(table["domain"])[known]
    by_domain = {
        str(name): _transferred(times[on], day[on])
        for name in sorted(domain.dropna().unique())
        if (on := (domain == name).to_numpy()).any()
    }
    return Moved(_transferred(times, day), by_domain, _mean(times), channels)


def _transferred(times: np.ndarray, day: np.ndarray) -> Result:
    return seen_share(times > 0, day, text("unit.passed_on"))


def _mean(times: np.ndarray) -> Result:
    unit, mean = text("unit.times"), float(times.mean()) if len(times) else 0.0
    if len(times) < FEWEST or 0 < (times > 0).sum() < FEWEST:
        return Refused(FEW)
    if mean == 0:
        return Estimate(0.0, 0.0, 3.0 / len(times), len(times), unit)  # the rule of three
    return from_log(mean, float(times.std(ddof=1) / np.sqrt(len(times)) / mean), len(times), unit)
