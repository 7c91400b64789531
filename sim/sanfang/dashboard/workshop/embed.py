"""Pages of one file: markup, styles, scripts and data put together, so that nothing else is asked for.

What is embedded as data is never read as markup; scripts and styles are known to the policy of the page by their digest
or by a number drawn for it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@cache
def part(name: str) -> str:
    """A file of this folder, as it is."""
    return (FOLDER / name).read_text("utf-8")


def data(value: Any) -> str:
    """Plain tables, lists, texts and numbers as JSON that can stand inside a script element, whatever the texts say."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter, written in _ESCAPED.items():
        text = text.replace(letter, written)
    return text


def filled(name: str, **parts: str) -> str:
    """A page of this folder, with each `{{name}}` replaced, once, by its part."""
    pieces = part(name).split("{{")
    page = [pieces[0]]
    for piece in pieces[1:]:
        key, _, rest = piece.partition("}}")
        page += [parts[key], rest]
    return "".join(page)


def by_digest(text: str) -> str:
    """The source of a content policy that allows this script or style and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
