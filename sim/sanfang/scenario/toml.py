"""TOML, read within limits: whatever a file holds, reading it takes little time and memory, or is refused.

Every TOML text of a user comes through here: scenarios, districts, experiments, lessons, and values of ``--set``.
The limits are far above what a file for people to read and write has: the district of Licang has 31,000 bytes, 370
values, and is nested 4 deep.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from sanfang.scenario.content import Source
from sanfang.scenario.errors import InputError, while_reading
from sanfang.scenario.files import read_text
from sanfang.scenario.telling import shortened

Document = dict[str, Any]

MAX_BYTES = 500_000
"""Of a file, with all that it extends: tomllib takes up to a second and a half for them."""

MAX_DEPTH = 20
"""Tables and lists inside one another, and parts of a dotted key."""

MAX_KEY_LENGTH = 100
"""Characters of one part of a dotted key."""

MAX_KEYS = 50_000
MAX_ITEMS = 200_000
"""In all lists together."""

MAX_DIGITS = 4_300
"""Of a number: Python reads and prints no longer one."""

_TEXTS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
"""Texts and comments, each to its end, or to the end of all where it has none: tomllib reads no further either."""

_KEYS_AND_VALUES = re.compile(r"[^=\[\]{},\n]+")
_TOO_MANY_DIGITS = re.compile(rf"\d[\d_]{{{MAX_DIGITS},}}")


class NotToml(InputError):
    """A text that breaks the rules of TOML."""


def read_toml(source: Source) -> Document:
    """The document in a TOML file. Raises `InputError` if it cannot be read, is no TOML, is empty, or too large."""
    return document_in(read_text(source.path, source.label, MAX_BYTES), source.label)


def document_in(text: str, where: str) -> Document:
    """The document in the text of a file. Raises `InputError`, which begins with `where`."""
    document = parse(text, where)
    if not document:
        raise InputError(f"{where}: is empty; a scenario sets at least one key, such as extends")
    return document


def parse(text: str, where: str) -> Document:
    """The document in a text, which may be empty. Raises `InputError`, which begins with `where`."""
    _check_text(text, where)
    with while_reading(where):
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise NotToml(f"{where}: is not TOML: {error}") from None
    check_size(document, where)
    return document


def _check_text(text: str, where: str) -> None:
    """Refuse what tomllib itself would take too long for: it calls itself for each level, and keys cost squares."""
    bare = _TEXTS.sub("x", text)
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", bare):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        deepest = max(deepest, depth)
    parts = max((1 + run.count(".") for run in _KEYS_AND_VALUES.findall(bare)), default=0)
    if max(deepest, parts) > MAX_DEPTH:
        raise InputError(f"{where}: is nested more than {MAX_DEPTH} deep")
    if _TOO_MANY_DIGITS.search(bare):
        raise InputError(f"{where}: has a number of more than {MAX_DIGITS:,} digits")


def check_size(document: Any, where: str) -> None:
    """Refuse a document beyond the limits, whether it comes from a text or from Python. Raises `InputError`."""
    keys = items = 0
    waiting: list[tuple[Any, str, int]] = [(document, "", 0)]
    while waiting:
        value, path, depth = waiting.pop()
        at = f"{where}: {shortened(path)}: " if path else f"{where}: "
        if isinstance(value, int) and abs(value).bit_length() > 3.33 * MAX_DIGITS:
            raise InputError(f"{at}is a number of more than {MAX_DIGITS:,} digits")
        if depth > MAX_DEPTH:
            raise InputError(f"{at}is nested more than {MAX_DEPTH} deep")
        if isinstance(value, Mapping):
            keys += len(value)
            if any(len(str(key)) > MAX_KEY_LENGTH for key in value):
                raise InputError(f"{at}has a key of more than {MAX_KEY_LENGTH} characters")
            waiting += [(below, f"{path}.{key}" if path else str(key), depth + 1) for key, below in value.items()]
        elif isinstance(value, list | tuple):
            items += len(value)
            waiting += [(item, path, depth + 1) for item in value if isinstance(item, int | list | tuple | Mapping)]
        if keys > MAX_KEYS or items > MAX_ITEMS:
            most = f"{MAX_KEYS:,} keys" if keys > MAX_KEYS else f"{MAX_ITEMS:,} list items"
            raise InputError(f"{at}is too large; at most {most} are read")
