"""Small tables of tickets, written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sanfang.tickets.tickets import STATUSES, Tickets


def tickets(
    created: Sequence[Any], closed: Sequence[Any] | None = None, *, begin: str, end: str,
    has: Sequence[str] = (), selection: str = "all", created_has_time: bool = True, closed_has_time: bool = True,
    **columns: Any,
) -> Tickets:  # fmt: skip
    """A table of `created` and `closed` (None: open), sorted already; other columns as given, missing ones empty."""
    rows = len(created)
    given = pd.Series(pd.to_datetime(pd.Series(list(closed if closed is not None else [None] * rows))))
    table = pd.DataFrame(
        {
            "created": pd.to_datetime(pd.Series(list(created))),
            "closed": given.astype("datetime64[ns]"),
            "due": pd.Series([pd.NaT] * rows, dtype="datetime64[ns]"),
            "rating": np.nan,
            "status": pd.Categorical(np.where(given.isna(), "open", "closed"), categories=STATUSES),
            "transfers": np.nan,
            "duplicate_of": -1,
            "repeats": -1,
        }
    )
    for name in ("domain", "category", "department", "neighbourhood", "channel"):
        table[name] = pd.Categorical(columns.pop(name, [None] * rows))
    for name, values in columns.items():
        table[name] = pd.Categorical(values, categories=STATUSES) if name == "status" else values
    seen = {"created", *has} | ({"closed"} if closed is not None else set())
    return Tickets(
        table, frozenset(seen), pd.Timestamp(begin), pd.Timestamp(end), selection,  # type: ignore[arg-type]
        created_has_time, closed_has_time,
    )  # fmt: skip
