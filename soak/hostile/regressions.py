"""What campaigns have found, made small. Each was mended; none may come back.

They have numbers below zero: `python -m soak.hostile scenario -1` tries the first of the scenarios here.
"""

from __future__ import annotations

from soak.hostile.case import Case

FOUND: dict[str, tuple[Case, ...]] = {}
