"""Reading TOML documents and laying them over one another, with the origin of every value.

Declared defaults < district file < scenario and what it extends < settings. Tables are merged key by
key; numbers, words, lists and dates replace what was there. In a chain of `extends` every file is
applied once, after all that it extends: a file that two others build on does not undo the first
of them when the second is applied.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanfang.scenario.content import Source, find_district, find_scenario
from sanfang.scenario.errors import InputError

Document = dict[str, Any]

ABOUT = ("name", "label_en", "label_zh", "description", "description_zh")
"""What a scenario says about itself; never inherited through `extends`."""

DEFAULT_DISTRICT = "licang"
SETTING = "--set"


@dataclass
class Reading:
    """A merged document, where each of its values came from, and the files read."""

    document: Document = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    def lay_over(self, document: Mapping[str, Any], origin: str) -> None:
        """Merge `document` over what is there; its values come from `origin`."""
        self.document = _merged(self.document, document, "", origin, self.origins)

    def forget(self, keys: Sequence[str]) -> None:
        """Drop top-level keys."""
        for key in keys:
            self.document.pop(key, None)
            self.origins.pop(key, None)

    @property
    def is_placed(self) -> bool:
        """Whether the document holds a district of its own: it then gives the district's name."""
        district = self.document.get("district")
        return isinstance(district, Mapping) and "name" in district


# --- Scenarios and districts ------------------------------------------------------------------------


def read_scenario(name: str | Path, district: str | Path | None = None) -> Reading:
    """The scenario `name` on `district` (default: the one it holds, else Licang). Raises `InputError`."""
    source = find_scenario(name)
    chain = read_chain(source)
    if "name" not in chain.document:
        chain.lay_over({"name": source.path.stem}, source.label)
    return _placed(chain, source.label, DEFAULT_DISTRICT if district is None and not chain.is_placed else district)


def read_document(document: Mapping[str, Any], district: str | Path | None, origin: str) -> Reading:
    """A scenario given as a mapping; `extends` in it is relative to the current directory."""
    if not isinstance(document, Mapping):
        raise InputError(f"{origin}: must be a mapping of keys, not {type(document).__name__}")
    source = Source(Path.cwd() / origin, origin)
    return _placed(_chained(source, dict(document)), origin, district)


def read_chain(source: Source) -> Reading:
    """A file laid over everything that it extends."""
    return _chained(source, read_toml(source))


def _placed(chain: Reading, label: str, district: str | Path | None) -> Reading:
    if district is None:
        return chain
    place = find_district(district)
    if chain.is_placed:
        if place.path.resolve() in [path.resolve() for path in chain.files]:
            return chain
        held = chain.document["district"]["name"]
        raise InputError(f"{label}: holds the district {held!r} and cannot be put on another, {place.label}")
    reading = read_chain(place)
    for key in ("policy", "policy_by_community"):
        if key in reading.document:
            raise InputError(f"{place.label}: {key}: a district sets no policy; give the file as the scenario")
    if not reading.is_placed:
        raise InputError(f"{place.label}: is not a district: it gives no district.name")
    reading.forget(ABOUT)
    reading.document = _merged(reading.document, chain.document, "", chain.origins, reading.origins)
    reading.files += chain.files
    return reading


# --- extends ----------------------------------------------------------------------------------------


def _chained(source: Source, document: Document) -> Reading:
    reading = Reading()
    _apply(source, document, [source], reading)
    return reading


def _apply(source: Source, document: Document, chain: list[Source], reading: Reading) -> None:
    """Lay what `document` extends over `reading`, then `document` itself."""
    for name in _extended(source, document):
        base = find_scenario(name, beside=source)
        if base.path.resolve() in [above.path.resolve() for above in chain]:
            shown = " -> ".join(above.label for above in [*chain, base])
            raise InputError(f"{source.label}: extends = {name!r}: runs in a circle: {shown}")
        if base.path.resolve() not in [path.resolve() for path in reading.files]:
            _apply(base, read_toml(base), [*chain, base], reading)
    reading.forget(ABOUT)
    reading.lay_over({key: value for key, value in document.items() if key != "extends"}, source.label)
    reading.files.append(source.path)


def _extended(source: Source, document: Document) -> list[str]:
    value = document.get("extends", [])
    listed = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(name, str) and name.strip() for name in listed):
        raise InputError(f"{source.label}: extends = {value!r}: must be a name, a path, or a list of them")
    return list(listed)


# --- Merging ----------------------------------------------------------------------------------------


def _merged(
    base: Document, over: Mapping[str, Any], prefix: str, origin: str | dict[str, str], origins: dict[str, str]
) -> Document:
    """`over` merged over `base`. `origin` is the origin of all that is in `over`, or one by dotted path."""
    result = dict(base)
    for key, value in over.items():
        path = f"{prefix}{key}"
        label = origin if isinstance(origin, str) else origin.get(path, "")
        if not isinstance(key, str):
            raise InputError(f"{label}: {path}: a key must be text")
        below = result.get(key)
        if isinstance(value, Mapping) and value:
            result[key] = _merged(below if isinstance(below, dict) else {}, value, f"{path}.", origin, origins)
            origins.pop(path, None)
        elif not (isinstance(value, Mapping) and isinstance(below, dict)):
            result[key] = {} if isinstance(value, Mapping) else value
            for known in [known for known in origins if known.startswith(f"{path}.")]:
                del origins[known]
            origins[path] = label
    return result


def nested(changes: Mapping[str, Any]) -> Document:
    """Dotted paths as a nested document: ``{"policy.authority": 1}`` is ``{"policy": {"authority": 1}}``."""
    document: Document = {}
    for path, value in changes.items():
        parts = path.split(".") if isinstance(path, str) else []
        if not parts or not all(part.strip() for part in parts):
            raise InputError(f"{path!r}: is not a dotted path such as policy.authority")
        for part in reversed(parts):
            value = {part: value}
        document = _merged(document, value, "", "", {})
    return document


# --- Files and settings -----------------------------------------------------------------------------


def read_toml(source: Source) -> Document:
    """The document in a TOML file. Raises `InputError` if it cannot be read, is no TOML, or is empty."""
    try:
        text = source.path.read_bytes().decode("utf-8-sig")  # editors on Windows put a mark in front
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{source.label}: line {line} is not UTF-8 text; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source.label}: is not TOML: {error}") from None
    except RecursionError:
        raise InputError(f"{source.label}: is nested too deeply") from None
    except OSError as error:
        raise InputError(f"{source.label}: cannot be read: {error.strerror}") from None
    if not document:
        raise InputError(f"{source.label}: is empty; a scenario sets at least one key, such as extends")
    return document


def parse_settings(settings: Sequence[str]) -> Document:
    """The nested document that ``--set`` texts such as ``policy.authority=0.5`` give, the last one winning."""
    changes: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = (part.strip() for part in setting.partition("="))
        if not equals or not path or not all(part.strip() for part in path.split(".")):
            raise InputError(f"{SETTING} {setting}: must look like policy.authority=0.5")
        changes.pop(path, None)
        changes[path] = _setting_value(setting, text)
    return nested(changes)


def _setting_value(setting: str, text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        parsed = {}
    if list(parsed) == ["value"]:
        return parsed["value"]
    if re.fullmatch(r"[^\W\d][\w-]*", text):  # a word needs no quotes
        return text
    raise InputError(f'{SETTING} {setting}: the value must be a number such as 0.5, a word, "text", or a [list]')
