"""Work that residents do not ask for: tasks from above, offices' own work, and the chores of policies."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from sanfang.model import headings as h
from sanfang.model import state as s
from sanfang.model.casework import TASK_ARRIVAL
from sanfang.model.compiled import compiled
from sanfang.model.draws import exponential, mix, uniform
from sanfang.model.event_calendar import NONE, schedule
from sanfang.model.geography import Geography
from sanfang.model.queueing import join, new_job
from sanfang.model.stations import owe, serve, street
from sanfang.model.worktime import working_days
from sanfang.scenario.scenario import Scenario

Streams = namedtuple("Streams", "sent own at_grid fee")
"""Mean jobs a working day: `sent[c, department]` from above, `own[station]` of a street or department; share of
tasks that go to a community's grid workers, `at_grid[c]`; yuan that follow an hour of a task, `fee[department]`."""

HOURS, USEFUL, VETTED, STOPPED, FOLLOWS, FIRST, PLACE, FEE, RETURNED = range(1, 10)
OWN_HOURS = 4.0
_OWN = 90_000
CHORE_HOURS = 2.0
"""Small work is gathered until it makes a job of this length."""


def task_streams(scenario: Scenario, map_: Geography, posts: np.ndarray) -> Streams:
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
    return Streams(sent, own, grid / (grid + office), _fees(scenario, map_, sent.sum(axis=0)))


def _fees(scenario: Scenario, map_: Geography, a_day: np.ndarray) -> np.ndarray:
    """Yuan that may follow an hour of each department's tasks, of which there are `a_day` a working day.

    A given part of what the department has for cases, spread over a year's tasks: one that sends much work and has
    little money brings little with each.
    """
    names, cost = list(scenario.departments), np.zeros(len(scenario.departments))
    for domain in scenario.domains.values():
        cost[names.index(domain.department)] += domain.hazard * domain.yuan
    money = scenario.money.operating * (1.0 - scenario.money.service_share) * float(map_.population.sum())
    own = money * cost / cost.sum() if cost.sum() > 0 else cost
    hours = a_day * scenario.tasks.hours * float(working_days(scenario.calendar, 365).sum())
    return np.divide(scenario.tasks.fee_share * own, hours, out=np.zeros_like(own), where=hours > 0)


@compiled
def send_tasks(engine, world, rules, setting, streams, key, day):
    """The tasks that departments send to each community today, vetted on the way where the policy says so."""
    shift = setting.shift
    communities = world.layout.communities
    for c in range(communities):
        for k in range(world.layout.departments):
            own = mix(mix(mix(key, world.places[c].number), k), day)
            mean = streams.sent[c, k]
            time, n = 0.0, 0
            while mean > 0.0:
                task = mix(own, n)
                time += exponential(task, 0, 1.0) / mean
                if time >= 1.0:
                    break
                n += 1
                _send(engine, world, rules, setting, task, c, k, streams, world.clock_start[day] + time * shift)
    for station in range(2 * communities, len(streams.own)):
        _own_work(
            engine, world, setting, streams.own[station], mix(key, _OWN + station - 2 * communities), station, day
        )


@compiled
def _send(engine, world, rules, setting, task, c, k, streams, when):
    """One task of department `k` for community `c`: who does it, and what comes along with it."""
    communities, tasks = world.layout.communities, setting.tasks
    useful = uniform(task, USEFUL) < tasks.useful
    if _stopped(world, rules, setting, task, useful, c):
        return
    hours = exponential(task, HOURS, tasks.hours)
    fee = streams.fee[k] * hours
    follows = uniform(task, FOLLOWS) < rules.here[c].follow * tasks.follow_limit
    paid = not follows and uniform(task, FEE) < rules.here[c].follow and world.budget[k] >= fee
    returned = _returned(rules, tasks, task, follows or paid, c)
    if returned and not useful:
        return  # nobody does for themselves what is of no use
    station = c if uniform(task, PLACE) < streams.at_grid[c] else communities + c
    heading = h.TASKS_USEFUL if useful else h.TASKS_FORM
    if follows or returned:
        station = 2 * communities + world.layout.streets + k
        if useful:
            heading = h.TASKS_RETURNED if returned else h.TASKS_FOLLOWED
    elif paid:
        world.budget[k] -= fee
        world.places[c].fund += fee
        owe(world, communities + c, h.FUND_ADMIN, setting.prices.fee_admin_hours)
    class_ = s.C_AHEAD if uniform(task, FIRST) < setting.casework.tasks_first else s.C_AFTER
    index = _job(engine, task, s.TASK, station, heading, hours, class_, when)
    engine.jobs[index].owner, engine.jobs[index].domain = c, k


@compiled
def _stopped(world, rules, setting, task, useful, c):
    """Admission control: a task is vetted, with errors both ways, and may be stopped."""
    if uniform(task, VETTED) >= rules.here[c].admission:
        return False
    stopped = uniform(task, STOPPED) < (setting.tasks.useful_rejected if useful else setting.tasks.form_rejected)
    owe(world, street(world, c), h.VETTING_WRONG if stopped == useful else h.VETTING, setting.prices.vetting_hours)
    return stopped


@compiled
def _returned(rules, tasks, task, funded, c):
    """Admission control sends a task that brings neither people nor fees back to its sender, with errors both ways."""
    if uniform(task, VETTED) >= rules.here[c].admission:
        return False
    return uniform(task, RETURNED) < (tasks.funded_returned if funded else tasks.unfunded_returned)


@compiled
def _own_work(engine, world, setting, mean, key, station, day):
    """A street's or department's own work of the day."""
    own = mix(key, day)
    at_street = station < 2 * world.layout.communities + world.layout.streets
    time, n = 0.0, 0
    while mean > 0.0:
        task = mix(own, n)
        time += exponential(task, 0, 1.0) / mean
        if time >= 1.0:
            break
        n += 1
        first = uniform(task, FIRST) < (setting.casework.tasks_first if at_street else setting.casework.own_work_first)
        when = world.clock_start[day] + time * setting.shift
        hours, class_ = exponential(task, HOURS, OWN_HOURS), s.C_AHEAD if first else s.C_AFTER
        _job(engine, task, s.TASK, station, h.OWN_WORK, hours, class_, when)


@compiled
def _job(engine, key, phase, station, heading, hours, class_, when):
    index = new_job(engine, key, NONE)
    job = engine.jobs[index]
    job.phase, job.target, job.heading, job.hours, job.entry = phase, station, heading, hours, class_
    schedule(engine, when, TASK_ARRIVAL, index, key)
    return index


@compiled
def open_offices(engine, world, setting, chores, day):
    """The morning of a working day: `chores[station, heading]` hours fall due, and work starts at every station."""
    for station in range(len(world.office_work)):
        for heading in range(world.office_work.shape[1]):
            world.office_work[station, heading].owed += chores[station, heading]
            while world.office_work[station, heading].owed >= CHORE_HOURS:
                world.office_work[station, heading].owed -= CHORE_HOURS
                world.office_work[station, heading].due += CHORE_HOURS
                index = new_job(engine, np.uint64(0), NONE)
                job = engine.jobs[index]
                job.phase, job.target, job.heading, job.hours = s.CHORE, station, heading, CHORE_HOURS
                join(engine, index, station, s.C_ORDINARY)
        serve(engine, world, setting, station, day)
