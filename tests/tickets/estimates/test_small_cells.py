"""No cell of fewer than five is shown, and none follows from the sums of rows and columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sanfang.tickets.estimates.small_cells import FEWEST, OTHERS, pooled_cells, pooled_names, ring_groups


@given(st.lists(st.integers(1, 12), min_size=1, max_size=12))
def test_pooled_names_hide_every_name_of_fewer_than_five(counts: list[int]) -> None:
    names = pd.Series([f"n{n}" for n, count in enumerate(counts) for _ in range(count)])
    shown = pooled_names(names).value_counts()
    kept = shown.drop(OTHERS, errors="ignore")
    assert (kept >= FEWEST).all()
    assert shown.sum() == sum(counts)
    if OTHERS in shown and len(kept):
        assert shown[OTHERS] >= FEWEST


@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=6))
def test_what_is_hidden_in_a_row_or_column_cannot_be_told_from_its_sum(rows: list[list[int]]) -> None:
    values = np.array(rows)
    shown = pooled_cells(pd.DataFrame(values))
    assert (values[shown] >= FEWEST).all()
    for axis in (0, 1):
        hidden = np.where(shown, 0, values).sum(axis=axis)
        still = np.where(shown, values, 0).sum(axis=axis)
        assert ((hidden == 0) | (hidden >= FEWEST) | (still == 0)).all()


@given(st.lists(st.integers(0, 20), min_size=7, max_size=24))
def test_neighbours_on_a_ring_stand_together_until_all_groups_have_five(counts: list[int]) -> None:
    group = ring_groups(np.array(counts))
    sums = np.bincount(group, weights=counts)
    assert (sums >= FEWEST).all() or group.max() == 0
    changes = sum(group[n] != group[n - 1] for n in range(len(group)))
    assert changes <= group.max() + 1


def test_large_counts_stay_as_they_are() -> None:
    assert list(ring_groups(np.full(7, 9))) == list(range(7))
