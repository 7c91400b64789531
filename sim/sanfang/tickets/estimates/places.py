"""The neighbourhoods of a district with their residents, from a file beside the export: `--places FILE`.

An export has no residents, and without residents a count is no hazard.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import listed, printable, shortened

COLUMNS = {
    "neighbourhood": ("neighbourhood", "neighborhood", "place", "community", "district", "name", "社区", "社區", "街道",
                      "居委会", "里", "行政区", "行政區", "区域", "區域", "区", "區", "名称", "名稱"),
    "residents": ("residents", "population", "inhabitants", "人口", "常住人口", "居民", "居民数", "人口数", "人口數"),
    "share_elderly": ("share_elderly", "share_60", "share aged 60 and over", "elderly", "60岁以上比例", "60歲以上比例",
                      "老年人比例", "60岁以上占比", "老龄化率"),
    "posts": ("posts", "officers", "staff", "编制", "岗位", "社区工作者", "工作人员", "編制", "人員"),
}  # fmt: skip
NEEDED = ("neighbourhood", "residents")
ENCODINGS = ("utf-8-sig", "gb18030", "big5")
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Places:
    """One row a neighbourhood: `residents`, `share_elderly` (0-1) and `posts` (NaN where not given), by its name."""

    table: pd.DataFrame

    @property
    def residents(self) -> float:
        """Of all neighbourhoods."""
        return float(self.table["residents"].sum())

    @property
    def share_elderly(self) -> float:
        """Share aged 60 and over, of the neighbourhoods that give one; NaN where none does."""
        known = self.table.dropna(subset=["share_elderly"])
        return float(np.average(known["share_elderly"], weights=known["residents"])) if len(known) else np.nan

    @property
    def posts(self) -> float:
        """Of all neighbourhoods; NaN unless each gives them."""
        return float(self.table["posts"].sum(skipna=False))


@lru_cache(100_000)  # as each row of a file names its neighbourhood
def key_of(name: str) -> str:
    """A name as it is compared: full width and case do not count, nor blanks."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def read_places(path: str | Path) -> Places:
    """Read a table: comma, semicolon or tab; UTF-8, GB18030 or Big5. Raises `InputError` that names what is wrong."""
    label = shortened(printable(str(path)), 200)
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{label}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"{label}: is larger than {MAX_BYTES // 1_000_000} MB; a line for each neighbourhood is meant")
    text = _decoded(data, label)
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        raw = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, skipinitialspace=True)
    except (ValueError, pd.errors.ParserError) as error:
        raise InputError(f"{label}: is not a table: {shortened(printable(str(error)), 200)}") from None
    return Places(_checked(raw, label))


def _decoded(data: bytes, label: str) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{label}: is text in none of the encodings {listed(ENCODINGS)}")


def _checked(raw: pd.DataFrame, label: str) -> pd.DataFrame:
    found = _columns([str(name) for name in raw.columns])
    missing = [name for name in NEEDED if name not in found]
    if missing:
        seen = listed([printable(str(name)) for name in raw.columns])
        raise InputError(f"{label}: has no column {listed(missing)}; its columns are: {shortened(seen, 300)}")
    table = pd.DataFrame({name: raw[found[name]] if name in found else None for name in COLUMNS}, dtype=object)
    table = table.dropna(subset=["neighbourhood"])
    table["neighbourhood"] = table["neighbourhood"].map(lambda name: str(name).strip())
    for name, low, high in (("residents", 1, 1e8), ("share_elderly", 0, 100), ("posts", 0, 1e6)):
        table[name] = _numbers(table, name, low, high, label)
    if table["residents"].isna().any():
        raise InputError(f"{label}: line {_line(table['residents'].isna())}: residents are missing")
    if (table["share_elderly"] > 1).any():  # in per cent
        table["share_elderly"] /= 100
    twice = table["neighbourhood"].map(key_of).duplicated()
    if twice.any():
        raise InputError(f"{label}: line {_line(twice)}: this neighbourhood stands there twice")
    if not len(table):
        raise InputError(f"{label}: has no line with a neighbourhood")
    return table.set_index("neighbourhood")


def _columns(names: list[str]) -> dict[str, str]:
    """The file's own name of each column that is found: the first of COLUMNS' words that is there."""
    by_key = {key_of(name).replace("_", ""): name for name in reversed(names)}
    result = {}
    for column, words in COLUMNS.items():
        there = [by_key[key] for word in words if (key := key_of(word).replace("_", "")) in by_key]
        if there:
            result[column] = there[0]
    return result


def _numbers(table: pd.DataFrame, name: str, low: float, high: float, label: str) -> pd.Series:
    text = table[name].map(lambda value: str(value).strip().rstrip("%").replace(",", ""), na_action="ignore")
    numbers = pd.to_numeric(text.replace("", None), errors="coerce").astype(float)
    wrong = (text.notna() & (text != "") & numbers.isna()) | (numbers < low) | (numbers > high)
    if wrong.any():
        raise InputError(f"{label}: line {_line(wrong)}: {name} must be a number from {low:g} to {high:,.0f}")
    return numbers


def _line(wrong: pd.Series) -> int:
    """The line of the first row that is wrong; the header is line 1."""
    return int(wrong[wrong].index[0]) + 2
