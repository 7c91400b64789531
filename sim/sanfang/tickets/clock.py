"""Patterns of dates and times, and the numbers in them: what `times` decides upon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NO_ZONE = 100_000
"""Minutes of an offset that no zone has."""

_TIME = (
    r"(?:[T\s,]*(?P<p>上午|下午|凌晨|清晨|早上|中午|傍晚|晚上|[AaPp]\.?[Mm]\.?)?\s*(?P<h>\d{1,2})[:時时点點](?P<m>\d{1,2})?"
    r"(?:[:分](?P<s>\d{1,2}))?(?:[.,:](?P<f>\d{1,9}))?秒?分?\s*(?P<q>[AaPp]\.?[Mm]\.?|上午|下午)?"
    r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?(?:\s*(?:[A-Z]{3,4}))?)?\s*$"
)
_WEEKDAY = r"(?:\s*[(（]?(?:星期|週|周)[一二三四五六日天][)）]?)?"
_NUMERIC = (
    r"^(?P<r>中華民國|中华民国|民國|民国)?\s*(?P<a>\d{1,4})\s*[-/.年]\s*(?P<b>\d{1,2})\s*[-/.月]\s*(?P<c>\d{1,4})\s*[日号號]?"
    + _WEEKDAY
    + _TIME
)
_DAY_FIRST = r"^(?:[A-Za-z]{3,9},?\s+)?(?P<a>\d{1,2})[\s/.-]*(?P<b>[A-Za-z]{3,9})\.?[\s/,.-]*(?P<c>\d{2,4}),?" + _TIME
_MONTH_FIRST = (
    r"^(?:[A-Za-z]{3,9},?\s+)?(?P<b>[A-Za-z]{3,9})\.?\s+(?P<a>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<c>\d{4}),?" + _TIME
)
_COMPACT = (
    r"^(?P<a>\d{4}|\d{3})(?P<b>\d{2})(?P<c>\d{2})"
    r"(?:[T\s]*(?P<h>\d{2}):?(?P<m>\d{2}):?(?P<s>\d{2})?(?:\.(?P<f>\d{1,9}))?\s*(?P<z>Z|[+-]\d{2}:?(?:\d{2})?)?)?\s*$"
)
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_NUMBERS = ("a", "b", "c", "a_digits", "hour", "minute", "second", "micro")
_MASKS = ("republic", "halved", "timed", "numeric", "named", "compact")
_MORNING = ("上午", "凌晨", "清晨", "早上", "a")
_LATER = ("下午", "傍晚", "晚上", "p")


@dataclass
class Fields:
    """Numbers of each text; masks say which pattern it has."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    a_digits: np.ndarray
    republic: np.ndarray
    hour: np.ndarray
    minute: np.ndarray
    second: np.ndarray
    micro: np.ndarray
    offset: np.ndarray
    """Minutes east of UTC, or `NO_ZONE`."""
    halved: np.ndarray
    """Whether something says which half of the day it is."""
    timed: np.ndarray
    numeric: np.ndarray
    named: np.ndarray
    compact: np.ndarray

    def stamps(self, year: np.ndarray, month: np.ndarray, day: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """datetime64[us] of these rows; NaT where there is no such day or time."""
        hour, minute, second = self.hour[rows], self.minute[rows], self.second[rows]
        right = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1800) & (year <= 9999)
        right &= (minute < 60) & (second <= 60) & ((hour < 24) | ((hour == 24) & (minute == 0)))
        months = (np.where(right, year, 1970) - 1970) * 12 + np.where(right, month, 1) - 1
        starts = months.astype("datetime64[M]")
        days = starts.astype("datetime64[D]") + (np.where(right, day, 1) - 1).astype("timedelta64[D]")
        right &= days.astype("datetime64[M]") == starts  # no 30 February
        seconds = (hour.astype(np.int64) * 60 + minute) * 60 + second
        stamps = days.astype("datetime64[us]") + (seconds * 1_000_000 + self.micro[rows]).astype("timedelta64[us]")
        return np.where(right, stamps, np.datetime64("NaT", "us"))


