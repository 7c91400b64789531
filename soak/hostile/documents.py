"""Files of the repository made wrong: as documents (values, keys, tables) and as bytes."""

from __future__ import annotations

import datetime as dt
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sanfang.scenario.catalogue import ANY, Parameter, parameters
from soak.hostile import nasty
from soak.hostile.nasty import Raw

ROOT = Path(__file__).resolve().parents[2]

Document = dict[str, Any]

MAX_PATH_LENGTH = 20_000
"""Characters of the header of a table within a table: a long key with many tables below it makes gigabytes."""


@cache
def texts(pattern: str) -> tuple[str, ...]:
    """The contents of all files of the repository that fit, such as ``scenarios/*.toml``, in the order of names."""
    return tuple(path.read_text("utf-8") for path in sorted(ROOT.glob(pattern)))


# --- Writing TOML, right or wrong --------------------------------------------------------------------------


def toml(document: Document) -> str:
    """The document as TOML; what cannot be written in TOML is written as it would be if it could."""
    lines: list[str] = []
    _write(document, "", lines)
    return "\n".join(lines) + "\n"


def _write(table: Document, above: str, lines: list[str]) -> None:
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    lines += [f"{_key(key)} = {_inline(value)}" for key, value in table.items() if key not in tables]
    for key, value in tables.items():
        path = f"{above}.{_key(key)}"[:MAX_PATH_LENGTH] if above else _key(key)
        lines += ["", f"[{path}]"]
        _write(value, path, lines)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) or isinstance(key, Raw) else _inline(key)


def _inline(value: Any) -> str:
    if isinstance(value, Raw):
        return value
    if isinstance(value, str):
        return '"' + "".join(_character(one) for one in value) + '"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)} = {_inline(item)}' for key, item in value.items())}}}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else repr(value)


def _character(one: str) -> str:
    code = ord(one)
    if one in '"\\':
        return f"\\{one}"
    escaped = code < 32 or code == 127 or 0xD800 <= code <= 0xDFFF
    return f"\\u{code:04x}" if escaped else one


# --- Another document ----------------------------------------------------------------------------------------


def tables(document: Document) -> list[Document]:
    """The document and all tables in it, also those in lists."""
    found, waiting = [], [document]
    while waiting:
        table = waiting.pop()
        found.append(table)
        for value in table.values():
            waiting += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    return found


def _place(rng: random.Random, document: Document) -> tuple[Document, str]:
    """Some table, and one of its keys."""
    if not document:
        document["name"] = "x"
    table = rng.choice([table for table in tables(document) if table])
    return table, rng.choice(list(table))


def change_value(rng: random.Random, document: Document) -> None:
    table, key = _place(rng, document)
    table[key] = nasty.value(rng)


def change_item(rng: random.Random, document: Document) -> None:
    """In a list if there is one."""
    lists = [value for table in tables(document) for value in table.values() if isinstance(value, list) and value]
    if not lists:
        return change_value(rng, document)
    chosen = rng.choice(lists)
    chosen[rng.randrange(len(chosen))] = nasty.value(rng)


def rename_key(rng: random.Random, document: Document) -> None:
    table, key = _place(rng, document)
    value = table.pop(key)
    table[rng.choice((key[:-1], key.upper(), f"{key} ", f"{key}.{key}", nasty.text(rng)))] = value


def drop_key(rng: random.Random, document: Document) -> None:
    table, key = _place(rng, document)
    del table[key]


def move_key(rng: random.Random, document: Document) -> None:
    table, key = _place(rng, document)
    value = table.pop(key)
    rng.choice(tables(document))[key] = value


def add_key(rng: random.Random, document: Document) -> None:
    rng.choice(tables(document))[nasty.text(rng)] = nasty.value(rng)


def wrap_value(rng: random.Random, document: Document) -> None:
    table, key = _place(rng, document)
    table[key] = [table[key]] if rng.random() < 0.5 else {key: table[key]}


def swap_values(rng: random.Random, document: Document) -> None:
    (one, key), (other, name) = _place(rng, document), _place(rng, document)
    if not isinstance(one[key], dict | list) and not isinstance(other[name], dict | list):  # no table within itself
        one[key], other[name] = other[name], one[key]


def go_deep(rng: random.Random, document: Document) -> None:
    """A header with a path of very many parts."""
    part = rng.choice(("a", "policy", "domains"))
    document[Raw(".".join([part] * rng.choice((5, 50, 500, 5_000, 20_000))))] = {"a": 1}


