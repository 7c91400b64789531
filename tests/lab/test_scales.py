"""An effect at a share of a district is told to be another one than that of the whole, where it surely is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from model_runs import demo
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.scales import COLUMNS, SUFFIX, notes_on_scale, shifted, surely_one
from sanfang.scenario.content import folders
from sanfang.scenario.scenario import Scenario

T_19 = 2.093024
"""The 97.5 % quantile of t with 19 degrees of freedom (Student 1908)."""


def effect(scale: float, difference: float, error: float, maps: int = 20, metric: str = "trouble_days") -> dict:
    half = T_19 * error
    values = ("before", metric, scale, maps, difference, difference - half, difference + half)
    return dict(zip(COLUMNS, values, strict=True))


def test_two_effects_are_two_where_welch_says_so() -> None:
    """Errors of 0.1 each make 0.1414 of the difference, which has 38 degrees of freedom: 2.024 of it are 0.286."""
    whole = effect(1.0, -1.0, 0.1)
    assert not shifted(effect(0.1, -0.72, 0.1), whole)
    assert shifted(effect(0.1, -0.71, 0.1), whole)


def test_an_effect_is_surely_one_beyond_the_smallest_of_interest() -> None:
    assert surely_one(effect(1.0, -1.0, 0.1), 0.1)
    assert not surely_one(effect(1.0, -0.3, 0.1), 0.1)
    assert surely_one(effect(1.0, 0.4, 0.1), 0.1)


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """A district beside which its effects at some scales are kept."""
    rows = [effect(0.1, -0.2, 0.1), effect(0.5, -0.95, 0.1), effect(1.0, -1.0, 0.1)]
    rows += [effect(scale, 0.0, 0.001, metric="satisfaction") for scale in (0.1, 0.5, 1.0)]
    folder = tmp_path / "scenarios" / "districts"
    folder.mkdir(parents=True)
    pd.DataFrame(rows).to_csv(folder / "harbour_scales.csv", index=False)
    (folder / "harbour.toml").write_text('extends = "demo"\ndistrict.name = "Harbour"\n')
    monkeypatch.chdir(tmp_path)
    return demo(**{"district.name": "Harbour"})


def test_who_takes_a_scale_is_told_which_effect_is_another_one_there(measured: Scenario) -> None:
    (note,) = notes_on_scale([measured], 0.12)
    assert "at 0.1 of Harbour, before changes Days with the problem" in note
    assert "\u22120.20 [\u22120.41, +0.01]" in note and "\u22121.00 [\u22121.21, \u22120.79]" in note
    assert list(notes_on_scale([measured], 0.4)) == [], "half of it shows the same effect"
    assert list(notes_on_scale([measured], 0.02)) == [], "no scale near it was measured"
    assert list(notes_on_scale([measured], 1.0)) == []
    assert list(notes_on_scale([demo()], 0.1)) == [], "nothing was measured of this district"
    other = measured.with_({"money.operating": 150.0})
    assert list(notes_on_scale([other], 0.1)) == [], "nor under these conditions"


def test_what_ships_was_measured_of_the_district_beside_which_it_stands() -> None:
    for path in sorted((folders()[-1] / "districts").glob(f"*{SUFFIX}")):
        district = path.name.removesuffix(SUFFIX)
        assert list(notes_on_scale([Scenario.load("three-devolutions", district=district)], 0.05)), district


def test_an_experiment_at_another_scale_is_the_same_but_for_that() -> None:
    one = Experiment.from_dict({"scenarios": ["before"], "district": "demo", "scale": 0.5, "replications": 3})
    other = one.with_scale(0.25)
    assert other.scale == 0.25 and {**other.to_dict(), "scale": 0.5} == one.to_dict()
