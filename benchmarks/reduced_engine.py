"""The reduced model as this project builds models: columns and the request engine under a Mesa model."""

from __future__ import annotations

import math
from collections import namedtuple

import mesa
import numpy as np

from benchmarks.reduced import COMMUNITY, RULES, START_SATISFACTION, START_TRUST, Statistics, people
from sanfang.model.compiled import compiled, compiled_in_any_order, prefetch
from sanfang.model.kernel.draws import exponential, mix, root_key, uniform
from sanfang.model.kernel.engine import (
    become_idle,
    end_service,
    first_waiting,
    free_job,
    join_queue,
    leave_queue,
    new_job,
    start_service,
)
from sanfang.model.kernel.engine_arrays import (
    ARRIVAL,
    GIVE_UP,
    NONE,
    SERVICE_END,
    new_engine,
    refer_engine,
    with_room,
)
from sanfang.model.kernel.event_calendar import first_of_bucket, next_event, schedule

GAP, WHO, MARK, VOICED, SERVICE, PATIENCE = range(1, 7)
HANDLING = 2
EVENTS_A_BUCKET = 8.0
CANDIDATES = 256
CANDIDATE = np.dtype([("key", "u8"), ("time", "f8"), ("resident", "i8")])

Columns = namedtuple("Columns", "satisfaction trust weight vulnerable")
Totals = namedtuple("Totals", "served withdrawn waited satisfaction")
_TOTALS = np.dtype([("served", "i8"), ("withdrawn", "i8"), ("waited", "f8"), ("satisfaction", "f8")])


@compiled
def learn(columns, rules, resident, worth):
    columns.satisfaction[resident] += np.float32(rules.step * (worth - columns.satisfaction[resident]))
    columns.trust[resident] += np.float32(rules.trust_step * (worth - columns.trust[resident]))


@compiled
def serve(engine, totals, station):
    """Idle workers take what waits; a job's `since` becomes the days it has waited."""
    while engine.stations[station].idle != NONE:
        index = first_waiting(engine, station)
        if index == NONE:
            return
        leave_queue(engine, index)
        job = engine.jobs[index]
        job.since = engine.clock[0].now - job.queued
        totals[0].served += 1
        totals[0].waited += job.since
        start_service(engine, index, engine.stations[station].idle, job.hours)


@compiled_in_any_order
def live(columns, rules, totals):
    """Satisfaction drifts towards what is usual."""
    drift, usual = np.float32(rules.drift), np.float32(rules.usual)
    total = 0.0
    for start in range(0, len(columns.satisfaction), COMMUNITY):
        satisfaction, part = columns.satisfaction[start : start + COMMUNITY], np.float32(0.0)
        for i in range(len(satisfaction)):
            satisfaction[i] += drift * (usual - satisfaction[i])
        for i in range(len(satisfaction)):
            part += satisfaction[i]
        total += part
    totals[0].satisfaction += total


@compiled
def arise(engine, columns, rules, key, day):
    """Candidates come at the largest hazard; weight and trust decide which of them become requests.

    As in the full model, the memory is asked for a community's candidates before the first of them is weighed.
    """
    rate = rules.hazard * rules.cap * COMMUNITY
    candidates = np.empty(CANDIDATES, CANDIDATE)
    for c in range(len(engine.stations)):
        own = mix(mix(key, c), day)
        time, n, count = 0.0, 0, 0
        while True:
            need = mix(own, n)
            time += exponential(need, GAP, 1.0) / rate
            if time >= 1.0:
                break
            n += 1
            if count == CANDIDATES:
                let_arise(engine, columns, rules, candidates, count, day)
                count = 0
            resident = c * COMMUNITY + int(uniform(need, WHO) * COMMUNITY)
            candidate = candidates[count]
            candidate.key, candidate.time, candidate.resident = need, time, resident
            prefetch(columns.weight, resident)
            prefetch(columns.trust, resident)
            count += 1
        let_arise(engine, columns, rules, candidates, count, day)


@compiled
def let_arise(engine, columns, rules, candidates, count, day):
    """The candidates that weight and trust make requests."""
    for n in range(count):
        candidate = candidates[n]
        resident = candidate.resident
        is_need = uniform(candidate.key, MARK) * rules.cap < columns.weight[resident]
        if is_need and uniform(candidate.key, VOICED) < columns.trust[resident]:
            schedule(engine, day + candidate.time, ARRIVAL, resident, candidate.key)


