"""What pages show of a played world, as plain dicts for `parts`: figures, charts, the map, a community, the levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from sanfang.dashboard.presenters import colours
from sanfang.dashboard.presenters.chart import Json, chart
from sanfang.dashboard.presenters.outlines import Outlines, outlines
from sanfang.dashboard.words import community_label, own_label, say
from sanfang.metrics.by_day import WINDOW, Twin, ratios
from sanfang.metrics.numbers import number
from sanfang.metrics.units import PER_THOUSAND_OF_THEM
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run import series
from sanfang.run.against import Recorded
from sanfang.run.series import BY_COMMUNITY, MEASURES
from sanfang.run.session import Session
from sanfang.scenario.catalogue import Parameter, levers

LEAST_SPAN = 0.04
"""Of an axis of satisfaction: four points, of which most policies move one or two."""

LEAST_SHADES = 0.1
"""What the colours of a map stand for at least, where it shows a share."""


def unit(name: str, lang: str) -> str:
    """The unit of a measure, as declared, behind a number; a share is shown as percent, and said is only of what."""
    declared = MEASURES[name].unit
    if declared.share:
        return say("of_cost", lang) if name == "wasted" else ""
    return declared.after[lang == "zh"]


def heading_label(name: str, lang: str) -> str:
    """The name of a heading of the ledger."""
    return h.LABELS[name][lang == "zh"]


def shown(value: float, measure: Twin) -> str:
    """A value as text: a share as percent; a dash for NaN."""
    if measure.form != "share" or value != value:
        return number(value, measure.digits)
    return f"{number(100 * value, measure.digits)}%"


def signed(value: float, measure: Twin) -> str:
    """A difference as text, with its sign; that of a share in percentage points."""
    return number(100 * value if measure.form == "share" else value, measure.digits, sign=True)


def verdict(change: float, measure: Twin) -> str:
    """ "better", "worse" or, for a change that rounds to nothing, ""."""
    scaled = 100 * change if measure.form == "share" else change
    if change != change or round(scaled, measure.digits) == 0 or measure.better is None:
        return ""
    return "better" if (change > 0) == (measure.better == "higher") else "worse"


# --- Large figures --------------------------------------------------------------------------------------


def figures(session: Session, lang: str, since: int = 0) -> list[Json]:
    """The measures today, with the change since the end of day `since`, but not before the warm-up: its first day after
    it, for moving figures the first of their windows that lies after it. Before, there is no change to tell, as those
    days are not evaluated."""
    cards, begins = [], session.scenario.run.left_out
    window = say("last_days", lang, days=WINDOW)
    for name, values in series.measures(session).items():
        measure = MEASURES[name]
        now = float(values[-1]) if len(values) else np.nan
        first = max(begins + (WINDOW - 1 if measure.moving else 0), since - 1)
        change = now - float(values[first]) if len(values) > first + 1 else np.nan
        points = say("points", lang) if measure.form == "share" else ""
        cards.append({
            "id": name,
            "label": say(f"measure_{name}", lang),
            "value": shown(now, measure),
            "unit": " · ".join(filter(None, [unit(name, lang), window if measure.moving else ""])),
            **_changed(change, f"{signed(change, measure)} {points}", measure, first, session, lang),
        })  # fmt: skip
    return cards


def _changed(change: float, shown_: str, measure: Twin, first: int, session: Session, lang: str) -> Json:
    """A card's line on the change since day `first` (from 0), or why there is none."""
    begins = session.scenario.run.left_out
    if begins and session.day <= begins:
        return {"change": say("warming_up", lang, day=begins), "verdict": "", "since": ""}
    change_text = shown_ if change == change else say("no_change_yet", lang)
    return {"change": change_text, "verdict": verdict(change, measure), "since": say("since", lang, day=first + 1)}


# --- Charts ---------------------------------------------------------------------------------------------


def marks(session: Session, lang: str) -> list[Json]:
    """A mark where levers were moved after the beginning, with what was set."""
    labels = {parameter.name: parameter.label(lang) for parameter in levers()}
    by_day: dict[int, list[str]] = {}
    for day, name, level in session.moves:
        by_day.setdefault(day, []).append(f"{labels[name]} {100 * level:.0f}%")
    return [{"day": day + 1, "label": "; ".join(texts)} for day, texts in by_day.items() if day]


