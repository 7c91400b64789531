"""From requests a day to requests per resident and year, where residents are known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.tickets.estimates.arrivals import Arrivals
from sanfang.tickets.estimates.places import Places, key_of
from sanfang.tickets.estimates.rows import is_request, requests_together
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Bound, Estimate, Refused, Result, Table
from sanfang.tickets.tickets import Tickets

UNIT = text("unit.per_resident")
YEAR = 365
NO_PLACES = text("why.no_places")

MOST_OUTSIDE = 0.05
"""Share of requests from neighbourhoods that the table lacks, from which on there is no hazard."""

FEWEST_PLACES = 8
SURE = 5.0
"""Requests of a cell from which on it tells more of a difference than of chance, for differences as in Licang."""

FEWEST_REQUESTS = 200
"""With fewer it is not known how much neighbourhoods differ."""


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
        none = Refused(text("why.outside", outside=outside))
        return Hazards(none, {}, {}, none, outside)
    total = places.residents
    together = requests_together(tickets)
    differ: Result = Refused(text("why.no_neighbourhood"))
    if "neighbourhood" in tickets.has and isinstance(arrivals.requests, Estimate):
        counted = _counts(tickets, places).to_numpy().astype(float)
        differ = heterogeneity(counted, places.table["residents"].to_numpy(dtype=float), together)
    by_neighbourhood = {
        name: _per_resident(rate, residents[key_of(name)])
        for name, rate in arrivals.by_neighbourhood.items()
        if key_of(name) in residents
    }
    return Hazards(
        all=_per_resident(arrivals.requests, total),
        by_domain={name: _per_resident(rate, total) for name, rate in arrivals.by_domain.items()},
        by_neighbourhood=by_neighbourhood,
        heterogeneity=differ,
        outside=outside,
    )


def _per_resident(rate: Result, residents: float) -> Result:
    factor = YEAR / residents
    if isinstance(rate, Bound):
        return Bound(rate.at_least * factor, rate.count, UNIT, rate.reason)
    if isinstance(rate, Estimate):
        return Estimate(rate.value * factor, rate.low * factor, rate.high * factor, rate.count, UNIT, rate.note)
    return rate


def _counts(tickets: Tickets, places: Places) -> pd.DataFrame:
    """Requests by neighbourhood (all of `places`, in its order) and domain."""
    table = tickets.table[is_request(tickets)]
    known = table["neighbourhood"].notna() & table["domain"].notna()
    place = table.loc[known, "neighbourhood"].astype(str).map(key_of)
    counts = pd.crosstab(place, table.loc[known, "domain"].astype(str))
    return counts.reindex([key_of(str(name)) for name in places.table.index], fill_value=0)


def heterogeneity(counts: np.ndarray, residents: np.ndarray, together: float = 0.0) -> Result:
    """How much neighbourhoods differ within a domain beyond chance: the sd of the log of their relative hazard.

    `counts[neighbourhood, domain]`. By moments: if a neighbourhood's hazard is a factor of variance v times the
    domain's, a count differs from its expected value E by E + v E^2 in squares (with `together`, E is as much larger
    as requests that belong together make it); cells of few requests weigh less. The factor is taken as lognormal, as in
    the model. The interval leaves out one neighbourhood after the other (jackknife).
    """
    number = len(residents)
    if number < FEWEST_PLACES:
        return Refused(text("why.few_places", least=FEWEST_PLACES))
    if counts.sum() < FEWEST_REQUESTS:
        return Refused(text("why.few_placed", least=FEWEST_REQUESTS))
    expected = np.outer(residents, counts.sum(axis=0)) / residents.sum()
    weight = 1 / (expected + SURE) ** 2
    above = (weight * ((counts - expected) ** 2 * number / (number - 1) - (1 + together) * expected)).sum(axis=1)
    below = (weight * expected**2).sum(axis=1)
    value = float(above.sum() / below.sum())
    without = (above.sum() - above) / (below.sum() - below)
    error = math.sqrt(float(((without - without.mean()) ** 2).sum()) * (number - 1) / number)
    half = float(stats.t.ppf(0.975, number - 1)) * error
    top = max(value + half, value * math.exp(half / value)) if value > half else value + half
    low, middle, high = (math.log1p(max(one, 0.0)) ** 0.5 for one in (value - half, value, top))
    return Estimate(middle, low, high, number, text("unit.log_sd"))
