"""What stands on the figures and tables of the Results page: names of factors, levels and scenarios, and numbers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.words import community_label, own_label, say, texts
from sanfang.lab.statistics.effects import TIMES
from sanfang.metrics.catalogue import metric
from sanfang.metrics.declare import Metric
from sanfang.metrics.numbers import MINUS, number
from sanfang.metrics.units import UNDECLARED
from sanfang.scenario import catalogue, content
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario


def unit(item: Metric, lang: str) -> str:
    """The unit of a metric, in words; empty for an undeclared one."""
    return "" if item.unit == UNDECLARED else item.unit.label(lang)


def metric_label(name: str, lang: str) -> str:
    """The label of a metric with its unit."""
    item = metric(name)
    in_words = unit(item, lang)
    return f"{item.label(lang)} ({in_words})" if in_words else item.label(lang)


def direction(name: str, lang: str) -> str:
    """Which direction of a metric is better, in words; empty where neither is."""
    better = metric(name).better
    return say(f"results_better_{better}", lang) if better else ""


@lru_cache(maxsize=512)
def scenario_label(name: str, lang: str) -> str:
    """The label of a scenario; its name where no file here has it."""
    if name in ("with", "without"):
        return say(f"results_scenario_{name}", lang)
    return _label_of_file(name, content.names(), lang)


@lru_cache(maxsize=64)
def place_label(name: str, lang: str) -> str:
    """The label of a district; its name where no file here has it."""
    return _label_of_file(name, content.names(below=content.DISTRICTS), lang)


def _label_of_file(name: str, there: Collection[str], lang: str) -> str:
    """The label that the file of `name` gives, if it is among those that are `there` and can be read; else the name."""
    if name not in there:
        return name
    try:
        return own_label(Scenario.load(name), lang, name)
    except InputError:
        return name


@lru_cache(maxsize=64)
def _domains(name: str) -> Mapping[str, Any]:
    """The domains of a district or scenario, where a file here has it."""
    if name not in (*content.names(), *content.names(below=content.DISTRICTS)):
        return {}
    try:
        return Scenario.load(name).domains
    except InputError:
        return {}


def group_label(opened: Opened, dimension: str, group: str, lang: str) -> str:
    """The label of a group; its name where none is known."""
    if dimension == "domain":
        known = _domains(str(opened.document.get("district") or opened.baseline))
        return own_label(known[group], lang, group) if group in known else group
    if dimension == "community" and group[:1] == "c" and group[1:].isdigit():
        return community_label(group, lang)
    stem = dimension if dimension in ("kind", "channel") else "results_group"
    return say(f"{stem}_{group}", lang) if f"{stem}_{group}" in texts() else group


def factor_label(opened: Opened, name: str, lang: str) -> str:
    """The label of a factor: of its parameter, of the scenario file whose levers it sets, or its own name with what it
    sets; of an interaction, of both factors."""
    if TIMES in name:
        return " × ".join(factor_label(opened, factor, lang) for factor in name.split(TIMES))
    if name in ("scenario", "point"):
        return say(f"results_{name}", lang)
    factors = opened.document.get("factors")
    given = factors.get(name) if isinstance(factors, Mapping) else None
    return declared_label(name, given if isinstance(given, Mapping) else {}, lang)


def declared_label(name: str, given: Mapping[str, Any], lang: str) -> str:
    """The label of a factor that an experiment gives as `given`; its own name if nothing else is known."""
    parameter = catalogue.find(name)
    if parameter is not None:
        return parameter.label(lang)
    overlay, sets = given.get("overlay"), given.get("sets")
    if isinstance(overlay, str) and overlay in content.names():
        return scenario_label(overlay, lang)
    if isinstance(sets, Mapping) and sets:
        first = catalogue.find(str(next(iter(sets))))
        if first is not None and len(sets) == 1:
            return f"{first.label(lang)} ({name})"
        if first is not None:
            return say("results_package", lang, name=name, first=first.label(lang), count=len(sets))
    return name


def level_label(name: str, level: Any, lang: str) -> str:
    """A level of an axis: a number, a word, the two ends of a box, a scenario."""
    if name == "scenario":
        return scenario_label(str(level), lang)
    if isinstance(level, tuple):
        return "–".join(plain(end) for end in level)
    return plain(level)


def plain(value: Any) -> str:
    """A factor's value as text: numbers with four significant digits, a dash where it is left as it is."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, 0) if abs(value) >= 1000 else f"{value:.4g}".replace("-", MINUS)
    return str(value)[:60]
