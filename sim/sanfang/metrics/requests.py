"""How requests go: ratings, answers, trips, hand-offs, repeats."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.metrics.by_day import Days, by_day, moving_share, per_thousand
from sanfang.metrics.declare import Basis, metric, once, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.needs import CARRIED, COME_BACK, MEAN_WITHIN_DAYS, SEEN_THROUGH
from sanfang.metrics.residents import residents
from sanfang.metrics.units import COUNT, PER_THOUSAND, REQUESTS, SHARE
from sanfang.model import state as s
from sanfang.model.kernel.records import Floats


def number(run: Evaluation) -> float:
    """Requests made in the window."""
    return float(len(requests(run).voiced))


OF_REQUESTS = Basis("requests", number)


@metric(REQUESTS, None, "requests", "Requests made", "诉求件数", name="requests", of=Basis("requests", residents))
def made_in_window(run: Evaluation) -> float:
    """In the evaluation window."""
    return number(run)


def asked(run: Evaluation) -> float:
    """Closed requests whose residents could be reached."""
    return float(run.rated[run.window, 0].sum())


@metric(SHARE, "higher", "requests", "Closed requests rated satisfied", "满意率", of=Basis("requests", asked))
def rating_rate(run: Evaluation) -> float:
    """Of those whose residents could be reached."""
    return ratio(float(run.rated[run.window, 1].sum()), asked(run))


@by_day("rating_rate", of="rating_rate", moving=True)
def _rating_rate_by_day(days: Days) -> np.ndarray:
    return moving_share(days.rated)


def closed(run: Evaluation) -> float:
    """Requests closed in the window, as often as each was."""
    return float(run.counted(s.D_CLOSED))


@metric(SHARE, "higher", "requests", "Closed requests resolved", "解决率", of=Basis("requests", closed))
def resolution_rate(run: Evaluation) -> float:
    """Of those closed in the window."""
    return ratio(run.counted(s.D_RESOLVED), closed(run))


@by_day("resolution_rate", of="resolution_rate", moving=True)
def _resolution_rate_by_day(days: Days) -> np.ndarray:
    return moving_share(days.closings)


@metric(SHARE, "higher", "requests", "Closed in time, whatever the result (official)", "按期办结率（官方口径）")
def closed_in_time_rate(run: Evaluation) -> float:
    """Of the closings of the window, those within the limit of their kind since voicing: what an office is measured by.
    `on_time_rate` is what residents have of it."""
    return ratio(run.counted(s.D_IN_TIME), closed(run))


@metric(SHARE, "lower", "requests", "Closed to meet a limit, and not solved", "为赶时限未解决即办结比例")
def closed_in_vain_share(run: Evaluation) -> float:
    """Of the closings of the window."""
    return ratio(run.counted(s.D_IN_VAIN), closed(run))


@metric(SHARE, "higher", "requests", "Closed requests reported as resolved (official)", "上报解决率（官方口径）")
def claimed_resolution_rate(run: Evaluation) -> float:
    """Of the closings of the window, those resolved and those closed in vain, which offices report as resolved;
    `resolution_rate` leaves the latter out."""
    return ratio(run.counted(s.D_RESOLVED) + run.counted(s.D_IN_VAIN), closed(run))


def number_followed(run: Evaluation) -> float:
    """Requests made in the window `MEAN_WITHIN_DAYS` or more before its end: the youngest have most still before them,
    and would make a policy under which requests take long look better."""
    return float(_followed(run).sum())


OF_FOLLOWED = Basis("requests", number_followed)


@metric(COUNT, "lower", "requests", "Trips for a request", "平均跑动次数", of=OF_FOLLOWED, needs=SEEN_THROUGH)
def trips_per_request(run: Evaluation) -> float:
    """Mean, of those made `MEAN_WITHIN_DAYS` or more before the end."""
    return ratio(float(requests(run).trips[_followed(run)].sum()), number_followed(run))


@metric(COUNT, "lower", "requests", "Hand-offs of a request", "平均转办次数", of=OF_FOLLOWED, needs=SEEN_THROUGH)
def handoffs_per_request(run: Evaluation) -> float:
    """Mean, of those made `MEAN_WITHIN_DAYS` or more before the end."""
    return ratio(float(requests(run).handoffs[_followed(run)].sum()), number_followed(run))


def closed_early(run: Evaluation) -> float:
    """Requests closed so early in the window that whether they came back has been seen."""
    return float(_early(run)[:, s.D_CLOSED].sum())


@metric(
    SHARE, "lower", "requests", "Closed requests that came back", "重复诉求率",
    of=Basis("requests", closed_early), needs=COME_BACK,
)  # fmt: skip
def repeat_rate(run: Evaluation) -> float:
    """Within `REPEAT_DAYS`; those closed in the last so many days of the window are left out."""
    return ratio(float(_early(run)[:, s.D_REPEATS].sum()), closed_early(run))


def _early(run: Evaluation) -> np.ndarray:
    """Counters of the days of the window but the last `REPEAT_DAYS`."""
    return run.counters[run.first : max(run.end - int(s.REPEAT_DAYS), run.first)]


@metric(SHARE, None, "requests", "Requests that are duplicates", "重复件比例")
def duplicate_share(run: Evaluation) -> float:
    """Seen at intake to be about a trouble that another request is handled for, over those made in the window."""
    return ratio(float(run.counted(s.D_DUPLICATES)), number(run))


def calls(run: Evaluation) -> float:
    """Calls to the hotline in the window with a problem, answered or not."""
    answered = (run.records["voiced"] >= run.first) & (run.records["channel"] == s.HOTLINE)
    return float(answered.sum()) + float(run.counted(s.D_TURNED_AWAY))


@metric(SHARE, "lower", "requests", "Calls that the hotline did not answer", "热线未接通比例")
def turned_away_share(run: Evaluation) -> float:
    """Of the calls with a problem in the window; each day on which somebody tries counts."""
    return ratio(run.counted(s.D_TURNED_AWAY), calls(run))


@metric(SHARE, "lower", "requests", "Requests given up", "诉求放弃率", of=OF_FOLLOWED, needs=SEEN_THROUGH)
def withdrawn_rate(run: Evaluation) -> float:
    """Within `MEAN_WITHIN_DAYS`, of those made so long before the end."""
    made = requests(run)
    soon = (made.outcome == s.WITHDRAWN) & (made.closed - made.voiced <= MEAN_WITHIN_DAYS)
    return ratio(float(soon[_followed(run)].sum()), number_followed(run))


@metric(PER_THOUSAND, "lower", "requests", "Open requests", "在办诉求", of=Basis("requests", residents))
def backlog(run: Evaluation) -> float:
    """Mean over days."""
    return run.per_thousand(run.open)


@by_day("open", of="backlog")
def _open_by_day(days: Days) -> np.ndarray:
    return per_thousand(days.open, days)


@metric(
    PER_THOUSAND, None, "requests", "Requests not over at the start", "期初未了结诉求", of=Basis("requests", residents)
)  # fmt: skip
def carried_open(run: Evaluation) -> float:
    """Made before the window and not over when it began: open, or closed in vain and about to be brought back. They are
    none of the requests made in the window, but stand in the queues before them, and are among what is closed in it."""
    return 1000.0 * ratio(number_carried(run), residents(run))


def number_carried(run: Evaluation) -> float:
    """How many they are."""
    return float(_carried(run).sum())


@metric(
    SHARE, "higher", "requests", "Of those, resolved within 60 days", "期初未了结诉求60天内解决率",
    of=Basis("requests", number_carried), needs=CARRIED,
)  # fmt: skip
def carried_resolved(run: Evaluation) -> float:
    """Share of the requests not over at the start, within `MEAN_WITHIN_DAYS` from it."""
    soon = run.records["closed"] <= run.first + MEAN_WITHIN_DAYS
    return ratio(float((_carried(run) & soon & (run.records["outcome"] == s.RESOLVED)).sum()), number_carried(run))


@once
def _carried(run: Evaluation) -> np.ndarray:
    """Whether each need is a request made before the window and not over when it began."""
    return np.asarray((run.records["voiced"] < run.first) & ~(run.records["closed"] < run.first))


@once
def _followed(run: Evaluation) -> np.ndarray:
    """Whether each request was made on a day so long before the end."""
    return run.end - np.floor(requests(run).voiced) >= MEAN_WITHIN_DAYS


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