def go_wide(rng: random.Random, document: Document) -> None:
    rng.choice(tables(document))["many"] = nasty.many(rng)


def set_parameter(rng: random.Random, document: Document) -> None:
    """A declared parameter at an end of its range, just outside, or at something else altogether."""
    parameter = rng.choice(_parameters())
    path = [rng.choice(_names(document, parameter, rng)) if part == ANY else part for part in parameter.path.split(".")]
    table = document
    for part in path[:-1]:
        below = table.setdefault(part, {})
        if not isinstance(below, dict):
            return
        table = below
    table[path[-1]] = _setting(rng, parameter)


@cache
def _parameters() -> tuple[Parameter, ...]:
    return tuple(one for one in parameters() if one.section)


def _names(document: Document, parameter: Parameter, rng: random.Random) -> list[str]:
    held = document.get(parameter.path.split(".")[0])
    if isinstance(held, dict) and held:
        return list(held)
    return ["c001", "c999", "care", nasty.text(rng)]


def _setting(rng: random.Random, parameter: Parameter) -> Any:
    if parameter.ge is not None and parameter.le is not None and rng.random() < 0.8:
        ends = [parameter.ge, parameter.le, rng.uniform(parameter.ge, parameter.le)]
        ends += [parameter.ge - 1, parameter.le + 1] if rng.random() < 0.2 else []
        value = rng.choice(ends)
        if parameter.kind == "lever" and rng.random() < 0.3:
            return [[rng.choice((0, 1, 5, 3_650, 10**9)), value] for _ in range(rng.randint(1, 3))]
        return round(value) if parameter.kind == "whole number" else value
    if parameter.choices and rng.random() < 0.7:
        return rng.choice(parameter.choices)
    return nasty.value(rng)


CHANGES: tuple[Callable[[random.Random, Document], None], ...] = (
    change_value, change_value, change_value, change_item, rename_key, drop_key, move_key, add_key, wrap_value,
    swap_values,
)  # fmt: skip
EXTREMES = (go_deep, go_wide)


def changed(rng: random.Random, text: str, *more: Callable[[random.Random, Document], None]) -> Document:
    """The document in `text` with up to six changes; `more` are those that the kind of file adds to the usual ones."""
    return changed_document(rng, tomllib.loads(text), *more)


def changed_document(
    rng: random.Random, document: Document, *more: Callable[[random.Random, Document], None]
) -> Document:
    """The same document, changed as by `changed`. A third has one change only, of those that the kind of file adds."""
    if more and rng.random() < 0.35:
        rng.choice(more)(rng, document)
        return document
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 6))):
        kinds = EXTREMES if rng.random() < 0.02 else more if more and rng.random() < 0.5 else CHANGES
        rng.choice(kinds)(rng, document)
    return document


# --- Other bytes -----------------------------------------------------------------------------------------------


def encoded(rng: random.Random, text: str) -> bytes:
    """The text as a file, which is mostly as it should be."""
    data = text.encode("utf-8", "surrogatepass")
    return rng.choice(DAMAGE)(rng, data) if rng.random() < 0.15 else data


def _flip(rng: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 1, 5, 100)) if data else 0):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _lines(data: bytes) -> Iterator[int]:
    yield 0
    yield from (place + 1 for place, byte in enumerate(data) if byte == 10)


def _insert(rng: random.Random, data: bytes) -> bytes:
    place = rng.choice(list(_lines(data)))
    new = rng.choice(
        (b"\0", b"\xff", b"\xed\xa0\x80", b"\x1b[2J", b"\r", b"[[", b"]]", b'"""', b"a.a = 1\n", b"#" * 10**6)
    )
    return data[:place] + new + data[place:]


def _repeat_line(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return data + rng.choice(lines) if lines else data


def _as_encoded(rng: random.Random, data: bytes) -> bytes:
    encoding = rng.choice(("utf-16", "utf-32", "gb18030", "utf-8-sig", "utf-7"))
    return data.decode("utf-8", "replace").encode(encoding, "replace")


DAMAGE: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip,
    _insert,
    _repeat_line,
    _as_encoded,
    lambda rng, data: data[: rng.randrange(len(data) + 1)],
    lambda rng, data: data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b" "))),
    lambda rng, data: rng.choice((b"", b"\n", b"\0" * 100, b"#", b"\xef\xbb\xbf", data * 2)),
)
