"""How messages show what a user has given: shortened, on one line, and harmless to a terminal."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

MAX_VALUE_LENGTH = 60
MAX_LISTED = 50

# Control characters, among them those that command a terminal; line and paragraph separators; what turns the direction
# of writing; and half characters, which stand for bytes of a file name that are no text.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""`text` on one line, every character that a terminal would obey written as Python writes it: ``\x1b``."""
    return _UNSHOWN.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def is_obeyed(text: str) -> bool:
    """Whether a terminal would obey something in `text`, line ends and tabs aside."""
    return re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text) is not None


def is_printable(text: str) -> bool:
    """Whether `printable` would change nothing."""
    return _UNSHOWN.search(text) is None


def shortened(text: str, most: int = MAX_VALUE_LENGTH) -> str:
    """The first `most` characters of `text`, and dots if there are more."""
    return text if len(text) <= most else f"{text[:most]}..."


def listed(names: Iterable[object]) -> str:
    """Names with commas between, "none" if there are none; of very many the first, and how many more."""
    texts = [shortened(str(name)) for name in names]
    more = f" and {len(texts) - MAX_LISTED:,} more" if len(texts) > MAX_LISTED else ""
    return ", ".join(texts[:MAX_LISTED]) + more or "none"


def in_words(value: Any) -> str:
    """A value as a TOML file would show it, shortened if it is long."""
    return shortened(_as_toml(value))


def _as_toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**18:  # Python refuses to print very long integers
        return f"about {'-' if value < 0 else ''}2^{value.bit_length()}"
    if isinstance(value, str):
        return f'"{value[: MAX_VALUE_LENGTH + 1]}"'
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_as_toml(item) for item in value[:MAX_VALUE_LENGTH])}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {_as_toml(item)}' for key, item in islice(value.items(), MAX_VALUE_LENGTH))}}}"
    return str(value)
