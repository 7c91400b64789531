"""Which encoding a text is in: a strict ladder over the whole file, then which of three readings makes sense.

UTF-8 with or without a mark, UTF-16 likewise, GB18030, Big5, Latin-1. Nearly every Big5 text is valid GB18030, and
many a Latin-1 text, too, so that validity alone cannot tell: the share of characters that are in everyday use does.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

BLOCK = 1 << 20
JUDGED = 1 << 20
"""Bytes of lines with other than ASCII that are looked at."""

FEW_IN = 20
"""One character in so many may be damaged: long cells are often cut in the middle of one."""

EVERYDAY = 0.6
"""Least share of Chinese characters in everyday use of a text that is Chinese."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def encoding_of(path: Path) -> tuple[str, int]:
    """The encoding of a text file, and how many of its characters are damaged in it. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, damaged(path, encoding)
    if wide := _without_mark(head):
        return wide, damaged(path, wide)
    wrong = damaged(path, "utf-8")
    if wrong == 0:
        return "utf-8", 0
    sample = _sample(path)
    if sample.decode("utf-8", "replace").count("\ufffd") * FEW_IN < len(
        re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", sample)
    ):
        return "utf-8", wrong
    scores = {"gb18030": _chinese(sample, "gb18030"), "big5hkscs": _chinese(sample, "big5hkscs")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= EVERYDAY and scores[best] > _latin(sample) - 0.3:
        return best, damaged(path, best)
    for narrow in ("cp1252", "latin-1"):
        if damaged(path, narrow) == 0:
            return narrow, 0
    return "latin-1", 0


def damaged(path: Path, encoding: str) -> int:
    """How many characters of a file cannot be read in an encoding. Raises OSError, and LookupError for none such."""
    count = 0

    def counted(error: UnicodeError) -> tuple[str, int]:
        nonlocal count
        count += 1
        assert isinstance(error, UnicodeDecodeError)
        return "\ufffd", error.end

    codecs.register_error("sanfang-counted", counted)
    decoder = codecs.getincrementaldecoder(encoding)("sanfang-counted")
    for block, final in _blocks(path):
        decoder.decode(block, final)
    return count


def _blocks(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block, False
    yield b"", True


def _sample(path: Path) -> bytes:
    """Lines that are not all ASCII, from the whole file, up to `JUDGED` bytes."""
    lines: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < JUDGED and (line := file.readline(1 << 16)):
            if not line.isascii():
                lines.append(line)
                size += len(line)
    return b"".join(lines)


def _without_mark(head: bytes) -> str:
    """UTF-16 shows by its nulls: half of each digit and comma is one."""
    pairs = len(head) // 2
    if pairs < 2:
        return ""
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if max(even, odd) < 0.15 * pairs or min(even, odd) > 0.2 * max(even, odd):
        return ""
    name = "utf-16-le" if odd > even else "utf-16-be"
    try:
        head[: 2 * pairs - 2].decode(name)
    except UnicodeDecodeError as error:
        return name if error.start > len(head) - 8 else ""
    return name


def _chinese(sample: bytes, encoding: str) -> float:
    """Share of all characters beyond ASCII that are in everyday use in an encoding; what is damaged counts against."""
    text = [sign for sign in sample.decode(encoding, "replace") if not sign.isascii()]
    everyday = _everyday()
    good = sum(sign in everyday for sign in text)
    return (good - 5 * text.count("\ufffd")) / max(1, len(text))


def _latin(sample: bytes) -> float:
    """Share of runs of bytes beyond ASCII that are one byte long, as accented letters mostly are."""
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    return runs.count(1) / max(1, len(runs))


@cache
def _everyday() -> frozenset[str]:
    """The first levels of GB 2312 and of Big5, 3,755 simplified and 5,401 traditional characters, and signs of both."""
    second = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    levels = (("gb2312", range(0xA1, 0xD8), range(0xA1, 0xFF)), ("big5", range(0xA1, 0xC7), second))
    return frozenset(
        sign
        for encoding, leads, trails in levels
        for lead in leads
        for trail in trails
        for sign in bytes((lead, trail)).decode(encoding, "ignore")
        if "\u4e00" <= sign <= "\u9fff" or "\u3000" <= sign <= "\u3020" or "\uff00" <= sign <= "\uff60"
    )
