"""On what the time of closed requests went; the shares sum to one."""

from __future__ import annotations

from functools import partial

from sanfang.metrics.declare import Basis, metric, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.needs import FOLLOWED
from sanfang.metrics.requests import requests
from sanfang.metrics.units import SHARE
from sanfang.model.state import TIME_NAMES

CAUSES = {
    "wait_staff": ("Waiting for staff", "等待人员"),
    "handling": ("Being handled", "办理"),
    "handoff": ("Handed on", "转办"),
    "information": ("Information missing or wrong", "信息缺失或错误"),
    "shortage": ("Short of money", "经费短缺"),
    "case_wait": ("Waiting for other parts of the case", "等待同案其他事项"),
    "rework": ("Rework", "返工"),
    "lead_time": ("Access, contractor, material", "等待入户、施工、材料"),
}
"""Labels of each of `TIME_NAMES`, in English and Chinese."""


def hours(run: Evaluation) -> float:
    """Hours of closed requests."""
    return float(requests(run).spent.sum())


def _share(run: Evaluation, cause: str) -> float:
    """Share of the hours of closed requests that went to a cause."""
    return ratio(float(requests(run).spent[TIME_NAMES.index(cause)]), hours(run))


for _cause, (_en, _zh) in CAUSES.items():
    metric(SHARE, None, "time", _en, _zh, of=Basis("requests", hours), needs=FOLLOWED, name=f"{_cause}_share")(
        partial(_share, cause=_cause)
    )
