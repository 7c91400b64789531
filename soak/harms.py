"""Ways in which a file comes to harm, each named after what it does to the bytes."""

from __future__ import annotations

import random
from collections.abc import Callable

PAGE = 4096
"""Bytes of a page of SQLite's."""


def flip_a_bit(content: bytearray, chance: random.Random) -> None:
    """One bit."""
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def change_a_byte(content: bytearray, chance: random.Random) -> None:
    """One byte."""
    content[chance.randrange(len(content))] = chance.randrange(256)


def change_text(content: bytearray, chance: random.Random) -> None:
    """A letter or digit into another one: names, keys and numbers in text stay well-formed."""
    places = [n for n in range(len(content)) if 48 <= content[n] <= 57 or 97 <= content[n] <= 122]
    content[chance.choice(places)] = chance.choice(b"0123456789abcdef")


def overwrite(content: bytearray, chance: random.Random) -> None:
    """Some bytes side by side."""
    place, length = chance.randrange(len(content)), chance.randrange(2, 64)
    content[place : place + length] = chance.randbytes(len(content[place : place + length]))


def change_the_first_page(content: bytearray, chance: random.Random) -> None:
    """One byte of the head or of the list of tables."""
    content[chance.randrange(PAGE)] = chance.randrange(256)


def zero_a_page(content: bytearray, chance: random.Random) -> None:
    """A page that was never written."""
    content[_page(content, chance)] = bytes(PAGE)


def swap_pages(content: bytearray, chance: random.Random) -> None:
    """Two pages that were written to each other's place."""
    one, other = _page(content, chance), _page(content, chance)
    content[one], content[other] = content[other], content[one]


def copy_a_page(content: bytearray, chance: random.Random) -> None:
    """A page that was written to another's place as well."""
    content[_page(content, chance)] = content[_page(content, chance)]


def cut(content: bytearray, chance: random.Random) -> None:
    """The end is missing."""
    del content[chance.randrange(len(content)) :]


def _page(content: bytearray, chance: random.Random) -> slice:
    start = chance.randrange(len(content) // PAGE) * PAGE
    return slice(start, start + PAGE)


HARMS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_a_bit, change_a_byte, change_text, overwrite, change_the_first_page, zero_a_page, swap_pages, copy_a_page, cut,
)  # fmt: skip
