"""Daily series come back with their days, those of the year before a steady start below 0."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
import pytest

from sanfang.lab.storage.unpacking import unpacked_series
from sanfang.lab.sweeps.measuring import _packed_series

YEAR_BEFORE = pd.DataFrame({"day": np.arange(-365, 545), "date": "a date", "open": np.arange(910) / 2})


@pytest.mark.parametrize("table", [YEAR_BEFORE, YEAR_BEFORE[YEAR_BEFORE["day"] >= 0]], ids=["steady", "empty"])
def test_days_are_those_of_the_run(table: pd.DataFrame) -> None:
    packed = _packed_series(table)
    found = unpacked_series("before", 2, 1, packed.columns, packed.days, packed.series, end=545)
    assert list(found.columns) == ["scenario", "point", "replication", "day", "open"]
    assert found["day"].tolist() == table["day"].tolist() and found["open"].tolist() == table["open"].tolist()


@pytest.mark.parametrize(("days", "first"), [(910, -365), (545, 0), (90, 0)])
def test_older_series_without_days_end_with_the_run(days: int, first: int) -> None:
    series = zlib.compress(np.zeros((days, 1), np.float32).tobytes())
    found = unpacked_series("before", 0, 0, "open", days, series, end=545)
    assert found["day"].tolist() == list(range(first, first + days))
