"""What a script may hold: scenes that a trainer steps through before a room. docs/scripts.md tells how to write one.

A script claims nothing by itself. What a scene shows is played when it is told; its sentences name measured numbers by
placeholders, and what depends on how a comparison came out is written once for each way it can come out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from sanfang.dashboard.authored.placeholders import PLACEHOLDER, check_braces
from sanfang.dashboard.authored.tables import Bilingual, Place, ScenarioName, Table, one_of
from sanfang.run.moves import Move, with_moves
from sanfang.run.series import BY_COMMUNITY, MEASURES
from sanfang.scenario import content
from sanfang.scenario.catalogue import levers
from sanfang.scenario.declare import level_on
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import shortened

PRESENT, BEGIN, OWN = "present", "begin", ""
"""What a scene can be compared with, besides an earlier scene: the present policy on the same day, and its own first
day; and the scene itself."""

FIRST = "-"
"""The policy before any move: the scenario of the script."""

ChartName = Literal["satisfaction", "days_to_resolve", "wasted", "states", "hours", "latent"]
"""Charts on offer, as `views.charts` calls them."""

OF_MEASURES = ("value", "moved", "change")
OF_THE_SCENE = ("day", "begin", "days", "replications", "residents")
"""Words of placeholders: of what was measured, and of what the file says itself."""


class Line(Bilingual):
    """A heading in both languages."""

    en: str = Field(min_length=1, max_length=60)
    zh: str = Field(min_length=1, max_length=30)


class Caption(Bilingual):
    """A text that a room reads at one glance."""

    en: str = Field(min_length=1, max_length=320)
    zh: str = Field(min_length=1, max_length=140)


class Told(Table):
    """What a scene has shown, for each way in which it can come out."""

    rise: Caption
    fall: Caption
    unclear: Caption


class Scene(Table):
    """One scene: what is said, what is asked, which levers are moved at its beginning, to which day it is played.

    It begins where the scene before it ended, or where the one called `after` ended, with the levers of then. `policy`
    sets all levers as a scenario has them, `move` single ones. Once it has been played, `told` says in which direction
    `measure` differs on its last day from `against`. Without `until` nothing is played.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")
    title: Line
    says: Caption
    question: Caption | None = None
    after: str | None = None
    policy: str | None = None
    move: dict[str, float] = Field(default_factory=dict, max_length=60)
    until: int | None = Field(None, ge=1)
    measure: str = "satisfaction"
    against: str = PRESENT
    told: Told | None = None

    @field_validator("policy")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None:
            one_of(value.partition("@")[0], content.names(), "a scenario")
        return value

    @field_validator("move")
    @classmethod
    def _levers(cls, value: dict[str, float]) -> dict[str, float]:
        for name, level in value.items():
            one_of(name, lever_names(), "a lever")
            if not 0 <= level <= 1:
                raise ValueError(f"{name} = {level:g}: a level is a number from 0 to 1")
        return value

    @field_validator("measure")
    @classmethod
    def _measure(cls, value: str) -> str:
        return one_of(value, MEASURES, "a measure")

    @property
    def captions(self) -> tuple[Caption, ...]:
        """Those that are shown once the scene has been played."""
        return () if self.told is None else (self.told.rise, self.told.fall, self.told.unclear)


