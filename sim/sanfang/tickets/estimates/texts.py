"""The texts that estimates carry and their page shows, in both languages, from `texts.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from sanfang.tickets.said import Said, in_language

LANGUAGES = ("en", "zh")


@cache
def document() -> dict[str, dict[str, dict[str, str]]]:
    """By section and name, a text in each language."""
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))


def text(key: str, **facts: object) -> Said:
    """The text `section.name`, its facts filled in; facts that are texts in both languages are so in the result."""
    section, _, name = key.partition(".")
    en, zh = (document()[section][name][lang].format(**_facts(facts, lang)) for lang in LANGUAGES)
    return Said(en, zh)


def named(section: str, name: str, lang: str) -> str:
    """What a name that stands in tables, such as a weekday, is called in a language; others as they are."""
    return document()[section].get(name, {}).get(lang, name)


def _facts(facts: dict[str, object], lang: str) -> dict[str, object]:
    return {key: in_language(fact, lang) if isinstance(fact, str) else fact for key, fact in facts.items()}
