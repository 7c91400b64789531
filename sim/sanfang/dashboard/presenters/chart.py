"""A chart as a plain dict, drawn by `parts.Charts` on a page and by `pictures.picture` in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Json = dict[str, Any]

MAX_POINTS = 200
MAX_BEFORE = 60
"""Points of the days before day 1."""


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
    least: float = 0.0,
    to: int | None = None,
    before: Json | None = None,
) -> Json:
    """What `Charts` draws. A series: name, colour, values by day (arrays), and maybe low, high (arrays), dash, and
    quiet (a band only: not among the numbers that are told); an id where others may have the same name.

    `form` "share" shows 0-1 as percent. The days of an array are 1, 2, ...; of more than `MAX_POINTS` some are left
    out, never the last. `to` is the end of the axis, `marks` are dicts of day and label. `before` is a series of the
    days before day 1, drawn to the left of the others, and with `onward` (an array by day, or shorter) beside them; it
    is a line among areas, too. An axis spans `least` or more, so that small changes look small.
    """
    rows = thinned(days)
    shown = [
        {"id": given["name"]}
        | {key: rounded(value[rows]) if isinstance(value, np.ndarray) else value for key, value in given.items()}
        for given in series
    ]
    x, begins = (rows + 1).tolist(), 1
    if before is not None:
        x, begins, shown = _with_days_before(x, shown, before)
    return {
        "id": id, "title": title, "unit": unit, "form": form, "digits": digits, "kind": kind, "zero": zero,
        "least": least, "x": x, "series": shown, "marks": list(marks), "to": to or max(days, 1), "from": begins,
        "dayWord": day_word,
    }  # fmt: skip


def _with_days_before(x: list[int], series: list[Json], before: Json) -> tuple[list[int], int, list[Json]]:
    """The days of a chart and its first one, and its series, each on all of them; `before` comes last."""
    days = len(before["values"])
    rows = thinned(days, MAX_BEFORE)
    onward = rounded(before.get("onward", np.empty(0)))
    none, later = [None] * len(rows), [onward[day - 1] if day <= len(onward) else None for day in x]
    longer = [
        {key: none + value if isinstance(value, list) else value for key, value in given.items()} for given in series
    ]
    past = {"id": before["name"]} | {key: value for key, value in before.items() if key != "onward"}
    past |= {"past": True, "values": rounded(before["values"][rows]) + later}
    return (rows - days + 1).tolist() + x, 1 - days, [*longer, past]


def thinned(count: int, most: int = MAX_POINTS) -> np.ndarray:
    """At most `most` of the row numbers below `count`, evenly spread, the last among them."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.int64))


def rounded(values: np.ndarray) -> list[float | None]:
    """Plain numbers of five significant decimals for a page; None for NaN, which JSON has not."""
    return [None if value != value else round(float(value), 5) for value in np.asarray(values, float).tolist()]
