"""How things are told: lines without what a terminal would obey, errors in one message, JSON."""

from __future__ import annotations

import sys
from typing import Any

from sanfang.scenario.telling import printable, shortened

MAX_MESSAGE_LENGTH = 2_000
"""Characters of a message about an error: what is wrong with a file can be as long as the file."""


def say(text: str) -> None:
    """Print lines on standard output; what a terminal would obey is shown instead."""
    print(_harmless(text))


def tell(text: str) -> None:
    """Print lines on standard error, likewise."""
    print(_harmless(text), file=sys.stderr)


def tell_error(message: object) -> None:
    """What is wrong, as one line on standard error."""
    print(f"error: {printable(shortened(str(message), MAX_MESSAGE_LENGTH))}", file=sys.stderr)


def counted(number: int, word: str) -> str:
    """ "1 run", "2 runs"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _harmless(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    from sanfang.lab.files import to_json

    text = to_json(document)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a terminal of latin-1: no reader of JSON minds how letters are written
        text = to_json(document, ascii_only=True)
    print(text, end="")


def say_if_compiling() -> None:
    """Tell that the first run takes longer."""
    from sanfang.model import compiled

    if not compiled.is_cached():
        tell("Compiling the model: once after an installation or a change, about a minute.")
