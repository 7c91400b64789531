"""What a mutant is, and the lists of them: `*.toml` in this folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCES = Path("sim") / "sanfang"


@dataclass(frozen=True)
class Mutant:
    """One wrong place: `old` stands once in `file` and becomes `new`; `wrong` says what is wrong with it then.

    `caught_by` names the test that must fail: a file of `tests/`, or a test in it.
    """

    wrong: str
    file: str
    old: str
    new: str
    caught_by: str
    group: str

    def applied(self, text: str) -> str:
        """The text of its file with the wrong place in it. ValueError where the place is not found, or twice."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.wrong}: {self.old!r} stands {text.count(self.old)} times in {self.file}, not once")
        return text.replace(self.old, self.new)


def all_mutants() -> list[Mutant]:
    """All of them, in the order of the lists."""
    return [
        Mutant(**entry, group=path.stem)
        for path in sorted(HERE.glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["mutant"]
    ]
