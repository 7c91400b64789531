"""The district at work on a page: a scene a world, with the request that is followed and the office that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara

from sanfang.dashboard.presenters import scene as views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.scene_cards import dots_of, find, request_card, station_card
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds.page_session import PageSession

WORDS = (
    "hint", "each", "close", "queue", "list", "station", "waiting_requests", "waiting_other", "working",
    "posts", "queue_before", "queue_after",
)  # fmt: skip
LETTERS_OF_ID = 16
MAX_PAGE = 100_000


@solara.component_vue("vue/scene.vue", vuetify=False)
def Canvas(
    title: str, place: Json, now: Json, frame: int, followed: list[int], chosen: int, request: Json | None,
    station: Json | None, words: Json, event_choose_dot: parts.Event,
    event_choose_station: parts.Event, event_turn_page: parts.Event, event_follow: parts.Event,
    event_drawn_frame: parts.Event,
) -> None:  # fmt: skip
    """The picture, made by `presenters.scene`; below it what was chosen, and all offices as a list.

    `choose_dot` and `choose_station` are called with a number, -1 to choose none, `turn_page` with that of a page of
    the queue, `follow` with the id of a request,
    `drawn_frame` with `frame` when it is on the screen.
    """


@solara.component_vue("vue/scene_legend.vue", vuetify=False)
def Legend(groups: list[Json]) -> None:
    """What the marks of the scene mean."""


@solara.component
def SceneView(
    page: PageState, worlds: Sequence[PageSession], titles: Sequence[str], frame: int, tell: Callable[[str], None],
    lang: str,
) -> None:  # fmt: skip
    """A scene a world. What is chosen in one is shown in all: the same trouble has the same id under each policy.

    `tell` shows the life of a request by its id; where there are several worlds, by that of its trouble's first need.
    """
    chosen, queue_page = solara.use_reactive(-1), solara.use_reactive(0)
    feeds = solara.use_memo(lambda: [views.Feed() for _ in worlds], [len(worlds)])
    address = viewer.address.value
    request = followed(address.other.get("request", ""))
    street = street_of(worlds[0], address.other.get("street", ""))

    def choose_dot(feed: views.Feed) -> Callable[[Any], None]:
        def choose(id_: Any) -> None:
            found = find(feed.scene, id_) if isinstance(id_, int) and feed.scene is not None else ""
            viewer.address.set(viewer.address.value.with_other(request=found))

        return choose

    def choose_station(session: PageSession) -> Callable[[Any], None]:
        known = views.shown_stations(session.model, street).tolist()

        def choose(id_: Any) -> None:
            queue_page.set(0)
            chosen.set(id_ if id_ in known else -1)

        return choose

    def turn_page(number: Any) -> None:
        queue_page.set(min(max(number, 0), MAX_PAGE) if isinstance(number, int) else 0)

    def follow(id_: Any) -> None:
        if id_ and followed(id_) == id_:
            page.group.playback.pause()
            page.keep()
            tell(id_)

    with page.group.steady():
        drawn = [
            _drawn(session, feed, street, (chosen.value, queue_page.value), request, len(worlds) > 1, lang)
            for session, feed in zip(worlds, feeds, strict=True)
        ]
    words = {name: say(f"scene_{name}", lang) for name in WORDS}
    words["follow"] = say("scene_follow_each" if len(worlds) > 1 else "scene_follow", lang)
    with solara.Div(classes=["sf-scenes" if len(worlds) > 1 else "sf-scenes sf-scenes-single"]):
        for number, (session, feed) in enumerate(zip(worlds, feeds, strict=True)):
            last = number == len(worlds) - 1
            Canvas(
                title=titles[number], **drawn[number], frame=frame, chosen=chosen.value,
                words=words,
                event_choose_dot=choose_dot(feed), event_choose_station=choose_station(session),
                event_turn_page=turn_page, event_follow=follow,
                event_drawn_frame=(lambda _: page.group.playback.seen()) if last else (lambda _: None),
            )  # fmt: skip
    Legend(groups=solara.use_memo(lambda: views.legend(worlds[0], lang), [worlds[0], lang]))


@solara.component
def StreetChoice(session: PageSession, lang: str) -> None:
    """Show the whole district, or one street with its communities."""
    street = street_of(session, viewer.address.value.other.get("street", ""))
    labels = {"": say("scene_all", lang)}
    labels |= {str(one + 1): views.street_label(one, lang) for one in views.streets(session)}
    value = "" if street is None else str(street + 1)
    field = {"id": "street", "label": say("scene_where", lang), "value": value, "options": parts.options(labels)}
    parts.Choices(fields=[field], event_pick=pick_street)


def _drawn(
    session: PageSession, feed: views.Feed, street: int | None, chosen: tuple[int, int], request: str, several: bool,
    lang: str,
) -> Json:  # fmt: skip
    """What a canvas is given of its world, which may be one of several. `chosen`: a station, and the page of its
    queue."""
    station, page = chosen
    now = feed.frame(session, street, lang)
    assert feed.scene is not None
    return {
        "place": feed.place(session, street, lang), "now": now, "followed": dots_of(feed.scene, request),
        "request": request_card(session, feed.scene, request, several, lang) if request else None,
        "station": station_card(session, feed.scene, station, lang, page) if station >= 0 else None,
    }  # fmt: skip


def followed(text: str) -> str:
    """The whole id of a request in what an address says of one; "" where it names none, or the beginning of one."""
    id_ = str(text).rpartition(":")[2]
    return id_ if len(id_) == LETTERS_OF_ID and set(id_) <= set("0123456789abcdef") else ""


def street_of(session: PageSession, text: str) -> int | None:
    """The street that an address names, from 1; None for all."""
    number = int(text) - 1 if text.isdecimal() and len(text) < 6 else -1
    return number if number in views.streets(session) else None


def pick_street(picked: Any) -> None:
    """Show all streets, or one."""
    viewer.address.set(viewer.address.value.with_other(street=str(picked.get("value"))[:5]))
