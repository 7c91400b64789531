"""Work that residents do not ask for: tasks from above, offices' own work, and the chores of policies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.casework import TASK_ARRIVAL
from sanfang.model.cases.deadlines import set_end_of_chore
from sanfang.model.cases.stations import accrue, serve, street_of
from sanfang.model.compiled import compiled
from sanfang.model.district.geography import Geography
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, mix, uniform
from sanfang.model.kernel.engine import join_queue, new_job
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.event_calendar import schedule
from sanfang.model.kernel.records import Floats, Record
from sanfang.model.kernel.worktime import working_days
from sanfang.model.setting import Setting
from sanfang.model.world import World
from sanfang.scenario.scenario import Scenario

OWN_HOURS = 4.0
"""Mean hours of a job of own work."""
CHORE_HOURS = 2.0
"""Small work is gathered until it makes a job of this length."""


class TaskStreams(NamedTuple):
    """What comes in on a working day, on average."""

    sent: Floats
    """`[c, department]`: tasks from above."""
    own: Floats
    """`[station]`: jobs of own work of a street or department."""
    at_grid: Floats
    """`[c]`: share of tasks that go to the community's grid workers."""
    fee: Floats
    """`[department]`: yuan that may follow an hour of a task."""


def task_streams(scenario: Scenario, map_: Geography, posts: np.ndarray) -> TaskStreams:
    """Rates from the posts before the reform, so that a policy changes who does the work, not how much arises."""
    tasks, shift, communities = scenario.tasks, scenario.calendar.shift_hours, len(map_.ids)
    grid, office = posts[:communities], posts[communities : 2 * communities]
    weight = np.array([department.posts_per_100k for department in scenario.departments.values()])
    per_day = (grid + office) * shift * tasks.load / tasks.hours
    own = np.zeros(len(posts))
    streets = slice(2 * communities, 2 * communities + scenario.district.sub_districts)
    own[streets] = posts[streets] * shift * tasks.street_load / OWN_HOURS
    departments = slice(2 * communities + scenario.district.sub_districts, None)
    own[departments] = posts[departments] * shift * tasks.own_load / OWN_HOURS
    sent = np.outer(per_day, weight / weight.sum())
    return TaskStreams(sent, own, grid / (grid + office), _fees(scenario, map_, sent.sum(axis=0)))


def _fees(scenario: Scenario, map_: Geography, a_day: np.ndarray) -> np.ndarray:
    """Yuan that may follow an hour of each department's tasks, of which there are `a_day` a working day.

    A given part of what the department has for cases, spread over a year's tasks: one that sends much work and has
    little money brings little with each.
    """
    names, cost = list(scenario.departments), np.zeros(len(scenario.departments))
    for domain in scenario.domains.values():
        cost[names.index(domain.department)] += domain.hazard * domain.yuan
    money = scenario.money.operating * (1.0 - scenario.money.service_share) * float(map_.population.sum())
    shares = money * cost / cost.sum() if cost.sum() > 0 else cost
    hours = a_day * scenario.tasks.hours * float(working_days(scenario.calendar, 365).sum())
    return np.divide(scenario.tasks.fee_share * shares, hours, out=np.zeros_like(shares), where=hours > 0)


# --- Tasks from above, and own work ---------------------------------------------------------------


@compiled
def send_tasks(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, streams: TaskStreams, key: np.uint64,
    day: int,
) -> None:  # fmt: skip
    """The tasks that departments send to each community today, vetted on the way where the policy says so.

    `key` is the run's.
    """
    communities = world.layout.communities
    for c in range(communities):
        community_key = mix(key, p.TASKS_COMMUNITY + world.communities[c].number)
        for department in range(world.layout.departments):
            day_key = mix(mix(community_key, department), day)
            mean = streams.sent[c, department]
            time, n = 0.0, 0
            while mean > 0.0:
                task = mix(day_key, n)
                time += exponential(task, p.TASK_GAP, 1.0) / mean
                if time >= 1.0:
                    break
                n += 1
                when = world.clock_start[day] + time * setting.shift
                _send(engine, world, effects, setting, streams, task, c, department, when)
    for station in range(2 * communities, len(streams.own)):
        own_key = mix(key, p.TASKS_OWN_WORK + station - 2 * communities)
        _add_own_work(engine, world, setting, streams.own[station], own_key, station, day)


