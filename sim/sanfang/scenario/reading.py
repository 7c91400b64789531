"""Reading scenarios and districts, and laying all that a file extends under it.

Declared defaults < district file < scenario and what it extends < settings. How two documents are laid over one another
is in `merging`. In a chain of `extends` every file is applied once, after all that it extends: a file that two others
build on does not undo the first of them when the second is applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanfang.scenario.content import Source, find_district, find_scenario
from sanfang.scenario.errors import InputError
from sanfang.scenario.files import read_text
from sanfang.scenario.merging import Reading
from sanfang.scenario.telling import in_words, printable, shortened
from sanfang.scenario.toml import MAX_BYTES, Document, check_size, document_in

ABOUT = ("name", "label_en", "label_zh", "description", "description_zh")
"""What a scenario says about itself; never inherited through `extends`."""

DEFAULT_DISTRICT = "licang"

MAX_FILES = 50
"""Names that all `extends` of a chain may have together."""


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
    source = find_district(district)
    if chain.is_placed:
        if source.real in chain.files and chain.origins.get("district.name") == source.label:
            return chain
        held = shortened(str(chain.document["district"]["name"]))
        raise InputError(f"{label}: holds the district {held!r} and cannot be put on another, {source.label}")
    reading = _read_chain(source)
    for key in ("policy", "policy_by_community"):
        if key in reading.document:
            raise InputError(f"{source.label}: {key}: a district sets no policy; give the file as the scenario")
    if not reading.is_placed:
        raise InputError(f"{source.label}: is not a district: it gives no district.name")
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
            if base.real in [earlier.real for earlier in above]:
                shown = " -> ".join(earlier.label for earlier in [*above, base])
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