def charts(session: Session, lang: str, present: Recorded | None = None) -> list[Json]:
    """The charts of the Live page. `present`: the same district left as it is, a grey line as far as it is known."""
    common: dict[str, Any] = {
        "days": session.day, "day_word": say("day", lang), "to": session.model.days, "marks": marks(session, lang),
    }  # fmt: skip

    def line(name: str, label: str, colour: str, dash: bool = False) -> Json:
        return {"name": label, "colour": colour, "values": series.series(session, name), "dash": dash}

    window = say("last_days", lang, days=WINDOW)
    all_, weak = say("all_residents", lang), say("vulnerable_residents", lang)
    blue, red = colours.SERIES[:2]
    minds = [line("satisfaction", all_, blue), line("satisfaction_vulnerable", weak, red, dash=True)]

    def left(measure: str, column: str = "", times: float = 1.0) -> Json | None:
        """The present policy, in grey: the year before day 0, which an empty start has not, and on from there."""
        year = session.model.year_before if column else None
        if year is None and present is None:
            return None
        name = say("chart_year_before" if present is None else "chart_present", lang)
        values = np.empty(0) if year is None else year[column] * times
        onward = np.empty(0) if present is None else present.measures[measure][: session.day]
        return {"name": name, "colour": colours.PRESENT, "values": values, "onward": onward}

    return [
        chart(
            "satisfaction", say("measure_satisfaction", lang), minds, form="share", least=LEAST_SPAN,
            before=left("satisfaction", "satisfaction"), **common,
        ),
        chart(
            "days_to_resolve", say("measure_days_to_resolve", lang),
            [line("days_to_resolve", say("mean_resolved", lang), blue)],
            unit=f"{unit('days_to_resolve', lang)} · {window}", zero=True, before=left("days_to_resolve"), **common,
        ),
        chart(
            "wasted", say("chart_waste", lang), _waste(session, lang),
            unit=f"{unit('wasted', lang)} · {window}", form="share", kind="area", before=left("wasted"), **common,
        ),
        chart(
            "states", say("chart_states", lang),
            [_area(say(f"chart_state_{name}", lang, days=WINDOW), colours.STATES[name], values)
             for name, values in series.requests_by_state(session).items()],
            unit=f"{unit('open', lang)} · {window}", kind="area", **common,
        ),
        chart(
            "hours", say("chart_hours", lang),
            [_area(h.HOUR_GROUPS[name][lang == "zh"], colours.HOURS[name], values)
             for name, values in series.hours_by_group(session).items()],
            unit=f"{say('of_hours', lang)} · {window}", form="share", kind="area", **common,
        ),
        chart(
            "latent", say("measure_latent", lang), _latent(session, all_, weak),
            unit=PER_THOUSAND_OF_THEM.label(lang), zero=True,
            before=left("latent", "latent", 1000.0 / series.residents(session)), **common,
        ),
    ]  # fmt: skip


def _area(name: str, colour: str, values: np.ndarray) -> Json:
    return {"name": name, "colour": colour, "values": values}


def _waste(session: Session, lang: str) -> list[Json]:
    """Waste by cause: the five largest, and the rest together."""
    waste = series.waste_by_cause(session)
    causes = list(waste)
    largest = sorted(waste, key=lambda name: -float(waste[name].sum()))[:5]
    rest = sum((waste[name] for name in waste if name not in largest), np.zeros(session.day))
    areas = [
        _area(heading_label(name, lang), colours.WASTE[causes.index(name)], waste[name])
        for name in largest
        if waste[name].any()
    ]
    return [*areas, _area(say("other_causes", lang), "#b9c2cd", rest)]


def _latent(session: Session, all_: str, weak: str) -> list[Json]:
    diary, vulnerable = session.model.diary, float(session.model.residents.vulnerable.sum())
    of_weak = ratios(diary.latent_vulnerable[: session.day] * 1000.0, np.full(session.day, vulnerable))
    blue, red = colours.SERIES[:2]
    return [
        {"name": all_, "colour": blue, "values": series.series(session, "latent")},
        {"name": weak, "colour": red, "values": of_weak, "dash": True},
    ]


# --- The map --------------------------------------------------------------------------------------------


def district_map(session: Session, name: str, lang: str, scale: tuple[float, float] | None = None) -> Json:
    """What `parts.DistrictMap` needs to show one of `BY_COMMUNITY`, its event and choice apart.

    `scale` is the lowest and highest value that colours stand for: those on this map if None.
    """
    values, measure = series.by_community(session, name), BY_COMMUNITY[name]
    there = values[~np.isnan(values)]
    low, high = scale or (shades(float(there.min()), float(there.max()), measure) if len(there) else (0.0, 0.0))
    steps = [colours.on_scale(value, low, high, measure.better) if value == value else None for value in values]
    map_, drawn = session.model.map, _outlines(session)
    cells = []
    for row, (id_, step, corners) in enumerate(zip(map_.ids, steps, drawn.cells, strict=True)):
        text = shown(float(values[row]), measure)
        cells.append({
            "id": id_,
            "points": " ".join(f"{x:.3f},{y:.3f}" for x, y in corners),
            "colour": colours.NONE if step is None else colours.SCALE[step],
            "ink": "#1d2733" if step is None else colours.ink_on(step),
            "label": f"{community_label(id_, lang)}: {say(f'measure_{name}', lang)} {text}",
            "value": text,
            "x": sum(x for x, _ in corners) / len(corners),
            "y": sum(y for _, y in corners) / len(corners),
        })  # fmt: skip
    scale_colours = list(colours.SCALE) if measure.better == "higher" else list(reversed(colours.SCALE))
    return {
        "title": say("map_title", lang), "unit": unit(name, lang), "cells": cells,
        "borders": [list(border) for border in drawn.borders],
        "scale": {"low": shown(low, measure), "high": shown(high, measure), "colours": scale_colours},
    }  # fmt: skip


