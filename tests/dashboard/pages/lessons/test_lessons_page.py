"""The Lessons page: its list, a question that is answered before anything is run, and the summary."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import solara

from lesson_outcomes import LESSON_NAMES, SHORT
from sanfang.dashboard.address import Address
from sanfang.dashboard.pages.lessons import page
from sanfang.dashboard.pages.lessons.files import Progress, load_all, progress_of
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.words import LANGUAGES


def test_an_address_that_was_tampered_with_leads_to_a_page() -> None:
    lessons, _ = load_all()
    assert progress_of({"lesson": "../../etc/passwd.1"}, lessons) is None
    assert progress_of({"lesson": ""}, lessons) is None
    far = progress_of({"lesson": "three-together.99", "answer": "rise,<script>,,x"}, lessons)
    assert far == Progress("three-together", 6, ("rise", "", "", "", ""))
    odd = progress_of({"lesson": "three-dilemmas.²", "answer": "1e9,rise"}, lessons)
    assert odd == Progress("three-dilemmas", 0, ("", "rise", "", "", ""))


@pytest.fixture
def short_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    """All lessons, shorter, without a shared memory."""
    lessons = {}
    for name, lesson in load_all()[0].items():
        steps = tuple(step.model_copy(update={"place": SHORT}) for step in lesson.steps)
        lessons[name] = lesson.model_copy(update={"steps": steps, "place": SHORT})
    monkeypatch.setattr(page, "load_all", lambda: (lessons, ["lessons/broken.toml: title: is missing"]))


def shown(address: Address) -> tuple[Any, Any]:
    """The page at an address, drawn."""
    viewer.address.set(address)
    return solara.render(page.LessonsPage(), handle_error=False)


def _named(widget: Any, name: str) -> list[Any]:
    code, template = getattr(widget, "template_file", None) or ("", "")
    found = [widget] if str(Path(code).parent / template).endswith(f"/{name}.vue") else []
    for child in getattr(widget, "children", []):
        if not isinstance(child, str):
            found += _named(child, name)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_lists_the_lessons_and_says_which_file_is_wrong(short_lessons: None, lang: str) -> None:
    _, rc = shown(Address(lang=lang))
    (cards,) = _named(rc.container, "lessons/list")
    assert {card["name"] for card in cards.lessons} == set(LESSON_NAMES)
    (notes,) = _named(rc.container, "notes")
    assert "lessons/broken.toml" in notes.notes[0]["text"]
    rc.close()


def test_a_question_is_answered_before_anything_is_run_and_the_link_keeps_it(short_lessons: None) -> None:
    _, rc = shown(Address(lang="en", other={"lesson": "duties-without-means.1"}))
    (form,) = _named(rc.container, "lessons/predict")
    assert not form.fixed and not _named(rc.container, "lessons/reveal") and not _named(rc.container, "progress")
    form.vue_event_answered("nonsense")  # what no option offers is not taken
    assert "answer" not in viewer.address.value.other
    form.vue_event_answered("fall")
    assert viewer.address.value.other["answer"] == "fall,-,-,-"
    reveal = wait_for(rc, "lessons/reveal")
    assert reveal.told["predicted"] == "fall" and reveal.told["right"]
    assert _named(rc.container, "lessons/predict")[0].fixed
    rc.close()


def test_the_summary_counts_predictions_and_keeps_open_ones_open(short_lessons: None) -> None:
    _, rc = shown(Address(lang="en", other={"lesson": "duties-without-means.5", "answer": "fall,fall,-,-"}))
    end = wait_for(rc, "lessons/end")
    assert [row["predicted"] for row in end.rows] == ["fall", "get shorter"] and end.rows[0]["right"]
    assert "2 questions are still open" in end.score
    rc.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_end_of_a_lesson_leads_on_to_the_next_one(short_lessons: None, lang: str) -> None:
    names = list(load_all()[0])
    for name, following in [*pairwise(names), (names[-1], None)]:
        steps = len(load_all()[0][name].steps)
        _, rc = shown(Address(lang=lang, other={"lesson": f"{name}.{steps + 1}"}))
        found = [one for row in _named(rc.container, "buttons") for one in row.buttons if one["id"] == "next-lesson"]
        assert [load_all()[0][following].title.say(lang) in one["label"] for one in found] == [True] * bool(following)
        if following:
            (row,) = (row for row in _named(rc.container, "buttons") if row.buttons)
            row.vue_event_press("next-lesson")
            assert viewer.address.value.other["lesson"] == f"{following}.0"
        rc.close()


def wait_for(rc: Any, name: str) -> Any:
    """The widget once the thread of the page has put it there."""
    for _ in range(600):
        found = _named(rc.container, name)
        if found:
            return found[0]
        threading.Event().wait(0.05)
    raise AssertionError(f"{name} did not appear")
