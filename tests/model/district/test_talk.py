"""The weekly talk of neighbours, eight numbers at a time, is what the formulas say one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sanfang.model.district.district_records import Residents
from sanfang.model.district.residents import talk
from sanfang.model.state import VOICED_BY

SIZES = (0, 1, 127, 128, 129, 300)
"""Of communities: at the edges of the blocks that are told together."""


def people(degree: int, of_channels: bool, of_satisfaction: bool) -> Residents:
    """Made-up residents whose neighbours are anybody in their community."""
    chance, count = np.random.default_rng(1), sum(SIZES)
    ties, first = np.empty((count, degree), np.int32), 0
    for size in SIZES:
        ties[first : first + size] = first + chance.integers(0, max(size, 1), (size, degree))
        first += size

    def some(n: int) -> np.ndarray:
        return chance.random(n).astype(np.float32)

    columns = dict.fromkeys(Residents._fields, np.zeros(0, np.float32)) | {
        "expectation": 9 * some(count), "trust": some(count), "satisfaction": some(count), "ties": ties,
        "brought": some(VOICED_BY * count if of_channels else 0), "heard": some(count if of_satisfaction else 0),
    }  # fmt: skip
    return Residents(**columns)


def mean_of(column: np.ndarray, neighbours: np.ndarray) -> float:
    """In double precision, one after the other."""
    total = 0.0
    for n in neighbours:
        total += float(column[n])
    return total / len(neighbours)


@pytest.mark.parametrize("pull", [0.0, 0.05])
@pytest.mark.parametrize(("of_channels", "of_satisfaction"), list(itertools.product((False, True), repeat=2)))
@pytest.mark.parametrize("degree", [0, 1, 4, 5])
def test_talk_is_what_the_formulas_say(degree: int, of_channels: bool, of_satisfaction: bool, pull: float) -> None:
    residents = people(degree, of_channels, of_satisfaction)
    before = Residents(*(column.copy() for column in residents))
    first = np.cumsum(SIZES) - SIZES
    talk(residents, first, np.array(SIZES), pull)
    if degree == 0:
        assert all((now == was).all() for now, was in zip(residents, before, strict=True))
        return
    known = before.brought.reshape(-1, VOICED_BY)
    for i, neighbours in enumerate(before.ties):
        for name in ("expectation", "trust"):
            was = getattr(before, name)
            moved = was[i] + np.float32(pull * (mean_of(was, neighbours) - float(was[i])))
            assert getattr(residents, name)[i] == moved
        for channel in range(VOICED_BY if of_channels else 0):
            own = known[i, channel]
            moved = own + np.float32(pull * (mean_of(known[:, channel], neighbours) - float(own)))
            assert residents.brought[i * VOICED_BY + channel] == moved
        if of_satisfaction:
            assert residents.heard[i] == np.float32(mean_of(before.satisfaction, neighbours))
    assert (residents.satisfaction == before.satisfaction).all()
