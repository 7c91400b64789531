"""The encoding of a text is found over the whole file, though most Big5 and many a Latin-1 text is valid GB18030."""

from __future__ import annotations

from pathlib import Path

import pytest

from sanfang.tickets.encodings import encoding_of

SIMPLE = "工单编号,诉求内容,承办单位\n1,小区供暖不热，请尽快处理,住建局\n2,楼下噪音扰民，影响休息,城管局\n"
TRADITIONAL = "案件編號,陳情內容,承辦單位\n1,路燈故障，請儘速處理,工務局\n2,場所與設施噪音舉發,環境保護局\n"
LATIN = "id,bairro,tipo\n1,São Cristóvão,Remoção\n2,Méier,Iluminação Pública\n3,Köln,Straße\n"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (SIMPLE, "utf-8", "utf-8"),
        (SIMPLE, "utf-8-sig", "utf-8-sig"),
        (SIMPLE, "gb18030", "gb18030"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (TRADITIONAL, "utf-16", "utf-16"),
        (SIMPLE, "utf-16-le", "utf-16-le"),
        (SIMPLE, "utf-16-be", "utf-16-be"),
        (LATIN, "latin-1", "cp1252"),
        (LATIN, "utf-8", "utf-8"),
        ("id,type\n1,Pothole\n", "ascii", "utf-8"),
    ],
)
def test_a_text_is_read_as_it_was_written(text: str, encoding: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    assert encoding_of(path) == (found, 0)
    assert path.read_bytes().decode(found) == text


def test_a_text_that_becomes_chinese_only_at_its_end_is_not_taken_for_ascii(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"1,x\n" * 1_000_000 + SIMPLE.encode("gb18030"))
    assert encoding_of(path)[0] == "gb18030"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_cell_cut_within_a_character_does_not_change_the_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(SIMPLE.encode(encoding) * 20 + "3,噪音".encode(encoding)[:-1] + b",x\n" + SIMPLE.encode(encoding))
    found, damaged = encoding_of(path)
    assert found == encoding
    assert damaged >= 1
