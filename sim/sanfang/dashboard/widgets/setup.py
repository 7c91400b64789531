"""What is played, chosen on a page: scenarios, district, size, seed, days; and the levers of a world."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.address import LinkedWorld
from sanfang.dashboard.presenters import views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.words import own_label, say
from sanfang.run.troubles import LETTERS
from sanfang.scenario import content
from sanfang.scenario.scenario import Scenario

STORY = (
    "before", "resources", "services", "management", "unfunded", "three-devolutions", "precision", "refinement",
    "two-refinements", "three-devolutions-two-refinements",
)  # fmt: skip
"""The order in which the policies are told; others follow by their names."""


def use_scenario_fields(count: int, lang: str) -> list[Json]:
    """A field for the scenario of each of the first worlds: `scenario`, `scenario-b`, `scenario-c`."""
    labels = solara.use_memo(lambda: scenario_labels(lang), [lang])  # reads every file: once, not at every frame
    options, worlds = parts.options(labels), viewer.address.value.worlds[:count]
    names = [say("field_scenario", lang)]
    if count > 1:
        names = [say("compare_world", lang, letter=letter.upper()) for letter in LETTERS]
    return [
        {
            "id": f"scenario-{letter}" if side else "scenario",
            "label": name,
            "value": world.scenario,
            "options": options,
        }
        for side, (letter, name, world) in enumerate(zip(LETTERS, names, worlds, strict=False))
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
        number("seed", address.seed, 0, limits.MAX_SEED),
        number("days", address.days, 28, limits.MAX_DAYS),
    ]


def pick(picked: dict[str, Any]) -> None:
    """Take a change of the setup, within limits; the day goes back to 0, moves are forgotten.

    What is not allowed, and what is no change, leaves everything as it is.
    """
    if not isinstance(picked, dict):
        return
    address = before = viewer.address.value
    field, value = str(picked.get("field")), str(picked.get("value"))
    worlds = [LinkedWorld(world.scenario) for world in address.worlds]
    side = side_of(field)
    if side is not None and side < len(worlds) and value in content.names():
        worlds[side] = LinkedWorld(value)
    elif field == "district" and value in content.names(below=content.DISTRICTS):
        address = replace(address, district=value, size=limits.usual_size(value))
    elif field == "size" and value in {f"{size:g}" for size in limits.sizes(address.district)}:
        address = replace(address, size=float(value))
    elif field in ("seed", "days") and value.isdecimal() and len(value) < 9:
        least, most = (0, limits.MAX_SEED) if field == "seed" else (28, limits.MAX_DAYS)
        address = replace(address, **{field: min(max(int(value), least), most)})
    named = [world.scenario for world in worlds] != [world.scenario for world in before.worlds]
    if named or address != before:
        viewer.address.set(replace(address, day=0, worlds=tuple(worlds)))


def side_of(field: str) -> int | None:
    """The world whose scenario a field of `use_scenario_fields` chooses; None for another field."""
    fields = ["scenario", *(f"scenario-{letter}" for letter in LETTERS[1:])]
    return fields.index(field) if field in fields else None


def scenario_labels(lang: str) -> dict[str, str]:
    """Bare name and label of every scenario, in the order of the story."""
    names = content.names()
    told = [name for name in STORY if name in names]
    return {name: own_label(Scenario.load(name), lang, name) for name in dict.fromkeys([*told, *names])}


def district_labels(lang: str) -> dict[str, str]:
    """Bare name and label of every district."""
    names = content.names(below=content.DISTRICTS)
    return {name: own_label(Scenario.load(name), lang, name) for name in names}


@solara.component
def Levers(page: PageState, side: int, lang: str) -> None:
    """The levers of one of the worlds, once it is there; they rest while the worlds are on their way."""
    _ = page.moved.value
    with solara.Div(attributes={"inert": page.busy}):
        if side < len(page.group.worlds):
            session, prefix = page.group.worlds[side], f"{LETTERS[side]}-"
            groups, words = views.lever_groups(session, lang), views.lever_words(lang)
            parts.Levers(groups=groups, words=words, prefix=prefix, event_move=lambda order: page.move(side, order))
