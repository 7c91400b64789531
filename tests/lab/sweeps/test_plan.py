"""A plan is laid out in slices, so that the first run never waits for it; what is stored does not depend on that."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps import plan as plan_module
from sanfang.lab.sweeps.executors import ThisProcess
from sanfang.lab.sweeps.forecast import forecast
from sanfang.lab.sweeps.plan import FIRST_SLICE, Plan
from sanfang.lab.sweeps.sweep import SweepEnd, sweep
from sanfang.model.code_version import code_version
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from usual_sweep import experiment

pytestmark = pytest.mark.usefixtures("made_up_simulation")

AGES = {
    "settings": {"district.share_elderly": 0.1, "district.share_young": 0.1},
    "scenarios": ["before"],
    "replications": 1,
}


def rows(folder: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "sweep.sqlite") as store:
        return store.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3").fetchall()


def stored(folder: Path) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The plan, and the runs without what differs between machines."""
    plan = rows(folder, "plan", "replication, point, scenario, seed, key")
    return plan, rows(folder, "runs", "key, satisfaction, waste_share")


def slices_of(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    monkeypatch.setattr(plan_module, "FIRST_SLICE", cells)


def stopped_after(runs: int, large: Experiment, folder: Path) -> SweepEnd:
    """A sweep that is asked to stop when so many runs are stored."""
    done: list[int] = [0]
    asked = {"report": lambda *now: done.append(now[0]), "stopping": lambda: done[-1] >= runs}
    return sweep(large, folder, executor=ThisProcess(), **asked)  # type: ignore[arg-type]


# --- Large plans ----------------------------------------------------------------------------------------


def test_the_first_run_of_millions_waits_for_the_first_slice_alone(sweep_folder: Path) -> None:
    end = stopped_after(1, experiment(replications=100_000, factors={}), sweep_folder)
    assert end.planned == 200_000 and 1 <= end.made < FIRST_SLICE
    assert len(rows(sweep_folder, "plan", "replication, point, scenario")) == FIRST_SLICE
    status = Results(sweep_folder).status()
    assert (status.planned, status.done, status.missing) == (200_000, end.made, 200_000 - end.made)


@pytest.mark.parametrize("cells", [1, 5, 18])
def test_slices_change_nothing_in_what_is_stored(
    sweep_folder: Path, monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    sweep(experiment(), sweep_folder / "whole", jobs=1, reuse=False)
    slices_of(monkeypatch, cells)
    end = sweep(experiment(), sweep_folder / "slices", jobs=1, reuse=False)
    assert end.complete and end.made == 18
    assert stored(sweep_folder / "slices") == stored(sweep_folder / "whole")


def test_a_sweep_stopped_between_slices_goes_on_with_the_next_one(
    sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(experiment(), sweep_folder / "whole", jobs=1, reuse=False)
    slices_of(monkeypatch, 4)
    folder = sweep_folder / "pieces"
    ends = [stopped_after(number, experiment(), folder) for number in (3, 9)]
    assert ends[0].stopped and not ends[1].complete
    assert sweep(experiment(), folder, jobs=1, reuse=False).complete
    assert stored(folder) == stored(sweep_folder / "whole")


def test_a_limit_is_not_followed_by_the_rest_of_a_plan_of_millions(sweep_folder: Path) -> None:
    end = sweep(experiment(replications=100_000, factors={}), sweep_folder / "limited", jobs=1, limit=1)
    assert (end.planned, end.made) == (200_000, 1)
    assert len(rows(sweep_folder / "limited", "plan", "replication, point, scenario")) == FIRST_SLICE


def test_a_limit_counts_what_an_earlier_plan_has_made(sweep_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last cells are there, far behind the slice in which the limit is reached."""
    sweep(experiment(seed=3, replications=1), sweep_folder / "limited", jobs=1)
    slices_of(monkeypatch, 2)
    end = sweep(experiment(), sweep_folder / "limited", jobs=1, limit=1)
    assert (end.made, end.done, end.planned) == (1, 7, 18)


def test_a_limit_leaves_the_whole_plan_and_what_others_have_made(
    sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last cells are there already in a sweep beside it, far behind the slice in which the limit is reached."""
    late = experiment(name="late", seed=3, replications=1)
    sweep(late, sweep_folder / "late", jobs=1)
    slices_of(monkeypatch, 2)
    end = sweep(experiment(), sweep_folder / "limited", jobs=1, limit=1)
    assert (end.made, end.reused, end.done, end.planned) == (1, 6, 7, 18)
    assert len(rows(sweep_folder / "limited", "plan", "replication, point, scenario")) == 18


def test_runs_of_others_are_taken_over_slice_by_slice(sweep_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(experiment(), sweep_folder / "one", jobs=1)
    slices_of(monkeypatch, 2)
    end = sweep(experiment(name="two", replications=4), sweep_folder / "two", jobs=1)
    assert (end.reused, end.made, end.complete) == (18, 6, True)


def test_an_adaptive_sweep_in_slices_asks_for_the_same_replications(
    sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"min": 2, "max": 12, "step": 2, "metric": "satisfaction", "half_width": 1e-3, "of": "mean"}
    sweep(experiment(replications=rule), sweep_folder / "whole", jobs=1, reuse=False)
    slices_of(monkeypatch, 1)
    end = sweep(experiment(replications=rule), sweep_folder / "slices", jobs=1, reuse=False)
    assert end.planned > 12 and end.complete, "more than the first replications"
    assert stored(sweep_folder / "slices") == stored(sweep_folder / "whole")
    assert sweep(experiment(replications=rule), sweep_folder / "slices", jobs=1, reuse=False).made == 0


# --- Counting -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"variants": {"same": {}, "authority": {"policy.authority": 0.3}, "triage": {"policy.triage": 0.4}}},
        {"factors": {"policy.authority": [0.0, 0.5], "none": {"sets": {"policy.triage": 0.0}, "values": [0, 1]}}},
        {"factors": {"late": {"sets": {"policy.triage": [[0, 0.0], [90, 1.0]]}, "values": [0, 0.5, 1.0]}}},
        {"design": {"kind": "one-at-a-time"}, "factors": {"policy.authority": [0.0, 1.0]}, "scenarios": ["before"]},
    ],
)
def test_different_runs_are_counted_as_if_each_were_made(changes: dict[str, Any]) -> None:
    plan = Plan(experiment(**changes), code_version())
    keys = {cell.key for cell in plan.cells(range(plan.first))}
    assert plan.distinct() == len(keys)
    found = forecast(experiment(**changes), jobs=1)
    assert (found.runs, found.distinct) == (plan.first, len(keys))


def test_different_runs_of_numbers_are_counted_without_making_their_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = {"low": 0.0, "high": 1.0, "steps": 200}
    plan = Plan(experiment(factors={"policy.authority": grid, "policy.triage": grid}), code_version())
    made: list[int] = []
    monkeypatch.setattr(Scenario, "digest", lambda self: made.append(1) or str(len(made)))
    assert plan.distinct() == 200 * 200 * 2 * 3
    assert len(made) == 2


# --- Wrong points of large designs ------------------------------------------------------------------------


def grid_of_ages(top: float, steps: int = 40) -> Experiment:
    ages = {"low": 0.0, "high": top, "steps": steps}
    return experiment(**AGES | {"settings": {}, "factors": dict.fromkeys(
        ("district.share_elderly", "district.share_young"), ages)})  # fmt: skip


def test_what_two_values_do_wrong_at_the_end_of_a_large_design_is_refused_before_any_run(sweep_folder: Path) -> None:
    """Of 1,600 points those are wrong where the elderly and the young are together more than all."""
    with pytest.raises(InputError, match="more than 1"):
        sweep(grid_of_ages(0.505), sweep_folder / "wrong", jobs=1)
    assert not rows(sweep_folder / "wrong", "plan", "replication, point, scenario")
    with pytest.raises(InputError, match="more than 1"):
        forecast(grid_of_ages(0.505), jobs=1)


def test_a_wrong_word_anywhere_in_a_large_design_is_refused_before_any_run(sweep_folder: Path) -> None:
    scopes = {"values": [*(number / 1500 for number in range(1500)), ["roads", "nowhere"]]}
    with pytest.raises(InputError, match="nowhere"):
        sweep(experiment(factors={"policy.service_scope": scopes}), sweep_folder / "wrong", jobs=1)


def test_all_points_of_a_design_of_usual_size_are_tried_before_any_run(sweep_folder: Path) -> None:
    points = [{"calendar.opening_hour": float(number % 8), "calendar.shift_hours": 8.0} for number in range(8)]
    points.insert(4, {"calendar.opening_hour": 18.0, "calendar.shift_hours": 8.0})
    table = {"design": {"kind": "table", "points": points}, "factors": {}, "scenarios": ["before"]}
    with pytest.raises(InputError, match="after midnight"):
        sweep(experiment(**table), sweep_folder / "wrong", jobs=1)


def test_a_wrong_point_that_only_its_slice_shows_ends_the_sweep_and_loses_nothing(
    sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "MAX_CHECKED_FIRST", 1)
    slices_of(monkeypatch, 2)
    folder = sweep_folder / "wrong"
    with pytest.raises(InputError, match="more than 1"):
        sweep(grid_of_ages(0.505, steps=3), folder, jobs=1)
    status = Results(folder).status()
    assert (status.done, status.planned) == (8, 9) and not status.damaged


def test_a_forecast_counts_the_starts_that_are_still_to_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Policies share the start of a seed; another condition has its own. One of the three seeds' is kept."""
    from sanfang.run import prepare

    first: list[str] = []

    def is_there(which: str) -> bool:
        first.append(which)
        return which == first[0]

    monkeypatch.setattr(prepare, "is_there", is_there)
    monkeypatch.setattr(prepare, "make_start", lambda *_: time.sleep(0.2))
    found = forecast(experiment(), jobs=1)
    assert (found.starts, found.starts_to_make) == (3, 2)
    assert found.seconds_per_start >= 0.2 and found.seconds >= 2 * found.seconds_per_start
    first.clear()
    conditions = {"factors": {"needs.recurrence_days": [50.0, 60.0]}}
    assert forecast(experiment(**conditions), jobs=1).starts == 6
