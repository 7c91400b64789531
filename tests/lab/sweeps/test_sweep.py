"""A sweep makes what is missing and nothing else, whatever happened before."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sanfang.lab.storage.results import Results
from sanfang.lab.storage.schema import METRIC_NAMES
from sanfang.lab.sweeps import missing_runs, stored_plan
from sanfang.lab.sweeps import sweep as sweep_module
from sanfang.lab.sweeps.sweep import sweep
from sanfang.scenario.errors import InputError
from usual_sweep import experiment, made_up, table

# --- What is run ---------------------------------------------------------------------------------------------


@made_up
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_cell_has_one_run_and_the_same_seeds_everywhere(sweep_folder: Path, jobs: int) -> None:
    end = sweep(experiment(), sweep_folder, jobs=jobs)
    assert (end.planned, end.done, end.failed, end.made, end.complete) == (18, 18, 0, 18, True)
    runs = table(sweep_folder)
    assert len(runs.drop_duplicates(["scenario", "point", "replication"])) == 18
    assert all(group["seed"].tolist() == [1, 2, 3] for _, group in runs.groupby(["scenario", "point"]))
    noise = runs["satisfaction"] - 0.1 * runs["policy.authority"]
    assert (noise.groupby(runs["seed"]).std() < 1e-12).all(), "one seed, one luck, in all cells"


@made_up
def test_a_sweep_started_again_makes_only_what_is_missing(sweep_folder: Path) -> None:
    assert sweep(experiment(), sweep_folder / "pieces", jobs=1, limit=7).made == 7
    second = sweep(experiment(), sweep_folder / "pieces", jobs=2, limit=5)
    assert (second.made, second.done, second.complete) == (5, 12, False)
    assert sweep(experiment(), sweep_folder / "pieces", jobs=1).made == 6
    assert sweep(experiment(), sweep_folder / "pieces", jobs=1).made == 0
    sweep(experiment(), sweep_folder / "whole", jobs=1, reuse=False)
    pd.testing.assert_frame_equal(table(sweep_folder / "pieces"), table(sweep_folder / "whole"), check_exact=True)


@made_up
def test_an_experiment_that_grows_keeps_the_runs_that_it_has(sweep_folder: Path) -> None:
    sweep(experiment(), sweep_folder, jobs=1)
    end = sweep(experiment(replications=4, factors={"policy.authority": [0.0, 0.25, 0.5, 1.0]}), sweep_folder, jobs=1)
    assert (end.planned, end.made) == (32, 32 - 18)
    end = sweep(experiment(), sweep_folder, jobs=1)
    assert (end.planned, end.made) == (18, 0)
    assert len(table(sweep_folder)) == 18, "runs of the larger plan are kept and not shown"


@made_up
def test_cells_that_are_the_same_run_are_run_once(sweep_folder: Path) -> None:
    same = {"policy.authority": [0.0, 0.5], "again": {"sets": {"policy.triage": 0.0}, "values": [0.0, 1.0]}}
    seen: list[tuple[int, int, int]] = []
    end = sweep(experiment(factors=same), sweep_folder, jobs=2, report=lambda *state: seen.append(state))
    assert (end.planned, end.done, end.made) == (24, 24, 12)
    assert seen[0] == (0, 24, 0) and seen[-1] == (24, 24, 0)


@made_up
def test_runs_of_a_sweep_beside_it_are_taken_over(sweep_folder: Path) -> None:
    sweep(experiment(), sweep_folder / "one", jobs=1)
    other = experiment(name="other", factors={"policy.authority": [0.5, 0.75]})
    assert sweep(other, sweep_folder / "not", jobs=1, reuse=False).made == 12
    end = sweep(other, sweep_folder / "two", jobs=1)
    assert (end.reused, end.made) == (12, 0), "six from one, six from not"


@made_up
def test_a_wish_to_stop_ends_the_sweep_with_all_that_was_begun_stored(sweep_folder: Path) -> None:
    done: list[int] = []
    end = sweep(
        experiment(),
        sweep_folder,
        jobs=2,
        report=lambda *now: done.append(now[0]),
        stopping=lambda: max(done, default=0) > 4,
    )
    assert end.stopped and not end.complete and end.made == end.done >= 5
    assert sweep(experiment(), sweep_folder, jobs=1).complete


def test_new_code_makes_new_runs(sweep_folder: Path, made_up_simulation: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(experiment(), sweep_folder, jobs=1)
    for module in (sweep_module, stored_plan, missing_runs, sys.modules["sanfang.lab.sweeps.work"]):
        monkeypatch.setattr(module, "code_version", lambda: "0123456789abcdef")
    assert sweep(experiment(), sweep_folder, jobs=1).made == 18


# --- Failures ------------------------------------------------------------------------------------------------


@made_up
def test_a_failed_run_is_recorded_and_tried_again_when_asked(
    sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = experiment(factors={"policy.authority": [0.0, 0.666, 1.0]})
    end = sweep(bad, sweep_folder, jobs=2)
    assert (end.done, end.failed, end.complete) == (12, 6, False)
    assert sweep(bad, sweep_folder, jobs=1).made == 0, "a run that failed is not made again by itself"
    results = Results(sweep_folder)
    assert results.status().errors == {"ZeroDivisionError: made up": 6}
    assert "in made_up_run" in results.failures()["trace"].iloc[0]
    assert len(results.runs()) == 12
    monkeypatch.setattr("sanfang.run.simulation.simulate", _never_fails)
    end = sweep(bad, sweep_folder, jobs=1, retry_failed=True)
    assert (end.made, end.done, end.failed, end.complete) == (6, 18, 0, True)


def _never_fails(scenario: Any, seed: int, days: Any, scale: float) -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(metrics=dict.fromkeys(METRIC_NAMES, 1.0), daily=pd.DataFrame())


@made_up
def test_one_folder_holds_one_sweep(sweep_folder: Path) -> None:
    sweep(experiment(), sweep_folder, jobs=1, limit=1)
    with pytest.raises(InputError, match="holds the sweep 'usual', not 'other'"):
        sweep(experiment(name="other"), sweep_folder, jobs=1)


# --- Replications until it is precise ------------------------------------------------------------------------


@made_up
def test_replications_are_added_only_where_the_interval_is_wide(sweep_folder: Path) -> None:
    """The noise of a mean is 0.01 in satisfaction: a half-width of 0.004 takes about 27 of them."""
    rule = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}
    end = sweep(experiment(replications=rule), sweep_folder / "a", jobs=2)
    assert end.complete
    counts = table(sweep_folder / "a").groupby(["scenario", "point"]).size()
    assert counts.nunique() == 1 and 15 <= counts.iloc[0] <= 45
    again = experiment(replications=rule)
    for _ in range(12):
        sweep(again, sweep_folder / "b", jobs=1, limit=16, reuse=False)
    pd.testing.assert_frame_equal(
        table(sweep_folder / "a"), table(sweep_folder / "b")[: len(table(sweep_folder / "a"))]
    )


@made_up
def test_a_sweep_whose_limit_ends_with_the_first_replications_says_that_more_are_wanted(sweep_folder: Path) -> None:
    rule = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}
    end = sweep(experiment(replications=rule), sweep_folder, jobs=1, limit=6 * 5)
    assert end.made == end.done == 30 and not end.complete
    with Results(sweep_folder) as results:
        assert results.status().planned > 30


@made_up
def test_more_replications_are_planned_only_once_the_first_are_all_laid_out(
    sweep_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit may end where a slice does: what is not laid out yet has no interval to judge."""
    monkeypatch.setattr("sanfang.lab.sweeps.plan.FIRST_SLICE", 6)
    rule = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}
    end = sweep(experiment(replications=rule), sweep_folder, jobs=1, limit=12, reuse=False)
    assert (end.made, end.planned) == (12, 30)
    with Results(sweep_folder) as results:
        assert results.status().laid_out == 12
    assert sweep(experiment(replications=rule), sweep_folder, jobs=1, reuse=False).complete


