"""Shares of duplicates and of repeats by kind in samples of other cities' records, with intervals.

    python -m sanfang.studies.duplicates ../shared/data > sim/sanfang/studies/demand/duplicates.csv

A duplicate is what the record itself calls so: a second report of a matter that is on the books. Where nobody marks
them the share is unknown, not 0, and such samples are left out. A repeat is the same person's later message, or a
request that was opened again. The samples themselves are not part of this repository; the shares are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.studies import demand_shapes

TABLE = Path(__file__).parent / "demand" / "duplicates.csv"
"""The shares, as `shares` gives them."""

SAN_DIEGO_DOMAINS: Mapping[str, tuple[str, ...]] = {
    "environment": ("Graffiti", "Street Sweeping"),
    "facilities": (
        "Curb", "Damaged Guardrail", "Faded striping", "Pothole", "Sidewalk", "Storm Drain", "Street Flooded",
        "Street Light", "Traffic Sign", "Traffic Signal", "Tree Hazard",
    ),
}  # fmt: skip

KANSAS_CITY_DOMAINS: Mapping[str, tuple[str, ...]] = {
    "property": ("Property / Buildings / Construction", "Mowing / Weeds"),
    "environment": ("Trash / Recycling",),
    "order": ("Vehicles / Parking",),
    "utilities": ("Water", "Storm Water / Sewer"),
    "facilities": ("Lights / Signals", "Sidewalks / Curbs / Ditch", "Signs", "Streets / Roadways / Alleys", "Trees"),
}

FEWEST_WEEKS = 10

REPEAT_DAYS = (30, 365)
"""A message counts as a repeat within so many days of the same person's one before."""


@dataclass(frozen=True)
class Sample:
    """What one sample tells: for each row the day, whether it is what is counted, and its kind (None: in no domain)."""

    source: str
    what: str
    rows: pd.DataFrame
    """`day`, `counted` (bool) and `kind`."""


def share_with_interval(counted: pd.Series, days: pd.Series) -> tuple[float, float, float]:
    """Share of `counted`, and its 95 % interval (Wilson) with as many rows as their clustering by week leaves (by day,
    in a sample of fewer than `FEWEST_WEEKS`).

    Duplicates come together: one hole, many reports in a week. The rows are divided by the design effect (variance of a
    share from clusters over that of independent rows, Kish 1965), which is held to be at least 1.
    """
    size, share = len(counted), float(counted.mean())
    weeks = days.dt.to_period("W")
    together = weeks if weeks.nunique() >= FEWEST_WEEKS else days.dt.normalize()
    clusters = (counted - share).groupby(together).agg("sum")
    number = len(clusters)
    plain = size * share * (1 - share)
    effect = float((clusters**2).sum()) * number / (number - 1) / plain if plain and number > 1 else 1.0
    left = size / max(effect, 1.0)
    edge = stats.norm.ppf(0.975) ** 2 / left
    centre = (share + edge / 2) / (1 + edge)
    half = float(np.sqrt(share * (1 - share) * edge + edge**2 / 4) / (1 + edge))
    return share, max(centre - half, 0.0), centre + half


def shares(samples: Sequence[Sample], fewest: int = 50) -> pd.DataFrame:
    """A row for each sample and kind of at least `fewest` rows, and for all: `source`, `what`, `kind`, `rows`,
    `counted`, `share`, `low`, `high` (95 %)."""
    found = []
    for sample in samples:
        groups = [("all", sample.rows), *sample.rows.groupby("kind")]
        for kind, rows in groups:
            if len(rows) >= fewest:
                share, low, high = (round(number, 4) for number in share_with_interval(rows["counted"], rows["day"]))
                counted = int(rows["counted"].sum())
                about = {"source": sample.source, "what": sample.what, "kind": kind, "rows": len(rows)}
                found.append({**about, "counted": counted, "share": share, "low": low, "high": high})
    return pd.DataFrame(found)


def repeats(users: pd.Series, stamps: pd.Series, days: int) -> pd.Series:
    """Which messages follow one of the same user within `days` days. The first months of a record show too few."""
    order = stamps.sort_values(kind="stable").index
    gap = stamps.loc[order].groupby(users.loc[order]).diff()
    return (gap <= pd.Timedelta(days=days)).reindex(stamps.index)


def samples(folder: Path) -> list[Sample]:
    """The samples in `folder` (the shared data) that say which requests are duplicates or repeats."""
    return [one(folder) for one in (_baltimore, _san_diego, _kansas_city, _chicago)] + _messages(folder)


def _by_kind(kinds: pd.Series, domains: Mapping[str, Sequence[str]]) -> pd.Series:
    return kinds.map({kind: domain for domain, names in domains.items() for kind in names})


def _baltimore(folder: Path) -> Sample:
    table = pd.read_csv(folder / "requests_baltimore_2014_2017.csv", parse_dates=["created", "closed", "due"])
    rows = demand_shapes.resident_requests_baltimore(table)
    kinds = _by_kind(rows["type"], demand_shapes.BALTIMORE_DOMAINS)
    marked = rows["status"].str.contains("Duplicate")
    return Sample("Baltimore 2014-2017", "marked as duplicates", _rows(rows["created"], marked, kinds))


def _san_diego(folder: Path) -> Sample:
    rows = pd.read_csv(folder / "exports" / "sandiego_get_it_done_2016.csv", encoding="cp1252")
    opened = pd.to_datetime(rows["Opened Date"], format="%m/%d/%y")
    kinds = _by_kind(rows["Problem Category"], SAN_DIEGO_DOMAINS)
    return Sample("San Diego 2016", "marked as duplicates", _rows(opened, rows["Status"] == "Duplicate", kinds))


def _kansas_city(folder: Path) -> Sample:
    rows = pd.read_csv(folder / "exports" / "kansascity_311_longfellow.csv")
    opened = pd.to_datetime(rows["CREATION DATE"], format="%m/%d/%Y")
    kinds = _by_kind(rows["CATEGORY"], KANSAS_CITY_DOMAINS)
    name = "Kansas City, one neighbourhood, 2016-2020"
    return Sample(name, "marked as duplicates", _rows(opened, rows["STATUS"] == "DUP", kinds))


def _chicago(folder: Path) -> Sample:
    rows = pd.read_csv(folder / "exports" / "chicago_311_potholes_2018.csv")
    opened = pd.to_datetime(rows["creation_date"])
    kinds = pd.Series("facilities", index=rows.index)
    name = "Chicago, potholes, December 2018"
    return Sample(name, "marked as duplicates", _rows(opened, rows["status"].str.endswith("Dup"), kinds))


def _messages(folder: Path) -> list[Sample]:
    path = folder / "exports" / "teddycup_leader_messages_replies.xlsx"
    rows = pd.read_excel(path, engine="calamine")
    stamps = pd.to_datetime(rows["留言时间"].astype(str).str.strip(), format="mixed")
    name = "messages to leaders, a city of China, 2011-2020"
    return [
        Sample(
            name,
            f"same person's, within {days} days",
            _rows(stamps, repeats(rows["留言用户"], stamps, days), pd.Series(None, index=rows.index, dtype=object)),
        )
        for days in REPEAT_DAYS
    ]


def _rows(day: pd.Series, counted: pd.Series, kind: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"day": day, "counted": counted.astype(bool), "kind": kind})


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the shares as CSV."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the shared data")
    given = parser.parse_args(arguments)
    sys.stdout.write(shares(samples(given.folder)).to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    main()
