"""What is counted for the pages of many viewers fits into the memory and the shares that there are."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address

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
