"""How busy people are, with what, and how many leave."""

from __future__ import annotations

import numpy as np

from sanfang.metrics.declare import metric, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.units import GAP, PER_YEAR, SHARE
from sanfang.metrics.waste import hours_under
from sanfang.model import state as s
from sanfang.model.books import headings as h

DAYS_A_YEAR = 365.0


@metric(SHARE, "lower", "workforce", "Community hours on tasks from above", "上级任务占社区工时")
def tasks_from_above_share(run: Evaluation) -> float:
    """Of the hours of people present."""
    return ratio(hours_under(_base(run), ("tasks_useful", "tasks_form")), _present(_base(run)))


@metric(SHARE, "lower", "workforce", "Community hours spent feeding systems", "数据录入占社区工时")
def entry_share(run: Evaluation) -> float:
    """Of the hours of people present."""
    return ratio(hours_under(_base(run), ("data_entry", "data_entry_in_vain")), _present(_base(run)))


@metric(SHARE, None, "workforce", "Utilisation, all tiers", "人员利用率")
def utilisation(run: Evaluation) -> float:
    """Hours worked over hours of people present."""
    return _utilisation(run.hours)


@metric(SHARE, None, "workforce", "Utilisation, communities", "社区人员利用率")
def utilisation_community(run: Evaluation) -> float:
    """Of grids and community offices."""
    return _utilisation(_base(run))


@metric(GAP, "lower", "workforce", "Utilisation of communities minus offices above", "社区与上级忙闲差")
def burden_gap(run: Evaluation) -> float:
    """Above 0 where those below are busier."""
    return _utilisation(_base(run)) - _utilisation(run.hours[s.COMMUNITY + 1 :])


@metric(PER_YEAR, "lower", "workforce", "Leavers per post", "离职率")
def turnover_rate(run: Evaluation) -> float:
    """Leavers of the window over posts."""
    leavers = run.leavers[run.end - 1].sum() - (run.leavers[run.first - 1].sum() if run.first else 0)
    return float(leavers) / run.posts / run.length * DAYS_A_YEAR


@metric(SHARE, "lower", "workforce", "Work that lapsed", "逾期失效工作比例")
def work_lapsed_share(run: Evaluation) -> float:
    """Tasks, own work and chores that nobody had begun by their deadline, over all that were done or lapsed."""
    lapsed = float(run.counted(s.D_LAPSED))
    return ratio(lapsed, lapsed + float(run.counted(s.D_DONE)))


def _base(run: Evaluation) -> np.ndarray:
    """Hours of grids and community offices, `[tier, heading]`."""
    return run.hours[: s.COMMUNITY + 1]


def _present(hours: np.ndarray) -> float:
    return float(hours.sum() - hours[:, h.VACANT].sum())


def _utilisation(hours: np.ndarray) -> float:
    """Hours worked over hours supplied less vacant ones; patrol fills idle time and counts as such."""
    idle = hours[:, [h.IDLE, h.IDLE_MISMATCH, h.PATROL]].sum()
    present = hours.sum() - hours[:, h.VACANT].sum()
    return ratio(float(present - idle), float(present))
