"""Where the time went, as stacked bars: by domain with a panel for each scenario, or one bar for each scenario."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sanfang.report.fonts import language_and_fonts
from sanfang.run.time_split import ALL, CAUSES, HOURS, SHARES, cause_label
from sanfang.scenario.scenario import Scenario

# Okabe and Ito's colours, told apart with every kind of colour vision; neighbours differ in lightness as well.
COLOURS: dict[str, str] = {
    "wait_staff": "#D55E00",
    "handling": "#56B4E9",
    "handoff": "#0072B2",
    "information": "#F0E442",
    "shortage": "#222222",
    "case_wait": "#CC79A7",
    "rework": "#009E73",
    "lead_time": "#CFCFCF",
}
ON_DARK = {"wait_staff", "handoff", "shortage", "rework"}
INK, SOFT = "#222222", "#5F6368"
ROW, ABOVE, BELOW, LEFT, RIGHT, GAP, PANEL = 0.42, 1.35, 1.4, 2.1, 0.35, 0.3, 4.3  # inches
WIDEST, MIN_SHOWN = 3, 0.08  # panels beside one another; share below which a segment has no number

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Where the time of requests went",
        "axis": "working hours from voicing to close, mean of a part",
        "all": "all domains",
        "note": "Closed requests after the warm-up. A request of several parts counts once for each of them. Numbers:"
        " per cent of the bar.",
    },
    "zh": {
        "title": "诉求办理时间去向",
        "axis": "从反映到办结的工作小时（每个事项均值）",
        "all": "全部领域",
        "note": "起步期后已办结的诉求；含多个事项的诉求按事项分别计算。数字：占该条的百分比。",
    },
}


@dataclass(frozen=True)
class _SplitStyle:
    """The language, its words, and the fonts to write them with."""

    lang: str
    fonts: list[str]

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.lang]

    def own(self, named: Any, name: str) -> str:
        """The label of a scenario or domain in this language, or else its name."""
        return str(named.label_zh if self.lang == "zh" else named.label_en) or name


def time_split_figure(
    table: pd.DataFrame, scenarios: Mapping[str, Scenario], by: str = "domain", lang: str = "en", where: str = ""
) -> Figure:
    """Stacked bars of mean working hours of a part, by cause.

    `table` is that of `sanfang.run.time_split.by_scenario`, `scenarios` has its scenarios by name. `by` is "domain"
    (a panel for each scenario) or "scenario" (one bar each, over all domains). `where` is written below the title.
    `lang` is "en" or "zh"; without a Chinese font the figure is in English.
    """
    style = _SplitStyle(*language_and_fonts(lang))
    names = [str(name) for name in table["scenario"].unique()]
    panels = _by_domain(table, scenarios, names, style) if by == "domain" else _by_scenario(table, scenarios, style)
    across = min(WIDEST, len(panels))
    down = -(-len(panels) // across)
    bars = max(len(rows) for _, rows in panels)
    width = LEFT + across * PANEL * (1 if across > 1 else 1.9) + (across - 1) * GAP + RIGHT
    each = ROW * bars + 0.85
    height = ABOVE + down * each - 0.4 + BELOW
    figure = Figure(figsize=(width, height), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    longest = 1.03 * max(float(rows["mean"].max()) for _, rows in panels)
    share = (width - LEFT - RIGHT - (across - 1) * GAP) / across
    for number, (title, rows) in enumerate(panels):
        row, column = divmod(number, across)
        bottom = height - ABOVE - row * each - ROW * bars
        size = ((LEFT + column * (share + GAP)) / width, bottom / height, share / width, ROW * bars / height)
        axes = figure.add_axes(size)
        _panel(axes, title, rows, longest, style)
        if column > 0:
            axes.set_yticklabels([])
    _around(figure, width, height, where, style)
    return figure


Panel = tuple[str, pd.DataFrame]


def _by_domain(
    table: pd.DataFrame, scenarios: Mapping[str, Scenario], names: list[str], style: _SplitStyle
) -> list[Panel]:
    """A panel for each scenario; in all of them the domains stand in the order of the first, longest first."""
    first = _means(table[table["scenario"] == names[0]]).sort_values("mean", ascending=False)["domain"].tolist()
    order = [ALL, *(name for name in [*first, *sorted(set(table["domain"]) - set(first))] if name != ALL)]
    domains = scenarios[names[0]].domains
    labels = [style.words["all"] if name == ALL else style.own(domains.get(name), name) for name in order]
    panels = []
    for name in names:
        rows = _means(table[table["scenario"] == name]).set_index("domain").reindex(order).fillna(0.0)
        panels.append((style.own(scenarios[name], name), rows.assign(label=labels)))
    return panels


def _by_scenario(table: pd.DataFrame, scenarios: Mapping[str, Scenario], style: _SplitStyle) -> list[Panel]:
    rows = _means(table[table["domain"] == ALL])
    return [("", rows.assign(label=[style.own(scenarios[name], name) for name in rows["scenario"]]))]


def _means(table: pd.DataFrame) -> pd.DataFrame:
    """With `mean`, the length of a bar, and the hours of each cause a part."""
    parts = table["parts"].astype(float)
    return table.assign(mean=table["hours"] / parts, **{name: table[name] / parts for name in HOURS})


def _panel(axes: Axes, title: str, rows: pd.DataFrame, longest: float, style: _SplitStyle) -> None:
    left = pd.Series(0.0, index=rows.index)
    heights = range(len(rows))
    for cause, hours, share in zip(CAUSES, HOURS, SHARES, strict=True):
        axes.barh(heights, rows[hours], left=left, height=0.72, color=COLOURS[cause], edgecolor="white", linewidth=0.6)
        for height, length, part, start in zip(heights, rows[hours], rows[share], left, strict=True):
            if part >= MIN_SHOWN and length > 0.035 * longest:
                colour = "white" if cause in ON_DARK else INK
                where = (start + length / 2, height)
                axes.text(*where, f"{100 * part:.0f}", ha="center", va="center_baseline", fontsize=8, color=colour)
        left = left + rows[hours]
    for height, length in zip(heights, rows["mean"], strict=True):
        axes.annotate(
            f"{length:.1f}", (length, height), (4, 0), textcoords="offset points", va="center_baseline", fontsize=9,
            color=INK,
        )  # fmt: skip
    axes.set(xlim=(0, 1.09 * longest), ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(heights, ["\n".join(textwrap.wrap(str(label), 26)) for label in rows["label"]])
    for tick in axes.get_yticklabels():
        tick.set(fontsize=10, color=INK, family=style.fonts)
    axes.set_title(title, loc="left", fontsize=12, color=INK, family=style.fonts, pad=8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#BBBBBB")
    axes.tick_params(axis="x", colors=SOFT, labelsize=9, length=3)
    axes.tick_params(axis="y", length=0)


def _around(figure: Figure, width: float, height: float, where: str, style: _SplitStyle) -> None:
    """Title, axis, legend of causes, and what the reader must know."""
    words, left = style.words, 0.3 / width
    weight = "bold" if style.lang == "en" else "normal"
    figure.text(left, 1 - 0.25 / height, words["title"], fontsize=16, fontweight=weight, color=INK, va="top",
                family=style.fonts)  # fmt: skip
    figure.text(left, 1 - 0.6 / height, where, fontsize=11, color=SOFT, va="top", family=style.fonts)
    middle = (LEFT + (width - LEFT - RIGHT) / 2) / width
    figure.text(middle, BELOW / height, words["axis"], fontsize=10, color=SOFT, ha="center", family=style.fonts)
    handles = [Patch(facecolor=COLOURS[cause], label=cause_label(cause, style.lang)) for cause in CAUSES]
    columns = len(CAUSES) if width > 13 else 4
    legend = figure.legend(
        handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.55 / height), ncols=columns, frameon=False,
        handlelength=1.2, handleheight=1.0, columnspacing=1.4, borderpad=0,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set(fontsize=9.5, color=INK, family=style.fonts)
    note = words["note"] if width > 13 or style.lang == "zh" else "\n".join(textwrap.wrap(words["note"], 105))
    figure.text(0.5, 0.47 / height, note, fontsize=9, color=SOFT, ha="center", va="top", family=style.fonts)
