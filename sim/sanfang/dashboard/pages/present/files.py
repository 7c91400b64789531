"""Scripts found and read, and where in a script a viewer is, as the address keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.authored.reading import Shelf, validated
from sanfang.dashboard.authored.tables import Bilingual, Place, Table
from sanfang.dashboard.pages.present.script import Scene, Script, Told
from sanfang.run.moves import with_moves
from sanfang.scenario.errors import InputError

SCRIPTS = "scripts"
"""The folder of scripts below `scenarios/`."""

TABLES: Mapping[str, type[Table]] = {"scenes": Scene, "place": Place, "told": Told, "title": Bilingual}


def read(path: Path) -> Script:
    """The script in a file, checked with all its moves. Raises InputError, which names file and key."""
    script, label = validated(path, Script, TABLES)
    for scene in script.scenes:
        try:
            with_moves(script.load(script.scenario), script.moves(scene))
        except InputError as error:
            raise InputError(f"{label}: {error}") from None
    return script


SHELF = Shelf(SCRIPTS, "script", read)
load, load_all = SHELF.load, SHELF.load_all


@dataclass(frozen=True)
class Spot:
    """Where a viewer is in a script: `at` is 0 before the first scene, then the number of a scene."""

    name: str
    script: Script
    at: int

    @property
    def scene(self) -> Scene | None:
        return self.script.scenes[self.at - 1] if self.at else None

    @property
    def begin(self) -> int:
        """Days played when it begins."""
        return self.script.begin(self.scene) if self.scene else 0

    @property
    def until(self) -> int:
        """Days played when it ends."""
        return self.script.end(self.scene) if self.scene else 0

    @property
    def last(self) -> bool:
        return self.at == len(self.script.scenes)

    def moved(self, by: int) -> Spot:
        """So many scenes further, within the script."""
        return replace(self, at=min(max(self.at + by, 0), len(self.script.scenes)))

    @property
    def key(self) -> str:
        """What the address keeps."""
        return f"{self.name}.{self.at}"

    def world(self) -> LinkedWorld:
        """The world of the scene, with the moves that were made up to its beginning and at it."""
        moves = self.script.moves(self.scene) if self.scene else ()
        return LinkedWorld.of(self.script.scenario, moves)

    def address(self, now: Address, day: int | None = None) -> Address:
        """Where the scene begins, or a later day of it; language and what pages keep are those of `now`."""
        where = self.script.place
        there = replace(now, district=where.district, size=where.size, seed=where.seed, start=where.start)
        begun = replace(there, days=where.days, day=self.begin if day is None else day, worlds=(self.world(),))
        return begun.with_other(script=self.key)

    def holds(self, now: Address) -> bool:
        """Whether an address is one of the scene."""
        wanted = self.address(now, now.day)
        same = (wanted.place, wanted.worlds[0]) == (now.place, now.worlds[0])
        return same and self.begin <= now.day <= self.until


def spot_of(other: Mapping[str, str], scripts: Mapping[str, Script]) -> Spot | None:
    """Where an address says that a viewer is; None if in no script."""
    name, _, at = other.get("script", "").partition(".")
    if name not in scripts:
        return None
    number = int(at) if at.isascii() and at.isdecimal() and len(at) < 4 else 0
    return Spot(name, scripts[name], min(number, len(scripts[name].scenes)))
