"""Numbers are written with as many digits as they deserve."""

from __future__ import annotations

import math

import pytest

from run_tables import NAN


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(0.00021, 0.00087, 5), (-0.1, 0.1, 2), (11.0, 13.0, 1), (1_000.0, 9_000.0, 0), (2.0, 2.0, None), (NAN, NAN, None),
     (1.0, math.inf, None), (1e-14, 3e-14, 9)],
)  # fmt: skip
def test_numbers_have_as_many_digits_as_their_interval(low: float, high: float, decimals: int | None) -> None:
    """Two of its half-width: of [0.00021, 0.00087], which is 0.00033, the fifth decimal."""
    from sanfang.metrics.numbers import decimals_of

    assert decimals_of(low, high) == decimals
