"""Handouts and the facilitator's guide: one page of A4 each, all questions, and no result known in advance."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lesson_outcomes import LESSON_NAMES, ROOT
from sanfang.dashboard.pages.lessons.files import load
from sanfang.dashboard.pages.lessons.guide import guide
from sanfang.dashboard.pages.lessons.handout import sheet_of
from sanfang.dashboard.words import LANGUAGES

PAGES = {"en": ROOT / "docs" / "lessons-guide.md", "zh": ROOT / "docs" / "lessons-guide.zh.md"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_is_up_to_date(lang: str) -> None:
    assert PAGES[lang].read_text("utf-8") == guide(lang), "write it anew: make pages"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_tells_every_question_and_every_way_it_may_come_out(lang: str) -> None:
    text = guide(lang)
    assert not re.search(r"[{}]", text)
    for name in LESSON_NAMES:
        lesson = load(name)
        assert f"lesson={name}.handout" in text
        for step in lesson.steps:
            assert step.title.say(lang) in text
            for told in step.told.values():
                beginning = told.say(lang).partition("{")[0].partition("\n")[0]
                assert beginning in text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LESSON_NAMES)
def test_a_handout_has_the_questions_and_no_result(name: str, lang: str) -> None:
    lesson, sheet = load(name), sheet_of(load(name), lang)
    assert [one["title"] for one in sheet["questions"]] == [step.title.say(lang) for step in lesson.steps]
    assert all(bool(one["choices"]) != bool(one["unit"]) for one in sheet["questions"])
    assert "{" not in str([one["question"] for one in sheet["questions"]])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_handout_prints_on_one_page(visit: Any, tmp_path: Path, lang: str) -> None:
    for name in LESSON_NAMES:
        page = visit(f"/lessons?lang={lang}&lesson={name}.handout")
        page.wait_for_selector("[data-lesson=handout]")
        assert page.locator("[data-lesson=handout] li").count() == len(load(name).steps)
        printed = page.pdf(path=tmp_path / "handout.pdf", format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1, name
    page.click("[data-lesson-do=back]")
    page.wait_for_selector(".sf-lesson-steps")
