"""The Live page: one world, played; levers that may be moved on the way; charts, a map, figures for the day."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pandas as pd
import solara

from sanfang.dashboard import limits, parts, viewer, views
from sanfang.dashboard.address import World
from sanfang.dashboard.chart import Json
from sanfang.dashboard.pictures import picture
from sanfang.dashboard.played import PlayedWorld
from sanfang.dashboard.playing import Arrival, Playing, Transport, use_playing
from sanfang.dashboard.series import BY_COMMUNITY
from sanfang.dashboard.words import own_label, say
from sanfang.run.troubles import LETTERS
from sanfang.scenario import content
from sanfang.scenario.scenario import Scenario


@solara.component
def LivePage() -> None:
    """Choose a scenario, play it, move levers."""
    on, lang = use_playing(1), viewer.lang()
    with solara.Div(classes=["sf-live"]):
        with solara.Div(classes=["sf-side"]):
            with solara.Div(classes=["card"]):
                Setup()
            title, hint = say("live_levers", lang), say("live_levers_hint", lang)
            solara.HTML("div", f"<h2>{title}</h2><p class='soft'>{hint}</p>")
            Levers(on, 0, lang)
        with solara.Div(classes=["sf-stack"]):
            parts.Notes(notes=[{"kind": "error", "text": on.error.value}] if on.error.value else [])
            Arrival(on, lang)
            if on.stage.worlds:
                Board(on, on.stage.worlds[0], lang)


@solara.component
def Setup() -> None:
    """Scenario, district, size, seed and days; a change begins anew."""
    address, lang = viewer.address.value, viewer.lang()
    name = address.worlds[0].scenario
    chosen = solara.use_memo(lambda: Scenario.load(name, district=address.district), [name, address.district])
    fields = [*use_scenario_fields(1, lang), *use_place_fields(lang)]
    parts.Choices(fields=fields, event_pick=pick)
    told = chosen.description_zh if lang == "zh" else chosen.description
    if told:
        solara.HTML("p", html.escape(told), classes=["soft"])


def use_scenario_fields(count: int, lang: str) -> list[Json]:
    """A field for the scenario of each of the first worlds: `scenario`, `scenario-b`, `scenario-c`."""
    labels = solara.use_memo(lambda: scenario_labels(lang), [lang])  # reads every file: once, not at every frame
    options, worlds = parts.options(labels), viewer.address.value.worlds[:count]
    names = [say("field_scenario", lang)]
    if count > 1:
        names = [say("compare_world", lang, letter=letter.upper()) for letter in LETTERS]
    return [
        {
            "id": f"scenario-{letter}" if place else "scenario",
            "label": name,
            "value": world.scenario,
            "options": options,
        }
        for place, (letter, name, world) in enumerate(zip(LETTERS, names, worlds, strict=False))
    ]


def use_place_fields(lang: str) -> list[Json]:
    """Fields for district, size, seed and days."""
    address = viewer.address.value
    districts = solara.use_memo(lambda: district_labels(lang), [lang])
    sizes = {
        f"{size:g}": say("size_residents", lang, residents=limits.reached(address.district, size).residents)
        for size in limits.sizes(address.district)
    }

    def select(id_: str, value: str, labels: dict[str, str]) -> Json:
        return {"id": id_, "label": say(f"field_{id_}", lang), "value": value, "options": parts.options(labels)}

    def number(id_: str, value: int, least: int, most: int) -> Json:
        return {"id": id_, "label": say(f"field_{id_}", lang), "value": value, "min": least, "max": most}

    return [
        select("district", address.district, districts),
        select("size", f"{address.size:g}", sizes),
        number("seed", address.seed, 0, limits.MOST_SEED),
        number("days", address.days, 28, limits.MOST_DAYS),
    ]


def pick(picked: dict[str, Any]) -> None:
    """Take a change of the setup, within limits; the day goes back to 0, moves are forgotten.

    What is not allowed, and what is no change, leaves everything as it is.
    """
    if not isinstance(picked, dict):
        return
    address = before = viewer.address.value
    field, value = str(picked.get("field")), str(picked.get("value"))
    worlds = [World(world.scenario) for world in address.worlds]
    place = place_of(field)
    if place is not None and place < len(worlds) and value in content.names():
        worlds[place] = World(value)
    elif field == "district" and value in content.names(below=content.DISTRICTS):
        address = replace(address, district=value, size=limits.usual_size(value))
    elif field == "size" and value in {f"{size:g}" for size in limits.sizes(address.district)}:
        address = replace(address, size=float(value))
    elif field in ("seed", "days") and value.isdecimal() and len(value) < 9:
        least, most = (0, limits.MOST_SEED) if field == "seed" else (28, limits.MOST_DAYS)
        address = replace(address, **{field: min(max(int(value), least), most)})
    named = [world.scenario for world in worlds] != [world.scenario for world in before.worlds]
    if named or address != before:
        viewer.address.set(replace(address, day=0, worlds=tuple(worlds)))


def place_of(field: str) -> int | None:
    """The world whose scenario a field of `use_scenario_fields` chooses; None for another field."""
    fields = ["scenario", *(f"scenario-{letter}" for letter in LETTERS[1:])]
    return fields.index(field) if field in fields else None


def scenario_labels(lang: str) -> dict[str, str]:
    """Bare name and label of every scenario."""
    return {name: own_label(Scenario.load(name), lang, name) for name in content.names()}


def district_labels(lang: str) -> dict[str, str]:
    """Bare name and label of every district."""
    names = content.names(below=content.DISTRICTS)
    return {name: own_label(Scenario.load(name), lang, name) for name in names}


@solara.component
def Levers(on: Playing, place: int, lang: str) -> None:
    """The levers of one of the worlds, once it is there; they rest while the worlds are on their way."""
    _ = on.moved.value
    with solara.Div(attributes={"inert": on.busy}):
        if place < len(on.stage.worlds):
            played, prefix = on.stage.worlds[place], f"{LETTERS[place]}-"
            groups, words = views.lever_groups(played, lang), views.lever_words(lang)
            parts.Levers(groups=groups, words=words, prefix=prefix, event_move=lambda order: on.move(place, order))


@solara.component
def Board(on: Playing, played: PlayedWorld, lang: str) -> None:
    """What changes with every frame: transport, figures, map, charts."""
    now = on.frame.value
    shown, selected = solara.use_reactive("satisfaction"), solara.use_reactive("")
    Transport(on, now, lang)
    with on.stage.steady():  # the player must not step while its world is looked at
        figures, map_ = views.figures(played, lang), views.district_map(played, shown.value, lang)
        charts = views.charts(played, lang)
        there = selected.value in played.model.map.ids
        told = views.community(played, selected.value, lang) if there else []
    parts.Figures(figures=figures)
    with solara.Div(classes=["sf-board"]):
        with solara.Div(classes=["sf-stack"]):
            what = {name: say(f"measure_{name}", lang) for name in BY_COMMUNITY}
            field = {"id": "map", "label": say("map_shows", lang), "value": shown.value, "options": parts.options(what)}
            parts.Choices(fields=[field], event_pick=lambda picked: shown.set(_measure(picked, shown.value)))
            parts.DistrictMap(
                **map_,
                selected=selected.value,
                event_choose=lambda id_: selected.set(id_ if id_ in played.model.map.ids else ""),
            )
            if told:
                Community(selected.value, told)
            else:
                solara.HTML("p", say("map_hint", lang), classes=["soft"])
        with solara.Div(classes=["sf-stack"]):
            parts.Charts(charts=charts, frame=now, event_drawn_frame=lambda _: on.stage.player.seen())
            Downloads(on, played, lang)


def _measure(picked: dict[str, Any], otherwise: str) -> str:
    value = str(picked.get("value"))
    return value if value in BY_COMMUNITY else otherwise


@solara.component
def Community(id_: str, told: list[tuple[str, str]]) -> None:
    """The facts of the chosen community."""
    facts = "".join(f"<dt>{label}</dt><dd>{html.escape(value)}</dd>" for label, value in told)
    solara.HTML("div", f"<h3>{id_}</h3><dl>{facts}</dl>", classes=["card", "sf-community"])


@solara.component
def Downloads(on: Playing, played: PlayedWorld, lang: str) -> None:
    """What has been played, as files: the daily series, the requests, the ledger, and the charts as a picture."""
    address = viewer.address.value
    stem = f"sanfang-{played.world.scenario}-{address.district}-{address.seed}"

    def csv(table: str) -> bytes:
        with on.stage.steady():
            found: pd.DataFrame = getattr(played, table)
        return bytes(found.to_csv(index=False).encode())

    with solara.Div(classes=["sf-row"]):
        for table in ("daily", "requests", "ledger"):
            parts.Download(say(f"save_{table}", lang), f"{stem}-{table}.csv", lambda table=table: csv(table))
        parts.Download(say("save_charts", lang), f"{stem}.png", lambda: charts_picture(on, played, lang), "image/png")


def charts_picture(on: Playing, played: PlayedWorld, lang: str) -> bytes:
    """The charts as a PNG, titled with the scenario, and with a word where its levers were set or moved."""
    title = own_label(played.scenario, lang, played.world.scenario)
    if played.world.levers or played.world.moves:
        title = f"{title} · {say('live_levers_moved', lang)}"
    with on.stage.steady():
        charts = views.charts(played, lang)
    return picture(charts, title, lang)
