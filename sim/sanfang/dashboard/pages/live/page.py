"""The Live page: one world, played; levers that may be moved on the way; charts, a map, figures for the day."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import solara

from sanfang.dashboard.declare import Page
from sanfang.dashboard.glossary import TERMS
from sanfang.dashboard.pages.live.downloads import Downloads
from sanfang.dashboard.presenters import beside, views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.present import use_present
from sanfang.dashboard.widgets.scene import SceneView, StreetChoice
from sanfang.dashboard.widgets.setup import Levers, pick, use_place_fields, use_scenario_fields
from sanfang.dashboard.widgets.takeaway import PrintHead
from sanfang.dashboard.widgets.transport import Arrival, PageState, Transport, use_page_state
from sanfang.dashboard.words import community_label, say
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.metrics.by_day import WINDOW
from sanfang.run.against import Recorded, recorded
from sanfang.run.series import BY_COMMUNITY, RATES
from sanfang.scenario.scenario import Scenario

VIEWS = ("charts", "scene")


@solara.component_vue("rates.vue", vuetify=False)
def RateCards(rates: list[Json], words: Json) -> None:
    """三率 in one card: cards as `parts.Figures` has them, with the name in the other language and what each is."""


@solara.component
def LivePage() -> None:
    """Choose a scenario, play it, move levers."""
    page, lang = use_page_state(1), viewer.lang()
    with solara.Div(classes=["sf-live"]):
        with solara.Div(classes=["sf-side"]):
            Setup()
            title, hint = say("live_levers", lang), say("live_levers_hint", lang)
            solara.HTML("div", f"<h2>{title}</h2><p class='soft'>{hint}</p>")
            Levers(page, 0, lang)
        with solara.Div(classes=["sf-stack"]):
            PrintHead(1, lang)
            parts.Notes(notes=[{"kind": "error", "text": page.error.value}] if page.error.value else [])
            Arrival(page, lang)
            if page.group.worlds:
                Board(page, page.group.worlds[0], lang)


@solara.component
def Setup() -> None:
    """Scenario, district, size, seed and days; a change begins anew."""
    address, lang = viewer.address.value, viewer.lang()
    name = address.worlds[0].scenario
    chosen = solara.use_memo(lambda: Scenario.load(name, district=address.district), [name, address.district])
    fields = [*use_scenario_fields(1, lang), *use_place_fields(lang)]
    description = chosen.description_zh if lang == "zh" else chosen.description
    with solara.Div(classes=["card", "sf-stack"]):
        parts.Choices(fields=fields, event_pick=pick)
        if description:
            solara.HTML("p", html.escape(description), classes=["soft"])


@solara.component
def Board(page: PageState, session: PageSession, lang: str) -> None:
    """What changes with every frame: transport, figures, what differs from the present policy, and one of the views."""
    router = solara.use_router()
    now, view = page.frame.value, viewer.address.value.other.get("view")
    view = view if view in VIEWS else VIEWS[0]
    from_move = solara.use_reactive(True)
    present, same = use_present(page, session), solara.use_memo(lambda: beside.is_present(session), [session.world])
    left = present.seen  # once for all that is drawn: it may be more a moment later
    Transport(page, now, lang)
    with page.group.steady():  # playback must not step while its world is looked at
        moved = beside.last_move(session)
        since = moved if from_move.value else 0
        mine = recorded(session)
        figures = views.figures(session, lang, since)
    cards = beside.with_difference(figures, mine, left, same, since, lang)
    parts.Figures(figures=[card for card in cards if card["id"] not in RATES])
    Rates([card for card in cards if card["id"] in RATES], lang)
    told = beside.sentence(mine, left, same, since, lang)
    if present.error:
        told = say("beside_failed", lang, what=present.error)
    Beside(told, moved, from_move, lang)

    def follow(request: str) -> None:
        viewer.address.set(viewer.address.value.with_other(request=request))
        router.push(f"/follow?{viewer.address.value.query()}")

    tabs = [{"id": name, "label": say(f"scene_tab_{name}", lang), "pressed": name == view} for name in VIEWS]
    with solara.Div(classes=["sf-tabs"]):
        parts.Buttons(buttons=tabs, event_press=show)
        if view == "scene":
            StreetChoice(session, lang)
    with solara.Div(classes=["sf-stack"]):
        if view == "scene":
            SceneView(page, (session,), [say("scene_tab_scene", lang)], now, follow, lang).key("scene")
        else:
            Curves(page, session, left, same, now, lang).key("charts")


@solara.component
def Rates(cards: Sequence[Json], lang: str) -> None:
    """The three rates, and what the glossary says of each."""
    known = {term.zh: term for term in TERMS}
    rows = []
    for card in cards:
        term = known[say(f"measure_{card['id']}", "zh")]
        said = {"other": term.en, "says": term.says_zh} if lang == "zh" else {"other": term.zh, "says": term.says}
        rows.append(dict(card) | said)
    words = {name: say(f"live_rates_{name}", lang) for name in ("title", "about")}
    RateCards(rates=rows, words=words | {"window": say("last_days", lang, days=WINDOW)})


def show(view: object) -> None:
    """Keep in the address which view is shown."""
    viewer.address.set(viewer.address.value.with_other(view=view if view in VIEWS[1:] else ""))


@solara.component
def Curves(page: PageState, session: PageSession, left: Recorded | None, same: bool, now: int, lang: str) -> None:
    """The map, the community chosen, the charts. `left`: the district left as it is; `same`: so is the session."""
    shown, selected = solara.use_reactive("satisfaction"), solara.use_reactive("")
    with page.group.steady():
        map_, charts = views.district_map(session, shown.value, lang), views.charts(session, lang, left)
        there = selected.value in session.model.map.ids
        facts = views.community(session, selected.value, lang) if there else []
    with solara.Div(classes=["sf-board"]):
        with solara.Div(classes=["sf-stack"]):
            what = {name: say(f"measure_{name}", lang) for name in BY_COMMUNITY}
            field = {"id": "map", "label": say("map_shows", lang), "value": shown.value, "options": parts.options(what)}
            parts.Choices(fields=[field], event_pick=lambda picked: shown.set(_measure(picked, shown.value)))
            parts.DistrictMap(
                **map_,
                selected=selected.value,
                event_choose=lambda id_: selected.set(id_ if id_ in session.model.map.ids else ""),
            )
            if facts:
                Community(community_label(selected.value, lang), facts)
            else:
                solara.HTML("p", say("map_hint", lang), classes=["soft"])
        with solara.Div(classes=["sf-stack"]):
            parts.Charts(charts=charts, frame=now, event_drawn_frame=lambda _: page.group.playback.seen())
            Downloads(page, session, left, same, lang)


@solara.component
def Beside(told: str, moved: int, from_move: solara.Reactive[bool], lang: str) -> None:
    """What differs from the present policy, and why; from when changes count, where a lever was moved."""
    with solara.Div(classes=["card", "sf-cause"]):
        solara.HTML("p", html.escape(told), attributes={"data-show": "cause"})
        if moved:
            names = {"move": say("beside_from_move", lang, day=moved + 1), "start": say("beside_from_start", lang)}
            field = {
                "id": "since", "label": say("beside_since", lang), "options": parts.options(names),
                "value": "move" if from_move.value else "start",
            }  # fmt: skip
            parts.Choices(fields=[field], event_pick=lambda picked: from_move.set(picked.get("value") != "start"))


def _measure(picked: dict[str, Any], otherwise: str) -> str:
    value = str(picked.get("value"))
    return value if value in BY_COMMUNITY else otherwise


@solara.component
def Community(name: str, facts: list[tuple[str, str]]) -> None:
    """The facts of the chosen community."""
    rows = "".join(f"<dt>{label}</dt><dd>{html.escape(value)}</dd>" for label, value in facts)
    solara.HTML("div", f"<h3>{name}</h3><dl>{rows}</dl>", classes=["card", "sf-community"])


PAGE = Page("/", 1, LivePage)
