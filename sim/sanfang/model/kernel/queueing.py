"""The request engine alone, as one plain queue: for comparison with queueing theory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sanfang.model.compiled import compiled
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import SHAPES, duration, exponential, mix, root_key, uniform
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
    CLASSES,
    GIVE_UP,
    NONE,
    SERVICE_END,
    Engine,
    new_engine,
    refer_engine,
)
from sanfang.model.kernel.event_calendar import next_event, schedule
from sanfang.model.kernel.records import Floats, Ints
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import whole_number
from sanfang.scenario.telling import in_words, listed

MAX_SEED = 2**63 - 1
MAX_SERVERS = 1_000_000
MAX_REQUESTS = 50_000_000
"""Which take some four gigabytes."""

MIN_NUMBER, MAX_NUMBER = 1e-9, 1e9
"""Rates and times, in whatever unit: far beyond any queue, and still exact in double precision."""

TOLERANCE = 1e-9
"""By which shares may miss the sum of 1, for rounding."""

_HEADING = 2
"""Of all service, beside IDLE and VACANT."""


@compiled
def _serve_waiting(engine: Engine, started: Floats) -> None:
    """Idle servers take what waits."""
    job_id = first_waiting(engine, 0)
    while job_id != NONE and engine.stations[0].idle != NONE:
        leave_queue(engine, job_id)
        started[engine.jobs[job_id].owner] = engine.clock[0].now
        start_service(engine, job_id, engine.stations[0].idle, engine.jobs[job_id].hours)
        job_id = first_waiting(engine, 0)


@compiled
def _admit(
    engine: Engine, key: np.uint64, request: int, mean: float, cv: float, shape: int, limits: Floats, patience: float
) -> int:  # fmt: skip
    """A request arrives and joins its class's queue. Returns its class."""
    request_key = mix(key, request)
    mark = uniform(request_key, p.QUEUE_CLASS)
    class_ = 0
    while class_ < len(limits) - 1 and mark >= limits[class_]:
        class_ += 1
    job_id = new_job(engine, request_key, request)
    engine.jobs[job_id].hours = duration(request_key, p.QUEUE_SERVICE, mean, cv, shape)
    engine.jobs[job_id].heading = _HEADING
    join_queue(engine, job_id, 0, class_)
    if patience > 0.0:
        gives_up = engine.clock[0].now + exponential(request_key, p.QUEUE_PATIENCE, patience)
        schedule(engine, gives_up, GIVE_UP, job_id, request_key)
    return class_


@compiled
def _run_queue(
    engine: Engine, key: np.uint64, gap: float, mean: float, cv: float, shape: int, limits: Floats, patience: float,
    class_: Ints, arrived: Floats, started: Floats, finished: Floats,
) -> None:  # fmt: skip
    """Run the engine as one plain queue; a job's slot is free again once it is served or has given up.

    `limits`: cumulative shares of the classes; `patience`: its mean, 0 for endless; the last four: a row a request.
    """
    count = len(arrived)
    arrivals = 0
    schedule(engine, exponential(mix(key, 0), p.QUEUE_GAP, gap), ARRIVAL, 0, np.uint64(0))
    while True:
        event_id = next_event(engine, np.inf)
        if event_id == NONE:
            break
        event = engine.events[event_id]
        kind, subject, stamp = event.kind, event.subject, event.stamp
        if kind == ARRIVAL:
            arrived[subject] = engine.clock[0].now
            class_[subject] = _admit(engine, key, subject, mean, cv, shape, limits, patience)
            arrivals += 1
            if arrivals < count:
                wait = exponential(mix(key, arrivals), p.QUEUE_GAP, gap)
                schedule(engine, engine.clock[0].now + wait, ARRIVAL, arrivals, np.uint64(0))
        elif kind == SERVICE_END:
            finished[engine.jobs[subject].owner] = engine.clock[0].now
            end_service(engine, subject)
            free_job(engine, subject)
        elif engine.jobs[subject].key == stamp and engine.jobs[subject].worker == NONE:
            leave_queue(engine, subject)
            finished[engine.jobs[subject].owner] = engine.clock[0].now
            free_job(engine, subject)
        _serve_waiting(engine, started)


