"""Where the parameters come from: counted in their declarations and in the district's file."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pandas as pd

from sanfang.scenario.catalogue import ANY, parameters
from sanfang.scenario.content import find_district, folders

CLASSES = ("article", "published", "derived", "bounded", "assumed", "convention")
"""Levers named in the article; a published figure; computed from records or figures; assumed within a published or
reasoned range; assumed; a convention such as the working day. Labels: `trust_source_<class>`."""

_STATED = re.compile(r"#\s*(published|derived|assumed|convention)\b(\s*[,:;])?")
_VALUE = re.compile(r"^(?!name|label_|description|department )[a-z_0-9]+ = ")


@cache
def declared() -> Counter[str]:
    """Parameters by class of the source of their default, names and texts left out. No default is derived."""
    found: Counter[str] = Counter()
    for one in parameters():
        lever_again = one.role == "lever" and ANY in one.path
        if one.kind == "text" or lever_again:
            continue
        found[_class_of(one.source)] += 1
    return found


def _class_of(source: str) -> str:
    if source.startswith("the article"):
        return "article"
    if source == "assumed":
        return "assumed"
    return "bounded" if source.startswith("assumed") else "published"


@cache
def of_district(name: str = "licang") -> Counter[str]:
    """Values of a district's file by what their comments say: on the same line, or else in the comment above."""
    found: Counter[str] = Counter()
    above = ""
    for line in find_district(name).path.read_text("utf-8").splitlines():
        stated = _stated(line)
        if line.startswith("#"):
            above = stated or above
        elif _VALUE.match(line):
            found[stated or above] += 1
        elif not line.strip():
            above = ""
    del found[""]
    return found


def _stated(line: str) -> str:
    """The class that a comment states, or the empty string; a range or a reason follows the word."""
    match = _STATED.search(line)
    if match is None:
        return ""
    return "bounded" if match.group(1) == "assumed" and match.group(2) else match.group(1)


@cache
def figures(name: str = "licang_published.csv") -> Counter[str]:
    """Published figures by use: "input" of the district's file, "compare" with what the model shows."""
    path = next(path for folder in folders() if (path := folder / "districts" / name).exists())
    return Counter(pd.read_csv(path)["use"])
