"""A session on a page: it knows by which words of a link it is found again."""

from __future__ import annotations

from typing import Any, Self

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, LinkedWorld, base_of
from sanfang.dashboard.worlds.starts import have_start
from sanfang.run.background import BackgroundJob
from sanfang.run.moves import Move, with_move
from sanfang.run.session import Session
from sanfang.scenario.errors import InputError


class PageSession(Session):
    """The session of one world of an address. Who shares it with other threads holds the lock of its `SessionGroup`.

    What its scenario sets in vain is no error here: `address.not_reached` tells it on the page.
    """

    def __init__(self, address: Address, world: LinkedWorld) -> None:
        self.address, self._name = address, world.scenario
        base = base_of(address, world)
        self._start(base, address.seed, address.size, address.days, world.all_moves)

    @classmethod
    def made(cls, address: Address, world: LinkedWorld, job: BackgroundJob[Any]) -> Self:
        """It, made as part of a job, once its steady start is there. Raises Cancelled."""
        base = base_of(address, world)
        have_start(base, address.seed, address.size, job)
        with job.turn():
            return cls(address, world)

    @property
    def world(self) -> LinkedWorld:
        """What a link says of it."""
        return LinkedWorld.of(self._name, self.moves)

    def move(self, lever: str, level: float, day: int | None = None) -> None:
        """As `Session.move`. Raises InputError for a move beyond `limits.MAX_MOVES` as well."""
        moves = with_move(self.moves, Move(self.day if day is None else day, lever, level))
        if len(LinkedWorld.of(self._name, moves).moves) > limits.MAX_MOVES:
            raise InputError(f"{lever}: at most {limits.MAX_MOVES} moves in a world, and all of them are made")
        super().move(lever, level, day)