def _check(
    arrival_rate: float, mean_service: float, servers: int, service: str, cv: float, class_shares: Sequence[float],
    mean_patience: float | None, requests: int, seed: int,
) -> None:  # fmt: skip
    """Raise InputError where an argument of `simulate_queue` makes no sense."""
    _number("arrival_rate", arrival_rate, MIN_NUMBER)
    _number("mean_service", mean_service, MIN_NUMBER)
    whole_number("servers", servers, 1, MAX_SERVERS)
    whole_number("requests", requests, 1, MAX_REQUESTS)
    whole_number("seed", seed, 0, MAX_SEED)
    if not isinstance(service, str) or service not in SHAPES:
        raise InputError(f"service: must be one of {listed(SHAPES)}, not {in_words(service)}")
    _number("cv", cv, 0.0)
    if mean_patience is not None:
        _number("mean_patience", mean_patience, MIN_NUMBER)
    if not isinstance(class_shares, list | tuple) or not 1 <= len(class_shares) <= CLASSES:
        raise InputError(f"class_shares: must be a list of 1 to {CLASSES} shares, not {in_words(class_shares)}")
    for share in class_shares:
        _number("class_shares", share, 0.0, 1.0)
    if abs(sum(class_shares) - 1) > TOLERANCE:
        raise InputError(f"class_shares: must sum to 1, not to {sum(class_shares):g}")


def _number(name: str, value: object, least: float, most: float = MAX_NUMBER) -> None:
    """Raise InputError unless `value` is a number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InputError(f"{name}: must be a number from {least:g} to {most:g}, not {in_words(value)}")


def simulate_queue(
    arrival_rate: float,
    mean_service: float,
    servers: int,
    service: str = "exponential",
    cv: float = 1.0,
    class_shares: Sequence[float] = (1.0,),
    mean_patience: float | None = None,
    requests: int = 200_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Run the engine alone: Poisson arrivals at one station, for comparison with theory.

    Times have one unit throughout, rates are per that unit. `service` is "exponential",
    "deterministic" or "lognormal" (`cv` is for lognormal only); patience is exponential; class 0 is
    served first, non-preemptive; class and service of a request are drawn independently.

    Returns one row a request, in the order of arrival: class_, arrived, started (NaN if withdrawn), finished
    (time of withdrawal if withdrawn), withdrawn. The same arguments give the same table.
    Raises InputError where an argument makes no sense.
    """
    _check(arrival_rate, mean_service, servers, service, cv, class_shares, mean_patience, requests, seed)
    width = 4.0 * max(1.0 / arrival_rate, mean_service / servers)  # a few events a bucket
    # At most: the next arrival, one end a server, and a give-up for each request so far.
    events = servers + 2 + (0 if mean_patience is None else requests)
    engine = new_engine(
        1, servers, _HEADING + 1, horizon=2.0 * requests / arrival_rate, width=width, jobs=requests + 1, events=events
    )
    reference = refer_engine(*engine)
    for worker_id in range(servers):
        become_idle(reference, worker_id)
    class_ = np.zeros(requests, np.int64)
    arrived, started, finished = (np.full(requests, np.nan) for _ in range(3))
    patience = mean_patience if mean_patience is not None else 0.0
    limits = np.cumsum(class_shares)
    _run_queue(
        reference, root_key(seed, "queue"), 1.0 / arrival_rate, mean_service, cv, SHAPES[service], limits, patience,
        class_, arrived, started, finished,
    )  # fmt: skip
    columns = {"class_": class_, "arrived": arrived, "started": started, "finished": finished}
    return pd.DataFrame(columns | {"withdrawn": np.isnan(started)})
