"""Draws the pictures of docs/architecture.md, the layers and the tours: `make tours`.

Each picture holds what it says as text, too, so that a test can compare it with docs/tours.py.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from itertools import groupby
from pathlib import Path

import matplotlib
from docs.tours import TOURS, Stop, Tour
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from sanfang.dashboard.presenters.colours import SERIES
from sanfang.report.comparison_figure import INK, SOFT
from sanfang.report.module_table import LAYERS, PACKAGE, summary

FOLDER = Path(__file__).parent / "images" / "tours"

COLOURS = dict(zip(LAYERS, (SERIES[n] for n in (5, 0, 2, 3, 6, 4, 3, 7, 1, 1)), strict=True))
"""Of the layers; command line and dashboard stand on the same floor."""

WIDTH = 9.0  # inches, all measures are
LINE, PAD, GAP, ABOVE = 0.17, 0.075, 0.15, 0.42
RAIL, FILE, DOES, FORM = 0.34, 0.56, 3.5, 6.6
FORM_WIDTH = WIDTH - FORM - 0.08
FILE_CHARS, DOES_CHARS, FORM_CHARS = 38, 45, 31
MONO, SANS = "DejaVu Sans Mono", "DejaVu Sans"
SMALL, USUAL, LARGE = 8.0, 8.4, 11.0  # points


def main() -> None:
    """Draw all of them."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, tour in TOURS.items():
        _save(_tour_figure(tour), name, tour_text(tour))
    _save(_layer_figure(), "layers", layer_text())


# --- What they say ------------------------------------------------------------------------------------


def tour_text(tour: Tour) -> str:
    """A tour as one line of text."""
    stops = (f"{stop.file} ({', '.join(stop.names)}): {stop.does} Form: {stop.form}." for stop in tour.stops)
    return " ".join([f"{tour.title}.", *stops])


def layers() -> list[tuple[str, str, list[str]]]:
    """Name, sentence and folders of each layer, that which imports no other first."""
    found = []
    for layer in LAYERS:
        rooms = sorted(path.parent.name for path in (PACKAGE / layer).glob("*/__init__.py"))
        found.append((layer, summary(PACKAGE / layer / "__init__.py"), rooms))
    return found


def layer_text() -> str:
    """The layers as one line of text."""
    return " ".join(f"{layer}: {sentence} {' '.join(rooms)}".strip() for layer, sentence, rooms in layers())


def said_by(name: str) -> str:
    """The text that the picture `name` holds."""
    svg = (FOLDER / f"{name}.svg").read_text("utf-8")
    found = re.search(r"<dc:description>(.*?)</dc:description>", svg, flags=re.DOTALL)
    text = found[1] if found else ""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# --- How they are drawn -------------------------------------------------------------------------------


def _save(figure: Figure, name: str, text: str) -> None:
    with matplotlib.rc_context({"svg.hashsalt": "sanfang", "svg.fonttype": "none"}):
        figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None, "Title": name, "Description": text})


def _canvas(height: float) -> tuple[Figure, Axes]:
    """A figure whose axes are in inches, from the upper left corner."""
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


def _write(axes: Axes, x: float, y: float, text: str, size: float = USUAL, **how: object) -> None:
    axes.text(x, y, text, **{"fontsize": size, "family": SANS, "color": INK, "va": "center", "ha": "left"} | how)


def _box(axes: Axes, x: float, y: float, width: float, height: float, colour: str, strength: float) -> None:
    style = "round,pad=0,rounding_size=0.06"
    box = FancyBboxPatch((x, y), width, height, boxstyle=style, fc=(colour, strength), ec=(colour, 0.9), lw=0.8)
    axes.add_patch(box)


def _cells(stop: Stop) -> tuple[list[str], list[str], list[str]]:
    """The lines of a stop's three columns."""
    names = textwrap.wrap(", ".join(stop.names), FILE_CHARS, break_long_words=False)
    return [stop.file, *names], textwrap.wrap(stop.does, DOES_CHARS), textwrap.wrap(stop.form, FORM_CHARS)


