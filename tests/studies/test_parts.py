"""The parts of behaviour: what the district with all of them changes, and the table of each part off."""

from __future__ import annotations

import pandas as pd
import pytest

from sanfang.metrics.catalogue import HEADLINES
from sanfang.scenario.catalogue import values
from sanfang.scenario.scenario import Scenario
from sanfang.studies.parts import ALL, CALIBRATED, DISTRICT, PARTS, WITHOUT, lines, off
from sanfang.studies.second_edition import POLICIES


def test_every_part_and_nothing_else_is_what_the_district_changes() -> None:
    given, base = (
        {path: value for path, _, value in values(Scenario.load("before", district=name))}
        for name in (DISTRICT, WITHOUT)
    )
    changed = {path for path, value in given.items() if value != base[path]}
    switches = {path for paths in PARTS.values() for path in paths}
    assert switches <= changed, "a part that is not on"
    assert changed - switches <= set(CALIBRATED), "neither of a part nor calibrated"


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_off_is_as_in_the_district_without_any(part: str) -> None:
    district = Scenario.load("before", district=DISTRICT).with_(off(part))
    base = Scenario.load("before", district=WITHOUT)
    for path in PARTS[part]:
        section, _, name = path.partition(".")
        assert getattr(getattr(district, section), name) == getattr(getattr(base, section), name)


def test_the_table_has_a_row_for_all_parts_and_one_for_each_part_off() -> None:
    rows = [
        {
            "part": part,
            "scenario": scenario,
            "metric": metric,
            "mean": 0.25,
            "difference": 0.5,
            "low": 0.25,
            "high": 0.75,
        }
        for part in (ALL, "bursts")
        for scenario in POLICIES
        for metric in HEADLINES
    ]
    table = lines(pd.DataFrame(rows))
    assert [line.split(" | ")[0] for line in table[2:-1]] == ["| all parts", "| without bursts"]
    assert table[2].count("| 0.25, 0.25, 0.25, 0.25 |") == 1 and table[2].count("; ") == 2 * (len(HEADLINES) - 1)
