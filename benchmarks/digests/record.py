"""The record of digests: what they were, at which commit, and what they were made with."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.digests.content import Digests, of_parts

PATH = Path(__file__).with_name("recorded.json")
LIBRARIES = ("numpy", "numba", "llvmlite", "scipy", "pandas", "mesa")
MISSING = "missing"


def made_with() -> dict[str, str]:
    """All that may change the last digits: system, C library, libraries, and the instructions that numpy takes."""
    chosen = np.lib.introspect.opt_func_info(func_name="^exp$", signature="float64")["exp"]
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "C library": " ".join(platform.libc_ver()),
        "instructions": " ".join(sorted({way["current"] for way in chosen.values()})),
        **{name: version(name) for name in LIBRARIES},
    }


@dataclass(frozen=True)
class DigestRecord:
    """`commit`: the sources; `made_with`; `names`: the columns that count, by table; `digests`: by run and part."""

    commit: str
    made_with: dict[str, str]
    names: dict[str, list[str]]
    digests: dict[str, Digests]

    @classmethod
    def read(cls) -> DigestRecord:
        """The record in the folder. A later version may show more columns than it knows: those do not count."""
        return cls(**json.loads(PATH.read_text("utf-8")))

    def write(self) -> None:
        PATH.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    def foreign(self) -> str:
        """Why digests made here need not be those recorded; empty if they must be."""
        here = made_with()
        return "; ".join(
            f"{name}: recorded with {there!r}, here {here.get(name, MISSING)!r}"
            for name, there in self.made_with.items()
            if here.get(name) != there
        )


def differences(recorded: dict[str, Digests], found: dict[str, Digests]) -> list[str]:
    """What of the runs in `found` is not as recorded: "run: part, part"."""
    lines = []
    for name, digests in found.items():
        before = recorded.get(name, {})
        parts = [part for part in sorted({*before, *digests}) if before.get(part) != digests.get(part)]
        if parts:
            lines.append(f"{name}: {', '.join(parts)}" if before else f"{name}: not recorded")
    return lines


def of_whole(digests: Digests) -> str:
    """One short digest for the eye."""
    return of_parts(f"{part} {digest}".encode() for part, digest in sorted(digests.items()))[:16]
