"""The metrics of a run, declared once: tables, figures and documentation derive from this list.

The names are stable; the model's `Run.metrics` has exactly these keys.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sanfang.model.books.headings import LABELS, WASTED_HOURS, WASTED_YUAN

Better = Literal["higher", "lower"]

NOT_REACHED = "not reached"
"""How a value above all that could be seen is written."""

SIGNIFICANT, MOST_DECIMALS = 2, 9
"""Digits of an interval's half-width that are printed, and so of its middle; the most decimals of a number."""

TELLS_REQUESTS = "trips_per_request"
"""A metric that every run with a request has: where it has no value either, nothing was asked for."""


@dataclass(frozen=True)
class Metric:
    """One outcome of a run.

    `unit` is written out; "0-1" is a share or an index, "-1 to 1" a difference of two. `better` is the direction
    that residents or taxpayers would wish for, None where neither is plainly better. `group` is where a table puts it.
    `open_ended`: a run that had requests and has no value has not reached it, so it is above all that could be seen:
    a 90th percentile of days where fewer than 90 of 100 requests were ever resolved, the cost of a resolved need where
    none was. Of any other metric no value means that there was nothing to measure.
    """

    name: str
    unit: str
    en: str
    zh: str
    better: Better | None
    group: str
    open_ended: bool = False

    @property
    def headline(self) -> bool:
        """Whether it answers the main question: satisfaction, response time, waste."""
        return self.group == "headline"

    @property
    def smallest(self) -> float:
        """The smallest difference of interest, in the metric's unit; see `SMALLEST`."""
        return SMALLEST.get(self.unit, 0.0)

    def label(self, lang: str = "en") -> str:
        """The label in `lang`: "en" or "zh"."""
        return self.zh if lang == "zh" else self.en

    def format(self, value: float, decimals: int | None = None) -> str:
        """`value` with so many decimals, by default as its unit deserves; an en dash for NaN, words where it was not
        reached."""
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return NOT_REACHED
        if decimals is not None:
            return f"{value:,.{decimals}f}"
        if self.unit in ("0-1", "-1 to 1"):
            return f"{value:.3f}"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"


SMALLEST = {
    "0-1": 0.001,
    "-1 to 1": 0.001,
    "calendar days": 0.1,
    "working hours": 0.1,
    "count": 0.01,
    "per 1,000 residents": 0.1,
    "per 1,000 of them": 0.1,
    "per year": 0.001,
    "yuan": 1.0,
}
"""The smallest difference that a verdict takes for one, by unit. A convention: a thousandth of all residents, hours or
money, a tenth of a day, one request in a hundred, one yuan a case are what nobody would notice or pay a reform for."""

GROUPS = {
    "headline": ("Headline", "主要结果"),
    "residents": ("Residents", "居民"),
    "requests": ("Requests", "诉求办理"),
    "time": ("Where the time went", "时间去向"),
    "waste": ("Waste", "资源浪费"),
    "workforce": ("Workforce", "人员"),
    "resources": ("Resources", "资源总量"),
}
"""Groups in the order of tables, with labels in English and Chinese."""


def _three(stem: str, unit: str, en: str, zh: str, first_group: str) -> list[Metric]:
    """Mean, median and 90th percentile of one duration."""
    kinds = (("mean", "mean", "均值"), ("median", "median", "中位数"), ("p90", "90th percentile", "90分位"))
    return [
        Metric(f"{stem}_{kind}", unit, f"{en}, {word}", f"{zh}（{word_zh}）", "lower", group, open_ended=True)
        for (kind, word, word_zh), group in zip(kinds, (first_group, "requests", "requests"), strict=True)
    ]


WASTE_CAUSES = {name: LABELS[name] for name in (*WASTED_HOURS, *WASTED_YUAN)}
"""Causes of waste, by heading of the ledger: hours first, then money; in English and Chinese."""


def _wasted() -> list[Metric]:
    """Waste by cause: shares of hours that sum to `waste_share_hours`, and of money that sum to `waste_share_money`."""
    return [
        Metric(
            f"wasted_{name}",
            "0-1",
            f"{'Money' if name in WASTED_YUAN else 'Hours'} wasted: {en}",
            f"浪费：{zh}",
            "lower",
            "waste",
        )
        for name, (en, zh) in WASTE_CAUSES.items()
    ]


