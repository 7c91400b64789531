"""Broken exports: headings, encodings and cells as nobody should write them, and what must hold of each."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from soak.hostile.exports import CELLS, DATES, ENCODINGS, HEADINGS, REGISTERED

from sanfang.scenario.errors import InputError
from sanfang.scenario.toml import parse
from sanfang.tickets.importing import files, import_requests
from sanfang.tickets.mapping import mapping_of

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Broken:
    """A file, and how many rows it has below its headings if nothing was done to its bytes."""

    content: bytes
    rows: int | None = None


cells = st.one_of(st.sampled_from(CELLS), st.text(max_size=12))
headings = st.one_of(st.sampled_from(HEADINGS), st.text(max_size=8))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Headings, and rows of which some are shorter or longer than they should be."""
    width = draw(st.integers(1, 8))
    head = draw(st.lists(headings, min_size=width, max_size=width))
    pools = [draw(st.lists(cells, min_size=1, max_size=4)) for _ in range(width)]
    if draw(st.booleans()):
        head[0] = draw(st.sampled_from(REGISTERED))
        pools[0] = [*DATES, *pools[0][:1]]
    rows = [
        [draw(st.sampled_from(pool)) for pool in pools][
            : draw(st.sampled_from((width, width, width, max(1, width - 1))))
        ]
        + draw(st.sampled_from(([], [], [], [""], ["x"])))
        for _ in range(draw(st.integers(0, 14)))
    ]
    return head, rows * draw(st.sampled_from((1, 1, 1, 8)))


@st.composite
def broken_files(draw: st.DrawFn) -> Broken:
    """A table in one of many forms, often with its bytes damaged."""
    head, rows = draw(tables())
    form = draw(st.sampled_from(("csv", "csv", "csv", "json", "lines", "geojson", "bytes")))
    encoding = draw(st.sampled_from(ENCODINGS))
    if form == "bytes":
        content = draw(
            st.sampled_from(
                (b"", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"{", b"[", b"\xff\xfe", b"<html>", b"%PDF")
            )
        )
        return Broken(content + draw(st.binary(max_size=200)))
    if form == "csv":
        text = io.StringIO(newline="")
        quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
        writer = csv.writer(
            text,
            delimiter=draw(st.sampled_from(DELIMITERS)),
            quoting=quoting,
            lineterminator=draw(st.sampled_from(("\n", "\r\n"))),
        )
        writer.writerow(head)
        writer.writerows(rows)
        written = text.getvalue()
    else:
        objects = [dict(zip(head, row, strict=False)) for row in rows]
        if draw(st.booleans()):
            objects = [{"fields": one} for one in objects]
        if form == "geojson":
            document: object = {"type": "FeatureCollection", "features": [{"properties": one} for one in objects]}
        else:
            document = draw(st.sampled_from((objects, {"data": {"rows": objects}})))
        written = (
            "\n".join(map(json.dumps, objects))
            if form == "lines"
            else json.dumps(document, ensure_ascii=draw(st.booleans()))
        )
    content = written.encode(encoding, "replace")
    if draw(st.booleans()):
        return Broken(content)
    return Broken(_damaged(draw, content))


def _damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes cut off, changed, put in or repeated."""
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(content) - 1)))
        how = draw(st.sampled_from(("cut", "change", "quote", "null", "repeat", "line", "head")))
        piece = {
            "change": draw(st.binary(max_size=3)),
            "quote": b'"',
            "null": b"\0\0",
            "line": b"\r",
            "repeat": content[place : place + 40],
        }
        if how == "cut":
            content = content[:place]
        elif how == "head":
            content = content[place:]
        else:
            content = content[:place] + piece[how] + content[place + (how == "change") :]
    return content


def check(case: Broken, path: Path) -> str:
    """Import a file: it is refused in one line, or every row is used or counted, and what is written can be read.

    Returns what became of it. Raises AssertionError, or whatever the reader lets through.
    """
    path.write_bytes(case.content)
    try:
        found = import_requests(path)
    except InputError as error:
        assert "cannot be understood (" not in str(error), error
        assert "\n" not in str(error)
        return "refused"
    for name, write in files(found).items():
        write(path.with_name(name))
        assert "\x1b" not in path.with_name(name).read_text("utf-8")
    for text in (path.with_name("mapping.toml").read_text("utf-8"), found.mapping_text("zh")):
        again = mapping_of(parse(text, "mapping"), "mapping")
        assert {role: again.columns[role] for role in found.guess.columns} == found.guess.columns
    report = found.report
    if report is None:
        return "no dates"
    total = json.loads(path.with_name("quality.json").read_text("utf-8"))
    assert total["used"] + sum(total["not_used"].values()) == total["rows"] == report.sheet.rows
    if found.tickets is None:
        return "no rows"
    table = found.tickets.table
    assert len(table) == report.used
    assert table["created"].notna().all() and table["created"].is_monotonic_increasing
    assert not (table["closed"] < table["created"]).any()
    assert table["duplicate_of"].between(-1, len(table) - 1).all()
    return "imported"
