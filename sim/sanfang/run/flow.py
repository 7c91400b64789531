"""How all requests of a run flow: from domain through channel and first tier to the highest tier and the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from sanfang.run.simulation import Run
from sanfang.run.time_split import durations

LAYERS = ("domain", "channel", "first_tier", "tier", "outcome")
OUTCOMES = ("resolved", "unresolved", "withdrawn", "open")
NOBODY = "nobody"
"""In place of the highest tier, where nobody has worked on a request."""

WEIGHTS = ("requests", "hours")


@dataclass(frozen=True)
class Band:
    """What flows from one node to another; a node is a layer and a name."""

    source: tuple[str, str]
    target: tuple[str, str]
    requests: int
    hours: float

    def amount(self, weight: str) -> float:
        """`requests`, or `hours`: working hours from voicing to the end or to now, summed."""
        return float(getattr(self, weight))


def flow_table(run: Run) -> pd.DataFrame:
    """One row for each way that requests took: the columns of `LAYERS`, requests, hours; without needs never voiced.

    The first tier is the one at which a request came in: a street office for the hotline, a department for its own
    window, else a community.
    """
    voiced = run.requests[run.requests["voiced"].notna()]
    first = voiced["channel"].map({"hotline": "street", "department_window": "department"}).fillna("community")
    ways = voiced.assign(
        first_tier=first.where(voiced["tier"] != "terminal", "terminal"),
        tier=voiced["tier"].where(voiced["tier"] != "", NOBODY),
        hours=durations(voiced, run.scenario.calendar, run.days),
    )
    sums = ways.groupby(list(LAYERS), sort=True).agg(requests=("id", "size"), hours=("hours", "sum"))
    return sums.reset_index()


def bands(ways: pd.DataFrame, layers: tuple[str, ...] = LAYERS) -> list[Band]:
    """What flows between neighbouring layers of a `flow_table`; the sums of all layers are equal."""
    drawn = []
    for left, right in pairwise(layers):
        sums = ways.groupby([left, right], sort=True)[["requests", "hours"]].sum()
        for (source, target), amount in zip(sums.index, sums.to_numpy().tolist(), strict=True):
            drawn.append(Band((left, str(source)), (right, str(target)), int(amount[0]), float(amount[1])))
    return drawn


def nodes(links: list[Band], weight: str) -> dict[tuple[str, str], float]:
    """The amount at each node: what comes in, or goes out at the first layer."""
    into: dict[tuple[str, str], float] = {}
    out: dict[tuple[str, str], float] = {}
    for link in links:
        out[link.source] = out.get(link.source, 0.0) + link.amount(weight)
        into[link.target] = into.get(link.target, 0.0) + link.amount(weight)
    return out | into
