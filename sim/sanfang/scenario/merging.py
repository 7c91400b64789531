"""Laying TOML documents over one another, with the origin of every value.

Tables are merged key by key; numbers, words, lists and dates replace what was there. `false` takes out a domain, a
department, or a community's own policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.present import POLICY, OverPresent, means_present
from sanfang.scenario.sources import parted
from sanfang.scenario.telling import listed, shortened
from sanfang.scenario.toml import MAX_DEPTH, MAX_KEY_LENGTH, Document, check_size
from sanfang.scenario.years_before import YEARS_BEFORE

NAMED = ("domains", "departments", "policy_by_community")
"""Tables whose keys a file chooses; `false` in the place of such an entry takes it out."""


@dataclass
class Reading:
    """A merged document, where each of its values came from, the files read, without links, and notes on them.

    The document is its own: nobody else holds any table of it. `sources` has what is given as the source of a value,
    by dotted path, empty if nothing is. `dose` is how much of the way its levers go,
    as it was written; empty for all of it. `as_given` are the dotted paths that a dose leaves as they are.
    """

    document: Document = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken_out: set[str] = field(default_factory=set)
    dose: str = ""
    as_given: set[str] = field(default_factory=set)

    def lay_over(self, document: Mapping[str, Any], origin: str) -> None:
        """Merge the document of a file, which may give sources beside values, over what is there; its values come from
        `origin`. A policy in it is complete: the levers of the present one are no part of it.

        Raises `InputError` for entries that are empty, or that were taken out.
        """
        plain, sources = parted(document, origin)
        if isinstance(plain.get(POLICY), Mapping) and means_present(self.document.get(POLICY)):
            _forget(self.document, POLICY, self.origins)
        self._lay_over(plain, origin, sources)

    def change(self, changes: Mapping[str, Any], origin: str) -> None:
        """Merge changes of single values over what files say. Levers join a present policy, and a dose leaves them as
        they are. Raises `InputError` as `lay_over` does."""
        plain, sources = parted(changes, origin)
        self._lay_over(plain, origin, sources)
        self.as_given.update(_paths(plain))

    def lay_reading_over(self, other: Reading) -> None:
        """Merge what another has read over what is there, with its origins, sources, files and notes."""
        self._lay_over(other.document, other.origins, other.sources)
        self.files += other.files
        self.notes += other.notes
        self.taken_out |= other.taken_out

    def _lay_over(self, document: Document, origin: str | Mapping[str, str], sources: Mapping[str, str]) -> None:
        for path, below, value in self._entries(document):
            label = origin if isinstance(origin, str) else origin.get(path, "")
            if value is False and isinstance(below, Mapping):
                self.taken_out.add(path)
            elif below is False and value is not False:
                raise InputError(f"{label}: {path}: was taken out by {self.origins[path]} and cannot be changed after")
            elif below and isinstance(value, Mapping) and not value:
                raise InputError(f"{label}: {path} = {{}}: changes nothing; to take it out, write {path} = false")
        apart = document.get(YEARS_BEFORE)
        if isinstance(apart, Mapping):  # its keys may be dotted paths
            document = {**document, YEARS_BEFORE: nested(apart)}
        _lay(self.document, document, "", origin, self.origins)
        self.sources |= {path: sources.get(path, "") for path in _paths(document)}

    def _entries(self, document: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
        """Path, what is there, and what `document` gives, for each entry of the tables whose keys a file chooses."""
        for table in NAMED:
            there, given = self.document.get(table), document.get(table)
            if isinstance(given, Mapping) and not given and there:
                raise InputError(f"{table} = {{}}: changes nothing; to take an entry out, write {table}.NAME = false")
            for name, value in given.items() if isinstance(given, Mapping) else ():
                yield f"{table}.{name}", there.get(name) if isinstance(there, Mapping) else None, value

    def settle(self) -> None:
        """Leave out what was taken out. Raises `InputError` where there was nothing to take out."""
        for table in NAMED:
            held = self.document.get(table)
            entries = held if isinstance(held, dict) else {}
            for name in [key for key, value in entries.items() if value is False]:
                path = f"{table}.{name}"
                if path not in self.taken_out:
                    there = [key for key, value in entries.items() if value is not False]
                    none = f"there is none to take out{nearest(name, there)}; there are: {listed(there)}"
                    raise InputError(f"{self.origins[path]}: {path} = false: {none}")
                del entries[name], self.origins[path]

    def forget(self, keys: Sequence[str]) -> None:
        """Drop top-level keys."""
        for key in keys:
            self.document.pop(key, None)
            self.origins.pop(key, None)

    def forget_label(self, document: Mapping[str, Any]) -> None:
        """Drop the district's Chinese label where `document`, which comes next, gives the district another name."""
        there, given = self.document.get("district"), document.get("district")
        if isinstance(there, dict) and isinstance(given, Mapping) and "name" in given:
            there.pop("label_zh", None)
            self.origins.pop("district.label_zh", None)

    @property
    def is_placed(self) -> bool:
        """Whether the document holds a district of its own: it then gives the district's name."""
        district = self.document.get("district")
        return isinstance(district, Mapping) and "name" in district


