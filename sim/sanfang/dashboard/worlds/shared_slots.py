"""Who computes, and whose worlds are in memory, when more viewers ask than there is room for."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from solara.server import kernel_context

from sanfang.dashboard import limits
from sanfang.run.slots import Slots

TURNS = Slots(limits.AT_WORK, each=1)
"""For some hundredths of a second of computing: some days of a world, a frame, a file. Taken again for each."""

PICTURES = Slots(1, each=1)
"""For the next picture of a world that plays, one at a time: that is Python's own work, of which threads do one at a
time, and whoever opens a page would wait for all of them at each of its steps."""

PICTURE_SECONDS = 0.5
"""After so long the next one is drawn although this one is not done: its page may read slowly, or save a file."""

FILES = Slots(1, each=1)
"""For a file that somebody saves, which may take seconds: one at a time, so that turns are left for the others."""

JOBS = Slots(limits.JOBS, each=1)
"""For what is made in the background: see `run.background`."""

HELD = Slots(limits.HELD_MEGABYTES, limits.HELD_EACH_MEGABYTES, limits.IDLE_SECONDS)
"""Megabytes, for as long as a page keeps worlds or tables of them."""

PRESENT = Slots(limits.PRESENT_MEGABYTES, limits.PRESENT_MEGABYTES, limits.IDLE_SECONDS)
"""Megabytes, for the districts left as they are that viewers share: see `worlds.present`. Apart from what pages hold,
so that nobody waits for his own world because of them."""


def owner() -> object:
    """Whose page this is; outside of all pages, somebody new at each call."""
    return kernel_context.get_current_context().id if kernel_context.has_current_context() else object()


def page() -> AbstractContextManager[object]:
    """The page that this thread works for; within it a thread that works for another one can draw on it."""
    return kernel_context.get_current_context() if kernel_context.has_current_context() else nullcontext()
