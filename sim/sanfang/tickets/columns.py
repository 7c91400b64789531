"""What stands in a column, found from a sample of it: dates, numbers, few values, long texts, people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sanfang.tickets.privacy import looks_personal
from sanfang.tickets.times import read_times

SAMPLE = 2_000
LONG = 45
"""Characters, on the average, of what is a text and not the name of a kind or of a place."""

DISTRICT = (
    r"^(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fff]{1,4}?[市州])?([\u4e00-\u9fff]{1,4}?[区區县縣鎮镇鄉乡])"
)
"""An address that begins with a district, perhaps after a province and a city."""

_CLOCK = (
    r"(?:上午|下午)?\s*\d{1,2}(?::|[时時点點])\d{1,2}(?:[:分](?:\d{1,2}(?:\.\d+)?)?)?秒?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"|\d{1,6}(?:\.0)?|0?[.,]\d+|1899-12-3[01] .*"
)


@dataclass(frozen=True)
class Column:
    """What a sample of a column tells; shares are of the cells that say something, `missing` of all."""

    name: str
    empty: bool
    missing: float
    dates: float
    written: bool
    """Dates are written with signs or words, so that they are no plain numbers."""
    timed: bool
    clock: bool
    """Times of day."""
    numbers: float
    few: bool
    """Few different values: a status, a channel."""
    recurring: bool
    """Most cells have a value that others have as well."""
    longest: int
    long_text: bool
    personal: bool
    districts: float
    """Share of cells that begin with a district."""
    middle: float
    """The median date, to tell which of two columns is the earlier."""


def column_of(name: str, cells: pd.Series) -> Column:
    """What a column holds."""
    given = np.flatnonzero(cells.notna().to_numpy())
    missing = 1 - len(given) / max(1, len(cells))
    if not len(given):
        return Column(name, True, 1.0, 0, False, False, False, 0, False, False, 0, False, False, 0, 0)
    places = given[np.linspace(0, len(given) - 1, min(SAMPLE, len(given))).astype(int)]
    texts = cells.iloc[places]
    lengths = texts.str.split(",", n=1).str[0].str.len()
    counts = texts.value_counts()
    read = read_times(texts)
    stamps = read.values.dropna()
    recurring = float(counts[counts > 1].sum()) / len(texts)
    sample = texts.iloc[:: max(1, len(texts) // 200)]
    return Column(
        name=name,
        empty=False,
        missing=missing,
        dates=1 - read.unreadable / len(texts),
        written=bool(texts.str.contains(r"\d[^\d.,]|[^\d.,]\d|\d\.\d+\.\d", regex=True).mean() > 0.5),
        timed=read.has_time,
        clock=bool(texts.str.fullmatch(_CLOCK).mean() > 0.9),
        numbers=float(texts.str.fullmatch(r"-?\d+(?:[.,]\d+)?").mean()),
        few=len(counts) <= 60 and (len(counts) <= 12 or recurring > 0.5),
        recurring=len(texts) < 30 or recurring > 0.4,
        longest=int(texts.str.len().max()),
        long_text=bool(lengths.mean() > LONG or texts.str.contains("\n", regex=False).mean() > 0.3),
        personal=bool(np.mean([looks_personal(text) and len(text) <= 60 for text in sample]) > 0.3),
        districts=float(texts.str.extract(DISTRICT, expand=False).notna().mean()) if lengths.mean() > 3 else 0.0,
        middle=float(stamps.astype("int64").median()) if len(stamps) else 0.0,
    )