def _tour_figure(tour: Tour) -> Figure:
    cells = [_cells(stop) for stop in tour.stops]
    heights = [max(map(len, cell)) * LINE + 2 * PAD for cell in cells]
    tops = [ABOVE + 0.25 + sum(heights[:n]) + n * GAP for n in range(len(heights))]
    figure, axes = _canvas(tops[-1] + heights[-1] + 0.1)
    _write(axes, 0.12, 0.2, tour.title, LARGE, weight="bold")
    for x, head in ((FILE, "file, and what to read in it"), (DOES, "what happens"), (FORM, "the form it leaves in")):
        _write(axes, x, ABOVE + 0.08, head, SMALL, color=SOFT)
    bands = zip(tour.stops, tops, heights, strict=True)
    for layer, group in groupby(bands, key=lambda band: band[0].layer):
        members = list(group)
        _layer_band(axes, layer, members[0][1], members[-1][1] + members[-1][2])
    middles = [top + height / 2 for top, height in zip(tops, heights, strict=True)]
    axes.plot([RAIL, RAIL], [middles[0], middles[-1]], color=SOFT, lw=1.4, zorder=1)
    for stop, cell, top, height in zip(tour.stops, cells, tops, heights, strict=True):
        _draw_stop(axes, stop, cell, top, height, last=stop is tour.stops[-1])
    return figure


def _layer_band(axes: Axes, layer: str, top: float, bottom: float) -> None:
    """The colour of a layer behind its stops, and its name along the rail."""
    axes.add_patch(
        FancyBboxPatch((0.03, top - 0.03), WIDTH - 0.06, bottom - top + 0.06,
                       boxstyle="round,pad=0,rounding_size=0.05", fc=(COLOURS[layer], 0.09), ec="none")
    )  # fmt: skip
    room = bottom - top
    size = min(SMALL, room * 72 / (0.62 * len(layer)))
    _write(axes, 0.14, (top + bottom) / 2, layer, size, rotation=90, ha="center", color=INK)


def _draw_stop(
    axes: Axes, stop: Stop, cell: tuple[list[str], list[str], list[str]], top: float, height: float, last: bool
) -> None:
    colour, middle = COLOURS[stop.layer], top + height / 2
    if not last:
        arrow = {"arrowstyle": "-|>", "color": SOFT, "lw": 1.0, "shrinkA": 0, "shrinkB": 0}
        at = FORM + FORM_WIDTH / 2
        axes.annotate("", (at, top + height + GAP), (at, top + height), arrowprops=arrow)
    axes.plot([RAIL], [middle], "o", ms=8, mfc=colour, mec="white", mew=1.2, zorder=3)
    _box(axes, FORM, top, FORM_WIDTH, height, colour, 0.16)
    for x, lines, family in ((FILE, cell[0], MONO), (DOES, cell[1], SANS), (FORM + 0.08, cell[2], SANS)):
        first = middle - (len(lines) - 1) * LINE / 2
        for n, line in enumerate(lines):
            size, bold = (SMALL, n == 0) if family == MONO else (USUAL, False)
            _write(axes, x, first + n * LINE, line, size, family=family, weight="bold" if bold else "normal")


def _layer_figure() -> Figure:
    rows, step = layers(), 0.56
    figure, axes = _canvas(len(rows) * step + 0.5)
    _write(axes, 0.12, 0.2, "The layers: each may import those above it, and none below", LARGE, weight="bold")
    for n, (layer, sentence, rooms) in enumerate(rows):
        top = 0.45 + n * step
        _box(axes, 0.5, top, WIDTH - 0.58, step - 0.1, COLOURS[layer], 0.16)
        middle = top + (step - 0.1) / 2
        _write(axes, 0.64, middle, layer, USUAL + 0.8, family=MONO, weight="bold")
        shift = 0.09 if rooms else 0.0
        _write(axes, 1.7, middle - shift, sentence, USUAL)
        if rooms:
            _write(axes, 1.7, middle + shift, "  ".join(rooms), SMALL, family=MONO, color=SOFT)
    arrow = {"arrowstyle": "-|>", "color": SOFT, "lw": 1.6}
    axes.annotate("", (0.26, 0.45), (0.26, 0.35 + len(rows) * step), arrowprops=arrow)
    _write(axes, 0.12, 0.45 + len(rows) * step / 2, "imports", SMALL, rotation=90, ha="center", color=SOFT)
    return figure


if __name__ == "__main__":
    main()
