"""Small pieces that the parts of the Results page share."""

from __future__ import annotations

import html
from typing import Any

import solara

from sanfang.dashboard.pages.results.choice import Shown
from sanfang.dashboard.pages.results.tables import NothingToShow
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.words import say


@solara.component_vue("table.vue", vuetify=False)
def ResultTable(
    caption: str,
    columns: list[Json],
    rows: list[Any],
    by: str = "",
    down: bool = False,
    event_sort: parts.Event = lambda _: None,
) -> None:
    """A table; `sort` is called with the id of the column whose heading is pressed."""


def set_other(**texts: str) -> None:
    """Keep choices of the page in the address."""
    viewer.address.set(viewer.address.value.with_other(**texts))


def select(id_: str, label: str, value: str, labels: dict[str, str]) -> Json:
    """A labelled select for `parts.Choices`."""
    return {"id": id_, "label": label, "value": value, "options": parts.options(labels)}


def escaped(tag: str, text: str, *classes: str) -> None:
    """A text as it stands: labels come from files, which may hold anything."""
    solara.HTML(tag, unsafe_innerHTML=html.escape(text), classes=list(classes))


def why(problem: Exception, shown: Shown, lang: str) -> str:
    """Why there is nothing to show."""
    if isinstance(problem, NothingToShow):
        return say(str(problem), lang)
    return say("results_unreadable", lang, what=shown.chosen.id, why=str(problem))
