"""`sanfang import-requests`: what it writes and says, and how it refuses."""

from __future__ import annotations

import json
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from command_line import call
from refusals import refusal
from tickets.exports import hotline_gb18030, merged_excel, requests


@pytest.fixture
def export(tmp_path: Path) -> Path:
    hotline_gb18030(tmp_path / "export.csv")
    return tmp_path / "export.csv"


def test_a_mapping_a_page_and_json_are_written(export: Path, tmp_path: Path) -> None:
    result = call("import-requests", export, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"mapping.toml", "quality.json", "quality.html"} <= written
    report = json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))
    assert report["rows"] == 300 == report["used"] + sum(report["not_used"].values())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_needs_nothing_from_elsewhere_and_its_counts_sum_up(lang: str, tmp_path: Path) -> None:
    """The rows of its first table, the last of which is their sum."""
    merged_excel(tmp_path / "export.xlsx")
    call("import-requests", tmp_path / "export.xlsx", "--out", tmp_path / "out", "--lang", lang)
    page = (tmp_path / "out" / "quality.html").read_text("utf-8")
    assert "http" not in page and "src=" not in page and "url(" not in page
    cells: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            cells.append(data.strip())

    Reader().feed(page.partition("<table>")[2].partition("</table>")[0])
    counts = [int(cell.replace(",", "")) for cell in cells if cell.replace(",", "").isdigit()]
    assert sum(counts[:-1]) == counts[-1] >= 300


def test_the_quality_page_leads_to_estimates_in_its_language(export: Path, tmp_path: Path) -> None:
    """And why there is no district file is told in it, too: nobody gave residents."""
    result = call("import-requests", export, "--out", tmp_path / "out", "--lang", "zh")
    assert "href='estimates.md'" in (tmp_path / "out" / "quality.html").read_text("utf-8")
    assert (tmp_path / "out" / "estimates.md").read_text("utf-8").startswith("# 这份文件说明的情况\n")
    assert "未生成区文件 district.toml：导出文件没有居民数" in result.stdout


def test_json_is_one_document_on_standard_output(export: Path, tmp_path: Path) -> None:
    result = call("import-requests", export, "--out", tmp_path / "out", "--json")
    assert json.loads(result.stdout)["selection"]["is"] in ("all", "closed", "open", "last-change", "day", "unknown")


def test_an_edited_mapping_is_obeyed(export: Path, tmp_path: Path) -> None:
    """Other domains, another status, a column that is not wanted, and what the file is."""
    call("import-requests", export, "--out", tmp_path / "first")
    text = (tmp_path / "first" / "mapping.toml").read_text("utf-8")
    text = text.replace('"噪音扰民" = "environment"', '"噪音扰民" = "disputes"').replace(
        'closed = "办结时间"', 'closed = ""'
    )
    text = text.replace('selection = ""', 'selection = "open"').replace('"已办结" = "closed"', '"已办结" = "referred"')
    (tmp_path / "edited.toml").write_text(text, "utf-8")
    result = call("import-requests", export, "--map", tmp_path / "edited.toml", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))
    kinds = requests()["kind"].value_counts()
    assert report["domains"]["disputes"] == kinds["噪音扰民"]
    assert report["columns"]["closed"] == []
    assert report["selection"]["is"] == "open"
    assert report["marks"]["referred"] == requests()["closed"].notna().sum()
    again = tomllib.loads((tmp_path / "out" / "mapping.toml").read_text("utf-8"))
    assert (again["columns"]["closed"], again["domains"]["噪音扰民"]) == ("", "disputes")