METRICS: tuple[Metric, ...] = (
    Metric("satisfaction", "0-1", "Satisfaction of residents", "居民满意度", "higher", "headline"),
    *_three("resolution_days", "calendar days", "Days from voicing to resolution", "从反映到解决天数", "headline"),
    Metric("waste_share", "0-1", "Share of resources wasted", "资源浪费比例", "lower", "headline"),
    Metric("satisfied_share", "0-1", "Residents satisfied at the end", "期末满意居民比例", "higher", "residents"),
    Metric("vulnerable_gap", "0-1", "Gap of vulnerable residents", "弱势群体满意度差距", "lower", "residents"),
    Metric("community_inequality", "0-1", "Inequality between communities", "社区间不平等", "lower", "residents"),
    Metric(
        "latent_needs", "per 1,000 residents", "Needs neither voiced nor found", "未被发现的需求", "lower", "residents"
    ),
    Metric(
        "latent_needs_vulnerable",
        "per 1,000 of them",
        "Needs neither voiced nor found, vulnerable residents",
        "未被发现的需求(弱势群体)",
        "lower",
        "residents",
    ),
    Metric(
        "latent_needs_others",
        "per 1,000 of them",
        "Needs neither voiced nor found, other residents",
        "未被发现的需求(其他居民)",
        "lower",
        "residents",
    ),
    Metric("need_days_mean", "calendar days", "Days that a need lasts", "需求持续天数", "lower", "residents"),
    Metric("rating_rate", "0-1", "Closed requests rated satisfied", "满意率", "higher", "requests"),
    Metric("resolution_rate", "0-1", "Closed requests resolved", "解决率", "higher", "requests"),
    Metric("response_rate", "0-1", "Requests answered in time", "响应率", "higher", "requests"),
    Metric("on_time_rate", "0-1", "Requests resolved in time", "按期解决率", "higher", "requests"),
    *_three("first_response_hours", "working hours", "Hours to first handling", "首次响应工时", "requests"),
    Metric("trips_per_request", "count", "Trips for a request", "每件跑腿次数", "lower", "requests"),
    Metric("handoffs_per_request", "count", "Hand-offs of a request", "每件转手次数", "lower", "requests"),
    Metric("repeat_rate", "0-1", "Closed requests that came back", "重复诉求率", "lower", "requests"),
    Metric("withdrawn_rate", "0-1", "Requests given up", "放弃率", "lower", "requests"),
    Metric("backlog", "per 1,000 residents", "Open requests", "积压诉求", "lower", "requests"),
    Metric("wait_staff_share", "0-1", "Waiting for staff", "等待人员", None, "time"),
    Metric("handling_share", "0-1", "Being handled", "办理", None, "time"),
    Metric("handoff_share", "0-1", "Handed on", "转办", None, "time"),
    Metric("information_share", "0-1", "Information missing or wrong", "信息缺失或错误", None, "time"),
    Metric("shortage_share", "0-1", "Short of money", "经费短缺", None, "time"),
    Metric("case_wait_share", "0-1", "Waiting for other parts of the case", "等待同案其他事项", None, "time"),
    Metric("rework_share", "0-1", "Rework", "返工", None, "time"),
    Metric("lead_time_share", "0-1", "Access, contractor, material", "外部等待", None, "time"),
    Metric("waste_share_hours", "0-1", "Hours wasted", "工时浪费比例", "lower", "waste"),
    Metric("waste_share_money", "0-1", "Money wasted", "经费浪费比例", "lower", "waste"),
    *_wasted(),
    Metric("coordination_share", "0-1", "Hours spent on coordination", "协调工时比例", "lower", "waste"),
    Metric(
        "cost_per_resolved_need",
        "yuan",
        "Cost of a resolved need",
        "每解决一件需求成本",
        "lower",
        "waste",
        open_ended=True,
    ),
    Metric(
        "tasks_from_above_share",
        "0-1",
        "Community hours on tasks from above",
        "上级任务占社区工时",
        "lower",
        "workforce",
    ),
    Metric("entry_share", "0-1", "Community hours spent feeding systems", "数据录入占社区工时", "lower", "workforce"),
    Metric("utilisation", "0-1", "Utilisation, all tiers", "人员利用率", None, "workforce"),
    Metric("utilisation_community", "0-1", "Utilisation, communities", "社区人员利用率", None, "workforce"),
    Metric(
        "burden_gap",
        "-1 to 1",
        "Utilisation of communities minus offices above",
        "社区与上级忙闲差",
        "lower",
        "workforce",
    ),
    Metric("turnover_rate", "per year", "Leavers per post", "离职率", "lower", "workforce"),
    Metric("hours_supplied", "hours", "Public hours supplied", "公共工时总量", None, "resources"),
    Metric("money_supplied", "yuan", "Public money supplied", "公共经费总量", None, "resources"),
    Metric(
        "outside_hours",
        "hours",
        "Hours of partners, volunteers and residents",
        "合作方、志愿者与居民工时",
        None,
        "resources",
    ),
    Metric("outside_money", "yuan", "Money of the collective economy", "集体经济资金", None, "resources"),
)

BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}
HEADLINES: tuple[str, ...] = ("satisfaction", "resolution_days_mean", "waste_share")
EQUAL_BETWEEN_SCENARIOS: tuple[str, ...] = ("hours_supplied", "money_supplied")
"""What scenarios compared with each other must share, unless a file means to change it."""


def metric(name: str) -> Metric:
    """The declaration of `name`; for an undeclared one a plain declaration, so that it still prints."""
    return BY_NAME.get(name) or Metric(name, "-", name.replace("_", " "), name, None, "residents")


def seen(name: str, value: float | None) -> float:
    """The value of metric `name` in a run that is there: infinite where there is none and the metric is open-ended."""
    if value is not None and not math.isnan(value):
        return value
    return math.inf if metric(name).open_ended else math.nan


def decimals_of(low: float, high: float) -> int | None:
    """As many decimals as an interval deserves: two digits of its half-width. None where it has none."""
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return None
    return min(max(SIGNIFICANT - 1 - math.floor(math.log10(half)), 0), MOST_DECIMALS)


def in_group(group: str) -> list[Metric]:
    """The metrics of one group, in order of declaration."""
    return [item for item in METRICS if item.group == group]
