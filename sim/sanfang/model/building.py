"""Everything that compiled code works on, made at the start and grown as the run needs it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.cases.case_records import CASE, CLOSING, EXPERIENCE, LATENT_NEED, NEED_RECORD, STATE
from sanfang.model.cases.lifecycle import MAX_SLEEP_DAYS
from sanfang.model.cases.shared import MAX_OTHERS
from sanfang.model.district.district_records import COMMUNITY, COMMUNITY_DOMAIN, OFFICE_WORK, Residents
from sanfang.model.district.geography import Geography
from sanfang.model.district.population import ELDERLY, hazard_caps
from sanfang.model.district.tasks import CHORE_HOURS, TaskStreams
from sanfang.model.kernel.engine_arrays import NONE, Engine, grown, new_engine, with_room
from sanfang.model.kernel.worktime import clock_starts
from sanfang.model.setting import domains_of
from sanfang.model.state import ARISEN, DAILY, MAX_PARTS, MAX_RETURNS, PARTNER
from sanfang.model.world import COUNTS, Layout, World
from sanfang.scenario.scenario import Scenario

_BUCKET_HOURS = 0.25
_RESIDENTS_A_BUCKET = 5_000  # wider buckets for fewer people keep a bucket's events few
_FIRST_ROOM = 4096
_DAYS_AHEAD = 366


def build_world(
    scenario: Scenario, map_: Geography, residents: Residents, persons: np.ndarray, skill: np.ndarray, days: int,
    first_day: int = 0,
) -> tuple[Engine, World]:  # fmt: skip
    """The engine and the state at the start of the first of so many days, `first_day` of the calendar."""
    communities, domains = len(map_.ids), len(scenario.domains)
    layout = Layout(communities, scenario.district.sub_districts, len(scenario.departments))
    stations, headings = 2 * communities + layout.streets + layout.departments, len(h.HOUR_HEADINGS)
    ahead = clock_starts(scenario.calendar, days + _DAYS_AHEAD, first_day)
    starts = ahead[: days + 1]
    people = len(residents.trust)
    width = _BUCKET_HOURS * min(1.0, _RESIDENTS_A_BUCKET / people)
    engine = new_engine(
        stations, len(persons), headings, horizon=float(starts[-1]) + 1.0, width=width,
        jobs=_FIRST_ROOM + people // 8, events=_FIRST_ROOM + people // 3,
    )  # fmt: skip
    world = World(
        layout=layout,
        cases=np.zeros(_FIRST_ROOM + people // 4, CASE),
        states=np.zeros(_FIRST_ROOM + people // 4, STATE),
        latent=np.zeros(_FIRST_ROOM + people // 4, LATENT_NEED),
        dormant=np.full(days + MAX_SLEEP_DAYS + 2, NONE, np.int32),
        records=np.zeros(_records_expected(scenario, map_, days), NEED_RECORD),
        closings=np.zeros(_records_expected(scenario, map_, days), CLOSING),
        experiences=np.zeros(_FIRST_ROOM, EXPERIENCE),
        counts=np.zeros(1, COUNTS),
        daily=np.zeros((days, len(DAILY)), np.int64),
        flow=np.zeros((communities, domains, ARISEN + 1), np.int64),
        short=np.zeros(_FIRST_ROOM, np.int32),
        short_in=np.zeros(communities + layout.departments, np.int64),
        persons=persons,
        busy=np.zeros(stations),
        posts=np.zeros(stations),
        skill=skill,
        office_work=np.zeros((stations, headings), OFFICE_WORK),
        waiting_hours=np.zeros((stations, domains)),
        communities=_communities(scenario, map_),
        community_domain=np.zeros((communities, domains), COMMUNITY_DOMAIN),
        domains=domains_of(scenario),
        budget=np.zeros(layout.departments),
        spent=np.zeros((PARTNER + 1, len(h.YUAN_HEADINGS))),
        outside_hours=np.zeros(len(h.OUTSIDE_HEADINGS)),
        near=_near(map_),
        forums=np.zeros(int(residents.grid.max()) + 1, np.int64),
        clock_start=starts,
        clock_ahead=ahead,
        hour_share=np.cumsum(scenario.calendar.hour_profile),
        grid=residents.grid,
        vulnerable=residents.vulnerable,
        alone=residents.alone,
        frail=(residents.age == ELDERLY) | residents.disabled,
        digital=residents.digital,
        burden=residents.burden,
        brought=residents.brought,
        heard=residents.heard,
    )
    world.domains["cap"] = hazard_caps(scenario)
    world.community_domain["factor"] = map_.factor
    world.community_domain["hazard"] = world.community_domain["covered"] = 1.0
    world.communities["known"] = 1.0
    world.counts["free_case"] = NONE
    return engine, world


def _records_expected(scenario: Scenario, map_: Geography, days: int) -> int:
    """Room for the needs of a run and half as many again. The system gives memory only where it is written to."""
    hazard = sum(domain.hazard for domain in scenario.domains.values())
    return int(1.5 * hazard * map_.population.sum() * days / 365.0) + _FIRST_ROOM


def _communities(scenario: Scenario, map_: Geography) -> np.ndarray:
    """The communities as records, with what stays as it is through a run."""
    communities = np.zeros(len(map_.ids), COMMUNITY)
    communities["number"], communities["size"] = map_.number, map_.population
    communities["sub_district"] = map_.sub_district
    communities["first"][1:] = np.cumsum(map_.population)[:-1]
    communities["households"] = map_.population / scenario.district.household_size
    return communities


def _near(map_: Geography) -> np.ndarray:
    """Neighbours of each community in one table: those of a row, then NONE."""
    near = np.full((len(map_.ids), max(1, *map(len, map_.neighbours), 1)), NONE, np.int32)
    for row, adjacent in zip(near, map_.neighbours, strict=True):
        row[: len(adjacent)] = adjacent
    return near


class Arrivals(NamedTuple):
    """What comes in on a day, whatever happens in it."""

    candidates: float
    """Residents who may have a need, on average."""
    tasks: int
    """More than will come from above and as own work."""


def arrivals(world: World, streams: TaskStreams) -> Arrivals:
    """Of every day of a run."""
    capped = float((world.domains["hazard"] * world.domains["cap"]).sum())
    candidates = capped / 365.0 * float(world.communities["size"].sum())
    return Arrivals(candidates, _upper_bound(float(streams.sent.sum() + streams.own.sum())))


def make_room(
    engine: Engine, world: World, expected: Arrivals, chores: np.ndarray, pending: int, others: float, back: int
) -> tuple[Engine, World]:
    """Engine and world with room for whatever a day can bring, so that compiled code never has to ask.

    The same ones are returned where nothing had to grow. Bounds: needs cannot exceed the day's candidates, nor tasks
    their stream, by more than chance (eight standard deviations) allows; every case is recorded once, closes
    at most once more than it is brought back, and has at most `MAX_PARTS` jobs. `others`: mean number of residents whom
    a shared trouble concerns beside the first; `back`: needs that are back today.
    """
    counts = world.counts[0]
    needs = _upper_bound(expected.candidates)
    if others > 0.0:  # needs come in lots: of as many as there are candidates, but with a larger variance
        needs = _upper_bound(expected.candidates, 1.0 + 2.0 * others) + MAX_OTHERS * (100 + back)
    used, latent = int(counts["cases_used"]), int(counts["latent"])
    cases = _fitting(world.cases, used, used + needs)
    recorded, closed = int(counts["records"]), int(counts["closings"])
    gathered = int((world.office_work["owed"].sum() + chores.sum()) / CHORE_HOURS) + world.office_work.size
    jobs = MAX_PARTS * (pending + needs) + expected.tasks + gathered
    # Every latent need may be voiced today, and each request may be given up some day.
    engine = with_room(engine, jobs, 2 * (jobs + needs) + latent)
    arrays: dict[str, Any] = {
        "cases": cases,
        "states": _fitting(world.states, used, used + needs),
        "latent": _fitting(world.latent, latent, len(cases)),
        "records": _fitting(world.records, recorded, recorded + used + needs),
        "closings": _fitting(world.closings, closed, closed + (1 + MAX_RETURNS) * (used + needs)),
        "experiences": _fitting(world.experiences, int(counts["experiences"]), 3 * len(cases)),
        "short": _fitting(world.short, int(counts["short"]), len(engine.jobs)),
    }
    if all(array is getattr(world, name) for name, array in arrays.items()):
        return engine, world
    return engine, world._replace(**arrays)


def _upper_bound(mean: float, spread: float = 1.0) -> int:
    """A number that a count of this mean, and a variance of `spread` times the mean, will not exceed."""
    return int(mean + 8.0 * (mean * spread) ** 0.5 + 100.0)


def _fitting(array: np.ndarray, used: int, needed: int) -> np.ndarray:
    """The array, or a longer copy of its `used` first records with room for `needed` and half as many again."""
    return array if len(array) >= needed else grown(array, used, needed)
