"""Residents, workers, communities, street offices and departments are Mesa agents: views on the model's columns."""

from __future__ import annotations

import datetime as dt
import pickle

import mesa
import numpy as np
import pytest

from model_runs import FULL_REFORM, demo, run
from sanfang.model.agents import (
    Community,
    CommunityOfficer,
    Department,
    GridWorker,
    OfficeWorker,
    Resident,
    SubdistrictOffice,
    Worker,
)
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import simulate

DAYS = 20


@pytest.fixture(scope="module")
def model() -> DistrictModel:
    """A model in the middle of its run."""
    made = DistrictModel(demo(FULL_REFORM), seed=1, days=DAYS)
    for _ in range(10):
        made.step()
    return made


def test_the_district_is_a_mesa_model_and_its_kinds_are_mesa_agents(model: DistrictModel) -> None:
    assert isinstance(model, mesa.Model)
    for kind in (Resident, GridWorker, CommunityOfficer, OfficeWorker, Community, SubdistrictOffice, Department):
        assert issubclass(kind, mesa.Agent)


def test_agents_are_found_by_type(model: DistrictModel) -> None:
    by_type = model.agents_by_type
    assert len(by_type[Community]) == 12
    assert len(by_type[SubdistrictOffice]) == 3
    assert len(by_type[Department]) == len(model.scenario_run.departments)
    workers = [agent for kind in (GridWorker, CommunityOfficer, OfficeWorker) for agent in by_type[kind]]
    assert sorted(worker.row for worker in workers) == list(range(len(model.workers)))
    assert [place.name for place in model.communities] == list(model.map.ids)
    assert {place.name for place in model.departments} == set(model.scenario_run.departments)


def test_agents_are_unique_and_belong_to_the_model(model: DistrictModel) -> None:
    ids = [agent.unique_id for agent in model.agents]
    assert len(set(ids)) == len(ids)
    assert all(agent.model is model for agent in model.agents)


def test_residents_are_views_made_on_request(model: DistrictModel) -> None:
    before = len(model.agents)
    resident = model.resident(17)
    assert isinstance(resident, Resident)
    assert len(model.agents) == before
    assert resident.neighbours and len(model.agents) == before


def test_a_resident_reads_its_row(model: DistrictModel) -> None:
    columns = model.residents
    for row in (0, 5_000, len(columns.trust) - 1):
        resident = model.resident(row)
        assert resident.satisfaction == columns.satisfaction[row]
        assert resident.trust == columns.trust[row]
        assert resident.expectation == columns.expectation[row]
        assert resident.vulnerable == columns.vulnerable[row]
        assert resident.unresolved == columns.burden[row]
        assert resident.community.row == columns.community[row]
        assert row in range(resident.community.residents.start, resident.community.residents.stop)


def test_a_view_follows_its_column(model: DistrictModel) -> None:
    """What is written to a column is what the view shows, and a step of the model shows in it too."""
    resident, columns = model.resident(3), model.residents
    kept = columns.satisfaction[3]
    try:
        columns.satisfaction[3] = 0.25
        assert resident.satisfaction == 0.25
    finally:
        columns.satisfaction[3] = kept
    made = DistrictModel(demo(), days=15, scale=0.2)
    views = [made.resident(row) for row in range(len(made.residents.trust))]
    first = [view.satisfaction for view in views]
    made.run()
    assert [view.satisfaction for view in views] == made.residents.satisfaction.tolist() != first


def test_neighbours_are_others_of_the_same_community(model: DistrictModel) -> None:
    for row in (1, 9_999):
        resident = model.resident(row)
        assert len(resident.neighbours) == model.scenario_run.mind.ties
        assert all(other.community is resident.community for other in resident.neighbours)


def test_communities_adjoin_each_other_mutually(model: DistrictModel) -> None:
    for place in model.communities:
        assert place not in place.neighbours
        assert place.neighbours
        assert all(place in other.neighbours for other in place.neighbours)


