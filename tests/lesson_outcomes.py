"""Lessons and made-up runs of their steps, for tests."""

from __future__ import annotations

from pathlib import Path

from sanfang.dashboard.authored.tables import Place
from sanfang.dashboard.pages.lessons.files import LESSONS, load
from sanfang.dashboard.pages.lessons.lesson import Lesson, LessonStep
from sanfang.dashboard.pages.lessons.runs import StepOutcome
from sanfang.dashboard.worlds.kept_runs import Seen
from sanfang.metrics.catalogue import BY_NAME, METRICS

ROOT = Path(__file__).resolve().parents[1]

FOLDER = ROOT / "scenarios" / LESSONS

LESSON_NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))

STEPS = [(name, number) for name in LESSON_NAMES for number in range(len(load(name).steps))]

SHORT = Place(start="empty", days=240, replications=3)
"""The small district without years before: lessons as shipped begin in Licang's steady state, which takes longer."""

FAR = 20.0
"""More than the smallest difference of interest in any unit."""


def short(lesson: Lesson, step: LessonStep) -> tuple[Lesson, LessonStep]:
    """The same step as the first of its lesson, shorter and at a place that needs no years before."""
    brief = step.model_copy(update={"place": SHORT})
    return lesson.model_copy(update={"steps": (brief, *lesson.steps[1:])}), brief


def made_up(step: LessonStep, shift: dict[str, float]) -> StepOutcome:
    """Runs in which every metric is 0.5 but for the noise of the seed, plus the shift of its arm."""
    noise = [0.001, -0.002, 0.0015]
    by_arm = {
        arm.id: tuple(
            Seen({metric.name: 0.5 + one + shift.get(arm.id, 0.0) * (1 + one) for metric in METRICS}, {})
            for one in noise
        )
        for arm in step.arms
    }
    return StepOutcome(step, SHORT, by_arm)


def with_outcome(step: LessonStep, outcome: str) -> StepOutcome:
    """Made-up runs that come out as asked."""
    last, first = step.arms[-1].id, step.arms[0].id
    others = [arm.id for arm in step.arms[1:]]
    if step.asks == "which":
        sign = -1.0 if step.goal == "lowest" else 1.0
        return made_up(step, {outcome: sign * FAR} if outcome in others else {})
    better_is_up = BY_NAME[step.measure].better == "higher"
    up = {"rise": FAR, "fall": -FAR, "better": FAR if better_is_up else -FAR, "worse": -FAR if better_is_up else FAR}
    return made_up(step, {last: up.get(outcome, 0.0)} if last != first else {})
