"""What keeps people out of all that is written: small counts are pooled, and values shown only where many share them.

Names, numbers, addresses, positions and free texts are never shown. A value of a column is shown if at least `SMALL`
requests have it and it does not look like a person's; of other columns only the shape of their values is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

SMALL = 5
"""A value that fewer requests have is not shown, and a count below it is pooled with others."""

MAX_SHOWN = 40
"""Characters: what is longer is no name of a kind or of a place."""

_PERSONAL = re.compile(
    r"\d{6,}|@|https?:|www\."  # numbers of people, cases and telephones; addresses of mail and pages
    r"|先生|女士|小姐|同志"
    r"|\d+\s*[号號栋棟弄巷室楼樓]|\d+\s*单元"  # an address
    r"|\b(?:mr|mrs|ms|miss|dr)\b\.?"
    r"|\b\d+\s+(?:\w+\s+){1,3}(?:st|street|ave|avenue|rd|road|blvd|dr|drive|ln|lane|way|ct|court)\b"
    r"|-?\d+\.\d{3,}|\d{3,4}[- ]\d{4,}",  # a position; a telephone
    re.IGNORECASE,
)


def looks_personal(value: str) -> bool:
    """Whether a value looks like one person's: a number, an address, a form of address, a position, a long text."""
    return len(value) > MAX_SHOWN or "\n" in value or _PERSONAL.search(value) is not None


def shown(counts: Mapping[str, int]) -> dict[str, int]:
    """The values that may be shown, with how often they occur, most frequent first."""
    kept = {value: count for value, count in counts.items() if count >= SMALL and not looks_personal(value)}
    return dict(sorted(kept.items(), key=lambda item: (-item[1], item[0])))


def pooled(counts: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """The values that may be shown, and the number of requests with all others together."""
    kept = shown(counts)
    return kept, sum(counts.values()) - sum(kept.values())


def shape(value: str, most: int = 30) -> str:
    """The shape of a value: letters become `A` and `a`, digits `9`, Chinese characters `字`, other letters `x`.

    More than four of a kind in a row become four, so that a text does not show its length.
    """
    found = "".join(map(_kind, value[: 10 * most]))
    return re.sub(r"(.)\1{4,}", lambda run: run[1] * 4, found)[:most]


@cache
def _kind(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return "9"
    if category == "Lu":
        return "A"
    if category == "Ll":
        return "a"
    if category == "Lo":
        return "字" if "\u3400" <= sign <= "\u9fff" else "x"
    if category[0] in "MC":
        return ""
    return " " if category[0] == "Z" else sign
