"""What the Results page can open: sweeps and exported runs below `results/`, and the experiments.

Entries are found by listing these folders, never by a path that a visitor sends; a file that lies outside them, be it
behind a link, is not listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sanfang.lab.storage import faults
from sanfang.scenario.content import EXPERIMENTS, PACKAGE, folders

RESULTS = "results"
TABLES = ("runs.parquet", "runs.csv")
DEEPEST = 4  # folders below results/
MAX_FOLDERS = 2_000  # looked into


@dataclass(frozen=True)
class Openable:
    """Something to open: `id` is how addresses name it, `path` the store, the table of runs or the experiment's file,
    `root` the folder in which it was found."""

    id: str
    path: Path
    root: Path

    @property
    def is_experiment(self) -> bool:
        """Whether it is an experiment's file rather than its runs."""
        return self.path.suffix == ".toml"

    @property
    def collection(self) -> str:
        """`results`, `experiments`, or a folder of experiments such as `experiments/mechanisms`."""
        return self.id.rpartition("/")[0] if self.is_experiment else RESULTS

    @property
    def name(self) -> str:
        """Without the folder of the collection."""
        return self.id.removeprefix(f"{self.collection}/")


def looked_in() -> list[Path]:
    """The folders in which results are looked for, whether or not they are there."""
    return list(dict.fromkeys([Path.cwd() / RESULTS, PACKAGE.parents[1] / RESULTS]))


def listed() -> list[Openable]:
    """All that can be opened: results first, then experiments, by name. Of two with the same id the first root wins."""
    paths: dict[str, tuple[Path, Path]] = {}
    for root in folders(RESULTS):
        for path in _tables(root):
            paths.setdefault(f"{RESULTS}/{path.parent.relative_to(root).as_posix()}", (path, root))
    for root in folders(EXPERIMENTS):
        for path in sorted(root.rglob("*.toml")):
            if path.resolve().is_relative_to(root):
                name = path.relative_to(root).with_suffix("").as_posix()
                paths.setdefault(f"{EXPERIMENTS}/{name}", (path, root))
    return [Openable(id_, *paths[id_]) for id_ in sorted(paths, key=_order)]


def _order(id_: str) -> tuple[bool, int, str]:
    return not id_.startswith(f"{RESULTS}/"), id_.count("/"), id_


def _tables(root: Path) -> Iterator[Path]:
    """In each folder below `root` the store, or else the exported table of runs."""
    for number, (folder, below, files) in enumerate(os.walk(root, followlinks=False)):
        here = Path(folder)
        if number >= MAX_FOLDERS:
            return
        below[:] = sorted(name for name in below if not name.startswith("."))
        if len(here.relative_to(root).parts) >= DEEPEST:
            below.clear()
        name = next((name for name in (faults.STORE, *TABLES) if name in files), None)
        if name and here != root and (here / name).resolve().is_relative_to(root):
            yield here / name


def pick(entries: list[Openable], wanted: str) -> Openable | None:
    """The entry that an address names; addresses carry 80 characters."""
    return next((entry for entry in entries if wanted and entry.id[:80] == wanted[:80]), None)
