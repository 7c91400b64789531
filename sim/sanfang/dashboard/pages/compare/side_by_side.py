"""Several played worlds beside one another, as plain dicts for `parts`: figures, charts, maps, a community, a table.

The first world is the one that the others are compared with. Differences are other less first; what is better for
residents or taxpayers is green, what is worse red.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sanfang.dashboard.address import LinkedWorld
from sanfang.dashboard.presenters import colours, views
from sanfang.dashboard.presenters.chart import Json, chart
from sanfang.dashboard.words import community_label, own_label, say
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.metrics.by_day import Twin
from sanfang.run import series
from sanfang.run.series import BY_COMMUNITY, CHARTED, MEASURES
from sanfang.run.troubles import LETTERS
from sanfang.scenario.scenario import Scenario

BETTER, WORSE = "#1d9a72", "#d64541"

Worlds = Sequence[PageSession]


def letter(side: int) -> str:
    """A, B or C."""
    return LETTERS[side].upper()


def world_label(world: LinkedWorld, side: int, lang: str) -> str:
    """Letter and scenario of a world, and whether levers were set or moved in it."""
    name = own_label(Scenario.load(world.scenario), lang, world.scenario)
    changed = say("compare_changed", lang) if world.levers or world.moves else ""
    return f"{letter(side)} · {name}{changed}"


def world_labels(worlds: Worlds, lang: str) -> list[str]:
    """`world_label` of each."""
    return [world_label(session.world, side, lang) for side, session in enumerate(worlds)]


def split(delta: np.ndarray, measure: Twin) -> tuple[np.ndarray, np.ndarray]:
    """A difference in two parts that sum to it, 0 where it is the other one's: what is better, what is worse."""
    up, down = np.where(delta > 0, delta, 0.0), np.where(delta < 0, delta, 0.0)
    gone = np.isnan(delta)
    up[gone] = down[gone] = np.nan
    return (up, down) if measure.better == "higher" else (down, up)


# --- Figures --------------------------------------------------------------------------------------------


def figures(worlds: Worlds, lang: str) -> list[Json]:
    """Each measure today in each world, and how it differs from the first world's."""
    values = [series.measures(session) for session in worlds]
    return [
        {
            "id": name,
            "label": say(f"measure_{name}", lang),
            "unit": _figure_unit(name, lang),
            "rows": [
                _row(side, _last(values[side][name]), _last(values[0][name]), measure, lang)
                for side in range(len(worlds))
            ],
        }
        for name, measure in ((name, MEASURES[name]) for name in CHARTED)
    ]


def _figure_unit(name: str, lang: str) -> str:
    """The unit of a measure, and that of its differences where it is another."""
    points = say("compare_in_points", lang) if MEASURES[name].form == "share" else ""
    return " · ".join(text for text in (views.unit(name, lang), points) if text)


def _row(side: int, value: float, first: float, measure: Twin, lang: str) -> Json:
    row: Json = {"letter": letter(side), "colour": colours.WORLDS[side], "value": views.shown(value, measure)}
    row |= {"change": "", "verdict": "", "spoken": ""}
    if side and value == value and first == first:
        verdict = views.verdict(value - first, measure)
        row |= {
            "change": views.signed(value - first if verdict else 0.0, measure),
            "verdict": verdict,
        }
        row["spoken"] = say(f"compare_{verdict or 'same'}", lang)
    return row


def _last(values: np.ndarray) -> float:
    return float(values[-1]) if len(values) else float("nan")


# --- Charts ---------------------------------------------------------------------------------------------


def charts(worlds: Worlds, lang: str, other: int = 1) -> list[Json]:
    """Each measure with a line a world; between those of the first world and of `other` the band of difference."""
    values = [series.measures(session) for session in worlds]
    labels = world_labels(worlds, lang)
    drawn = []
    for name in CHARTED:
        measure = MEASURES[name]
        lines = [
            {"name": label, "colour": colour, "values": of_world[name]}
            for label, colour, of_world in zip(labels, colours.WORLDS, values, strict=False)
        ]
        first = values[0][name]
        better, worse = split(values[other][name] - first, measure)
        bands = _bands(first, first + better, first + worse, letter(other), lang)
        zero = measure.form != "share"
        drawn.append(chart(name, say(f"measure_{name}", lang), [*bands, *lines], unit=views.unit(name, lang),
                           form=measure.form, digits=measure.digits, zero=zero,
                           least=0.0 if zero else views.LEAST_SPAN, **_common(worlds, lang)))  # fmt: skip
    return drawn


