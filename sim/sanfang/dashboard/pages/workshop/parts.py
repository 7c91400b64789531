"""The pieces of the Workshop page that other pages do not have, as Vue templates."""

from __future__ import annotations

import solara

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets.parts import Event


@solara.component_vue("entry.vue", vuetify=False)
def EntryCard(
    code: str,
    link: str,
    question: str,
    about: list[str],
    reached: str,
    cells: list[str],
    words: Json,
    event_at: Event,
) -> None:
    """What a room reads to come in: the code, and the address as the browser has it (`reached` where that is none that
    a phone could open), which it says by `at`; `cells` are the rows of a picture of that address with the secret of the
    `link`, for phones to look at."""


@solara.component_vue("ask.vue", vuetify=False)
def Ask(id: str, label: str, value: str, button: str, most: int, primary: bool, event_told: Event) -> None:
    """A field with a button; `told` is called with the text."""


@solara.component_vue("teams.vue", vuetify=False)
def Teams(rows: list[Json], words: Json, event_do: Event) -> None:
    """The teams, each with its buttons: `do` is called with "undo", "redo", "phone" or "remove" and a team's number."""


@solara.component_vue("tree.vue", vuetify=False)
def TreeView(tree: Json, chosen: int, label: str, event_choose: Event) -> None:
    """The tree, made by `board.tree`; `choose` is called with the id of a branch."""
