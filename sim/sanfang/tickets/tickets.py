"""Tickets as one table, whatever file they came from: what reading and mapping make, and what estimates take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Selection = Literal["all", "closed", "open", "last-change", "day", "unknown"]
"""What the file is: all requests of a period, closed or open ones only, those last changed in it, a day's cut."""

STATUSES = ("open", "closed", "solved", "unsolved", "referred", "duplicate", "cancelled", "other")
"""What a status may mean. `closed` says nothing of whether the trouble is gone; `solved` and `unsolved` do."""


@dataclass(frozen=True)
class Tickets:
    """The rows of an export that are used, one a request, in the order in which they were registered.

    `table` has the columns (all present; where the export has none, every value is missing):

    | column | kind | meaning |
    |---|---|---|
    | `created` | datetime64, local time | registered |
    | `closed` | datetime64, NaT | closed; NaT while open, or not known (`has` tells) |
    | `due` | datetime64, NaT | promised limit |
    | `domain` | category of the model's domains, missing | what the word list makes of `category` |
    | `category`, `department`, `neighbourhood`, `channel` | category | as written, trimmed |
    | `rating` | float | 0 (worst) to 1 (best) |
    | `status` | category of STATUSES | |
    | `transfers` | float | times passed on between departments |
    | `duplicate_of` | int64 | row (position in `table`) of the ticket, still open, that this one repeats; -1: none |
    | `repeats` | int64 | row of the earlier, closed ticket about the same trouble; -1: none |
    """

    table: pd.DataFrame
    has: frozenset[str]
    """Columns that the export has."""
    begin: pd.Timestamp
    end: pd.Timestamp
    """The period observed: from the first instant, to the last one (open tickets are censored there)."""
    selection: Selection = "unknown"
    created_has_time: bool = True
    """False where every time of day is midnight: then there is no hour profile."""
    closed_has_time: bool = True
    doubts: tuple[str, ...] = field(default=())
    """What a reader of an estimate should know, in plain words."""
