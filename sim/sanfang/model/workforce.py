"""The people who work: skill, fatigue, leaving, vacancies, newcomers (phase 6 of the day)."""

from __future__ import annotations

import math

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.draws import exponential, mix, stream, uniform
from sanfang.model.event_calendar import NONE
from sanfang.model.geography import Geography
from sanfang.model.headings import TRAINING, TRAINING_LOST
from sanfang.model.queueing import IDLE, VACANT, Engine, book, refer_engine, rest, rise
from sanfang.model.state import COMMUNITY, DEPARTMENT, GRID, PERSON, STREET
from sanfang.scenario.scenario import Scenario

LEAVES, VACANT_FOR = 1, 2
_NEWCOMER = 7_000


def posts_by_station(scenario: Scenario, map_: Geography) -> np.ndarray:
    """Established posts of each station before the reform; at least one everywhere."""
    staffing = scenario.staffing
    grid = map_.population / (staffing.households_per_grid * scenario.district.household_size)
    office = map_.population * staffing.officers_per_10k / 10_000
    people = np.bincount(map_.sub_district, map_.population, scenario.district.sub_districts)
    street = people * staffing.street_per_10k / 10_000
    total = map_.population.sum()
    department = np.array([d.posts_per_100k * total / 100_000 for d in scenario.departments.values()])
    posts = np.maximum(1, np.round(np.concatenate([grid, office, street, department]))).astype(np.int64)
    posts[2 * len(map_.ids) : 2 * len(map_.ids) + len(people)][people == 0] = 0
    return posts


