"""What campaigns have found, made small. Each was mended; none may come back."""

from __future__ import annotations

import random

from soak.hostile.case import Case

FOUND: tuple[Case, ...] = ()


def generate(rng: random.Random) -> Case:
    return FOUND[0]
