"""A district at work at the end of a day: who is at work, what waits where, where each open request is, how grids feel.

A look at a model that changes nothing, made of whole columns. A dot is a request under way: one each, or, where a case
manager has its parts run at the same time, one for each of them. The dots in a queue are what residents wait for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sanfang.model import state as s
from sanfang.model.kernel.engine_arrays import CLASSES, IDLE, NONE, VACANT
from sanfang.model.model import DistrictModel
from sanfang.model.world import World

HOME, QUEUE, SEAT, DESK = range(4)
"""Where a dot is at its place: with the resident; in the queue; in the hands of a worker; there, or on its way there,
and nobody works on it, as it awaits approval, money, material."""

NEW = len(s.TIME_NAMES)
"""In place of the cause of its time: voiced, and no office has taken it in yet."""

FREE_SEAT, EMPTY_SEAT, ON_REQUEST, ON_OTHER = range(4)
"""What a post is doing: nothing, nobody is in it, a part of a request, other work."""

_AT_REST = (s.BLANK, s.TO_CASE, s.FINISHED)
_OTHER_WORK = (s.TASK, s.CHORE)


class Stations(NamedTuple):
    """A row a station: posts by what they do, and jobs in the queues. Posts are counted where they belong."""

    on_requests: np.ndarray
    on_other: np.ndarray
    idle: np.ndarray
    vacant: np.ndarray
    waiting: np.ndarray
    """Jobs."""
    requests: np.ndarray
    """Of these, parts of requests."""

    @property
    def posts(self) -> np.ndarray:
        """All of them."""
        return np.asarray(self.on_requests + self.on_other + self.idle + self.vacant)


class Dots(NamedTuple):
    """A row a dot, by place, spot and turn: what is served next stands first in its queue."""

    key: np.ndarray
    """Of the request: the number that its id writes in hexadecimal."""
    part: np.ndarray
    """0, or which part it is, where parts run at the same time."""
    case: np.ndarray
    """Row of the case."""
    job: np.ndarray
    """Row of the part, or NONE while there is none."""
    community: np.ndarray
    """Of the resident."""
    place: np.ndarray
    """Station; of a dot at home the community."""
    spot: np.ndarray
    """HOME, QUEUE, SEAT or DESK."""
    cause: np.ndarray
    """Under which its time is booked, of `TIME_NAMES`, or NEW."""
    worker: np.ndarray
    """Who works on it, or NONE."""

    def those(self, rows: np.ndarray) -> Dots:
        """Some of them: `rows` is a mask or a list of rows."""
        return Dots(*(column[rows] for column in self))


@dataclass(frozen=True)
class Scene:
    """A district at the end of `day`. `seat_home`: the station of each post, `seat_doing`: what it does; `mood`: mean
    satisfaction of the residents of each grid, 0 to 1, NaN where nobody lives."""

    day: int
    stations: Stations
    seat_home: np.ndarray
    seat_doing: np.ndarray
    mood: np.ndarray
    dots: Dots


def scene(model: DistrictModel) -> Scene:
    """What the model shows now."""
    dots = _dots(model)
    home, doing = _seats(model)
    count = len(model.engine.stations)

    def posts(what: int) -> np.ndarray:
        return np.bincount(home[doing == what], minlength=count)

    stations = Stations(
        on_requests=posts(ON_REQUEST), on_other=posts(ON_OTHER), idle=posts(FREE_SEAT), vacant=posts(EMPTY_SEAT),
        waiting=model.engine.stations["waiting"].astype(np.int64),
        requests=np.bincount(dots.place[dots.spot == QUEUE], minlength=count),
    )  # fmt: skip
    return Scene(model.day, stations, home, doing, _moods(model), dots)


def _is_one_of(phase: np.ndarray, phases: tuple[int, ...]) -> np.ndarray:
    """Whether each is one of a few phases; `numpy.isin` sorts, which takes ten times as long."""
    return np.asarray(np.logical_or.reduce([phase == one for one in phases]))


def _seats(model: DistrictModel) -> tuple[np.ndarray, np.ndarray]:
    """Of each post: the station to which it belongs, and what it is doing."""
    workers, phase = model.engine.workers, model.engine.jobs["phase"]
    doing = workers["doing"]
    other = _is_one_of(phase[workers["job"]], _OTHER_WORK)  # of those without a job it is read, and not used
    what = np.select([doing == IDLE, doing == VACANT, other], [FREE_SEAT, EMPTY_SEAT, ON_OTHER], ON_REQUEST)
    return workers["home"].astype(np.int64), what


def _moods(model: DistrictModel) -> np.ndarray:
    residents = model.residents
    people = np.bincount(residents.grid)
    total = np.bincount(residents.grid, residents.satisfaction)
    return np.where(people > 0, total / np.maximum(people, 1), np.nan)


def grid_homes(model: DistrictModel) -> np.ndarray:
    """The community of each grid, NONE for one where nobody lives."""
    residents = model.residents
    home = np.full(int(residents.grid.max()) + 1, NONE)
    home[residents.grid] = residents.community
    return home


# --- Dots -----------------------------------------------------------------------------------------------


def _dots(model: DistrictModel) -> Dots:
    world, jobs = model.world, model.engine.jobs
    state = world.states["state"][: int(world.counts["cases_used"][0])]
    open_ = np.flatnonzero((state == s.OPEN) | (state == s.UNRESOLVED))
    jobs_of = world.cases["jobs"][open_]
    under_way = (jobs_of != NONE) & ~_is_one_of(jobs["phase"][jobs_of], _AT_REST)
    row, part = np.nonzero(under_way)
    silent = np.flatnonzero(~under_way.any(axis=1))  # until an office opens and takes them in
    case = open_[np.concatenate([row, silent])]
    job = np.concatenate([jobs_of[row, part], np.full(len(silent), NONE)])
    part = np.where(world.cases["parallel"][case] != 0, np.concatenate([part, np.zeros_like(silent)]), 0)
    community = world.cases["community"][case].astype(np.int64)
    place, spot = _places(model, community, jobs[job])
    idle = job == NONE
    place, spot = np.where(idle, community, place), np.where(idle, HOME, spot)
    closed = world.states["state"][case] == s.UNRESOLVED  # in vain; it is back some day
    cause = np.where(idle, np.where(closed, s.T_REWORK, NEW), jobs["cause"][job])
    dots = Dots(
        key=world.cases["key"][case], part=part, case=case, job=job, community=community, place=place, spot=spot,
        cause=cause.astype(np.int64), worker=np.where(idle, NONE, jobs["worker"][job]).astype(np.int64),
    )  # fmt: skip
    _lay_beside(world, dots)
    queued = spot == QUEUE
    turn = np.where(queued, jobs["queued"][job], world.cases["voiced"][case])
    return dots.those(np.lexsort((dots.key, turn, np.where(queued, jobs["class_"][job], 0), spot, place)))


def _lay_beside(world: World, dots: Dots) -> None:
    """Requests that are tied to another one for the same trouble lie on the desk where that one is."""
    tied = np.flatnonzero((world.cases["tied"][dots.case] == 1) & (dots.job == NONE) & (dots.cause == NEW))
    handled = dots.job != NONE
    row = np.full(len(world.cases), NONE)
    row[dots.case[handled]] = np.flatnonzero(handled)
    ring, first = world.cases["ring"], dots.case[tied]
    other = ring[first]
    while True:  # once around the rings, all at a time
        on = (other != NONE) & (other != first) & (row[other] == NONE)
        if not on.any():
            break
        other = np.where(on, ring[other], other)
    beside = row[np.where((other != NONE) & (other != first), other, first)]
    own = world.layout.communities + dots.community[tied]  # nobody is at the other one at the moment
    dots.place[tied] = np.where(beside != NONE, dots.place[beside], own)
    dots.spot[tied], dots.cause[tied] = DESK, s.T_CASE_WAIT


def _places(model: DistrictModel, community: np.ndarray, jobs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place and spot of parts of requests that are under way."""
    phase, worker, station = jobs["phase"], jobs["worker"], jobs["station"]
    at_department, at_target = _is_one_of(phase, (s.APPROVED, s.GRANTED)), _is_one_of(phase, (s.UNFUNDED, s.EXECUTED))
    at_community = _is_one_of(phase, (s.AT_PARTNER, s.BY_PARTNER, s.CONVENED))
    tier = np.select(
        [at_department, at_target, at_community], [s.DEPARTMENT, jobs["target"], s.COMMUNITY], jobs["tier"]
    )  # fmt: skip
    desk = office(model.world, tier, community, jobs["domain"])
    works, waits, home = worker != NONE, station != NONE, phase == s.COMES_BACK
    place = np.select([works, waits, home], [model.engine.workers["home"][worker], station, community], desk)
    return place.astype(np.int64), np.select([works, waits, home], [SEAT, QUEUE, HOME], DESK)


