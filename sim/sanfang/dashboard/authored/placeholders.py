"""Placeholders: what texts of lessons and scripts may name, to be filled with what was measured."""

from __future__ import annotations

import re

PLACEHOLDER = re.compile(r"\{(\w+)(?::([a-z0-9-]+))?(?:\.(\w+))?\}")
"""`{value:money.satisfaction}`: a word, and maybe the id of an arm or a scene and the name of a measure."""


def check_braces(text: str) -> None:
    """Raise ValueError for a brace that belongs to no placeholder."""
    rest = PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        raise ValueError(f"a brace that belongs to no placeholder: {rest[max(rest.find('{'), 0) :][:30]!r}")
