"""The statistics by which the shapes of demand are found do what they say."""

from __future__ import annotations

import pandas as pd
import pytest

from sanfang.studies import demand_shapes as shapes


def test_months_count_as_equally_long() -> None:
    every_day = pd.Series(pd.date_range("2021-01-01", "2024-12-31"))
    assert shapes.month_shares(every_day) == pytest.approx([1 / 12] * 12, rel=1e-9)


def test_a_mix_is_found_from_sources_that_each_report_only_a_part() -> None:
    truth = {"a": 0.5, "b": 0.3, "c": 0.2}
    reports = {"one": ("a", "b"), "two": ("b", "c"), "three": ("a", "c")}
    scale = {"one": 90.0, "two": 40.0, "three": 7.0}
    rows = [
        {"source": source, "share": truth[domain] * scale[source], "domain": domain, "part": 1.0}
        for source, domains in reports.items()
        for domain in domains
    ]
    assert shapes.request_mix(pd.DataFrame(rows)) == pytest.approx(truth)


def test_proactive_and_machine_made_rows_are_left_out() -> None:
    day = pd.Timestamp("2016-05-02 23:00")
    rows = pd.DataFrame(
        {
            "created": [day] * 4,
            "closed": [day] * 4,
            "due": [day] * 4,
            "type": ["SW-Dirty Alley", "SW-Rat Rubout Proactive", "SW-HGW", "SW-Dirty Alley"],
            "channel": ["Phone", "Phone", "API", "Internal"],
        }
    )
    kept = shapes.resident_requests_baltimore(rows)
    assert list(kept.index) == [0]
    assert shapes.weekday_shares(kept["created"])[1] == 1  # four hours later it is Tuesday


def test_the_broken_last_day_is_left_out_of_the_daily_profile() -> None:
    stamps = pd.to_datetime(["2020-01-01 09:00", "2020-01-01 15:00", "2020-01-02 09:00"])
    rows = pd.DataFrame({"created": stamps, "channel": ["Call", "Driver Self Report", "Call"]})
    assert len(shapes.resident_requests_los_angeles(rows)) == 1
