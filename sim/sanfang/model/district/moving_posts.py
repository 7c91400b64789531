"""Posts that move down to communities [F1a]: which ones, to whom, and on which days of the week."""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.district.geography import Geography
from sanfang.model.kernel.engine import become_idle, book_hours, stop_idling
from sanfang.model.kernel.engine_arrays import IDLE, NONE, VACANT, Engine, refer_engine
from sanfang.model.kernel.records import Ints
from sanfang.model.state import STREET
from sanfang.model.world import World
from sanfang.scenario.scenario import Scenario

WEEK = 5
"""Working days of a week: a part-time post is so many of them below."""


def plan_moves(scenario: Scenario, map_: Geography, posts: np.ndarray, persons: np.ndarray) -> None:
    """Name the community office that each movable post would move to: streets' within their own area, by size.

    Where posts move evenly, the first movable post of a station moves at the lowest level of the lever, the last one
    at 1, so that raising the lever only adds moves. Where they move by need, any may.
    """
    communities = len(map_.ids)
    for station in range(2 * communities, len(posts)):
        members = np.flatnonzero(persons["post_home"] == station)
        street = station - 2 * communities < scenario.district.sub_districts
        movable = members
        if scenario.staffing.moves == "even":
            movable = members[: round(movable_share(scenario, street) * len(members))]
        near = np.arange(communities)
        if street:
            near = np.flatnonzero(map_.sub_district == station - 2 * communities)
        if len(near) and len(movable):
            edges = np.cumsum(map_.population[near]) / map_.population[near].sum()
            turn = (np.arange(len(movable)) * 0.6180339887498949 + 0.5) % 1.0
            persons["down"][movable] = communities + near[np.searchsorted(edges, turn)]


def movable_share(scenario: Scenario, street: bool) -> float:
    """Of the posts of streets, or of departments."""
    return scenario.staffing.street_movable if street else scenario.staffing.department_movable


def plan_days(scenario: Scenario, persons: np.ndarray, busy: np.ndarray, level: np.ndarray) -> None:
    """Set `persons["days_down"]`, working days of a week that a post is below, at the `level[c]` of staff devolution.

    `busy[station]`: share of hours worked lately.
    """
    if scenario.staffing.moves == "even":
        _plan_evenly(persons, level)
        return
    for street in (True, False):
        members = np.flatnonzero((persons["tier"] == STREET) == street)
        members = members[persons["down"][members] != NONE]
        if len(members):
            _plan_by_need(persons, members, busy, level, movable_share(scenario, street))


def _plan_evenly(persons: np.ndarray, level: np.ndarray) -> None:
    """Of the movable posts of each station those whose turn has come at the level of where they would go."""
    communities = len(level)
    persons["days_down"] = 0
    for station in np.unique(persons["post_home"][persons["down"] != NONE]):
        group = np.flatnonzero((persons["post_home"] == station) & (persons["down"] != NONE))
        rank = (np.arange(len(group)) + 0.5) / len(group)
        goes = rank < level[persons["down"][group] - communities]
        persons["days_down"][group[goes]] = WEEK


def _plan_by_need(persons: np.ndarray, members: np.ndarray, busy: np.ndarray, level: np.ndarray, share: float) -> None:
    """As many posts as `share` and level ask for, from the least busy stations; days where a post is too much."""
    wanted = level[persons["down"][members] - len(level)]
    homes = persons["post_home"][members]
    stations, posts = np.unique(homes, return_counts=True)
    away = np.array([persons["days_down"][members[homes == station]].sum() for station in stations]) / WEEK
    work = busy[stations] * (posts - away)  # of those who were left there, lately
    given = from_least_busy(posts.astype(float), work / posts, share * float(wanted.sum()))
    persons["days_down"][members] = 0
    for station, count in zip(stations, given, strict=True):
        group = members[(homes == station) & (wanted > 0)]
        group = group[np.argsort(-level[persons["down"][group] - len(level)], kind="stable")]
        days = round(min(float(count), float(len(group))) * WEEK)
        persons["days_down"][group[: days // WEEK]] = WEEK
        if days % WEEK:
            persons["days_down"][group[days // WEEK]] = days % WEEK


def from_least_busy(posts: np.ndarray, busy: np.ndarray, total: float) -> np.ndarray:
    """How many posts, parts of them included, each station gives so that `total` go and the rest are as evenly busy
    as can be; every station keeps one.

    A station that gives x of its posts is busy * posts / (posts - x): those who give all end at one height, below which
    nobody who gives nothing lies. Found by halving, since the posts given fall with that height.
    """
    total = min(total, float((posts - 1.0).sum()))
    work = np.maximum(busy, 1e-6) * posts
    low, high = 1e-9, float(work.max()) + 1.0
    for _ in range(80):
        height = 0.5 * (low + high)
        if float(np.clip(posts - work / height, 0.0, posts - 1.0).sum()) < total:
            low = height
        else:
            high = height
    return np.asarray(np.clip(posts - work / high, 0.0, posts - 1.0))


def move_posts(engine: Engine, world: World, working_day: int) -> None:
    """Whoever is below on this working day of the week (0 to 4) belongs there, the others to where they came from.

    A busy worker finishes its job first.
    """
    persons = world.persons
    homes = np.where(persons["days_down"] > working_day, persons["down"], persons["post_home"])
    moved = np.flatnonzero(engine.workers["home"] != homes)
    if len(moved):
        _move(refer_engine(*engine), moved, homes.astype(np.int64))
    world.posts[:] = np.bincount(homes, minlength=len(world.posts))


def any_part_time(persons: np.ndarray) -> bool:
    """Whether somebody is below on some days only."""
    return bool(((persons["days_down"] > 0) & (persons["days_down"] < WEEK)).any())


@compiled
def _move(engine: Engine, moved: Ints, homes: Ints) -> None:
    """The workers in `moved` belong to `homes[worker]` from now on."""
    for worker_id in moved:
        worker = engine.workers[worker_id]
        worker.home = homes[worker_id]
        if worker.doing == IDLE:
            stop_idling(engine, worker_id, IDLE)
            become_idle(engine, worker_id)
        elif worker.doing == VACANT:
            book_hours(engine, worker_id)
            worker.at = worker.home


def forget_places(persons: np.ndarray, days_down: np.ndarray) -> None:
    """Who comes to a community, be it for part of the week, knows nothing of it yet. `days_down[worker]`: until now."""
    persons["knows"][(days_down == 0) & (persons["days_down"] > 0)] = 0.0
