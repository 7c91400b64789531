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


class Grouped(NamedTuple):
    """Metrics of a run by the groups of one dimension: names of groups and metrics as JSON, and values and counts as
    compressed 64-bit floats, each groups x metrics."""

    dimension: str
    names: str
    numbers: bytes


class Result(NamedTuple):
    """A finished run, ready to store. `records` is what it has left behind, where that is kept (`kept_records`)."""

    key: str
    metrics: Mapping[str, float]
    seconds: float
    daily: Daily | None = None
    records: bytes | None = None
    groups: tuple[Grouped, ...] = ()


class Failure(NamedTuple):
    """A run that failed, ready to store."""

    key: str
    error: str
    trace: str
    attempts: int
