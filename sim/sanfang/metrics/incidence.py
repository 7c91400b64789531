"""What becomes of needs, and how soon since they arose: silence, trouble, and each way in which a need may end.

All are of the needs that arose in the window, seen from their first day; those that have not ended are censored at its
end. Needs that arose before are left out, and do not enter late (as left-truncated): what is left of them has been
selected by what the policy before made of them, the slow ones stay, so that they would tell of two policies at once.
They count in what happens in the window (see docs/model.md), and requests among them in `carried_open`.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.metrics.declare import Basis, metric, once
from sanfang.metrics.durations import followed_days, mean_within
from sanfang.metrics.ends import MET, RESOLVED, SHARES, WAYS
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.needs import MEAN_WITHIN_DAYS, SEEN_THROUGH, within
from sanfang.metrics.survival import Incidence, incidence, survival
from sanfang.metrics.units import DAYS, SHARE


def arisen(run: Evaluation) -> float:
    """Needs that arose in the window."""
    return float((run.records["arose"] >= run.first).sum())


OF_NEEDS = Basis("needs", arisen)

# --- How long -----------------------------------------------------------------------------------------------


@metric(
    DAYS, "lower", "headline", "Days with the problem, of the first 60", "问题存续天数（前60天内）",
    of=OF_NEEDS, needs=SEEN_THROUGH,
)  # fmt: skip
def trouble_days(run: Evaluation) -> float:
    """Of the first `MEAN_WITHIN_DAYS` days since a need arose, those on which the trouble is still there: the area
    under that curve. It ends where the need is resolved or met, and where the trouble vanishes, be it before anybody
    was told or after the request was given up or closed unresolved."""
    needs = _needs(run)
    return _mean_since_arising(run, needs.trouble, needs.gone)


@metric(
    DAYS, "lower", "residents", "Days from arising to resolution, at most 60 counted", "从产生到解决天数（最多计60天）",
    of=OF_NEEDS, needs=SEEN_THROUGH,
)  # fmt: skip
def need_days_mean(run: Evaluation) -> float:
    """Calendar days until it is resolved or met, silent time included; each counted up to `MEAN_WITHIN_DAYS`, and so
    many for each need that is never, also where the trouble vanishes by itself."""
    needs = _needs(run)
    done = (needs.way == RESOLVED) | (needs.way == MET)
    return _mean_since_arising(run, np.where(done, needs.pursued, needs.age), done)


@metric(
    DAYS, "lower", "residents", "Days before anybody knows, of the first 60", "问题未被知晓天数（前60天内）",
    of=OF_NEEDS, needs=SEEN_THROUGH,
)  # fmt: skip
def silent_days_mean(run: Evaluation) -> float:
    """Of the first `MEAN_WITHIN_DAYS` days since a need arose, those on which it is neither voiced nor found; of all
    needs. Silence ends where it is voiced or found, and with the need itself where that is met or vanishes. So many of
    the `trouble_days` are silent, and on the others somebody could act."""
    needs = _needs(run)
    return _mean_since_arising(run, needs.silent, needs.known)


def _mean_since_arising(run: Evaluation, days: np.ndarray, ended: np.ndarray) -> float:
    """Restricted mean of days from arising; NaN where no need was followed so long."""
    return mean_within(survival(days, ended), MEAN_WITHIN_DAYS, _followed(run))


# --- What becomes of them -----------------------------------------------------------------------------------

HORIZONS = (30, 60, 90)
"""Days since the need arose."""


def _ended(run: Evaluation, ways: tuple[int, ...], horizon: int) -> float:
    """Share of needs that have ended in one of some ways within so many days since they arose; NaN where no need was
    followed so long."""
    curves = _incidence(run)
    return float(sum(curves.by(way, horizon) for way in ways)) if _followed(run) >= horizon else np.nan


for _name, (_ways, _better, _en, _zh) in SHARES.items():
    for _days in HORIZONS:
        metric(
            SHARE, _better, "headline" if f"{_name}_{_days}" == "resolved_30" else "residents",
            f"{_en} within {_days} days", f"{_days}天内{_zh}",
            of=OF_NEEDS, needs=within(_days), name=f"{_name}_{_days}",
        )(partial(_ended, ways=_ways, horizon=_days))  # fmt: skip


@once
def _incidence(run: Evaluation) -> Incidence:
    """Of each way, by days since arising."""
    needs = _needs(run)
    return incidence(needs.pursued, needs.way, len(WAYS))


# --- The needs of the window --------------------------------------------------------------------------------


class _Needs(NamedTuple):
    """Columns of the needs that arose in the window; see `loops.fill_needs`."""

    age: NDArray[np.float64]
    trouble: NDArray[np.float64]
    gone: NDArray[np.bool_]
    silent: NDArray[np.float64]
    known: NDArray[np.bool_]
    pursued: NDArray[np.float64]
    way: NDArray[np.int8]


@once
def _needs(run: Evaluation) -> _Needs:
    from sanfang.metrics.loops import fill_needs

    many = len(run.records)
    columns = _Needs._make(np.empty(many, kind) for kind in (float, float, bool, float, bool, float, np.int8))
    count = fill_needs(run.records, run.first, float(run.end), *columns)
    return _Needs._make(column[:count] for column in columns)


@once
def _followed(run: Evaluation) -> float:
    """For how many whole days the first of them was followed."""
    return followed_days(run.records["arose"], run)
