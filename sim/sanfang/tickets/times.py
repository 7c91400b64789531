"""Dates and times as exports write them: any order, two columns, years of the Republic of China, serial days, zones.

The order of day and month is decided over a whole column, never cell by cell, and is called a doubt where all dates fit
both. Years of the Republic of China begin in 1912 with 1. Serial days are Excel's, from 30 December 1899.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sanfang.tickets import clock
from sanfang.tickets.clock import Fields

YEARS = (1950, 2100)
"""Years of a date that is one."""

ROC_YEARS = (80, 150)
"""Years of the Republic of China that may stand without its name, 1991 to 2061."""

ROC_BEGINS = 1911
EXCEL_BEGINS = np.datetime64("1899-12-30", "us")
SERIAL_DAYS = (10_000, 75_000)
NAT = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Times:
    """A column of dates, as many as it has cells."""

    values: pd.Series
    """datetime64[us]; NaT where there is none, or none that can be read. In UTC or in local time: `zone` tells."""
    unreadable: int = 0
    """Cells that say something which is no date."""
    order: str = ""
    """dmy, mdy or ymd, where parts are numbers."""
    ambiguous: bool = False
    """All dates would fit another order, too."""
    has_time: bool = False
    """Whether any time of day is other than midnight."""
    zone: str = ""
    """utc where all say so, offset where they have offsets of their own, else nothing."""
    roc: bool = False
    serial: bool = False
    twelve_hours: bool = False
    """Hours run from 1 to 12 with nothing that tells morning from afternoon."""
    orders: tuple[tuple[str, float], ...] = field(default=())
    """All orders that fit, and how far dates lie apart in each."""


def read_times(texts: pd.Series, order: str = "", local_zone: str = "", stored_zone: str = "") -> Times:
    """The dates in a column of texts; `order` (dmy, mdy, ymd) where it is known.

    Instants of a file whose times carry a zone, or that is known to keep `stored_zone`, are told in `local_zone`;
    without one, times with an offset are taken as they are written, which is local.
    """
    encoded = pa.chunked_array([pa.array(texts, type=pa.large_string())]).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words, codes = encoded.dictionary, np.asarray(pc.fill_null(encoded.indices, -1))
    if not len(words):
        return Times(pd.Series(np.full(len(texts), NAT), index=texts.index))
    parsed = _parse(words, order)
    stamps, zone = _in_zone(parsed, local_zone, stored_zone)
    values = np.where(codes >= 0, stamps[np.maximum(codes, 0)], NAT)
    series = pd.Series(values, index=texts.index)
    good = ~np.isnat(stamps)
    clocks = (stamps[good] - stamps[good].astype("datetime64[D]")).astype("timedelta64[us]").astype(np.int64)
    return Times(
        series,
        int(((codes >= 0) & np.isnat(values)).sum()),
        parsed.order,
        parsed.ambiguous,
        bool((clocks != 0).any()) if len(clocks) else False,
        zone,
        parsed.roc,
        parsed.serial,
        clock.is_twelve_hours(parsed.fields),
        parsed.orders,
    )


def looks_like_dates(texts: pd.Series) -> float:
    """Share of the texts that can be read as dates, of numbers only those that are written as dates."""
    given = texts.dropna()
    return 1.0 - read_times(given).unreadable / len(given) if len(given) else 0.0


def joined(dates: pd.Series, times: pd.Series) -> pd.Series:
    """Dates and times of day from two columns as one text each.

    A time of day may be written as 60500 (HHMMSS), 905 (HHMM, if none has more than four digits), or as the fraction of
    a day; the date may carry a midnight that means nothing.
    """
    day = dates.str.replace(r"[ T]+0{1,2}:00(:00(\.0+)?)?( [Aa][Mm])?$", "", regex=True)
    serial = day.str.fullmatch(r"\d{5}(\.0)?").fillna(False).astype(bool)
    if serial.any():
        days = pd.to_datetime(day.where(serial).astype(float), unit="D", origin=pd.Timestamp(EXCEL_BEGINS))
        day = day.where(~serial, days.dt.strftime("%Y-%m-%d"))
    hour = times.str.replace(r"^(1899-12-3[01]|1900-01-0[01]) ", "", regex=True)
    digits = hour.str.fullmatch(r"\d{1,6}(\.0)?").fillna(False).astype(bool)
    if digits.any():
        plain = hour.where(digits).str.replace(".0", "", regex=False)
        width = 4 if int(plain.str.len().max()) <= 4 else 6
        hour = hour.where(~digits, plain.str.zfill(width).str.replace(r"(\d\d)", r"\1:", regex=True).str.rstrip(":"))
    fraction = hour.str.fullmatch(r"0?[.,]\d+").fillna(False).astype(bool)
    if fraction.any():
        seconds = (hour.where(fraction).str.replace(",", ".", regex=False).astype(float) * 86_400).round()
        clocks = pd.to_datetime(seconds, unit="s").dt.strftime("%H:%M:%S")
        hour = hour.where(~fraction, clocks)
    return day.where(day.isna() | hour.isna(), day + " " + hour.fillna(""))


# --- From texts to numbers -------------------------------------------------------------------------------------


@dataclass
class _Parsed:
    fields: Fields
    stamps: np.ndarray
    order: str = ""
    ambiguous: bool = False
    roc: bool = False
    serial: bool = False
    orders: tuple[tuple[str, float], ...] = ()


def _parse(words: pa.Array, order: str) -> _Parsed:
    """Each pattern takes what those before it have left."""
    fields = clock.fields_of(words)
    result = _Parsed(fields, np.full(len(words), NAT))
    numbers = fields.numeric
    if numbers.any():
        _order(result, numbers, order)
    named = fields.named
    if named.any():
        result.stamps[named] = fields.stamps(fields.c[named], fields.b[named], fields.a[named], named)
    compact = fields.compact
    if compact.any():
        year = fields.a[compact]
        roc = year < 1000
        year = np.where(roc & ((year < ROC_YEARS[0]) | (year > ROC_YEARS[1])), 0, year + ROC_BEGINS * roc)
        result.stamps[compact] = fields.stamps(year, fields.b[compact], fields.c[compact], compact)
        result.roc |= bool((roc & ~np.isnat(result.stamps[compact])).any())
    left = np.isnat(result.stamps)
    if left.any():
        _numbers(result, words, left)
    return result


def _order(result: _Parsed, rows: np.ndarray, order: str) -> None:
    """Decide which of three numbers is the year, the month and the day, over all rows in which that is open."""
    fields = result.fields
    a, b, c = (part[rows] for part in (fields.a, fields.b, fields.c))
    first = a >= 1000
    stamps = np.full(len(a), NAT)
    stamps[first] = fields.stamps(a[first], b[first], c[first], _within(rows, first))
    roc = (
        ~first
        & (c < 100)
        & (fields.republic[rows] | ((a >= ROC_YEARS[0]) & (a <= ROC_YEARS[1]) & (fields.a_digits[rows] == 3)))
    )
    if not roc.any() and not first.any():  # two digits, as in 99/05/01: a year of the republic where all are such
        roc = (a >= ROC_YEARS[0]) & (a < 100) & (c < 32) if ((a >= ROC_YEARS[0]) & (c < 32)).mean() > 0.9 else roc
    elif roc.any():
        roc |= ~first & (a >= ROC_YEARS[0]) & (a <= ROC_YEARS[1]) & (c < 100)
    stamps[roc] = fields.stamps(a[roc] + ROC_BEGINS, b[roc], c[roc], _within(rows, roc))
    result.roc |= bool(roc.any())
    if first.any() or roc.any():
        result.order = "ymd"
    open_ = ~first & ~roc
    if open_.any():
        own = _within(rows, open_)
        chosen, ambiguous, fitting, found = _best_order(fields, a[open_], b[open_], c[open_], own, order)
        stamps[open_] = found
        result.order, result.ambiguous, result.orders = chosen, ambiguous, fitting
    result.stamps[rows] = stamps


def _best_order(
    fields: Fields, a: np.ndarray, b: np.ndarray, c: np.ndarray, rows: np.ndarray, order: str
) -> tuple[str, bool, tuple[tuple[str, float], ...], np.ndarray]:
    """The order in which the most are dates; of several such the one whose dates lie closest together."""
    found: dict[str, np.ndarray] = {}
    for name in (order,) if order else ("dmy", "mdy", "ymd"):
        year, month, day = ({"a": a, "b": b, "c": c}["abc"[name.index(part)]] for part in "ymd")
        if name == "ymd" and (year >= 100).any():
            continue
        found[name] = fields.stamps(_full_year(year), month, day, rows)
    usual = "mdy" if fields.halved[rows].any() else "dmy"  # AM and PM are a habit of the United States
    good = {name: float((~np.isnat(stamps)).mean()) for name, stamps in found.items()}
    best = max(good.values(), default=0.0)
    fitting = [name for name, share in good.items() if share >= best - 0.002 and share > 0]
    if not fitting:
        return order, False, (), np.full(len(a), NAT)
    spans = {name: _span(found[name]) for name in fitting}
    chosen = min(fitting, key=lambda name: (round(spans[name], 3), name != usual))
    same = [name for name in fitting if not _equal(found[name], found[chosen])]
    return chosen, bool(same), tuple((name, spans[name]) for name in fitting), found[chosen]


def _full_year(year: np.ndarray) -> np.ndarray:
    this = dt.date.today().year % 100 + 1
    return np.where(year >= 100, year, np.where(year <= this, 2000 + year, 1900 + year))


def _span(stamps: np.ndarray) -> float:
    """How far dates lie apart, in days: their mean distance from the median."""
    good = stamps[~np.isnat(stamps)].astype("datetime64[D]").astype(np.int64)
    return float(np.abs(good - np.median(good)).mean()) if len(good) else np.inf


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(((one == other) | (np.isnat(one) & np.isnat(other))).all())


def _within(rows: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """A mask of all rows from one of the chosen rows."""
    found = np.zeros(len(rows), bool)
    found[np.flatnonzero(rows)[chosen]] = True
    return found


def _numbers(result: _Parsed, words: pa.Array, left: np.ndarray) -> None:
    """Serial days of Excel, and seconds or milliseconds since 1970, where nearly all that is left is such."""
    numeric = np.asarray(pc.match_substring_regex(words, r"^\d{5}(?:[.,]\d+)?$")) & left
    if numeric.sum() > 0.5 * left.sum():
        values = np.array([float(word.replace(",", ".")) for word in words.filter(pa.array(numeric)).to_pylist()])
        fits = (values >= SERIAL_DAYS[0]) & (values <= SERIAL_DAYS[1])
        stamps = EXCEL_BEGINS + (np.round(values * 86_400) * 1_000_000).astype("timedelta64[us]")
        result.stamps[numeric] = np.where(fits, stamps, NAT)
        result.serial = bool(fits.any())
        return
    epoch = np.asarray(pc.match_substring_regex(words, r"^1\d{9}(?:\.\d+)?$|^1\d{12}$")) & left
    if epoch.sum() > 0.5 * left.sum():
        values = np.array([float(word) for word in words.filter(pa.array(epoch)).to_pylist()])
        seconds = np.where(values > 1e11, values / 1000.0, values)
        result.stamps[epoch] = np.datetime64(0, "us") + (seconds * 1_000_000).astype("timedelta64[us]")
        result.fields.offset[epoch] = 0


# --- Zones -------------------------------------------------------------------------------------------------------


def _in_zone(parsed: _Parsed, local: str, stored: str) -> tuple[np.ndarray, str]:
    """The stamps in local time, and what the file says of its zone."""
    stamps, offset = parsed.stamps, parsed.fields.offset
    said = offset != clock.NO_ZONE
    zone = "" if not said.any() else "utc" if (offset[said] == 0).all() else "offset"
    if local and said.any():
        instants = stamps[said] - offset[said].astype("timedelta64[m]")
        stamps = stamps.copy()
        stamps[said] = _converted(instants, "UTC", local)
    if local and stored and not said.all():
        stamps = stamps.copy()
        stamps[~said] = _converted(stamps[~said], stored, local)
    return stamps, zone


def _converted(stamps: np.ndarray, stored: str, local: str) -> np.ndarray:
    index = pd.DatetimeIndex(stamps).tz_localize(stored, ambiguous="NaT", nonexistent="NaT")
    return index.tz_convert(local).tz_localize(None).to_numpy().astype("datetime64[us]")
