"""A run begins in the steady state of its district, and day 0 is the day of the reform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from model_runs import FULL_REFORM, demo
from sanfang.model import state as s
from sanfang.model.books.observation import observe
from sanfang.model.kernel.engine_arrays import EVENT, NONE
from sanfang.model.kernel.event_calendar import pending_events
from sanfang.model.model import DistrictModel
from sanfang.model.start import snapshots, steady
from sanfang.model.start.lead_in import LeadIn
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.errors import InputError
from sanfang.scenario.policy import lever_names

SCALE = 0.25
STEADY = {"run.start": "steady"}


def district(name: str = "before", **changes: Any) -> Any:
    return demo(name, **(STEADY | changes))


def play(name: str = "before", days: int = 60, **changes: Any) -> Run:
    return simulate(district(name, **changes), days=days, scale=SCALE, keep_requests=True)


@pytest.fixture(scope="module")
def lead() -> LeadIn:
    """A district on the eve of day 0."""
    model = LeadIn(district(), 1, SCALE)
    model.run()
    return model


@pytest.fixture
def none_kept() -> Iterator[None]:
    """As if no start had been asked for in this process."""
    steady._latest.clear()
    yield
    steady._latest.clear()


def same(one: Run, other: Run) -> bool:
    """Whether two runs show the same, to the last bit."""
    left, right = one.observation, other.observation
    assert left is not None and right is not None
    records = left.records.tobytes() == right.records.tobytes()
    return records and one.ledger.equals(other.ledger) and one.daily.equals(other.daily)


# --- What day 0 begins with ---------------------------------------------------------------------------------


def test_every_policy_begins_in_the_same_state() -> None:
    before, reform = (DistrictModel(district(name), days=30, scale=SCALE) for name in ("before", FULL_REFORM))
    for name in ("cases", "states", "latent", "persons", "skill", "communities", "budget", "dormant"):
        assert getattr(before.world, name).tobytes() == getattr(reform.world, name).tobytes(), name
    assert all((a == b).all() for a, b in zip(before.residents, reform.residents, strict=True))


def test_needs_that_are_carried_arose_before_day_0_and_end_after_it() -> None:
    run = play()
    carried = run.requests[run.requests["arose"] < 0]
    assert len(carried) > 100
    ended = carried[carried["closed"].notna()]
    assert len(ended) > 50 and (ended["outcome"] != "open").all()
    assert (ended["closed"] >= 0).all()


def test_nobody_has_two_needs_with_one_id() -> None:
    requests = play(days=200).requests
    assert requests["id"].is_unique


def test_the_eve_is_carried_over_need_by_need_and_event_by_event(lead: LeadIn) -> None:
    model = DistrictModel(district(), days=30, scale=SCALE)
    for state in (s.LATENT, s.OPEN):
        assert (model.world.flow[:, :, state] == lead.world.flow[:, :, state]).all()
    events = []
    for district_ in (lead, model):
        found = np.zeros(int(district_.engine.clock["scheduled"][0]), EVENT)
        pending_events(district_._engine, found)
        found = found[np.lexsort((found["order"], found["time"]))]
        events.append((found["time"], found["kind"], found["subject"]))
    hours = float(lead.world.clock_start[lead.day])
    assert np.allclose(events[0][0] - hours, events[1][0]) and (events[1][0] >= 0).all()
    assert (events[0][1] == events[1][1]).all() and (events[0][2] == events[1][2]).all()
    assert (model.world.burden == lead.world.burden).all()


def test_the_run_has_the_year_before_as_days_below_0() -> None:
    daily = play().daily
    assert daily["day"].tolist() == list(range(-366, 60))  # 2024 has 366 days
    assert str(daily["date"].iloc[0]) == "2024-01-01" and str(daily["date"].iloc[366]) == "2025-01-01"
    assert daily["satisfaction"].notna().all() and (daily["closed"].iloc[:366].sum() > 0)


def test_books_are_opened_on_day_0_and_balance_under_every_lever() -> None:
    """`ledger` checks the identities of hours, money and needs."""
    present = simulate(district(), days=40, scale=SCALE)
    for lever in lever_names():
        run = simulate(district(**{f"policy.{lever}": 1.0}), days=40, scale=SCALE)
        hours = run.ledger[run.ledger["resource"] == "hours"]["amount"].sum()
        assert hours == pytest.approx(present.ledger[present.ledger["resource"] == "hours"]["amount"].sum())


def test_a_start_in_mid_year_keeps_the_money_that_is_in_the_pots() -> None:
    """It is given with the first month's; a year that begins with day 0 has let last year's lapse."""
    july = DistrictModel(district(**{"calendar.start": "2025-07-01"}), days=40, scale=SCALE)
    january = DistrictModel(district(), days=40, scale=SCALE)
    assert july.finance.supplied > 0 and january.finance.supplied == 0
    july.run()
    july.ledger()


def test_what_is_known_of_demand_is_carried_over(lead: LeadIn) -> None:
    model = DistrictModel(district(), days=40, scale=SCALE)
    assert (model.finance.known == lead.finance.known).all() and model.finance.known.sum() > 0
    model.step()
    kept = 1 - 1 / (12 * district().supply.memory_years)
    assert np.allclose(model.finance.known, kept * lead.finance.known)


# --- Nothing depends on how far a run goes, or on where its start was made ------------------------------------


@pytest.mark.parametrize("name", ["before", FULL_REFORM])
def test_a_run_is_the_first_days_of_a_longer_one(name: str) -> None:
    longer, shorter = (DistrictModel(district(name), days=days, scale=SCALE) for days in (500, 120))
    for _ in range(120):
        longer.step()
        shorter.step()
    left, right = observe(longer), observe(shorter)
    assert left.records.tobytes() == right.records.tobytes()
    assert left.counters.tobytes() == right.counters.tobytes()
    assert left.satisfaction.tobytes() == right.satisfaction.tobytes()
    assert left.ledger.equals(right.ledger)


def test_an_empty_start_is_the_first_days_of_a_longer_run_too() -> None:
    longer, shorter = (DistrictModel(demo(FULL_REFORM), days=days, scale=SCALE) for days in (400, 120))
    for _ in range(120):
        longer.step()
        shorter.step()
    assert observe(longer).records.tobytes() == observe(shorter).records.tobytes()


def test_a_run_from_a_kept_start_is_the_one_that_made_the_years_itself(none_kept: None) -> None:
    scenario = district("three-devolutions", **{"needs.recurrence_days": 61.0})
    made = simulate(scenario, days=30, scale=SCALE, keep_requests=True)
    steady._latest.clear()
    key = snapshots.key_of(scenario.under_present_policy(), 1, SCALE)
    assert snapshots.read(key) is not None
    assert same(made, simulate(scenario, days=30, scale=SCALE, keep_requests=True))


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_start_is_made_again(damage: str, none_kept: None) -> None:
    scenario = district(**{"needs.recurrence_days": 62.0})
    first = simulate(scenario, days=10, scale=0.1, keep_requests=True)
    key = snapshots.key_of(scenario.under_present_policy(), 1, 0.1)
    assert snapshots.FOLDER.path is not None
    file = snapshots.FOLDER.path / f"{key}{snapshots.SUFFIX}"
    content = file.read_bytes()
    middle = len(content) // 2
    damaged = {"cut": content[:middle], "changed": content[:middle] + b"?" + content[middle + 1 :], "empty": b""}
    file.write_bytes(damaged[damage])
    steady._latest.clear()
    assert same(first, simulate(scenario, days=10, scale=0.1, keep_requests=True))
    # Not its bytes: what lies between the fields of a row may differ with the library that makes room for them.
    assert snapshots.read(key) is not None and file.stat().st_size == len(content)


def test_a_reform_on_day_0_is_the_schedule_that_begins_on_day_0() -> None:
    assert same(play(**{"policy.authority": 0.5}), play(**{"policy.authority": ((0, 0.5),)}))


# --- Which start it is ----------------------------------------------------------------------------------------


def key(**changes: Any) -> str:
    return snapshots.key_of(district(**changes).under_present_policy(), 1, SCALE)


def test_policies_share_a_start_and_conditions_do_not() -> None:
    assert key() == key(**{"policy.authority": 1.0}) == key(**{"run.days": 30}) == key(label_en="other")
    others = ({"needs.recurrence_days": 61.0}, {"present.authority": 0.5}, {"calendar.start": "2026-01-01"})
    assert len({key(), *(key(**change) for change in others)}) == 4


def test_before_is_the_policy_that_the_district_has() -> None:
    from sanfang.scenario.scenario import Scenario

    scenario = Scenario.load("before", district="demo", settings=["present.authority=0.5", "present.triage=0.25"])
    assert (scenario.policy.authority, scenario.policy.triage, scenario.policy.tailoring) == (0.5, 0.25, 0.0)
    reform = Scenario.load("three-devolutions", district="demo", settings=["present.triage=0.25"])
    assert reform.policy.triage == 0.0, "a scenario's policy is complete"


def test_a_present_policy_is_in_force_in_the_years_before() -> None:
    """What it costs and does is there on day 0 already."""
    daily = play(days=5, **{"present.data_discovery": 1.0}).daily
    assert daily[daily["day"] < 0]["hours_data_entry"].sum() > 0
    assert play(days=5).daily["hours_data_entry"].sum() == 0


def test_a_steady_start_needs_the_first_of_a_month() -> None:
    with pytest.raises(InputError, match="first of a month"):
        district(**{"calendar.start": "2025-03-15"})
    assert demo(**{"calendar.start": "2025-03-15"}).run.start == "empty"


def test_metrics_count_from_day_0() -> None:
    assert (play().window.first, play().window.end) == (0, 60)
    assert demo().run.left_out == 90


# --- The years before -----------------------------------------------------------------------------------------


def test_people_have_been_there_for_as_long_as_people_stay(lead: LeadIn) -> None:
    """Skill is spread from newcomers' to that of long years, and does not change much in the last years."""
    skill = lead.world.skill[lead.world.persons["tier"] == s.COMMUNITY].mean()
    with_more_years = DistrictModel(district(), days=730, scale=SCALE)
    with_more_years.run()
    later = with_more_years.world.skill[with_more_years.world.persons["tier"] == s.COMMUNITY].mean()
    assert abs(later - skill) < 0.03


def test_the_lead_in_does_not_use_the_draws_of_the_run(lead: LeadIn) -> None:
    model = DistrictModel(district(), days=30, scale=SCALE)
    assert lead.keys["needs"] != model.keys["needs"] and lead.keys["tasks"] != model.keys["tasks"]


def test_no_record_of_the_years_before_is_written_to() -> None:
    years = LeadIn(district(), 2, 0.1)
    years.run()
    arrays = years.carried()
    assert (arrays["world.cases"]["record"] == NONE).all() and (arrays["world.cases"]["closing"] == NONE).all()
    assert not arrays["world.counts"]["records"].any() and not arrays["world.counts"]["closings"].any()
