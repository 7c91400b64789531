"""Lesson files read, and what is wrong with them told; and where in a lesson a viewer is, as the address keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sanfang.dashboard.authored.reading import Shelf, validated
from sanfang.dashboard.authored.tables import Place, Table
from sanfang.dashboard.pages.lessons.lesson import Arm, Lesson, LessonStep, Slider, Try, scenario_of
from sanfang.metrics.catalogue import BY_NAME
from sanfang.metrics.reasons import reason
from sanfang.scenario.errors import InputError
from sanfang.scenario.window import Window, differences_in_words

LESSONS = "lessons"
"""The folder of lesson files below `scenarios/`."""

TABLES: Mapping[str, type[Table]] = {"steps": LessonStep, "arms": Arm, "place": Place, "slider": Slider, "try": Try}


def read(path: Path) -> Lesson:
    """The lesson in a file, checked with all its scenarios. Raises InputError."""
    lesson, label = validated(path, Lesson, TABLES)
    for number, step in enumerate(lesson.steps, 1):
        windows = {}
        for arm in step.arms:
            where = lesson.place_of(step)
            try:
                windows[arm.id] = Window.of(scenario_of(arm, where), where.days)
            except InputError as error:
                raise InputError(f"{label}: step {number}, arm {arm.id}: {error}") from None
        _check_windows(step, windows, f"{label}: step {number}")
    return lesson


def _check_windows(step: LessonStep, windows: Mapping[str, Window], where: str) -> None:
    """Raise InputError if the arms of a step are evaluated on other days, or on too few for what it measures."""
    difference = differences_in_words(windows)
    if difference:
        raise InputError(f"{where}: {difference}; give all arms the same run.warm_up")
    for name in (step.measure, *step.also):
        for window in windows.values():
            why = reason(name, math.nan, window) if window.days < BY_NAME[name].needs.days else ""
            if why:
                raise InputError(f"{where}: {name}: {why}")


SHELF = Shelf(LESSONS, "lesson", read)
load, load_all = SHELF.load, SHELF.load_all


# --- Where a viewer is --------------------------------------------------------------------------------

OPEN = "-"
"""Stands in an address for a question without an answer."""


@dataclass(frozen=True)
class Progress:
    """In a lesson called `name`: `at` is 0 for the introduction, then the number of a step, then the summary.

    `answers` has a prediction for each step, empty where there is none yet.
    """

    name: str
    at: int
    answers: tuple[str, ...]

    def answered(self, number: int, answer: str) -> Progress:
        """With a prediction for step `number`, counted from 1."""
        return replace(self, answers=(*self.answers[: number - 1], answer, *self.answers[number:]))

    def other(self) -> dict[str, str]:
        """What the address keeps: `lesson` and `answer`."""
        answers = ",".join(answer or OPEN for answer in self.answers)
        return {"lesson": f"{self.name}.{self.at}", "answer": answers if any(self.answers) else ""}


def progress_of(other: Mapping[str, str], lessons: Mapping[str, Lesson]) -> Progress | None:
    """Where an address says that a viewer is; None if in no lesson. Predictions that no step takes are dropped."""
    name, _, at = other.get("lesson", "").partition(".")
    lesson = lessons.get(name)
    if lesson is None:
        return None
    given = other.get("answer", "").split(",")
    given += [OPEN] * len(lesson.steps)
    answers = tuple(answer if step.takes(answer) else "" for step, answer in zip(lesson.steps, given, strict=False))
    number = int(at) if at.isdecimal() and len(at) < 4 else 0
    return Progress(name, min(number, len(lesson.steps) + 1), answers)
