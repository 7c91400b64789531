"""What a district carries from the years before into day 0, as plain arrays: taken from one model, put into another.

Day 0 opens new books. Needs, requests, work under way, people, minds and money in the pots are carried over; hours,
yuan and records begin at nothing. Times are shifted so that day 0 is day 0: what arose before has arisen at a time
below 0. A latent need gets a new key for its draws, since those of its days before are used up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.district.finance import in_pots, settle_month
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix
from sanfang.model.kernel.engine_arrays import EVENT, NONE, Engine, refer_engine, with_room
from sanfang.model.kernel.event_calendar import pending_events, schedule
from sanfang.model.kernel.records import Records
from sanfang.model.world import World

if TYPE_CHECKING:
    from sanfang.model.model import DistrictModel

type Carried = dict[str, np.ndarray]
"""By name; what belongs to the engine, the world and the rest is told by the first word of the name."""

WHOLE = (
    "persons",
    "skill",
    "waiting_hours",
    "communities",
    "community_domain",
    "office_work",
    "forums",
    "budget",
    "short_in",
    "busy",
)
"""Arrays of the world that are carried as they are."""

MINDS = ("satisfaction", "expectation", "trust", "burden")
"""Columns of the residents that change."""

IF_USED = ("brought", "heard")
"""Columns of them that are empty where nobody uses them. One that is used only from day 0 on begins there."""

CALENDAR_TIMES = ("voiced", "arose", "closed_before", "first_at", "gone")
WORKING_TIMES = ("first", "registered", "tied_since")
"""Fields of a case."""

BEGINS_ANEW = ("records", "closings", "experiences", "capped", "terminal_uses", "leavers")
"""Counts that begin at 0 with the books."""


# --- Taken from a model -----------------------------------------------------------------------------------


def carried(model: DistrictModel) -> Carried:
    """What `model` carries into the day to come, which is then day 0. Its month is settled first."""
    scenario, world, finance = model.scenario_run, model.world, model.finance
    settle_month(scenario, world, finance)
    days, hours = float(model.day), float(world.clock_start[model.day])
    arrays: Carried = {f"world.{name}": getattr(world, name).copy() for name in WHOLE}
    arrays["world.persons"]["vacant_until"] -= days
    arrays |= {f"world.{name}": array for name, array in _needs(model, days, hours).items()}
    arrays |= {f"engine.{name}": array for name, array in _engine(model, hours).items()}
    arrays |= {f"residents.{name}": getattr(model.residents, name).copy() for name in (*MINDS, *IF_USED)}
    arrays |= {f"prevention.{name}": array for name, array in model.prevention.carried().items()}
    arrays |= {f"completion.{name}": array for name, array in model.completion.carried().items()}
    arrays |= {f"take_up.{name}": array for name, array in model.take_up.carried().items()}
    return arrays | {f"finance.{name}": array for name, array in finance.carried().items()}


def _needs(model: DistrictModel, days: float, hours: float) -> Carried:
    """The pools of needs, up to what is in use."""
    world, counts = model.world, model.world.counts.copy()
    used = int(counts["cases_used"][0])
    cases, states = world.cases[:used].copy(), world.states[:used].copy()
    latent = world.latent[: int(counts["latent"][0])].copy()
    for name in CALENDAR_TIMES:
        cases[name] -= days
    for name in WORKING_TIMES:
        cases[name] -= hours
    cases["record"] = cases["closing"] = NONE
    latent["arose"] -= days
    _give_new_keys(cases, latent)
    for name in BEGINS_ANEW:
        counts[name] = 0
    flow = np.zeros_like(world.flow)
    for state in (s.LATENT, s.OPEN, s.UNRESOLVED, s.WITHDRAWN):
        here = states[states["state"] == state]
        np.add.at(flow, (here["community"], here["domain"], state), 1)
    flow[:, :, s.ARISEN] = flow.sum(axis=2)
    short = world.short[: int(counts["short"][0])].copy()
    dormant = world.dormant[model.day :].copy()
    return dict(cases=cases, states=states, latent=latent, counts=counts, flow=flow, short=short, dormant=dormant)


@compiled
def _give_new_keys(cases: Records, latent: Records) -> None:
    """No event of a latent need is under way, so its key may change; it stays the root of its recurrences."""
    for need in latent:
        case = cases[need.case]
        key = mix(need.key, p.NEED_CARRIED)
        if case.root == need.key and case.ring == NONE:  # one of several residents keeps the root of all
            case.root = key
        case.key = need.key = key


def _engine(model: DistrictModel, hours: float) -> Carried:
    """Jobs, workers, queues, and what is to happen, in the order in which it will."""
    engine = model.engine
    stations, workers = engine.stations.copy(), engine.workers.copy()
    for name in ("area", "waited", "joined"):
        stations[name] = 0
    stations["area_since"] = 0.0
    workers["since"] -= hours
    jobs = engine.jobs[: int(engine.clock["jobs_used"][0])].copy()
    for name in ("queued", "since"):
        jobs[name] -= hours
    jobs["pot"] = s.UNPAID  # the books of the years before are closed: nothing goes back to them
    events = np.zeros(int(engine.clock["scheduled"][0]), EVENT)
    pending_events(refer_engine(*engine), events)
    events = events[np.lexsort((events["order"], events["time"]))]
    events["time"] -= hours
    free = engine.free_jobs[: int(engine.clock["free_jobs"][0])].copy()
    return dict(stations=stations, workers=workers, jobs=jobs, free_jobs=free, events=events)


def forget_records(world: World) -> None:
    """Nobody will ask for the records and closings so far: nothing that lives refers to them any more."""
    world.counts["records"] = world.counts["closings"] = 0
    world.cases["record"] = world.cases["closing"] = NONE


# --- Put into another -------------------------------------------------------------------------------------


def carry_into(model: DistrictModel, arrays: Carried) -> None:
    """Day 0 of `model`, which has done no day yet, begins with what was carried.

    The model is of the same district, people and seed; its policy and its length may be others.
    """
    world = model.world
    for name in (*WHOLE, "counts", "flow"):
        getattr(world, name)[...] = arrays[f"world.{name}"]
    world.dormant[:] = NONE
    reach = min(len(world.dormant), len(arrays["world.dormant"]))
    world.dormant[:reach] = arrays["world.dormant"][:reach]
    for name in ("cases", "states", "latent", "short"):
        pool: Any = {name: _filled(getattr(world, name), arrays[f"world.{name}"])}
        model.world = model.world._replace(**pool)
    for name in MINDS:
        getattr(model.residents, name)[...] = arrays[f"residents.{name}"]
    for name in IF_USED:
        column = getattr(model.residents, name)
        if len(column) == len(arrays[f"residents.{name}"]):
            column[:] = arrays[f"residents.{name}"]
    model.engine = _engine_with(model.engine, arrays)
    model.prevention.carry_on(_of("prevention", arrays))
    model.completion.carry_on(_of("completion", arrays))
    model.take_up.carry_on(_of("take_up", arrays))
    outside = float(world.communities["outside"].sum())
    model.finance.carry_on(_of("finance", arrays), world.flow, float(in_pots(world).sum()), outside)


def _of(word: str, arrays: Carried) -> Carried:
    return {name.removeprefix(f"{word}."): array for name, array in arrays.items() if name.startswith(f"{word}.")}


def _filled(pool: np.ndarray, content: np.ndarray) -> np.ndarray:
    """`pool`, or a larger one, that begins with `content`."""
    if len(pool) < len(content):
        pool = np.zeros(len(content) + len(content) // 2, pool.dtype)
    pool[: len(content)] = content
    return pool


def _engine_with(engine: Engine, arrays: Carried) -> Engine:
    """The engine at the start of day 0, with all that was under way."""
    jobs, free, events = arrays["engine.jobs"], arrays["engine.free_jobs"], arrays["engine.events"]
    engine = with_room(engine, len(jobs), len(events))
    engine.stations[...], engine.workers[...] = arrays["engine.stations"], arrays["engine.workers"]
    engine.jobs[: len(jobs)], engine.free_jobs[: len(free)] = jobs, free
    engine.clock["jobs_used"], engine.clock["free_jobs"] = len(jobs), len(free)
    _schedule_all(refer_engine(*engine), events)
    return engine


@compiled
def _schedule_all(engine: Engine, events: Records) -> None:
    """Put events into the calendar in this order, which decides between those of the same time."""
    for event in events:
        schedule(engine, event.time, event.kind, event.subject, event.stamp)
