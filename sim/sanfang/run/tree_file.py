"""A tree of runs as JSON, to the last digit, and back again; the file of a stranger is a tree, or refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.moves import Move, checked
from sanfang.run.names import MAX_NAME, clean_name
from sanfang.run.series import MEASURES
from sanfang.run.tree import (
    MAX_BRANCHES,
    MAX_MOVES,
    MAX_OWNERS,
    TRUNK,
    Branch,
    Kept,
    Pointer,
    Tree,
)
from sanfang.scenario.errors import InputError, while_reading
from sanfang.scenario.limits import MAX_DAYS
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import shortened

FORMAT = 1
MAX_BYTES = 60_000_000
"""Of a file: the most branches, with all their series of three years."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


_Id = Annotated[int, Field(ge=0, lt=MAX_BRANCHES)]
_Ids = Annotated[list[_Id], Field(max_length=4 * MAX_BRANCHES)]
_Name = Annotated[str, Field(max_length=MAX_NAME)]
_Amounts = Annotated[dict[str, float], Field(max_length=200)]


class _Branch(_Table):
    id: _Id
    parent: _Id | None
    day: Annotated[int, Field(ge=0, lt=MAX_DAYS)]
    owner: _Name
    name: _Name
    moves: Annotated[list[tuple[int, str, float]], Field(max_length=MAX_MOVES)]
    expected: Annotated[dict[str, Literal["better", "same", "worse"]], Field(max_length=len(MEASURES))]
    problem: Annotated[str, Field(max_length=400)] = ""
    series: dict[str, Annotated[list[float | None], Field(max_length=MAX_DAYS)]] | None = None
    hours: _Amounts | None = None
    time: _Amounts | None = None


class _Pointer(_Table):
    now: _Id
    past: _Ids
    future: _Ids


class _File(_Table):
    format: Literal[1]
    seed: int
    scale: float
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)]
    digest: Annotated[str, Field(max_length=64)]
    branches: Annotated[list[_Branch], Field(min_length=1, max_length=MAX_BRANCHES)]
    owners: Annotated[dict[_Name, _Pointer], Field(max_length=MAX_OWNERS)]


def to_dict(tree: Tree, with_series: bool = True) -> dict[str, Any]:
    """A tree as plain tables, lists, texts and numbers; NaN is None. Python writes and reads numbers to the last digit,
    and so does JavaScript. `with_series`: False for whoever keeps the series otherwise."""
    owners = {name: {"now": at.now, "past": at.past, "future": at.future} for name, at in tree.owners().items()}
    return {
        "format": FORMAT, "seed": tree.seed, "scale": tree.scale, "days": tree.days, "digest": tree.scenario.digest(),
        "branches": [_branch(one, with_series) for one in tree.branches], "owners": owners,
    }  # fmt: skip


def _branch(branch: Branch, with_series: bool) -> dict[str, Any]:
    kept = branch.kept
    return {
        "id": branch.id, "parent": branch.parent, "day": branch.day, "owner": branch.owner, "name": branch.name,
        "moves": [list(move) for move in branch.moves], "expected": dict(branch.expected),
        "problem": branch.problem[:400],
        "series": {name: _plain(values) for name, values in kept.series.items()} if kept and with_series else None,
        "hours": kept and dict(kept.hours), "time": kept and dict(kept.time),
    }  # fmt: skip


def _plain(values: np.ndarray) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def to_json(tree: Tree) -> str:
    """A tree as a text, ending in no newline."""
    return json.dumps(to_dict(tree), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(text: str, scenario: Scenario) -> Tree:
    """The tree that a text holds, of this scenario. Raises InputError for what is none, or one of another scenario."""
    if len(text) > MAX_BYTES:
        raise InputError(f"the tree: has more than {MAX_BYTES:,} characters")
    with while_reading("the tree"):
        try:
            given = _File.model_validate_json(text)
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise InputError(f"the tree: {shortened(where)}: {first['msg']}") from None
    if given.digest != scenario.digest():
        raise InputError("the tree: was made of another scenario")
    return _Reader(given, scenario).tree


@dataclass(frozen=True)
class _Reader:
    """Puts a tree together, after checking what one part says of another."""

    given: _File
    scenario: Scenario

    @property
    def tree(self) -> Tree:
        tree = Tree(self.scenario, self.given.seed, self.given.scale, self.given.days)
        branches: list[Branch] = []
        for number, one in enumerate(self.given.branches):
            if one.id != number or (one.parent is None) != (number == TRUNK):
                raise InputError(
                    f"the tree: branch {number}: branches are numbered in order, and the first is the trunk"
                )
            branches.append(self._branch(one, branches))
            tree.scenario_of(branches[-1].moves)
        for owner, at in self.given.owners.items():
            if any(id_ >= len(branches) for id_ in (at.now, *at.past, *at.future)):
                raise InputError(f"the tree: {shortened(owner)}: stands at a branch that is not there")
        tree.restore(
            branches, {name: Pointer(at.now, [*at.past], [*at.future]) for name, at in self.given.owners.items()}
        )
        return tree

    def _branch(self, one: _Branch, before: list[Branch]) -> Branch:
        moves = tuple(checked(day, lever, level) for day, lever, level in one.moves)
        where = f"the tree: branch {one.id}"
        if one.parent is None:
            earlier: tuple[Move, ...] = ()
        elif one.parent >= one.id:
            raise InputError(f"{where}: leaves a branch that comes later")
        else:
            earlier = tuple(move for move in before[one.parent].moves if move.day < one.day)
        own = moves[len(earlier) :]
        if moves[: len(earlier)] != earlier or any(move.day != one.day for move in own) or (one.parent is None and own):
            raise InputError(f"{where}: its moves are those of its parent up to its day, and then its own on that day")
        if one.day >= self.given.days or set(one.expected) - set(MEASURES):
            raise InputError(f"{where}: has a day or a measure that is not there")
        name, owner = clean_name(one.name), clean_name(one.owner)
        return Branch(one.id, one.parent, one.day, owner, name, moves, one.expected, self._kept(one), one.problem)

    def _kept(self, one: _Branch) -> Kept | None:
        if one.series is None or one.hours is None or one.time is None:
            return None
        alike = set(one.series) == set(MEASURES) and all(len(row) == self.given.days for row in one.series.values())
        if not alike or set(one.hours) != set(h.HOUR_HEADINGS) or set(one.time) != set(s.TIME_NAMES):
            raise InputError(f"the tree: branch {one.id}: its series or books are not those of {self.given.days} days")
        return Kept({name: _array(one.series[name]) for name in MEASURES}, one.hours, one.time)


def _array(values: list[float | None]) -> np.ndarray:
    row = np.array([np.nan if value is None else value for value in values], float)
    row.setflags(write=False)
    return row
