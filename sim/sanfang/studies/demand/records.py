"""Taipei's 1999: daily and weekly counts of requests by kind, from the counts by date and item.

The file of counts is not part of this repository; weekly counts of 2015 to 2019 are, in `taipei_weeks.csv`.
A date without a row is missing (the city kept no record, or it was lost in a typhoon), never a day without requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

WEEKS = Path(__file__).with_name("taipei_weeks.csv")
"""Weekly counts by kind: ISO year and week, its Monday, days with a record, one column a kind."""

BANDS = Path(__file__).with_name("taipei_2019.csv")
"""Bands of the weeks of 2019 by kind, made before these weeks were looked at."""

TRAINING = ("2015-07-01", "2018-12-30")
"""First and last day that anything is fitted to. 31 December 2018 belongs to the first ISO week of 2019."""

TEST = ("2018-12-31", "2019-12-29")
"""The 52 ISO weeks of 2019."""

TOTAL = "total"

REPORTS = "reports"
"""All but bulky waste."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "bulky_waste": ("大型廢棄物清運聯繫",),
    "environment": ("場所與設施噪音舉發", "污染舉發", "鄰里無主垃圾清運"),
    "facilities": (
        "路燈故障或設施損壞",
        "交通號誌異常",
        "市區道路坑洞處理",
        "道路散落物或油漬處理",
        "路樹處理",
        "交通標誌及設施物損壞(含汙損)、傾斜",
        "雨水下水道側溝清淤",
        "道路側溝溝蓋(含周邊)損壞遺失",
        "交通號誌電纜線垂落及設施損壞",
        "人孔蓋(含周邊)破損、遺失處理",
        "路面積淹水",
        "道路掏空",
        "橋梁、隧道、車(人)行地下道及涵洞積淹水",
        "道路側溝內溝牆(底)破損",
        "道路邊坡坍方",
        "河濱自行車道破損",
    ),
    "utilities": ("用戶無水、漏水報修",),
}
"""Items by kind: the district's domains, and apart from them bulky waste, which is booked and no complaint. Cruelty to
animals (643 of 517,312) has no counterpart: it counts in the total alone. Other domains have no item."""


def daily_counts(path: Path, first: str = TRAINING[0], last: str = TRAINING[1]) -> pd.DataFrame:
    """Requests a day from `first` to `last`, one row a day and one column a kind (`KINDS`, `reports` and `total`).

    `path` has the columns `date`, `item` and `n`. Days after `last` are dropped before anything is counted. A date
    without a row comes back empty (NaN); an item without a row on a date that has others is 0.
    """
    table = pd.read_csv(path, parse_dates=["date"])
    table = table[(table["date"] >= first) & (table["date"] <= last)]
    kind_of = {item: kind for kind, items in KINDS.items() for item in items}
    by_kind = table.pivot_table(index="date", columns=table["item"].map(kind_of), values="n", aggfunc="sum")
    total = table.groupby("date")["n"].sum()
    counts = by_kind.fillna(0.0).reindex(columns=list(KINDS), fill_value=0.0)
    counts = counts.assign(**{REPORTS: total - counts["bulky_waste"], TOTAL: total})
    return counts.reindex(pd.date_range(first, last, name="date")).rename_axis(columns=None)


def weekly_counts(daily: pd.DataFrame) -> pd.DataFrame:
    """Sums by ISO week over the days with a record: `year`, `week`, `monday`, `days` (0-7) and the kinds."""
    dates = pd.DatetimeIndex(daily.index)
    iso = dates.isocalendar()
    monday = dates - pd.to_timedelta(dates.day_of_week, unit="D")
    sums = daily.groupby(monday).sum(min_count=1)
    ahead = pd.DataFrame(
        {
            "year": iso["year"].groupby(monday).first().astype(int),
            "week": iso["week"].groupby(monday).first().astype(int),
            "monday": sums.index,
            "days": daily[TOTAL].groupby(monday).count(),
        },
        index=sums.index,
    )
    return pd.concat([ahead, sums], axis=1).reset_index(drop=True)


def weeks(path: Path = WEEKS) -> pd.DataFrame:
    """The weekly counts that travel with the package, as `weekly_counts` gives them."""
    return pd.read_csv(path, comment="#", parse_dates=["monday"])
