"""A handout of a lesson: its questions on one page to print, to be answered with a pen. No result is on it."""

from __future__ import annotations

from collections.abc import Callable

import solara

from sanfang.dashboard.pages.lessons import presenter, wording
from sanfang.dashboard.pages.lessons.lesson import Lesson
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts
from sanfang.dashboard.words import own_label, say
from sanfang.scenario.scenario import Scenario

HANDOUT = "handout"
"""Stands in an address where the number of a step would."""

LINES = 3
"""To write on, at the end."""


@solara.component_vue("handout.vue", vuetify=False)
def Sheet(sheet: Json, words: Json, event_back: parts.Event) -> None:
    """The page: title, claim, place, questions with what may be answered; `back` leads to the lesson."""


@solara.component
def Handout(lesson: Lesson, back: Callable[[], None], lang: str) -> None:
    """The handout of a lesson."""
    names = ("claim", "print", "back", "name", "date", "found", "why", "home", "note")
    words = {name: say(f"lessons_handout_{name}", lang) for name in names}
    Sheet(sheet=sheet_of(lesson, lang), words=words, event_back=lambda _=None: back())


def sheet_of(lesson: Lesson, lang: str) -> Json:
    """What stands on the handout."""
    return {
        "brand": say("brand", lang),
        "title": lesson.title.say(lang),
        "claim": lesson.claim.say(lang),
        "place": place_of(lesson, lang),
        "lines": LINES,
        "questions": [
            {
                "title": step.title.say(lang),
                "question": wording.placed(step.question.say(lang), lesson.place_of(step)),
                "choices": [choice["label"] for choice in presenter.choices(step, lang)],
                "unit": (presenter.slider(step, lang) or {}).get("unit", ""),
            }
            for step in lesson.steps
        ],
    }


def place_of(lesson: Lesson, lang: str) -> str:
    """District, residents, days and runs of a lesson, in a line."""
    where = lesson.place
    district = own_label(Scenario.load(where.district), lang, where.district)
    return say(
        "lessons_handout_place", lang, district=district, residents=where.residents, days=where.days,
        replications=where.replications,
    )  # fmt: skip
