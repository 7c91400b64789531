"""The headline metrics of a comparison at a glance: what each policy changes, and how surely."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sanfang.lab.comparison import Comparison
from sanfang.lab.statistics import looks
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.declare import Metric
from sanfang.metrics.numbers import MINUS, decimals_of, number
from sanfang.metrics.units import SHARE
from sanfang.report.comparison_words import DIFFER, PANEL_LABELS, ComparisonStyle
from sanfang.report.fonts import LATIN, language_and_fonts
from sanfang.report.verdict_colours import BETTER, MARKERS, UNSURE, WORSE, verdict_colour
from sanfang.run.reach import reach

BETTER_SIDE, INK, SOFT, BAND = "#E6F1F8", "#222222", "#5F6368", "#F3F3F1"
WIDTH, ROW, ABOVE, BELOW = 16.5, 0.56, 1.75, 1.82  # inches
LEFT, RIGHT, GAP = 2.3, 0.35, 0.45  # inches
NUMBER, MARGIN = 0.29, 0.14  # shares of a panel: beside a mark with its number, and without


def comparison_figure(comparison: Comparison, lang: str = "en") -> Figure:
    """One panel for each headline metric: paired difference of each scenario to the baseline, with interval.

    The side that is better is shaded; colour and marker say whether a scenario is better, worse, or cannot
    be told from the baseline. `lang` is "en" or "zh"; without a Chinese font the figure is in English.
    """
    style = ComparisonStyle(*language_and_fonts(lang))
    labels = [label for label in comparison.scenarios if label != comparison.baseline]
    height = ABOVE + ROW * max(1, len(labels)) + BELOW
    figure = Figure(figsize=(WIDTH, height), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    width = (WIDTH - LEFT - RIGHT - GAP * (len(HEADLINES) - 1)) / len(HEADLINES)
    for position, name in enumerate(HEADLINES):
        left = LEFT + position * (width + GAP)
        size = (left / WIDTH, BELOW / height, width / WIDTH, ROW * max(1, len(labels)) / height)
        axes = figure.add_axes(size)
        _panel(axes, comparison, metric(name), labels, style)
        if position == 0:
            axes.set_yticks(range(len(labels)), [_wrapped(style.name(comparison, label)) for label in labels])
            for tick in axes.get_yticklabels():
                tick.set(fontsize=11, color=INK, family=style.fonts)
    _head(figure, comparison, height, style)
    _foot(figure, comparison, height, style)
    return figure


def _panel(axes: Axes, comparison: Comparison, item: Metric, labels: list[str], style: ComparisonStyle) -> None:
    """One metric: a row for each scenario, the zero line, and the better side shaded."""
    table = comparison.judged
    rows = table[table["metric"] == item.name].set_index("scenario").reindex(labels)
    axes.set(xlim=_limits(rows), ylim=(len(labels) - 0.5, -0.5), yticks=[])
    _better_side(axes, item, style)
    axes.axvline(0, color=INK, linewidth=1.2, zorder=2)
    for row in range(len(labels) - 1):
        axes.axhline(row + 0.5, color="white", linewidth=2, zorder=1)
    for row, (_, entry) in enumerate(rows.iterrows()):
        _mark(axes, row, entry, item, style)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#BBBBBB")
    axes.tick_params(axis="x", colors=SOFT, labelsize=9.5, length=3)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}".replace("-", MINUS) if value else "0"))
    axes.set_xlabel(style.words["axis"].format(unit=style.unit(item)), fontsize=9.5, color=SOFT, family=style.fonts)
    _panel_head(axes, comparison, item, style)


def _panel_head(axes: Axes, comparison: Comparison, item: Metric, style: ComparisonStyle) -> None:
    """Name of the metric, and what the baseline has."""
    means = comparison.means
    base = means[(means["scenario"] == comparison.baseline) & (means["metric"] == item.name)]["mean"]
    value = item.format(float(base.iloc[0]) if len(base) else math.nan)
    unit = "" if item.unit == SHARE else style.unit(item)
    said = (
        style.words["mean"].format(baseline=style.name(comparison, comparison.baseline), value=value, unit=unit).strip()
    )
    window = comparison.windows[comparison.baseline]
    if window.days < item.needs.days:
        said = style.words["short"].format(needs=item.needs.days, days=window.days)
    label = PANEL_LABELS.get(item.name, (item.en, item.zh))[style.lang == "zh"]
    options: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "family": style.fonts}
    axes.annotate(label, (0, 1), (0, 42), fontsize=13, fontweight=style.weight, color=INK, **options)
    axes.annotate(said, (0, 1), (0, 26), fontsize=10, color=SOFT, **options)


def _better_side(axes: Axes, item: Metric, style: ComparisonStyle) -> None:
    """Shade the half in which a scenario does better, and point to it."""
    start, end = axes.get_xlim()
    axes.axvspan(start, end, color=BAND, zorder=0, linewidth=0)
    if item.better is None:
        return
    right = item.better == "higher"
    axes.axvspan(0 if right else start, end if right else 0, color=BETTER_SIDE, zorder=0.5, linewidth=0)
    word = style.words["better"]
    axes.annotate(
        f"{word} →" if right else f"← {word}",
        (1 if right else 0, 1),
        (0, 5),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right" if right else "left",
        fontsize=10,
        color=BETTER,
        family=[*style.fonts],
    )


def _mark(axes: Axes, row: int, entry: pd.Series[Any], item: Metric, style: ComparisonStyle) -> None:
    """Point, interval and number of one scenario."""
    value = float(entry["difference"])
    if math.isnan(value):
        axes.text(0, row, "–", ha="center", va="center", color=SOFT)
        return
    low, high = float(entry["low"]), float(entry["high"])
    colour = verdict_colour(entry["verdict"], item)
    if not math.isnan(low):
        axes.plot([low, high], [row, row], color=colour, linewidth=2.6, solid_capstyle="butt", zorder=3)
        for end in (low, high):
            axes.plot([end, end], [row - 0.09, row + 0.09], color=colour, linewidth=1.6, zorder=3)
    face = "white" if colour == UNSURE else colour
    axes.plot(value, row, MARKERS[colour], color=colour, mfc=face, mew=1.8, markersize=7, zorder=4)
    ends = [value] if math.isnan(low) else [low, high]
    outwards = -1 if ends[-1] < 0 else 1
    decimals = decimals_of(low, high)
    axes.annotate(
        number(value, item.unit.decimals if decimals is None else decimals, sign=True),
        (min(ends) if outwards < 0 else max(ends), row),
        (outwards * 9, 0),
        textcoords="offset points",
        ha="right" if outwards < 0 else "left",
        va="center_baseline",
        fontsize=10.5,
        color=colour,
        fontweight="bold",
        family=LATIN,  # the one font that is sure to be bold
        zorder=5,
    )


def _days(comparison: Comparison, lang: str) -> str:
    """Which days are evaluated, and that they differ if they do; what the window is too short for is said below."""
    windows = set(comparison.windows.values())
    if len(windows) > 1:
        return DIFFER[lang]
    return next(iter(windows)).brief(lang)


def _head(figure: Figure, comparison: Comparison, height: float, style: ComparisonStyle) -> None:
    words = style.words
    scenario = comparison.scenarios[comparison.baseline]
    district = scenario.district.label_zh if style.lang == "zh" else ""
    reached = reach(scenario, comparison.scale).in_words(style.lang)
    scaled = words["scaled"].format(scale=comparison.scale, reached=reached)
    text = words["where"].format(
        district=district or scenario.district.name.replace("_", " ").title(),
        size=words["full"] if comparison.scale == 1 else scaled,
        days=_days(comparison, style.lang),
        reps=words["rep"] if comparison.reps == 1 else words["reps"].format(reps=comparison.reps),
    )
    title = words["title"].format(baseline=style.name(comparison, comparison.baseline))
    left = 0.3 / WIDTH
    figure.text(
        left, 1 - 0.3 / height, title, fontsize=16, fontweight=style.weight, color=INK, va="top", family=style.fonts
    )
    figure.text(left, 1 - 0.63 / height, text, fontsize=11, color=SOFT, va="top", family=style.fonts)


def _foot(figure: Figure, comparison: Comparison, height: float, style: ComparisonStyle) -> None:
    """Legend, and what the reader must know to judge the picture."""
    words = style.words
    handles = [
        Line2D([], [], color=colour, marker=MARKERS[colour], mfc="white" if colour == UNSURE else colour,
               mew=1.8, markersize=7, linewidth=2.6, label=label)
        for colour, label in zip((BETTER, UNSURE, WORSE), words["legend"], strict=True)
    ]  # fmt: skip
    legend = figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=((LEFT - 0.05) / WIDTH, 0.82 / height),
        ncols=3,
        frameon=False,
        handlelength=2.4,
        columnspacing=2.2,
        borderpad=0,
    )
    for text in legend.get_texts():
        text.set(fontsize=10, color=INK, family=style.fonts)
    equal = comparison.resource_gaps.empty
    notes = [words["note"]]
    if comparison.equal_resources is not None:
        notes.append(words["equal" if equal else "unequal"])
    looked = int(comparison.judged["low"].notna().sum())
    if looked:
        judged = [metric(name) for name in HEADLINES]
        notes.append("\n" + looks.said(judged, looked, style.lang))
    if comparison.scale != 1:
        notes.append("\n" + words["pooling"])
    figure.text(
        LEFT / WIDTH,
        0.67 / height,
        (" " if style.lang == "en" else "").join(notes),
        fontsize=9.5,
        color=SOFT if equal else WORSE,
        family=style.fonts,
        va="top",
        linespacing=1.5,
    )


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of a panel: zero, all points and intervals, and space for the numbers beside them."""
    shown = rows[["difference", "low", "high"]].to_numpy(float)
    finite = [0.0, *shown[np.isfinite(shown)].tolist()]
    low, high = min(finite), max(finite)
    if low == high:
        return -1.0, 1.0
    left = NUMBER if (rows["high"].fillna(rows["difference"]) < 0).any() else MARGIN
    right = NUMBER if (rows["high"].fillna(rows["difference"]) >= 0).any() else MARGIN
    width = (high - low) / (1 - left - right)
    return low - left * width, high + right * width


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(label, 20, break_on_hyphens=True)) or label
