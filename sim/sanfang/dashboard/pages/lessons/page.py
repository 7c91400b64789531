"""The Lessons page: a claim of the article, predictions, runs made here and now, and what came out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import solara

from sanfang.dashboard.authored.paragraphs import paragraphs
from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.lessons import presenter, wording
from sanfang.dashboard.pages.lessons.files import Progress, load_all, progress_of
from sanfang.dashboard.pages.lessons.handout import HANDOUT, Handout
from sanfang.dashboard.pages.lessons.lesson import Lesson, LessonStep
from sanfang.dashboard.pages.lessons.recipe import recipe
from sanfang.dashboard.pages.lessons.runs import StepOutcome, find_out, known
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.progress import JobCard, use_job
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds.job import PageJob

Event = parts.Event


@solara.component_vue("list.vue", vuetify=False)
def LessonList(lessons: list[Json], words: Json, event_start: Event) -> None:
    """Cards of lessons: name, title, about, claim, sources; `start` is called with a name."""


@solara.component_vue("steps.vue", vuetify=False)
def LessonSteps(
    title: str, steps: list[Json], at: int, begun: bool, words: Json, event_go: Event, event_leave: Event,
    event_anew: Event,
) -> None:  # fmt: skip
    """The steps of a lesson: at, mark, label, done; `go` is called with the number of one."""


@solara.component_vue("text.vue", vuetify=False)
def LessonText(
    title: str, paragraphs: list[str], above: str = "", below: str = "", claim: str = "", claim_word: str = ""
) -> None:
    """A heading and paragraphs."""


@solara.component_vue("predict.vue", vuetify=False)
def Predict(
    id: str, question: str, choices: list[Json], slider: Json | None, answer: str, fixed: bool, runs: str, words: Json,
    event_answered: Event,
) -> None:  # fmt: skip
    """A question with options or a slider; `answered` is called with the prediction."""


@solara.component_vue("reveal.vue", vuetify=False)
def Reveal(told: Json, jump: bool, words: Json) -> None:
    """What `presenter.reveal` gives; `jump` scrolls to it."""


@solara.component_vue("ways.vue", vuetify=False)
def Ways(links: list[Json], hint: Json | None, words: Json) -> None:
    """Links to other pages, and what to try."""


@solara.component_vue("end.vue", vuetify=False)
def End(score: str, kind: str, rows: list[Json], remember: list[str], sources: str, words: Json) -> None:
    """The score, predictions beside results, what to remember."""


@solara.component
def LessonsPage() -> None:
    """All lessons, or the one that the address names."""
    lessons, problems = solara.use_memo(load_all, [])
    address, lang = viewer.address.value, viewer.lang()
    progress = progress_of(address.other, lessons)
    at = address.other.get("lesson", "").partition(".")[2]
    with solara.Div(classes=["sf-stack"]):
        notes = [{"kind": "error", "text": say("lessons_broken", lang, problem=problem)} for problem in problems]
        parts.Notes(notes=notes if progress is None else [])
        if progress is None:
            Index(lessons, lang)
        elif at == HANDOUT:
            Handout(lessons[progress.name], lambda: go(replace(progress, at=0)), lang)
        else:
            LessonView(lessons, progress, lang)


def go(progress: Progress | None) -> None:
    """Let the address say where the viewer is; None is outside all lessons."""
    address = viewer.address.value
    viewer.address.set(address.with_other(**(progress.other() if progress else {"lesson": "", "answer": ""})))


def _words(lang: str, *names: str) -> dict[str, str]:
    return {name: say(f"lessons_{name}", lang) for name in names}


def _about(lesson: Lesson, lang: str) -> str:
    return say("lessons_minutes", lang, minutes=lesson.minutes, steps=len(lesson.steps))


def _sources(lesson: Lesson, lang: str) -> str:
    return say("lessons_sources", lang, ids=", ".join(lesson.sources)) if lesson.sources else ""


@solara.component
def Index(lessons: dict[str, Lesson], lang: str) -> None:
    """All lessons to choose from."""
    about = say("lessons_intro" if lessons else "lessons_none", lang)
    LessonText(title=say("lessons_title", lang), paragraphs=[about])
    cards = [
        {
            "name": name, "title": lesson.title.say(lang), "about": _about(lesson, lang),
            "claim": lesson.claim.say(lang), "sources": _sources(lesson, lang),
        }
        for name, lesson in lessons.items()
    ]  # fmt: skip

    def start(name: object) -> None:
        if isinstance(name, str) and name in lessons:
            go(Progress(name, 0, ("",) * len(lessons[name].steps)))

    LessonList(lessons=cards, words=_words(lang, "start", "claim"), event_start=start)


@solara.component
def LessonView(lessons: dict[str, Lesson], progress: Progress, lang: str) -> None:
    """The steps at the side, and the one where the viewer is."""
    lesson = lessons[progress.name]
    count = len(lesson.steps)
    marks = [{"at": 0, "mark": "·", "label": say("lessons_step_intro", lang), "done": False}]
    marks += [
        {"at": number, "mark": str(number), "label": step.title.say(lang), "done": bool(progress.answers[number - 1])}
        for number, step in enumerate(lesson.steps, 1)
    ]
    marks.append({"at": count + 1, "mark": "·", "label": say("lessons_step_end", lang), "done": False})

    def move(at: object) -> None:
        if isinstance(at, int):
            go(replace(progress, at=min(max(at, 0), count + 1)))

    def onwards(button: object) -> None:
        if button == HANDOUT:
            viewer.address.set(viewer.address.value.with_other(lesson=f"{progress.name}.{HANDOUT}"))
        else:
            move(progress.at + 1)

    with solara.Div(classes=["sf-lesson"]):
        LessonSteps(
            title=lesson.title.say(lang), steps=marks, at=progress.at, begun=any(progress.answers),
            words=_words(lang, "steps", "all", "again", "again_hint"), event_go=move,
            event_leave=lambda _=None: go(None),
            event_anew=lambda _=None: go(Progress(progress.name, 0, ("",) * count)),
        )  # fmt: skip
        with solara.Div(classes=["card", "sf-lesson-body"]):
            if progress.at == 0:
                Introduction(lesson, lang)
            elif progress.at > count:
                Summary(lesson, progress, lang)
                NextLesson(progress.name, lessons, lang)
            else:
                StepView(lesson, progress, lang).key(f"{progress.name}.{progress.at}")
            if progress.at <= count and (progress.at == 0 or progress.answers[progress.at - 1]):
                onward = "first" if progress.at == 0 else "next" if progress.at < count else "to_end"
                buttons = [{"id": "onward", "label": f"{say(f'lessons_{onward}', lang)} ›", "primary": True}]
                buttons += [{"id": HANDOUT, "label": say("lessons_handout", lang)}] if progress.at == 0 else []
                parts.Buttons(buttons=buttons, event_press=onwards)


@solara.component
def Introduction(lesson: Lesson, lang: str) -> None:
    """The claim, and what it is about."""
    LessonText(
        title=lesson.title.say(lang), above=_about(lesson, lang), claim=lesson.claim.say(lang),
        claim_word=say("lessons_claim", lang), paragraphs=paragraphs(lesson.introduction.say(lang)),
        below=_sources(lesson, lang),
    )  # fmt: skip


@solara.component
def StepView(lesson: Lesson, progress: Progress, lang: str) -> None:
    """One question: the prediction, and once it is made the runs and what they show."""
    number, count = progress.at, len(lesson.steps)
    step, answer = lesson.steps[number - 1], progress.answers[number - 1]
    where = lesson.place_of(step)
    came_answered = solara.use_memo(lambda: bool(answer), [])
    plan = {"arms": len(step.arms), "replications": where.replications, "residents": where.residents}

    def predict(given: object) -> None:
        if isinstance(given, str) and step.takes(given):
            go(progress.answered(number, given))

    LessonText(
        title=step.title.say(lang), above=say("lessons_question", lang, number=number, count=count),
        paragraphs=paragraphs(wording.placed(step.setting.say(lang), where)),
    )  # fmt: skip
    Predict(
        id=f"{progress.name}-{number}", question=wording.placed(step.question.say(lang), where),
        choices=presenter.choices(step, lang),
        slider=presenter.slider(step, lang), answer=answer, fixed=bool(answer),
        runs=say("lessons_runs", lang, days=where.days, **plan),
        words=_words(lang, "predict", "run", "choose"), event_answered=predict,
    )  # fmt: skip
    if answer:
        Outcome(lesson, step, answer, not came_answered, lang)


@solara.component
def Outcome(lesson: Lesson, step: LessonStep, answer: str, jump: bool, lang: str) -> None:
    """The runs of a step, and what they show beside the prediction."""
    made = use_outcomes(lesson, (step,), lang)
    if made:
        outcome = made[0]
        words = ("predicted", "happened", "why", "also", "measure", "verdict", "closer", "try")
        Reveal(told=presenter.reveal(outcome, answer, lang), jump=jump, words=_words(lang, *words))
        parts.Charts(charts=presenter.charts(outcome, lang))
        Ways(
            links=presenter.links(outcome, lang),
            hint=presenter.hint(lesson, step, lang),
            words=_words(lang, "closer", "try"),
        )


@solara.component
def Summary(lesson: Lesson, progress: Progress, lang: str) -> None:
    """The end of a lesson."""
    LessonText(title=say("lessons_summary", lang), paragraphs=paragraphs(lesson.summary.say(lang)))
    Score(lesson, progress, lang).key(f"{progress.name} {progress.answers}")


@solara.component
def NextLesson(name: str, lessons: dict[str, Lesson], lang: str) -> None:
    """A button to the lesson that follows in the list; none after the last one."""
    following = dict(pairwise(lessons)).get(name)
    buttons = []
    if following is not None:
        title = lessons[following].title.say(lang)
        label = say("lessons_next_lesson", lang, title=title)
        buttons = [{"id": "next-lesson", "label": f"{label} ›", "primary": True}]

    def begin(_: object) -> None:
        if following is not None:
            go(Progress(following, 0, ("",) * len(lessons[following].steps)))

    parts.Buttons(buttons=buttons, event_press=begin)


@solara.component
def Score(lesson: Lesson, progress: Progress, lang: str) -> None:
    """Predictions beside results: the runs are known if the lesson was played here, else they are made."""
    answered = [(step, answer) for step, answer in zip(lesson.steps, progress.answers, strict=True) if answer]
    made = use_outcomes(lesson, tuple(step for step, _ in answered), lang)
    if made is None:
        return
    rows = []
    for outcome, (step, answer) in zip(made, answered, strict=True):
        shown = presenter.reveal(outcome, answer, lang)
        kept = {key: shown[key] for key in ("predicted", "happened", "verdict", "right")}
        rows.append({"title": step.title.say(lang), **kept})
    right, count = sum(row["right"] for row in rows), len(lesson.steps)
    text, kind = say("lessons_score_open", lang, missing=count - len(rows)), ""
    if len(rows) == count:
        text = say("lessons_score", lang, right=right, count=count)
        kind = say(f"lessons_score_{'high' if right == count else 'middle' if 2 * right >= count else 'low'}", lang)
    End(
        score=text, kind=kind, rows=rows, remember=[text.say(lang) for text in lesson.remember],
        sources=_sources(lesson, lang), words=_words(lang, "predicted", "happened", "remember", "steps"),
    )  # fmt: skip


# --- Runs ---------------------------------------------------------------------------------------------


def use_outcomes(lesson: Lesson, steps: tuple[LessonStep, ...], lang: str) -> tuple[StepOutcome, ...] | None:
    """The runs of `steps`, at once if they were made before, else once a job has made them; until then its card is
    shown. The component must have a key for the steps."""

    def make(job: PageJob[tuple[StepOutcome, ...]]) -> tuple[StepOutcome, ...]:
        return tuple(find_out(lesson, step, job) for step in steps)

    at_once = solara.use_memo(lambda: [known(lesson, step) for step in steps], [])
    all_known = tuple(outcome for outcome in at_once if outcome)
    count = sum(len(step.arms) * lesson.place_of(step).replications for step in steps)
    job, again = use_job(make, [], count, known=all_known if len(all_known) == len(steps) else None)
    if job.found is None:
        JobCard(job, lambda: say("lessons_running", lang, done=job.done, all=count), lang, again)
    return job.found


PAGE = Page("/lessons", 5, LessonsPage, recipe, heading=True)
