"""Reading TOML documents and laying them over one another, with the origin of every value.

Declared defaults < district file < scenario and what it extends < settings. Tables are merged key by
key; numbers, words, lists and dates replace what was there. `false` takes out a domain, a department, or a community's
own policy. In a chain of `extends` every file is
applied once, after all that it extends: a file that two others build on does not undo the first
of them when the second is applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanfang.scenario.content import Source, find_district, find_scenario
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.files import read_text
from sanfang.scenario.sources import parted
from sanfang.scenario.telling import in_words, listed, printable, shortened
from sanfang.scenario.toml import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_KEY_LENGTH,
    Document,
    NotToml,
    check_size,
    document_in,
    parse,
)

ABOUT = ("name", "label_en", "label_zh", "description", "description_zh")
"""What a scenario says about itself; never inherited through `extends`."""

NAMED = ("domains", "departments", "policy_by_community")
"""Tables whose keys a file chooses; `false` in the place of such an entry takes it out."""

DEFAULT_DISTRICT = "licang"
SETTING = "--set"

MAX_FILES = 50
"""Names that all `extends` of a chain may have together."""

MAX_SETTINGS = 1_000


@dataclass
class Reading:
    """A merged document, where each of its values came from, the files read, without links, and notes on them.

    The document is its own: nobody else holds any table of it. `sources` has what is given as the source of a value,
    by dotted path, empty if nothing is.
    """

    document: Document = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken_out: set[str] = field(default_factory=set)

    def lay_over(self, document: Mapping[str, Any], origin: str) -> None:
        """Merge `document`, which may give sources beside values, over what is there; its values come from `origin`.

        Raises `InputError` for entries that are empty, or that were taken out.
        """
        plain, sources = parted(document, origin)
        self._lay_over(plain, origin, sources)

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
            found = self.document.get(table)
            entries = found if isinstance(found, dict) else {}
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


# --- Scenarios and districts ------------------------------------------------------------------------


def read_scenario(name: str | Path, district: str | Path | None = None) -> Reading:
    """The scenario `name` on `district` (default: the one it holds, else Licang). Raises `InputError`."""
    source = find_scenario(name)
    chain = _read_chain(source)
    if "name" not in chain.document:
        chain.lay_over({"name": printable(source.path.stem)}, source.label)
    return _placed(chain, source.label, DEFAULT_DISTRICT if district is None and not chain.is_placed else district)


def read_document(document: Mapping[str, Any], district: str | Path | None, origin: str) -> Reading:
    """A scenario given as a mapping; `extends` in it is relative to the current directory."""
    if not isinstance(document, Mapping):
        raise InputError(f"{origin}: must be a mapping of keys, not {type(document).__name__}")
    check_size(document, origin)
    return _placed(_Chain(MAX_BYTES).read(Source(Path.cwd() / origin, origin), document), origin, district)


def _read_chain(source: Source) -> Reading:
    """A file laid over everything that it extends."""
    chain = _Chain(MAX_BYTES)
    return chain.read(source, chain.document(source))


def _placed(chain: Reading, label: str, district: str | Path | None) -> Reading:
    if district is None:
        return chain
    place = find_district(district)
    if chain.is_placed:
        if place.real in chain.files and chain.origins.get("district.name") == place.label:
            return chain
        held = shortened(str(chain.document["district"]["name"]))
        raise InputError(f"{label}: holds the district {held!r} and cannot be put on another, {place.label}")
    reading = _read_chain(place)
    for key in ("policy", "policy_by_community"):
        if key in reading.document:
            raise InputError(f"{place.label}: {key}: a district sets no policy; give the file as the scenario")
    if not reading.is_placed:
        raise InputError(f"{place.label}: is not a district: it gives no district.name")
    reading.forget(ABOUT)
    reading.lay_reading_over(chain)
    return reading


# --- extends ----------------------------------------------------------------------------------------


class _Chain:
    """Lays files over one another, each after all that it extends, within `room` bytes for all of them."""

    def __init__(self, room: int) -> None:
        self._room, self._named = room, 0
        self._reading = Reading()

    def document(self, source: Source) -> Document:
        """What a file holds. Raises `InputError`, also if there is no room left for it."""
        text = read_text(source.path, source.label, self._room)
        self._room -= len(text.encode())
        return document_in(text, source.label)

    def read(self, source: Source, document: Mapping[str, Any]) -> Reading:
        """The document of `source` laid over all that it extends."""
        self._apply(source, document, [source])
        return self._reading

    def _apply(self, source: Source, document: Mapping[str, Any], above: list[Source]) -> None:
        """Lay what `document` extends over what is there, then `document` itself."""
        reading = self._reading
        for name in _extended(source, document):
            self._named += 1
            if self._named > MAX_FILES:
                raise InputError(f"{source.label}: extends: at most {MAX_FILES} files are read, one through the other")
            base = find_scenario(name, beside=source)
            if base.real in [one.real for one in above]:
                shown = " -> ".join(one.label for one in [*above, base])
                raise InputError(f"{source.label}: extends = {name!r}: runs in a circle: {shown}")
            if base.real not in reading.files:
                self._apply(base, self.document(base), [*above, base])
        reading.forget(ABOUT)
        reading.forget_label(document)
        reading.lay_over({key: value for key, value in document.items() if key != "extends"}, source.label)
        reading.files.append(source.real)
        if source.note:
            reading.notes.append(source.note)


def _extended(source: Source, document: Mapping[str, Any]) -> list[str]:
    value = document.get("extends", [])
    given = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(name, str) and name.strip() for name in given):
        raise InputError(f"{source.label}: extends = {in_words(value)}: must be a name, a path, or a list of them")
    return list(given)


# --- Merging ----------------------------------------------------------------------------------------


def _lay(
    base: Document, over: Mapping[str, Any], prefix: str, origin: str | Mapping[str, str], origins: dict[str, str]
) -> None:
    """Merge `over` into `base`, which changes. `origin` is the origin of all that is in `over`, or one by path."""
    for key, value in over.items():
        path = f"{prefix}{key}"
        label = origin if isinstance(origin, str) else origin.get(path, "")
        if not isinstance(key, str):
            raise InputError(f"{label}: {path}: a key must be text")
        below = base.get(key)
        if isinstance(value, Mapping) and (value or isinstance(below, dict)):
            if not isinstance(below, dict):
                base[key] = below = {}
            if value:
                origins.pop(path, None)
            _lay(below, value, f"{path}.", origin, origins)
            continue
        if isinstance(below, dict):
            for known in _paths(below):
                origins.pop(f"{path}.{known}", None)
        base[key] = {} if isinstance(value, Mapping) else value
        origins[path] = label


def _paths(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The dotted paths of all that lies in a table."""
    for key, value in table.items():
        yield f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{above}{key}.")


