"""The job of a page: what takes longer than a glance is made in the background, while the page stays alive."""

from __future__ import annotations

from collections.abc import Callable

from sanfang.dashboard.worlds import slots
from sanfang.run.background import BackgroundJob
from sanfang.run.places import Place


class PageJob[Found](BackgroundJob[Found]):
    """A job of the page that makes it, among those of all viewers. `room`: what its result takes of `slots.HELD`."""

    def __init__(self, make: Callable[[PageJob[Found]], Found], total: int = 1, room: Place | None = None) -> None:
        super().__init__(
            make,  # type: ignore[arg-type]  # it is called with this very job
            total, room, owner=slots.owner(), jobs=slots.JOBS, turns=slots.TURNS, page=slots.page(),
        )  # fmt: skip