def hire_everyone(scenario: Scenario, map_: Geography, posts: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """All posts filled with experienced people: records (`PERSON`) and `skill[worker, domain]`."""
    workforce, domains = scenario.workforce, scenario.domains
    communities, streets = len(map_.ids), scenario.district.sub_districts
    station = np.repeat(np.arange(len(posts)), posts)
    tier = np.select(
        [station < communities, station < 2 * communities, station < 2 * communities + streets],
        [GRID, COMMUNITY, STREET],
        DEPARTMENT,
    )
    persons = np.zeros(len(station), PERSON)
    persons["tier"], persons["post_home"], persons["down"] = tier, station, NONE
    persons["department"] = np.where(tier == DEPARTMENT, station - 2 * communities - streets, NONE)
    persons["fatigue"] = 0.3
    persons["key"], spread = _individuals(map_, posts, tier, len(domains), seed)
    level = np.array([workforce.grid_worker, workforce.officer, workforce.street, workforce.outside_domain])[tier]
    skill = level[:, None] + workforce.spread * spread
    in_charge = [list(scenario.departments).index(domain.department) for domain in domains.values()]
    skill = np.clip(skill, 0.1, 1.0)
    skill[persons["department"][:, None] == np.array(in_charge)] = workforce.specialist
    _plan_moves(scenario, map_, posts, persons)
    return persons, skill


def _individuals(
    map_: Geography, posts: np.ndarray, tier: np.ndarray, domains: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Each person's key, and how far they are from the mean in each domain (standard normal).

    Drawn station by station, so that more posts at one leave those of all others as they are.
    """
    communities = len(map_.ids)
    keys, spreads, first = [], [], 0
    for station, count in enumerate(posts.tolist()):
        place = int(map_.number[station % communities]) if station < 2 * communities else station - 2 * communities
        kind = int(tier[first]) if count else 0
        random = stream(seed, "workforce", kind, place)
        keys.append(random.integers(0, 2**63, count, dtype=np.uint64))
        spreads.append(stream(seed, "skill", kind, place).standard_normal((count, domains)))
        first += count
    return np.concatenate(keys), np.concatenate(spreads)


def _plan_moves(scenario: Scenario, map_: Geography, posts: np.ndarray, persons: np.ndarray) -> None:
    """Name the community office that each movable post would move to: streets' within their own area, by size.

    The first movable post of a station moves at the lowest level of the lever, the last one at 1, so that
    raising the lever only adds moves.
    """
    communities = len(map_.ids)
    for station in range(2 * communities, len(posts)):
        members = np.flatnonzero(persons["post_home"] == station)
        street = station - 2 * communities < scenario.district.sub_districts
        share = scenario.staffing.street_movable if street else scenario.staffing.department_movable
        movable = members[: round(share * len(members))]
        near = np.arange(communities)
        if street:
            near = np.flatnonzero(map_.sub_district == station - 2 * communities)
        if len(near) and len(movable):
            edges = np.cumsum(map_.population[near]) / map_.population[near].sum()
            turn = (np.arange(len(movable)) * 0.6180339887498949 + 0.5) % 1.0
            persons["down"][movable] = communities + near[np.searchsorted(edges, turn)]


def assign_posts(engine: Engine, persons: np.ndarray, level: np.ndarray) -> None:
    """Move posts down, or back, to the `level` of staff devolution of the community they would go to.

    A busy worker finishes its job first.
    """
    communities = len(level)
    homes = persons["post_home"].copy()
    for station in np.unique(persons["post_home"][persons["down"] != NONE]):
        group = np.flatnonzero((persons["post_home"] == station) & (persons["down"] != NONE))
        rank = (np.arange(len(group)) + 0.5) / len(group)
        goes = rank < level[persons["down"][group] - communities]
        homes[group[goes]] = persons["down"][group[goes]]
    moved = np.flatnonzero(engine.workers["home"] != homes)
    if len(moved):
        _move(refer_engine(*engine), moved, homes)


@compiled
def _move(engine, moved, homes):
    for index in moved:
        worker = engine.workers[index]
        worker.home = homes[index]
        if worker.doing == IDLE:
            rise(engine, index, IDLE)
            rest(engine, index)
        elif worker.doing == VACANT:
            book(engine, index)
            worker.at = worker.home


@compiled
def fill_posts(engine, persons):
    """Before the first day: everyone is at their place and idle."""
    for index in range(len(persons)):
        engine.workers[index].home = engine.workers[index].at = persons[index].post_home
        rest(engine, index)


@compiled
def work_over(engine, world, rules, setting, day, open_hours):
    """Phase 6: book the day's hours; fatigue follows load; some leave, vacancies end, newcomers start."""
    force = setting.workforce
    for index in range(len(world.persons)):
        person, worker = world.persons[index], engine.workers[index]
        book(engine, index)
        if open_hours > 0.0:
            load = worker.busy_today / open_hours
            implied = min(max((load - force.fatigue_from) / (1.0 - force.fatigue_from), 0.0), 1.0)
            person.fatigue += force.fatigue_rate * (implied - person.fatigue)
            worker.busy_today = 0.0
        if worker.doing == VACANT or worker.leaving:
            if worker.doing == VACANT and day + 1 >= person.vacant_until:
                _start_newcomer(engine, world, force, index)
            continue
        base = force.leaving_base if person.tier <= COMMUNITY else force.leaving_office
        hazard = base / 365.0 * math.exp(force.leaving_fatigue * (person.fatigue - 0.5))
        c = worker.home % world.layout.communities
        if worker.home < 2 * world.layout.communities:
            hazard *= 1.0 - force.leaving_recognition * rules.here[c].recognition
            hazard *= 1.0 - force.leaving_autonomy * rules.here[c].authority
        key = mix(person.key, day)
        if uniform(key, LEAVES) < hazard:
            _leave(engine, world, index, day + 1.0 + exponential(key, VACANT_FOR, force.vacancy_days))


@compiled
def _leave(engine, world, index, until):
    """Someone leaves the post: their training is lost, and their skill but for what is written down."""
    person, worker = world.persons[index], engine.workers[index]
    lost = min(person.trained, engine.hours[worker.home, TRAINING])
    engine.hours[worker.home, TRAINING_LOST] += lost
    engine.hours[worker.home, TRAINING] -= lost
    person.trained = 0.0
    person.vacant_until = until
    world.counts[0].leavers[person.tier] += 1
    if worker.doing == IDLE:
        rise(engine, index, VACANT)
    else:
        worker.leaving = 1


@compiled
def _start_newcomer(engine, world, force, index):
    """A newcomer has part of the usual skill; the community's methods lift it."""
    person, worker = world.persons[index], engine.workers[index]
    person.hires += 1
    person.fatigue, person.cases = 0.3, 0
    c = worker.home % world.layout.communities
    key = mix(person.key, _NEWCOMER + person.hires)
    for d in range(world.skill.shape[1]):
        usual = force.officer
        if person.tier == GRID:
            usual = force.grid_worker
        elif person.tier == STREET:
            usual = force.street
        elif person.tier == DEPARTMENT:
            usual = force.specialist if world.domains[d].department == person.department else force.outside_domain
        lift = 0.0
        if worker.home < 2 * world.layout.communities:
            lift = force.method_lift * world.ground[c, d].methods
        share = force.novice + (1.0 - force.novice) * lift
        world.skill[index, d] = usual * share * (0.95 + 0.1 * uniform(key, d))
    rest(engine, index)


def grow_methods(scenario: Scenario, map_: Geography, methods: np.ndarray, written: np.ndarray) -> None:
    """Monthly: hours spent writing (`written[c]`) add to a community's stock of methods; neighbours copy some.

    `methods[c, domain]` in [0, 1] is changed in place.
    """
    force = scenario.workforce
    gain = np.minimum(force.method_growth * written / methods.shape[1], 1.0)
    methods += (1.0 - methods) * gain[:, None]
    before = methods.copy()
    for c, near in enumerate(map_.neighbours):
        if len(near):
            better = np.maximum(before[near].mean(axis=0) - before[c], 0.0)
            methods[c] += force.method_spread * better
