"""The names of runs: a key made of all that decides what a run gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable


def run_keys(digest: str, days: int, scale: float, code: str) -> Callable[[int], str]:
    """The names of runs' contents by seed: 32 hex digits over the scenario's digest, seed, days, scale, code version.

    They are those of the JSON list of the five; a plan has millions, so what they share is worked out once.
    """
    head = hashlib.sha256(f"[{json.dumps(digest)}, ".encode())
    tail = f", {json.dumps([days, scale, code])[1:]}".encode()

    def key(seed: int) -> str:
        sha = head.copy()
        sha.update(b"%d" % seed + tail)
        return sha.hexdigest()[:32]

    return key
