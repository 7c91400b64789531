"""Worked examples of docs/model.md on tasks from above, own work and working days."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from hand_made import Hamlet, Told, both_sides, takes_just
from sanfang.model.books import headings as h
from sanfang.model.district import tasks
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.worktime import working_days
from sanfang.scenario.place import Calendar


def sent(hamlet: Hamlet, key: np.uint64, department: int = 0) -> np.void | None:
    """The job that a department's task becomes, or None if nobody does it."""
    engine = hamlet.model.engine
    used = int(engine.clock["jobs_used"][0])
    tasks._send(
        hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, hamlet.model.streams, key, 0, department, 1.0
    )
    return engine.jobs[used] if int(engine.clock["jobs_used"][0]) > used else None


def test_example_vetting(told: Told) -> None:
    """Of vetted tasks six useless ones in ten are stopped and one useful one in ten; both take the street's work."""
    hamlet = Hamlet(**{"tasks.form_rejected": 0.6, "tasks.useful_rejected": 0.1, "prices.vetting_hours": 0.05})
    hamlet.policy.community["admission"] = 1.0
    setting, street = hamlet.setting, hamlet.street
    for useful in (False, True):
        chance = told.chance()
        for key, stopped in zip(both_sides(p.TASK_STOPPED, chance), (True, False), strict=True):
            wrong = hamlet.owed(street, h.VETTING_WRONG)
            found = tasks._is_stopped(hamlet.world, hamlet.effects, setting, key, useful, 0)
            assert found == stopped
            assert (hamlet.owed(street, h.VETTING_WRONG) > wrong) == (found == useful)
    told.is_next(hamlet.owed(street, h.VETTING))
    told.is_next(hamlet.owed(street, h.VETTING_WRONG))
    hamlet.policy.community["admission"] = 0.0
    assert not tasks._is_stopped(hamlet.world, hamlet.effects, setting, np.uint64(1), False, 0)
    told.is_next(hamlet.owed(street, h.VETTING) + hamlet.owed(street, h.VETTING_WRONG))


def test_example_following(told: Told) -> None:
    """The sender staffs a quarter of its tasks; of the others a fee comes along."""
    hamlet = Hamlet(**{"tasks.follow_limit": 0.25, "tasks.useful": 1.0, "prices.fee_admin_hours": 0.02})
    hamlet.policy.community["follow"] = 1.0
    world, streams = hamlet.state, hamlet.model.streams
    streams.fee[0] = 30.0
    world.budget[0], world.communities["fund"][0] = 1e6, 0.0
    below, above = both_sides(p.TASK_FOLLOWED, told.chance())
    job = sent(hamlet, below)
    assert job is not None and job["heading"] == h.TASKS_FOLLOWED
    assert job["target"] == 2 * hamlet.layout.communities + hamlet.layout.streets, "the department's own staff"
    assert world.communities["fund"][0] == 0.0
    job = sent(hamlet, above)
    assert job is not None and job["heading"] == h.TASKS_USEFUL and job["target"] in (0, hamlet.office)
    fee = float(world.communities["fund"][0])
    assert fee == pytest.approx(30.0 * float(job["hours"])) and world.budget[0] == pytest.approx(1e6 - fee)
    told.is_next(hamlet.owed(hamlet.office, h.FUND_ADMIN))
    world.budget[0] = 0.0
    sent(hamlet, above)
    assert world.communities["fund"][0] == fee, "a department without money sends none"


def test_example_returning(told: Told) -> None:
    """Vetting sends two tasks in ten back that bring nothing along: the sender does a useful one, drops another."""
    hamlet = Hamlet(**{"tasks.unfunded_returned": 0.2, "tasks.funded_returned": 0.03})
    hamlet.policy.community["admission"] = 1.0
    for funded in (False, True):
        tried = lambda key, funded=funded: tasks._is_returned(hamlet.effects, hamlet.setting["tasks"], key, funded, 0)  # noqa: E731
        takes_just(told.chance(), p.TASK_RETURNED, tried)
    setting = hamlet.setting["tasks"]
    setting["unfunded_returned"], setting["useful_rejected"], setting["form_rejected"] = 1.0, 0.0, 0.0
    setting["useful"] = 1.0
    job = sent(hamlet, np.uint64(1))
    assert job is not None and job["heading"] == h.TASKS_RETURNED and job["target"] >= hamlet.street + 1
    setting["useful"] = 0.0
    assert sent(hamlet, np.uint64(1)) is None


def test_example_streams(told: Told) -> None:
    """Tasks that come in on a working day, from posts and load; and how many hours of own work."""
    hamlet = Hamlet(**{"tasks.load": 0.45, "tasks.hours": 2.0, "tasks.street_load": 0.35, "calendar.shift_hours": 8.0})
    posts = hamlet.model._posts.copy()
    posts[0], posts[2], posts[hamlet.street] = 2, 3, 4
    streams = tasks.task_streams(hamlet.model.scenario_run, hamlet.model.map, posts)
    told.is_next(streams.sent[0].sum())
    told.is_next(streams.at_grid[0])
    told.is_next(streams.own[hamlet.street] * tasks.OWN_HOURS)


def test_example_calendar(told: Told) -> None:
    """Working days of 2025, of 2033, and of the tenth year where 2025 is repeated."""
    china, repeated = Calendar(country="CN"), Calendar(country="CN", reference_year=2025)
    until_2033 = (dt.date(2033, 1, 1) - china.start).days
    for calendar, first in ((china, 0), (china, until_2033), (repeated, 9 * 365)):
        told.is_next(working_days(calendar, 365, first).sum())
