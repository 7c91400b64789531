"""A tree of runs: the same district on the same morning, and every policy that was tried in it as a branch.

A branch is a list of moves, the branch that it left and the day on which it did so; once played, also its series.
Worlds are not kept: a run is bit-identical whenever it is made, so a branch is played from the start, looked at, and
let go.

    tree = Tree(scenario, seed=1, scale=0.1)
    bold = tree.grow(0, 0, {"authority": 1.0}, owner="red")
    tree.play(bold.id)
    later = tree.grow(bold.id, 120, {"triage": 0.5}, owner="red")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from sanfang.metrics.catalogue import BY_NAME
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.against import Change, largest
from sanfang.run.moves import Move, checked, level_in, with_moves
from sanfang.run.names import clean_name
from sanfang.run.series import MEASURES, measures
from sanfang.run.session import Session
from sanfang.run.simulation import check_run
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import whole_number
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words, shortened

TRUNK = 0
"""The id of the branch in which nothing was moved."""

MAX_BRANCHES = 240
MAX_MOVES = 200
MAX_OWNERS = 60

DIRECTIONS = ("better", "same", "worse")
"""What may be expected of a measure, against the trunk."""


@dataclass(frozen=True, eq=False)
class Kept:
    """What stays of a run once its world is let go."""

    series: Mapping[str, np.ndarray]
    """Each of `series.MEASURES`, a value a day, read-only; NaN where there is none yet."""
    hours: Mapping[str, float]
    """Public hours of all days, by heading of the ledger."""
    time: Mapping[str, float]
    """Working hours that parts of requests spent in all days, by cause."""


@dataclass(frozen=True, eq=False)
class Branch:
    """One run of a tree. `day` is that (0 is the first) from which it differs from its `parent`, `owner` whose it is.

    `expected` is what its owner said of measures before it was played: one of `DIRECTIONS`. `kept` is None until it is
    played; `problem` says why it could not be.
    """

    id: int
    parent: int | None
    day: int
    owner: str
    name: str
    moves: tuple[Move, ...]
    expected: Mapping[str, str] = field(default_factory=dict)
    kept: Kept | None = None
    problem: str = ""


@dataclass(frozen=True)
class Beside:
    """One played branch beside another."""

    last: tuple[Change, ...]
    """Each of `series.MEASURES` on the last day."""
    time: tuple[Change, ...]
    """Working hours of requests, by cause: the largest differences first."""
    hours: tuple[Change, ...]
    """Public hours, by heading: the same."""


@dataclass
class Pointer:
    """Where an owner is in the tree, where it was before, and what it has taken back."""

    now: int = TRUNK
    past: list[int] = field(default_factory=list)
    future: list[int] = field(default_factory=list)

    def step(self, there: list[int], here: list[int]) -> bool:
        """To the last one `there`, leaving where it is `here`; False if there is none."""
        if not there:
            return False
        here.append(self.now)
        self.now = there.pop()
        return True


class Tree:
    """Branches of `scenario` under the same seed, scale and length (None: the scenario's own number of days).

    Raises InputError for what no run can have. Not for several threads at once.
    """

    def __init__(self, scenario: Scenario, seed: int = 1, scale: float = 1.0, days: int | None = None) -> None:
        check_run(seed, days, scale)
        self.scenario, self.seed, self.scale, self.days = scenario, seed, scale, days or scenario.run.days
        self._branches = [Branch(TRUNK, None, 0, "", "", ())]
        self._pointers: dict[str, Pointer] = {}
        self._doses = lru_cache(4 * MAX_BRANCHES)(self._most_on_a_day)  # asked for at every look of a phone

    # --- Looking at it ----------------------------------------------------------------------------------

    @property
    def branches(self) -> tuple[Branch, ...]:
        """All of them, in the order in which they grew; the trunk is the first."""
        return tuple(self._branches)

    def branch(self, id_: int) -> Branch:
        """The branch with this id. Raises InputError."""
        return self._branches[whole_number("branch", id_, 0, len(self._branches) - 1)]

    def of(self, owner: str) -> tuple[Branch, ...]:
        """The branches of an owner."""
        return tuple(one for one in self._branches if one.parent is not None and one.owner == owner)

    def pointer(self, owner: str) -> Pointer:
        """Where an owner is: at the trunk before it has a branch."""
        return self._pointers.get(owner, Pointer())

    def owners(self) -> dict[str, Pointer]:
        """All who have a branch."""
        return dict(self._pointers)

    def moves_from(self, parent: int, day: int, levels: Mapping[str, float]) -> tuple[Move, ...]:
        """The moves of a branch that would leave `parent` on `day` with these levels. Raises InputError."""
        start, on = self.branch(parent), whole_number("day", day, 0, self.days - 1)
        earlier = tuple(move for move in start.moves if move.day < on)
        return (*earlier, *(checked(on, lever, level) for lever, level in levels.items()))

    def scenario_of(self, moves: Iterable[Move]) -> Scenario:
        """What is played where these moves are made. Raises InputError."""
        return with_moves(self.scenario, moves)

    def levels(self, moves: Iterable[Move], day: int) -> dict[str, float | None]:
        """The level of each lever on a day; None where a list of domains stands in its place."""
        policy = self.scenario_of(moves).policy
        return {name: level_in(policy, name, day) for name in lever_names()}

    def doses(self, moves: Iterable[Move]) -> float:
        """The most that is pulled on any day, beyond what the tree's own scenario pulls: 1 is one lever all the way."""
        return self._doses(tuple(moves))

    def _most_on_a_day(self, made: tuple[Move, ...]) -> float:
        return max((self.doses_on(made, day) for day in {move.day for move in made}), default=0.0)

    def doses_on(self, moves: Iterable[Move], day: int) -> float:
        """What is pulled on one day, in the same unit."""
        made = [move for move in moves if move.day <= day]
        now, own = self.levels(made, day), self.levels((), day)
        return sum(max((now[name] or 0.0) - (own[name] or 0.0), 0.0) for name in {move.lever for move in made})

    def beside(self, id_: int, other: int = TRUNK) -> Beside | None:
        """One branch beside another; None until both are played."""
        mine, theirs = self.branch(id_).kept, self.branch(other).kept
        if mine is None or theirs is None:
            return None
        last = tuple(Change(name, float(mine.series[name][-1]), float(theirs.series[name][-1])) for name in MEASURES)
        return Beside(last, largest(mine.time, theirs.time), largest(mine.hours, theirs.hours))

    # --- Growing it -------------------------------------------------------------------------------------

    def grow(
        self,
        parent: int,
        day: int,
        levels: Mapping[str, float],
        owner: str = "",
        name: str = "",
        expected: Mapping[str, str] | None = None,
    ) -> Branch:
        """A new branch, which leaves `parent` on `day` and has `levels` from then on; its owner stands there now.

        Moves of the parent before that day are taken over. What the owner had taken back cannot be done again any more,
        but its branches stay. Raises InputError for what is no lever, level, day or direction, and beyond the limits.
        """
        moves = self.moves_from(parent, day, levels)
        self._check(owner, len(moves))
        self.scenario_of(moves)
        expected = {key: _direction(key, value) for key, value in (expected or {}).items()}
        grown = Branch(len(self._branches), parent, day, owner, clean_name(name), moves, expected)
        self._branches.append(grown)
        self._go(owner, grown.id)
        return grown

    def _check(self, owner: str, moves: int) -> None:
        if len(self._branches) >= MAX_BRANCHES:
            raise InputError(f"a tree has at most {MAX_BRANCHES} branches")
        if owner not in self._pointers and len(self._pointers) >= MAX_OWNERS:
            raise InputError(f"a tree has at most {MAX_OWNERS} owners")
        if moves > MAX_MOVES:
            raise InputError(f"a branch has at most {MAX_MOVES} moves")

    def _go(self, owner: str, id_: int) -> None:
        pointer = self._pointers.setdefault(owner, Pointer())
        pointer.past.append(pointer.now)
        pointer.future.clear()
        pointer.now = id_

    def undo(self, owner: str) -> bool:
        """Back to where an owner stood before; False if it stands where it began. No branch is lost."""
        pointer = self.pointer(owner)
        return pointer.step(pointer.past, pointer.future)

    def redo(self, owner: str) -> bool:
        """Forward again, after `undo`; False if nothing was taken back."""
        pointer = self.pointer(owner)
        return pointer.step(pointer.future, pointer.past)

    def rename(self, id_: int, name: str) -> None:
        """Give a branch another name. Raises InputError for the trunk."""
        if id_ == TRUNK:
            raise InputError("the trunk has no name of its own")
        self._branches[id_] = replace(self.branch(id_), name=clean_name(name))

    def keep(self, id_: int, kept: Kept) -> None:
        """A branch has been played: what stays of it."""
        self._branches[id_] = replace(self.branch(id_), kept=kept, problem="")

    def fail(self, id_: int, problem: str) -> None:
        """A branch could not be played."""
        self._branches[id_] = replace(self.branch(id_), problem=problem)

    def restore(self, branches: Iterable[Branch], pointers: Mapping[str, Pointer]) -> None:
        """Put back what was kept elsewhere, in place of all that is here; who calls has checked it."""
        self._branches, self._pointers = [*branches], dict(pointers)

    def play(self, id_: int) -> Branch:
        """Play a branch here and now, unless it was played before."""
        branch = self.branch(id_)
        if branch.kept is None:
            session = Session(self.scenario_of(branch.moves), self.seed, self.scale, self.days)
            session.step(self.days)
            self.keep(branch.id, kept_of(session))
        return self.branch(id_)


def kept_of(session: Session) -> Kept:
    """What stays of a session, of all days so far; at least one must have been played."""
    series = measures(session)
    for values in series.values():
        values.setflags(write=False)
    hours, time = (rows[session.day - 1].tolist() for rows in (session.recorder.hours, session.recorder.time))
    return Kept(series, dict(zip(h.HOUR_HEADINGS, hours, strict=True)), dict(zip(s.TIME_NAMES, time, strict=True)))


def direction(change: Change) -> str:
    """How a measure of one branch stands to that of another: one of `DIRECTIONS`, "" where one has no value.

    What differs by less than the smallest difference of interest of its metric is the same.
    """
    measure, delta = MEASURES[change.name], change.mine - change.other
    if delta != delta:
        return ""
    if abs(delta) < BY_NAME[measure.of].smallest:
        return "same"
    return "better" if (delta > 0) == (measure.better == "higher") else "worse"


def _direction(measure: str, value: object) -> str:
    if measure not in MEASURES or value not in DIRECTIONS:
        raise InputError(f"expected: {in_words(value)} of {in_words(shortened(measure))} cannot be expected")
    return str(value)
