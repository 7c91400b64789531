"""The ledger of figures says of each what was done with it, and calls nothing held out that has been used."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from sanfang.studies.fit_ledger import COLUMNS, ELSEWHERE, FITTED, HELD_OUT, KEY, SEEN, ledger, table, tables_of

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
MARKS = ROOT / "docs" / "fit-marks.csv"
LEDGER = ROOT / "docs" / "fit-ledger.csv"
NAMED = "licang_published.csv: "

SOURCES = (
    "docs/data.md", "docs/regime.md", "scenarios/districts/licang.toml", "scenarios/districts/licang_mix.csv",
    "sim/sanfang/scenario/conditions.py", "sim/sanfang/scenario/place.py",
)  # fmt: skip
"""Where figures are quoted with their place."""

PLACES = {
    "Baoji": "宝鸡", "Beijing": "北京市", "Bozhou": "亳州", "Changzhou": "常州", "Chengyang": "城阳", "Daying": "大英",
    "Hefei": "合肥", "Huaibei": "淮北", "Jiangsu": "江苏省", "Jimo": "即墨", "Jinan": "济南", "Laishan": "莱山",
    "Liyang": "溧阳", "Ningguo": "宁国", "Qingdao": "青岛", "Shibei": "Shibei", "Tangshan": "唐山",
    "Tengzhou": "Tengzhou", "Tianqiao": "天桥", "Tiexi": "铁西", "Xuzhou": "徐州",
    "Yancheng": "盐城", "Yichun": "宜春", "Yongchuan": "永川",
}  # fmt: skip
"""Places as the documentation writes them, and as the tables of figures do."""


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return table(LEDGER)


def numbers(text: str) -> set[float]:
    """The numbers in a text, a per cent also as a share."""
    plain = re.sub(r"(?<=\d)[,_](?=\d{3})", "", text)
    found = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", plain)}
    return found | {round(number / 100, 6) for number in found}


def test_every_row_has_a_mark_that_is_known(rows: pd.DataFrame) -> None:
    assert list(rows.columns) == COLUMNS
    assert set(rows["mark"]) == {FITTED, SEEN, HELD_OUT}
    assert not rows.duplicated(KEY).any()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not here")
def test_every_row_of_the_shared_tables_is_in_it(rows: pd.DataFrame) -> None:
    tables = tables_of(SHARED)
    assert set(map(tuple, tables[[*KEY, "row"]].to_numpy())) == set(
        map(tuple, rows.loc[rows["file"] != ELSEWHERE, [*KEY, "row"]].to_numpy())
    )
    hint = "write it anew: python -m sanfang.studies.fit_ledger ../shared/data > docs/fit-ledger.csv"
    assert ledger(tables, table(MARKS)).to_numpy().tolist() == rows.to_numpy().tolist(), hint


def test_the_tests_figures_are_held_out_and_have_a_number_to_compare(rows: pd.DataFrame) -> None:
    chosen = rows[rows["test"] == "yes"]
    assert set(chosen["mark"]) == {HELD_OUT}
    assert "" not in set(chosen["output"])
    assert pd.to_numeric(chosen["compared"]).notna().all()
    assert (rows["output"] != "").equals(rows["compared"] != "")
    records = rows[(rows["file"] == ELSEWHERE) & (rows["output"] != "")]
    assert records["compared"].tolist() == records["value"].tolist()
    usable = rows[(rows["mark"] == HELD_OUT) & (rows["output"] != "")]
    assert abs(len(usable) - 2 * len(chosen)) <= 1


def test_what_the_district_was_made_from_is_not_held_out(rows: pd.DataFrame) -> None:
    """Each row of licang_published.csv is named by a row of the ledger that is fitted or seen and has its value; one of
    records is itself such a row. A goal of the national government stands in the tables as quoted by a province."""
    published = table(ROOT / "scenarios" / "districts" / "licang_published.csv")
    used = rows[rows["mark"] != HELD_OUT]
    for row in published.to_dict("records"):
        naming = used[used["why"].str.contains(rf"{NAMED}.*\b{row['figure']}\b")]
        known = {number for text in (naming["value"] + " " + naming["compared"]) for number in numbers(text)}
        known |= {round(1 - number, 6) for number in known} | {number * 1e9 for number in known}
        value = {float(part) for part in row["value"].split("|")}
        assert all(any(abs(one - other) <= 2e-3 * one for other in known) for one in value), row


def test_a_figure_quoted_with_its_place_is_not_held_out(rows: pd.DataFrame) -> None:
    """Where a line names a place and a number, and a held-out figure of that place has that number, to a thousandth,
    and more than two digits (a shorter one is found by chance), it has been used."""
    held = rows[(rows["mark"] == HELD_OUT) & rows["value"].str.fullmatch(r"[\d.,]{4,}")]
    found = []
    for source in SOURCES:
        for line in (ROOT / source).read_text("utf-8").splitlines():
            there = [own for name, own in PLACES.items() if re.search(rf"\b{name}\b", line)]
            quoted = numbers(line)
            for row in held[held["place"].str.contains("|".join(there))].to_dict("records") if there else ():
                value = float(row["value"].replace(",", ""))
                if any(abs(value - other) <= 1e-3 * value for other in quoted):
                    found.append((source, row["figure"], row["value"]))
    assert found == []


def test_a_mark_of_an_unknown_figure_is_refused() -> None:
    tables = pd.DataFrame([{"file": "a.csv", "row": "1", "figure": "x", "place": "here", "year": "2020"}])
    tables = tables.assign(value="1", unit="", source="", parameter="", use="")
    marks = table(MARKS).head(0)
    assert ledger(tables, marks)["mark"].tolist() == [HELD_OUT]
    other = pd.DataFrame([{**dict.fromkeys(marks.columns, ""), "file": "a.csv", "figure": "y", "mark": SEEN}])
    with pytest.raises(ValueError, match="in no table"):
        ledger(tables, other)


def test_the_page_counts_as_the_ledger_does(rows: pd.DataFrame) -> None:
    page = (ROOT / "docs" / "fit-ledger.md").read_text("utf-8")
    told = re.findall(r"^\| (?:`([\w.]+)` \(\d+\)|records.*?) \| (\d+) \| (\d+) \| (\d+) \|", page, flags=re.MULTILINE)
    found = {name or ELSEWHERE: [int(count) for count in counts] for name, *counts in told}
    counted = rows.groupby(["file", "mark"]).size().unstack()[[FITTED, SEEN, HELD_OUT]]
    assert found == {file: counts.tolist() for file, counts in counted.iterrows()}
    assert f"Of the {((rows['mark'] == HELD_OUT) & (rows['output'] != '')).sum()} that have one" in page.replace(
        "\n", " "
    )
