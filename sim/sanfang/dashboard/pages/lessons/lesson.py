"""What a lesson file may hold. The files lie in `scenarios/lessons/`; docs/lessons.md tells how to write one.

A lesson claims nothing by itself. Its texts name measured numbers by placeholders, and what depends on how a
comparison came out is written once for each way it can come out, so a text cannot contradict the numbers beside it.
"""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from sanfang.dashboard.authored.differences import LESS, MORE, OUTCOMES, UNCLEAR
from sanfang.dashboard.authored.tables import Bilingual, Place, ScenarioName, Table, one_of
from sanfang.dashboard.pages.lessons.placeholders import check_placeholders
from sanfang.metrics.catalogue import BY_NAME
from sanfang.run.series import MEASURES
from sanfang.scenario.catalogue import find
from sanfang.scenario.errors import nearest
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import shortened

SAME = "stay"
ANY = "any"
VERDICTS = ("better", "worse", UNCLEAR)


class Arm(Table):
    """One policy or district that a step runs: a scenario by name, and maybe parameters set in it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,13}$")
    scenario: ScenarioName
    set: dict[str, float] = Field(default_factory=dict)
    label: Bilingual | None = None

    @field_validator("set")
    @classmethod
    def _parameters(cls, value: dict[str, float]) -> dict[str, float]:
        for path in value:
            if find(path) is None:
                known = [f"policy.{name}" for name in lever_names()]
                raise ValueError(
                    f"{shortened(repr(path))} is no parameter{nearest(path, known)}; see docs/parameters.md"
                )
        return value

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.set and self.label is None:
            raise ValueError("label: needed where set changes the scenario, in en and zh")
        return self


class Slider(Table):
    """What a number may be guessed with, in the unit that is shown (percent for shares); `near` counts as right."""

    least: float
    most: float
    step: float = Field(1.0, gt=0)
    near: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least >= self.most or self.step > self.most - self.least:
            raise ValueError("least must be below most, and step no longer than the way between them")
        return self


class Try(Table):
    """A lever to move on the Live page."""

    text: Bilingual
    lever: str
    level: float = Field(1.0, ge=0, le=1)
    scenario: ScenarioName = "before"

    @field_validator("lever")
    @classmethod
    def _lever(cls, value: str) -> str:
        return one_of(value, lever_names(), "a lever")


class LessonStep(Table):
    """A question, a prediction, runs, and what came out.

    `asks` "change": does `measure` rise, stay or fall from the first arm to the last; "level": how high is it in the
    last arm; "which": in which arm but the first is it at its `goal`; "together": does the last arm, which has what all
    others have, gain more than these together. `told` has a text for each way that can come out.
    """

    title: Bilingual
    setting: Bilingual
    question: Bilingual
    asks: Literal["change", "level", "which", "together"] = "change"
    measure: str
    goal: Literal["highest", "lowest"] = "lowest"
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=6)
    place: Place | None = None
    slider: Slider | None = None
    also: tuple[str, ...] = Field((), max_length=8)
    chart: str | None = None
    told: dict[str, Bilingual]
    why: Bilingual
    try_: Try | None = Field(None, alias="try")

    @field_validator("measure")
    @classmethod
    def _metric(cls, value: str) -> str:
        return one_of(value, BY_NAME, "a measure")

    @field_validator("also")
    @classmethod
    def _metrics(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one_of(name, BY_NAME, "a measure") for name in value)

    @field_validator("chart")
    @classmethod
    def _series(cls, value: str | None) -> str | None:
        return value if value is None else one_of(value, MEASURES, "a chart")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [arm.id for arm in self.arms]
        if len(set(ids)) < len(ids):
            raise ValueError("arms: two have the same id")
        least, most = {"change": (2, 6), "level": (1, 6), "which": (3, 5), "together": (4, 6)}[self.asks]
        if not least <= len(ids) <= most:
            raise ValueError(f'asks = "{self.asks}" needs {least} to {most} arms, not {len(ids)}')
        if (self.asks == "level") != (self.slider is not None):
            raise ValueError('slider: needed where asks = "level", and only there')
        if self.asks == "together" and BY_NAME[self.measure].better is None:
            raise ValueError(f'measure = "{self.measure}": neither direction is better, so nothing is gained')
        wrong = set(self.outcomes) ^ self.told.keys()
        if wrong:
            raise ValueError(f"told: must have {', '.join(self.outcomes)}, and has {', '.join(self.told)}")
        for text in (self.setting, self.question, *self.told.values(), self.why):
            for words in (text.en, text.zh):
                check_placeholders(words, ids, self.asks, before=text in (self.setting, self.question))
        return self

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The ways this can come out: the keys of `told`."""
        if self.asks == "which":
            return (*[arm.id for arm in self.arms[1:]], UNCLEAR)
        if self.asks == "together":
            return VERDICTS
        return (ANY,) if len(self.arms) == 1 else OUTCOMES

    @property
    def answers(self) -> tuple[str, ...]:
        """What can be predicted; empty for a number."""
        if self.asks == "level":
            return ()
        if self.asks == "which":
            return tuple(arm.id for arm in self.arms[1:])
        return ("better", SAME, "worse") if self.asks == "together" else (MORE, SAME, LESS)

    def takes(self, answer: str) -> bool:
        """Whether `answer` is a prediction of this step."""
        if self.slider is None:
            return answer in self.answers
        if not re.fullmatch(r"-?\d{1,7}(\.\d{1,3})?", answer):
            return False
        return self.slider.least <= float(answer) <= self.slider.most


class Lesson(Table):
    """One lesson. `sources` are IDs of the article's list; `place` holds for steps that have none of their own."""

    order: int = Field(99, ge=0, le=99)
    minutes: int = Field(10, ge=1, le=60)
    title: Bilingual
    claim: Bilingual
    introduction: Bilingual
    sources: tuple[str, ...] = Field(max_length=20)
    place: Place = Field(default_factory=Place)
    steps: tuple[LessonStep, ...] = Field(min_length=3, max_length=5)
    summary: Bilingual
    remember: tuple[Bilingual, ...] = Field(min_length=1, max_length=6)

    @model_validator(mode="after")
    def _affordable(self) -> Self:
        for number, step in enumerate(self.steps, 1):
            where = self.place_of(step)
            where.check_affordable(f"step {number}", len(step.arms) * where.replications, "arms")
        return self

    def place_of(self, step: LessonStep) -> Place:
        """Where `step` runs."""
        return step.place or self.place


def scenario_of(arm: Arm, place: Place) -> Scenario:
    """The scenario of an arm. Raises InputError."""
    scenario = Scenario.load(arm.scenario, district=place.district)
    return scenario.with_({"run.start": place.start} | arm.set, origin=f"arm {arm.id}")
