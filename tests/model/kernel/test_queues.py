"""Queues behave as queues must: Little's law, no rest while work waits, classes in order."""

from __future__ import annotations

import numpy as np
import pytest

from model_runs import FULL_REFORM
from policy_runs import POLICIES, measured
from sanfang.model import state as s
from sanfang.model.kernel.engine_arrays import CLASSES, NONE, Engine


def waiting_jobs(engine: Engine, station: int) -> list[int]:
    """Jobs in a station's queues, in order of service, found by following the links."""
    jobs: list[int] = []
    for class_ in range(CLASSES):
        index = int(engine.stations["head"][station, class_])
        while index != NONE:
            jobs.append(index)
            index = int(engine.jobs["next"][index])
    return jobs


@pytest.mark.parametrize("name", POLICIES)
def test_littles_law_holds_at_every_station(name: str) -> None:
    """L = rate x W: the length of a queue over time is the sum of the waits, of those still waiting included."""
    model = measured(name).model
    assert model is not None
    engine, now = model.engine, float(model.engine.clock["now"][0])
    busy = 0
    for station, record in enumerate(engine.stations):
        jobs = waiting_jobs(engine, station)
        assert len(jobs) == record["waiting"]
        area = record["area"] + record["waiting"] * (now - record["area_since"])
        so_far = record["waited"] + (now - engine.jobs["queued"][jobs]).sum()
        assert area == pytest.approx(so_far, rel=1e-9, abs=1e-6)
        busy += record["joined"] > 100
    assert busy > 0.75 * len(engine.stations)


@pytest.mark.parametrize("name", POLICIES)
def test_no_worker_of_a_station_rests_while_work_waits_there(name: str) -> None:
    model = measured(name).model
    assert model is not None
    for record in model.engine.stations:
        assert record["waiting"] == 0 or record["idle"] == NONE


def test_queues_serve_higher_classes_first_and_keep_the_order_of_arrival() -> None:
    model = measured("before").model
    assert model is not None
    waits = 0
    for station in range(len(model.engine.stations)):
        jobs = model.engine.jobs[waiting_jobs(model.engine, station)]
        waits += len(jobs)
        assert (np.diff(jobs["class_"]) >= 0).all()
        for class_ in range(CLASSES):
            assert (np.diff(jobs["queued"][jobs["class_"] == class_]) >= 0).all()
    assert waits > 10


def test_waiting_hours_are_those_of_the_jobs_that_wait() -> None:
    model = measured(FULL_REFORM).model
    assert model is not None
    counted = np.zeros_like(model.world.waiting_hours)
    for station in range(len(model.engine.stations)):
        for job in model.engine.jobs[waiting_jobs(model.engine, station)]:
            if job["phase"] == s.HANDLING:
                counted[station, job["domain"]] += job["hours"]
    np.testing.assert_allclose(model.world.waiting_hours, counted, atol=1e-6)
