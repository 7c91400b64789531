"""What is taken away: columns in both languages, files in pieces, one page with its findings and its link."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sanfang.dashboard.address import read
from sanfang.dashboard.pages.compare import uncertainty
from sanfang.dashboard.presenters import columns, findings, setting
from sanfang.dashboard.presenters.chart import chart
from sanfang.dashboard.presenters.one_page import FORMS, OnePage, one_page
from sanfang.dashboard.widgets.saving import ORIGIN, ROWS_A_PIECE, Rows, Whole
from sanfang.run.against import Recorded
from sanfang.run.series import MEASURES
from sanfang.run.session import Session
from sanfang.scenario.scenario import Scenario

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def played() -> Session:
    session = Session(Scenario.load("three-devolutions", district="demo"), days=30)
    session.step(30)
    return session


@pytest.mark.parametrize("table", columns.TABLES)
def test_every_column_has_a_heading_and_is_explained(played: Session, table: str) -> None:
    made = getattr(played, table)
    shown = columns.headed(made, table, "zh", played.scenario)
    assert all(CHINESE.search(str(name)) for name in shown.columns) and shown.columns.is_unique
    assert columns.headed(made, table, "en") is made
    for lang in ("zh", "en"):
        told = columns.explained({table: list(made.columns)}, lang)
        assert len(told) == made.shape[1] and (told.iloc[:, 3].str.len() > 1).all()
    assert set(shown.iloc[:, 1]) == set(made.iloc[:, 1]) or table == "ledger"


def test_values_are_in_chinese_and_numbers_stay(played: Session) -> None:
    shown = columns.headed(played.requests, "requests", "zh", played.scenario)
    assert set(shown["困难群体"]) == {"是", "否"} and all(map(CHINESE.search, set(shown["领域"])))
    assert (shown["费用"] == played.requests["yuan"]).all()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_table_in_pieces_is_the_table(lang: str) -> None:
    table = pd.DataFrame({"a": np.arange(2 * ROWS_A_PIECE + 3), "b": 0.1})
    rows = Rows(table, lang)
    data = b"".join(rows.piece(number) for number in range(rows.count))
    assert rows.count == 3 and data.startswith(b"\xef\xbb\xbf") == (lang == "zh")
    assert data.decode("utf-8-sig") == table.to_csv(index=False)


def test_a_file_in_pieces_is_the_file() -> None:
    data = bytes(range(256)) * 9_000
    whole = Whole(data)
    assert whole.count > 1 and b"".join(whole.piece(number) for number in range(whole.count)) == data
    assert Whole(b"").count == 1


@pytest.mark.parametrize("said", ["javascript:alert(1)", "http://a/b", "http://a?b", "http://a b", "", "ftp://a"])
def test_only_an_address_of_a_server_gets_into_the_link(said: str) -> None:
    assert not ORIGIN.fullmatch(said) and ORIGIN.fullmatch("http://127.0.0.1:8765")


def recorded(level: float) -> Recorded:
    values = {name: np.full(30, level) for name in MEASURES}
    nothing = np.zeros((30, 1))
    return Recorded(30, values, nothing, nothing)


def test_findings_say_the_numbers_and_the_difference() -> None:
    told = findings.against_first(recorded(0.42), recorded(0.4), "A", "en", {"satisfaction": (0.01, -0.02, 0.04)})
    assert "42.0% (+2.0 points)" in told[0] and "interval −2.0 to +4.0" in told[0] and len(told) == 2
    assert findings.against_present(recorded(0.4), None, False, "en") == [
        "The same district under its present policy is on its way."
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_page_is_drawn_in_both_forms_with_a_link(lang: str, recwarn: pytest.WarningsRecorder) -> None:
    address, _ = read(f"lang={lang}&district=demo&size=1&days=60&day=30&a=before&a.moves=10:authority:1")
    lines = [*setting.policies(address, lang, 1), setting.stamp(address, lang)]
    assert "100%" in lines[0] and "30" in lines[1] and bool(CHINESE.search(lines[1])) == (lang == "zh")
    drawn = chart("a", "a", [{"name": "b", "colour": "#000", "values": np.arange(-3.0, 3.0)}], days=6, day_word="{day}")
    page = OnePage("brand", "title", lines, "findings", ["one " * 60], [drawn] * 4, [setting.disclaimer(lang)],
                   "http://127.0.0.1:8765/?lang=zh&a=before", table=("t", ["a", "b"], [["c", "1"]]))  # fmt: skip
    pdf, png = (one_page(page, lang, form) for form in FORMS)
    assert pdf.startswith(b"%PDF") and b"/URI (http://127.0.0.1:8765" in pdf and png.startswith(b"\x89PNG")
    assert not [str(one.message) for one in recwarn if "Glyph" in str(one.message)]
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1 and len(io.BytesIO(png).read()) > 10_000


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pictures_of_replications_and_of_checks_say_what_they_are_of(lang: str) -> None:
    address, _ = read(f"lang={lang}&district=demo&size=1&seed=7&days=60&day=30&a=before&b=three-devolutions")
    job, found = SimpleNamespace(address=address, days=45), SimpleNamespace(reps=12)
    told = uncertainty.stamp_of(job, found, lang)  # type: ignore[arg-type]
    assert all(part in told for part in (setting.stamp(replace(address, day=45), lang), "45", "12", "7"))
    assert "7" in setting.stamp_of_checks(7, lang) and "Sanfang" in setting.stamp_of_checks(7, lang)
    assert bool(CHINESE.search(told)) == (lang == "zh")
