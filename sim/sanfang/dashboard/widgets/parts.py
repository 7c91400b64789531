"""The pieces of pages: components written as Vue templates, each with what it is given, and small helpers for them.

A piece is one widget whatever it shows, so a frame of the Live page is a handful of messages.

Solara knows a piece by its place among those of its parent. Where one comes or goes, those after it are closed and made
anew, and a click on its way to an old one is lost. So what comes and goes stands last, or is always there and shows
nothing (`Notes`, `Buttons`), or what can be used after it has a `.key`. A component that draws now one piece, now
several, puts a parent of its own around them: Solara puts one around several only, and then makes all anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara

from sanfang.dashboard.presenters.chart import Json

Event = Callable[[Any], None]


@solara.component_vue("vue/frame.vue", vuetify=False)
def TopBar(
    lang: str,
    title: str,
    query: str,
    here: str,
    pages: list[Json],
    words: Json,
    recipe_open: bool,
    event_go: Event,
    event_set_lang: Event,
    event_toggle_recipe: Event,
) -> None:
    """The bar at the top: pages, language, link, recipe."""


@solara.component_vue("vue/charts.vue", vuetify=False)
def Charts(charts: list[Json], frame: int = 0, event_drawn_frame: Event = lambda frame: None) -> None:
    """Line and area charts made by `chart`; `drawn_frame` answers with `frame` when they are on the screen."""


@solara.component_vue("vue/map.vue", vuetify=False)
def DistrictMap(
    title: str, unit: str, cells: list[Json], borders: list[Any], scale: Json, selected: str, event_choose: Event
) -> None:
    """A map of communities; `choose` is called with the id of the one clicked."""


@solara.component_vue("vue/levers.vue", vuetify=False)
def Levers(groups: list[Json], words: Json, prefix: str, event_move: Event) -> None:
    """Sliders in groups, made by `lever_groups`; `move` is called with a dict of lever and level."""


@solara.component_vue("vue/figures.vue", vuetify=False)
def Figures(figures: list[Json]) -> None:
    """Large figures: id, label, value, unit, change, verdict ("better", "worse", ""), since, and maybe beside, a line
    on the difference to another run, with its besideVerdict: where there is one, the change has no colour."""


@solara.component_vue("vue/choices.vue", vuetify=False)
def Choices(fields: list[Json], event_pick: Event) -> None:
    """Labelled selects and numbers in a row; `pick` is called with a dict of field and value.

    A field: id, label, value, and either options (dicts of value and label) or min, max and step.
    """


@solara.component_vue("vue/transport.vue", vuetify=False)
def Transport(state: Json, words: Json, event_do: Event) -> None:
    """Play, pause, step, reset, speed, and a slider over the days; `do` is called with a dict of action and value."""


@solara.component_vue("vue/buttons.vue", vuetify=False)
def Buttons(buttons: list[Json], event_press: Event) -> None:
    """A row of buttons, if any: id, label, and maybe primary, disabled, pressed; `press` is called with the id."""


@solara.component_vue("vue/progress.vue", vuetify=False)
def Progress(done: int, total: int, text: str) -> None:
    """A bar with what it stands for."""


def scrolling(label: str) -> Any:
    """Around what may be wider than the page, called `label`: it moves by the arrow keys, too."""
    return solara.Div(classes=["sf-scroll"], attributes={"tabindex": "0", "role": "region", "aria-label": label})


@solara.component_vue("vue/timeline.vue", vuetify=False)
def Timeline(line: Json, hint: str) -> None:
    """The life of a request to scale, as `presenters.timeline.timeline` gives it."""


@solara.component_vue("vue/notes.vue", vuetify=False)
def Notes(notes: list[Json]) -> None:
    """Short messages: kind ("info", "warning", "error"), text."""


def options(labels: Mapping[str, str]) -> list[Json]:
    """What a select of `Choices` offers."""
    return [{"value": value, "label": label} for value, label in labels.items()]
