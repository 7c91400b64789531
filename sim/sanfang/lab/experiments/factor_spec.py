"""A factor as an experiment file gives it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from sanfang.scenario.declare import Section
from sanfang.scenario.telling import in_words

Distribution = Literal["uniform", "log-uniform", "triangular", "normal"]

TAKES: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "log-uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd", "low", "high"),
}
"""The keys that each distribution takes; all but low and high must be given."""


class FactorSpec(Section):
    """A factor as a file gives it. Low and high are by default the ends of the parameter's declared range."""

    values: Annotated[tuple[Any, ...], Strict(False)] | None = Field(None, min_length=1, description="Values to take")
    steps: int | None = Field(None, ge=2, le=1000, description="How many values between low and high, both included")
    distribution: Distribution | None = Field(None, description="How values lie between low and high; default uniform")
    low: float | None = Field(None, description="Lowest value")
    high: float | None = Field(None, description="Highest value")
    mode: float | None = Field(None, description="Most likely value of a triangular distribution")
    mean: float | None = Field(None, description="Mean of a normal distribution, before it is cut at low and high")
    sd: float | None = Field(None, gt=0, description="Standard deviation of a normal distribution, before the cut")
    sets: dict[str, Any] | None = Field(None, min_length=1, description="Parameters to set, each to value x number")
    overlay: str | None = Field(None, description="Scenario file whose own levers to set, each to value x its level")

    @model_validator(mode="after")
    def _keys_fit(self) -> FactorSpec:
        given = self.model_fields_set
        if {"sets", "overlay"} <= given:
            raise _wrong("takes sets or overlay, not both")
        between = sorted(given - {"values", "sets", "overlay"})
        if "values" in given and between:
            raise _wrong(f"takes values or {' and '.join(between)}, not both")
        taken, kind = TAKES[self.distribution or "uniform"], self.distribution or "uniform"
        for key in between:
            if key not in (*taken, "steps", "distribution"):
                raise _wrong(f"{key} is not used by a {kind} distribution, which takes {', '.join(taken)}")
        missing = [key for key in taken if key not in ("low", "high") and getattr(self, key) is None]
        if missing:
            raise _wrong(f"a {kind} distribution needs {' and '.join(missing)}")
        met: set[Any] = set()
        for item in self.values or ():
            if comparable(item) in met:
                raise _wrong(f"names the value {in_words(item)} twice")
            met.add(comparable(item))
        return self


def comparable(value: Any) -> Any:
    """A value as sets and dicts can hold it, equal where the values are equal."""
    if isinstance(value, list | tuple):
        return tuple(comparable(item) for item in value)
    if isinstance(value, Mapping):
        return frozenset((key, comparable(item)) for key, item in value.items())
    return value if isinstance(value, Hashable) else repr(value)


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("factor", "{message}", {"message": message})


def _as_table(value: Any) -> Any:
    return {"values": value} if isinstance(value, list | tuple) else value


GivenFactor = Annotated[FactorSpec, BeforeValidator(_as_table, json_schema_input_type=FactorSpec | list[Any])]
"""A table, or just the list of values."""
