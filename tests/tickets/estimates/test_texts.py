"""What estimates say is there in both languages, and a Chinese page has no English sentence."""

from __future__ import annotations

import dataclasses
import json
import re
import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hand_made_tickets import tickets
from made_exports import Truth, made_tickets
from sanfang.scenario.toml import parse
from sanfang.tickets.estimates.district_file import district_file
from sanfang.tickets.estimates.estimates import estimate
from sanfang.tickets.estimates.hotline import ModelHotline
from sanfang.tickets.estimates.places import Places
from sanfang.tickets.estimates.telling import as_page
from sanfang.tickets.estimates.texts import LANGUAGES, document, text
from sanfang.tickets.importing import import_requests
from sanfang.tickets.said import Said, in_language
from sanfang.tickets.tickets import STATUSES, Tickets

TEXTS = [(f"{section}.{name}", both) for section, texts in document().items() for name, both in texts.items()]

NAMES = {"AIC", "JSON", "Kaplan", "Meier", "Liu", "Bhandaram", "Garg", "places"}
"""Latin words that a Chinese reader knows them by; places is the option --places."""

PLACES = Places(pd.DataFrame({"residents": [9e3, 8e3], "share_elderly": np.nan, "posts": np.nan}, index=["A区", "B区"]))


RARE = Truth(
    rates={"facilities": 3.0, "order": 2.0, "care": 0.05},
    reports={"facilities": 0.1, "order": 0.02, "care": 0.0},
    close={"facilities": ("lognormal", 4.0, 1.0), "order": ("weibull", 6.0, 0.8), "care": ("lognormal", 9.0, 1.0)},
)


def chinese(made: Tickets) -> Tickets:
    """The same with names as a Chinese file has them, so that English ones are those of the page."""
    place = made.table["neighbourhood"].map(lambda name: "A区" if name == "Riverside" else "B区")
    table = made.table.assign(neighbourhood=pd.Categorical(place), channel=pd.Categorical(["热线"] * len(made.table)))
    return dataclasses.replace(made, table=table)


def english_of(page: str) -> set[str]:
    without_numbers = re.sub(r"[0-9.]+e[+-][0-9]+", "", page)
    return set(re.findall(r"[A-Za-z]+", without_numbers)) - NAMES - {"A", "B"}


@pytest.mark.parametrize("both", [both for _, both in TEXTS], ids=[name for name, _ in TEXTS])
def test_each_text_is_there_in_both_languages_with_the_same_facts(both: dict[str, str]) -> None:
    assert set(both) == set(LANGUAGES)
    assert all(both.values())
    facts = [{field for _, field, _, _ in string.Formatter().parse(both[lang]) if field} for lang in LANGUAGES]
    assert facts[0] == facts[1]
    own = {lang: re.sub(r"\{[^}]*\}", "", both[lang]) for lang in LANGUAGES}
    assert re.search("[\u4e00-\u9fff]", own["zh"]) or not re.search("[A-Za-z]", own["en"])


def test_facts_that_are_texts_are_in_the_language_of_the_text_around_them() -> None:
    said = text("page.refused_why", why=text("why.no_channel"))
    assert said == "Refused: the file has no channel."
    assert said.zh == "不给出：文件没有来源渠道。"


def test_a_name_of_the_file_stays_as_it_is_in_either_language() -> None:
    assert [in_language("Riverside", lang) for lang in LANGUAGES] == ["Riverside", "Riverside"]
    assert [in_language(Said("day", "天"), lang) for lang in LANGUAGES] == ["day", "天"]


@pytest.mark.parametrize("selection", ["all", "closed", "open", "last-change", "day", "unknown"])
@pytest.mark.parametrize("days", [5, 60, 400])
def test_no_english_is_left_on_a_chinese_page(selection: str, days: int) -> None:
    """Of files of any choice and length: with and without places, links, times of day, and with rare cells."""
    made = chinese(made_tickets(1, dataclasses.replace(RARE, days=days)))
    made = dataclasses.replace(made, selection=selection)  # type: ignore[arg-type]
    bare = dataclasses.replace(made, has=frozenset({"created"}), created_has_time=False, closed_has_time=False)
    for one, places, country in ((made, PLACES, "CN"), (made, None, None), (bare, PLACES, "CN")):
        assert english_of(as_page(estimate(one, places, country), "zh")) == set()


