"""The interval of each mechanism's signature against zero, as a small picture."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sanfang.report.comparison_figure import BAND, BETTER_SIDE, INK
from sanfang.report.mechanisms import AGAINST, AS_EXPECTED, NEGLIGIBLE, UNDECIDED, Mechanism
from sanfang.report.verdict_colours import BETTER, MARKERS, UNSURE, WORSE
from sanfang.scenario.content import PACKAGE

FIGURES = PACKAGE.parents[1] / "docs" / "images" / "mechanisms"
WIDTH, HEIGHT, PIXELS = 160, 40, 96.0  # pixels, and pixels per inch
COLOURS = {AS_EXPECTED: BETTER, AGAINST: WORSE, NEGLIGIBLE: UNSURE, UNDECIDED: UNSURE}


def interval_figure(row: Mechanism) -> bytes:
    """The interval of the signature against zero, as an SVG image; the same bytes whenever it is drawn."""
    finding, colour = row.main, COLOURS[row.verdict]
    ends = (0.0, finding.low, finding.high)
    room = 0.18 * ((max(ends) - min(ends)) or 1.0)
    left, right = min(ends) - room, max(ends) + room
    figure = Figure(figsize=(WIDTH / PIXELS, HEIGHT / PIXELS), facecolor="white")
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(left, right), ylim=(-1, 1))
    axes.set_axis_off()
    axes.axvspan(left, right, color=BAND, linewidth=0)
    up = row.claim.expected == "higher"
    axes.axvspan(0 if up else left, right if up else 0, color=BETTER_SIDE, linewidth=0)
    axes.axvline(0, color=INK, linewidth=1.2)
    axes.plot([finding.low, finding.high], [0, 0], color=colour, linewidth=2.6, solid_capstyle="butt")
    for end in (finding.low, finding.high):
        axes.plot([end, end], [-0.25, 0.25], color=colour, linewidth=1.6)
    face = "white" if colour == UNSURE else colour
    axes.plot(finding.difference, 0, MARKERS[colour], color=colour, mfc=face, mew=1.6, markersize=6)
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "sanfang"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def draw(rows: list[Mechanism], folder: Path) -> None:
    """Write the figure of each row into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows:
        (folder / f"{row.id}.svg").write_bytes(interval_figure(row))
