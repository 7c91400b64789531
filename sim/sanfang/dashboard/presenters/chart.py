"""A chart as a plain dict, drawn by `parts.Charts` on a page and by `pictures.picture` in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Json = dict[str, Any]

MAX_POINTS = 200


def chart(
    id: str,
    title: str,
    series: Sequence[Json],
    *,
    days: int,
    day_word: str,
    unit: str = "",
    form: str = "number",
    digits: int = 1,
    kind: str = "line",
    marks: Sequence[Json] = (),
    zero: bool = False,
    to: int | None = None,
) -> Json:
    """What `Charts` draws. A series: name, colour, values by day (arrays), and maybe low, high (arrays), dash, and
    quiet (a band only: not among the numbers that are told).

    `form` "share" shows 0-1 as percent. The days of an array are 1, 2, ...; of more than `MAX_POINTS` some are left
    out, never the last. `to` is the end of the axis, `marks` are dicts of day and label.
    """
    rows = thinned(days)
    shown = [
        {key: rounded(value[rows]) if isinstance(value, np.ndarray) else value for key, value in given.items()}
        for given in series
    ]
    return {
        "id": id, "title": title, "unit": unit, "form": form, "digits": digits, "kind": kind, "zero": zero,
        "x": (rows + 1).tolist(), "series": shown, "marks": list(marks), "to": to or max(days, 1), "from": 1,
        "dayWord": day_word,
    }  # fmt: skip


def thinned(count: int, most: int = MAX_POINTS) -> np.ndarray:
    """At most `most` of the row numbers below `count`, evenly spread, the last among them."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.int64))


def rounded(values: np.ndarray) -> list[float | None]:
    """Plain numbers of five significant decimals for a page; None for NaN, which JSON has not."""
    return [None if value != value else round(float(value), 5) for value in np.asarray(values, float).tolist()]
