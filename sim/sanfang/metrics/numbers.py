"""How numbers are written: in tables, figures, pages and reports alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

MINUS = "−"
NOT_REACHED = "not reached"
"""How a value above all that could be seen is written."""

SIGNIFICANT, MAX_DECIMALS = 2, 9
"""Digits of an interval's half-width that are printed, and so of its middle; the most decimals of a number."""


def number(value: float, decimals: int, sign: bool = False) -> str:
    """A number with so many decimals and a true minus sign, and with its own if `sign`; what is written as zero has
    none. A dash for NaN and infinity."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:+,.{decimals}f}" if sign else f"{value:,.{decimals}f}"
    if not float(text.replace(",", "")):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def with_interval(estimate: float, low: float, high: float, decimals: int, sign: bool = False) -> str:
    """An estimate and its interval."""
    text = number(estimate, decimals, sign)
    between = f"{number(low, decimals, sign)}, {number(high, decimals, sign)}"
    return f"{text} [{between}]" if math.isfinite(low) and math.isfinite(high) else text


def difference(row: Mapping[Any, Any]) -> str:
    """The `difference` of a row of a table of differences, with its interval `low` to `high`."""
    low, high = float(row["low"]), float(row["high"])
    return with_interval(float(row["difference"]), low, high, decimals_of(low, high) or 3, sign=True)


def decimals_of(low: float, high: float) -> int | None:
    """As many decimals as an interval deserves: two digits of its half-width. None where it has none."""
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return None
    return min(max(SIGNIFICANT - 1 - math.floor(math.log10(half)), 0), MAX_DECIMALS)


def decimals_apart(values: Sequence[float]) -> int:
    """How many decimals tell these values apart: three digits of their spread."""
    known = [value for value in values if math.isfinite(value)]
    spread = (max(known) - min(known) or max(map(abs, known))) if known else 0.0
    return min(max(2 - math.floor(math.log10(spread)), 0), 6) if spread > 0 else 0 if known and not any(known) else 2
