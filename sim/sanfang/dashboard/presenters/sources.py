"""Where the parameters come from: counted in their declarations and in the district's file."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pandas as pd

from sanfang.scenario.catalogue import ANY, parameters
from sanfang.scenario.content import find_district, folders
from sanfang.scenario.sources import parted
from sanfang.scenario.toml import read_toml

CLASSES = ("article", "published", "derived", "calibrated", "bounded", "assumed", "convention")
"""Levers named in the article; a published figure; computed from records or figures; set so that the model gives a
published figure; assumed within a published or reasoned range; assumed; a convention such as the working day. Labels:
`trust_source_<class>`."""

_STATED = re.compile(r"(published|derived|calibrated|assumed|convention)\b(\s*[,:;])?")


@cache
def declared() -> Counter[str]:
    """Parameters by class of the source of their default, names and texts left out. No default is derived."""
    counts: Counter[str] = Counter()
    for parameter in parameters():
        lever_again = parameter.role == "lever" and ANY in parameter.path
        if parameter.kind == "text" or lever_again:
            continue
        counts[_class_of(parameter.source)] += 1
    return counts


def _class_of(source: str) -> str:
    if source.startswith("the article"):
        return "article"
    if source == "assumed":
        return "assumed"
    return "bounded" if source.startswith("assumed") else "published"


def assumed() -> tuple[int, int]:
    """Declared values that are assumed, within a range or without, and all; levers and conventions do not count."""
    counts = declared()
    guessed = counts["assumed"] + counts["bounded"]
    return guessed, guessed + counts["published"]


@cache
def of_district(name: str = "licang") -> Counter[str]:
    """Values of a district's file by what it says of their sources."""
    sources = parted(read_toml(find_district(name)))[1]
    return Counter(stated for source in sources.values() if (stated := _stated(source)))


def _stated(source: str) -> str:
    """The class that a source begins with, or the empty string; a range or a reason follows the word."""
    match = _STATED.match(source)
    if match is None:
        return ""
    return "bounded" if match.group(1) == "assumed" and match.group(2) else match.group(1)


@cache
def figures(name: str = "licang_published.csv") -> Counter[str]:
    """Published figures by use: "input" of the district's file, "compare" with what the model shows."""
    path = next(path for folder in folders() if (path := folder / "districts" / name).exists())
    return Counter(pd.read_csv(path)["use"])
