"""The one error that a user's input can cause, told in one message; and what a user should know besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

MAX_WORD_LENGTH = 100
"""Characters: comparing words takes the square of their length, and a longer one is no misspelt key."""


class InputError(ValueError):
    """The input is wrong. The message names file, key, value and what is allowed."""


class Notice(UserWarning):
    """What a user should know about what is read, although it can be used: told in one message."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint with the known word closest to `word`, or the empty string."""
    if len(word) > MAX_WORD_LENGTH:
        return ""
    match = get_close_matches(
        word, [candidate for candidate in known if len(candidate) <= MAX_WORD_LENGTH], n=1, cutoff=0.5
    )
    return f"; did you mean {match[0]!r}?" if match else ""


@contextmanager
def while_reading(where: str) -> Iterator[None]:
    """Around all that reads and checks input: whatever Python cannot do with a value is the input's fault.

    Each such case should have a message of its own, which says what is allowed; this is for those that nobody
    thought of. Runs are never made within it, so that a defect of the model stays visible as one.
    """
    try:
        yield
    except InputError:
        raise
    except RecursionError as error:
        raise InputError(f"{where}: is nested too deeply") from error
    except MemoryError as error:
        raise InputError(f"{where}: takes more memory than there is") from error
    except (ValueError, OverflowError) as error:
        raise InputError(f"{where}: cannot be understood: {error}") from error
