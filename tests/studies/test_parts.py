"""The parts of behaviour: what the district with all of them changes, and the table of each part off."""

from __future__ import annotations

import pandas as pd
import pytest

from sanfang.metrics.catalogue import HEADLINES
from sanfang.scenario.catalogue import values
from sanfang.scenario.scenario import Scenario
from sanfang.studies.calibrate_present import TARGETS
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


def test_the_table_tells_what_a_part_does_to_what_a_policy_does() -> None:
    """`three-devolutions` gains 2 with all parts and 5 without one, seed by seed; `before` differs between seeds."""
    gains = {(ALL, POLICIES[1]): 2.0, ("bursts", POLICIES[1]): 5.0}

    def level(part: str, scenario: str, number: int) -> float:
        noise = 0.1 * number * (scenario != POLICIES[0])
        return 10.0 * number + gains.get((part, scenario), 0.0) + noise

    runs = pd.DataFrame([
        {"part": part, "scenario": scenario, "replication": number}
        | dict.fromkeys(HEADLINES, level(part, scenario, number))
        for part in (ALL, "bursts")
        for scenario in POLICIES
        for number in range(4)
    ])  # fmt: skip
    values = pd.DataFrame([{"part": "bursts"} | {name: figure * 1.2 for name, figure in TARGETS.items()}])
    whole, without = lines(runs, values)[2:-1]
    assert whole.startswith("| all parts |") and without.startswith("| without bursts |")
    assert "+20% | " in without and whole.count("+2.15 [+1.94, +2.36]") == without.count("+5.15 [") == len(HEADLINES)
    by_the_part = without.removesuffix(" |").rpartition("| ")[2].split("; ")
    assert whole.endswith("|  |") and [one[:2] for one in by_the_part] == ["−3"] * len(HEADLINES)
