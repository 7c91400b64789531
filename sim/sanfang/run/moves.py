"""Levers moved in the course of a run: one record of them, and the scenario that has them from the start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sanfang.scenario.declare import level_on
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.policy import Policy, lever_names
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words, shortened

ORIGIN = "moved in mid-run"
"""What `Scenario.origin` says of a lever that was moved."""


class Move(NamedTuple):
    """From `day` on (0 is the first), `lever` has `level`, from 0 to 1."""

    day: int
    lever: str
    level: float


def known_lever(name: object) -> str:
    """`name`, if it is that of a lever. Raises InputError."""
    if not isinstance(name, str) or name not in lever_names():
        text = str(name)
        raise InputError(f"{in_words(shortened(text))}: is not a lever{nearest(text, lever_names())}")
    return name


def checked(day: int, lever: object, level: object) -> Move:
    """A move that can be made: of a lever, to a level from 0 to 1. Raises InputError. The day is taken as it is."""
    name = known_lever(lever)
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 <= level <= 1:
        raise InputError(f"{name}: a level is a number from 0 to 1, not {in_words(level)}")
    return Move(day, name, float(level))


def level_in(policy: Policy, lever: str, day: int) -> float | None:
    """The level of a lever on `day` (0 is the first); None where a list of domains stands in its place."""
    value = getattr(policy, lever)
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return None
    return level_on(value, day)


def with_move(moves: Iterable[Move], move: Move) -> tuple[Move, ...]:
    """Some moves and one more, which takes the place of one of the same lever on the same day."""
    return (*(earlier for earlier in moves if earlier[:2] != move[:2]), move)


def before(moves: Iterable[Move], day: int) -> tuple[Move, ...]:
    """The moves made before `day`; those of day 0 are how the run begins, and stay."""
    return tuple(move for move in moves if move.day < max(day, 1))


def with_moves(scenario: Scenario, moves: Iterable[Move]) -> Scenario:
    """`scenario` with moves as steps of schedules, so that a run of it makes them. Raises InputError.

    A move on day 0 sets the level from the start. A later one adds a step to what the scenario says of the lever up to
    that day, and what the scenario says of it from then on is given up.
    """
    changes: dict[str, object] = {}
    for day, lever, level in sorted(moves, key=lambda move: move[0]):
        path = f"policy.{lever}"
        now = changes.get(path, getattr(scenario.policy, lever))
        if day == 0:
            changes[path] = level
            continue
        if isinstance(now, tuple) and now and isinstance(now[0], str):
            raise InputError(f"{lever}: is a list of domains in this scenario, so no level can be set in mid-run")
        steps = [(0, now)] if isinstance(now, float | int) else list(now)  # type: ignore[call-overload]
        changes[path] = [step for step in steps if step[0] < day] + [(day, level)]
    return scenario.with_(changes, origin=ORIGIN) if changes else scenario