class Script(Table):
    """A script: where it is played, what stands beside the caption, and its scenes."""

    order: int = Field(99, ge=0, le=99)
    minutes: int = Field(10, ge=1, le=120)
    title: Line
    about: Caption
    place: Place = Field(default_factory=Place)
    scenario: ScenarioName = "before"
    charts: tuple[ChartName, ChartName] = ("satisfaction", "days_to_resolve")
    figures: tuple[str, str, str] = ("satisfaction", "days_to_resolve", "wasted")
    map: str = "satisfaction"
    speed: Literal[1, 3, 10, 30] = 10
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=15)

    @field_validator("figures")
    @classmethod
    def _measures(cls, value: tuple[str, str, str]) -> tuple[str, str, str]:
        for name in value:
            one_of(name, MEASURES, "a measure")
        return value

    @field_validator("map")
    @classmethod
    def _mapped(cls, value: str) -> str:
        return one_of(value, BY_COMMUNITY, "what a map can show")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        earlier: list[str] = []
        for scene in self.scenes:
            at = f"scene {scene.id}: "
            if scene.id in (*earlier, PRESENT, BEGIN):
                raise ValueError(f"{at}the id is taken")
            if scene.after is not None and scene.after not in earlier:
                raise ValueError(f"{at}after = {shortened(repr(scene.after))} is no earlier scene")
            if scene.against not in (*earlier, PRESENT, BEGIN):
                what = shortened(repr(scene.against))
                raise ValueError(f"{at}against = {what} is neither {PRESENT!r}, {BEGIN!r} nor an earlier scene")
            first, last = self.begin(scene) + 1, self.place.days
            if scene.until is not None and not first <= scene.until <= last:
                raise ValueError(f"{at}until = {scene.until} must lie between {first} and place.days = {last}")
            if scene.until is None and (scene.told or scene.policy or scene.move):
                raise ValueError(f"{at}until is needed where levers are moved or something is told")
            for caption in (scene.says, *([scene.question] if scene.question else []), *scene.captions):
                for text in (caption.en, caption.zh):
                    _check_placeholders(text, earlier, at, played=caption in scene.captions)
            earlier.append(scene.id)
        self.place.check_affordable("the script", len(self.policies) * self.place.replications, "scenes with moves")
        return self

    # --- The way of the script ---

    def number(self, id_: str) -> int:
        """The number of a scene, from 1."""
        return next(number for number, scene in enumerate(self.scenes, 1) if scene.id == id_)

    def before(self, scene: Scene) -> Scene | None:
        """The scene at whose end this one begins; None for one that begins on day 0."""
        if scene.after is not None:
            return self.scenes[self.number(scene.after) - 1]
        number = self.number(scene.id)
        return self.scenes[number - 2] if number > 1 else None

    def begin(self, scene: Scene) -> int:
        """Days played when the scene begins."""
        before = self.before(scene)
        return 0 if before is None else self.end(before)

    def end(self, scene: Scene) -> int:
        """Days played when it ends."""
        return scene.until if scene.until is not None else self.begin(scene)

    def moves(self, scene: Scene) -> tuple[Move, ...]:
        """All moves made up to the end of the scene. Raises InputError where a policy cannot be set by levers."""
        before = self.before(scene)
        made = () if before is None else self.moves(before)
        if scene.policy is None and not scene.move:
            return made
        begin = self.begin(scene)
        now = _levels(with_moves(self.load(self.scenario), made), begin)
        wanted = _levels(self.load(scene.policy), 0) if scene.policy is not None else now
        changed = {name: level for name, level in wanted.items() if level != now[name]} | scene.move
        for name, level in changed.items():
            if level is None or now[name] is None:
                raise InputError(f"scene {scene.id}: {name} is a list of domains, so no level can be set")
        return (*made, *(Move(begin, name, float(level or 0.0)) for name, level in sorted(changed.items())))

    def load(self, name: str) -> Scenario:
        """A scenario in the place of the script. Raises InputError."""
        return Scenario.load(name, district=self.place.district, settings=[f"run.start={self.place.start}"])

    @property
    def policies(self) -> tuple[str, ...]:
        """What is run to tell of the scenes: the scenario, the present policy, and scenes with moves of their own."""
        return (FIRST, PRESENT, *(scene.id for scene in self.scenes if scene.policy is not None or scene.move))


def _levels(scenario: Scenario, day: int) -> dict[str, float | None]:
    """The level of each lever on a day; None where it is a list of domains."""
    levels: dict[str, float | None] = {}
    for lever in levers():
        value = getattr(scenario.policy, lever.name)
        listed = isinstance(value, tuple) and value and isinstance(value[0], str)
        levels[lever.name] = None if listed else level_on(value, day)
    return levels


def _check_placeholders(text: str, earlier: list[str], at: str, played: bool) -> None:
    """Raise ValueError for what nothing can be filled into; before a scene was `played`, only what the file says."""
    known = (*OF_MEASURES, *OF_THE_SCENE) if played else OF_THE_SCENE
    for word, whose, measure in _found(text):
        shown = shortened("{" + word + (f":{whose}" if whose else "") + (f".{measure}" if measure else "") + "}")
        if word not in known:
            raise ValueError(f"{at}{shown} is no placeholder here; there are {', '.join(known)}")
        if whose and whose not in (*earlier, PRESENT, BEGIN):
            raise ValueError(f"{at}{shown}: {whose!r} is neither {PRESENT!r}, {BEGIN!r} nor an earlier scene")
        if measure and measure not in MEASURES:
            raise ValueError(f"{at}{shown}: {shortened(repr(measure))} is no measure{nearest(measure, MEASURES)}")
        if word in OF_THE_SCENE and (whose or measure):
            raise ValueError(f"{at}{shown}: {word} stands alone")
    check_braces(text)


def _found(text: str) -> Iterator[tuple[str, str, str]]:
    return ((match[1], match[2] or "", match[3] or "") for match in PLACEHOLDER.finditer(text))
