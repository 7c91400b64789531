"""How many days of evaluation window each metric needs, and why; a shorter window gives no value, and the reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sanfang.model.state import REPEAT_DAYS
from sanfang.scenario.window import Window

MEAN_WITHIN_DAYS = 60.0
"""Means of durations count each up to so many days."""


@dataclass(frozen=True)
class Need:
    """The fewest days that a window must have for a metric, and why so many, in English and Chinese."""

    days: int
    en: str = ""
    zh: str = ""


ANY = Need(1)
FOLLOWED = Need(int(MEAN_WITHIN_DAYS), "requests are followed for 60 days", "诉求要跟踪 60 天")
COME_BACK = Need(
    FOLLOWED.days + int(REPEAT_DAYS),
    "60 days of requests, each of which may come back within 30",
    "需有 60 天的诉求，且每件须再观察 30 天看是否重复",
)
PAID = Need(60, "money comes by the month", "经费按月下达")

FOLLOWING = (
    *("response_rate", "on_time_rate", "need_days_mean", "withdrawn_rate", "trips_per_request", "handoffs_per_request"),
    *(f"{stem}_{kind}" for stem in ("first_response_hours", "resolution_days") for kind in ("mean", "median", "p90")),
    *(f"{cause}_share" for cause in ("wait_staff", "handling", "handoff", "information", "shortage", "case_wait")),
    *("rework_share", "lead_time_share"),
)
"""Metrics of the requests, or needs, that began in the window: they must be seen through."""

MONEY = (
    *("waste_share", "waste_share_money", "cost_per_resolved_need", "wasted_services_oversupplied"),
    *("wasted_terminals_unused", "wasted_contracts_unused", "wasted_stranded"),
)

NEEDS = {name: FOLLOWED for name in FOLLOWING} | {name: PAID for name in MONEY} | {"repeat_rate": COME_BACK}

MEANS = ("first_response_hours_mean", "resolution_days_mean", "need_days_mean")
"""Means up to 60 days: somebody must have been followed for so long."""


NOT_FOLLOWED = ("nothing that began in the window was followed for 60 days", "评价期内没有一件被跟踪满 60 天")


def need_of(name: str) -> Need:
    """What a metric needs."""
    return NEEDS.get(name, ANY)


def reason(name: str, value: float, window: Window, lang: str = "en") -> str:
    """Why a metric has no value in a window, in "en" or "zh"; "" if it has one, or had nothing to measure."""
    need = need_of(name)
    if not math.isnan(value):
        return ""
    if window.is_empty:
        return window.reason(lang)
    if window.days < need.days:
        if lang == "zh":
            return f"评价期只有 {window.days} 天，至少要有 {need.days} 天：{need.zh}"
        return f"the window has {window.days} days and must have at least {need.days}: {need.en}"
    if name in MEANS:
        return NOT_FOLLOWED[lang == "zh"]
    return ""


def reasons(metrics: Mapping[str, float], window: Window, lang: str = "en") -> dict[str, str]:
    """By metric, why it has no value; only of those where there is something to say."""
    found = {name: reason(name, value, window, lang) for name, value in metrics.items()}
    return {name: text for name, text in found.items() if text}


def too_short(window: Window, lang: str = "en") -> list[str]:
    """What a window cannot tell, in sentences; none for one that is long enough for every metric."""
    if window.is_empty:
        no_metric = "没有任何指标的值：{}。" if lang == "zh" else "No metric has a value: {}."
        return [no_metric.format(window.reason(lang))]
    found = []
    for need in dict.fromkeys(NEEDS.values()):
        names = [name for name, own in NEEDS.items() if own == need]
        if window.days < need.days:
            why = reason(names[0], math.nan, window, lang)
            no_value = "无值" if lang == "zh" else "No value of"
            found.append(f"{no_value} {', '.join(names)}: {why}.")
    return found
