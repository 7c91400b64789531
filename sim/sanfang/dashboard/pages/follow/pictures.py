"""The timeline of one request as a picture, in the page's language."""

from __future__ import annotations

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sanfang.dashboard.presenters import request_life
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.pictures import png, stamped
from sanfang.dashboard.presenters.timeline import timeline
from sanfang.dashboard.words import say
from sanfang.report.fonts import language_and_fonts
from sanfang.run.life import Life
from sanfang.scenario.scenario import Scenario

ROW, AROUND = 0.34, 2.1  # inches


def timeline_picture(life: Life, scenario: Scenario, lang: str, under: str = "") -> bytes:
    """A PNG with a lane for each place, and a bar of the time by cause; in English where there is no Chinese font.
    `under`: what it is of."""
    drawn_in, fonts = language_and_fonts(lang)
    line, split = timeline(life, scenario, drawn_in), request_life.split(life, drawn_in)
    rows = sum(lane["rows"] for lane in line["lanes"])
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=(10.5, ROW * rows + AROUND), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(
            f"{say('follow_title', drawn_in, id=life.id)}: {request_life.heading(life, scenario, drawn_in)}",
            fontweight="bold" if drawn_in == "en" else "normal", x=0.01, ha="left", fontsize=11,
        )  # fmt: skip
        upper, lower = figure.subplots(2, 1, height_ratios=[ROW * rows, 0.4])
        _lanes(upper, line)
        upper.set_title(request_life.tale(life, drawn_in), loc="left", fontsize=9)
        _split(lower, split)
        stamped(figure, under)
        return png(figure)


def _lanes(axes: Axes, line: Json) -> None:
    for stripe in line["closed"]:
        axes.axvspan(stripe["left"], stripe["left"] + stripe["width"], color="#eef1f4", linewidth=0, zorder=0)
    tops, top = [], 0
    for lane in line["lanes"]:
        tops.append(top)
        for bar in lane["bars"]:
            axes.barh(
                top + bar["row"], max(bar["width"], 0.3), left=bar["left"], height=0.7, color=bar["colour"], zorder=2,
                edgecolor="#1d2733", linewidth=0.3,
            )  # fmt: skip
        top += lane["rows"]
        axes.axhline(top - 0.5, color="#d9dee5", linewidth=0.8, zorder=1)
    for handoff in line["passed"]:
        axes.annotate(
            "", (handoff["at"], tops[handoff["to"]]), (handoff["at"], tops[handoff["from"]]), zorder=1,
            arrowprops={"arrowstyle": "->", "color": "#1d2733", "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
    axes.set(xlim=(0, 100), ylim=(max(top, 1) - 0.5, -0.5))
    axes.set_yticks(tops, [lane["label"] for lane in line["lanes"]])
    axes.set_xticks([tick["at"] for tick in line["ticks"]], [tick["label"] for tick in line["ticks"]])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _split(axes: Axes, split: Json) -> None:
    left, handles = 0.0, []
    for part in split["segments"]:
        axes.barh(0, part["share"], left=left, color=part["colour"], edgecolor="white")
        left += part["share"]
        handles.append(Patch(facecolor=part["colour"], label=f"{part['label']} {part['hours']}"))
    axes.set(xlim=(0, 100))
    axes.axis("off")
    axes.set_title(f"{split['title']}: {split['sum']}" if split["sum"] else "", loc="left", fontsize=9)
    if handles:
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 0), ncols=4, frameon=False, fontsize=8)
