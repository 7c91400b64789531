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
from matplotlib.transforms import ScaledTranslation

from sanfang.report.fonts import language_and_fonts

WIDE, HIGH, COLUMNS = 5.2, 3.1, 2  # inches a chart, charts beside one another


def picture(
    charts: Sequence[Mapping[str, Any]], title: str, lang: str, columns: int = COLUMNS, under: str = ""
) -> bytes:
    """A PNG of charts as `parts.chart` makes them; `under` stands below them: where, when and from what."""
    drawn_in, fonts = language_and_fonts(lang)
    weight = "bold" if drawn_in == "en" else "normal"  # Chinese fonts often come without a bold face
    rows = -(-len(charts) // columns)
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=(WIDE * min(columns, len(charts)), HIGH * rows + 0.5), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontweight=weight, x=0.01, ha="left")
        for number, chart in enumerate(charts):
            draw(figure.add_subplot(rows, min(columns, len(charts)), number + 1), chart)
        stamped(figure, under)
        return png(figure)


def stamped(figure: Figure, under: str) -> None:
    """Put a line below a figure that says what it is of."""
    if under:
        figure.supxlabel(under, fontsize=8, color="#56616e", x=0.01, ha="left")


def png(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG file."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=150)
    return out.getvalue()


def draw(axes: Axes, chart: Mapping[str, Any], small: float = 8) -> None:
    """One chart; `small` is the size of its small letters, in points."""
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
    axes.set_title(chart["title"], loc="left", fontsize=small + 2)
    axes.set_title(chart["unit"], loc="right", fontsize=small, color="#56616e")
    axes.set_xlim(chart["from"], max(chart["to"], chart["from"] + 1))
    axes.annotate(
        chart["dayWord"].format(day="n"), (0, 0), (-small / 2, -4.5), "axes fraction", "offset points",
        ha="right", va="top", fontsize=small - 0.5, color="#56616e",
    )  # fmt: skip
    if chart["kind"] == "area" or chart["zero"]:
        bottom, top = axes.get_ylim()
        axes.set_ylim(min(bottom, 0) if _has_negative(chart) else 0, max(top, 0))
    bottom, top = axes.get_ylim()
    if top - bottom < chart["least"]:
        axes.set_ylim((bottom + top - chart["least"]) / 2, (bottom + top + chart["least"]) / 2)
    if chart["form"] == "share":
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e3e7ec")
    axes.tick_params(labelsize=small)
    below = axes.transAxes + ScaledTranslation(-0.05, -2.3 * small / 72, axes.figure.dpi_scale_trans)
    axes.legend(  # below the days, where nothing is covered
        fontsize=small - 1, ncols=2, frameon=False, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below,
        borderaxespad=0.0,
    )  # fmt: skip


def _has_negative(chart: Mapping[str, Any]) -> bool:
    """Whether a line, or the edge of a band, lies below zero: differences do."""
    edges = (line.get(key, ()) for line in chart["series"] for key in ("values", "low"))
    return any(value is not None and value < 0 for edge in edges for value in edge)


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], float)
