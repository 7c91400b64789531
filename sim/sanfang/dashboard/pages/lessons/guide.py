"""The facilitator's guide to the lessons, made from their files: what to read out, what may come out, what to say then.

    python -m sanfang.dashboard.pages.lessons.guide zh > docs/lessons-guide.zh.md

No result is known in advance, so the guide has none: every way in which a question can come out stands in it, with
dots for the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from sanfang.dashboard.authored.paragraphs import paragraphs
from sanfang.dashboard.authored.placeholders import PLACEHOLDER
from sanfang.dashboard.pages.lessons import presenter, wording
from sanfang.dashboard.pages.lessons.files import load_all
from sanfang.dashboard.pages.lessons.handout import place_of
from sanfang.dashboard.pages.lessons.lesson import Lesson, LessonStep
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.metrics.catalogue import BY_NAME
from sanfang.report.markdown import table
from sanfang.report.page_command import print_page

UNKNOWN = "……"
"""Stands for a number that only the runs know."""


def guide(lang: str) -> str:
    """The whole page, ending in a newline."""
    lessons, _ = load_all()
    return "\n".join([*_top(lessons, lang), *(line for one in lessons.items() for line in _lesson(*one, lang))])


def _top(lessons: dict[str, Lesson], lang: str) -> Iterator[str]:
    other = {"zh": "[English](lessons-guide.md)", "en": "[中文](lessons-guide.zh.md)"}[lang]
    yield f"# {say('lessons_guide_title', lang)}\n\n{other}\n"
    yield say("lessons_guide_about", lang) + "\n"
    for number in range(1, 7):
        yield f"{number}. {say(f'lessons_guide_how_{number}', lang)}"
    yield ""
    heads = [say(f"lessons_guide_{name}", lang) for name in ("lesson", "time", "place", "address")]
    yield from table(heads, (
        (
            lesson.title.say(lang), say("lessons_minutes", lang, minutes=lesson.minutes, steps=len(lesson.steps)),
            place_of(lesson, lang), f"`/lessons?lesson={name}.0&lang={lang}`",
        )
        for name, lesson in lessons.items()
    ))  # fmt: skip


def _lesson(name: str, lesson: Lesson, lang: str) -> Iterator[str]:
    yield f"## {lesson.title.say(lang)}\n"
    yield f"**{say('lessons_claim', lang)}**{_colon(lang)}{lesson.claim.say(lang)}"
    yield f"({', '.join(lesson.sources)})\n" if lesson.sources else ""
    yield f"{say('lessons_guide_handout', lang)} `/lessons?lesson={name}.handout&lang={lang}`\n"
    yield from _quoted("lessons_step_intro", lesson.introduction.say(lang), lang)
    for number, step in enumerate(lesson.steps, 1):
        yield from _step(lesson, step, number, lang)
    yield f"### {say('lessons_summary', lang)}\n"
    yield "\n\n".join(paragraphs(lesson.summary.say(lang))) + "\n"
    yield f"**{say('lessons_remember', lang)}**\n"
    yield "\n".join(f"- {one.say(lang)}" for one in lesson.remember) + "\n"


def _step(lesson: Lesson, step: LessonStep, number: int, lang: str) -> Iterator[str]:
    where = lesson.place_of(step)
    yield f"### {number} {step.title.say(lang)}\n"
    yield from _quoted("lessons_guide_read", wording.placed(step.setting.say(lang), where), lang)
    yield f"**{say('lessons_guide_ask', lang)}**{_colon(lang)}{wording.placed(step.question.say(lang), where)}\n"
    yield from (f"- {text}" for text in _answers(step, lang))
    arms = [wording.arm_label(step, arm.id, lang) for arm in step.arms]
    runs = say("lessons_runs", lang, arms=len(arms), replications=where.replications, residents=where.residents,
               days=where.days)  # fmt: skip
    shown = [BY_NAME[metric].label(lang) for metric in dict.fromkeys((step.measure, *step.also))]
    between = say("finding_between", lang)
    yield f"\n- {say('lessons_guide_runs', lang)}{_colon(lang)}{runs}{_open(lang)}{between.join(arms)}{_shut(lang)}"
    yield f"- {say('lessons_guide_shown', lang)}{_colon(lang)}{between.join(shown)}\n"
    yield f"**{say('lessons_guide_outcomes', lang)}**\n"
    for outcome in step.outcomes:
        text = " ".join(paragraphs(step.told[outcome].say(lang)))
        yield f"- *{_outcome(step, outcome, lang)}*{_colon(lang)}{_dotted(text, lesson, step)}"
    yield ""
    yield from _quoted("lessons_why", _dotted(step.why.say(lang), lesson, step), lang)
    if step.try_ is not None:
        lever = wording.lever_labels(lang)[step.try_.lever]
        hint = f"{step.try_.text.say(lang)}{_open(lang)}{lever}{_shut(lang)}"
        yield f"**{say('lessons_try', lang)}**{_colon(lang)}{hint}\n"


def _answers(step: LessonStep, lang: str) -> list[str]:
    """What the room may predict."""
    slider = presenter.slider(step, lang)
    if slider is None:
        return [str(choice["label"]) for choice in presenter.choices(step, lang)]
    ends = {name: f"{slider[name]:g}" for name in ("least", "most")}
    near = f"{step.slider.near:g}" if step.slider else ""
    return [say("lessons_guide_number", lang, **ends, near=near, unit=slider["unit"])]


def _outcome(step: LessonStep, outcome: str, lang: str) -> str:
    """A way in which a question can come out."""
    if step.asks == "which" and outcome != "unclear":
        return wording.arm_label(step, outcome, lang)
    kind = "sum_" if step.asks == "together" else ""
    return say(f"lessons_guide_outcome_{kind}{outcome}", lang)


def _dotted(text: str, lesson: Lesson, step: LessonStep) -> str:
    """A text with dots for what only the runs know."""
    placed = wording.placed_only(text, lesson.place_of(step))
    return PLACEHOLDER.sub(UNKNOWN, placed)


def _quoted(heading: str, text: str, lang: str) -> Iterator[str]:
    """A heading, and paragraphs to be read out."""
    yield f"**{say(heading, lang)}**\n"
    yield "\n>\n".join(f"> {part}" for part in paragraphs(text)) + "\n"


def _colon(lang: str) -> str:
    return "：" if lang == "zh" else ": "


def _open(lang: str) -> str:
    return "（" if lang == "zh" else " ("


def _shut(lang: str) -> str:
    return "）" if lang == "zh" else ")"


if __name__ == "__main__":
    print_page(__doc__, guide, LANGUAGES)
