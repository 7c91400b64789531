"""Worked examples of docs/model.md on how offices behave: deadlines, teams, grids, posts, money, terminals, take-up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hand_made import KEYS, Hamlet, Told, both_sides, draws, key_near
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import deadlines, latent, payment, routing, stations, terminals, voice
from sanfang.model.district import moving_posts, workforce
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix
from sanfang.model.kernel.engine import join_queue, new_job, stop_idling
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.take_up import TakeUp

TASK_HOURS = 3.0


def occupied(hamlet: Hamlet, station: int) -> None:
    """Nobody at a station is idle."""
    for worker in np.flatnonzero(hamlet.model.engine.workers["home"] == station):
        stop_idling(hamlet.engine, int(worker), h.HANDLING)


def waiting_job(hamlet: Hamlet, station: int, key: int, class_: int = 4, **fields: Any) -> int:
    """A job that waits at a station."""
    job_id = int(new_job(hamlet.engine, np.uint64(key), NONE))
    for name, value in (fields | {"target": station}).items():
        hamlet.model.engine.jobs[name][job_id] = value
    join_queue(hamlet.engine, job_id, station, class_)
    return job_id


# --- Work with an end -----------------------------------------------------------------------------------------


def test_example_deadlines(told: Told) -> None:
    hamlet = Hamlet(
        **{"tasks.deadline_days": 20.0, "tasks.pressing_days": 2.0, "tasks.reminder_hours": 0.5},
        **{"tasks.chore_days": 10.0, "calendar.shift_hours": 8.0},
    )
    jobs, work = hamlet.model.engine.jobs, hamlet.state.office_work
    occupied(hamlet, hamlet.office)
    key = key_near(p.TASK_DEADLINE, 0.25, above=True)
    task = {"phase": s.TASK, "heading": h.TASKS_USEFUL, "hours": TASK_HOURS, "owner": 0}
    job_id = waiting_job(hamlet, hamlet.office, int(key), **task)
    first = waiting_job(hamlet, hamlet.office, 1, class_=s.C_AHEAD, **task)
    deadlines.set_deadline(hamlet.engine, hamlet.setting, job_id)
    ends = deadlines.hours_to_deadline(hamlet.setting, key)
    told.is_next(ends)
    near = hamlet.next_event()
    assert near["kind"] == deadlines.TASK_NEARS and near["subject"] == job_id
    told.is_next(near["time"])
    deadlines.come_near(hamlet.engine, hamlet.setting, job_id, key)
    assert jobs["class_"][job_id] == s.C_AHEAD and jobs["next"][first] == job_id, "first, behind others that are first"
    end = hamlet.next_event()
    assert end["kind"] == deadlines.TASK_ENDS and end["time"] == pytest.approx(ends)
    deadlines.lapse_of_work(hamlet.engine, hamlet.world, hamlet.setting, job_id, key, 0)
    told.is_next(work["lapsed"][hamlet.office, h.TASKS_USEFUL])
    assert hamlet.state.daily[0, s.D_LAPSED] == 1 and hamlet.state.communities["useful_done"][0] == 0.0
    told.is_next(hamlet.owed(hamlet.office, h.REMINDERS))

    begun = hamlet.model.engine.clock["now"][0]
    chore = waiting_job(hamlet, hamlet.office, 5, phase=s.CHORE, heading=h.METHODS, hours=2.0)
    deadlines.set_end_of_chore(hamlet.engine, hamlet.setting, chore, np.uint64(77))
    end = hamlet.next_event()
    told.is_next(end["time"] - begun)
    deadlines.lapse_of_work(hamlet.engine, hamlet.world, hamlet.setting, chore, np.uint64(77), 0)
    assert work["lapsed"][hamlet.office, h.METHODS] == 2.0 and hamlet.state.daily[0, s.D_LAPSED] == 2
    assert hamlet.owed(hamlet.office, h.REMINDERS) == 0.5, "nobody asks for a duty of one's own"
    assert hamlet.model.engine.stations["waiting"][hamlet.office] == 1


# --- A community as one team ----------------------------------------------------------------------------------


def test_example_helping_out(told: Told) -> None:
    def left(*tasks: np.uint64, phase: int = s.TASK) -> Hamlet:
        """A hamlet whose officers are busy, and whose one grid worker has looked at what waits there."""
        hamlet = Hamlet(**{"casework.grids_help": 0.6})
        occupied(hamlet, hamlet.office)
        grid = np.flatnonzero(hamlet.model.engine.workers["home"] == 0)
        for worker in grid[1:]:
            stop_idling(hamlet.engine, int(worker), h.HANDLING)
        for key in tasks:
            owner = hamlet.case(int(key)) if phase == s.HANDLING else 0
            waiting_job(hamlet, hamlet.office, int(key), phase=phase, heading=h.TASKS_FORM, hours=0.5, owner=owner)
        stations.serve(hamlet.engine, hamlet.world, hamlet.setting, 0, 0)
        return hamlet

    chance = told.chance()
    for phase, taken in ((s.TASK, True), (s.HANDLING, True), (s.CHORE, False), (s.RELAYED, False)):
        below, above = (left(key, phase=phase) for key in both_sides(p.PART_SHARED, chance))
        assert (below.model.engine.stations["waiting"][below.office] == 0) == taken
        assert above.model.engine.stations["waiting"][above.office] == 1
    keys = [key_near(p.PART_SHARED, draw, above=True) for draw in (0.7, 0.5, 0.1)]
    hamlet = left(*keys)
    workers, jobs = hamlet.model.engine.workers, hamlet.model.engine.jobs
    (helper,) = np.flatnonzero((workers["home"] == 0) & (workers["job"] != NONE))
    assert jobs["key"][workers["job"][helper]] == keys[1]
    told.is_next(jobs["hours"][workers["job"][helper]])
    told.is_next(hamlet.model.engine.stations["waiting"][hamlet.office])


def test_example_own_grids(told: Told) -> None:
    hamlet = Hamlet(
        **{"workforce.knowing_days": 250.0, "casework.local_knowledge": 1.15, "discovery.stranger_patrol": 0.5},
        **{"district.population": 6000, "workforce.leaving_base": 0.0, "discovery.patrol": 0.15},
    )
    state, workers = hamlet.state, hamlet.model.engine.workers
    grid = np.flatnonzero(workers["home"] == 0)
    assert len(grid) > 1
    state.persons["knows"], state.posts[0] = 0.0, len(grid)
    for day in range(100):
        workforce.work_over(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, day, 8.0)
    known = float(state.persons["knows"][grid[0]])
    told.is_next(known)
    job_of = {}
    for grid_number in (0, 1):
        of_grid = state.grid[: int(state.communities["size"][0])] % len(grid) == grid_number
        resident = int(np.flatnonzero(of_grid)[0])
        job_of[grid_number] = hamlet.model.engine.jobs[hamlet.job(hamlet.case(resident=resident), station=0)]
        told.is_next(stations._local_gain(hamlet.world, hamlet.setting, int(grid[0]), job_of[grid_number]))
    assert stations._local_gain(hamlet.world, hamlet.setting, int(grid[1]), job_of[0]) == 1.0

    workforce.work_over(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, 100, 8.0)
    assert state.communities["known"][0] == pytest.approx(known), "as they went on patrol that day"

    def found() -> float:
        state.communities["patrol"] = 2.0
        latent._set_patrol_chances(hamlet.world, hamlet.setting["discovery"])
        return float(-np.log1p(-state.community_domain["patrol_chance"][0, 0]))

    share = found()
    state.communities["known"] = 1.0
    told.is_next(share / found())


def test_example_posts_by_need(told: Told) -> None:
    posts, busy = np.array([10.0, 10.0, 4.0]), np.array([0.9, 0.6, 0.3])
    given = moving_posts.from_least_busy(posts, busy, 4.4)
    for one in given:
        told.is_next(one)
    home = np.repeat([0, 1, 2], [10, 10, 4])
    persons = np.zeros(24, [("post_home", "i4"), ("down", "i4"), ("days_down", "i4")])
    persons["post_home"], persons["down"] = home, 5
    moving_posts._plan_by_need(persons, np.arange(24), busy, np.ones(5 + 1), 4.4 / 24)
    told.is_next(persons["days_down"][home == 2].sum() - 2 * moving_posts.WEEK)
    assert (np.sort(persons["days_down"][home == 2]) == [0, 2, 5, 5]).all()
    assert (np.sort(persons["days_down"][home == 1]) == [0] * 8 + [5, 5]).all()
    told.is_next((busy * posts)[1] / (posts - given)[1])
    assert (busy * posts)[2] / (posts - given)[2] == pytest.approx(0.75)


# --- Money ----------------------------------------------------------------------------------------------------


def test_example_first_come_first_served(told: Told) -> None:
    for budget, in_turn in ((60.0, 0.0), (60.0, 1.0), (100.0, 1.0)):
        hamlet = Hamlet(**{"money.in_turn": in_turn})
        hamlet.state.budget[:] = budget
        for key, yuan in ((1, 80.0), (2, 30.0), (3, 20.0)):
            job_id = hamlet.job(hamlet.case(key), key, target=s.DEPARTMENT, tier=s.DEPARTMENT, yuan=yuan)
            payment.wait_for_money(hamlet.engine, hamlet.world, job_id)
        routing.release_money(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, 0)
        told.is_next(hamlet.state.spent[s.DEPARTMENT, h.Y_CASES])
        department = hamlet.layout.communities + int(hamlet.state.domains["department"][0])
        assert hamlet.state.short_in[department] == hamlet.state.counts["short"][0] > 0
    told.is_next(hamlet.state.budget[int(hamlet.state.domains["department"][0])])
    late = hamlet.job(hamlet.case(9), 9, target=s.DEPARTMENT, tier=s.DEPARTMENT, yuan=1.0)
    assert not payment.pay(hamlet.engine, hamlet.world, hamlet.setting, late), "two wait before it"


def test_example_money_that_comes_back(told: Told) -> None:
    hamlet = Hamlet(**{"money.refunded": 0.5, "prices.fund_admin_hours": 0.15})
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    world.communities["fund"][0] = 80.0
    case_id = hamlet.case()
    job_id = hamlet.job(case_id, target=s.COMMUNITY, yuan=80.0)
    assert payment.pay(hamlet.engine, hamlet.world, hamlet.setting, job_id) and world.communities["fund"][0] == 0.0
    for _ in range(2):  # the second time nothing is left to go back
        payment.refund(hamlet.world, hamlet.setting, jobs[job_id])
        assert world.communities["fund"][0] == pytest.approx(40.0, rel=1e-4)
    told.is_next(world.communities["fund"][0])
    told.is_next(world.spent[s.COMMUNITY, h.Y_CASES])
    assert world.cases["yuan"][case_id] == pytest.approx(40.0, rel=1e-4)

    other = Hamlet(**{"money.pays_above": 1.0, "prices.fund_admin_hours": 0.15})
    other.state.budget[:], other.state.communities["fund"][0] = 10.0, 100.0
    part = other.job(other.case(), target=s.DEPARTMENT, yuan=30.0)
    assert payment.pay(other.engine, other.world, other.setting, part)
    told.is_next(100.0 - other.state.communities["fund"][0])
    told.is_next(other.owed(other.office, h.FUND_ADMIN))
    told.is_next(other.state.budget[int(other.state.domains["department"][0])])


# --- Terminals, windows, take-up ------------------------------------------------------------------------------


def test_example_broken_terminals(told: Told) -> None:
    hamlet = Hamlet(
        **{"terminals.fails_days": 30.0, "terminals.repair_days": 2.5, "terminals.room": 1.5},
        **{"terminals.minutes": 15.0, "prices.terminal_capacity": 0.8},
    )
    world, setting, state = hamlet.world, hamlet.setting, hamlet.state
    chance = told.chance()
    number = int(state.communities["number"][0])
    roots = KEYS[:20_000]
    today = np.array([mix(np.uint64(mix(key, number)), 0) for key in roots], np.uint64)
    fails = draws(today, p.TERMINALS_FAIL)

    def out(row: int) -> float:
        state.communities["terminals_out"] = 0.0
        terminals.begin_day_at_terminals(world, setting, roots[row], 0)
        return float(state.communities["terminals_out"][0])

    assert out(int(np.where(fails < chance, fails, 0).argmax())) > 0.0
    assert out(int(np.where(fails > chance, fails, 2).argmin())) == 0.0
    draw = draws(today, p.TERMINALS_REPAIR_TIME)
    row = int(np.where(fails < chance, np.abs(draw - np.exp(-1)), 2).argmin())
    assert out(row) == pytest.approx(2.5, rel=0.05)
    state.communities["terminals_out"][0], days = 2.5, 0
    while state.communities["terminals_out"][0] > 0.0:
        assert not terminals.use_terminal(world, hamlet.effects, setting, 0)
        terminals.begin_day_at_terminals(world, setting, np.uint64(1), 100 + days)
        days += 1
    told.is_next(days - 1)

    state.communities["size"] = 1500
    for level in (1.0, 0.5):
        hamlet.policy.community["terminals"], state.communities["terminals_used"] = level, 0.0
        told.is_next(sum(bool(terminals.use_terminal(world, hamlet.effects, setting, 0)) for _ in range(20)))
    for begun in (10 / 24, 1 - 5 / 1440):
        told.is_next(terminals.finished_at(setting, 3.0 + begun) - 3.0)


def test_example_opening_hours(told: Told) -> None:
    hamlet = Hamlet(**{"voice.visits_in_hours": 1.0, "calendar.opening_hour": 8.5, "calendar.shift_hours": 8.0})
    world, setting = hamlet.world, hamlet.setting
    opened = np.diff(hamlet.state.clock_start) > 0
    workday, closed = int(np.flatnonzero(opened)[0]), int(np.flatnonzero(~opened)[0])
    visitor = hamlet.state.cases[hamlet.case(channel=s.COMMUNITY_WINDOW)]
    caller = hamlet.state.cases[hamlet.case(channel=s.HOTLINE)]
    told.is_next(voice.visit_or_call(world, setting, visitor, workday, 0.25))
    of_profile = voice.hour_of_day(0.25, hamlet.state.hour_share)
    assert voice.visit_or_call(world, setting, caller, workday, 0.25) == of_profile
    assert voice.visit_or_call(world, setting, visitor, closed, 0.25) < 0.0
    for need, day, hour, heard in (
        (visitor, workday, 7.0, False), (visitor, workday, 8.6, True), (visitor, workday, 16.4, True),
        (visitor, workday, 16.6, False), (visitor, closed, 12.0, False), (caller, closed, 7.0, True),
    ):  # fmt: skip
        assert voice.finds_open(world, setting, need, day + hour / 24, day) == heard


def test_example_take_up(told: Told) -> None:
    scenario = Hamlet(
        **{"take_up.known": 0.1, "take_up.campaign": 0.3, "take_up.word_of_mouth": 0.38}
    ).model.scenario_run
    done, undone = np.ones((1, len(h.HOUR_HEADINGS))), np.zeros((1, len(h.HOUR_HEADINGS)))
    satisfied = np.full(1, 0.9)

    def seen(level: float) -> TakeUp:
        take_up = TakeUp(scenario, 1)
        take_up.see({name: np.full(1, level) for name in ("self_service", "digital_platform", "service_scope")})
        return take_up

    take_up = seen(1.0)
    hours = take_up.campaign_hours(4.0)[0]
    take_up.spread(done, satisfied)
    told.is_next(take_up.known[0, 0])
    for _ in range(364):
        take_up.spread(done, satisfied)
    told.is_next(take_up.known[0, 1])
    alone = seen(1.0)
    for _ in range(365):
        alone.spread(undone, satisfied)
    told.is_next(alone.known[0, 2])
    told.is_next(hours)
    for level in (0.05, 0.55):
        alone.see({name: np.full(1, level) for name in ("self_service", "digital_platform", "service_scope")})
        told.is_next(alone.known[0, 0])
