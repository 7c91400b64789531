"""All that pages say, in both languages: from `words.toml` here what many say, from that in a page's folder its own.

Labels of parameters, metrics and headings come from their declarations.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent


@cache
def texts() -> dict[str, dict[str, str]]:
    """Every text by key, each with `en` and `zh`. Raises ValueError if two files give the same key."""
    by_key: dict[str, dict[str, str]] = {}
    for path in sorted(FOLDER.rglob("words.toml")):
        new = tomllib.loads(path.read_text("utf-8"))
        twice = by_key.keys() & new.keys()
        if twice:
            raise ValueError(f"{path.relative_to(FOLDER)} says again: {', '.join(sorted(twice))}")
        by_key |= new
    return by_key


def say(key: str, lang: str, **values: Any) -> str:
    """The text `key` in `lang`, with `values` filled in. Raises KeyError for a key that no file has."""
    text = texts()[key][lang]
    return text.format(**values) if values else text


def community_label(id_: str, lang: str) -> str:
    """What a page calls the community with an id such as "c016"; tables and files keep the id."""
    return say("community_name", lang, number=int(id_[1:]))


def own_label(thing: Any, lang: str, name: str = "") -> str:
    """The label of something declared with `label_en` and `label_zh`; `name` if it has none."""
    return str(getattr(thing, f"label_{lang}", "") or name)
