"""Runs give what they gave at the commit in the record, bit for bit: short ones here, `make digests` makes all."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from benchmarks.digests.content import digests_of, of_columns, of_table, scenario_of
from benchmarks.digests.record import DigestRecord, differences
from benchmarks.digests.runs import FAST, RUNS

from sanfang.scenario.policy import lever_names


@cache
def record() -> DigestRecord:
    return DigestRecord.read()


@pytest.mark.parametrize("name", FAST)
def test_a_run_is_what_it_was_at_the_recorded_commit(name: str) -> None:
    if foreign := record().foreign():
        pytest.skip(f"RESULTS ARE NOT COMPARED with {record().commit}: last digits may differ here; {foreign}")
    found = {name: digests_of(name, record().names)}
    assert differences(record().digests, found) == [], (
        f"results are no longer those of {record().commit}. If that is meant, say so in the changelog and write a new "
        "record (benchmarks/digests); if not, `python -m benchmarks.digests` tells which runs differ"
    )


def test_every_run_is_recorded() -> None:
    assert set(RUNS) <= set(record().digests)


def test_every_lever_is_used_by_a_run() -> None:
    """A lever added later takes part by itself in the runs that move them all."""
    unused = set(lever_names())
    for name in FAST:
        scenario = scenario_of(RUNS[name])
        for policy in (vars(scenario.policy), *scenario.policy_by_community.values()):
            unused -= {lever for lever, level in policy.items() if level}
    assert unused == set()


def test_the_last_bit_of_any_value_counts_and_the_names_of_columns_inside_the_model_do_not() -> None:
    values = np.arange(5) / 3.0
    other = values.copy()
    other[3] = np.nextafter(other[3], 9.0)
    assert of_columns([values, values * 2]) == of_columns([values * 2, values])
    assert of_columns([values, values * 2]) != of_columns([other, values * 2])
    assert of_table({"a": values}) != of_table({"a": other}) != of_table({"b": other})
    assert of_table({"a": values, "new": other}, ["a"]) == of_table({"a": values}, ["a"])
    assert of_table({"new": other}, ["a"]) != of_table({"a": values}, ["a"]), "a column that is gone is told"


def test_what_differs_is_told_by_run_and_part() -> None:
    recorded = {"one": {"daily": "x", "ledger": "y"}, "two": {"daily": "z"}}
    found = {"one": {"daily": "x", "ledger": "changed"}, "two": {"daily": "z"}, "three": {"daily": "w"}}
    assert differences(recorded, found) == ["one: ledger", "three: not recorded"]
