"""JSON: an array of objects, one object a line, objects within others, GeoJSON, tables with headings apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sanfang.scenario.errors import InputError
from sanfang.tickets.encodings import encoding_of
from sanfang.tickets.sheet import MAX_COLUMNS, Columns, Format, Sheet, unique_names
from sanfang.tickets.text_files import Progress

MAX_BYTES = 600_000_000
MAX_DEPTH = 6
"""Levels of objects in objects that become columns of their own."""


def read_json_file(path: Path, where: str, wanted: Format | None, progress: Progress | None) -> Sheet:
    """The table in a JSON file. Raises `InputError` if it is none, or too large to be held in memory."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{where}: is larger than {MAX_BYTES / 1e6:.0f} MB; export it as CSV instead")
    encoding = (wanted and wanted.encoding) or encoding_of(path)[0]
    text = path.read_text(encoding, "replace").lstrip("\ufeff")
    kind, things = _things(text, where)
    del text
    doubts: list[tuple[str, dict[str, object]]] = []
    if kind == "geojson":
        things = [_properties(thing) for thing in things]
    flat = [dict(_flat(thing)) if isinstance(thing, dict) else None for thing in things]
    names = list(dict.fromkeys(name for one in flat if one for name in one))
    if not names:
        raise InputError(f"{where}: has no list of objects in which requests could be")
    if len(names) > MAX_COLUMNS:
        raise InputError(f"{where}: has more than {MAX_COLUMNS:,} different keys, so it is no table of requests")
    columns = Columns(len(names))
    lost = 0
    for place, one in enumerate(flat):
        if one is None:
            lost += 1
        else:
            columns.add([one.get(name, "") for name in names])
        if progress and place % Columns.CHUNK == 0:
            progress(place, len(flat))
    table = columns.table(unique_names(names))
    unread = columns.unread()
    return Sheet(table, Format(kind, encoding), {**unread, "broken": unread["broken"] + lost}, tuple(doubts))


def _things(text: str, where: str) -> tuple[str, list[Any]]:
    """What kind of JSON it is, and the longest list of objects in it."""
    try:
        document = _loads(text)
    except (ValueError, RecursionError):
        return "json-lines", _lines(text, where)
    if isinstance(document, dict) and isinstance(document.get("features"), list):
        return "geojson", document["features"]
    if isinstance(document, dict) and (rows := _socrata(document)):
        return "json", rows
    found = max(_lists(document), key=_objects, default=None)
    if found is None or not _objects(found):
        if isinstance(document, dict):
            return "json-lines", [document]
        raise InputError(f"{where}: has no list of objects in which requests could be")
    return "json", found


def _lines(text: str, where: str) -> list[Any]:
    """One thing a line; a line that is no JSON is None, and counted as broken."""
    found: list[Any] = []
    for line in text.splitlines():
        if line.strip():
            try:
                found.append(_loads(line.strip().rstrip(",")))
            except (ValueError, RecursionError):
                found.append(None)
    good = sum(isinstance(thing, dict) for thing in found)
    if 2 * good < len(found) or not good:
        raise InputError(f"{where}: is no JSON, neither as a whole nor line by line; the file may have been cut off")
    return found


def _loads(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None)


def _objects(things: list[Any]) -> int:
    return sum(isinstance(thing, dict) for thing in things)


def _lists(value: Any, depth: int = 0) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    elif isinstance(value, dict) and depth < MAX_DEPTH:
        for below in value.values():
            yield from _lists(below, depth + 1)


def _socrata(document: dict[str, Any]) -> list[Any]:
    """Rows as lists, their headings under `meta.view.columns` or `columns`."""
    columns: Any = document.get("columns") or document.get("fields")
    meta = document.get("meta")
    if not columns and isinstance(meta, dict) and isinstance(view := meta.get("view"), dict):
        columns = view.get("columns")
    rows = document.get("data") or document.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return []
    names = [str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in columns]
    return [dict(zip(names, row, strict=False)) if isinstance(row, list) else row for row in rows]


def _properties(feature: Any) -> Any:
    """What a feature of a map says of itself, without its position."""
    return feature.get("properties") if isinstance(feature, dict) else None


def _flat(value: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, below in value.items():
        name = _clean(f"{prefix}{key}")
        if isinstance(below, dict) and depth < MAX_DEPTH:
            yield from _flat(below, f"{name}.", depth + 1)
        elif isinstance(below, str):
            yield name, _clean(below)
        elif isinstance(below, bool):
            yield name, "true" if below else "false"
        elif isinstance(below, list):
            simple = [one for one in below if isinstance(one, str)]
            yield name, _clean(", ".join(islice(simple, 20)))
        elif below is not None:
            yield name, _clean(str(below))


def _clean(text: str) -> str:
    """Half characters, which JSON can hold, are no text."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
