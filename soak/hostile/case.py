"""A case: one hostile input. It is made again from its kind and number alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

CAMPAIGN = 1
"""Another number gives other cases."""

SANDBOX = "%SANDBOX%"
"""Stands in texts of a case for the folder that it must not leave, whose name nobody knows beforehand."""


@dataclass(frozen=True)
class Case:
    """What is given to the program.

    files: contents by path in the working folder; given: arguments of a command, an address, or messages, as the kind
    has it; encoding: that of the terminal; disk: bytes that a file may have before the disk is "full" (None: many);
    fresh: in a program started anew rather than in a fork of one that is warm.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    encoding: str = "utf-8"
    disk: int | None = None
    fresh: bool = False


def randomness(kind: str, number: int) -> random.Random:
    """The random numbers of one case: its own, whatever was made before it."""
    return random.Random(f"{CAMPAIGN}/{kind}/{number}")