def test_no_english_is_left_where_hardly_anything_can_be_told() -> None:
    """Few rows; all closed and the choice unknown; places that lack the file's; a status that marks duplicates."""
    days = list(pd.date_range("2024-01-01", periods=60))
    columns = ["duplicate_of", "repeats", "transfers", "channel", "neighbourhood", "status"]
    few = tickets(days[:7], days[:7], begin="2024-01-01", end="2024-01-08", has=columns)
    closed = [day + pd.Timedelta(days=40) for day in days]
    status = pd.Categorical(["duplicate"] * 10 + ["closed"] * 50, categories=STATUSES)
    marked = tickets(days, closed, begin="2024-01-01", end="2024-06-01", status=status)
    elsewhere = tickets(
        days, closed, begin="2024-01-01", end="2024-06-01", has=["neighbourhood"], neighbourhood=["C"] * 60
    )
    for one in (few, marked, dataclasses.replace(marked, selection="unknown"), elsewhere):
        assert english_of(as_page(estimate(one, PLACES), "zh")) - {"C"} == set()


def test_doubts_of_reading_are_in_the_language_of_the_page(tmp_path: Path) -> None:
    """Of a file whose dates may be of either order."""
    rows = "".join(f"{n % 9 + 1:02d}/{n % 7 + 1:02d}/2024 10:00,物业\n" for n in range(60))
    (tmp_path / "export.csv").write_text("登记时间,类别\n" + rows, "utf-8")
    made = import_requests(tmp_path / "export.csv").tickets
    assert made is not None and made.doubts
    for lang in LANGUAGES:
        page = as_page(estimate(made), lang)
        assert all(f"- {in_language(one, lang)}\n" in page for one in made.doubts)


def test_the_numbers_are_the_same_in_both_languages_and_the_json_is_in_english() -> None:
    one = estimate(chinese(made_tickets(1, Truth(days=60))), PLACES)
    pages = {lang: as_page(one, lang) for lang in LANGUAGES}

    def values(page: str) -> list[str]:
        return [line.split("|")[2].strip() for line in page.splitlines() if re.match(r"\| .* \| [0-9.e-]+ \|", line)]

    assert values(pages["en"]) == values(pages["zh"]) != []
    texts = re.findall(r"[\u4e00-\u9fff]+", one.to_json())
    assert set(texts) <= {"区", "热线"}
    assert json.loads(one.to_json())["arrivals"]["requests"]["unit"] == "requests a day"


def test_comments_and_sources_of_a_chinese_district_file_are_chinese_and_its_values_the_same() -> None:
    def rates(scenario):  # type: ignore[no-untyped-def]
        return ModelHotline({name: round(1e5 * domain.hazard) for name, domain in scenario.domains.items()}, 1e6)

    one = estimate(chinese(made_tickets(1)), PLACES)
    made = {lang: district_file(one, PLACES, Path("mine.toml"), rates, lang=lang).text for lang in LANGUAGES}
    both = [
        re.sub(r'source = "[^"]*"', "", made[lang].partition("extends")[2].partition("# ")[0]) for lang in LANGUAGES
    ]
    assert both[0] == both[1] != ""
    sources = re.findall(r'source = "([^"]*)"', made["zh"])
    assert sources and all(source.split("：")[0] in ("本文件", "区域表", "assumed") for source in sources)
    assert made["zh"].count('"assumed') == made["en"].count('"assumed') > 0
    comments = [line for line in made["zh"].splitlines() if line.startswith("# ") and "sanfang " not in line]
    assert comments and all(re.search(r"[\u4e00-\u9fff]", line) for line in comments)
    assert parse(made["zh"], "mine.toml")["extends"] == "licang"