def _lay(
    base: Document, over: Mapping[str, Any], prefix: str, origin: str | Mapping[str, str], origins: dict[str, str]
) -> None:
    """Merge `over` into `base`, which changes. `origin` is the origin of all that is in `over`, or one by path."""
    for key, value in over.items():
        path = f"{prefix}{key}"
        label = origin if isinstance(origin, str) else origin.get(path, "")
        if not isinstance(key, str):
            raise InputError(f"{label}: {path}: a key must be text")
        if path == POLICY and means_present(value):
            _forget(base, POLICY, origins)
            base[key], origins[path] = OverPresent(), label
            _lay(base[key], value if isinstance(value, Mapping) else {}, f"{path}.", origin, origins)
            continue
        below = base.get(key)
        if isinstance(value, Mapping) and (value or isinstance(below, dict)):
            if not isinstance(below, dict):
                base[key] = below = {}
            if value and not isinstance(below, OverPresent):
                origins.pop(path, None)
            _lay(below, value, f"{path}.", origin, origins)
            continue
        if isinstance(below, dict):
            _forget(base, key, origins, prefix)
        base[key] = {} if isinstance(value, Mapping) else value
        origins[path] = label


def _forget(base: Document, key: str, origins: dict[str, str], prefix: str = "") -> None:
    """Take out what `base` has at `key`, with the origins of it and of all below."""
    below = base.pop(key, None)
    origins.pop(f"{prefix}{key}", None)
    for known in _paths(below) if isinstance(below, dict) else ():
        origins.pop(f"{prefix}{key}.{known}", None)


def _paths(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The dotted paths of all that lies in a table."""
    for key, value in table.items():
        yield f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{above}{key}.")


def nested(changes: Mapping[str, Any]) -> Document:
    """Dotted paths as a nested document: ``{"policy.authority": 1}`` is ``{"policy": {"authority": 1}}``.

    The present policy comes first, so that levers set beside it join it in whatever order they are written.
    """
    check_size(list(changes.values()), "changes")
    document: Document = {}
    for path, value in sorted(changes.items(), key=lambda item: not (item[0] == POLICY and means_present(item[1]))):
        parts = path.split(".", MAX_DEPTH) if isinstance(path, str) else []
        if not parts or not all(part.strip() for part in parts) or len(parts) > MAX_DEPTH:
            raise InputError(f"{shortened(repr(path))}: is not a dotted path such as policy.authority")
        if max(map(len, parts)) > MAX_KEY_LENGTH:
            raise InputError(f"{shortened(repr(path))}: has a key of more than {MAX_KEY_LENGTH} characters")
        for part in reversed(parts):
            value = {part: value}
        _lay(document, value, "", "", {})
    return document
