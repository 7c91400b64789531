"""From requests a day to requests per resident and year, where residents are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanfang.tickets.estimates.arrivals import Arrivals
from sanfang.tickets.estimates.places import Places, key_of
from sanfang.tickets.estimates.value import Bound, Estimate, Refused, Result, Table
from sanfang.tickets.tickets import Tickets

UNIT = "requests per resident and year"
YEAR = 365
NO_PLACES = "an export has no residents; give a table of neighbourhoods with their residents (--places)"

MOST_OUTSIDE = 0.05
"""Share of requests from neighbourhoods that the table lacks, from which on there is no hazard."""

FEWEST_PLACES = 8


@dataclass(frozen=True)
class Hazards:
    """Requests per resident and year; and how much neighbourhoods differ beyond chance (log sd)."""

    all: Result
    by_domain: Table
    by_neighbourhood: Table
    heterogeneity: Result
    outside: float
    """Share of the requests with a neighbourhood whose neighbourhood is not in the table of places."""


def hazards(tickets: Tickets, arrivals: Arrivals, places: Places | None) -> Hazards:
    """Hazards of what `arrivals` counts."""
    if places is None:
        none = Refused(NO_PLACES)
        return Hazards(none, {}, {}, none, 0.0)
    residents = {key_of(str(name)): float(value) for name, value in places.table["residents"].items()}
    names = tickets.table["neighbourhood"].dropna().astype(str)
    counts = names.map(key_of).value_counts()
    outside = float(counts[~counts.index.isin(list(residents))].sum() / counts.sum()) if len(counts) else 0.0
    if outside > MOST_OUTSIDE:
        none = Refused(
            f"{outside:.0%} of requests are from neighbourhoods that the table of places does not have;"
            " residents and requests would not be of one area"
        )
        return Hazards(none, {}, {}, none, outside)
    total = places.residents
    by_neighbourhood = {
        name: _per_resident(rate, residents[key_of(name)])
        for name, rate in arrivals.by_neighbourhood.items()
        if key_of(name) in residents
    }
    return Hazards(
        all=_per_resident(arrivals.requests, total),
        by_domain={name: _per_resident(rate, total) for name, rate in arrivals.by_domain.items()},
        by_neighbourhood=by_neighbourhood,
        heterogeneity=_heterogeneity(by_neighbourhood),
        outside=outside,
    )


def _per_resident(rate: Result, residents: float) -> Result:
    factor = YEAR / residents
    if isinstance(rate, Bound):
        return Bound(rate.at_least * factor, rate.count, UNIT, rate.reason)
    if isinstance(rate, Estimate):
        return Estimate(rate.value * factor, rate.low * factor, rate.high * factor, rate.count, UNIT, rate.note)
    return rate


def _heterogeneity(hazards: Table) -> Result:
    """The sd of log hazards between neighbourhoods, less what chance adds: by moments (DerSimonian and Laird 1986,
    with equal weights). Its interval leaves out one neighbourhood after the other (jackknife)."""
    seen = [one for one in hazards.values() if isinstance(one, Estimate)]
    if len(seen) < FEWEST_PLACES:
        return Refused(f"fewer than {FEWEST_PLACES} neighbourhoods with a hazard of their own")
    logs = np.log([one.value for one in seen])
    errors = np.array([np.log(one.high / one.low) / (2 * 1.96) for one in seen])
    number = len(logs)

    def variance(kept: np.ndarray) -> float:
        return float(logs[kept].var(ddof=1) - (errors[kept] ** 2).mean())

    value = variance(np.arange(number))
    without = np.array([variance(np.delete(np.arange(number), n)) for n in range(number)])
    half = 1.96 * float(np.sqrt(((without - without.mean()) ** 2).sum() * (number - 1) / number))
    low, middle, high = (max(one, 0.0) ** 0.5 for one in (value - half, value, value + half))
    return Estimate(middle, low, high, number, "log sd between neighbourhoods")
