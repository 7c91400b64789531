"""When residents' requests come, and how long they take: statistics of a table of request records.

Pure functions from a table to a few numbers. A district file quotes the numbers, and a test repeats
the derivation. A table has one row a request and at least the columns `created` and `closed`
(time stamps, `closed` empty while open), `hours` (between them), `status`, `type` and `channel`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

MONTH_DAYS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days in a month, averaged over leap years."""

INSTANT_HOURS = 0.05
"""A request closed within three minutes was settled while it was being typed: it had no handling time."""

BALTIMORE_CHANNELS = ("Phone", "API", "Email")
"""Residents' channels. Left out: Internal (city crews), Mail and Other (parking-fine trials, refunds)."""

BALTIMORE_SYSTEM_TYPES = ("SW-HGW", "SW-Cleaning", "SW-Boarding", "ECC-Miscellaneous Request")
"""Work orders that one city system sends to another: over 99 % come by API, none or one by phone."""

BALTIMORE_CLOCK_SHIFT_HOURS = 4
"""Baltimore's stamps lag by about four hours; added back before the weekday and the month are taken."""

BALTIMORE_DOMAINS: Mapping[str, tuple[str, ...]] = {
    "property": (
        "HCD-Sanitation Property",
        "HCD-Vacant Building",
        "HCD-Maintenance Structure",
        "HCD-Trees and Shrubs",
        "HCD-Rodents",
        "HCD-CCE Building Permit Complaint",
    ),
    "environment": (
        "SW-Dirty Alley",
        "SW-Dirty Street",
        "SW-Graffiti Removal",
        "SW-Mixed Refuse",
        "SW-Recycling",
        "HCD-Illegal Dumping",
        "SW-Rat Rubout",
        "SW-Public (Corner) Trash Can Issue",
    ),
    "order": (
        "TRS-Parking Complaint",
        "TRS-Abandoned Vehicle",
        "TRS-48 Hour Parking Complaint",
        "TTR-Vehicle Removal",
        "HCD-Abandoned Vehicle",
    ),
    "utilities": (
        "WW-Water No Water",
        "WW-Water Leak (Exterior)",
        "WW-Sewer Water In Basement",
        "WW-Water Meter Leak",
        "WW-Water Water In Basement",
        "WW-Water Low Pressure",
        "WW-Water Discolored",
    ),
    "facilities": (
        "BGE-StLight(s) Out",
        "BGE-StLight(s) Out Rear",
        "TRM-Pothole Repair",
        "TRT-Traffic Signal Repairs",
        "TRM-Street Repairs",
        "TRM-Sign Damaged/Sign Structure",
        "FOR-Fallen Limb",
        "TEC-Footways Complaint",
    ),
}
"""Baltimore's request types by the district's domains; the other five domains have no counterpart."""

LOS_ANGELES_PROACTIVE_CHANNELS = ("Driver Self Report",)
"""Crews who report what they clean on the way."""


@dataclass(frozen=True)
class ElapsedStatistics:
    """Elapsed time from creation to closing.

    `mean`, `median` and `p90` are in the unit of the data; `cv` is the standard deviation over the mean.
    """

    count: int
    mean: float
    median: float
    p90: float
    cv: float