def difference_charts(worlds: Worlds, lang: str) -> list[Json]:
    """Each measure as difference to the first world, against zero; shares in percentage points."""
    first = series.measures(worlds[0])
    deltas = [{name: series.series(session, name) - first[name] for name in CHARTED} for session in worlds[1:]]
    drawn = []
    for name in CHARTED:
        measure = MEASURES[name]
        scale = 100.0 if measure.form == "share" else 1.0
        lines, bands = [], []
        for side, delta in enumerate(deltas, 1):
            values = scale * delta[name]
            label = say("compare_less", lang, other=letter(side), first=letter(0))
            lines.append({"name": label, "colour": colours.WORLDS[side], "values": values})
            better, worse = split(values, measure)
            bands += _bands(np.zeros(len(values)), better, worse, letter(side), lang)
        drawn.append(chart(name, say(f"measure_{name}", lang), [*bands, *lines], unit=difference_unit(name, lang),
                           digits=measure.digits + 1, zero=True, **_common(worlds, lang)))  # fmt: skip
    return drawn


def drawn(worlds: Worlds, view: str, other: int, lang: str) -> list[Json]:
    """The charts of a view: "charts" or "differences"."""
    return difference_charts(worlds, lang) if view == "differences" else charts(worlds, lang, other)


def difference_unit(name: str, lang: str) -> str:
    """The unit of a measure's differences, and which direction is better."""
    measure = MEASURES[name]
    unit = say("points", lang) if measure.form == "share" else views.unit(name, lang)
    return f"{unit} · {say(f'compare_{measure.better}_better', lang)}"


def _bands(base: np.ndarray, better: np.ndarray, worse: np.ndarray, who: str, lang: str) -> list[Json]:
    nothing = np.full(len(base), np.nan)
    return [
        {
            "name": say(key, lang, other=who), "colour": colour, "quiet": True, "values": nothing,
            "low": np.minimum(base, edge), "high": np.maximum(base, edge),
        }
        for key, colour, edge in (("compare_band_better", BETTER, better), ("compare_band_worse", WORSE, worse))
    ]  # fmt: skip


def _common(worlds: Worlds, lang: str) -> dict[str, Any]:
    return {
        "days": worlds[0].day, "day_word": say("day", lang), "to": worlds[0].model.days, "marks": marks(worlds, lang),
    }  # fmt: skip


def marks(worlds: Worlds, lang: str) -> list[Json]:
    """A mark in the world's colour where levers were moved in it."""
    return [
        {**mark, "colour": colours.WORLDS[side], "label": f"{letter(side)}: {mark['label']}"}
        for side, session in enumerate(worlds)
        for mark in views.marks(session, lang)
    ]


# --- Maps -----------------------------------------------------------------------------------------------


def maps(worlds: Worlds, name: str, lang: str) -> list[Json]:
    """A map a world of one of `BY_COMMUNITY`, all on one scale."""
    values = np.concatenate([series.by_community(session, name) for session in worlds])
    there = values[~np.isnan(values)]
    ends = (float(there.min()), float(there.max())) if len(there) else (0.0, 0.0)
    scale = views.shades(*ends, BY_COMMUNITY[name])
    labels = world_labels(worlds, lang)
    return [
        {**views.district_map(session, name, lang, scale), "title": label}
        for session, label in zip(worlds, labels, strict=True)
    ]


def community(worlds: Worlds, id_: str, lang: str) -> tuple[list[str], list[Json]]:
    """What is known of one community in each world: heads and rows of a table."""
    facts = [views.community(session, id_, lang) for session in worlds]
    rows = [
        {"id": label, "cells": [label, *(fact[number][1] for fact in facts)]}
        for number, (label, _) in enumerate(facts[0])
    ]
    return [community_label(id_, lang), *(letter(side) for side in range(len(worlds)))], rows


# --- Tables ---------------------------------------------------------------------------------------------


def daily_tables(worlds: Worlds) -> pd.DataFrame:
    """The model's daily table of each world under one another, with its letter and scenario in front."""
    tables = []
    for side, session in enumerate(worlds):
        table = session.daily
        table.insert(0, "world", letter(side))
        table.insert(1, "scenario", session.world.scenario)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def known_map(name: str | None) -> str:
    """`name` if maps can show it, else the first that they can."""
    return name if name in BY_COMMUNITY else next(iter(BY_COMMUNITY))
