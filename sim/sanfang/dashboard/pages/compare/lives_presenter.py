"""What `run.troubles` finds, in words: the list of troubles, and one trouble and one resident in every world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sanfang.dashboard.pages.compare.side_by_side import letter, world_labels
from sanfang.dashboard.presenters import colours
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import community_label, own_label, say
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.metrics.units import DAYS
from sanfang.run import troubles
from sanfang.run.time_split import cause_label
from sanfang.run.troubles import LETTERS, Troubles
from sanfang.scenario.dates import day_of
from sanfang.scenario.scenario import Scenario


def domain_labels(scenario: Scenario, lang: str) -> dict[str, str]:
    """Every domain by name, with its label."""
    return {name: own_label(domain, lang, name) for name, domain in scenario.domains.items()}


# --- The list -------------------------------------------------------------------------------------------


def heads(count: int, other: int, lang: str, whose: bool = True) -> list[str]:
    """Column heads of `rows`; without the residents if they are known."""
    worlds = [say("compare_col_days", lang, letter=letter(side)) for side in range(count)]
    difference = say("compare_less", lang, other=letter(other), first=letter(0))
    names = ["compare_col_trouble", *(["compare_col_who"] if whose else []), "compare_col_since"]
    return [*(say(name, lang) for name in names), *worlds, difference]


def rows(
    table: pd.DataFrame, domains: dict[str, str], count: int, other: int, lang: str, whose: bool = True
) -> list[Json]:
    """Rows of `troubles.chosen` for a page: what, where, whose, since when, days in each world, the difference."""
    shown = []
    for root, row in table.iterrows():
        texts = [_days(row, LETTERS[side], lang) for side in range(count)]
        change, verdict = _change(row, LETTERS[other])
        who = [f"{community_label(row['community'], lang)} · {row['resident']}"] if whose else []
        cells = [domains[row["domain"]], *who, str(day_of(row["arose"]) + 1), *texts]
        shown.append({"id": root, "cells": [*cells, change], "verdicts": [""] * len(cells) + [verdict]})
    return shown


def _days(row: Any, world: str, lang: str) -> str:
    days = row[f"{world}_days"]
    if days != days:
        return say("compare_not_arisen", lang)
    return f"{'' if row[f'{world}_solved'] else '>'}{days:.1f}"


def _change(row: Any, world: str) -> tuple[str, str]:
    """The difference in days to the first world where both are solved, and what it means."""
    if row["a_solved"] is not True or row[f"{world}_solved"] is not True:
        return "", ""
    change = row[f"{world}_days"] - row["a_days"]
    if abs(change) < 0.05:
        return "0.0", ""
    return f"{change:+.1f}".replace("-", "−"), "better" if change < 0 else "worse"


# --- One trouble ----------------------------------------------------------------------------------------


def life_card(common: Troubles, root: str, worlds: Sequence[PageSession], lang: str) -> Json:
    """What `LifeCard` shows of one trouble. Raises KeyError for a root that arose in no world."""
    row = common.table.loc[root]
    scenario = worlds[0].scenario
    lives = [troubles.life(requests, root, common.day) for requests in common.requests]
    there = [life for life in lives if life is not None]
    begin, end = min(life["begin"] for life in there), max(life["end"] for life in there)
    end = max([end, *(part[2] for life in there for record in life["records"] for part in record["segments"])])
    most = max([sum(life["hours"].values()) for life in there] + [1e-9])
    about = [say(f"kind_{row['kind']}", lang), *([say("compare_life_vulnerable", lang)] if row["vulnerable"] else [])]
    title = say("compare_life_title", lang, domain=domain_labels(scenario, lang)[str(row["domain"])],
                resident=row["resident"], community=community_label(str(row["community"]), lang))  # fmt: skip
    names = world_labels(worlds, lang)
    return {
        "title": title,
        "about": " · ".join(about),
        "from": say("compare_life_axis", lang, day=day_of(begin) + 1),
        "to": say("compare_life_axis", lang, day=day_of(end) + 1),
        "stages": [{"id": stage, "label": say(f"compare_stage_{stage}", lang)} for stage in troubles.STAGES],
        "worlds": [
            _world(life, side, names[side], (begin, max(end - begin, 1e-6), most), lang)
            for side, life in enumerate(lives)
        ],
    }


def _world(life: dict[str, Any] | None, side: int, name: str, scale: tuple[float, float, float], lang: str) -> Json:
    who = letter(side)
    card: Json = {"letter": who, "colour": colours.WORLDS[side], "name": name}
    if life is None:
        verdict, why = say("compare_life_prevented", lang, letter=who), say("compare_life_prevented_long", lang)
        return {**card, "outcome": "", "absent": why, "verdict": verdict}
    begin, wide, most = scale
    key = "compare_life_solved" if life["solved"] else "compare_life_unsolved"
    verdict = say(key, lang, days=f"{life['days']:.1f}", letter=who)
    parts = [part for record in life["records"] for part in record["segments"]]
    segments = [
        {
            "stage": stage, "left": 100 * (start - begin) / wide, "width": 100 * (stop - start) / wide,
            "label": f"{say(f'compare_stage_{stage}', lang)}: {stop - start:.1f} {DAYS.after[lang == "zh"]}",
        }
        for stage, start, stop in parts
    ]  # fmt: skip
    hours = sum(life["hours"].values())
    where = say("compare_life_where", lang, hours=f"{hours:.1f}") if hours else say("compare_life_no_hours", lang)
    state = say(f"state_{life['outcome']}", lang)
    return {
        **card,
        "outcome": state,
        "absent": "",
        "verdict": verdict,
        "spoken": f"{verdict}; {state}; " + "; ".join(segment["label"] for segment in segments),
        "segments": segments,
        "open": life["outcome"] in ("open", "latent"),
        "end": 100 * (parts[-1][2] - begin) / wide if parts else 0,
        "paths": [_path(record, lang) for record in life["records"]],
        "where": where,
        "causes": [
            {"id": cause, "label": cause_label(cause, lang), "hours": f"{spent:.1f} h", "width": 100 * spent / most}
            for cause, spent in sorted(life["hours"].items(), key=lambda item: -item[1])
            if spent > 0
        ],
    }


def _path(record: dict[str, Any], lang: str) -> str:
    when = say("compare_life_axis", lang, day=day_of(record["arose"]) + 1)
    if record["voiced"] != record["voiced"]:
        return f"{when}: {say('compare_life_never_voiced', lang)}"
    path = say("compare_life_path", lang, channel=say(f"channel_{record['channel']}", lang),
               voiced=day_of(record["voiced"]) + 1, handoffs=record["handoffs"], trips=record["trips"],
               attempts=record["attempts"] + 1, yuan=f"{record['yuan']:,.0f}")  # fmt: skip
    return f"{when}: {path} → {say(f'state_{record["outcome"]}', lang)}"


# --- One resident ---------------------------------------------------------------------------------------


def minds_table(worlds: Sequence[PageSession], resident: int, lang: str) -> tuple[list[str], list[Json]]:
    """What a resident thinks in each world: heads and rows of a table. Higher satisfaction and trust are better."""
    minds = [troubles.minds(session.model, resident) for session in worlds]
    rows: list[Json] = []
    for name in minds[0]:
        form = ".1f" if name == "expectation" else ".3f"
        cells, verdicts = [say(f"compare_mind_{name}", lang)], [""]
        for mind in minds:
            change = round(mind[name] - minds[0][name], 3)
            verdict = "" if name == "expectation" or not change else "better" if change > 0 else "worse"
            cells.append(f"{mind[name]:{form}}")
            verdicts.append(verdict)
        rows.append({"id": name, "cells": cells, "verdicts": verdicts})
    return ["", *world_labels(worlds, lang)], rows
