"""With every part of behaviour on, a run keeps its books, its draws and its beginnings; with all off they do nothing.
And take-up, from a schedule and in a pilot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from behaviour import ALL_ON, TAKE_UP
from model_runs import FULL_REFORM, demo, evaluated_whole, run
from sanfang.lab.comparison import compare
from sanfang.lab.verification.district import supply
from sanfang.model.books import headings as h
from sanfang.model.books.observation import observe
from sanfang.model.model import DistrictModel
from sanfang.model.start import snapshots, steady
from sanfang.model.take_up import SERVICES
from sanfang.run.simulation import Run, simulate

SCALE = 0.25
NEW = {"policy.self_service": 1.0, "policy.digital_platform": 1.0, "policy.service_scope": 1.0}


def everything(**changes: Any) -> Any:
    return demo(FULL_REFORM, **(ALL_ON | {"run.start": "steady"} | changes))


def same(one: Run | DistrictModel, other: Run | DistrictModel) -> None:
    """Whether two show the same, to the last bit."""
    left, right = ((item if isinstance(item, DistrictModel) else item.model) for item in (one, other))
    assert left is not None and right is not None
    a, b = observe(left), observe(right)
    assert a.records.tobytes() == b.records.tobytes()
    assert a.counters.tobytes() == b.counters.tobytes()
    assert a.satisfaction.tobytes() == b.satisfaction.tobytes()
    assert a.ledger.equals(b.ledger)


# --- All on ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def models() -> Iterator[tuple[DistrictModel, DistrictModel]]:
    """A run of a year, and the first year of a longer one."""
    steady._latest.clear()
    longer, shorter = (DistrictModel(everything(), days=days, scale=SCALE) for days in (500, 365))
    for _ in range(365):
        longer.step()
        shorter.step()
    yield longer, shorter


def test_a_year_is_the_first_of_a_longer_run(models: tuple[DistrictModel, DistrictModel]) -> None:
    same(*models)


def test_hours_money_and_needs_are_all_somewhere(models: tuple[DistrictModel, DistrictModel]) -> None:
    _, model = models
    booked = model.ledger().groupby("resource")["amount"].sum()
    expected = supply(model.scenario_run, 365, len(model.workers))
    wages = expected["hours"] * model.scenario_run.staffing.wage
    people = len(model.residents.trust) / model.scenario_run.district.population
    assert booked["hours"] == pytest.approx(expected["hours"], rel=1e-9)
    assert booked["yuan"] == pytest.approx((expected["yuan"] - wages) * people + wages, rel=1e-9)
    states = model.world.flow.sum(axis=(0, 1))
    assert states[-1] == states[:-1].sum()
    assert model.world.communities["terminals_out"].max() >= 0.0
    assert model.diary.days == 365


def test_every_part_is_at_work(models: tuple[DistrictModel, DistrictModel]) -> None:
    _, model = models
    world = model.world
    assert world.daily[:365].sum(axis=0).min() > 0
    hours = model.engine.hours.sum(axis=0)
    assert hours[h.CAMPAIGNS] > 0.0 and hours[h.REMINDERS] > 0.0
    assert (world.persons["days_down"] > 0).any() and (world.persons["knows"] < 0.9).any()
    assert (model.engine.jobs["pot"] > 0).any() and world.counts["terminal_uses"][0] > 100
    assert 0.0 < model.take_up.share().min() < 1.0


def test_a_kept_start_is_the_one_that_was_made() -> None:
    scenario = everything(**{"needs.recurrence_days": 61.0})
    made = simulate(scenario, days=30, scale=SCALE, keep_requests=True)
    steady._latest.clear()
    kept = simulate(scenario, days=30, scale=SCALE, keep_requests=True)
    same(made, kept)
    snapshots.forget(snapshots.key_of(scenario.under_present_policy(), 1, SCALE))
    steady._latest.clear()
    same(made, simulate(scenario, days=30, scale=SCALE, keep_requests=True))


def test_results_do_not_depend_on_the_number_of_workers() -> None:
    scenarios = {"before": demo(**ALL_ON), "reform": demo(FULL_REFORM, **ALL_ON)}
    scenarios = {name: evaluated_whole(one, 60) for name, one in scenarios.items()}
    one, two = (compare(scenarios, reps=2, jobs=jobs, days=60, scale=SCALE, baseline="before") for jobs in (1, 2))
    assert one.differences.equals(two.differences)


# --- All off --------------------------------------------------------------------------------------------------

IDLE: dict[str, Any] = {
    "tasks.pressing_days": 9.0, "tasks.reminder_hours": 3.0, "discovery.stranger_patrol": 0.0,
    "terminals.repair_days": 50.0, "take_up.campaign": 9.0, "take_up.word_of_mouth": 9.0, "prices.campaign_hours": 90.0,
    "take_up.by_experience": 9.0, "channels.step": 0.9, "assessment.near_days": 9.0, "assessment.hurry": 0.8,
    "assessment.haste_costs": 0.9, "assessment.in_vain": 0.9, "assessment.reminder_hours": 9.0,
    "assessment.look_days": 1.0, "assessment.of_tasks": 9.0, "assessment.of_own_work": 9.0, "assessment.of_chores": 9.0,
    "worsening.spreads": 0.9, "worsening.effort": 5.0, "worsening.swing_memory": 0.1, "worsening.storm_excess": 50.0,
    "sharing.recognised": 0.1, "sharing.turned_away": 0.9, "sharing.check_hours": 1.0, "sharing.look_hours": 5.0,
}  # fmt: skip
"""What tunes the parts, and switches none on."""


def test_with_the_switches_off_nothing_that_tunes_the_parts_acts() -> None:
    same(run(demo(FULL_REFORM), 60), run(demo(FULL_REFORM, **IDLE), 60))


def test_the_parts_are_off_as_the_files_stand() -> None:
    scenario = demo(FULL_REFORM)
    for path in ALL_ON:
        section, _, name = path.partition(".")
        off = {"staffing.moves": "even", "take_up.known": 1.0}.get(path, 0.0)
        assert path in IDLE or getattr(getattr(scenario, section), name) == off, path


@pytest.mark.parametrize("path", sorted(set(ALL_ON) - set(IDLE) - {"worsening.storms"}))  # none in winter
def test_each_switch_does_something(path: str) -> None:
    poor = {"money.operating": 100.0, "run.warm_up": 0}
    plain, changed = demo(FULL_REFORM, **poor), demo(FULL_REFORM, **poor, **{path: ALL_ON[path]})
    assert not run(plain, 60, scale=0.5).requests.equals(run(changed, 60, scale=0.5).requests)


# --- Take-up --------------------------------------------------------------------------------------------------


def test_take_up_follows_the_formula_by_the_campaigns_that_were_done() -> None:
    model = DistrictModel(demo(**NEW, **TAKE_UP), days=200, scale=SCALE)
    known = np.full((len(model.map.ids), len(SERVICES)), 0.1)
    due = []
    while model.day < model.days:
        due.append(model.policy.chores[:, h.CAMPAIGNS].sum())
        model.step()
        done = model.completion.share[:, h.CAMPAIGNS][:, None]
        known = known + (2.0 * done + 1.0 * known) / 365 * (1.0 - known)
        np.testing.assert_allclose(model.take_up.known, known)
    assert 0.5 < known.min() < known.max() < 1.0
    assert (np.diff(due) <= 0).all() and 0 < due[-1] < 0.6 * due[0], "less is left to tell"
    assert model.engine.hours[:, h.CAMPAIGNS].sum() > 0.0


def test_take_up_falls_with_the_level_and_comes_again_from_below() -> None:
    schedule = [[0, 0.0], [10, 1.0], [30, 0.02], [40, 0.5]]
    model = DistrictModel(demo(**{"policy.self_service": schedule}, **TAKE_UP), days=60, scale=SCALE)
    seen = []
    while model.day < model.days:
        model.step()
        seen.append(model.take_up.known[:, 0].copy())
    assert (seen[9] == 0.0).all() and (seen[10] > 0.1).all() and (seen[10] < 0.12).all()
    assert (seen[29] > 0.15).all() and (seen[30] <= 0.02 + 1e-12).all()
    assert (seen[40] > 0.02 + 0.1 * 0.48 - 1e-9).all() and (seen[59] < 0.5).all()
    assert (model.take_up.known[:, 1:] == 0.0).all()


def test_a_pilot_is_known_where_it_is() -> None:
    pilot = {"policy_by_community.c004.self_service": 1.0}
    model = DistrictModel(demo(**pilot, **TAKE_UP), days=40)
    for _ in range(40):
        model.step()
    here = np.array(model.map.ids) == "c004"
    assert here.sum() == 1 and (model.take_up.known[here, 0] > 0.1).all() and (model.take_up.known[~here] == 0.0).all()
    effects = model.policy.effects.community
    assert 0.1 < effects["self_service"][here][0] < 1.0 and effects["terminals"][here][0] == 1.0


def test_another_policy_in_the_middle_of_a_run_is_the_schedule_that_says_so() -> None:
    planned = DistrictModel(demo(**{"policy.self_service": [[0, 0.5], [20, 1.0]]}, **ALL_ON), days=40, scale=SCALE)
    turned = DistrictModel(demo(**{"policy.self_service": 0.5}, **ALL_ON), days=40, scale=SCALE)
    for _ in range(40):
        if turned.day == 20:
            turned.follow(demo(**{"policy.self_service": 1.0}, **ALL_ON))
        planned.step()
        turned.step()
    same(planned, turned)


def test_with_everything_known_at_once_nothing_is_told_and_nothing_waits() -> None:
    known = run(demo(**NEW, **{"take_up.known": 1.0, "take_up.campaign": 5.0}), 60)
    assert known.ledger.query("heading == 'campaigns'")["amount"].sum() == 0.0
    half = run(demo(**NEW, **{"take_up.known": 0.2}), 60)
    assert half.metrics["trips_per_request"] > known.metrics["trips_per_request"]
    assert half.model is not None and known.model is not None
    uses = [found.model.world.counts["terminal_uses"][0] for found in (half, known)]
    assert 0 < uses[0] < uses[1]
