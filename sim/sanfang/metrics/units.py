"""The units of metrics, declared once: how values are written, and the smallest difference that counts as one."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sanfang.metrics.numbers import NOT_REACHED


@dataclass(frozen=True)
class Unit:
    """A unit. As text it is its name.

    `smallest` is the smallest difference that a verdict takes for one. A convention: a thousandth of all residents,
    hours or money, a tenth of a day, one request in a hundred, one yuan a case are what nobody would notice or pay a
    reform for. `after` is what stands behind a number in a sentence, in English and Chinese; `decimals` are those of
    values below 1,000; a `share` is shown as percent on pages, and its differences in percentage points.
    """

    name: str
    zh: str
    after: tuple[str, str] = ("", "")
    smallest: float = 0.0
    decimals: int = 2
    share: bool = False

    def __str__(self) -> str:
        return self.name

    def label(self, lang: str = "en") -> str:
        """The unit in `lang`: "en" or "zh"."""
        return self.zh if lang == "zh" else self.name

    def format(self, value: float, decimals: int | None = None) -> str:
        """`value` with so many decimals, by default as the unit deserves; an en dash for NaN, words where it was not
        reached."""
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return NOT_REACHED
        if decimals is None:
            decimals = 0 if abs(value) >= 1000 else self.decimals
        return f"{value:,.{decimals}f}"


SHARE = Unit("0-1", "0–1", smallest=0.001, decimals=3, share=True)
"""A share or an index."""
GAP = Unit("-1 to 1", "−1 至 1", smallest=0.001, decimals=3, share=True)
"""The difference of two shares."""
DAYS = Unit("calendar days", "天", ("days", "天"), 0.1)
WORKING_HOURS = Unit("working hours", "工作小时", ("working hours", "工作小时"), 0.1)
COUNT = Unit("count", "次", smallest=0.01)
REQUESTS = Unit("requests", "件", decimals=0)
PER_THOUSAND = Unit("per 1,000 residents", "每千居民", ("per 1,000 residents", "件/千居民"), 0.1)
PER_THOUSAND_OF_THEM = Unit("per 1,000 in that group", "该群体每千人", ("per 1,000 in that group", "件/千人"), 0.1)
PER_YEAR = Unit("per year", "每年", ("a year", "每年"), 0.001)
HOURS = Unit("hours", "小时", ("hours", "小时"))
YUAN = Unit("yuan", "元", ("yuan", "元"), 1.0)
UNDECLARED = Unit("-", "-")

UNITS = {
    unit.name: unit
    for unit in (
        SHARE, GAP, DAYS, WORKING_HOURS, COUNT, REQUESTS, PER_THOUSAND, PER_THOUSAND_OF_THEM, PER_YEAR, HOURS, YUAN,
    )
}  # fmt: skip
"""All that a metric may have, by name."""
