"""Tables that files of lessons and of scripts have in common: a text in both languages, and where runs are made."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from sanfang.dashboard import limits
from sanfang.scenario import content
from sanfang.scenario.content import DISTRICTS
from sanfang.scenario.errors import nearest
from sanfang.scenario.telling import shortened

MAX_RESIDENT_YEARS = 1_000_000
"""Of all runs that are asked for at once: some ten seconds on one core."""


class Table(BaseModel):
    """A table of a file: nothing but its keys, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Bilingual(Table):
    """A text in both languages."""

    en: str = Field(min_length=1, max_length=4000)
    zh: str = Field(min_length=1, max_length=4000)

    def say(self, lang: str) -> str:
        return str(self.zh if lang == "zh" else self.en).strip()


def _a_scenario(value: str) -> str:
    return one_of(value, content.names(), "a scenario")


ScenarioName = Annotated[str, AfterValidator(_a_scenario)]
"""The name of a scenario that there is."""


class Place(Table):
    """Where and for how long runs are made, and how often."""

    district: str = "demo"
    start: Literal["steady", "empty"] = "steady"
    size: float = 1.0
    days: int = Field(default=365, ge=60, le=limits.MAX_DAYS)
    seed: int = Field(default=1, ge=0, le=limits.MAX_SEED)
    replications: int = Field(default=4, ge=3, le=10)

    @field_validator("district")
    @classmethod
    def _known(cls, value: str) -> str:
        return one_of(value, content.names(below=DISTRICTS), "a district")

    @model_validator(mode="after")
    def _playable(self) -> Self:
        sizes = limits.sizes(self.district)
        if self.size not in sizes:
            raise ValueError(f"size = {self.size:g}: {self.district} can be played at {', '.join(map(str, sizes))}")
        return self

    @property
    def residents(self) -> int:
        """Residents, rounded to hundreds."""
        return int(round(limits.reached(self.district, self.size).residents, -2))

    def check_affordable(self, what: str, runs: int, fewer: str) -> None:
        """Raise ValueError if so many runs of this place are more than are made at once."""
        if runs > limits.MAX_REPLICATIONS:
            raise ValueError(f"{what} makes {runs} runs; at most {limits.MAX_REPLICATIONS} are made")
        years = runs * self.residents * self.days / 365
        if years > MAX_RESIDENT_YEARS:
            raise ValueError(
                f"{what} simulates {years:,.0f} resident-years; at most {MAX_RESIDENT_YEARS:,} are made: "
                f"fewer {fewer}, replications or days, or a smaller district"
            )


def one_of(value: str, known: Collection[str], what: str) -> str:
    """`value`, if it is known. Raises ValueError, which names what is near."""
    if value not in known:
        listed = "" if len(known) > 20 else f"; there are {', '.join(known)}"
        raise ValueError(f"{shortened(repr(value))} is not {what}{nearest(value, known) or listed}")
    return value
