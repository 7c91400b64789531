"""Jobs of the dashboard, for tests: made here and now, or waited for in a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sanfang.dashboard.address import Address
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.session_group import SessionGroup
from sanfang.run.background import DONE, BackgroundJob
from sanfang.run.slots import Slot, Slots


def made(make: Callable[[PageJob[Any]], Any]) -> Any:
    """What a job finds, made in this thread. Fails the test if the job does not get to its end."""
    job: PageJob[Any] = PageJob(make)
    job.run()
    assert job.state == DONE, (job.state, job.error)
    return job.found


def brought(group: SessionGroup, address: Address) -> SessionGroup:
    """Worlds, brought to an address in this thread."""
    made(lambda job: group.bring(address, job))
    return group


def group_at(address: Address) -> SessionGroup:
    """Worlds at an address."""
    return brought(SessionGroup(lambda: None, lambda: None), address)


def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a job is made in the thread that starts it, so a page that is drawn has all that it asks for."""

    def start(job: BackgroundJob[Any]) -> None:
        if job.room is not None:
            job.room.ask()
        job.run()

    for kind in (PageJob, BackgroundJob):  # the second are those that pages share
        monkeypatch.setattr(kind, "start", start)


@contextmanager
def drawn(monkeypatch: pytest.MonkeyPatch, kind: Callable[[Address], Any]) -> Iterator[Callable[[Address], Any]]:
    """A way to open pages of a kind at addresses, whose jobs are made at once; all are closed in the end."""
    before, pages = viewer.address.value, list[Any]()
    at_once(monkeypatch)

    def opened(address: Address) -> Any:
        pages.append(kind(address))
        return pages[-1]

    yield opened
    for one in pages:
        one.drawn.close()
    viewer.address.set(before)


def wait_for_day(page: Any, day: int) -> None:
    """Until a page in a browser shows this day, and can be used."""
    shown = "document.querySelector('[data-show=day]')?.innerText"
    idle = "document.querySelector('[data-do=reset]')?.disabled === false"
    page.wait_for_function(f"{shown} === '{day}' && {idle}")


def asked(among: Slots, owner: object, size: int = 1) -> Slot:
    """A slot that somebody has asked for."""
    slot = among.slot(owner, size)
    slot.ask()
    return slot


def playbacks_at_rest() -> None:
    """Wait until every playback that was told to stop, or has nothing to play, has done so."""
    for thread in threading.enumerate():
        if thread.name == "playback":
            thread.join(timeout=60)
            assert not thread.is_alive(), "it plays on"


def eventually(page: Any, holds: Callable[[], bool]) -> None:
    """Wait until something holds of pages in a browser, which are drawn meanwhile. Fails where it never does."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never held")


def until_drawn(page: Any) -> None:
    """Wait until nothing of a page has changed for twenty frames, however long a frame takes."""
    page.evaluate(
        """() => new Promise((done) => {
            let last = "", same = 0;
            const look = () => {
                const now = document.body.innerHTML;
                same = now === last ? same + 1 : 0;
                last = now;
                if (same < 20) requestAnimationFrame(look); else done();
            };
            look();
        })"""
    )