def test_communities_lie_in_sub_districts_and_share_out_the_residents(model: DistrictModel) -> None:
    assert {place.sub_district for place in model.communities} == set(model.streets)
    rows = [row for place in model.communities for row in range(place.residents.start, place.residents.stop)]
    assert rows == list(range(len(model.residents.trust)))
    place = model.communities[4]
    assert place.satisfaction == pytest.approx(model.residents.satisfaction[place.residents].mean())
    assert place.fund == model.world.communities["fund"][4]


def test_every_post_is_at_one_place(model: DistrictModel) -> None:
    offices = [*model.communities, *model.streets, *model.departments]
    staff = np.concatenate([office.staff for office in offices])
    assert sorted(staff) == list(range(len(model.workers)))
    for office in offices:
        assert all(model.workers[row].station in office.stations for row in office.staff)


def test_staff_moved_down_are_counted_where_they_went() -> None:
    before, after = (DistrictModel(demo(name), days=1) for name in ("before", "resources"))
    for made in (before, after):
        made.step()
    assert len(before.workers) == len(after.workers)
    gained = sum(len(place.staff) for place in after.communities) - sum(len(p.staff) for p in before.communities)
    lost = sum(
        len(b.staff) - len(a.staff)
        for b, a in zip([*before.streets, *before.departments], [*after.streets, *after.departments], strict=True)
    )
    assert gained == lost > 0


def test_workers_tell_their_state(model: DistrictModel) -> None:
    for worker in model.workers:
        assert isinstance(worker, Worker)
        assert 0 <= worker.fatigue <= 1
        assert set(worker.skill) == set(model.scenario_run.domains)
        assert all(0 <= skill <= 1 for skill in worker.skill.values())
        assert worker.in_post or not worker.busy
    assert sum(worker.cases_handled for worker in model.workers) > 0


def test_offices_tell_their_hours_and_queues(model: DistrictModel) -> None:
    offices = [*model.communities, *model.streets, *model.departments]
    assert sum(office.waiting for office in offices) > 0
    for office in offices:
        assert sum(office.hours.values()) == pytest.approx(model.engine.hours[office.stations].sum())
    for department in model.departments:
        assert department.budget == model.world.budget[department.row] >= 0


# --- Steps --------------------------------------------------------------------------------------------------


def test_a_step_is_a_day() -> None:
    made = DistrictModel(demo(), days=3, scale=0.2)
    start = made.scenario_run.calendar.start
    for day in range(3):
        assert (made.day, made.time, made.steps) == (day, day, day)
        assert made.date == start + dt.timedelta(days=day)
        made.step()
    assert (made.day, made.time) == (3, 3)
    with pytest.raises(IndexError):
        made.step()
    assert made.day == 3


def test_run_goes_to_the_last_day_and_no_further() -> None:
    made = DistrictModel(demo(), days=5, scale=0.2)
    made.step()
    made.run()
    assert made.day == 5
    made.run()
    assert made.day == 5


def test_a_run_by_steps_is_the_run_of_simulate() -> None:
    made = DistrictModel(demo(), seed=1, days=DAYS)
    made.run()
    whole = run(demo(), DAYS)
    assert whole.model is not None
    np.testing.assert_array_equal(made.residents.satisfaction, whole.model.residents.satisfaction)


def test_a_run_travels_without_its_model() -> None:
    found = simulate(demo(), days=5, scale=0.2, keep_requests=True)
    assert isinstance(found.model, DistrictModel)
    copy = pickle.loads(pickle.dumps(found))
    assert copy.model is None
    assert np.array_equal(list(copy.metrics.values()), list(found.metrics.values()), equal_nan=True)
    assert copy.scenario == found.scenario
    assert copy.ledger.equals(found.ledger) and copy.daily.equals(found.daily) and copy.requests.equals(found.requests)
    assert found.model is not None
