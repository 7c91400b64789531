"""Figures and charts for a room: fewer, and on a dark ground in colours that can be seen on it."""

from __future__ import annotations

from collections.abc import Sequence

from sanfang.dashboard.presenters import colours
from sanfang.dashboard.presenters.chart import Json

CHARTS = ("satisfaction", "days_to_resolve")
FIGURES = ("satisfaction", "days_to_resolve", "wasted")
"""Shown outside a script."""

SHORT = 5
"""Letters of a unit for which there is room beside a value: that of days has them."""


def three(cards: Sequence[Json], names: Sequence[str]) -> list[Json]:
    """The cards of these measures, each with its unit beside its value and without what changed before: the difference
    to the present policy is what a room looks at."""
    by_name = {card["id"]: card for card in cards}
    return [by_name[name] | {"change": "", "since": "", "value": _with_unit(by_name[name])} for name in names]


def _with_unit(card: Json) -> str:
    """The value of a card, with its unit where that is a word; a share says by itself that it is one."""
    value, unit = str(card["value"]), str(card["unit"]).split(" · ")[0]
    return f"{value} {unit}" if 0 < len(unit) <= SHORT and not value.endswith("%") else value


def two(charts: Sequence[Json], names: Sequence[str]) -> list[Json]:
    """These charts; of lines for all and for some residents the first, and the grey one."""
    by_name = {chart["id"]: chart for chart in charts}
    shown = []
    for name in names:
        chart = by_name[name]
        lines = [one for one in chart["series"] if chart["kind"] == "area" or one.get("past")]
        shown.append(chart | {"series": lines if chart["kind"] == "area" else [chart["series"][0], *lines]})
    return shown


def in_dark(chart: Json) -> Json:
    """A chart in the colours of a dark ground."""
    series = [one | {"colour": colours.ON_DARK.get(one["colour"], one["colour"])} for one in chart["series"]]
    return chart | {"series": series}