@made_up
def test_common_seeds_make_differences_precise_at_once(sweep_folder: Path) -> None:
    rule = {"min": 5, "max": 60, "metric": "satisfaction", "half_width": 0.004}
    assert sweep(experiment(replications=rule), sweep_folder, jobs=1).planned == 2 * 3 * 5


WATCHED = {"min": 5, "max": 60, "step": 1, "metric": "satisfaction", "half_width": 0.004, "of": "mean"}


@made_up
def test_replications_that_are_there_already_are_counted_and_not_made_again(sweep_folder: Path) -> None:
    """A change of what is kept makes the plan anew; the runs beyond its first replications are there all the same."""
    first = sweep(experiment(replications=WATCHED), sweep_folder / "a", jobs=1)
    again = sweep(experiment(replications=WATCHED, metrics=["satisfaction"]), sweep_folder / "a", jobs=1)
    assert (again.planned, again.made, again.complete) == (first.planned, 0, True)
    beside = sweep(experiment(replications=WATCHED, name="beside"), sweep_folder / "b", jobs=1)
    assert (beside.reused, beside.made, beside.complete) == (first.planned, 0, True)


@made_up
def test_a_metric_that_is_never_a_number_takes_all_replications_and_ends(sweep_folder: Path) -> None:
    rule = {"min": 3, "max": 7, "step": 2, "metric": "resolution_days_p90", "half_width": 0.1, "of": "mean"}
    end = sweep(experiment(replications=rule), sweep_folder, jobs=1)
    assert (end.planned, end.complete) == (6 * 7, True)
