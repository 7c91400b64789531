"""What is on show, in words that a picture or a printed page carries: where, which seed, which day, what was set."""

from __future__ import annotations

from sanfang import __version__
from sanfang.dashboard import limits
from sanfang.dashboard.address import STARTS, Address, LinkedWorld
from sanfang.dashboard.presenters import sources
from sanfang.dashboard.words import own_label, say
from sanfang.run.troubles import LETTERS
from sanfang.scenario.catalogue import levers
from sanfang.scenario.scenario import Scenario


def stamp(address: Address, lang: str, where: str = "") -> str:
    """District, residents, seed and day, in a line. `where`: see `place`, by whoever has it already."""
    start = say("setting_start", lang) if address.start != STARTS[0] else ""
    when = say("setting_when", lang, seed=address.seed, day=address.day, days=address.days)
    return f"{where or place(address, lang)}{when}{start} · Sanfang {__version__}"


def place(address: Address, lang: str) -> str:
    """District and residents; the district's file is read for its label."""
    district = own_label(Scenario.load(address.district), lang, address.district)
    residents = say("size_residents", lang, residents=limits.reached(address.district, address.size).residents)
    return say("setting_place", lang, district=district, residents=residents, size=f"{address.size:g}")


def stamp_of_checks(seed: int, lang: str) -> str:
    """Of checks of the engine, which have no district of their own: seed and version."""
    return f"{say('field_seed', lang)} {seed} · Sanfang {__version__}"


def policies(address: Address, lang: str, count: int) -> list[str]:
    """Of each of the first worlds a line: its scenario, levers set from the start, and moves by day."""
    lines = []
    for letter, world in zip(LETTERS, address.worlds[:count], strict=False):
        name = own_label(Scenario.load(world.scenario), lang, world.scenario)
        told = moved(world, lang)
        lines.append(f"{letter.upper()} · {name}" if count > 1 else name)
        lines[-1] += say("setting_moved", lang, what=told) if told else ""
    return lines


def moved(world: LinkedWorld, lang: str) -> str:
    """The levers set and moved in a world; "" if none was."""
    labels = {lever.name: lever.label(lang) for lever in levers()}
    by_day: dict[int, list[str]] = {}
    for move in world.all_moves:
        by_day.setdefault(move.day, []).append(f"{labels.get(move.lever, move.lever)} {100 * move.level:.0f}%")
    between = say("cause_between", lang)
    said = [(say("day", lang, day=day + 1), between.join(parts)) for day, parts in sorted(by_day.items())]
    return "; ".join(f"{when} {what}" for when, what in said) if lang == "en" else "；".join(map("".join, said))


def disclaimer(lang: str) -> str:
    """What no page goes without."""
    assumed, of_all = sources.assumed()
    return say("foot", lang, assumed=assumed, all=of_all)
