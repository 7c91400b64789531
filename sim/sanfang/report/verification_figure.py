"""The engine beside theory at a glance: a panel for each queue that was checked, and a list of the other checks."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sanfang.lab.verification.agreement import Chart, CheckResult, Text
from sanfang.report.fonts import language_and_fonts

COLOURS = ("#0072B2", "#D55E00", "#009E73")
MARKS = ("o", "s", "D")
INK, SOFT, BAD = "#222222", "#5F6368", "#B3261E"
WIDE, HIGH, COLUMNS = 3.9, 3.0, 4  # inches a panel, panels beside one another

VERDICTS = {
    "agrees": Text("agrees", "一致"),
    "differs": Text("differs", "不一致"),
    "undecided": Text("too imprecise", "精度不足"),
}
TITLE = Text("The engine against theory", "引擎与理论对照")
NOTE = Text(
    "Lines: theory. Marks: the engine with intervals that all hold at once in 99 of 100 repetitions.",
    "线：理论值；点：引擎结果及区间（100 次重复中有 99 次全部区间同时成立）。",
)
OTHERS = Text("Identities and limits of the whole model", "整体模型的恒等式与极限情形")


def verification_figure(findings: Sequence[CheckResult], lang: str = "en", under: str = "") -> Figure:
    """One panel for each finding with a chart, and one that lists the verdicts of the others.

    `lang` is "en" or "zh"; without a Chinese font the figure is in English. `under`: what else is said below it.
    """
    lang, fonts = language_and_fonts(lang)
    drawn = [finding for finding in findings if finding.check.chart]
    listed = [finding for finding in findings if not finding.check.chart]
    panels = max(len(drawn) + bool(listed), 1)
    columns = min(COLUMNS, panels)
    rows = -(-panels // columns)
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=(max(WIDE * columns, 6.5), HIGH * rows + 0.8), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(TITLE.say(lang), x=0.01, ha="left", fontsize=13)
        figure.supxlabel("\n".join(filter(None, (NOTE.say(lang), under))), fontsize=8, color=SOFT)
        for number, finding in enumerate(drawn):
            assert finding.check.chart
            _panel(figure.add_subplot(rows, columns, number + 1), finding, finding.check.chart, lang)
        if listed:
            _list(figure.add_subplot(rows, columns, len(drawn) + 1), listed, lang)
        # Texts take their fonts from the settings when they are drawn.
        figure.canvas.draw()
    return figure


def _panel(axes: Axes, finding: CheckResult, chart: Chart, lang: str) -> None:
    curves = chart.curves()
    for curve, colour, mark in zip(curves, COLOURS, MARKS, strict=False):
        axes.plot(curve.x, curve.y, color=colour, linewidth=1.2, label=curve.label.say(lang))
        points = [point for point in finding.points if point.series == curve.series]
        middle = np.array([point.estimate for point in points])
        reach = np.abs(np.array([[point.low, point.high] for point in points]).T - middle)
        x = [point.x for point in points]
        axes.errorbar(x, middle, yerr=reach, color=colour, fmt=mark, markersize=4, capsize=3, linewidth=1.2)
    _title(axes, finding, lang)
    axes.set_xlabel(chart.x.say(lang), fontsize=8)
    axes.set_ylabel(chart.y.say(lang), fontsize=8)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e3e7ec")
    axes.legend(fontsize=7, frameon=False)


def _title(axes: Axes, finding: CheckResult, lang: str) -> None:
    axes.set_title(finding.check.title.say(lang), loc="left", fontsize=9.5, color=INK)
    if finding.verdict != "agrees":
        axes.set_title(VERDICTS[finding.verdict].say(lang), loc="right", fontsize=9.5, color=BAD)


def _list(axes: Axes, findings: Sequence[CheckResult], lang: str) -> None:
    axes.set_axis_off()
    axes.set_title(OTHERS.say(lang), loc="left", fontsize=9.5, color=INK)
    for row, finding in enumerate(findings):
        height = 0.93 - row * min(0.115, 0.93 / len(findings))
        colour = INK if finding.verdict == "agrees" else BAD
        axes.text(0.0, height, finding.check.title.say(lang), color=INK, transform=axes.transAxes)
        axes.text(1.0, height, VERDICTS[finding.verdict].say(lang), color=colour, ha="right", transform=axes.transAxes)
