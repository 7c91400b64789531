"""The Compare page: two or three policies on the same residents and troubles, played in step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.address import LinkedWorld
from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.compare import side_by_side
from sanfang.dashboard.pages.compare.downloads import Downloads
from sanfang.dashboard.pages.compare.gains_view import GainsView
from sanfang.dashboard.pages.compare.parts import Table, Versus
from sanfang.dashboard.pages.compare.recipe import recipe
from sanfang.dashboard.pages.compare.replications import WorldReplications
from sanfang.dashboard.pages.compare.side_by_side import Worlds
from sanfang.dashboard.pages.compare.two_lives import LivesView
from sanfang.dashboard.pages.compare.uncertainty import SureView
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.scene import SceneView, StreetChoice
from sanfang.dashboard.widgets.setup import Levers, pick, side_of, use_place_fields, use_scenario_fields
from sanfang.dashboard.widgets.takeaway import PrintHead
from sanfang.dashboard.widgets.transport import Arrival, PageState, Transport, use_page_state
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds.playback import Playback
from sanfang.run.series import BY_COMMUNITY
from sanfang.run.troubles import LETTERS
from sanfang.scenario import content

VIEWS = ("charts", "differences", "gains", "scene", "lives", "replications")
SECOND = ("three-devolutions", "before")
"""What stands beside a first policy that came alone: the first of these that is another one."""

THIRD = "three-devolutions-two-refinements"


@solara.component
def ComparePage() -> None:
    """Choose the policies, play them, move levers in any, look at differences, lives, and how sure it is."""
    solara.use_memo(_two_at_least, [])
    lang, count = viewer.lang(), len(viewer.address.value.worlds)
    page = use_page_state(count)
    chosen = solara.use_reactive(0)
    job: solara.Reactive[WorldReplications | None] = solara.use_reactive(None)
    solara.use_effect(lambda: lambda: job.peek() and job.peek().leave(), [])
    side, worlds = min(chosen.value, count - 1), page.group.worlds
    with solara.Div(classes=["sf-live"]):
        with solara.Div(classes=["sf-side"]):
            Setup(page, count, lang)
            solara.HTML("h2", say("compare_levers", lang))
            letters = [{"id": str(n), "label": side_by_side.letter(n), "pressed": n == side} for n in range(count)]
            parts.Buttons(buttons=letters, event_press=lambda id_: chosen.set(world_of_button(id_, count, side)))
            solara.HTML("p", say("live_levers_hint", lang), classes=["soft"])
            Levers(page, side, lang).key(LETTERS[side])
        with solara.Div(classes=["sf-stack"]):
            PrintHead(count, lang)
            parts.Notes(notes=[{"kind": "error", "text": page.error.value}] if page.error.value else [])
            Arrival(page, lang)
            if worlds:
                Board(page, worlds, job, lang)


def world_of_button(id_: object, count: int, otherwise: int) -> int:
    """The number of the world whose button has this id; `otherwise` where there is none."""
    return next((side for side in range(count) if id_ == str(side)), otherwise)


def _two_at_least() -> None:
    """Put a second policy beside one that stands alone."""
    address = viewer.address.peek()
    if len(address.worlds) == 1:
        second = next(name for name in SECOND if name != address.worlds[0].scenario)
        viewer.address.set(replace(address, worlds=(*address.worlds, LinkedWorld(second))))


@solara.component
def Setup(page: PageState, count: int, lang: str) -> None:
    """The scenario of each world, and what they share."""
    with solara.Div(classes=["card", "sf-worlds"]):
        fields = [*use_scenario_fields(count, lang), *use_place_fields(lang)]
        parts.Choices(fields=fields, event_pick=lambda picked: choose(page, picked))
        solara.HTML("p", say("compare_shared", lang), classes=["soft"])
        third = {"id": "remove", "label": say("compare_remove", lang)}
        if count < limits.MAX_WORLDS:
            third = {"id": "add", "label": say("compare_add", lang)}
        parts.Buttons(buttons=[third], event_press=lambda id_: change_worlds(page, id_ == "add"))


def choose(page: PageState, picked: dict[str, Any]) -> None:
    """Take a change of the setup: another scenario is played up to today, another district begins anew."""
    page.group.playback.pause()
    side, value = side_of(str(picked.get("field"))), str(picked.get("value"))
    if side is None:
        pick(picked)
        return
    page.keep()
    worlds = list(viewer.address.value.worlds)
    if side < len(worlds) and value in content.names():
        worlds[side] = LinkedWorld(value)
        viewer.change(worlds=tuple(worlds))


def change_worlds(page: PageState, more: bool) -> None:
    """Add a third world, played up to today, or take it away."""
    page.group.playback.pause()
    page.keep()
    worlds = viewer.address.value.worlds
    if more and len(worlds) < limits.MAX_WORLDS:
        viewer.change(worlds=(*worlds, LinkedWorld(THIRD)))
    elif not more and len(worlds) > 2:
        viewer.change(worlds=worlds[:-1])


@solara.component
def Board(page: PageState, worlds: Worlds, job: solara.Reactive[WorldReplications | None], lang: str) -> None:
    """What changes with every frame: transport, figures, and one of the views."""
    frame, other = page.frame.value, viewer.address.value.other
    view = other.get("view") if other.get("view") in VIEWS else VIEWS[0]
    count = len(worlds)
    against = contrast(other.get("against"), count)
    Transport(page, frame, lang)
    with page.group.steady():  # playback must not step while its worlds are looked at
        figures = side_by_side.figures(worlds, lang)
    Versus(figures=figures)
    begins = max(session.scenario.run.left_out for session in worlds)
    early = [{"kind": "info", "text": say("compare_warming_up", lang, day=begins)}]
    parts.Notes(notes=early if begins and worlds[0].day <= begins else [])
    with solara.Div(classes=["sf-tabs"]):
        tabs = [{"id": name, "label": say(f"compare_view_{name}", lang), "pressed": name == view} for name in VIEWS]
        parts.Buttons(buttons=tabs, event_press=lambda id_: set_other(view=id_ if id_ in VIEWS else ""))
        if count > 2 and view in ("charts", "lives"):
            labels = {LETTERS[n]: f"{side_by_side.letter(n)} – A" for n in range(1, count)}
            field = {
                "id": "against", "label": say("compare_difference_of", lang), "value": LETTERS[against],
                "options": parts.options(labels),
            }  # fmt: skip
            parts.Choices(fields=[field], event_pick=lambda picked: set_other(against=str(picked.get("value"))))
        if view in ("charts", "differences"):
            Shades(lang)
        if view == "scene":
            StreetChoice(worlds[0], lang)
    if view in ("charts", "differences"):
        Curves(page, worlds, frame, view, against, job.value, lang)
        return
    if view == "scene":
        titles = side_by_side.world_labels(worlds, lang)
        SceneView(page, worlds, titles, frame, lambda root: set_other(view="lives", request=root, resident=""), lang)
        return
    Seen(page.group.playback, frame)
    if view == "gains":
        GainsView(page, worlds, frame, job.value, lang)
    elif view == "lives":
        LivesView(page, worlds, frame, against, lang)
    else:
        SureView(page, worlds, job, lang)


@solara.component
def Shades(lang: str) -> None:
    """What the shading of charts means."""
    colours = ((side_by_side.BETTER, "compare_better"), (side_by_side.WORSE, "compare_worse"))
    marks = "".join(
        f"<span><i style='background: {colour}4d'></i>{say(key, lang)}</span>" for colour, key in colours
    )  # fmt: skip
    solara.HTML("div", f"<span>{say('compare_legend', lang)}</span>{marks}", classes=["sf-shades"])


def set_other(**texts: str) -> None:
    """Keep texts of this page in the address."""
    viewer.address.set(viewer.address.value.with_other(**{key: text[:80] for key, text in texts.items()}))


def contrast(letter: str | None, count: int) -> int:
    """The number of the world that is compared with the first: that of `letter`, or the second."""
    side = LETTERS.find(letter) if letter else 1
    return side if 1 <= side < count else 1


@solara.component
def Seen(playback: Playback, frame: int) -> None:
    """Tells playback that a frame is on the page, where no chart does."""
    solara.use_effect(playback.seen, [frame])
    solara.Div(style="display: none")


@solara.component
def Curves(
    page: PageState, worlds: Worlds, frame: int, view: str, against: int, job: WorldReplications | None, lang: str
) -> None:
    """Maps, and charts of the measures or of their differences."""
    with page.group.steady():
        shown = side_by_side.known_map(viewer.address.value.other.get("map"))
        maps = side_by_side.maps(worlds, shown, lang)
        charts = side_by_side.drawn(worlds, view, against, lang)
    parts.Charts(charts=charts, frame=frame, event_drawn_frame=lambda _: page.group.playback.seen())
    Maps(page, worlds, frame, maps, shown, lang)
    Downloads(page, worlds, view, against, job, lang)


@solara.component
def Maps(page: PageState, worlds: Worlds, frame: int, maps: list[Json], shown: str, lang: str) -> None:
    """A map a world on one scale; the chosen community in each."""
    selected = viewer.address.value.other.get("community", "")
    ids = worlds[0].model.map.ids
    what = {name: say(f"measure_{name}", lang) for name in BY_COMMUNITY}
    field = {"id": "map", "label": say("map_shows", lang), "value": shown, "options": parts.options(what)}
    parts.Choices(fields=[field], event_pick=lambda picked: set_other(map=str(picked.get("value"))))
    with solara.Div(classes=["sf-maps"]):
        for map_ in maps:
            parts.DistrictMap(
                **map_,
                selected=selected,
                event_choose=lambda id_: set_other(community=id_ if id_ in ids and id_ != selected else ""),
            )
        if selected in ids:
            with page.group.steady():
                heads, rows = side_by_side.community(worlds, selected, lang)
            with solara.Div(classes=["card", "sf-wide" if len(worlds) > 2 else ""]):
                Table(name="community", caption="", heads=heads, rows=rows, numbers=1)
        else:
            solara.HTML("p", say("compare_map_hint", lang), classes=["soft"])


PAGE = Page("/compare", 2, ComparePage, recipe)