def test_without_a_date_of_registration_a_mapping_is_written_and_the_way_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("类型,数量\n噪音,3\n路灯,4\n", "utf-8")
    said = refusal(call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out"))
    assert "registered" in said and "--map" in said
    assert "created" in tomllib.loads((tmp_path / "out" / "mapping.toml").read_text("utf-8"))["columns"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08\x00", "unpack"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table>", "web page"),
        (b"PK\x03\x04broken", "damaged"),
        (b"PAR1broken", "damaged"),
        (b"one\ntwo\n", "one column"),
        (b'[{"a": 1', "no JSON"),
        (bytes(range(256)) * 8, "no table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason_that_a_clerk_understands(
    content: bytes, word: str, tmp_path: Path
) -> None:
    (tmp_path / "x").write_bytes(content)
    said = refusal(call("import-requests", tmp_path / "x", "--out", tmp_path / "out"))
    assert word in said
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(call("import-requests", tmp_path / "none.csv", "--out", tmp_path / "out"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[columns]\ncreatd = "a"', "did you mean 'created'"),
        ('[columns]\ncreated = "没有的列"', "no column of that name"),
        ('[columns]\ncategory = ["a", "b"]', "two columns"),
        ('[file]\nencoding = "klingon"', "no encoding"),
        ('[file]\nencoding = "base64"', "no encoding"),
        ('[zones]\nlocal = "Mars/Olympus"', "no time zone"),
        ('[statuses]\n"已办结" = "fertig"', "a status means one of"),
        ('[dates]\ncreated = "yearly"', "year-month-day"),
        ('selection = "some"', "'all'"),
        ("surprise = 1", "unknown key"),
        ("not toml", "not TOML"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_place_and_what_is_allowed(
    text: str, word: str, export: Path, tmp_path: Path
) -> None:
    (tmp_path / "map.toml").write_text(text, "utf-8")
    said = refusal(call("import-requests", export, "--map", tmp_path / "map.toml", "--out", tmp_path / "out"))
    assert word in said


def test_ghost_rows_repeated_requests_and_wrong_dates_are_counted(tmp_path: Path) -> None:
    """Ten requests; one of them twice, three empty rows, one date too late, one that is no date, one missing."""
    good = [f"{n},2023-05-{n:02d} 10:00,x\n" for n in range(1, 11)]
    bad = [
        "3,2023-05-03 10:00,x\n",
        ",,\n",
        ",,\n",
        ",,\n",
        "11,2093-01-01,x\n",
        "12,soon,x\n",
        "13,,x\n",
        "14,2023-05-14,x,y\n",
    ]
    (tmp_path / "x.csv").write_text("id,created_date,status\n" + "".join(good + bad), "utf-8")
    call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out")
    report = json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))
    assert (report["rows"], report["used"]) == (18, 10)
    once = ("broken", "no_created", "unreadable_created", "impossible_created", "repeated")
    assert report["not_used"] == {"empty": 3, "event": 0, **dict.fromkeys(once, 1)}


def test_what_closings_tell_is_counted(tmp_path: Path) -> None:
    """One within three minutes, one before its registration, one in the far future, one open; two are sound."""
    closings = ["10:02", "09:00", "", "", "12:00", "12:00"]
    frame = pd.DataFrame({"id": range(6), "created_date": "2023-05-01 10:00"})
    frame["closed_date"] = [f"2023-05-01 {one}" if one else "" for one in closings]
    frame["status"] = ["Closed", "Closed", "Closed", "Open", "Closed", "Closed"]
    frame.loc[2, "closed_date"] = "2999-12-31 00:00"
    frame.to_csv(tmp_path / "x.csv", index=False)
    call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out")
    marks = json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))["marks"]
    wanted = {"information": 1, "closed_before_created": 1, "closed_impossible": 1, "open": 1, "ended_undated": 2}
    assert {name: marks[name] for name in wanted} == wanted


def test_a_closing_without_a_time_on_the_day_of_the_registration_is_not_negative(tmp_path: Path) -> None:
    rows = "".join(f"2023-05-{n:02d} 15:30,2023-05-{n:02d}\n" for n in range(1, 21))
    (tmp_path / "x.csv").write_text("created_date,closed_date\n" + rows, "utf-8")
    call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out")
    report = json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))
    assert (report["marks"]["closed_before_created"], report["marks"]["same_day"]) == (0, 20)
    assert not report["closed_has_time"]


def test_with_midnights_only_there_is_no_profile_of_hours(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("created_date,type\n" + "2023-05-01 00:00:00,Noise\n" * 20, "utf-8")
    call("import-requests", tmp_path / "x.csv", "--out", tmp_path / "out")
    assert not json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))["created_has_time"]
