"""Workshops on disk, so that none is lost with its server: setting, teams and tree of each, written after every branch.

A file holds the tree as `run.tree_file` has it, and beside it the series as plain arrays: of the largest tree they are
written in hundredths of a second, where JSON takes half of one and stops all pages meanwhile. The oldest files go when
there are more than `MOST`, or all take more than `MAX_BYTES`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sanfang.dashboard.workshop.entrance import Entrance
from sanfang.dashboard.workshop.setting import Setting
from sanfang.model.code_folder import LastingFolder
from sanfang.run.series import MEASURES
from sanfang.run.tree import Tree
from sanfang.run.tree_file import from_json, to_dict
from sanfang.scenario.errors import InputError

VARIABLE = "SANFANG_WORKSHOPS"
"""The variable that names another folder than `workshops` beside the compiled code."""

MOST, MAX_BYTES = 40, 300_000_000
FORMAT = 1
ABOUT = "about"
"""The array of a file that holds everything but the series."""

SUFFIX = ".workshop"
ID = re.compile(r"[0-9a-f]{16}")

FOLDER = LastingFolder("workshops", VARIABLE, "Workshops", "they are lost when this server ends")


@dataclass(frozen=True)
class Snapshot:
    """All of a workshop that is kept, at one moment. Its arrays are copies."""

    about: Mapping[str, Any]
    series: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class KeptWorkshop:
    """A workshop as it was kept. `begun`: the minute in which it was opened; `teams`: number and name; `branches`: how
    many there are besides the trunk; `locked` and `removed`: its door (`Entrance.door`)."""

    id: str
    begun: str
    setting: Setting
    teams: tuple[tuple[int, str], ...]
    branches: int
    locked: bool = False
    removed: tuple[str, ...] = ()

    def tree(self) -> Tree:
        """Its tree, with all series. Raises InputError where that is none, or of a scenario that is another one now."""
        with _file(self.id) as (about, series):
            for branch in about["tree"]["branches"]:
                if str(branch["id"]) in series.files:
                    rows = map(_plain, series[str(branch["id"])].tolist())
                    branch["series"] = dict(zip(about["measures"], rows, strict=True))
        return from_json(json.dumps(about["tree"]), self.setting.tree().scenario)


def now() -> str:
    """The minute, as it is kept and shown."""
    return f"{dt.datetime.now():%Y-%m-%d %H:%M}"


def snapshot(begun: str, setting: Setting, entrance: Entrance, tree: Tree) -> Snapshot:
    """What is to be written of a workshop. Who calls sees to it that nothing changes meanwhile."""
    locked, removed = entrance.door
    about = {
        "format": FORMAT, "begun": begun, "setting": asdict(setting), "measures": list(MEASURES),
        "teams": [(team.number, team.name) for team in entrance.teams], "locked": locked, "removed": removed,
        "tree": to_dict(tree, with_series=False),
    }  # fmt: skip
    played = {str(one.id): one.kept.series for one in tree.branches if one.kept is not None}
    return Snapshot(about, {id_: np.stack([series[name] for name in MEASURES]) for id_, series in played.items()})


def write(id_: str, what: Snapshot) -> None:
    """Keep a workshop, in place of what was kept of it. The file comes into place whole."""
    if FOLDER.path is None:
        return
    file = io.BytesIO()
    about = np.frombuffer(json.dumps(what.about).encode(), np.uint8)
    np.savez(file, allow_pickle=False, **what.series, **{ABOUT: about})
    FOLDER.write(f"{id_}{SUFFIX}", file.getvalue())
    _make_room()


def read(id_: str) -> KeptWorkshop:
    """The workshop that is kept under this name. Raises InputError where there is none that can be read."""
    with _file(id_) as (about, _):
        teams = tuple((int(number), str(name)) for number, name in about["teams"])
        count = len(about["tree"]["branches"]) - 1
        removed = tuple(bytes.fromhex(one).hex() for one in about.get("removed", ()))
        begun, setting = str(about["begun"]), Setting(**about["setting"])
        return KeptWorkshop(id_, begun, setting, teams, count, bool(about.get("locked")), removed)


@contextlib.contextmanager
def _file(id_: str) -> Iterator[tuple[Any, Any]]:
    """What a file holds besides the series, and the series by branch. Raises InputError, from within the block too."""
    content = FOLDER.read(f"{id_}{SUFFIX}") if ID.fullmatch(id_) else None
    if content is None:
        raise InputError("this workshop is not kept any more")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            yield json.loads(file[ABOUT].tobytes()), file
    except InputError:
        raise
    except Exception as problem:  # whatever a file of another version makes of those who read it
        raise InputError(f"this workshop cannot be read: {type(problem).__name__}") from None


def _plain(row: list[float]) -> list[float | None]:
    return [None if value != value else value for value in row]


def all_kept(wanted: Callable[[str], bool]) -> Iterator[KeptWorkshop]:
    """Those that can be read and are `wanted` by their ids, the one that was written last first. No other is read."""
    for _, _, file in _files():
        id_ = file.name.removesuffix(SUFFIX)
        if wanted(id_):
            with contextlib.suppress(InputError):
                yield read(id_)


def _files() -> list[tuple[float, int, Path]]:
    """When they were written, their sizes, and the files, the newest first."""
    found = []
    for file in FOLDER.path.glob(f"*{SUFFIX}") if FOLDER.path is not None else ():
        with contextlib.suppress(OSError):
            if ID.fullmatch(file.name.removesuffix(SUFFIX)):
                found.append((file.lstat().st_mtime, file.lstat().st_size, file))
    return sorted(found, reverse=True)


def _make_room() -> None:
    total = 0
    for place, (_, size, file) in enumerate(_files()):
        total += size
        if place >= MOST or (place and total > MAX_BYTES):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