@compiled
def _send(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, streams: TaskStreams, task: np.uint64,
    c: int, department: int, when: float,
) -> None:  # fmt: skip
    """One task of a department for community `c`, by its key: who does it, and what comes along with it."""
    communities, tasks = world.layout.communities, setting.tasks
    useful = uniform(task, p.TASK_USEFUL) < tasks.useful
    if _is_stopped(world, effects, setting, task, useful, c):
        return
    hours = exponential(task, p.TASK_HOURS, tasks.hours)
    fee = streams.fee[department] * hours
    follow = effects.community[c].follow
    follows = uniform(task, p.TASK_FOLLOWED) < follow * tasks.follow_limit
    paid = not follows and uniform(task, p.TASK_FEE) < follow and world.budget[department] >= fee
    returned = _is_returned(effects, tasks, task, follows or paid, c)
    if returned and not useful:
        return  # nobody does for themselves what is of no use
    station = c if uniform(task, p.TASK_AT_GRID) < streams.at_grid[c] else communities + c
    heading = h.TASKS_USEFUL if useful else h.TASKS_FORM
    if follows or returned:
        station = 2 * communities + world.layout.streets + department
        if useful:
            heading = h.TASKS_RETURNED if returned else h.TASKS_FOLLOWED
    elif paid:
        world.budget[department] -= fee
        world.communities[c].fund += fee
        accrue(world, communities + c, h.FUND_ADMIN, setting.prices.fee_admin_hours)
    class_ = s.C_AHEAD if uniform(task, p.TASK_FIRST) < setting.casework.tasks_first else s.C_AFTER
    job_id = _new_task(engine, task, station, heading, hours, class_, when)
    engine.jobs[job_id].owner, engine.jobs[job_id].domain = c, department


@compiled
def _is_stopped(world: World, effects: PolicyEffects, setting: Setting, task: np.uint64, useful: bool, c: int) -> bool:
    """Admission control: a task is vetted, with errors both ways, and may be stopped."""
    if uniform(task, p.TASK_VETTED) >= effects.community[c].admission:
        return False
    stopped = uniform(task, p.TASK_STOPPED) < (setting.tasks.useful_rejected if useful else setting.tasks.form_rejected)
    heading = h.VETTING_WRONG if stopped == useful else h.VETTING
    accrue(world, street_of(world, c), heading, setting.prices.vetting_hours)
    return stopped


@compiled
def _is_returned(effects: PolicyEffects, tasks: Record, task: np.uint64, funded: bool, c: int) -> bool:
    """Admission control sends a task that brings neither people nor fees back to its sender, with errors both ways."""
    if uniform(task, p.TASK_VETTED) >= effects.community[c].admission:
        return False
    return uniform(task, p.TASK_RETURNED) < (tasks.funded_returned if funded else tasks.unfunded_returned)


@compiled
def _add_own_work(
    engine: Engine, world: World, setting: Setting, mean: float, key: np.uint64, station: int, day: int
) -> None:
    """A street's or department's own work of the day: `mean` jobs on average."""
    day_key, casework = mix(key, day), setting.casework
    at_street = station < 2 * world.layout.communities + world.layout.streets
    time, n = 0.0, 0
    while mean > 0.0:
        task = mix(day_key, n)
        time += exponential(task, p.TASK_GAP, 1.0) / mean
        if time >= 1.0:
            break
        n += 1
        first = uniform(task, p.TASK_FIRST) < (casework.tasks_first if at_street else casework.own_work_first)
        when = world.clock_start[day] + time * setting.shift
        hours, class_ = exponential(task, p.TASK_HOURS, OWN_HOURS), s.C_AHEAD if first else s.C_AFTER
        _new_task(engine, task, station, h.OWN_WORK, hours, class_, when)


@compiled
def _new_task(
    engine: Engine, key: np.uint64, station: int, heading: int, hours: float, class_: int, when: float
) -> int:
    """A task that comes to a station at working time `when`. Returns the id of its job."""
    job_id = new_job(engine, key, NONE)
    job = engine.jobs[job_id]
    job.phase, job.target, job.heading, job.hours, job.class_ = s.TASK, station, heading, hours, class_
    schedule(engine, when, TASK_ARRIVAL, job_id, key)
    return job_id


# --- Chores ---------------------------------------------------------------------------------------


@compiled
def chore_class(number: int, yielding: float) -> int:
    """Class of the `number`-th chore of its kind at a station, the first being 1: a share `yielding` of them, evenly
    spread, yields to residents' requests."""
    return s.C_AFTER if int(number * yielding) > int((number - 1) * yielding) else s.C_ORDINARY


@compiled
def open_offices(engine: Engine, world: World, setting: Setting, chores: Floats, day: int) -> None:
    """The morning of a working day: `chores[station, heading]` hours fall due, and work starts at every station."""
    for station in range(len(world.office_work)):
        for heading in range(world.office_work.shape[1]):
            work = world.office_work[station, heading]
            work.owed += chores[station, heading]
            while work.owed >= CHORE_HOURS:
                work.owed -= CHORE_HOURS
                work.due += CHORE_HOURS
                job_id = new_job(engine, np.uint64(0), NONE)
                job = engine.jobs[job_id]
                job.phase, job.target, job.heading, job.hours = s.CHORE, station, heading, CHORE_HOURS
                number = int(work.due / CHORE_HOURS + 0.5)
                join_queue(engine, job_id, station, chore_class(number, setting.casework.chores_yield))
                if chores[station, heading] > 0.0:
                    row = mix(np.uint64(p.CHORES), station * world.office_work.shape[1] + heading)
                    set_end_of_chore(engine, setting, job_id, mix(row, number))
        serve(engine, world, setting, station, day)