def fields_of(words: pa.Array) -> Fields:
    """The numbers in texts, by the first pattern that fits each."""
    if not pc.all(pc.string_is_ascii(words)).as_py():
        words = pc.utf8_normalize(words, form="NFKC")
    count = len(words)
    numbers = {name: np.zeros(count, np.int64) for name in _NUMBERS}
    masks = {name: np.zeros(count, bool) for name in _MASKS}
    fields = Fields(**numbers, **masks, offset=np.full(count, NO_ZONE))
    left = np.ones(count, bool)
    for pattern, mask in (
        (_NUMERIC, fields.numeric),
        (_COMPACT, fields.compact),
        (_DAY_FIRST, fields.named),
        (_MONTH_FIRST, fields.named),
    ):
        places = np.flatnonzero(left)
        if not len(places):
            break
        found = pc.extract_regex(words.take(pa.array(places)), pattern)
        hit = np.asarray(pc.is_valid(found))
        if hit.any():
            _fill(fields, found.filter(pa.array(hit)), places[hit], mask)
            left[places[hit]] = False
    return fields


def _fill(fields: Fields, found: pa.StructArray, places: np.ndarray, mask: np.ndarray) -> None:
    groups = {field.name: found.field(field.name) for field in found.type}
    mask[places] = True
    fields.a[places] = _whole(groups["a"])
    fields.a_digits[places] = np.asarray(pc.utf8_length(groups["a"]))
    fields.b[places] = _whole(groups["b"]) if mask is not fields.named else _month(groups["b"])
    fields.c[places] = _whole(groups["c"])
    if mask is fields.named:
        year = fields.c[places]
        fields.c[places] = np.where(year < 100, 2000 + year - 100 * (year > 69), year)
    if "r" in groups:
        fields.republic[places] = np.asarray(pc.not_equal(groups["r"], ""))
    hour = _whole(groups["h"])
    fields.timed[places] = np.asarray(pc.not_equal(groups["h"], ""))
    fields.minute[places], fields.second[places] = _whole(groups["m"]), _whole(groups["s"])
    fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(groups["f"], 6, "0"), 0, 6)
    fields.micro[places] = np.where(np.asarray(pc.equal(groups["f"], "")), 0, _whole(fraction))
    for name in ("p", "q"):
        if name in groups:
            hour, told = _half(hour, groups[name])
            fields.halved[places] |= told
    fields.hour[places] = hour
    fields.offset[places] = _offset(groups["z"])


def _whole(texts: pa.Array) -> np.ndarray:
    return np.asarray(pc.cast(pc.if_else(pc.equal(texts, ""), "0", texts), pa.int64())).astype(np.int64)


def _month(texts: pa.Array) -> np.ndarray:
    encoded = texts.dictionary_encode()
    numbers = np.array([_MONTHS.get(str(word)[:3].lower(), 0) for word in encoded.dictionary.to_pylist()] or [0])
    return numbers[np.asarray(encoded.indices)]


def _half(hour: np.ndarray, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The hour of 24, from one of 12 and a word for the half of the day."""
    encoded = texts.dictionary_encode()
    words = [str(word).lower() for word in encoded.dictionary.to_pylist()]
    codes = np.asarray(encoded.indices)
    morning = np.array([word.startswith(_MORNING) for word in words] or [False])[codes]
    later = np.array([word.startswith(_LATER) for word in words] or [False])[codes]
    noon = np.array([word == "中午" for word in words] or [False])[codes]
    hour = np.where(morning & (hour == 12), 0, hour)
    hour = np.where((later & (hour < 12)) | (noon & (hour < 3)), hour + 12, hour)
    return hour, morning | later | noon


def _offset(texts: pa.Array) -> np.ndarray:
    encoded = texts.dictionary_encode()
    minutes = np.array([_minutes(str(word)) for word in encoded.dictionary.to_pylist()] or [NO_ZONE])
    return minutes[np.asarray(encoded.indices)]


def _minutes(zone: str) -> int:
    if not zone:
        return NO_ZONE
    if zone in ("Z", "UTC", "GMT"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:]))


def is_twelve_hours(fields: Fields) -> bool:
    """Whether hours run from 1 to 12 only and nothing tells the halves of the day apart."""
    hours = fields.hour[fields.timed & ~fields.halved]
    return len(hours) >= 100 and not fields.halved.any() and hours.min() >= 1 and hours.max() == 12
