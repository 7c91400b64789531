"""The one error that a user's input can cause, told in one message; and what a user should know besides."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """The input is wrong. The message names file, key, value and what is allowed."""


class Notice(UserWarning):
    """What a user should know about what is read, although it can be used: told in one message."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint with the known word closest to `word`, or the empty string."""
    match = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {match[0]!r}?" if match else ""
