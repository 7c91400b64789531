"""The Live page: one world, played; levers that may be moved on the way; charts, a map, figures for the day."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import solara

from sanfang.dashboard import limits, parts, viewer, views
from sanfang.dashboard.address import Address, World
from sanfang.dashboard.chart import Json
from sanfang.dashboard.pictures import picture
from sanfang.dashboard.played import PlayedWorld
from sanfang.dashboard.player import Player
from sanfang.dashboard.series import BY_COMMUNITY
from sanfang.dashboard.words import own_label, say
from sanfang.scenario import content
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

SPEEDS = (1, 3, 10, 30, 100)
"""Days a second on offer."""

ADDRESS_EVERY = 1.0
"""Seconds between updates of the address during play; browsers refuse many a second."""


@solara.component
def LivePage() -> None:
    """Choose a scenario, play it, move levers."""
    address = viewer.address.value
    generation, set_generation = solara.use_state(0)
    setup = (address.district, address.size, address.seed, address.days, address.worlds[0].scenario)
    played = solara.use_memo(lambda: begun(viewer.address.value, viewer.address.value.worlds[0]), [*setup, generation])
    frame, playing, moved = solara.use_reactive(0), solara.use_reactive(False), solara.use_reactive(0)
    player = solara.use_memo(lambda: _player(played, frame, playing), [played])
    solara.use_effect(lambda: player.pause, [player])
    error, set_error = solara.use_state("")
    lang = viewer.lang()

    def do(order: dict[str, Any]) -> None:
        action, value = order.get("action"), order.get("value")
        if action == "play":
            playing.set(True)
            player.play()
            return
        if action == "speed":
            player.days_a_second = float(min(max(float(value or 1), 1.0), float(SPEEDS[-1])))
            frame.set(frame.value + 1)
            return
        player.pause()
        playing.set(False)
        if action == "step":
            played.step(int(min(max(int(value or 1), 1), 31)))
        elif action == "rewind":
            played.rewind(int(min(max(int(value or 0), 0), played.day)))
        elif action == "reset":
            viewer.change(day=0, worlds=(World(played.world.scenario), *address.worlds[1:]))
            set_generation(generation + 1)
            return
        keep(played)
        moved.set(moved.value + 1)
        frame.set(frame.value + 1)

    def move(order: dict[str, Any]) -> None:
        try:
            played.move(str(order["lever"]), min(max(float(order["level"]), 0.0), 1.0))
        except (InputError, KeyError, ValueError) as problem:
            set_error(str(problem))
            return
        set_error("")
        keep(played)
        moved.set(moved.value + 1)
        frame.set(frame.value + 1)

    with solara.Div(classes=["sf-live"]):
        with solara.Div(classes=["sf-side"]):
            with solara.Div(classes=["card"]):
                Setup()
            title, hint = say("live_levers", lang), say("live_levers_hint", lang)
            solara.HTML("div", f"<h2>{title}</h2><p class='soft'>{hint}</p>")
            LeverPanel(played, moved.value, lang, move)
        with solara.Div(classes=["sf-stack"]):
            parts.Notes(notes=[{"kind": "error", "text": error}] if error else [])
            Board(played, player, frame, playing, lang, do)


def begun(address: Address, world: World) -> PlayedWorld:
    """A world played up to the day of the address."""
    played = PlayedWorld(address, world)
    played.step(address.day)
    return played


def keep(played: PlayedWorld) -> None:
    """Let the address say what has been played."""
    address = viewer.address.value
    viewer.address.set(replace(address, day=played.day, worlds=(played.world, *address.worlds[1:])))


def _player(played: PlayedWorld, frame: solara.Reactive[int], playing: solara.Reactive[bool]) -> Player:
    told = [time.monotonic()]

    def step(days: int) -> bool:
        played.step(days)
        return not played.over

    def show() -> None:
        frame.set(frame.value + 1)
        if time.monotonic() - told[0] > ADDRESS_EVERY:
            told[0] = time.monotonic()
            keep(played)

    def ended() -> None:
        playing.set(False)
        keep(played)

    return Player(step, show, ended)


@solara.component
def Setup() -> None:
    """Scenario, district, size, seed and days; a change begins anew."""
    address, lang = viewer.address.value, viewer.lang()
    name = address.worlds[0].scenario
    chosen = solara.use_memo(lambda: Scenario.load(name, district=address.district), [name, address.district])
    scenarios = solara.use_memo(lambda: scenario_labels(lang), [lang])  # reads every file: once, not at every frame
    districts = solara.use_memo(lambda: district_labels(lang), [lang])
    people = limits.population(address.district)
    sizes = {
        f"{size:g}": say("size_residents", lang, residents=int(round(size * people, -2)))
        for size in limits.sizes(address.district)
    }

    def select(id_: str, value: str, labels: dict[str, str]) -> Json:
        return {"id": id_, "label": say(f"field_{id_}", lang), "value": value, "options": parts.options(labels)}

    def number(id_: str, value: int, least: int, most: int) -> Json:
        return {"id": id_, "label": say(f"field_{id_}", lang), "value": value, "min": least, "max": most}

    fields = [
        select("scenario", name, scenarios),
        select("district", address.district, districts),
        select("size", f"{address.size:g}", sizes),
        number("seed", address.seed, 0, limits.MOST_SEED),
        number("days", address.days, 28, limits.MOST_DAYS),
    ]
    parts.Choices(fields=fields, event_pick=lambda picked: pick(picked))
    told = chosen.description_zh if lang == "zh" else chosen.description
    if told:
        solara.HTML("p", told, classes=["soft"])


def pick(picked: dict[str, Any]) -> None:
    """Take a change of the setup, within limits; the day goes back to 0, moves are forgotten."""
    address = viewer.address.value
    field, value = str(picked.get("field")), str(picked.get("value"))
    first = World(address.worlds[0].scenario)
    if field == "scenario" and value in content.names():
        first = World(value)
    elif field == "district" and value in content.names(below=content.DISTRICTS):
        address = replace(address, district=value, size=limits.usual_size(value))
    elif field == "size" and value in {f"{size:g}" for size in limits.sizes(address.district)}:
        address = replace(address, size=float(value))
    elif field in ("seed", "days") and value.isdecimal():
        least, most = (0, limits.MOST_SEED) if field == "seed" else (28, limits.MOST_DAYS)
        address = replace(address, **{field: min(max(int(value), least), most)})
    viewer.address.set(replace(address, day=0, worlds=(first, *address.worlds[1:])))


def scenario_labels(lang: str) -> dict[str, str]:
    """Bare name and label of every scenario."""
    return {name: own_label(Scenario.load(name), lang, name) for name in content.names()}


def district_labels(lang: str) -> dict[str, str]:
    """Bare name and label of every district."""
    names = content.names(below=content.DISTRICTS)
    return {name: own_label(Scenario.load(name), lang, name) for name in names}


@solara.component
def LeverPanel(played: PlayedWorld, moved: int, lang: str, move: Any) -> None:
    """All levers. `moved` counts moves, so that the panel is drawn anew after each."""
    parts.Levers(groups=views.lever_groups(played, lang), words=views.lever_words(lang), prefix="a-", event_move=move)


@solara.component
def Board(
    played: PlayedWorld,
    player: Player,
    frame: solara.Reactive[int],
    playing: solara.Reactive[bool],
    lang: str,
    do: Any,
) -> None:
    """What changes with every frame: transport, figures, map, charts."""
    now = frame.value
    shown, selected = solara.use_reactive("satisfaction"), solara.use_reactive("")
    state = {
        "playing": playing.value, "over": played.over, "day": played.day, "days": played.model.days,
        "date": str(played.model.date), "speed": int(player.days_a_second), "speeds": list(SPEEDS),
    }  # fmt: skip
    words = ("controls", "play", "pause", "reset", "speed", "per_second", "day", "week", "month", "back_to")
    with solara.Div(classes=["card"]):
        parts.Transport(state=state, words={word: say(f"transport_{word}", lang) for word in words}, event_do=do)
    parts.Figures(figures=views.figures(played, lang))
    with solara.Div(classes=["sf-board"]):
        with solara.Div(classes=["sf-stack"]):
            what = {name: say(f"measure_{name}", lang) for name in BY_COMMUNITY}
            field = {"id": "map", "label": say("map_shows", lang), "value": shown.value, "options": parts.options(what)}
            parts.Choices(fields=[field], event_pick=lambda picked: shown.set(_measure(picked, shown.value)))
            parts.DistrictMap(
                **views.district_map(played, shown.value, lang),
                selected=selected.value,
                event_choose=lambda id_: selected.set(id_ if id_ in played.model.map.ids else ""),
            )
            if selected.value in played.model.map.ids:
                Community(played, selected.value, now, lang)
            else:
                solara.HTML("p", say("map_hint", lang), classes=["soft"])
        with solara.Div(classes=["sf-stack"]):
            parts.Charts(charts=views.charts(played, lang), frame=now, event_drawn_frame=lambda _: player.seen())
            Downloads(played, lang)


def _measure(picked: dict[str, Any], otherwise: str) -> str:
    value = str(picked.get("value"))
    return value if value in BY_COMMUNITY else otherwise


@solara.component
def Community(played: PlayedWorld, id_: str, frame: int, lang: str) -> None:
    """The facts of the chosen community."""
    facts = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in views.community(played, id_, lang))
    solara.HTML("div", f"<h3>{id_}</h3><dl>{facts}</dl>", classes=["card", "sf-community"])


@solara.component
def Downloads(played: PlayedWorld, lang: str) -> None:
    """What has been played, as files: the daily series, the requests, the ledger, and the charts as a picture."""
    address = viewer.address.value
    stem = f"sanfang-{played.world.scenario}-{address.district}-{address.seed}"

    def csv(table: str) -> bytes:
        return bytes(getattr(played.so_far(), table).to_csv(index=False).encode())

    with solara.Div(classes=["sf-row"]):
        for table in ("daily", "requests", "ledger"):
            parts.Download(say(f"save_{table}", lang), f"{stem}-{table}.csv", lambda table=table: csv(table))
        title = own_label(played.scenario, lang, played.world.scenario)
        parts.Download(
            say("save_charts", lang),
            f"{stem}.png",
            lambda: picture(views.charts(played, lang), title, lang),
            "image/png",
        )
