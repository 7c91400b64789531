"""Lesson files read, and what is wrong with them told; and where in a lesson a viewer is, as the address keeps it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sanfang.dashboard.pages.lessons.lesson import (
    Arm,
    Bilingual,
    Lesson,
    LessonPlace,
    LessonStep,
    Slider,
    Try,
    scenario_of,
)
from sanfang.metrics.catalogue import BY_NAME
from sanfang.metrics.reasons import reason
from sanfang.scenario import content
from sanfang.scenario.content import Source, label_of
from sanfang.scenario.errors import InputError, nearest, while_reading
from sanfang.scenario.telling import in_words
from sanfang.scenario.toml import read_toml
from sanfang.scenario.window import Window, differences_in_words

LESSONS = "lessons"
"""The folder of lesson files below `scenarios/`."""


def names() -> list[str]:
    """Names of all lesson files."""
    return content.names(below=LESSONS)


def load(name: str) -> Lesson:
    """The lesson called `name`, checked with all its scenarios. Raises InputError, which names file and key."""
    if name not in names():
        raise InputError(f"{name[:40]}: no such lesson{nearest(name, names())}")
    lesson = _read_once(next(path for path in _paths(name) if path.is_file()), _state_of_files())
    if isinstance(lesson, str):
        raise InputError(lesson)
    return lesson


def read(path: Path) -> Lesson:
    """The lesson in a file. Raises InputError."""
    source = Source(path, label_of(path))
    document = read_toml(source)
    with while_reading(source.label):
        try:
            lesson = Lesson.model_validate(document)
        except ValidationError as error:
            raise InputError(f"{source.label}: {_complaints(error, document)}") from None
    for number, step in enumerate(lesson.steps, 1):
        windows = {}
        for arm in step.arms:
            where = lesson.place_of(step)
            try:
                windows[arm.id] = Window.of(scenario_of(arm, where), where.days)
            except InputError as error:
                raise InputError(f"{source.label}: step {number}, arm {arm.id}: {error}") from None
        _check_windows(step, windows, f"{source.label}: step {number}")
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


def load_all() -> tuple[dict[str, Lesson], list[str]]:
    """All lessons that can be used, in their order, and what is wrong with the others."""
    lessons: dict[str, Lesson] = {}
    problems: list[str] = []
    for name in names():
        try:
            lessons[name] = load(name)
        except InputError as error:
            problems.append(str(error))
    return dict(sorted(lessons.items(), key=lambda item: (item[1].order, item[0]))), problems


def _state_of_files() -> tuple[tuple[str, int], ...]:
    """Changes when a lesson, a scenario or a district is edited."""
    below = (".", content.DISTRICTS, LESSONS)
    files = [path for folder in content.folders() for part in below for path in sorted((folder / part).glob("*.toml"))]
    return tuple((str(path), path.stat().st_mtime_ns) for path in files if path.is_file())


@lru_cache(maxsize=64)
def _read_once(path: Path, state: tuple[tuple[str, int], ...]) -> Lesson | str:
    """The lesson, or what is wrong with it: checking all its scenarios takes a fifth of a second."""
    try:
        return read(path)
    except InputError as error:
        return str(error)


def _paths(name: str) -> Iterator[Path]:
    return (folder / LESSONS / f"{name}.toml" for folder in content.folders())


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


# --- What is wrong with a file ---


def _complaints(error: ValidationError, document: Mapping[str, Any]) -> str:
    """The first problems of a file in words: key, value, what is allowed."""
    problems = error.errors(include_url=False)
    sentence = "; ".join(_complaint(problem, document) for problem in problems[:3])
    return sentence + (f" (and {len(problems) - 3} more)" if len(problems) > 3 else "")


def _complaint(problem: ErrorDetails, document: Mapping[str, Any]) -> str:
    path, message = problem["loc"], problem["msg"].removeprefix("Value error, ")
    # Tables of a list are counted from one, as an author counts them.
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in path)
    if problem["type"] == "extra_forbidden":
        message = f"unknown key{_near_key(path, document)}"
    elif problem["type"] == "missing":
        message = "is missing"
    value = problem["input"]
    shown = f" = {in_words(value)}" if isinstance(value, str | int | float) and problem["type"] != "missing" else ""
    return f"{where}{shown}: {message}" if where else message


def _near_key(path: tuple[int | str, ...], document: Mapping[str, Any]) -> str:
    """A hint for a misspelt key."""
    tables: dict[str, type[BaseModel]] = {
        "steps": LessonStep,
        "arms": Arm,
        "place": LessonPlace,
        "slider": Slider,
        "try": Try,
    }
    above = next((part for part in reversed(path[:-1]) if isinstance(part, str)), None)
    table: type[BaseModel] = Lesson if above is None else tables.get(above, Bilingual)
    return nearest(str(path[-1]), [field.alias or name for name, field in table.model_fields.items()])
