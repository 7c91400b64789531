"""Text of others in code that a viewer will paste: names of files and the like, which may hold anything.

What cannot be seen is written as an escape. A line break would begin a command of its own, and some other letters would
let a text pass for another one, or end what a terminal takes for pasted.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence


def in_python(text: str) -> str:
    """As a literal in Python."""
    shown = repr(text)
    return shown if "'" in text or '"' in text else f'"{shown[1:-1]}"'


def in_shell(word: str) -> str:
    """As one word of a shell: bash, zsh, ksh, and others since POSIX 2024."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(letter if _is_plain(letter) else _octal(letter) for letter in word) + "'"


def in_toml(text: str) -> str:
    """As a string in TOML, which has no letters that are half of one."""
    return '"' + "".join(letter if _is_plain(letter) else _unicode(letter) for letter in text) + '"'


def comment(line: str) -> str:
    """A line that stays a comment, for a shell as for Python."""
    return "# " + "".join(letter if letter.isprintable() else _unicode(letter) for letter in line)


def command(words: Sequence[str], arguments: Sequence[str], options: Iterable[tuple[str, str]] = ()) -> str:
    """A command line: what it begins with, its arguments, its options with their values. None is taken for another."""
    given: list[str] = []
    for name, value in options:
        given += [f"{name}={value}"] if value.startswith("-") else [name, value] if value else [name]
    last = ["--", *arguments] if any(word.startswith("-") for word in arguments) else []
    return " ".join(in_shell(word) for word in [*words, *([] if last else arguments), *given, *last])


def _is_plain(letter: str) -> bool:
    return letter.isprintable() and letter not in "\\'\""


def _octal(letter: str) -> str:
    try:
        return "".join(f"\\{byte:03o}" for byte in os.fsencode(letter))
    except UnicodeEncodeError:  # half a letter, which no file's name can hold
        return "?"


def _unicode(letter: str) -> str:
    code = 0xFFFD if 0xD800 <= ord(letter) <= 0xDFFF else ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
