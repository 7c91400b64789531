"""What phones and the screen of a workshop show, as plain dicts: in one language, or both for a page that switches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from sanfang.dashboard import limits
from sanfang.dashboard.presenters import beside, colours, views
from sanfang.dashboard.presenters.chart import Json, rounded, thinned
from sanfang.dashboard.words import LANGUAGES, own_label, say, texts
from sanfang.dashboard.workshop.entrance import Team
from sanfang.dashboard.workshop.workshop import HEADLINES, HOST, Workshop
from sanfang.metrics.numbers import number
from sanfang.run.moves import Move
from sanfang.run.series import MEASURES
from sanfang.run.tree import TRUNK, Beside, Branch, direction
from sanfang.scenario.catalogue import levers
from sanfang.scenario.scenario import Scenario

POINTS = 100
"""Of a curve on a phone."""


def colour(team: int) -> Json:
    """The colour of a team by its number, from 1, and whether its lines are dashed."""
    return {
        "colour": colours.TEAMS[(team - 1) % len(colours.TEAMS)],
        "dash": (team - 1) // len(colours.TEAMS) % 2 == 1,
    }


def colours_of(teams: Iterable[Team]) -> dict[str, Json]:
    """By owner: the host's branches are dark."""
    return {HOST: {"colour": "#1d2733", "dash": False}} | {team.name: colour(team.number) for team in teams}


def words(prefixes: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """All texts whose keys begin in one of these ways, by language: for a page that changes its language by itself."""
    chosen = {key: text for key, text in texts().items() if key.startswith(prefixes)}
    return {lang: {key: text[lang] for key, text in chosen.items()} for lang in LANGUAGES}


def label(branch: Branch, lang: str) -> str:
    """What a branch is called: by its name, else by its number."""
    if branch.id == TRUNK:
        return say("workshop_trunk", lang)
    return branch.name or say("workshop_branch", lang, number=branch.id)


def whose(branch: Branch, lang: str) -> str:
    """Its owner and its label."""
    return (
        label(branch, lang)
        if branch.id == TRUNK
        else f"{branch.owner or say('workshop_host', lang)} · {label(branch, lang)}"
    )


def moves(made: Iterable[Move], lang: str) -> list[str]:
    """One line for each day on which levers were moved."""
    labels = {one.name: one.label(lang) for one in levers()}
    by_day: dict[int, list[str]] = {}
    for day, lever, level in made:
        by_day.setdefault(day, []).append(f"{labels[lever]} {100 * level:.0f}%")
    between = say("cause_between", lang)
    return [say("workshop_moves", lang, day=day, what=between.join(what)) for day, what in sorted(by_day.items())]


def doses(amount: float) -> str:
    """An amount of doses, in as few digits as it needs."""
    return f"{round(amount, 2):g}"


def rows(branch: Branch, found: Beside | None, lang: str) -> list[Json]:
    """What was expected of each headline, and what came out, against the present policy."""
    shown = []
    changes = {one.name: one for one in found.last} if found else {}
    for name in HEADLINES:
        measure, said = MEASURES[name], branch.expected.get(name, "")
        row: Json = {"measure": say(f"measure_{name}", lang), "expected": say(f"workshop_{said}", lang) if said else "",
                     "value": "", "change": "", "outcome": "", "verdict": "", "right": None}  # fmt: skip
        if name in changes:
            change = changes[name]
            came = direction(change)
            row |= {
                "value": f"{views.shown(change.mine, measure)} {views.unit(name, lang)}".strip(),
                "change": beside.amount(change.mine - change.other, measure, lang),
                "outcome": say(f"workshop_{came}", lang) if came else "",
                "verdict": came if came != "same" else "",
                "right": came == said if came and said else None,
            }
        shown.append(row)
    return shown


def why(found: Beside | None, lang: str) -> str:
    """Where time and hours went otherwise than under the present policy; empty until it is known."""
    if found is None:
        return ""
    time, hours = beside.where_it_went(found.time, found.hours, lang)
    return say("workshop_why", lang, time=time, hours=hours)


def place(workshop: Workshop, lang: str) -> str:
    """District, residents and length of a workshop."""
    setting = workshop.setting
    residents = number(limits.reached(setting.district, setting.size).residents, 0)
    district = own_label(Scenario.load(setting.district), lang, setting.district)
    return say("workshop_place", lang, district=district, residents=residents, days=setting.days, seed=setting.seed)


# --- Phones ---------------------------------------------------------------------------------------------


def phone(workshop: Workshop, team: Team) -> Json:
    """All that the phone of a team shows, made once a version: nothing of any other team's."""
    version = team.version
    if team.shown[0] != version:
        team.shown = version, _phone(workshop, team, version)
    return team.shown[1]


def _phone(workshop: Workshop, team: Team, version: int) -> Json:
    tree = workshop.tree
    branches, _, where = workshop.snapshot()
    own = [one for one in branches if one.parent is not None and one.owner == team.name]
    pointer = tree.pointer(team.name)
    drawn = [one for one in (branches[TRUNK], *own) if one.kept is not None]
    found = {one.id: tree.beside(one.id) for one in own}
    return {
        "version": version, "team": {"name": team.name, **colour(team.number)}, "question": workshop.setting.question,
        "budget": workshop.setting.budget, "days": workshop.setting.days, "now": where.get(team.name, TRUNK),
        "undo": bool(pointer.past), "redo": bool(pointer.future), "ready": branches[TRUNK].kept is not None,
        "base": tree.levels((), 0),
        "levers": {lang: views.groups_of(tree.levels((), 0), lang) for lang in LANGUAGES},
        "headlines": list(HEADLINES),
        "branches": [
            {"id": one.id, "name": one.name, "parent": one.parent, "day": one.day, "state": workshop.state(one),
             "moves": [list(move) for move in one.moves], "doses": doses(tree.doses(one.moves))}
            for one in own
        ],
        "lines": {
            name: {"form": MEASURES[name].form, "lines": [
                {"id": one.id, "values": _thin(one.kept.series[name])} for one in drawn if one.kept is not None
            ]}
            for name in HEADLINES
        },
        "texts": {lang: _texts(workshop, own, found, lang) for lang in LANGUAGES},
    }  # fmt: skip


def _texts(workshop: Workshop, own: list[Branch], found: Mapping[int, Beside | None], lang: str) -> dict[str, Any]:
    return {
        "place": place(workshop, lang),
        "measures": {
            name: {"label": say(f"measure_{name}", lang), "unit": views.unit(name, lang)} for name in HEADLINES
        },
        "branches": {
            str(one.id): {
                "label": label(one, lang), "state": say(f"workshop_{workshop.state(one)}", lang),
                "moves": moves(one.moves, lang), "rows": rows(one, found[one.id], lang),
                "why": why(found[one.id], lang),
            }
            for one in own
        },
    }  # fmt: skip


def _thin(values: np.ndarray) -> list[list[float | None]]:
    """Days and values of a curve, few enough for a small screen."""
    days = thinned(len(values), POINTS)
    return [(days + 1).tolist(), rounded(values[days])]
