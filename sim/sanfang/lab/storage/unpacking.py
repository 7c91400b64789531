"""Turning what a store keeps packed, daily series and metrics by group, into tables."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np
import pandas as pd

from sanfang.metrics.groups import COLUMNS, ByGroup

MAX_SERIES = 100_000_000  # bytes; a damaged file may claim any length

GROUP_COLUMNS = ("scenario", "point", "replication", *COLUMNS)


def unpacked_groups(
    scenario: str, point: int, replication: int, dimension: str, names: str, numbers: bytes
) -> pd.DataFrame:
    """Metrics by group of one run, from the JSON names and the compressed numbers: a row a group and metric.

    Raises ValueError where they do not fit one another.
    """
    groups, metrics = (tuple(map(str, part)) for part in json.loads(names))
    shape = (2, len(groups), len(metrics))
    content = _inflated(numbers, 2 * 8 * len(groups) * len(metrics), f"its groups are not {len(groups)}")
    values, n = np.frombuffer(content, "<f8").reshape(shape)
    table = ByGroup(dimension, groups, metrics, values, n).table()
    return table.assign(scenario=scenario, point=point, replication=replication)[list(GROUP_COLUMNS)]


def _inflated(packed: bytes, size: int, otherwise: str) -> bytes:
    """Exactly so many bytes. Raises ValueError, however much it would give."""
    if not 0 <= size <= MAX_SERIES:
        raise ValueError(otherwise)
    stream = zlib.decompressobj()
    content = stream.decompress(packed, size + 1)
    if len(content) != size or not stream.eof:
        raise ValueError(otherwise)
    return content


def unpacked_series(
    scenario: str, point: int, replication: int, columns: str, days: int, series: bytes, end: int | None = None
) -> pd.DataFrame:
    """Daily series of one run, from the names of its columns and the compressed numbers: a row a day. Raises ValueError
    where they do not fit one another.

    Stores of older versions keep no days: theirs are the last ones before `end`, the day after the run's last.
    """
    names = columns.split(" ")
    size = days * len(names) * np.dtype(np.float32).itemsize
    content = _inflated(series, size, f"its {len(names)} series do not have {days} days")
    values = np.frombuffer(content, np.float32).reshape(days, len(names))
    table = pd.DataFrame(values, columns=names)
    day = np.arange(days) - max(days - end, 0) if end is not None else np.arange(days)
    if "day" in table:
        day = table.pop("day").to_numpy(np.int64)
    keys: dict[str, Any] = {"scenario": scenario, "point": point, "replication": replication, "day": day}
    for position, (name, value) in enumerate(keys.items()):
        table.insert(position, name, value)
    return table
