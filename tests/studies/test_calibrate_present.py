"""The district as it stands is matched to the figures that the ledger marks as fitted, and to no other."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from sanfang.metrics.catalogue import METRICS
from sanfang.model.cases.case_records import CLOSING
from sanfang.model.state import COMMUNITY_WINDOW, HOTLINE
from sanfang.run.simulation import Run
from sanfang.scenario.catalogue import values
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.studies import calibrate_present as study
from sanfang.studies.calibrate_present import BELIEF, KNOBS, TARGETS, Search, comparison, outputs_shown
from sanfang.studies.fit_ledger import FITTED, HELD_OUT, table
from sanfang.studies.present_outputs import OUTPUTS, output

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return table(ROOT / "docs" / "fit-ledger.csv")


class MadeUp(Search):
    """Outputs are power laws of the factors, each of those that it is moved for."""

    def __init__(self, wanted: np.ndarray) -> None:
        super().__init__(Scenario.load("before", district="licang"), [1], 0.1)
        self.laws = np.array([[0.8 if name in knob.moves else 0.0 for knob in KNOBS] for name in TARGETS])
        self.wanted = wanted

    def _outputs(self, x: np.ndarray, seed: int) -> list[float]:
        return list(np.array(list(TARGETS.values())) * np.exp(self.laws @ (x - self.wanted)))


def test_the_search_finds_the_factors_that_meet_the_figures_as_far_as_they_are_believed() -> None:
    wanted = np.log([0.8, 1.2, 0.9, 1.1, 0.8, 1.05])
    search = MadeUp(wanted)
    squares = search.laws.T @ search.laws  # the minimum of |laws (x - wanted)|^2 + |BELIEF x|^2
    expected = np.linalg.solve(squares + BELIEF**2 * np.eye(len(wanted)), squares @ wanted)
    assert search.solve(rounds=3) == pytest.approx(expected, abs=1e-5)


def test_a_run_without_a_steady_state_counts_in_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    by_seed = {1: dict.fromkeys(TARGETS, 2.0), 2: dict.fromkeys(TARGETS, 4.0) | {"response_rate": np.nan}}
    monkeypatch.setattr(study, "present_year", lambda _, seed, __: seed)
    monkeypatch.setattr(study, "output", lambda seed, name: by_seed[seed][name])
    scenario = Scenario.load("before", district="licang")
    assert study.present_outputs_of(scenario, [1, 2], 0.1) == [2.0] * len(TARGETS)
    assert Search(scenario, [1, 2], 0.1).residuals(np.zeros(len(KNOBS))) == pytest.approx(
        np.log(2.0 / np.array(list(TARGETS.values())))
    )
    with pytest.raises(InputError, match="take others"):
        study.present_outputs_of(scenario, [2], 0.1)


def test_the_search_leaves_no_range() -> None:
    search = MadeUp(np.log([3.0] * len(KNOBS)))
    found = search.solve(rounds=6)
    assert (found <= search.high).all()
    assert found[0] == pytest.approx(search.high[0])


def test_what_is_met_is_fitted(ledger: pd.DataFrame) -> None:
    """Every target is an output of fitted figures, and lies between the lowest and the highest of them."""
    for name, target in TARGETS.items():
        fitted = ledger[(ledger["output"] == name) & (ledger["mark"] == FITTED)]
        values = fitted["compared"].astype(float)
        assert values.min() <= target <= values.max(), name


def test_every_figure_that_is_shown_has_an_output(ledger: pd.DataFrame) -> None:
    shown = outputs_shown(ledger)
    assert len(shown[shown["mark"] == HELD_OUT]) == (ledger["test"] == "yes").sum()
    known = set(OUTPUTS) | {one.name for one in METRICS}
    assert {name.partition(".")[0] for name in shown["output"]} - known == set()


def test_values_of_the_district_lie_in_the_ranges_of_the_search() -> None:
    for district in ("licang-plain", "licang"):
        has = {path: value for path, _, value in values(Scenario.load("before", district=district))}
        for knob in KNOBS:
            factor = has[knob.path] / knob.value
            assert knob.low - 1e-3 <= factor <= knob.high + 1e-3, knob.path
            for path, value in knob.also:
                assert has[path] / value == pytest.approx(factor, rel=1e-3), path


def made_run(rows: list[dict[str, Any]], residents: int = 100) -> Run:
    columns = ("domain", "channel", "outcome", "tier", "arose", "voiced", "closed", "first_at", "experience")
    usual = dict.fromkeys(columns, np.nan) | {
        "domain": "order",
        "channel": "hotline",
        "outcome": "resolved",
        "tier": "street",
    }
    requests = pd.DataFrame([usual | {"ordinal": 0, "trips": 0} | row for row in rows])
    scenario = Scenario.load("before", district="licang")
    over = requests[requests["closed"].notna()]
    closings = np.zeros(len(over), CLOSING)
    closings["channel"] = np.where(over["channel"] == "hotline", HOTLINE, COMMUNITY_WINDOW)
    closings["domain"] = [list(scenario.domains).index(name) for name in over["domain"]]
    closings["time"], closings["took"] = over["closed"], over["closed"] - over["voiced"]
    seen = SimpleNamespace(residents=residents, closings=closings)
    return cast("Run", SimpleNamespace(requests=requests, days=425, metrics={}, observation=seen, scenario=scenario))


def test_outputs_of_a_handful_of_requests() -> None:
    """Four on the hotline, voiced with sixty days left: three closed, after 2, 4 and 12 days; one too late to count;
    one at a window; one still open from before day 0."""
    run = made_run(
        [
            {"voiced": 10.0, "closed": 12.0, "first_at": 11.0, "tier": "department"},
            {"voiced": 20.0, "closed": 24.0, "first_at": 20.5},
            {"voiced": 30.0, "closed": 42.0, "first_at": 40.0, "outcome": "unresolved", "domain": "property"},
            {"voiced": 40.0, "outcome": "withdrawn"},
            {"voiced": 400.0, "closed": 401.0, "first_at": 400.5},
            {"voiced": 50.0, "closed": 51.0, "first_at": 50.5, "channel": "community_window"},
            {"voiced": -5.0, "closed": 3.0, "first_at": -4.0},
        ]
    )
    assert output(run, "hotline_days_mean") == pytest.approx(6.0)
    assert output(run, "hotline_days_median") == pytest.approx(4.0)
    assert output(run, "hotline_closed_within_7_days") == pytest.approx(2 / 3)
    assert output(run, "share_to_departments") == pytest.approx(1 / 3)
    assert output(run, "dispatched_per_resident") == pytest.approx(0.04)  # 4 of 100 residents in 365 days
    assert output(run, "hotline_share.property") == pytest.approx(1 / 4)
    assert output(run, "first_response_days") == pytest.approx((1.0 + 0.5 + 10.0 + 0.5) / 4)
    assert output(run, "voiced_per_resident.order") == pytest.approx(0.04)


def test_what_is_brought_back_counts_its_first_closing_alone() -> None:
    run = made_run([{"voiced": 10.0, "closed": 12.0}, {"voiced": 10.0, "closed": 40.0}])
    assert run.observation is not None
    run.observation.closings["took"][1] = np.nan  # the same request, after it was brought back
    assert output(run, "hotline_days_mean") == pytest.approx(2.0)
    assert output(run, "hotline_days_mean.order") == pytest.approx(2.0)
    assert np.isnan(output(run, "hotline_days_median.care"))


def test_troubles_that_nobody_voices_count_as_not_voiced() -> None:
    rows = [{"arose": 5.0, "voiced": 6.0}, {"arose": 5.0, "channel": ""}, {"arose": 5.0, "channel": "patrol"}]
    assert output(made_run(rows), "share_of_needs_voiced") == pytest.approx(1 / 3)


def test_figures_stand_beside_the_mean_over_runs_by_what_was_done_with_them() -> None:
    rows = [("days_mean", FITTED, "", "2"), ("days_mean", HELD_OUT, "yes", "7"), ("days_mean", HELD_OUT, "", "99")]
    ledger = pd.DataFrame(rows, columns=["output", "mark", "test", "compared"]).assign(place="there")
    runs = [made_run([{"voiced": 10.0, "closed": closed}]) for closed in (12.0, 14.0)]
    assert comparison(runs, ledger)[2] == "| `days_mean` | 3 | 2 (there) |  | 7 (there) |"


def test_an_unknown_output_is_refused() -> None:
    with pytest.raises(KeyError):
        output(made_run([{"voiced": 1.0}]), "no_such_output")