def shades(low: float, high: float, measure: Twin) -> tuple[float, float]:
    """The values that the ends of the colours stand for; those of a share lie `LEAST_SHADES` apart or more, so that
    communities that are nearly alike look so."""
    wider = max(LEAST_SHADES - (high - low), 0.0) / 2 if measure.form == "share" else 0.0
    return low - wider, high + wider


_OUTLINES: WeakKeyDictionary[Session, Outlines] = WeakKeyDictionary()
"""Kept as long as the world that they belong to."""


def _outlines(session: Session) -> Outlines:
    if session not in _OUTLINES:
        _OUTLINES[session] = outlines(session.model.map)
    return _OUTLINES[session]


def community(session: Session, id_: str, lang: str) -> list[tuple[str, str]]:
    """What is known of one community: label and value."""
    model, row = session.model, session.model.map.ids.index(id_)
    home, workers = model.communities[row], model.engine.workers
    posts = home.staff
    in_post = int((workers["doing"][posts] != h.VACANT).sum())
    arisen = model.world.flow[row, :, s.ARISEN]
    domains = list(model.scenario_run.domains)
    most = sorted(range(len(domains)), key=lambda d: -int(arisen[d]))[:3]
    in_domains = model.world.community_domain[row]
    covered = float(in_domains["covered"].mean())
    labels = [own_label(model.scenario_run.domains[domains[d]], lang, domains[d]) for d in most]
    rows = home.residents
    facts = [
        ("community_residents", f"{int(model.world.communities['size'][row]):,}"),
        ("community_vulnerable", f"{100 * float(model.residents.vulnerable[rows].mean()):.0f}%"),
        ("community_staff", f"{in_post} / {len(posts)}"),
        ("community_queue", f"{home.waiting:,}"),
        ("community_open", f"{int(model.world.flow[row, :, s.OPEN].sum()):,}"),
        ("community_latent", f"{int(model.world.flow[row, :, s.LATENT].sum()):,}"),
        ("community_fund", f"{home.fund:,.0f}"),
        ("community_demand", f"{int(arisen.sum()):,}"),
        ("community_top", "、".join(labels) if lang == "zh" else ", ".join(labels)),
        ("community_supply", f"{100 * covered:.0f}%"),
    ]
    facts += [
        (f"measure_{name}", shown(float(series.by_community(session, name)[row]), measure))
        for name, measure in BY_COMMUNITY.items()
        if name != "open"
    ]
    return [(say(key, lang), value) for key, value in facts]


# --- Levers ---------------------------------------------------------------------------------------------


def lever_groups(session: Session, lang: str, open_groups: Sequence[str] = ("resources",)) -> list[Json]:
    """All levers in the groups of the article, with the level of the day to come."""
    return groups_of({parameter.name: session.level(parameter.name) for parameter in levers()}, lang, open_groups)


def groups_of(levels: Mapping[str, float | None], lang: str, open_groups: Sequence[str] = ("resources",)) -> list[Json]:
    """All levers in the groups of the article, at some levels (None: a list of domains), from their declarations."""
    groups: dict[str, Json] = {}
    for parameter in levers():
        group = groups.setdefault(
            parameter.group,
            {
                "id": parameter.group,
                "label": say(f"group_{parameter.group}", lang),
                "open": parameter.group in open_groups,
                "levers": [],
                "active": 0,
            },
        )
        level = levels[parameter.name]
        group["levers"].append({
            "name": parameter.name,
            "label": parameter.label(lang),
            "level": level,
            "help": _help(parameter, level, lang),
        })  # fmt: skip
        group["active"] += level is None or level > 0
    return list(groups.values())


def _help(parameter: Parameter, level: float | None, lang: str) -> str:
    acts = parameter.acts_zh if lang == "zh" else parameter.acts
    text = say("lever_help", lang, acts=acts, ids=parameter.ids, heading=heading_label(parameter.heading, lang))
    return text if level is not None else f"{text}\n{say('lever_domains', lang)}"


def lever_words(lang: str) -> Mapping[str, str]:
    """The words of `parts.Levers`."""
    return {"about": say("lever_about", lang)}
