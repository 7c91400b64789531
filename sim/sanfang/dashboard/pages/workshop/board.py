"""What the screen of a workshop shows, as plain dicts for `parts`: teams, tree, curves, two branches side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sanfang.dashboard.presenters import beside, colours, views
from sanfang.dashboard.presenters.chart import Json, chart
from sanfang.dashboard.words import say
from sanfang.dashboard.workshop.entrance import Team
from sanfang.dashboard.workshop.views import colours_of, label, whose
from sanfang.dashboard.workshop.workshop import HEADLINES, HOST, Workshop
from sanfang.run.series import MEASURES
from sanfang.run.tree import TRUNK, Branch, direction

TREE_DAYS = 4
"""Parts into which the days of the tree are divided by faint lines."""


def teams(workshop: Workshop, lang: str) -> list[Json]:
    """A row a team, and one for the host where it has branches of its own."""
    branches, there, where = workshop.snapshot()
    looks = colours_of(there)
    rows = [_row(workshop, team.name, team.name, team, branches, where, lang) | looks[team.name] for team in there]
    if workshop.tree.of(HOST):
        rows.append(_row(workshop, HOST, say("workshop_host", lang), None, branches, where, lang) | looks[HOST])
    return rows


def _row(
    workshop: Workshop, owner: str, name: str, team: Team | None, branches: Sequence[Branch],
    where: Mapping[str, int], lang: str,
) -> Json:  # fmt: skip
    now, count = branches[where.get(owner, TRUNK)], len([one for one in branches[1:] if one.owner == owner])
    about = [f"{say('workshop_stands', lang)}: {label(now, lang)}", f"{say('workshop_count', lang)}: {count}"]
    states = {workshop.state(one) for one in branches[1:] if one.owner == owner}
    about += [say(f"workshop_{state}", lang) for state in ("playing", "waiting") if state in states]
    if team is not None and team.digest is None:
        about.append(say("workshop_free" if team.free else "workshop_away", lang))
    pointer = workshop.tree.pointer(owner)
    return {
        "number": team.number if team else 0, "name": name, "about": " · ".join(about), "undo": bool(pointer.past),
        "redo": bool(pointer.future), "free": team.called if team else False,
    }  # fmt: skip


# --- The tree -------------------------------------------------------------------------------------------


def tree(workshop: Workshop, lang: str) -> Json:
    """Nodes in rows, each branch below the one that it left."""
    branches, there, where = workshop.snapshot()
    looks = colours_of(there)
    here = {now for owner, now in where.items() if owner in looks}  # a team that was removed stands nowhere
    order = _rows(branches)
    nodes = []
    for one in branches:
        look = looks.get(one.owner, {"colour": colours.PRESENT, "dash": False})
        if one.id == TRUNK:
            look = {"colour": colours.PRESENT, "dash": False}
        told = workshop.state(one)
        nodes.append({
            "id": one.id, "row": order[one.id], "parentRow": None if one.parent is None else order[one.parent],
            "day": one.day, "label": whose(one, lang), "here": one.id in here and one.id != TRUNK,
            "state": "" if told == "played" else say(f"workshop_{told}", lang), **look,
        })  # fmt: skip
    nodes.sort(key=lambda node: node["row"])
    days = workshop.setting.days
    return {"nodes": nodes, "to": days, "days": [{"day": days * part / TREE_DAYS} for part in range(TREE_DAYS + 1)]}


def _rows(branches: Sequence[Branch]) -> dict[int, int]:
    """The row of each branch: after its parent and what else left that earlier."""
    below: dict[int, list[int]] = {}
    for one in branches:
        if one.parent is not None:
            below.setdefault(one.parent, []).append(one.id)
    rows: dict[int, int] = {}
    waiting = [TRUNK]
    while waiting:
        now = waiting.pop()
        rows[now] = len(rows)
        waiting += reversed(below.get(now, []))
    return rows


# --- Curves ---------------------------------------------------------------------------------------------


def charts(workshop: Workshop, chosen: int, lang: str) -> list[Json]:
    """A chart of each headline: a line for where each team stands and for the chosen branch; other branches faint; the
    present policy in grey."""
    branches, there, where = workshop.snapshot()
    looks, days = colours_of(there), workshop.setting.days
    told = {chosen, *(where.get(owner, TRUNK) for owner in looks)} - {TRUNK}
    trunk, drawn = branches[TRUNK].kept, []
    for name in HEADLINES:
        measure, faint, bold = MEASURES[name], [], []
        for one in branches[1:]:
            if one.kept is None:
                continue
            look = looks.get(one.owner, {"colour": colours.PRESENT, "dash": True})
            line: Json = {"id": one.id, "name": whose(one, lang), "values": one.kept.series[name], "dash": look["dash"]}
            if one.id in told:
                bold.append({**line, "colour": look["colour"]})
            else:
                faint.append({**line, "colour": f"{look['colour']}44", "quiet": True})
        grey = None
        if trunk is not None:
            onward = {"values": np.empty(0), "onward": trunk.series[name]}
            grey = {"id": TRUNK, "name": say("workshop_trunk", lang), "colour": colours.PRESENT, **onward}
        share = measure.form == "share"
        drawn.append(chart(
            name, say(f"measure_{name}", lang), [*faint, *bold], days=days, day_word=say("day", lang),
            unit=views.unit(name, lang), form=measure.form, digits=measure.digits,
            least=views.LEAST_SPAN if share else 0.0, before=grey,
        ))  # fmt: skip
    return drawn


# --- Any two --------------------------------------------------------------------------------------------


def compared(workshop: Workshop, first: int, second: int, lang: str) -> tuple[list[list[str]], list[str], str]:
    """Rows of a table (measure, first, second, difference), the verdict of each, and where time and hours went; none
    until both are played."""
    found = workshop.tree.beside(first, second)
    if found is None:
        return [], [], ""
    rows, verdicts = [], []
    for change in found.last:
        measure, unit = MEASURES[change.name], views.unit(change.name, lang)
        rows.append([
            f"{say(f'measure_{change.name}', lang)}{f' ({unit})' if unit else ''}",
            views.shown(change.mine, measure), views.shown(change.other, measure),
            beside.amount(change.mine - change.other, measure, lang),
        ])  # fmt: skip
        verdicts.append(direction(change))
    time, hours = beside.where_it_went(found.time, found.hours, lang)
    return rows, verdicts, say("workshop_between", lang, time=time, hours=hours)
