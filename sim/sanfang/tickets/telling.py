"""What is found about an export, in words of either language, from `messages.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from sanfang.scenario.telling import printable


@cache
def _document() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))


def told(section: str, key: str, lang: str = "en", /, **facts: object) -> str:
    """The message of that name, its facts filled in: shares as per cent, counts with commas."""
    shown = {name: _shown(name, fact) for name, fact in facts.items()}
    return _document()[section][key][lang].format(**shown)


def doubt(one: tuple[str, dict[str, object]], lang: str = "en") -> str:
    """A doubt in words, with the role that it belongs to in front."""
    key, facts = one
    role = facts.get("role")
    text = told("doubts", key, lang, **facts)
    if not isinstance(role, str):
        return text
    return f"{told('roles', role, lang)}{': ' if lang == 'en' else '：'}{text}"


def _shown(name: str, fact: object) -> str:
    if isinstance(fact, float) and name == "share":
        return f"{100 * fact:.0f} %" if fact >= 0.095 else f"{100 * fact:.1f} %"
    if isinstance(fact, float):
        return f"{fact:,.0f}" if fact >= 100 else f"{fact:.2g}"
    if isinstance(fact, int):
        return f"{fact:,}"
    return printable(str(fact))
