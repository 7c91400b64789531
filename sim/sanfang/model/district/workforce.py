"""The people who work: skill, fatigue, leaving, vacancies, newcomers (phase 6 of the day)."""

from __future__ import annotations

import math

import numpy as np

from sanfang.model.books.headings import TRAINING, TRAINING_LOST
from sanfang.model.compiled import compiled
from sanfang.model.district.district_records import PERSON
from sanfang.model.district.geography import Geography
from sanfang.model.district.moving_posts import plan_moves
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, mix, stream, uniform
from sanfang.model.kernel.engine import become_idle, book_hours, stop_idling
from sanfang.model.kernel.engine_arrays import IDLE, NONE, VACANT, Engine
from sanfang.model.kernel.records import Floats, Record, Records
from sanfang.model.setting import Setting
from sanfang.model.state import COMMUNITY, DEPARTMENT, GRID, STREET
from sanfang.model.world import World
from sanfang.scenario.scenario import Scenario

BUSY_DAYS = 60.0
"""Working days over which is looked at how busy a station is."""
_FIRST_FATIGUE = 0.3
"""Of everyone on the first day, and of a newcomer."""


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
    persons["fatigue"] = _FIRST_FATIGUE
    persons["key"], spread = _individuals(map_, posts, tier, len(domains), seed)
    level = np.array([workforce.grid_worker, workforce.officer, workforce.street, workforce.outside_domain])[tier]
    skill = level[:, None] + workforce.spread * spread
    in_charge = [list(scenario.departments).index(domain.department) for domain in domains.values()]
    skill = np.clip(skill, 0.1, 1.0)
    skill[persons["department"][:, None] == np.array(in_charge)] = workforce.specialist
    plan_moves(scenario, map_, posts, persons)
    persons["beat"] = np.arange(len(station)) - np.repeat(np.cumsum(posts) - posts, posts)
    persons["knows"] = 1.0
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
        number = int(map_.number[station % communities]) if station < 2 * communities else station - 2 * communities
        kind = int(tier[first]) if count else 0
        random = stream(seed, "workforce", kind, number)
        keys.append(random.integers(0, 2**63, count, dtype=np.uint64))
        spreads.append(stream(seed, "skill", kind, number).standard_normal((count, domains)))
        first += count
    return np.concatenate(keys), np.concatenate(spreads)


@compiled
def fill_posts(engine: Engine, persons: Records) -> None:
    """Before the first day: everyone is at their place and idle."""
    for worker_id in range(len(persons)):
        engine.workers[worker_id].home = engine.workers[worker_id].at = persons[worker_id].post_home
        become_idle(engine, worker_id)
        _settle(persons[worker_id])


@compiled
def _holder_key(person: Record) -> np.uint64:
    """Key of who is in the post now: the same under every policy, wherever the post is and since when they hold it."""
    return mix(person.key, p.POST_HOLDER + person.hires)


@compiled
def _settle(person: Record) -> None:
    """Somebody is in the post from now on: how much hazard of leaving they will bear is theirs."""
    person.stays = exponential(_holder_key(person), p.HOLDER_STAYS, 1.0)


@compiled
def work_over(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, day: int, open_hours: float
) -> None:
    """Phase 6: book the day's hours; fatigue follows load; some leave, vacancies end, newcomers start.

    Each holder of a post has an exponential number of their own and leaves on the day on which the hazards of their
    days have summed up to it. So under two policies the same people leave, a little sooner or later where the hazard
    differs, and whoever follows them is the same, too. `open_hours`: that offices have been open today.
    """
    workforce = setting.workforce
    busy, knows, present = np.zeros(len(world.busy)), np.zeros(len(world.busy)), np.zeros(len(world.busy))
    for worker_id in range(len(world.persons)):
        person, worker = world.persons[worker_id], engine.workers[worker_id]
        book_hours(engine, worker_id)
        busy[worker.home] += worker.busy_today
        if worker.doing != VACANT:
            knows[worker.home] += person.knows
            present[worker.home] += 1.0
        if open_hours > 0.0:
            if workforce.knowing_days > 0.0:
                person.knows += (1.0 - person.knows) / workforce.knowing_days
            load = worker.busy_today / open_hours
            implied = min(max((load - workforce.fatigue_from) / (1.0 - workforce.fatigue_from), 0.0), 1.0)
            person.fatigue += workforce.fatigue_rate * (implied - person.fatigue)
            worker.busy_today = 0.0
        if worker.doing == VACANT or worker.leaving:
            if worker.doing == VACANT and day + 1 >= person.vacant_until:
                _start_newcomer(engine, world, workforce, worker_id)
            continue
        base = workforce.leaving_base if person.tier <= COMMUNITY else workforce.leaving_office
        hazard = base / 365.0 * math.exp(workforce.leaving_fatigue * (person.fatigue - 0.5))
        c = worker.home % world.layout.communities
        if worker.home < 2 * world.layout.communities:
            hazard *= 1.0 - workforce.leaving_recognition * effects.community[c].recognition
            hazard *= 1.0 - workforce.leaving_autonomy * effects.community[c].authority
        person.stays -= hazard
        if person.stays <= 0.0:
            vacancy = exponential(_holder_key(person), p.HOLDER_VACANCY_TIME, workforce.vacancy_days)
            _leave(engine, world, worker_id, day + 1.0 + vacancy)
    if open_hours > 0.0:
        _look_back(world, busy, knows, present, open_hours)


