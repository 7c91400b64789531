"""The pieces of the Compare page that other pages do not have, as Vue templates."""

from __future__ import annotations

import solara

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets.parts import Event


@solara.component_vue("figures.vue", vuetify=False)
def Versus(figures: list[Json]) -> None:
    """Large figures of several worlds, made by `side_by_side.figures`."""


@solara.component_vue("table.vue", vuetify=False)
def Table(
    name: str,
    caption: str,
    heads: list[str],
    rows: list[Json],
    numbers: int,
    selected: str = "",
    choosable: bool = False,
    event_choose: Event = lambda id_: None,
) -> None:
    """A table. A row: id, cells (texts), and maybe verdicts ("better", "worse", "" by cell). Columns from `numbers` on
    are numbers; `choose` is called with the id of a row where rows are `choosable`."""


@solara.component_vue("life.vue", vuetify=False)
def LifeCard(life: Json) -> None:
    """One trouble in every world, made by `lives_presenter.life_card`."""


@solara.component_vue("gains.vue", vuetify=False)
def Gains(name: str, title: str, rows: list[Json]) -> None:
    """Bars of who is better off, the same and worse off, made by `gainers.bars`."""
