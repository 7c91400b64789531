"""Exports of requests: tables in any format and encoding, cells as nobody should write them, bytes damaged."""

# ruff: noqa: E501  what is wrong with files is one list each
from __future__ import annotations

import csv
import io
import json
import random

from soak.hostile import nasty
from soak.hostile.case import Case

HEADINGS = (
    "受理时间", "办结时间", "立案日期", "立案時間", "工单编号", "诉求类型", "承办单位", "满意度", "是否解决", "工单状态", "行政區", "地址",
    "Created Date", "Closed Date", "created_at", "status", "category", "id", "Due Date", "last_updated", "source", "star",
    "reassignment_count", "parent_id", "activity", "timestamp", "", " ", "x", "名称", "Ветер", "a" * 300, "2023-05-01",
    "\ufeffid", 'a"b', "a,b", "a;b", "a\nb", "\x00", "=1+1", "DUE", "event_time",
)  # fmt: skip
CELLS = (
    "2023-05-01 10:00:00", "2023/5/1", "01/05/2023", "13/05/2023 10:00", "113/05/01", "1130501", "20230501", "45000", "45000.5",
    "1700000000", "9999-12-31", "0001-01-01", "1900-01-00", "2023-02-30", "24:00", "60500", "上午10:00", "2023-05-01T00:00:00Z",
    "2023-05-01T00:00:00+25:00", "2023年5月1日", "Closed", "Open - Dup", "已办结", "办理中", "重复", "是", "否", "满意", "5", "-1", "1e308",
    "nan", "inf", "-inf", "1,5", "99999999999999999999999", "", " ", "　", "N/A", "NULL", "噪音扰民", "Pothole", "noise", "大安區某路1號",
    "青岛市李沧区某路", "\x00", "\x1b[2J", '"', "'", ",", ";", "\t", "\n", "\r", "a\r\nb", "\u202e", "é", "ก", "😀", "x" * 5000, "[/red]",
    "</style><script>", "[x]", "{x}", "%s", "\\", "12:61", "0.5", "٣٤٥", "²", "１２３",
)  # fmt: skip
REGISTERED = ("受理时间", "登记日期", "Created Date", "created_at", "通報日期")
DATES = ("2023-05-01 10:00:00", "2023-05-02 00:00:00", "2023-05-13 23:59:59", "2023-06-30 12:00:00")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "utf-32")
KINDS = ("csv", "csv", "csv", "tsv", "json", "lines", "geojson", "bytes")
MARKS = (b"", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"{", b"[", b"\xff\xfe", b"<html>", b"%PDF", b"\x1f\x8b")
NAME = "export.dat"


def generate(rng: random.Random) -> Case:
    files = {NAME: _damaged(rng, _content(rng))}
    given = ["import-requests", NAME, "--out", "out", "--lang", rng.choice(("en", "zh"))]
    if rng.random() < 0.2:
        files["map.toml"] = _mapping(rng).encode("utf-8", "replace")
        given += ["--map", "map.toml"]
    if rng.random() < 0.3:
        given.append("--json")
    return Case(files, tuple(given), rng.choice(nasty.ENCODINGS), fresh=rng.random() < 0.02)


def _cell(rng: random.Random) -> str:
    return rng.choice(CELLS) if rng.random() < 0.85 else nasty.text(rng)


def _content(rng: random.Random) -> bytes:
    kind = rng.choice(KINDS)
    if kind == "bytes":
        return rng.choice(MARKS) + rng.randbytes(rng.choice((0, 20, 3_000)))
    width = rng.choice((1, 2, 3, 5, 9, 60))
    head = [rng.choice(HEADINGS) if rng.random() < 0.9 else nasty.text(rng) for _ in range(width)]
    pools = [[_cell(rng) for _ in range(rng.choice((1, 2, 6)))] for _ in head]
    if rng.random() < 0.7:  # else most tables would have no date to know their requests by
        head[0] = rng.choice(REGISTERED)
        pools[0] = [*DATES, *pools[0][:1]]
    rows = [[rng.choice(pool) for pool in pools] for _ in range(rng.choice((0, 1, 3, 30, 400)))]
    for row in rows:
        if rng.random() < 0.05:
            row[:] = row[: rng.randrange(width + 1)] if rng.random() < 0.5 else [*row, _cell(rng)]
    return _written(rng, kind, head, rows).encode(rng.choice(ENCODINGS), "replace")


def _written(rng: random.Random, kind: str, head: list[str], rows: list[list[str]]) -> str:
    if kind in ("csv", "tsv"):
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter="\t" if kind == "tsv" else rng.choice(",;|"), quoting=rng.choice((0, 1)))
        for row in [head, *rows] if rng.random() < 0.9 else rows:
            writer.writerow(row)
        return rng.choice(("", "", "title\n\n", "sep=;\n")) + text.getvalue()
    objects = [dict(zip(head, row, strict=False)) for row in rows]
    if kind == "lines":
        return "\n".join(map(json.dumps, objects))
    if kind == "geojson":
        return json.dumps({"type": "FeatureCollection", "features": [{"properties": one} for one in objects]})
    return json.dumps(rng.choice((objects, {"data": {"rows": objects}}, [{"fields": one} for one in objects])))


def _damaged(rng: random.Random, content: bytes) -> bytes:
    """Often as it is; else cut off, changed, or with something put in."""
    for _ in range(rng.choice((0, 0, 1, 3))):
        place = rng.randrange(len(content) + 1)
        piece = rng.choice((b'"', b"\0\0", b"\r", b"\xff", rng.randbytes(3), content[place : place + 100]))
        content = (
            content[:place] if rng.random() < 0.2 else content[:place] + piece + content[place + rng.randrange(3) :]
        )
    return content


def _mapping(rng: random.Random) -> str:
    """A mapping that is right, nearly right, or of another file."""
    roles = ("created", "closed", "status", "category", "rating", "id", "earlier", "neighbourhood", "nothing")
    lines = ["[columns]"]
    lines += [f"{role} = {json.dumps(rng.choice(HEADINGS))}" for role in roles if rng.random() < 0.3]
    lines += (
        [f"[file]\nencoding = {json.dumps(rng.choice((*ENCODINGS, 'x', 'idna', 'hex')))}"] if rng.random() < 0.3 else []
    )
    lines += (
        [f"[zones]\nlocal = {json.dumps(rng.choice(('Asia/Shanghai', '../x', '', 'UTC', nasty.text(rng))))}"]
        if rng.random() < 0.3
        else []
    )
    return "\n".join(lines)