@compiled
def _look_back(world: World, busy: Floats, knows: Floats, present: Floats, open_hours: float) -> None:
    """On the evening of a working day: how busy each station has been lately, and how well grid workers know their
    grids. `busy[station]`: hours worked today; `knows[station]`: summed over its people, of whom there are `present`;
    a vacant post patrols nothing anyway."""
    for station in range(len(busy)):
        posts = world.posts[station]
        if posts > 0.0:
            world.busy[station] += (busy[station] / (posts * open_hours) - world.busy[station]) / BUSY_DAYS
        if station < world.layout.communities and present[station] > 0.0:
            world.communities[station].known = knows[station] / present[station]


@compiled
def _leave(engine: Engine, world: World, worker_id: int, until: float) -> None:
    """Someone leaves the post: their training is lost, and their skill but for what is written down."""
    person, worker = world.persons[worker_id], engine.workers[worker_id]
    lost = min(person.trained, engine.hours[worker.home, TRAINING])
    engine.hours[worker.home, TRAINING_LOST] += lost
    engine.hours[worker.home, TRAINING] -= lost
    person.trained = 0.0
    person.vacant_until = until
    world.counts[0].leavers[person.tier] += 1
    if worker.doing == IDLE:
        stop_idling(engine, worker_id, VACANT)
    else:
        worker.leaving = 1


@compiled
def _start_newcomer(engine: Engine, world: World, workforce: Record, worker_id: int) -> None:
    """Somebody begins in the post, and is idle."""
    world.persons[worker_id].fatigue = _FIRST_FATIGUE
    take_post(world, workforce, worker_id, engine.workers[worker_id].home)
    become_idle(engine, worker_id)


@compiled
def take_post(world: World, workforce: Record, worker_id: int, home: int) -> None:
    """A post at the station `home` has a new holder, with part of the usual skill; the community's methods lift it."""
    person = world.persons[worker_id]
    person.hires += 1
    person.cases = 0
    if workforce.knowing_days > 0.0:
        person.knows = 0.0
    key = _holder_key(person)
    _settle(person)
    c = home % world.layout.communities
    for d in range(world.skill.shape[1]):
        usual = workforce.officer
        if person.tier == GRID:
            usual = workforce.grid_worker
        elif person.tier == STREET:
            usual = workforce.street
        elif person.tier == DEPARTMENT:
            in_charge = world.domains[d].department == person.department
            usual = workforce.specialist if in_charge else workforce.outside_domain
        lift = 0.0
        if home < 2 * world.layout.communities:
            lift = workforce.method_lift * world.community_domain[c, d].methods
        share = workforce.novice + (1.0 - workforce.novice) * lift
        world.skill[worker_id, d] = usual * share * (0.95 + 0.1 * uniform(key, p.HOLDER_SKILL + d))


def grow_methods(
    scenario: Scenario, map_: Geography, methods: np.ndarray, written: np.ndarray, part: float = 1.0
) -> None:
    """Monthly: hours spent writing (`written[c]`) add to a community's stock of methods; neighbours copy some.

    `methods[c, domain]` in [0, 1] is changed in place. `part`: the share of a month that has passed since then.
    """
    force = scenario.workforce
    gain = np.minimum(force.method_growth * written / methods.shape[1], 1.0)
    methods += (1.0 - methods) * gain[:, None]
    before = methods.copy()
    for c, near in enumerate(map_.neighbours):
        if len(near):
            better = np.maximum(before[near].mean(axis=0) - before[c], 0.0)
            methods[c] += part * force.method_spread * better
