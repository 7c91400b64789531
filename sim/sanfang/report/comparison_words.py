"""The words of the figure of a comparison, in English and Chinese, and the fonts to write them with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sanfang.lab.comparison import Comparison
from sanfang.metrics.declare import Metric
from sanfang.metrics.units import SHARE
from sanfang.scenario.scenario import Scenario

PANEL_LABELS = {
    "satisfaction": ("Satisfaction", "满意度"),
    "resolution_days_mean": ("Days to resolve", "解决天数"),
    "waste_share": ("Resources wasted", "资源浪费"),
}

WORDS = {
    "en": {
        "title": "What changes against “{baseline}”",
        "where": "{district}, {size}, {days}, {reps}",
        "full": "full size",
        "scaled": "scale {scale:g} ({reached})",
        "reps": "{reps} replications on the same troubles",
        "rep": "1 replication, so no intervals",
        "mean": "“{baseline}” has {value} {unit}",
        "short": "no value: needs {needs} days to evaluate, has {days}",
        "axis": "difference ({unit})",
        "index": "0 to 1",
        "better": "better",
        "legend": ("better", "too small, or cannot be told", "worse"),
        "note": "Mark: mean paired difference. Bar: its 95 % t interval.",
        "equal": "All scenarios have the same public hours and money.",
        "unequal": "Public hours or money DIFFER between scenarios: see comparison.json.",
        "pooling": "Scaled down, departments are smaller and pool less than at full size.",
    },
    "zh": {
        "title": "与“{baseline}”相比的变化",
        "where": "{district}，{size}，{days}，{reps}",
        "full": "全规模",
        "scaled": "规模 {scale:g}（{reached}）",
        "reps": "{reps} 次重复，各方案面对相同的问题",
        "rep": "仅 1 次重复，无置信区间",
        "mean": "“{baseline}”为 {value} {unit}",
        "short": "无值：评价期至少 {needs} 天，现为 {days} 天",
        "axis": "差值（{unit}）",
        "index": "0 至 1",
        "better": "更好",
        "legend": ("更好", "过小或无法判定", "更差"),
        "note": "点：配对差的均值；线：95% t 置信区间。",
        "equal": "各方案公共工时与经费相同。",
        "unequal": "各方案公共工时或经费不同，见 comparison.json。",
        "pooling": "缩小规模时部门更小，集中调配的优势弱于全规模。",
    },
}

DIFFER = {"en": "DIFFERENT days evaluated: see comparison.json", "zh": "各方案评价期不同，见 comparison.json"}


@dataclass(frozen=True)
class ComparisonStyle:
    """The language, its words, and the fonts to write them with."""

    lang: str
    fonts: list[str]

    @property
    def weight(self) -> str:
        """Headings are bold where the font is sure to have it."""
        return "bold" if self.lang == "en" else "normal"

    @property
    def words(self) -> dict[str, Any]:
        """The texts in this language."""
        return WORDS[self.lang]

    def name(self, comparison: Comparison, label: str) -> str:
        """How a scenario is called in this language; its plain name where two would be called the same."""
        names = [self._own_name(scenario) for scenario in comparison.scenarios.values()]
        own = self._own_name(comparison.scenarios[label])
        return own if own and names.count(own) == 1 else label

    def _own_name(self, scenario: Scenario) -> str:
        return scenario.label_zh if self.lang == "zh" else scenario.label_en

    def unit(self, item: Metric) -> str:
        """The unit of a metric; what is a share is told by its ends."""
        if item.unit == SHARE:
            return str(self.words["index"])
        return item.unit.label(self.lang)