def office(world: World, tier: np.ndarray, community: np.ndarray, domain: np.ndarray) -> np.ndarray:
    """Stations of the offices in charge: of a tier, for a community and a domain."""
    layout = world.layout
    street = 2 * layout.communities + world.communities["sub_district"][community]
    department = 2 * layout.communities + layout.streets + world.domains["department"][domain]
    return np.select([tier <= s.COMMUNITY, tier == s.STREET], [layout.communities + community, street], department)


def ended(model: DistrictModel, since: int) -> tuple[np.ndarray, np.ndarray]:
    """Keys and outcomes of the requests that have ended with the records from row `since` on."""
    records = model.world.records[since : int(model.world.counts["records"][0])]
    records = records[~np.isnan(records["voiced"])]
    return records["key"], records["outcome"]


# --- A queue --------------------------------------------------------------------------------------------


class Waiting(NamedTuple):
    """A job in a queue: the row of its case (NONE for other work), the heading of its hours, its priority class (0 is
    first), and the working hours it has waited."""

    case: int
    heading: int
    class_: int
    hours: float


def queue(model: DistrictModel, station: int, most: int, after: int = 0) -> list[Waiting]:
    """The next `most` jobs that wait at a station, but for the first `after`, in the order in which they will be
    served."""
    engine, found = model.engine, list[Waiting]()
    now = float(engine.clock["now"][0])
    for class_ in range(CLASSES):
        job_id = int(engine.stations["head"][station, class_])
        while job_id != NONE and len(found) < most:
            job: Any = engine.jobs[job_id]
            if after:
                after, job_id = after - 1, int(job["next"])
                continue
            other = int(job["phase"]) in _OTHER_WORK
            owner = NONE if other else int(job["owner"])
            found.append(Waiting(owner, int(job["heading"]), class_, now - float(job["queued"])))
            job_id = int(job["next"])
    return found


def before(model: DistrictModel, job_id: int) -> int:
    """How many jobs are to be served before one that waits."""
    jobs = model.engine.jobs
    station, class_, previous = (int(jobs[field][job_id]) for field in ("station", "class_", "previous"))
    count = int(((jobs["station"] == station) & (jobs["class_"] < class_)).sum())
    while previous != NONE:
        previous, count = int(jobs["previous"][previous]), count + 1
    return count
