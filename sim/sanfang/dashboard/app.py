"""The frame around the pages. `sanfang.dashboard.serve` hands this module to Solara's server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import solara

from sanfang.dashboard import started
from sanfang.dashboard.address import not_reached, read
from sanfang.dashboard.declare import pages, recipe
from sanfang.dashboard.presenters import sources
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.words import LANGUAGES, say

HERE = Path(__file__).parent
STYLES = [*sorted((HERE / "widgets").glob("*.css")), *sorted((HERE / "pages").rglob("*.css"))]
"""Those of the pieces first, so that a page may change what they say."""


@solara.component_vue("widgets/vue/recipe.vue", vuetify=False)
def RecipeText(python: str, shell: str, words: dict[str, str]) -> None:
    """The code that makes again what is shown."""


@solara.component_vue("widgets/vue/connection.vue", vuetify=False)
def Connection(start: str, path: str, words: dict[str, list[dict[str, str]]]) -> None:
    """Says that the connection is lost, tries again, and loads the page anew where another start of the server answers
    at `path`. Each of `words` is there in all languages, since nobody can be asked any more when it is shown."""


@solara.component
def Frame(children: list[Any] = []) -> None:  # noqa: B006  Solara's own way to hand pages to a layout
    """The bar at the top, what the address could not give, the recipe, the page."""
    router = solara.use_router()
    solara.use_memo(lambda: _take(router.search), [])
    address, lang = viewer.address.value, viewer.lang()
    guessed, of_all = sources.assumed()
    here = "/" + router.parts[0]
    worlds = tuple(world.scenario for world in address.worlds)
    in_vain = solara.use_memo(lambda: not_reached(address), [address.district, address.size, address.days, worlds])
    known = pages()
    shown = known.get(here, known["/"])
    for sheet in STYLES:
        solara.Style(sheet)
    with solara.Div(classes=["sf-app"]):
        parts.TopBar(
            lang=lang,
            title=f"{say(shown.label, lang)} · {say('brand', lang)}",
            query=address.query(),
            here=here,
            pages=[{"path": path, "label": say(page.label, lang)} for path, page in known.items()],
            words={
                name: say(name, lang) for name in ("brand", "pages", "recipe", "link", "copied", "language", "skip")
            },
            recipe_open=viewer.recipe_open.value,
            event_go=lambda path: router.push(f"{path}?{viewer.address.value.query()}") if path in known else None,
            event_set_lang=lambda lang: viewer.change(lang="zh" if lang == "zh" else "en"),
            event_toggle_recipe=lambda _=None: viewer.recipe_open.set(not viewer.recipe_open.value),
        )
        if viewer.recipe_open.value:
            code = recipe(here, address)
            words = {name: say(f"recipe_{name}", lang) for name in ("title", "intro", "shell")}
            RecipeText(python=code.python, shell=code.shell, words=words)
        # The key keeps a page, and what was played on it, where the recipe above it opens or closes.
        main = {"id": "sf-main", "role": "main", "tabindex": "-1"}
        with solara.Div(classes=["sf-main"], attributes=main).key("main"):
            if not shown.heading:
                solara.HTML("h1", say(shown.label, lang), classes=["sf-unseen"])
            parts.Notes(notes=warnings(viewer.problems.value, in_vain, lang))
            solara.Div(children=children)
        solara.HTML("footer", say("foot", lang, assumed=guessed, all=of_all), classes=["sf-foot"])
        Connection(start=started.NAME, path=started.PATH, words=connection_words(lang))


def connection_words(lang: str) -> dict[str, list[dict[str, str]]]:
    """What is said of a lost connection, first in the language of the page."""
    both = sorted(LANGUAGES, key=lambda one: one != lang)
    names = ("lost", "moved", "stopped", "reload")
    return {name: [{"lang": one, "text": say(f"connection_{name}", one)} for one in both] for name in names}


def warnings(problems: Sequence[str], in_vain: Sequence[str], lang: str) -> list[dict[str, str]]:
    """What of an address could not be taken, and what it asks for in vain."""
    texts = [("address_problem", what) for what in problems] + [("does_nothing", what) for what in in_vain]
    return [{"kind": "warning", "text": say(word, lang, what=what)} for word, what in texts]


def _take(search: str | None) -> None:
    """The state that the address names, when the page is opened."""
    address, problems = read(search, viewer.LANGUAGE)
    viewer.address.set(address)
    viewer.problems.set(problems)


routes = [
    solara.Route(path=path.strip("/") or "/", component=page.component, layout=Frame if path == "/" else None)
    for path, page in pages().items()
]
