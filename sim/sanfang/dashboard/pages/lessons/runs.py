"""The runs of a lesson's step, and how it came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sanfang.dashboard.authored.differences import MORE, UNCLEAR, Difference, differences
from sanfang.dashboard.authored.tables import Place
from sanfang.dashboard.pages.lessons.lesson import ANY, SAME, Lesson, LessonStep, scenario_of
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.kept_runs import RUNS, Runs, Seen, Trial, with_seeds
from sanfang.metrics.catalogue import BY_NAME


def trials(lesson: Lesson, step: LessonStep) -> dict[str, list[Trial]]:
    """The runs of a step: for each arm, one for each seed."""
    where = lesson.place_of(step)
    return {arm.id: with_seeds(scenario_of(arm, where), where) for arm in step.arms}


@dataclass(frozen=True)
class StepOutcome:
    """What the runs of a step showed: `by_arm` has the runs of each arm, seed by seed."""

    step: LessonStep
    place: Place
    by_arm: Mapping[str, tuple[Seen, ...]]

    def values(self, arm: str, metric: str) -> np.ndarray:
        """A metric of an arm, by seed."""
        return np.array([seen.metrics[metric] for seen in self.by_arm[arm]])

    def mean(self, arm: str, metric: str) -> float:
        return float(self.values(arm, metric).mean())

    def change(self, arm: str, metric: str) -> Difference:
        """From the first arm to `arm`. The metrics of a step are looked at together."""
        shown = list(dict.fromkeys([self.step.measure, *self.step.also, metric]))
        values = [self.values(arm, name) - self.values(self.first, name) for name in shown]
        return differences(values, [BY_NAME[name].smallest for name in shown])[shown.index(metric)]

    @property
    def first(self) -> str:
        return self.step.arms[0].id

    @property
    def judged(self) -> str:
        """The arm that the question is about: the last one, or the one that came out best."""
        return self.ranked[0] if self.step.asks == "which" else self.step.arms[-1].id

    @property
    def ranked(self) -> list[str]:
        """All arms but the first, the one nearest to the goal first."""
        sign = 1 if self.step.goal == "lowest" else -1
        return sorted([arm.id for arm in self.step.arms[1:]], key=lambda id_: sign * self.mean(id_, self.step.measure))

    @property
    def sum_of_parts(self) -> np.ndarray:
        """What the arms between first and last change, added up, by seed."""
        base = self.values(self.first, self.step.measure)
        parts = [self.values(arm.id, self.step.measure) - base for arm in self.step.arms[1:-1]]
        return np.asarray(np.sum(parts, axis=0))

    @property
    def contrast(self) -> Difference:
        """The difference that decides: last arm less first, best less second, or all together less their sum."""
        measure_, asks = self.step.measure, self.step.asks
        if asks == "which":
            best, second = self.ranked[:2]
            values = self.values(best, measure_) - self.values(second, measure_)
        elif asks == "together":
            values = self.values(self.judged, measure_) - self.values(self.first, measure_) - self.sum_of_parts
        else:
            return self.change(self.judged, measure_)
        return differences([values], [BY_NAME[measure_].smallest])[0]

    @property
    def outcome(self) -> str:
        """One of `LessonStep.outcomes`."""
        if self.step.outcomes == (ANY,):
            return ANY
        direction = self.contrast.direction
        if direction == UNCLEAR:
            return UNCLEAR
        if self.step.asks == "which":
            return self.judged
        return verdict(self.step.measure, direction) if self.step.asks == "together" else direction


def verdict(metric: str, direction: str) -> str:
    """ "better" or "worse" for a direction, "unclear"; "" where neither direction is better."""
    better = BY_NAME[metric].better
    if direction == UNCLEAR:
        return UNCLEAR
    return "" if better is None else "better" if (direction == MORE) == (better == "higher") else "worse"


def find_out(lesson: Lesson, step: LessonStep, job: PageJob[Any], runs: Runs = RUNS) -> StepOutcome:
    """Make the runs of a step, as a job that counts them. Raises Cancelled."""
    return StepOutcome(step, lesson.place_of(step), runs.make_all(trials(lesson, step), job))


def known(lesson: Lesson, step: LessonStep, runs: Runs = RUNS) -> StepOutcome | None:
    """What the runs of a step showed, if all of them were made before."""
    seen = runs.all_seen(trials(lesson, step))
    return StepOutcome(step, lesson.place_of(step), seen) if seen is not None else None


def score(result: StepOutcome, answer: str, shown: Callable[[float], float] = float) -> str:
    """ "right" or "wrong" of a prediction. A guessed number counts as right within the slider's `near`, measured as
    `shown` scales it; where nothing is clear, "stay" or one of the best two."""
    step = result.step
    if step.slider:
        gap = abs(float(answer) - shown(result.mean(result.judged, step.measure)))
        return "right" if gap <= step.slider.near else "wrong"
    if result.outcome != UNCLEAR:
        return "right" if answer == result.outcome else "wrong"
    unclear = result.ranked[:2] if step.asks == "which" else [SAME]
    return "right" if answer in unclear else "wrong"