def nested(changes: Mapping[str, Any]) -> Document:
    """Dotted paths as a nested document: ``{"policy.authority": 1}`` is ``{"policy": {"authority": 1}}``."""
    check_size(list(changes.values()), "changes")
    document: Document = {}
    for path, value in changes.items():
        parts = path.split(".", MAX_DEPTH) if isinstance(path, str) else []
        if not parts or not all(part.strip() for part in parts) or len(parts) > MAX_DEPTH:
            raise InputError(f"{shortened(repr(path))}: is not a dotted path such as policy.authority")
        if max(map(len, parts)) > MAX_KEY_LENGTH:
            raise InputError(f"{shortened(repr(path))}: has a key of more than {MAX_KEY_LENGTH} characters")
        for part in reversed(parts):
            value = {part: value}
        _lay(document, value, "", "", {})
    return document


# --- Settings ---------------------------------------------------------------------------------------


def parse_settings(settings: Sequence[str]) -> Document:
    """The nested document that ``--set`` texts such as ``policy.authority=0.5`` give, the last one winning."""
    if len(settings) > MAX_SETTINGS:
        raise InputError(f"{SETTING}: is given {len(settings):,} times; write more than {MAX_SETTINGS:,} into a file")
    changes: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = (part.strip() for part in setting.partition("="))
        if not equals or not path or not all(part.strip() for part in path.split(".")):
            raise InputError(f"{SETTING} {shortened(setting)}: must look like policy.authority=0.5")
        changes.pop(path, None)
        changes[path] = _setting_value(f"{SETTING} {shortened(setting)}", text)
    return nested(changes)


def _setting_value(where: str, text: str) -> Any:
    if re.fullmatch(r"[^\W\d][\w-]*", text) and text not in ("true", "false", "inf", "nan"):
        return text  # a word needs no quotes
    try:
        parsed = parse(f"value = {text}", where)
    except NotToml:
        parsed = {}
    if list(parsed) == ["value"]:
        return parsed["value"]
    raise InputError(f'{where}: the value must be a number such as 0.5, a word, "text", or a [list]')
