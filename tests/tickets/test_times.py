"""Dates and times in the forms that exports use; an order that is open is called a doubt."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanfang.tickets.sheet import TEXT
from sanfang.tickets.times import joined, read_times


def series(*texts: str) -> pd.Series:
    return pd.Series(list(texts), dtype=TEXT)


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2019/4/25 9:32:09", "2019-04-25 09:32:09"),
        ("2024-05-27T02:08:51.250", "2024-05-27 02:08:51.25"),
        ("113/05/01 下午 3:04", "2024-05-01 15:04"),
        ("民國113年5月1日", "2024-05-01"),
        ("99/05/01", "2010-05-01"),
        ("1130501", "2024-05-01"),
        ("1130501103000", "2024-05-01 10:30"),
        ("2023年5月1日 10时30分", "2023-05-01 10:30"),
        ("2023年5月1日 星期一 10:30", "2023-05-01 10:30"),
        ("2023-05-01 上午12:05", "2023-05-01 00:05"),
        ("2023-05-01 中午12:05", "2023-05-01 12:05"),
        ("05/13/2018 12:00:00 AM", "2018-05-13"),
        ("05/13/2018 12:30:00 p.m.", "2018-05-13 12:30"),
        ("7/28/16", "2016-07-28"),
        ("28.11.2023 21:01", "2023-11-28 21:01"),
        ("20210601 000600", "2021-06-01 00:06"),
        ("20210601103000", "2021-06-01 10:30"),
        ("45000.5", "2023-03-15 12:00"),
        ("45000,5", "2023-03-15 12:00"),
        ("05-Mar-2024 10:00", "2024-03-05 10:00"),
        ("Mar 5, 2024 3:04 PM", "2024-03-05 15:04"),
        ("1700000000", "2023-11-14 22:13:20"),
        ("1700000000000", "2023-11-14 22:13:20"),
        ("２０２３－０５－０１　０８：００", "2023-05-01 08:00"),
        ("2023-5-1 24:00", "2023-05-02"),
    ],
)
def test_a_date_is_read_as_people_mean_it(text: str, stamp: str) -> None:
    """15 March 2023 is day 45,000 of Excel; second 1,700,000,000 since 1970 is 22:13:20 on 14 November 2023."""
    assert read_times(series(text)).values.iloc[0] == pd.Timestamp(stamp)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "13/13/2023", "2023-05-01 25:00", "00000000", "上午", "1e5", "12345678901234567"]
)
def test_what_is_no_date_is_not_made_one(text: str) -> None:
    read = read_times(series(text))
    assert read.values.isna().all()
    assert read.unreadable == 1


def test_one_date_decides_the_order_of_a_column() -> None:
    read = read_times(series("01/05/2024", "02/05/2024", "25/05/2024"))
    assert (read.order, read.ambiguous) == ("dmy", False)
    assert read.values.iloc[0] == pd.Timestamp("2024-05-01")


def test_an_order_that_nothing_decides_is_the_one_of_a_short_period_and_doubtful() -> None:
    """Six days of May, or the first of six months."""
    read = read_times(series(*(f"{day:02d}/05/2024" for day in range(1, 7))))
    assert (read.order, read.ambiguous) == ("dmy", True)
    assert dict(read.orders).keys() == {"dmy", "mdy"}


def test_where_day_and_month_are_always_the_same_nothing_is_in_doubt() -> None:
    assert not read_times(series("05/05/2024", "06/06/2024")).ambiguous


def test_instants_are_told_in_the_zone_of_the_district() -> None:
    """Shanghai is eight hours ahead; New York four in October and five in November, from the 6th in 2022."""
    utc = series("2022-10-29T20:09:22Z", "2022-11-29T20:09:22Z")
    east = read_times(utc, local_zone="Asia/Shanghai")
    assert east.values.tolist() == [pd.Timestamp("2022-10-30 04:09:22"), pd.Timestamp("2022-11-30 04:09:22")]
    west = read_times(utc, local_zone="America/New_York").values.dt.hour.tolist()
    assert west == [16, 15]
    assert read_times(utc).zone == "utc"


def test_times_with_an_offset_are_local_as_they_are_written() -> None:
    read = read_times(series("2024-05-01T08:00:00+08:00"))
    assert (read.values.iloc[0], read.zone) == (pd.Timestamp("2024-05-01 08:00"), "offset")


def test_a_clock_of_twelve_hours_without_a_half_is_noticed() -> None:
    texts = [f"2024-05-{day:02d} {hour:02d}:30:00" for day in range(1, 21) for hour in range(1, 13)]
    assert read_times(series(*texts)).twelve_hours
    assert not read_times(series(*texts, "2024-05-01 13:30:00")).twelve_hours


@pytest.mark.parametrize(
    ("date", "time", "stamp"),
    [
        ("12/13/2019", "10:16 PM", "2019-12-13 22:16"),
        ("2019-12-17 00:00:00", "10:16:00", "2019-12-17 10:16"),
        ("20210601", "60500", "2021-06-01 06:05"),
        ("20210601", "905", "2021-06-01 09:05"),
        ("45000", "0.5", "2023-03-15 12:00"),
        ("2021-06-01", "1899-12-31 08:30:00", "2021-06-01 08:30"),
    ],
)
def test_a_date_and_its_time_of_day_stand_in_two_columns(date: str, time: str, stamp: str) -> None:
    assert read_times(joined(series(date), series(time))).values.iloc[0] == pd.Timestamp(stamp)


def test_a_date_without_its_time_keeps_its_day() -> None:
    assert read_times(joined(series("2021-06-01"), pd.Series([None], dtype=TEXT))).values.iloc[0] == pd.Timestamp(
        "2021-06-01"
    )


FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%Y%m%d%H%M%S",
    "%d %b %Y %H:%M",
    "%Y年%m月%d日 %H:%M",
)


@given(
    st.lists(st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2030-01-01")), min_size=1, max_size=20),
    st.sampled_from(FORMS),
)
def test_a_column_of_dates_gives_back_what_was_written(stamps: list[pd.Timestamp], form: str) -> None:
    """With the 25th of a month among them, the order is never open."""
    written = [*stamps, pd.Timestamp("2020-06-25 13:14:00")]
    read = read_times(series(*(stamp.strftime(form) for stamp in written)))
    unit = "s" if "%S" in form else "min"
    assert read.values.tolist() == [pd.Timestamp(stamp).floor(unit) for stamp in written]
