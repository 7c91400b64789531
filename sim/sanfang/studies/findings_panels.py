"""Panels of the figures of docs/findings.md: their look, effects as bars, doses as lines, daily gaps as bands.

Okabe and Ito's colours, told apart with every kind of colour vision; the markers differ as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sanfang.lab.statistics import looks
from sanfang.metrics.catalogue import metric
from sanfang.report.verdict_colours import BETTER, UNSURE, WORSE, verdict_colour

LINES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
MARKERS = ("o", "s", "^", "D")
INK, SOFT = "#222222", "#5F6368"
SHORT = {
    "satisfaction": "Satisfaction (0-1)",
    "trouble_days": "Days with the problem, of the first 60",
    "resolved_30": "Resolved or met within 30 days (0-1)",
    "waste_share": "Resources wasted (0-1)",
    "wasted_services_oversupplied": "Services over-supplied (share of money)",
    "latent_needs": "Hidden needs (per 1,000 residents)",
}


def blank(columns: int, rows: int = 1, width: float = 3.6, height: float = 2.9) -> tuple[Figure, list[Axes]]:
    """A figure with panels side by side, row by row."""
    figure = Figure(figsize=(width * columns, height * rows), dpi=90, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, colors=SOFT)
    return figure, panels


def put_title(axes: Axes, text: str) -> None:
    """The title of a panel."""
    axes.set_title(text, fontsize=9, color=INK, loc="left")


def name_axes(axes: Axes, x: str, y: str = "") -> None:
    """What lies along the axes of a panel."""
    axes.set_xlabel(x, fontsize=8.5, color=INK)
    axes.set_ylabel(y, fontsize=8.5, color=INK)


def bars(table: pd.DataFrame, names: Sequence[str], labels: Mapping[str, str], height: float) -> Figure:
    """One panel for each metric: estimate and interval of each of `names`, better or worse by colour: what is
    drawn is one family of looks."""
    table = table[table["effect"].isin(names)]
    shown = list(dict.fromkeys(table["metric"]))
    smallest = [metric(name).smallest for name in table["metric"]]
    verdicts = looks.verdicts(table["estimate"], table["low"], table["high"], table["n"], smallest)
    table = table.assign(verdict=verdicts)
    figure, panels = blank(len(shown), width=3.7, height=height)
    for panel, (axes, name) in enumerate(zip(panels, shown, strict=True)):
        rows = table[table["metric"] == name].set_index("effect").loc[list(names)]
        columns = (rows[key] for key in ("estimate", "low", "high", "verdict"))
        for position, (estimate, low, high, verdict) in enumerate(zip(*columns, strict=True)):
            colour = verdict_colour(verdict, metric(name))
            marker = {BETTER: "o", UNSURE: "D", WORSE: "s"}[colour]
            axes.plot([low, high], [position] * 2, color=colour, linewidth=2)
            face = "white" if colour == UNSURE else colour
            axes.plot(estimate, position, marker, color=colour, markersize=5, mfc=face)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.grid(axis="y", color="#EEEEEE")
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.set_yticks(range(len(names)), [labels[key] for key in names] if panel == 0 else [""] * len(names))
        put_title(axes, SHORT[name])
    figure.supxlabel(
        "circle: better; square: worse; diamond: too small, or cannot be told.  Bars: 95 % t intervals",
        fontsize=8,
        color=SOFT,
    )
    return figure


def lines(axes: Axes, table: pd.DataFrame, x: str, by: str, label: str) -> None:
    """One line for each value of `by`, with intervals, moved sideways a little so that they do not hide one another."""
    values = sorted(table[by].unique())
    step = 0.012 * (table[x].max() - table[x].min())
    for number, value in enumerate(values):
        rows = table[table[by] == value].sort_values(x)
        shift = (number - (len(values) - 1) / 2) * step
        spread = np.abs(rows[["low", "high"]].to_numpy().T - rows["estimate"].to_numpy())
        axes.errorbar(
            rows[x] + shift, rows["estimate"], yerr=spread, color=LINES[number], marker=MARKERS[number], markersize=4,
            linewidth=1.4, capsize=2, label=label.format(value),
        )  # fmt: skip
    axes.axhline(0, color=INK, linewidth=0.8)


def band(axes: Axes, gap: pd.DataFrame, number: int, label: str = "") -> None:
    """A daily difference as a line, and its interval as a band around it."""
    axes.fill_between(gap.index, gap["low"], gap["high"], color=LINES[number], alpha=0.25, linewidth=0)
    axes.plot(gap.index, gap["estimate"], color=LINES[number], linewidth=1.4, label=label)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xlabel("day", fontsize=8.5)