@compiled
def look_ahead(engine, columns, bucket):
    """Ask the memory for what the events of the next buckets will need, as the full model does."""
    index = first_of_bucket(engine, bucket, 2)
    while index != NONE:
        event = engine.events[index]
        if event.kind == ARRIVAL:
            prefetch(columns.vulnerable, event.subject)
        else:
            prefetch(engine.jobs, event.subject)
        index = event.next
    index = first_of_bucket(engine, bucket, 1)
    while index != NONE:
        event = engine.events[index]
        if event.kind != ARRIVAL:
            prefetch(columns.satisfaction, engine.jobs[event.subject].owner)
            prefetch(columns.trust, engine.jobs[event.subject].owner)
        index = event.next


@compiled
def work(engine, columns, rules, totals, until):
    """The day's events in order."""
    bucket = NONE
    while True:
        event = next_event(engine, until)
        if event == NONE:
            return
        if engine.clock[0].bucket != bucket:
            bucket = engine.clock[0].bucket
            look_ahead(engine, columns, bucket)
        kind, subject, stamp = engine.events[event].kind, engine.events[event].subject, engine.events[event].stamp
        if kind == ARRIVAL:
            index, station = new_job(engine, stamp, subject), subject // COMMUNITY
            job = engine.jobs[index]
            job.hours, job.heading = exponential(stamp, SERVICE, rules.service), HANDLING
            join_queue(engine, index, station, 0 if columns.vulnerable[subject] else 1)
            serve(engine, totals, station)
            if job.worker == NONE:
                patience = exponential(stamp, PATIENCE, rules.patience)
                schedule(engine, engine.clock[0].now + patience, GIVE_UP, index, stamp)
        elif kind == SERVICE_END:
            job = engine.jobs[subject]
            end_service(engine, subject)
            learn(columns, rules, job.owner, math.exp(-job.since / rules.expected))
            free_job(engine, subject)
            serve(engine, totals, job.station)
        elif engine.jobs[subject].key == stamp and engine.jobs[subject].worker == NONE:
            leave_queue(engine, subject)
            totals[0].withdrawn += 1
            learn(columns, rules, engine.jobs[subject].owner, 0.0)
            free_job(engine, subject)


@compiled
def one_day(engine, columns, rules, totals, key, day):
    live(columns, rules, totals)
    arise(engine, columns, rules, key, day)
    work(engine, columns, rules, totals, day + 1.0)


@compiled
def staff(engine, workers):
    """Everyone is at their community and idle."""
    for index in range(len(engine.workers)):
        engine.workers[index].home = engine.workers[index].at = index // workers
        become_idle(engine, index)


class EngineModel(mesa.Model):
    """The reduced model. `step` is one day, `days` how far its calendar reaches."""

    def __init__(self, residents: int, seed: int, days: int) -> None:
        super().__init__(rng=seed)
        self.day, self.key = 0, root_key(seed, "needs")
        weight, vulnerable = people(residents, seed)
        places = residents // COMMUNITY
        satisfaction = np.full(residents, START_SATISFACTION, np.float32)
        self.columns = Columns(satisfaction, np.full(residents, START_TRUST, np.float32), weight, vulnerable)
        self.totals = np.zeros(1, _TOTALS)
        self.needs_a_day = RULES.hazard * residents
        width = EVENTS_A_BUCKET / (3.0 * self.needs_a_day)
        self.engine = new_engine(places, places * RULES.workers, HANDLING + 1, horizon=float(days) + 1.0, width=width)
        self.reference = refer_engine(*self.engine)
        staff(self.reference, RULES.workers)

    def step(self) -> None:
        most = int(1.2 * self.needs_a_day + 8.0 * self.needs_a_day**0.5 + 100)
        engine = with_room(self.engine, most, 3 * most)
        if engine is not self.engine:
            self.engine, self.reference = engine, refer_engine(*engine)
        one_day(self.reference, self.columns, RULES, self.totals, self.key, self.day)
        self.day += 1

    def run(self, days: int) -> Statistics:
        for _ in range(days):
            self.step()
        total = self.totals[0]
        ended = int(total["served"] + total["withdrawn"])
        mean = float(total["satisfaction"]) / (len(self.columns.weight) * self.day)
        return Statistics(float(total["waited"] / total["served"]), float(total["withdrawn"] / ended), mean, ended)