def resident_requests_baltimore(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that a resident brought about: residents' channels, and neither proactive, scheduled nor
    sent by one city system to another. Time stamps come back as local time (the shift added back)."""
    own_initiative = table["type"].str.contains("Proactive|Scheduled", case=False)
    machine = table["type"].isin(BALTIMORE_SYSTEM_TYPES)
    kept = table[table["channel"].isin(BALTIMORE_CHANNELS) & ~own_initiative & ~machine].copy()
    for stamp in ("created", "closed", "due"):
        kept[stamp] = kept[stamp] + pd.Timedelta(hours=BALTIMORE_CLOCK_SHIFT_HOURS)
    return kept


def resident_requests_los_angeles(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of whole days that did not come from the crews themselves.

    The records break off in the afternoon of the last day, so that its early hours would weigh too
    much in a daily profile: the last day is left out.
    """
    days = table["created"].dt.normalize()
    kept: pd.DataFrame = table[~table["channel"].isin(LOS_ANGELES_PROACTIVE_CHANNELS) & (days < days.max())]
    return kept


def weekday_shares(created: pd.Series[Any]) -> tuple[float, ...]:
    """Share of `created` (time stamps) by weekday, Monday first; seven numbers that sum to 1."""
    return _shares(_counts(created.dt.day_of_week, range(7)))


def month_shares(created: pd.Series[Any]) -> tuple[float, ...]:
    """Share of `created` (time stamps of whole years) by month as if all months were equally long."""
    return _shares(_counts(created.dt.month, range(1, 13)) / np.array(MONTH_DAYS))


def hour_shares(created: pd.Series[Any]) -> tuple[float, ...]:
    """Share of `created` (time stamps of whole days, local time) by hour of the day; 24 numbers."""
    return _shares(_counts(created.dt.hour, range(24)))


def mean_shares(*shares: Sequence[float]) -> tuple[float, ...]:
    """The mean of several lists of shares, each list counting the same whatever its number of records."""
    return _shares(np.mean(np.array(shares, dtype=float), axis=0))


def elapsed_statistics(elapsed: pd.Series[Any]) -> ElapsedStatistics:
    """Count, mean, median, 90th percentile and spread of `elapsed` times (any unit); open ones are left out."""
    known = elapsed.dropna().astype(float)
    return ElapsedStatistics(
        count=len(known),
        mean=float(known.mean()),
        median=float(known.median()),
        p90=float(known.quantile(0.9)),
        cv=float(known.std() / known.mean()),
    )


def handled(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with a handling time of their own: closed, no duplicate, not settled within three minutes."""
    duplicate = table["status"].str.contains("Duplicate")
    return table[table["closed"].notna() & ~duplicate & (table["hours"] > INSTANT_HOURS)]


def share_on_time(table: pd.DataFrame) -> float:
    """Share of closed requests (duplicates left out) that were closed by their `due` time."""
    closed = table[table["closed"].notna() & ~table["status"].str.contains("Duplicate")]
    return float((closed["closed"] <= closed["due"]).mean())


def domain_median_hours(table: pd.DataFrame, domains: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Median elapsed hours of handled requests by domain. `domains` lists the types of each domain."""
    rows = handled(table)
    return {name: float(rows.loc[rows["type"].isin(types), "hours"].median()) for name, types in domains.items()}


def domain_spread(table: pd.DataFrame, domains: Mapping[str, Sequence[str]], fewest: int = 15) -> dict[str, float]:
    """Spread (sd over mean) of elapsed hours within a type, the median over the types of each domain.

    Within a type, because types of different speed thrown together would look like chance. The median,
    because a few forgotten cases make the spread of some types enormous. Types with fewer than
    `fewest` handled requests are left out.
    """
    rows = handled(table)
    result = {}
    for name, types in domains.items():
        groups = [rows.loc[rows["type"] == kind, "hours"] for kind in types]
        result[name] = float(np.median([group.std() / group.mean() for group in groups if len(group) >= fewest]))
    return result


def relative_levels(medians: Mapping[str, float], lowest: float = 0.4, highest: float = 2.0) -> dict[str, float]:
    """Each median over the geometric mean of all, held between `lowest` and `highest`."""
    centre = float(np.exp(np.mean(np.log(list(medians.values())))))
    return {name: min(max(value / centre, lowest), highest) for name, value in medians.items()}


def working_days(created: pd.Series[Any], closed: pd.Series[Any]) -> pd.Series[Any]:
    """Weekdays from the day of `created` to the day of `closed`; public holidays are not known here."""
    first = created.to_numpy().astype("datetime64[D]")
    last = closed.to_numpy().astype("datetime64[D]")
    return pd.Series(np.busday_count(first, last), index=created.index, dtype=float)


def days_by_transfers(table: pd.DataFrame) -> pd.DataFrame:
    """Number of cases, mean and median calendar days by number of `transfers` between units."""
    result: pd.DataFrame = table.groupby("transfers")["days_reported"].agg(["count", "mean", "median"])
    return result


def request_mix(table: pd.DataFrame) -> dict[str, float]:
    """Shares of the domains over several hotlines that each report only some of them.

    `table` has a row for each part of a published category: `source`, `share` (in per cent of that
    source's own base), `domain` and `part` (0-1, how much of the category belongs there). Bases differ
    (some count inquiries, some only what was dispatched), and so do the categories that a report
    mentions, so shares cannot be averaged as they are. Instead log(share) = source + domain is fitted
    by least squares to the domains that each source reports: a source's base cancels out, and a domain
    that a report does not mention is missing rather than zero.
    """
    cells = (table["share"] * table["part"]).groupby([table["source"], table["domain"]]).sum()
    sources = sorted(set(table["source"]))
    domains = sorted(set(table["domain"]))
    design = np.zeros((len(cells), len(sources) + len(domains)))
    for row, (source, domain) in enumerate(cells.index):
        design[row, sources.index(source)] = 1
        design[row, len(sources) + domains.index(domain)] = 1
    effects = np.linalg.lstsq(design, np.log(cells.to_numpy()), rcond=None)[0][len(sources) :]
    weights = np.exp(effects)
    return dict(zip(domains, (weights / weights.sum()).tolist(), strict=True))


def _counts(values: pd.Series[Any], keys: range) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([float((values == key).sum()) for key in keys])


def _shares(weights: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, ...]:
    return tuple((weights / weights.sum()).tolist())
