"""One page to take away: setting, findings, curves, what they do not say, and the link to the same state."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.pictures import draw
from sanfang.report.fonts import language_and_fonts

A4 = (8.27, 11.69)  # inches
LEFT, RIGHT, TOP, BOTTOM = 0.075, 0.955, 0.965, 0.03
COLUMNS = 2
DOTS = 170
"""An inch; text is measured as it is drawn."""
INK, SOFT, ACCENT = "#1d2733", "#56616e", "#0b6e69"
NEVER_FIRST = "，。、；：！？）］」”%"
"""Signs that do not begin a line."""

FORMS = {"pdf": "application/pdf", "png": "image/png"}


@dataclass(frozen=True)
class OnePage:
    """What stands on the page, from top to bottom. `table` is a heading, heads and rows of texts, or nothing."""

    brand: str
    title: str
    setting: Sequence[str]
    findings_title: str
    findings: Sequence[str]
    charts: Sequence[Json]
    notes: Sequence[str]
    link: str
    table: tuple[str, Sequence[str], Sequence[Sequence[str]]] | None = None
    marks: Sequence[str] = field(default_factory=tuple)
    """What the marks on the charts stand for."""


def one_page(page: OnePage, lang: str, form: str = "pdf") -> bytes:
    """The page as a file of A4, "pdf" or "png"."""
    _, fonts = language_and_fonts(lang)
    look: dict[Any, Any] = {"font.family": fonts, "axes.unicode_minus": False, "font.size": 8, "pdf.fonttype": 42}
    with mpl.rc_context(look):
        figure = Figure(figsize=A4, dpi=DOTS)
        canvas = FigureCanvasAgg(figure)
        pen = _Pen(figure, canvas.get_renderer())
        pen.write(page.brand, 9, ACCENT)
        pen.write(page.title, 15, INK, bold=lang == "en")
        for line in page.setting:
            pen.write(line, 8.5, SOFT)
        pen.down(0.008)
        pen.write(page.findings_title, 10.5, INK, bold=lang == "en")
        for number, finding in enumerate(page.findings, 1):
            pen.write(f"{number}. {finding}", 9, INK)
        if page.table:
            pen.down(0.006)
            _table(pen, page.table)
        foot = _Pen(figure, canvas.get_renderer(), upwards=True)
        foot.write(page.link, 7, ACCENT, url=page.link)
        for note in reversed(page.notes):
            foot.write(note, 7.5, SOFT)
        for mark in reversed(page.marks):
            foot.write(mark, 7.5, SOFT)
        _charts(figure, page.charts, pen.at - 0.028, foot.at + 0.066)
        out = io.BytesIO()
        made = {"Title": page.title, "Creator": page.brand} if form == "pdf" else {"Title": page.title}
        figure.savefig(out, format=form, dpi=DOTS, metadata=made)
    return out.getvalue()


def _charts(figure: Figure, charts: Sequence[Json], top: float, bottom: float) -> None:
    rows = -(-len(charts) // COLUMNS)
    gap = 0.078 * rows / max(top - bottom - 0.078 * (rows - 1), 0.1)  # titles and legends take as much on any page
    grid = figure.add_gridspec(rows, COLUMNS, left=LEFT, right=RIGHT, top=top, bottom=bottom, hspace=gap, wspace=0.16)
    for number, chart in enumerate(charts):
        draw(figure.add_subplot(grid[number // COLUMNS, number % COLUMNS]), chart, small=6.5)


def _table(pen: _Pen, table: tuple[str, Sequence[str], Sequence[Sequence[str]]]) -> None:
    title, heads, rows = table
    pen.write(title, 10.5, INK)
    first = 0.36
    wide = (RIGHT - LEFT - first) / max(len(heads) - 1, 1)
    for cells, colour in ((heads, SOFT), *((row, INK) for row in rows)):
        places = [LEFT, *(LEFT + first + wide * (number + 1) for number in range(len(cells) - 1))]
        pen.row(cells, places, 8, colour)


class _Pen:
    """Writes lines of text from the top down, or from the bottom up; `at` is how far it has come, 0 to 1."""

    def __init__(self, figure: Figure, renderer: RendererAgg, upwards: bool = False) -> None:
        self._figure, self._renderer, self._upwards = figure, renderer, upwards
        self.at = BOTTOM if upwards else TOP

    def down(self, share: float) -> None:
        self.at += share if self._upwards else -share

    def write(self, text: str, size: float, colour: str, bold: bool = False, url: str = "") -> None:
        """A paragraph, broken into lines that fit."""
        lines = self._lines(text, size)
        for line in reversed(lines) if self._upwards else lines:
            self._line(line, LEFT, size, colour, bold, url)
            self.down(self._height(size))

    def row(self, cells: Sequence[str], places: Sequence[float], size: float, colour: str) -> None:
        """Texts of one line: the first to the right of its place, the others, numbers, to the left."""
        for number, (cell, place) in enumerate(zip(cells, places, strict=True)):
            self._line(cell, place, size, colour, align="right" if number else "left")
        self.down(self._height(size))

    def _line(
        self, text: str, x: float, size: float, colour: str, bold: bool = False, url: str = "", align: str = "left"
    ) -> None:
        self._figure.text(
            x, self.at, text, size=size, color=colour, ha=align, va="bottom" if self._upwards else "top",
            weight="bold" if bold else "normal", url=url or None, parse_math=False,
        )  # fmt: skip

    @staticmethod
    def _height(size: float) -> float:
        return size * 1.42 / 72 / A4[1]

    def _lines(self, text: str, size: float) -> list[str]:
        """Broken between words, and between Chinese characters."""
        pieces: list[str] = []
        for letter in text:
            ends = not pieces or pieces[-1][-1] == " " or _is_wide(letter) or _is_wide(pieces[-1][-1])
            ends = ends or pieces[-1][-1] in "&?/"  # of a link
            if pieces and (not ends or letter in NEVER_FIRST):
                pieces[-1] += letter
            else:
                pieces.append(letter)
        lines = [""]
        for piece in pieces:
            if lines[-1] and self._width(lines[-1] + piece.rstrip(), size) > RIGHT - LEFT:
                lines.append("")
            lines[-1] += piece
        return [line.rstrip() for line in lines]

    def _width(self, text: str, size: float) -> float:
        drawn = self._figure.text(0, 0, text, size=size, parse_math=False)
        box = drawn.get_window_extent(self._renderer)
        drawn.remove()
        return float(box.width / self._figure.bbox.width)


def _is_wide(letter: str) -> bool:
    return "\u2e80" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef" or "\u3000" <= letter <= "\u303f"
