"""Levers moved in the course of a run: one record of them, and the scenario that has them from the start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

ORIGIN = "moved in mid-run"
"""What `Scenario.origin` says of a lever that was moved."""


class Move(NamedTuple):
    """From `day` on (0 is the first), `lever` has `level`, from 0 to 1."""

    day: int
    lever: str
    level: float


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
