"""Why a metric has no value in an evaluation window, in English and Chinese."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sanfang.metrics.catalogue import METRICS, metric
from sanfang.metrics.residents import residents
from sanfang.scenario.window import Window


def reason(name: str, value: float, window: Window, lang: str = "en") -> str:
    """Why a metric has no value in a window, in "en" or "zh"; "" if it has one, or had nothing to measure."""
    need, chinese = metric(name).needs, lang == "zh"
    if not math.isnan(value):
        return ""
    if window.is_empty:
        return window.reason(lang)
    if window.days >= need.days:
        return need.otherwise[chinese]
    if chinese:
        return f"评价期只有 {window.days} 天，至少要有 {need.days} 天：{need.why[1]}"
    return f"the window has {window.days} days and must have at least {need.days}: {need.why[0]}"


EMPTY = {
    "people": ("nobody belongs to this group", "该组没有居民"),
    "residents": ("nobody belongs to this group", "该组没有居民"),
    "needs": ("no need of this group arose in the evaluation window", "评价期内该组没有产生问题"),
    "requests": ("no request of this group counts in the evaluation window", "评价期内该组没有可计入的诉求"),
}
"""Why a group has no value of a metric, by what the metric counts."""


UNREACHED = ("not reached: above all that could be seen", "未达到：高于所能观察到的一切")


def reason_of_group(name: str, value: float, n: float, window: Window, lang: str = "en") -> str:
    """The same of a group in which the metric is over `n` residents, needs or requests."""
    of = metric(name).of
    if n or window.is_empty or of is None:
        unreached = math.isnan(value) and metric(name).open_ended
        return reason(name, value, window, lang) or (UNREACHED[lang == "zh"] if unreached else "")
    return EMPTY["people" if of.count is residents else of.of][lang == "zh"]


def reasons(metrics: Mapping[str, float], window: Window, lang: str = "en") -> dict[str, str]:
    """By metric, why it has no value; only of those where there is something to say."""
    if metrics.get("steady_start") == 0.0:
        return dict.fromkeys((name for name, value in metrics.items() if math.isnan(value)), UNSTEADY[lang == "zh"])
    texts = {name: reason(name, value, window, lang) for name, value in metrics.items()}
    return {name: text for name, text in texts.items() if text}


UNSTEADY = (
    "the district has no steady state under its present policy: it drifts, whatever the policy; see run.start",
    "该区在现行政策下没有稳态：无论何种政策都在漂移；见 run.start",
)


def too_short(window: Window, lang: str = "en") -> list[str]:
    """What a window cannot tell, in sentences; none for one that is long enough for every metric."""
    if window.is_empty:
        no_metric = "没有任何指标的值：{}。" if lang == "zh" else "No metric has a value: {}."
        return [no_metric.format(window.reason(lang))]
    by_reason: dict[str, list[str]] = {}
    for item in METRICS:
        if window.days < item.needs.days:
            by_reason.setdefault(reason(item.name, math.nan, window, lang), []).append(item.name)
    no_value = "无值" if lang == "zh" else "No value of"
    return [f"{no_value} {', '.join(names)}: {why}." for why, names in by_reason.items()]
