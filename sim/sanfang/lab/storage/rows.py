"""What goes into a store and comes out of it, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Planned(NamedTuple):
    """One cell of the plan: which run stands for a replication of a scenario at a point."""

    replication: int
    point: int
    scenario: str
    seed: int
    key: str


class Daily(NamedTuple):
    """The daily series of a run: names of its columns, and days x columns as compressed 32-bit floats."""

    columns: str
    days: int
    series: bytes


class Result(NamedTuple):
    """A finished run, ready to store. `records` is what it has left behind, where that is kept (`kept_records`)."""

    key: str
    metrics: Mapping[str, float]
    seconds: float
    daily: Daily | None = None
    records: bytes | None = None


class Failure(NamedTuple):
    """A run that failed, ready to store."""

    key: str
    error: str
    trace: str
    attempts: int
