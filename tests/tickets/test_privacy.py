"""Nothing personal is written: values are planted in every kind of column, and looked for in all that comes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from command_line import call
from sanfang.tickets.importing import import_requests
from sanfang.tickets.privacy import SMALL, looks_personal, pooled, shape, shown
from tickets.exports import MADE, PEOPLE, hotline_gb18030, requests

PLANTED = (
    "欧阳晓彤",
    "13998765432",
    "37021319770707452X",
    "黑龙江路某小区77号楼3单元",
    "ouyang@example.org",
    "120.387654",
    "Zebulon Quackenbush",
    "SECRET-9917283",
)


def written(folder: Path, *said: str) -> str:
    """All that was written into a folder, and said."""
    return "".join(path.read_text("utf-8") for path in folder.iterdir()) + "".join(said)


def test_what_is_planted_in_any_column_is_found_in_nothing_that_is_written(tmp_path: Path) -> None:
    """In turn each column of an export, the dates and the kinds among them, holds every planted value a few times."""
    facts = requests(120)
    columns = ("created", "closed", "kind", "office", "place", "channel", "rating", "solved", "id", "text", "person")
    names = (
        "受理时间",
        "办结时间",
        "问题分类",
        "承办单位",
        "所属街道",
        "诉求来源",
        "满意度",
        "是否解决",
        "工单编号",
        "内容",
        "联系人",
    )
    for column in columns:
        frame = facts[list(columns)].astype(object)
        for place, value in enumerate(PLANTED):
            frame.loc[[place * 4 + extra for extra in range(SMALL - 1)], column] = value
        frame.columns = pd.Index(names)
        path = tmp_path / f"{column}.csv"
        frame.to_csv(path, index=False)
        lang = "zh" if len(column) % 2 else "en"
        result = call("import-requests", path, "--out", tmp_path / column, "--lang", lang)
        assert result.exit_code == 0, result.output
        text = written(tmp_path / column, result.output, result.stderr)
        assert [value for value in PLANTED if value in text] == []


@pytest.mark.parametrize("value", PLANTED)
def test_numbers_addresses_and_mail_are_not_shown_even_where_many_rows_have_them(value: str, tmp_path: Path) -> None:
    """A caller who calls often, in a column that was taken for a kind by mistake. Of a name alone nothing tells."""
    facts = requests(120)
    frame = pd.DataFrame(
        {"受理时间": facts["created"], "问题分类": np.where(np.arange(120) % 3 == 0, value, facts["kind"])}
    )
    frame.to_csv(tmp_path / "x.csv", index=False)
    result = call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    if value not in ("欧阳晓彤", "Zebulon Quackenbush"):
        assert value not in written(tmp_path / "out", result.output, result.stderr)


@pytest.mark.parametrize("name", MADE)
def test_no_person_of_an_export_is_written(name: str, tmp_path: Path) -> None:
    MADE[name][0](tmp_path / name)
    result = call("import-requests", tmp_path / name, "--out", tmp_path / "out")
    text = written(tmp_path / "out", result.output, result.stderr)
    assert [value for value in (*PEOPLE, "林美玲", "管理员", "GD2023", "120.43") if value in text] == []


def test_a_file_without_headings_gives_none_of_its_first_row_away(tmp_path: Path) -> None:
    rows = "\n".join(f"{PLANTED[0]},{PLANTED[1]},2023-05-{day:02d} 10:00,{PLANTED[3]}" for day in range(1, 29))
    (tmp_path / "x.csv").write_text(rows, "utf-8")
    result = call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out")
    text = written(tmp_path / "out", result.output, result.stderr)
    assert [value for value in PLANTED if value in text] == []
    found = import_requests(tmp_path / "x.csv")
    assert found.report is not None and found.report.used == 28


DAMAGES = (
    lambda content: content[: len(content) // 2],
    lambda content: content.replace(b",", b"\n"),
    lambda content: content.replace(b"\r\n", b""),
    lambda content: b'{"a": [' + content,
    lambda content: b"PK\x03\x04" + content,
    lambda content: b"PAR1" + content,
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_error_message_quotes_no_cell(damage, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    hotline_gb18030(tmp_path / "x.csv")
    (tmp_path / "x.csv").write_bytes(damage((tmp_path / "x.csv").read_bytes()))
    result = call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out")
    text = result.output + result.stderr
    assert [value for value in PEOPLE if value in text] == []


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("Wang12", "Aaaa99"),
        ("王秀英", "字字字"),
        ("a b", "a a"),
        ("2023-05-01", "9999-99-99"),
        ("ABCDEFGH", "AAAA"),
        ("น้ำ", "xx"),
        ("", ""),
    ],
)
def test_a_shape_keeps_kinds_of_signs_only(value: str, form: str) -> None:
    assert shape(value) == form


def test_fewer_than_five_are_pooled() -> None:
    """Five are shown; four of one and three of another are seven together."""
    assert pooled({"noise": 5, "light": 4, "smoke": 3}) == ({"noise": 5}, 7)
    assert shown({"13805321234": 100, "振华路88号": 100, "王先生": 100, "路灯照明": 5}) == {"路灯照明": 5}


@pytest.mark.parametrize(
    "value", ["12345热线", "Street Light Out", "城乡建设", "04 BRONX", "Pothole", "Noise - Residential", "110"]
)
def test_kinds_and_places_do_not_look_personal(value: str) -> None:
    assert not looks_personal(value)
