"""The figures of the Results page as PNG files for reports, drawn by matplotlib in the page's language."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from sanfang.dashboard.pages.results.figures import Bars, HeatMap, Plot, Scatter
from sanfang.dashboard.pages.results.options import INK, LINE, SOFT, colour_of, ink_on, limits
from sanfang.dashboard.presenters.pictures import png
from sanfang.report.fonts import language_and_fonts

WIDE = 8.6  # inches
LETTERS = {"zh": 58, "en": 112}  # of the note in a line
LABEL = {"zh": 18, "en": 46}


def picture(make: Callable[[str], Plot], heading: str, lang: str) -> bytes:
    """A PNG of the plot that `make` gives for a language: `lang`, or English where there is no Chinese font."""
    drawn, fonts = language_and_fonts(lang)
    plot = make(drawn)
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=(WIDE, _height(plot)), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        figure.suptitle(f"{heading}\n{plot.title}" if heading else plot.title, fontweight="bold", x=0.01, ha="left")
        figure.supxlabel(_wrapped(plot.note, LETTERS[drawn]), fontsize=8, color=SOFT, x=0.01, ha="left")
        DRAW[type(plot)](figure, axes, plot, LABEL[drawn])
        return png(figure)


def _height(plot: Plot) -> float:
    if isinstance(plot, Bars):
        longest = max(map(len, plot.labels), default=0)
        return min(1.6 + (0.46 if longest > 60 else 0.34) * len(plot.labels), 18.0)
    return min(2.4 + 0.5 * len(plot.y_labels), 9.0) if isinstance(plot, HeatMap) else 5.6


def _wrapped(text: str, letters: int) -> str:
    return "\n".join(textwrap.wrap(text, letters))


def _heat(figure: Figure, axes: Axes, plot: HeatMap, letters: int) -> None:
    colours = LinearSegmentedColormap.from_list("sanfang", list(plot.colours))
    low, high = plot.ends
    scale = Normalize(low, high if high > low else low + 1)
    drawn = axes.pcolormesh(np.array(plot.values), cmap=colours, norm=scale, edgecolors="white", linewidth=1.5)
    cells = [(x, y) for y, row in enumerate(plot.texts) for x, text in enumerate(row) if text]
    for x, y in cells if len(cells) <= 160 else ():
        colour = ink_on(colour_of(plot, plot.values[y][x]))
        axes.text(x + 0.5, y + 0.5, plot.texts[y][x], ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(np.arange(len(plot.x_labels)) + 0.5, [_wrapped(label, letters) for label in plot.x_labels])
    axes.set_yticks(np.arange(len(plot.y_labels)) + 0.5, [_wrapped(label, letters) for label in plot.y_labels])
    axes.tick_params(length=0)
    axes.set_xlabel(plot.x_name)
    axes.set_ylabel(_wrapped(plot.y_name, letters))
    axes.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=axes, shrink=0.9, pad=0.02).outline.set_visible(False)


def _bars(figure: Figure, axes: Axes, plot: Bars, letters: int) -> None:
    rows = np.arange(len(plot.labels))
    low, high, _ = limits([0.0, *plot.estimates, *plot.low, *plot.high])
    for row, colour in zip(rows, plot.colours, strict=True):
        estimate, ends = plot.estimates[row], (plot.low[row], plot.high[row])
        if plot.bars:
            axes.barh(row, estimate, color=colour, height=0.62, zorder=2)
        else:
            axes.plot(estimate, row, "s", color=colour, markersize=8 if row == plot.strong else 5, zorder=4)
        axes.hlines(row, *ends, color=INK if plot.bars else colour, linewidth=1.5, zorder=3)
    axes.axvline(0, color=SOFT, linewidth=1)
    axes.set_yticks(rows, [_wrapped(label, letters) for label in plot.labels], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(low, high)
    axes.set_xlabel(plot.unit)
    axes.grid(axis="x", color=LINE, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _scatter(figure: Figure, axes: Axes, plot: Scatter, letters: int) -> None:
    for group in plot.groups:
        for x, x_low, x_high, y, y_low, y_high in group.intervals:
            axes.hlines(y, x_low, x_high, color=group.colour, alpha=0.5, linewidth=1)
            axes.vlines(x, y_low, y_high, color=group.colour, alpha=0.5, linewidth=1)
        xs, ys = [dot[0] for dot in group.dots], [dot[1] for dot in group.dots]
        axes.scatter(xs, ys, s=22, color=group.colour, alpha=0.85, label=group.label, zorder=3)
    if plot.front:
        xs, ys = [dot[0] for dot in plot.front], [dot[1] for dot in plot.front]
        axes.plot(xs, ys, "D--", color=INK, markerfacecolor="none", markersize=9, linewidth=1, label=plot.front_name)
    axes.set_xlabel(plot.x_name)
    axes.set_ylabel(plot.y_name)
    axes.grid(color=LINE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False)


DRAW: dict[type, Callable[..., None]] = {HeatMap: _heat, Bars: _bars, Scatter: _scatter}
