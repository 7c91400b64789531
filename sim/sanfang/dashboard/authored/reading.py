"""Files of lessons and scripts: found by name, read once for each state of the files, and what is wrong told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sanfang.dashboard.authored.tables import Bilingual, Table
from sanfang.scenario import content
from sanfang.scenario.content import Source, label_of
from sanfang.scenario.errors import InputError, nearest, while_reading
from sanfang.scenario.telling import in_words
from sanfang.scenario.toml import read_toml


@dataclass(frozen=True)
class Shelf[Found: Table]:
    """The files of one kind: `below` is their folder in `scenarios/`, `kind` their name in messages, `read` gives what
    one holds, checked, or raises InputError."""

    below: str
    kind: str
    read: Callable[[Path], Found]

    def names(self) -> list[str]:
        """Names of all files."""
        return content.names(below=self.below)

    def load(self, name: str) -> Found:
        """What the file called `name` holds, checked. Raises InputError, which names file and key."""
        if name not in self.names():
            raise InputError(f"{name[:40]}: no such {self.kind}{nearest(name, self.names())}")
        paths = (folder / self.below / f"{name}.toml" for folder in content.folders())
        found = _read_once(self, next(path for path in paths if path.is_file()), _state_of_files(self.below))
        if isinstance(found, str):
            raise InputError(found)
        return found  # type: ignore[return-value]  # a cache knows no type of its shelf

    def load_all(self) -> tuple[dict[str, Found], list[str]]:
        """All that can be used, in the order that they give, and what is wrong with the others."""
        there: dict[str, Found] = {}
        problems: list[str] = []
        for name in self.names():
            try:
                there[name] = self.load(name)
            except InputError as error:
                problems.append(str(error))
        return dict(sorted(there.items(), key=lambda item: (getattr(item[1], "order", 0), item[0]))), problems


def _state_of_files(below: str) -> tuple[tuple[str, int], ...]:
    """Changes when such a file, a scenario or a district is edited."""
    parts = (".", content.DISTRICTS, below)
    files = [path for folder in content.folders() for part in parts for path in sorted((folder / part).glob("*.toml"))]
    return tuple((str(path), path.stat().st_mtime_ns) for path in files if path.is_file())


@lru_cache(maxsize=128)
def _read_once(shelf: Shelf[Any], path: Path, state: tuple[tuple[str, int], ...]) -> Table | str:
    """What it holds, or what is wrong with it: checking all its scenarios takes a fifth of a second."""
    try:
        found: Table = shelf.read(path)
    except InputError as error:
        return str(error)
    return found


def validated[Found: Table](path: Path, table: type[Found], tables: Mapping[str, type[Table]]) -> tuple[Found, str]:
    """What a file holds, and how messages call it. `tables` are those within it by key, for hints at misspelt keys.

    Raises InputError.
    """
    source = Source(path, label_of(path))
    document = read_toml(source)
    with while_reading(source.label):
        try:
            return table.model_validate(document), source.label
        except ValidationError as error:
            raise InputError(f"{source.label}: {_complaints(error, table, tables)}") from None


def _complaints(error: ValidationError, table: type[Table], tables: Mapping[str, type[Table]]) -> str:
    """The first problems of a file in words: key, value, what is allowed."""
    problems = error.errors(include_url=False)
    sentence = "; ".join(_complaint(problem, table, tables) for problem in problems[:3])
    return sentence + (f" (and {len(problems) - 3} more)" if len(problems) > 3 else "")


def _complaint(problem: ErrorDetails, table: type[Table], tables: Mapping[str, type[Table]]) -> str:
    path, message = problem["loc"], problem["msg"].removeprefix("Value error, ")
    # Tables of a list are counted from one, as an author counts them.
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in path)
    if problem["type"] == "extra_forbidden":
        message = f"unknown key{_near_key(path, table, tables)}"
    elif problem["type"] == "missing":
        message = "is missing"
    value = problem["input"]
    shown = f" = {in_words(value)}" if isinstance(value, str | int | float) and problem["type"] != "missing" else ""
    return f"{where}{shown}: {message}" if where else message


def _near_key(path: tuple[int | str, ...], table: type[Table], tables: Mapping[str, type[Table]]) -> str:
    """A hint for a misspelt key."""
    above = next((part for part in reversed(path[:-1]) if isinstance(part, str)), None)
    inner = table if above is None else tables.get(above, Bilingual)
    return nearest(str(path[-1]), [field.alias or name for name, field in inner.model_fields.items()])
