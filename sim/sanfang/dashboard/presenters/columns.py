"""Tables that pages save, in the reader's language: Chinese headings and values, and a table that explains each column.

In English a table is as the command line writes it, so that programs read both alike.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from sanfang.dashboard.words import own_label, say
from sanfang.model.books import headings as h
from sanfang.run.time_split import CAUSES, cause_label
from sanfang.scenario.scenario import Scenario

TABLES = ("daily", "requests", "ledger")
VALUES = {"outcome": "state", "channel": "channel", "tier": "tier", "kind": "kind", "resource": "resource"}
"""Columns of names that pages have a word for, and how its key begins."""


@cache
def _declared() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8"))


def column(name: str, table: str) -> tuple[str, str, str] | None:
    """Heading in Chinese, and what stands in a column in English and in Chinese; None for one that nobody declared."""
    words, known = _declared()["words"], _declared().get(table, {}).get(name)
    if known is not None:
        return known["zh"], known["en"], known["says"]
    if name.startswith("hours_") and name.removeprefix("hours_") in h.HOUR_HEADINGS:
        en, zh = h.LABELS[name.removeprefix("hours_")]
        return _filled(words["hours"], en, zh)
    if name.removesuffix("_hours") in CAUSES:
        cause = name.removesuffix("_hours")
        return _filled(words["time"], cause_label(cause), cause_label(cause, "zh"))
    return None


def _filled(words: Mapping[str, str], en: str, zh: str) -> tuple[str, str, str]:
    return words["zh"].format(what=zh), words["en"].format(what=en), words["says"].format(what=zh)


def headed(table: pd.DataFrame, kind: str, lang: str, scenario: Scenario | None = None) -> pd.DataFrame:
    """A table of `kind` (one of `TABLES`, or another) as it is saved: in Chinese with Chinese headings and, as far as
    pages have words for them, values; domains by the names that `scenario` gives them. What is not declared stays."""
    if lang != "zh" or kind not in TABLES:
        return table
    renamed = {}
    shown = table.copy(deep=False)
    for name in map(str, table.columns):
        found = column(name, kind)
        if found is None:
            continue
        renamed[name] = found[0]
        shown[name] = _values(table[name], name, scenario)
    return shown.rename(columns=renamed)


def _values(cells: pd.Series, name: str, scenario: Scenario | None) -> pd.Series:
    if name == "vulnerable":
        return cells.map({True: "是", False: "否"})
    if name == "domain" and scenario is not None:
        words = {domain: own_label(given, "zh", domain) for domain, given in scenario.domains.items()}
    elif name == "heading":
        words = {heading: label[1] for heading, label in h.LABELS.items()}
    elif name in VALUES:
        words = {one: say(f"{VALUES[name]}_{one}", "zh") for one in cells.unique() if one}
    else:
        return cells
    return cells.map(lambda one: words.get(one, one))


def explained(tables: Mapping[str, Sequence[str]], lang: str) -> pd.DataFrame:
    """A table that explains columns, given by the name of their table: which file, heading, name, what it is."""
    rows = []
    for table, names in tables.items():
        for name in names:
            zh, en, says = column(name, table) or (name, "", "")
            file = say(f"save_{table}", lang)
            rows.append((file, zh, name, says) if lang == "zh" else (file, name, zh, en))
    heads = ("文件", "列名", "英文名", "说明") if lang == "zh" else ("file", "column", "in Chinese", "what it is")
    return pd.DataFrame(rows, columns=list(heads))
