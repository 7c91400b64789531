"""How requests go: ratings, answers, trips, hand-offs, repeats."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.metrics.declare import metric, once, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.units import COUNT, PER_THOUSAND, SHARE
from sanfang.model import state as s
from sanfang.model.kernel.records import Floats


@metric(SHARE, "higher", "requests", "Closed requests rated satisfied", "满意率")
def rating_rate(run: Evaluation) -> float:
    """Of those whose residents could be reached."""
    asked, satisfied = run.rated[run.window].sum(axis=0)
    return ratio(float(satisfied), float(asked))


@metric(SHARE, "higher", "requests", "Closed requests resolved", "解决率")
def resolution_rate(run: Evaluation) -> float:
    """Of those closed in the window."""
    return ratio(run.counted(s.D_RESOLVED), run.counted(s.D_CLOSED))


@metric(COUNT, "lower", "requests", "Trips for a request", "每件跑腿次数")
def trips_per_request(run: Evaluation) -> float:
    """Mean."""
    made = requests(run)
    return ratio(float(made.trips.sum()), len(made.trips))


@metric(COUNT, "lower", "requests", "Hand-offs of a request", "每件转手次数")
def handoffs_per_request(run: Evaluation) -> float:
    """Mean."""
    made = requests(run)
    return ratio(float(made.handoffs.sum()), len(made.handoffs))


@metric(SHARE, "lower", "requests", "Closed requests that came back", "重复诉求率")
def repeat_rate(run: Evaluation) -> float:
    """Within `REPEAT_DAYS`; those closed in the last so many days of the window are left out."""
    settled = slice(run.first, max(run.end - int(s.REPEAT_DAYS), run.first))
    daily = run.counters[settled]
    return ratio(float(daily[:, s.D_REPEATS].sum()), float(daily[:, s.D_CLOSED].sum()))


@metric(SHARE, "lower", "requests", "Requests given up", "放弃率")
def withdrawn_rate(run: Evaluation) -> float:
    """Of those made in the window."""
    made = requests(run)
    return ratio(float((made.outcome == s.WITHDRAWN).sum()), len(made.outcome))


@metric(PER_THOUSAND, "lower", "requests", "Open requests", "积压诉求")
def backlog(run: Evaluation) -> float:
    """Mean over days."""
    return run.per_thousand(run.open)


# --- The requests of the window --------------------------------------------------------------------------


class Requests(NamedTuple):
    """Columns of the requests that were made in the window."""

    voiced: Floats
    closed: Floats
    first_at: Floats
    first_hours: NDArray[np.float32]
    outcome: NDArray[np.int8]
    kind: NDArray[np.int8]
    trips: NDArray[np.int8]
    handoffs: NDArray[np.int16]
    spent: Floats
    """`[cause]`: hours of those closed, summed, by `TIME_NAMES`."""


@once
def requests(run: Evaluation) -> Requests:
    """The requests made in the window."""
    from sanfang.metrics.loops import fill_requests

    many = len(run.records)
    kinds = (float, float, float, np.float32, np.int8, np.int8, np.int8, np.int16)
    columns = Requests._make([*(np.empty(many, kind) for kind in kinds), np.zeros(len(s.TIME_NAMES))])
    count = fill_requests(run.records, run.first, *columns)
    return Requests._make([*(column[:count] for column in columns[:-1]), columns.spent])
