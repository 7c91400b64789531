"""What is counted for the pages of many viewers fits into the memory and the shares that there are."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.session_group import SessionGroup

ADDRESS = Address(lang="en", district="demo", size=0.25, seed=3, days=60, day=40)


def test_the_largest_page_of_one_viewer_fits_into_his_share_and_a_room_of_viewers_into_all() -> None:
    largest = limits.MAX_WORLDS * (
        limits.world_megabytes(limits.MAX_RESIDENTS, limits.MAX_DAYS)
        + limits.table_megabytes(limits.MAX_RESIDENTS, limits.MAX_DAYS)
    )
    assert largest <= limits.HELD_EACH_MEGABYTES
    usual = limits.world_megabytes(limits.usual_size("licang") * limits.population("licang"), 365)
    assert limits.HELD_MEGABYTES < 4_000 or 100 * usual <= limits.HELD_MEGABYTES


@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory told so")
def test_a_world_takes_about_as_much_memory_as_is_counted_for_it() -> None:
    """In a process of its own: four worlds of the demonstration district."""
    script = """
        from pathlib import Path
        from sanfang.dashboard import limits
        from sanfang.dashboard.address import Address, LinkedWorld
        from sanfang.dashboard.worlds.page_session import PageSession
        def made():
            world = PageSession(Address(district="demo", size=1.0, days=120), LinkedWorld())
            world.step(120)
            return world
        megabytes = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
        first, before = made(), megabytes()
        worlds = [made() for _ in range(4)]
        print((megabytes() - before) / 4 / limits.world_megabytes(limits.population("demo"), 120))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert 0.4 < float(done.stdout) < 1.6


# --- Pictures ---------------------------------------------------------------------------------------------------


class Played(SessionGroup):
    """Worlds that play as long as `on`."""

    def __init__(self, on: bool = True) -> None:
        super().__init__(lambda: None, lambda: None)
        self.playback = cast("Any", SimpleNamespace(playing=on))


def test_pictures_are_drawn_one_at_a_time() -> None:
    at_once, most = 0, 0
    lock = threading.Lock()

    def show() -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.01)
        with lock:
            at_once -= 1

    threads = [threading.Thread(target=Played()._draw, args=(show,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_picture_that_takes_for_ever_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_slots, "PICTURE_SECONDS", 0.05)
    stuck, drawn = threading.Event(), threading.Event()
    slow = threading.Thread(target=Played()._draw, args=(stuck.wait,))
    slow.start()
    other = threading.Thread(target=Played()._draw, args=(drawn.set,))
    other.start()
    assert drawn.wait(10.0)
    stuck.set()
    slow.join()
    other.join()
    Played()._draw(drawn.clear)
    assert not drawn.is_set(), "the turn that was given back is there for the next one"


def test_what_was_paused_while_it_waited_for_its_turn_is_not_drawn() -> None:
    Played(on=False)._draw(lambda: pytest.fail("drawn"))
