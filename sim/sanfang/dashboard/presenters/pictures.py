"""Pictures for reports and slides: the charts of a page drawn by matplotlib, in the page's language."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from sanfang.report.fonts import language_and_fonts

WIDE, HIGH, COLUMNS = 5.2, 3.1, 2  # inches a chart, charts beside one another


def picture(charts: Sequence[Mapping[str, Any]], title: str, lang: str, columns: int = COLUMNS) -> bytes:
    """A PNG of charts as `parts.chart` makes them."""
    drawn_in, fonts = language_and_fonts(lang)
    weight = "bold" if drawn_in == "en" else "normal"  # Chinese fonts often come without a bold face
    rows = -(-len(charts) // columns)
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=(WIDE * min(columns, len(charts)), HIGH * rows + 0.5), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontweight=weight, x=0.01, ha="left")
        for number, chart in enumerate(charts):
            _draw(figure.add_subplot(rows, min(columns, len(charts)), number + 1), chart)
        return png(figure)


def png(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG file."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=150)
    return out.getvalue()


def _draw(axes: Axes, chart: Mapping[str, Any]) -> None:
    x = np.array(chart["x"], float)
    base = np.zeros(len(x))
    for line in chart["series"]:
        values = _numbers(line["values"])
        if line.get("past"):
            axes.plot(x, values, color=line["colour"], label=line["name"], zorder=3 if chart["kind"] == "area" else 1)
            continue
        if chart["kind"] == "area":
            top = base + np.nan_to_num(values)
            axes.fill_between(x, base, top, color=line["colour"], label=line["name"], linewidth=0.4, edgecolor="white")
            base = top
            continue
        if line.get("quiet"):
            low, high = _numbers(line["low"]), _numbers(line["high"])
            axes.fill_between(x, low, high, color=line["colour"], alpha=0.18, label=line["name"], linewidth=0)
            continue
        axes.plot(x, values, color=line["colour"], label=line["name"], linestyle="--" if line.get("dash") else "-")
        if "low" in line:
            axes.fill_between(x, _numbers(line["low"]), _numbers(line["high"]), color=line["colour"], alpha=0.18)
    for mark in chart["marks"]:
        axes.axvline(mark["day"], color=mark.get("colour", "#8a5a00"), linestyle=":", linewidth=1)
    axes.set_title(chart["title"], loc="left", fontsize=10)
    axes.set_title(chart["unit"], loc="right", fontsize=8, color="#56616e")
    axes.set_xlim(chart["from"], max(chart["to"], chart["from"] + 1))
    axes.set_xlabel(chart["dayWord"].format(day="n"), fontsize=8)
    if chart["kind"] == "area" or chart["zero"]:
        axes.set_ylim(bottom=0)
    if chart["form"] == "share":
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e3e7ec")
    axes.legend(fontsize=7, ncols=2, frameon=False)


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], float)
