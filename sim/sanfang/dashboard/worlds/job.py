"""The job of a page: what takes longer than a glance is made in the background, while the page stays alive."""

from __future__ import annotations

from collections.abc import Callable

from sanfang.dashboard.worlds import shared_slots
from sanfang.run.background import BackgroundJob
from sanfang.run.slots import Slot


class PageJob[Found](BackgroundJob[Found]):
    """A job of the page that makes it, among those of all viewers. `room`: what its result takes of memory."""

    def __init__(self, make: Callable[[PageJob[Found]], Found], total: int = 1, room: Slot | None = None) -> None:
        super().__init__(
            make,  # type: ignore[arg-type]  # it is called with this very job
            total,
            room,
            owner=shared_slots.owner(),
            jobs=shared_slots.JOBS,
            turns=shared_slots.TURNS,
            page=shared_slots.page(),
        )
