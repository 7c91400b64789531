"""What a phone may ask of a workshop, checked: an order is of one of these forms, or there is none."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sanfang.dashboard.workshop.refusal import Refused
from sanfang.run.tree import MAX_BRANCHES

MAX_LEVERS = 60

_Id = Annotated[int, Field(ge=0, lt=MAX_BRANCHES)]
_Text = Annotated[str, Field(max_length=60)]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


class Play(_Order):
    """A new branch: it leaves `parent` on `day`, with these levels from then on. `expected`: what the team foresees."""

    action: Literal["play"]
    parent: _Id
    day: Annotated[int, Field(ge=0, le=10_000)]
    levels: Annotated[dict[_Text, Annotated[float, Field(ge=0, le=1)]], Field(max_length=MAX_LEVERS)]
    expected: Annotated[dict[_Text, Literal["better", "same", "worse"]], Field(max_length=10)]
    name: _Text = ""


class Walk(_Order):
    """Back to the branch before, or forward again."""

    action: Literal["undo", "redo"]


class Rename(_Order):
    """Another name for a branch."""

    action: Literal["name"]
    branch: _Id
    name: _Text


Order = Play | Walk | Rename
_ORDER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="action")])


def read(body: bytes) -> Order:
    """The order that the body of a request holds. Raises Refused."""
    try:
        return _ORDER.validate_json(body)
    except ValidationError:
        raise Refused("form") from None


class Entry(_Order):
    """Somebody at the door: the code as it was typed, or the secret of the link; and the name of a team."""

    code: Annotated[str, Field(max_length=40)] = ""
    link: Annotated[str, Field(max_length=40)] = ""
    team: Annotated[str, Field(max_length=200)]


def read_entry(body: bytes) -> Entry:
    """Who wants to come in. Raises Refused."""
    try:
        return Entry.model_validate_json(body)
    except ValidationError:
        raise Refused("form") from None
